# What the command line says. One thing each, and the way on.
cli-failed = loa could not do this: { $why }
cli-log-level = The log level (the key log.level, or LOA_LOG) has to be error, warn, info, debug, trace, or like "loa::jobs=debug,info".
cli-database-url = The key database.url has to begin with sqlite: or postgres://, such as "sqlite:loa.db".
cli-token-wrong = the token is wrong
cli-no-answer = no answer
cli-database-closed = the database cannot be opened

cli-init-there = { $file } is there already and is not written over. Choose another directory, or run "loa check" to look at what is there.
cli-init-not-written = { $place } cannot be written: { $why }.
cli-init-unit-wrong = "{ $unit }" is not the name of a unit. Write it like "Tỉnh Mường Lam".
cli-init-ask-unit = What is the topmost unit called? [{ $usual }]
cli-init-made = Made { $file } and the database. This is the invite for the first administrator:
cli-init-next = Three steps from here:
cli-init-step-token = Get the bot's token from @BotFather on Telegram, and put it into { $file } (section [telegram]) or the variable LOA_TELEGRAM__TOKEN.
cli-init-step-token-there = The bot's token is there. Keep it where only loa can read it.
cli-init-step-check = Run "loa --config { $file } check" to look at everything.
cli-init-step-run = Run "loa --config { $file } run", then open the invite on the administrator's phone.

cli-check-faults = { $count } things have to be put right.
cli-check-config = The configuration { $file } can be used.
cli-check-secret-open = Everybody on this machine can read { $file }, which holds what must stay private. Run: chmod 600 { $file }
cli-check-token = The Telegram bot's token works: @{ $name }.
cli-check-token-refused = The Telegram bot at { $api } cannot be asked: { $why }. Look at the token and the network.
cli-check-token-missing = There is no token for the Telegram bot. Set telegram.token_file, or the variable LOA_TELEGRAM__TOKEN.
cli-check-database = The database is sound ({ $engine }, schema { $schema }).
cli-check-database-missing = There is no database { $file }. Run "loa init" in a new directory, or look at the key database.url.
cli-check-database-damaged = The database is damaged ({ $engine }): { $damage }. Stop loa and go back to the latest backup.
cli-check-database-fails = The database does not answer: { $why }.
cli-check-inbox = No update was set aside.
cli-check-aside = Update { $id } ({ $channel } { $number }, received at { $at }) was set aside: { $error }
cli-check-outbox = In the last day no message ran into trouble.
cli-check-outbox-trouble = In the last day: { $unknown } messages of which nobody knows whether they arrived, { $failed } that could not be sent.
cli-check-clock = The machine's clock: { $now }.
cli-check-clock-far = The machine's clock says { $now }, which is wrong. Turn time synchronisation (NTP) on.
cli-check-clock-off = The machine's clock says { $now }, Telegram's { $platform }. Turn time synchronisation (NTP) on.
cli-check-clock-behind = The machine's clock says { $now }, but something was received at { $latest }. Set the clock right.
cli-check-disk = { $megabytes } MB are free on the disk.
cli-check-disk-scant = Only { $megabytes } MB are free on the disk. Make room this week.
cli-check-disk-full = Only { $megabytes } MB are free on the disk, soon nothing can be kept. Make room now.
cli-check-log = The write-ahead log of the database has grown to { $megabytes } MB, because another program has been reading for long. Close whatever has the database open.
cli-trouble = The database can be read but takes nothing: { $why }. Until it does, loa receives nothing and sends nothing; nothing is lost, and it goes on by itself.
cli-trouble-full = the disk is full
cli-trouble-read-only = the file or the disk may only be read
cli-trouble-busy = another program keeps it locked
cli-trouble-disk = the disk gives errors

cli-status-working = The service is running.
cli-status-resting = The service is not running: what waits goes out when you run "loa run".
cli-status-inbox = Came in: { $waiting } waiting, { $aside } set aside.
cli-status-oldest = The oldest one waiting came at { $at }.
cli-status-outbox-empty = Going out: nothing waits.
cli-status-lane = Going out, { $lane }: { $queued } waiting, { $sending } being sent.
cli-status-lane-interactive = answers
cli-status-lane-urgent = urgent
cli-status-lane-notice = notices
cli-status-day = In the last day: { $sent } sent, { $unknown } unknown, { $failed } failed.
cli-status-channel = Channel { $channel }: { $people } people, { $groups } groups, { $closed } places that no longer receive.

run-no-token = There is no Telegram token; set token or token_file in [telegram], or LOA_TELEGRAM__TOKEN.
run-token-refused = Telegram refuses the token; copy it again from @BotFather into [telegram] token.
cli-status-rest-token = The channel { $channel } has rested since { $since }: the bot's token is refused ({ $why }). Next try at { $until }, tried { $failures } times.
cli-status-rest-too-many = The channel { $channel } has rested since { $since }: the bot was too fast and has to wait ({ $why }). It goes on at { $until }, had to wait { $failures } times.
cli-status-rest-failing = The channel { $channel } has rested since { $since }: it fails ({ $why }). Next try at { $until }, tried { $failures } times.
cli-status-rest-trying = The channel { $channel } has rested since { $since } ({ $why }) and answers again: one message is on its way, after { $failures } failures. Next look at { $until }.
cli-status-cases = Cases: { $open } open, { $overdue } overdue.
cli-status-notice = Notice { $id } "{ $title }" { $state }: { $sent }/{ $total }.
cli-status-notice-running = going out
cli-status-notice-paused = paused
cli-status-notice-preparing = about to go out
cli-status-schedule = Schedule "{ $name }": next at { $at }.

cli-message-none = No message needs a decision of yours.
cli-message-line = { $id } · { $at } · { $chat }: { $text }
cli-message-unknown = No message { $id } waits for a decision; see "loa message list".
cli-message-retried = Message { $id } is sent once more.
cli-message-arrived = Noted: message { $id } has arrived.
cli-message-dropped = Noted: message { $id } is not needed any more.
