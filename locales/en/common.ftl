# Sentences that all parts share.
button-expired = This button is no longer valid. Send /trogiup to see what you can do now.
set-aside = 😟 Sorry, loa could not handle what you just sent. It is kept, and the administrator has been told. Please send it again; call if it is urgent.
not-for-you = This needs somebody with the right to do it. Ask your unit's administrator.
choices-hint-one = 👉 Answer 1, or type “{ $label }”.
choices-hint = 👉 Answer with a number, such as 1.
choices-no-such = Please answer with a number from 1 to { $most }, or type the words of what you choose.
