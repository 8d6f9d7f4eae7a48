# /solieu: số liệu hoạt động của đơn vị.
tally-which-unit = Số liệu của đơn vị nào?
tally-how = Đếm được: { $labels }. Ví dụ: { $example }
tally-type = Số liệu tháng { $month } của { $unit }: bạn gửi một dòng.
tally-type-right = Bạn gửi lại dòng đúng cho tháng { $month } của { $unit }; dòng cũ thôi tính.
tally-nothing = Mình chưa thấy con số nào.
tally-unknown = Mình chưa rõ “{ $text }” là số gì.
tally-number = Mình không đọc được số trong “{ $text }”.
tally-twice = “{ $text }” có hai lần trong một dòng.
tally-not-yet = Tháng { $month } chưa tới.
tally-by-month = Số liệu nhập theo tháng, ví dụ: /solieu tháng 10: 3 hội nghị
tally-entered =
    ✅ Đã ghi cho { $unit }, tháng { $month }: { $figures }.
    Cả tháng: { $sum }.
tally-corrected =
    ✅ Đã sửa cho { $unit }, tháng { $month }: { $figures }.
    Cả tháng: { $sum }.
tally-removed = Đã bỏ dòng “{ $figures }” của tháng { $month }.
tally-changed = Dòng này đã được sửa hoặc bỏ rồi. Gõ /solieu để xem.
tally-see = Xem, sửa
tally-enter = Nhập số liệu
tally-correct = Sửa dòng cuối
tally-remove = Bỏ dòng cuối
tally-month-before = Tháng trước
tally-quarter = Cả quý
tally-quarter-before = Quý trước
tally-title-month = Số liệu tháng { $when } – { $unit }
tally-title-quarter = Số liệu quý { $when } – { $unit }
tally-none = chưa có
tally-lines = { " " }({ $count } lần nhập)
tally-last = Lần cuối { $at }, { $name }: { $figures }
tally-total = { "Cùng các đơn vị bên dưới: " }
tally-more-units = … và { $count } đơn vị nữa
tally-answered = Đã có số liệu: { $count }/{ $asked } đơn vị được hỏi.
tally-missing = Chưa có: { $units }
tally-others = { $count } đơn vị khác
tally-ask = 📊 Xin số liệu tháng { $month } của { $unit }. Bấm nút rồi gửi một dòng, hoặc gõ /solieu và các con số.
tally-remind = ⏰ Nhắc lại: chưa có số liệu tháng { $month } của { $unit }. Một dòng là đủ; không có hoạt động thì ghi số 0.
tally-cli-which = Gốc của danh sách có { $count } đơn vị. Bạn chọn một bằng --unit.
tally-cli-month = “{ $text }” không phải là tháng. Bạn ghi như 11/2026 nhé.
