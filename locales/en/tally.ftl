# /solieu: what units count of their work.
tally-which-unit = Figures of which unit?
tally-how = What is counted: { $labels }. For example: { $example }
tally-type = Figures of { $unit } for { $month }: please send one line.
tally-type-right = Please send the right line for { $month } of { $unit }; the old one counts no more.
tally-nothing = I see no number.
tally-unknown = I do not know what “{ $text }” counts.
tally-number = I cannot read the number in “{ $text }”.
tally-twice = “{ $text }” is twice in one line.
tally-not-yet = { $month } has not begun.
tally-by-month = Figures are entered by the month, for example: /solieu tháng 10: 3 hội nghị
tally-entered =
    ✅ Kept for { $unit }, { $month }: { $figures }.
    The whole month: { $sum }.
tally-corrected =
    ✅ Corrected for { $unit }, { $month }: { $figures }.
    The whole month: { $sum }.
tally-removed = The line “{ $figures }” of { $month } is taken out.
tally-changed = This line was corrected or taken out already. Send /solieu to see.
tally-see = See, correct
tally-enter = Enter figures
tally-correct = Correct the last line
tally-remove = Take out the last line
tally-month-before = Month before
tally-quarter = Whole quarter
tally-quarter-before = Quarter before
tally-title-month = Figures of { $when } – { $unit }
tally-title-quarter = Figures of quarter { $when } – { $unit }
tally-none = nothing yet
tally-lines = { " " }(entered { $count } times)
tally-last = Last at { $at }, { $name }: { $figures }
tally-total = { "With all units below: " }
tally-more-units = … and { $count } more units
tally-answered = { $count } of { $asked } units that were asked have figures.
tally-missing = Nothing yet: { $units }
tally-others = { $count } other units
tally-ask = 📊 Please send the figures of { $unit } for { $month }. Press the button and send one line, or type /solieu and the numbers.
tally-remind = ⏰ Once more: there are no figures of { $unit } for { $month } yet. One line is enough; where there was nothing, write 0.
tally-cli-which = There are { $count } units at the top. Choose one with --unit.
tally-cli-month = “{ $text }” is no month. Write it as 11/2026.
