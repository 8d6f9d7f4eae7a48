# Quick reports and cases. Warm, plain, one thing to a sentence, and the way on.

incident-unknown = Not known
incident-not-known = not known
incident-nobody = nobody yet
incident-cancel = Cancel
incident-back = ↩️ Back
incident-send = ✅ Send
incident-edit = ✏️ Change

incident-hello = Hello { $name }! When something comes up, send one message: what, where, with photos if you have any. /vuviec shows what you have reported.
incident-enrol-first = Please enrol first: open your unit's invite link, or ask your administrator.
incident-secret = This message is marked secret, so loa does not take it and keeps nothing of it. Delete it, and use your office's way for secret papers.
incident-only-pictures = I can only take pictures and PDF documents. Please send pictures (JPG, PNG), a PDF, or tell it in words.
incident-only-words = { $places ->
    [no] I can read only words and photos. Please tell me in words.
   *[yes] I can read only words, photos and locations. Please tell me in words.
}
incident-too-many-photos = A quick report takes at most { $count } pictures and documents; the others were not added.
incident-already = This was sent already; the case code is { $code }.
incident-draft-over = This report was sent or cancelled already.
incident-cancelled = Cancelled; nothing was sent. Write to me whenever something comes up.
incident-never-mind = Never mind; the case stays as it is.

incident-ask-words = What is happening? A few words, with photos if you have any.
incident-ask-words-spot = Got the location. What is happening there? Add photos if you have them.
incident-ask-words-photos = { $count } photos are here. What do they show?
incident-ask-words-files = { $count } files have come. What are they about?
incident-ask-new-words = Send the new words; they take the place of the old ones.
incident-ask-category = What kind of matter is it?
incident-ask-unit = { $places ->
    [no] Where is it? Choose, or type the place's name.
   *[yes] Where is it? Choose, type the place's name, or share the location.
}
incident-ask-unit-of-spot = Got the location. Which unit does it belong to? Choose one, or type its name.
incident-ask-which-unit = Which of these units do you mean?
incident-send-photos = Send the photos here; they are added to the report.

incident-summary = Your report
incident-line-category = 🏷 Kind: { $name }
incident-line-unit = 🏠 Unit: { $name }
incident-line-place = 📍 Place: { $name }
incident-line-photos = 📷 Photos: { $count }
incident-line-documents = 📎 Documents: { $count }
incident-line-words = 📝 { $words }
incident-line-hidden = 🙈 Only the duty officers will know that it was you.
incident-more = 💡 If you know, add: { $questions }
incident-no-words = (no words)
incident-spot = shared location
incident-complaint = ⚖️ This looks like a complaint or a denunciation, which has a legal path of its own: it goes in writing to the citizens' reception of the People's Committee. If you send it all the same, only duty officers see it.
incident-no-names = There is a telephone or identity number in it. Leave out people's names and numbers if they are not needed.
incident-same = 👥 Somebody reported something like this at { $when }, as { $code }. If it is the same, report it together, so that it is not handled twice.
incident-ready = If this is right, choose Send.

incident-edit-what = What would you like to change?
incident-edit-words = 📝 Words
incident-edit-category = 🏷 Kind
incident-edit-unit = 🏠 Place
incident-add-photos = 📷 Add photos
incident-drop-photos = 🗑 Remove all photos
incident-edit-hide-name = 🙈 Do not name me
incident-edit-show-name = 🙂 Name me
incident-do-join = 👥 The same: add to { $code }
incident-joined = ✅ Your words were added to { $code } ({ $state }). You will hear of every new step.
incident-join-gone = That one is closed by now. Send yours as a new one.
incident-is-answer = ↩️ This answers { $code }

incident-sent = ✅ Sent. Case code:
incident-sent-unit = { $desk } has it; it belongs to { $unit }.
incident-sent-routed = It went to { $unit } at once.
incident-sent-desk = { $desk } has it and will find the responsible unit.
incident-sent-no-desk = There is no duty group yet; duty officers will see it in their list.
incident-sent-next = Deadline { $when }. You will hear of every step.
incident-sent-photos = More photos? Just send them within 10 minutes.
incident-no-unit = I do not know your unit yet. Please type the name of the commune or ward.

incident-added-photos = { $count } photos were added to { $code }. If they are about something else, send them with a few words.
incident-added-files = { $count } files were added to { $code }. If it is another matter, send them with a few words.
incident-added-place = The location was added to { $code }.
incident-added-words = Your correction was added to { $code }.
incident-closed-already = { $code } is closed. If this is something new, send it with a few words.
incident-photo-too-large = A photo of { $code } is too large (over 20 MB). Please send it as an ordinary photo.
incident-photo-no-picture = A file of { $code } is no readable picture. Please send it as JPG or PNG.
incident-file-no-pdf = A file you sent for { $code } is no PDF, so that I could not take it. Please send a PDF or a picture of it.
incident-photo-gone = A photo of { $code } could not be fetched. Please send it again.
incident-photos-of = 📷 Photos of { $code }
incident-files-of = 📎 Pictures and documents of { $code }
incident-no-photos = There is no photo to see yet.

incident-not-found = I cannot find this case. Check the code, or send /vuviec for the list.
incident-taken-already = { $name } has taken { $code } already.
incident-not-now = { $code } is “{ $state }”; this step is no longer possible.

incident-state-new = new, waits for a duty officer
incident-state-taken = a duty officer has it
incident-state-verifying = being looked into
incident-state-forwarded = forwarded, waits for the unit
incident-state-accepted = the unit works on it
incident-state-planned = planned by the unit
incident-state-reported = the unit says done, being checked
incident-state-settled = settled, waits for the reporter
incident-state-confirmed = settled for good
incident-state-closed = settled, the reporter never said
incident-state-rejected = not taken up
incident-state-withdrawn = taken back by the reporter
incident-state-merged = merged into another case
incident-state-reopened = reopened, waits for a duty officer

incident-bundle = 🌊 { $count } new cases since { $when }, counted here so that nothing else is washed away.
incident-bundle-next = Each has its code, deadline and reminders. Type /vuviec and a code to open one.
incident-do-list = 📋 One by one
incident-too-many = You have sent { $count } reports within minutes. This one is kept, and not sent yet: choose Send again after { $when }. If it is urgent, call the officer on duty.
incident-card-state = 🔹 { $name }
incident-card-due = ⏳ Due { $when }
incident-card-answer = 👋 Somebody has to take it by { $when }
incident-card-answer-late = 👋 Nobody has taken it, as was due by { $when }
incident-card-progress = 📣 A word of progress by { $when }
incident-card-progress-late = 📣 No word of progress, as was due by { $when }
incident-card-overdue = ⚠️ Overdue since { $when }
incident-card-reporter = 👤 Reported by { $name }
incident-card-reporter-of = 👤 Reported by { $name }, { $unit }
incident-card-reporter-hidden = 🙈 The reporter is not named; duty officers see the name when they ask loa in private
incident-card-reporter-yours = 🙈 Reporter: { $name } (for duty officers only)
incident-hidden-name = the reporter
incident-card-restricted = ⚖️ Complaint or denunciation: for duty officers only, by its legal path
incident-card-photos-coming = 📷 Photos: { $count }, { $more } on their way
incident-card-holder = 🙋 Duty officer: { $name }
incident-card-forwarded = 🏢 Lies with { $name }
incident-card-same = 🔗 Maybe the same as { $code } (reported { $when })
incident-card-again = 🔁 It is back: { $code } was settled { $when }
incident-card-merged = 🔗 Merged into { $code }
incident-card-question = ❓ Asked of the reporter: { $words }
incident-card-result = ☑️ Result: { $words }
incident-card-last = { $when }: { $who } { $what }
incident-card-gone = { $code } is with the duty officers again, no longer with this unit.

incident-move-take = took it
incident-move-verify = looks into it
incident-move-ask = asked
incident-move-answer = answered
incident-move-add = added
incident-move-forward = forwarded it
incident-move-accept = accepted it
incident-move-plan = planned
incident-move-progress = told the progress
incident-move-return = returned it
incident-move-report = reported the result
incident-move-settle = settled it
incident-move-confirm = agreed that it is done
incident-move-close = closed after 7 days without a word
incident-move-reopen = said that it is not done
incident-move-reject = rejected it
incident-move-withdraw = took it back
incident-move-merge = merged it into

incident-do-take = 🙋 Take
incident-do-verify = 🔍 Look into it
incident-do-ask = ❓ Ask back
incident-do-forward = ➡️ Forward
incident-do-settle = ✅ Settled
incident-do-settle-as = ✅ Use the unit's result
incident-do-reject = 🚫 Reject
incident-do-withdraw = 🗑 Take back
incident-do-merge = 🔗 Merge
incident-do-merge-into = 🔗 Merge into { $code }
incident-do-accept = 👌 Accept
incident-do-plan = 📅 Plan
incident-do-progress = 📣 Progress
incident-do-return = ↩️ Return
incident-do-report = ✅ Done
incident-do-answer = 💬 Answer
incident-do-confirm = 👍 It is done
incident-do-reopen = Not done
incident-do-photos = 📷 Photos ({ $count })
incident-do-files = 📎 Pictures, documents ({ $count })
incident-do-map = 🗺 Map
incident-do-forward-name = 🔎 Find by name

incident-want-question = { $name }, what would you like to ask the reporter about { $code }?
incident-want-answer = { $places ->
    [no] Answer about { $code } in words or with photos.
   *[yes] Answer about { $code } in words, photos or with a location.
}
incident-want-unit = { $name }, type the name of the unit that { $code } goes to.
incident-want-return = { $name }, why is { $code } returned?
incident-want-result = { $name }, what came of { $code }? With photos if you have any.
incident-want-plan = { $name }, what will be done about { $code }, and until when? The reporter will read this.
incident-want-progress = { $name }, how far is { $code }? One sentence will do, with pictures if there are any. The reporter will read it.
incident-want-settle = { $name }, how was { $code } settled? One sentence is enough, with photos if you have any. The reporter will read it.
incident-want-reject = { $name }, why is { $code } not taken up? The reporter will read it.
incident-want-withdraw = Why do you take { $code } back? One sentence is enough, such as “a mistake”.
incident-want-reply = Please reply to this message.
incident-words-needed = Please write a sentence.
incident-words-needed-too = The photos are here. Please add a sentence.

incident-forward-where = To which unit does { $code } go? Choose, or reply with the unit's name.
incident-forward-none = No unit has a group that is bound to loa, or a head who has opened the bot. Ask the administrator to bind one.
incident-forward-no-such = No group or head of a unit with that name. Try another name.
incident-forwarded-here = { $code } was forwarded to { $unit }.
incident-merge-where = Into which case is { $code } merged?
incident-merge-none = No other case of the same unit or kind is open.
incident-merged-here = { $code } was merged into { $into }.

incident-done-take = { $code } is yours.
incident-done-verify = The reporter knows now that { $code } is being looked into.
incident-done-ask = The question about { $code } went to the reporter.
incident-done-answer = Thank you; your answer about { $code } reached the duty officers.
incident-done-add = Added to { $code }.
incident-done-accept = { $code } was accepted.
incident-done-plan = The plan for { $code } is noted.
incident-done-progress = The reporter was told how far { $code } is.
incident-done-return = { $code } went back to the duty officers.
incident-done-report = The result of { $code } went to the duty officers.
incident-done-settle = The reporter was told that { $code } is settled.
incident-done-reject = The reporter was told why { $code } is not taken up.
incident-done-withdraw = { $code } is taken back, and the duty officers know.
incident-done-merge = { $code } was merged.

incident-tell-take = { $code }: { $name } (duty officer) has taken it.
incident-tell-verify = { $code }: { $name } (duty officer) is looking into it.
incident-tell-ask = ❓ { $code }: the duty officer asks: “{ $words }”
incident-tell-answer = { $code }: there is an answer.
incident-tell-add = { $code }: there is more.
incident-tell-forward = { $code }: forwarded to { $unit }.
incident-tell-accept = { $code }: { $unit } has accepted it and works on it.
incident-tell-plan = 📅 { $code }: { $unit } plans: “{ $words }”
incident-tell-progress = 📣 { $code }: { $unit } tells the progress: “{ $words }”
incident-tell-return = { $code }: { $unit } returned it; the duty officer looks for the right place.
incident-tell-report = { $code }: { $unit } says that it is done; the duty officer is checking.
incident-tell-settle = ✅ { $code } is settled: “{ $words }”. Is it really done?
incident-tell-confirm = 👍 { $code } is closed. Thank you for telling us!
incident-tell-close = { $code } is closed: you have not said anything for 7 days. If it is not done, choose Not done.
incident-tell-reopen = { $code } is open again. Tell me right here what is missing.
incident-tell-reject = { $code } is not taken up. The reason: “{ $words }”
incident-tell-merge = { $code } was merged into { $words }, which is about the same matter. Please follow { $words } from now on.

incident-duty-join = 👥 { $code }: { $name } reports it too: “{ $words }”
incident-duty-answer = 💬 { $code }: { $name } answers: “{ $words }”
incident-duty-return = ↩️ { $code }: { $unit } returns it: “{ $words }”
incident-duty-plan = 📅 { $code }: { $unit } plans: “{ $words }”
incident-duty-report = ☑️ { $code }: { $unit } reports: “{ $words }”
incident-duty-confirm = 👍 { $code }: the reporter agrees that it is done.
incident-duty-reopen = 🔁 { $code }: the reporter says that it is not done; it is open again.
incident-duty-withdraw = 🗑 { $code }: { $name } took the report back: “{ $words }”

incident-list-mine = What you reported ({ $count })
incident-list-duty = Open cases ({ $count })
incident-list-unit = Cases that lie with the unit ({ $count })
incident-list-empty = There is none.
incident-list-left = { $left } left
incident-list-overdue = ⚠️ overdue by { $left }
incident-list-more = More ▶️
incident-list-back = ◀️ Back
incident-list-to-mine = What I reported
incident-list-private = Cases are not shown in this group. Write to me in private.

incident-minutes = { $count } minutes
incident-hours = { $count } hours
incident-days = { $count } days

incident-remind-half = ⏳ { $code } ({ $unit }): { $left } until the deadline { $when }. With: { $name }.
incident-remind-soon = ⏰ { $code } ({ $unit }) is due in an hour, at { $when }. It lies with { $name }.
incident-remind-due = ⚠️ { $code } ({ $unit }) has reached its deadline { $when } and is not done. With: { $name }.
incident-ask-progress = 📣 { $code }: no news for { $silent }. Please choose “📣 Progress” and send one sentence on how it goes.
incident-late-progress = 📣 { $code }: no word of progress from { $with } for { $silent }. It is due { $when }. Please ask the unit.
incident-late-answer = 👋 { $code } ({ $unit }) was reported { $since }, and nobody has taken it. Please look, so that the reporter knows.
incident-escalate-answer = 👋 { $code } of { $unit } was reported { $since }, and nobody has taken it. Send /vuviec { $code } to see it.
incident-escalate = ⚠️ For the level above: { $code } of { $unit } is past its deadline { $when }. With: { $name }. Send /vuviec { $code } to see it.

incident-digest-how = Send /tonghop day, /tonghop week, /tonghop month or /tonghop quarter.
incident-digest-day = Digest of { $date }
incident-digest-week = Digest of the week from { $date }
incident-digest-month = Digest of the month from { $date }
incident-digest-quarter = Digest of the quarter from { $date }
incident-digest-total = New cases: { $count }
incident-digest-categories = Kinds:
incident-digest-units = Units:
incident-digest-states = States:
incident-digest-others = others: { $count }
incident-digest-settled = Settled in time: { $count }, late: { $late }
incident-digest-open = Open: { $count }, overdue: { $late }
incident-digest-back = Back after it was settled: { $count }
