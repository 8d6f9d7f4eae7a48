# Alarms for the administrator.
alarm-token = 🔴 The channel { $channel } has refused { $secret } since { $since }. Nothing is lost, but nothing is sent or received until that is mended. Please { $mend }.
# By what each channel knows loa, and what to do when it is refused.
secret-telegram = the bot's token
secret-zalo-bot = the bot's token
secret-zalo-oa = the access token
secret-email = the mailbox's user or password
secret-mend-telegram = copy the token from @BotFather into [telegram] again, and restart loa
secret-mend-zalo-bot = copy the token from Zalo Bot Creator into [zalo_bot] again, and restart loa
secret-mend-zalo-oa = get a refresh token at developers.zalo.me (Tools → API Explorer), and run: loa zalo token
secret-mend-email = look at user and password in [email] (Gmail wants an app password), and restart loa
alarm-failing = 🔴 The channel { $channel } has failed since { $since } ({ $detail }). What waits is kept; loa tries again by itself.
alarm-too-many = 🟠 The channel { $channel } has made the bot wait since { $since }. What waits is kept; loa goes on as soon as it may.
alarm-aside = 🟠 { $detail } updates could not be handled and were set aside. See: loa inbox list
alarm-held = 🟠 Of { $detail } messages nobody knows whether they arrived; a person has to decide. See: loa message list
alarm-no-token-missing = 🔴 The channel { $channel } has no token to work with yet. Get the Official Account's refresh token at developers.zalo.me (Tools → API Explorer), then run: loa zalo token
alarm-no-token-spent = 🔴 The channel { $channel }: its refresh token has been good for nothing since { $since }. Each is good once; Zalo may have renewed it and the answer was lost. Nothing is lost. Get a new one at developers.zalo.me (Tools → API Explorer), then run: loa zalo token
alarm-no-token-refused = 🔴 The channel { $channel }: Zalo has not accepted app_id or app_secret since { $since } ({ $detail }). Check both keys in [zalo_oa] and restart loa.
alarm-renewal = 🟠 The channel { $channel }: no new token could be had since { $since } ({ $detail }). loa tries again by itself; if the old one runs out, messages wait and are not lost.
alarm-expiry = 🟠 The channel { $channel }: its refresh token is good only until { $detail }. Get a new one at developers.zalo.me (Tools → API Explorer), then run: loa zalo token
alarm-store = 🔴 The database has not taken anything since { $since }. loa neither receives nor sends until it does. Look at the disk and run: loa check
alarm-over-channel = 🟢 The channel { $channel } works again since { $ended }; it had stopped at { $since }. What waits is being sent.
alarm-over-aside = 🟢 No update is set aside any more.
alarm-over-held = 🟢 No message is waiting for a decision any more.
alarm-over-renewal = 🟢 The channel { $channel } has a token that works again.
alarm-over-store = 🟢 The database takes data again since { $ended }; it had stopped at { $since }.
alarm-month = 🟠 { $channel } has nearly used up its { $detail } messages of this month: ordinary notices wait for the next one, what is left is kept for answers and urgent notices. To go on, buy more and change per_month.
alarm-over-month = 🟢 { $channel } has messages to send again since { $ended }.
