# The demo (loa demo).
demo-failed = The sample story did not go as it should. { $why }
demo-interrupted = Stopped half way; the story is not told to its end.
demo-port-taken = Port { $port } is used by another program, so the page is at another one.
demo-page = Open this page to play everybody yourself:
demo-page-clock = The clock here goes on from { $at }. Press Ctrl-C to stop.
demo-bye = Stopped; nothing is left on this machine.

demo-figures = After the first month
demo-figure-people = Staff in loa: { $people } people, { $groups } groups, { $units } units
demo-figure-sent = Messages that arrived: { $count } (Zalo { $zalo }, Zalo OA { $oa }, of which { $paid } were paid for, Telegram { $telegram }, e-mail { $mail })
demo-figure-notice = Notice “{ $title }”: reached { $arrived } of { $total }
demo-figure-confirmed = Notice “{ $title }”: reached { $arrived } of { $total }, confirmed by { $confirmed }
demo-figure-cases = Cases: { $total }, settled for good: { $confirmed }, merged: { $merged }, open: { $open }
demo-figure-in-time = Settled within the deadline: { $in } of { $settled }
demo-figure-first = From report until a duty officer took it: { $time } (median)
demo-figure-end = From report until settled: { $time } (median)
demo-figure-clean = Calls that the platform had to refuse: { $count }
