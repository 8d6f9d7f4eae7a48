# Sentences that all parts share.
button-expired = This button is no longer valid. Send /trogiup to see what you can do now.
not-for-you = This needs somebody with the right to do it. Ask your unit's administrator.
