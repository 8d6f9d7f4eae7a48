# Alarms for the administrator.
alarm-token = 🔴 The channel { $channel } has refused the bot's token since { $since }. Nothing is lost, but nothing is sent or received until the token is right. Set the token anew and restart loa.
alarm-failing = 🔴 The channel { $channel } has failed since { $since } ({ $detail }). What waits is kept; loa tries again by itself.
alarm-too-many = 🟠 The channel { $channel } has made the bot wait since { $since }. What waits is kept; loa goes on as soon as it may.
alarm-aside = 🟠 { $detail } updates could not be handled and were set aside. See: loa inbox list
alarm-held = 🟠 Of { $detail } messages nobody knows whether they arrived; a person has to decide. See: loa message list
alarm-store = 🔴 The database has not taken anything since { $since }. loa neither receives nor sends until it does. Look at the disk and run: loa check
alarm-over-channel = 🟢 The channel { $channel } works again since { $ended }; it had stopped at { $since }. What waits is being sent.
alarm-over-aside = 🟢 No update is set aside any more.
alarm-over-held = 🟢 No message is waiting for a decision any more.
alarm-over-store = 🟢 The database takes data again since { $ended }; it had stopped at { $since }.
alarm-month = 🟠 { $channel } has nearly used up its { $detail } messages of this month: ordinary notices wait for the next one, what is left is kept for answers and urgent notices. To go on, buy more and change per_month.
alarm-over-month = 🟢 { $channel } has messages to send again since { $ended }.
