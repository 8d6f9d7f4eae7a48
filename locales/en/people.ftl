# Enrolment, leaving, groups, help.

people-role-staff = staff
people-role-reporter = reporter
people-role-duty = duty officer
people-role-editor = editor
people-role-approver = approver
people-role-head = head
people-role-admin = administrator

# Commands: one line each, for help and for the platform's menu.
cmd-baonhanh = send a quick report (or just write)
cmd-vuviec = see cases
cmd-thongbao = write a notice (or type /soan)
cmd-hop = call to a meeting, know who comes
cmd-thuthap = ask every unit for a report, a number or an answer, by a date
cmd-nhap = your drafts and notices that came back
cmd-duyet = notices waiting for approval
cmd-lich = schedules (/lich 12: all of December)
cmd-tonghop = summary of the week
cmd-solieu = enter and see what your unit counts of its work
cmd-yeucau = requests about personal data that wait
cmd-moi = make an invite to a unit
cmd-gannhom = bind a group to a unit (type it in the group)
cmd-nhomtruc = make a group the duty group (type it in the group)
cmd-gonhom = unbind a group (type it in the group)
cmd-toi = your units and roles
cmd-ngonngu = change the language (Vietnamese, English)
cmd-huy = drop what you have begun
cmd-trogiup = what you can do now
cmd-roi = leave, get no more messages
cmd-xoa = have my data erased or put right

people-help = Hello { $name }! You can:
people-just-write = If you see something, just write a few words, with a photo and the place: I will note it at once.
people-stranger = Hello! I am loa, the office's channel for notices and quick reports. To begin, ask your unit's administrator for an invite and open its link, or send it here.
people-stranger-group = You are not enrolled yet. Ask your unit's administrator for an invite.
people-did-you-mean = Did you mean /{ $command }? ({ $does })
    Send /trogiup to see what else there is.
people-unknown-command = I do not know this command. Send /trogiup to see what you can do.
people-command-corrected = A command that was edited is not carried out again. If you need it, send it as a new message.
people-in-private = Please write to me in private for this.
people-only-in-group = Please type this command in the group.

# Invites
people-invite-wrong = This invite is not right. Open the link from your unit's administrator again, or ask for a new one.
people-invite-expired = The invite to { $unit } has expired. Ask the unit's administrator or head for a new one.
people-invite-used-up = The invite to { $unit } has been used up. Ask the unit's administrator or head for a new one.
people-invite-revoked = The invite to { $unit } was taken back. Ask the unit's administrator or head.
people-invite-pause = You have tried many times. Let us pause for { $minutes } minutes, then try again.

people-offer-before = Hello! You are invited:
people-offer-unit = Unit:{" "}
people-offer-role = Role:{" "}
# Another wording needs another version (CONSENT_VERSION).
people-consent =
    Before you enrol, please read these lines:
    • What is kept: your name, unit, role, the number of this chat; which notices you received and confirmed; the quick reports you send (words, photos, place).
    • What for: to send notices about work, to take in and follow cases. For nothing else.
    • Who sees it: the administrators and heads of your unit and of those above it; the duty officers and the unit that handles a case.
    • How long: until you leave. Some time after a case has ended (usually 90 days) who reported it and its pictures are deleted; what happened stays.
    • Your rights: leave at any time with /roi; ask the administrator to see, correct or erase your data, answered within 2 working days.
    Messages pass through the platform you use, so send nothing secret.
    (Version { $version })
people-consent-enrolled = Your office has put you on the list. Please read this and tell me; if you do not want to take part, send /roi.
people-consent-thanks = Thank you for agreeing.
people-agree = I agree
people-decline = No
people-declined = That is fine, you are not enrolled. Whenever you want to enrol, open the invite again.
people-name-is = Your name is{" "}
people-name-right = , is that right?
people-name-yes = Yes
people-name-no = Correct it
people-name-type = Please type your name (one line, at most 80 letters).
people-welcome = Done, welcome { $name }! You are { $role } of { $unit }.
people-role-added = { $name }, you are now also { $role } of { $unit }.
people-role-already = You are { $role } of { $unit } already.
people-can-do = From now on you can:
people-already = { $name }, you are enrolled already. Send /trogiup to see what you can do.

# You
people-post = { $role } – { $unit }
people-no-role = You have no role at any unit yet. Ask the administrator.
people-consented = You agreed to version { $version } at { $at }. Send /roi to leave.
people-not-consented = You have not said yet whether you agree to what is kept. Send /start to read it.
people-goodbye = Goodbye { $name }, and thank you. From now on I will not write to you. To come back, ask your unit for a new invite.
people-leave-stranger = You are not enrolled, so there is nothing to leave.
people-cancelled = I have dropped what was begun. Send /trogiup if you need anything.
people-nothing-to-cancel = Nothing is under way. Send /trogiup if you need anything.
people-language-name = English
people-language-which = Which language would you like?
people-language-now = I will speak English here.

# Inviting
people-invite-which-unit = To which unit?
people-invite-other-unit = Another unit…
people-invite-type-unit = Type the unit's name, for example: Phường Bình Minh. (Send /huy to stop.)
people-invite-which-role = With which role?
people-invite-how-many = For how many people, and how long?
people-invite-terms = { $uses } people · { $days } days
people-invite-done = The invite to { $unit } is right below.
people-invite-made = Invite to { $unit } as { $role }: { $uses } uses, good until { $until }.
    Give it only to whom it is for: anybody who has it can enrol.
people-invite-revoke = Take this invite back
people-invite-revoked-now = The invite to { $unit } was taken back: nobody can use it any more.

# Groups
people-no-such-unit = I find no unit “{ $text }” that is yours to lead. Type its name again, or a part of it.
people-which-unit = To which unit does this group belong?
people-bound-staff = Done! This group gets the notices of { $unit }. To undo it, send /gonhom.
people-bound-duty = Done! This is the duty group of { $unit }: quick reports appear here. To undo it, send /gonhom.
people-unbound = Unbound. This group gets no more notices.
people-not-bound = This group is not bound to a unit. To bind it, send /gannhom and the unit's name.
people-hello-group = Hello everybody, I am loa. A head or administrator types /gannhom and the unit's name so that this group gets notices (/nhomtruc for a duty group).

# The command line
people-cli-file-unreadable = The file { $file } cannot be read. Check the path and the permissions.
people-cli-file-too-large = The file { $file } is too large (over 64 MB). Split it into several.
people-cli-file-not-utf8 = The file { $file } is not UTF-8. Save it as “CSV UTF-8”.
people-cli-file-wrong = The file { $file } has to be corrected; nothing has changed:
people-cli-more = … and { $count } more.
people-cli-conflicts = The list contradicts what is kept; nothing has changed:
people-cli-is-group = line { $line }: { $chat } is a group, not a person.
people-cli-is-person = line { $line }: { $chat } is a person's, not a group.
people-cli-nothing = { $rows } rows, nothing changes.
people-cli-would = { $rows } rows; nothing has changed yet. An import would:
people-cli-done = { $rows } rows imported:
people-cli-units = add { $count } units
people-cli-people = add { $count } people
people-cli-renamed = rename { $count } people
people-cli-roles = add { $count } roles
people-cli-groups = bind { $count } groups
people-cli-unchanged = { $count } rows stay as they are
people-cli-left = { $count } people have left by themselves and are left alone (an invite brings them back)
people-cli-unit-added = + unit { $unit }
people-cli-person-added = + { $name }
people-cli-person-renamed = ~ { $from } → { $to }
people-cli-role-added = + { $name }: { $role } – { $unit }
people-cli-group-bound = + group { $title } → { $unit }
people-cli-duty-bound = + duty group { $title } → { $unit }
people-cli-left-alone = · { $name }: has left
people-cli-no-unit = There is no unit “{ $text }”. See their names: loa unit list
people-cli-which-unit = Several units are “{ $text }”; give the whole path:
    { $units }
people-cli-no-invite = There is no invite number { $id }, or it was revoked already. See: loa invite list
people-cli-revoked = Invite number { $id } was revoked.
people-cli-good = good until { $until }
people-cli-expired = expired at { $until }
people-cli-used-up = used up
people-cli-revoked-state = revoked
people-cli-has-left = has left
people-cli-unreachable = cannot be reached yet
people-cli-unit-size = { $people } people, { $groups } groups
people-cli-empty = Nothing yet.
people-cli-at-column = line { $line }, column { $column }: { $what }
people-cli-at-line = line { $line }: { $what }
people-cli-wrong-header = the first line has to be { $value }
people-cli-wrong-columns = has { $value } columns instead of 6 (put a name with a comma in quotes)
people-cli-wrong-csv = this line cannot be read as CSV
people-cli-wrong-missing = is empty
people-cli-wrong-long = is longer than 120 letters
people-cli-wrong-deep = too many levels of units (12 at most)
people-cli-wrong-role = “{ $value }” is no role; there are: staff, reporter, duty, editor, approver, head, admin
people-cli-wrong-group-role = a group has no role “{ $value }”; leave it empty, or duty for the duty group
people-cli-wrong-channel = “{ $value }” is no channel; there are: telegram, zalo_bot, zalo_oa, email
people-cli-wrong-kind = “{ $value }” has to be person or group
people-cli-wrong-chat = “{ $value }” is no chat id (Telegram: people are positive numbers, groups negative ones)
people-cli-wrong-twice = this chat is on line { $value } already, with another name, unit or kind
people-cli-moved = { $count } groups go by another id since they became supergroups and stay as they are
people-cli-group-moved = · group { $title }: goes by another id now

# Several channels of one person.
cmd-kenh = the channels that reach you (Zalo, Telegram…): add one, change their order
people-channels = You are reached over:
people-channel-here = { $channel } (this one)
people-channel-open = { $channel }
people-channel-closed = { $channel }: cannot be reached now; please open the bot there again
people-channels-order = Messages take the first channel; if that fails, or you have not confirmed, the next.
people-channels-one = With one more channel, messages reach you even when this one fails.
people-channel-first = Use { $channel } first
people-channel-add = ➕ Add a channel
people-channel-now-first = From now on messages reach you over { $channel } first.
people-link-code-before = Open your office's bot in the other app (Zalo, Telegram…) and send this line:
people-link-code-after = The code works once, for 10 minutes. Give it to nobody.
people-link-wrong = This code is not right, or has expired. Type /kenh in the channel you had to get a new one.
people-link-already = This channel is yours already. Type /kenh to see your channels.
people-link-another = This channel belongs to { $name }. If you do want to move it, type /roi here first and send the code again.
people-linked = ✅ Done, { $name }. You can use this channel like the one you had. /kenh chooses which goes first, /trogiup shows what you can do.
people-linked-elsewhere = 🔗 Another channel, { $channel }, was just linked to your account. If that was not you, tell your administrator at once.
people-cli-channels-set = People of { $unit } and below are reached over, in this order: { $channels } (except who chose themselves).
people-cli-channels-usual = People of { $unit } are reached in the order of the unit above.

people-data-how = /dulieu gives you a file of everything that loa keeps about you, /xoa to ask for correction or erasure.
people-data = This is everything that loa keeps about you. The file goes to you alone; it holds words of your work, so please pass it on to nobody. If something is wrong, press “Ask for correction”.
people-data-file = my-data.txt
people-data-title = What loa keeps about { $name }, { $when }
people-data-since = On the list since { $when }
people-data-roles = Roles ({ $count }):
people-data-tags = Tags ({ $count }):
people-data-chats = Channels ({ $count }):
people-data-open = in use
people-data-closed = not in use
people-data-consents = Consents ({ $count }):
people-data-consent = Version { $version }, { $when }
people-data-consent-until = Version { $version }, { $when }, withdrawn { $until }
people-data-notices = Notices received ({ $count }):
people-data-notice = { $title }: sent { $sent }, seen { $seen }, confirmed { $confirmed }
people-data-reports = Reports sent ({ $count }):
people-data-steps = Steps taken in cases ({ $count }):
people-data-files = Pictures and documents sent ({ $count }):
people-data-picture = picture
people-data-end = Besides, loa keeps a record of who did what (numbers, no names and no words), and what was said for 30 days.
people-data-requests = Your requests about these data ({ $count }):
people-data-tally = Figures entered for a unit ({ $count }):
people-data-meetings = Answers to calls to meetings ({ $count }):
people-data-answers = Answers given for a unit ({ $count }):
people-data-ask-erase = erasure
people-data-ask-correct = correction
people-data-state-open = waiting
people-data-state-agreed = agreed
people-data-state-done = done
people-data-state-refused = refused
people-data-state-withdrawn = taken back by you
# Asking for correction and erasure.
people-erase-stranger = loa keeps nothing about you.
people-erase =
    Erasing everything that loa keeps about you:
    • What goes: name, roles, channels, messages, reports and pictures you sent, consents.
    • What stays, tied to nobody: cases that were reported (no name, no telephone number), counts.
    • What has reached other people's telephones cannot be called back.
    Once erased, nothing can be brought back; to go on, you enrol anew. An administrator answers within 2 working days.
    If you only want no more messages, /roi is enough.
people-erase-want = Ask for erasure…
people-erase-ask = Ask to erase all
people-erase-keep = No, keep it
people-erase-kept = All right, everything stays as it is.
people-correct-ask = Ask for correction
people-correct-what = Please write what is wrong, and what would be right. (To stop, send /huy.)
people-erase-sent = I have passed your request for erasure on to an administrator. You have an answer by { $due }.
people-correct-sent = I have passed your request for correction on to an administrator. You have an answer by { $due }.
people-erase-waits = The erasure that you asked for at { $asked } waits for an administrator, until { $due } at the latest.
people-correct-waits = The correction that you asked for at { $asked } waits for an administrator, until { $due } at the latest. To add something, take it back and ask anew.
people-erase-agreed = Your data are being erased.
people-request-withdraw = Take it back
people-request-withdrawn = I took the request back, everything stays as it is.
people-request-erase-title = 🗑 Request { $id }: erase data
people-request-correct-title = ✏️ Request { $id }: correct data
people-request-due = Asked at { $asked }. To be answered by { $due }.
people-request-erase = Erase all
people-request-refuse = Refuse
people-request-rename = Correct the name
people-request-corrected = Corrected
people-request-is-agreed = ✓ Erasure agreed to.
people-request-is-done = ✓ Corrected.
people-request-is-refused = Refused.
people-request-is-withdrawn = Taken back.
people-requests-none = No request waits for you.
people-requests-more = There are { $count } more: answer those above, then send /yeucau again.
people-erase-surely = Erase all data of { $name }? It cannot be taken back.
people-erase-yes = Erase for good
people-erase-no = No
people-erase-begins = All right. Whoever asked is told, then all data are erased.
people-erase-told = An administrator has agreed. Right after this message loa erases all that it keeps about you. Thank you for the time so far; to come back, ask your unit for an invite.
people-correct-told = An administrator has put right what you asked for. Send /toi or /dulieu to see.
people-rename-how = What is the right name of { $name }? (To stop, send /huy.)
people-renamed = The name is { $name } now, and whoever asked has been told.
people-renamed-told = Your name is { $name } now.
people-refuse-why = Why? Whoever asked will read it. (To stop, send /huy.)
people-refused = I told whoever asked.
people-erase-refused = The administrator has not erased your data. Reason: { $reason }. You may ask again with /xoa, or send /roi to get no more messages at once.
people-correct-refused = The administrator has not corrected what you asked for. Reason: { $reason }. You may ask again with /xoa.
data-cli-none = No request about personal data waits.
data-cli-nobody = Nobody has the number { $id }, or they were erased. See the list: loa people list
data-cli-would-erase = This would erase { $name } (number { $id }): { $chats } channels, { $reports } reports, { $files } pictures and documents. It cannot be taken back. To do it: loa erase person { $id } --yes
data-cli-erased = Person { $id } is erased: { $chats } channels, { $reports } reports, { $files } pictures and documents. Older backups still hold these data; when one is brought back, loa erases them again.
data-cli-erase-line = { $id }: { $name } (person { $person }) asks for erasure, asked at { $asked }, answer by { $due }
data-cli-correct-line = { $id }: { $name } (person { $person }) asks for correction, asked at { $asked }, answer by { $due }: { $text }
data-cli-file = The file { $file } cannot be written ({ $why }). Choose a name that is not there yet.
data-cli-exported = The data of { $name } are in { $file }.

# Leave, moving, retiring
cmd-nghi = say when you are on leave
people-leave-ask = From which day to which day are you on leave? Type it like 10/12 20/12, or tap:
people-leave-unclear = I did not get the days. Please type the first and the last day (not past), like 10/12 20/12.
people-leave-today = Today
people-leave-tomorrow = Tomorrow
people-leave-planned = 🌴 You are on leave from { $from } to { $until }. On those days I only send notices that name you.
people-leave-now = 🌴 You are on leave to { $until }. Until then I only send notices that name you.
people-leave-end = I am not on leave
people-leave-over = Noted: you are at work, and notices come as usual.
staff-told-retired = From today you are no longer on the list, and I send you no more notices. Thank you for working with us!
staff-told-moved = From today you belong to { $unit }. Its notices will come to you here.
staff-refused = What was planned under number { $id } about staff and units could not be done: { $why }
staff-cli-planned = Planned (number { $id }): { $what }, on { $at }.
staff-cli-done = Done (number { $id }): { $what }.
staff-cli-cancelled = Number { $id } is dropped.
staff-cli-would-merge = This would be: { $what }. With it go { $people } people, { $groups } groups, { $units } lower units. It cannot be taken back. Add --yes to do it.
staff-cli-none = Nothing is planned.
staff-cli-day = The day “{ $text }” is not understood. Please type one that has not passed, like 01/12/2026.
staff-retire = { $name } retires
staff-move = { $name } moves to { $to }
staff-away = { $name } is on leave to { $until }
staff-merge = { $unit } becomes part of { $to }
people-cli-away = on leave to { $until }
people-data-changes = Leave, moves, retirement ({ $count })
people-data-retired = retired from { $when }
people-data-away = on leave from { $when } to { $until }
people-data-moved = moved to another unit from { $when }
