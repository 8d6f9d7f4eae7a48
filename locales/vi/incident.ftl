# Báo nhanh và vụ việc. Giọng ấm, giản dị, mỗi câu nói một việc và chỉ lối đi tiếp.

incident-unknown = Không rõ
incident-not-known = chưa rõ
incident-nobody = chưa có ai
incident-cancel = Hủy
incident-back = ↩️ Quay lại
incident-send = ✅ Gửi
incident-edit = ✏️ Sửa

incident-hello = Chào { $name }! Khi có việc cần báo, bạn nhắn một tin: chuyện gì, ở đâu, kèm ảnh nếu có. Gõ /vuviec để xem các việc đã báo.
incident-enrol-first = Bạn cần đăng ký trước đã. Bạn mở liên kết mời của đơn vị, hoặc hỏi người quản trị nhé.
incident-secret = Tin này có dấu mật nên loa không nhận và không lưu lại. Bạn xóa tin vừa gửi, rồi chuyển theo đường công văn mật của cơ quan nhé.
incident-only-pictures = Mình chỉ nhận ảnh và tài liệu PDF thôi bạn nhé. Bạn gửi ảnh (JPG, PNG), PDF hoặc kể bằng lời giúp mình.
incident-only-words = { $places ->
    [no] Mình chỉ đọc được chữ và ảnh thôi. Bạn kể bằng lời giúp mình nhé.
   *[yes] Mình chỉ đọc được chữ, ảnh và vị trí thôi. Bạn kể bằng lời giúp mình nhé.
}
incident-too-many-photos = Mỗi báo nhanh nhận nhiều nhất { $count } ảnh và tài liệu, phần sau chưa được thêm.
incident-already = Tin này đã được gửi rồi, mã vụ việc { $code }.
incident-draft-over = Báo nhanh này đã gửi hoặc đã hủy rồi.
incident-cancelled = Đã hủy, chưa gửi gì cả. Khi cần báo, bạn cứ nhắn cho mình.
incident-never-mind = Đã thôi, vụ việc giữ nguyên.

incident-ask-words = Chuyện gì đang xảy ra? Bạn kể ngắn gọn, kèm ảnh nếu có.
incident-ask-words-spot = Đã nhận vị trí. Ở đó đang có chuyện gì vậy bạn? Kèm ảnh nếu có.
incident-ask-words-photos = Đã nhận { $count } ảnh. Ảnh này là chuyện gì vậy bạn?
incident-ask-words-files = Đã nhận { $count } tệp. Đây là chuyện gì vậy bạn?
incident-ask-new-words = Bạn gửi lại nội dung, mình thay cho lời cũ.
incident-ask-category = Đây là loại việc gì?
incident-ask-unit = { $places ->
    [no] Việc này ở đâu? Bạn chọn, hoặc gõ tên nơi đó.
   *[yes] Việc này ở đâu? Bạn chọn, gõ tên nơi đó, hoặc gửi vị trí.
}
incident-ask-unit-of-spot = Đã nhận vị trí. Nơi đó thuộc đơn vị nào? Bạn chọn, hoặc gõ tên nhé.
incident-ask-which-unit = Bạn nói tới đơn vị nào dưới đây?
incident-send-photos = Bạn gửi ảnh vào đây, mình thêm vào báo nhanh.

incident-summary = Báo nhanh của bạn
incident-line-category = 🏷 Loại: { $name }
incident-line-unit = 🏠 Đơn vị: { $name }
incident-line-place = 📍 Nơi: { $name }
incident-line-photos = 📷 Ảnh: { $count }
incident-line-documents = 📎 Tài liệu: { $count }
incident-line-words = 📝 { $words }
incident-line-hidden = 🙈 Chỉ trực ban biết bạn là người báo.
incident-more = 💡 Nếu biết, bạn nhắn thêm: { $questions }
incident-no-words = (không có lời)
incident-spot = vị trí đã gửi
incident-complaint = ⚖️ Đây có vẻ là khiếu nại hoặc tố cáo. Việc này có đường riêng theo luật: bạn hướng dẫn người dân gửi đơn tới nơi tiếp công dân của Ủy ban nhân dân. Nếu vẫn gửi, chỉ trực ban được xem.
incident-no-names = Mình thấy có số điện thoại hoặc giấy tờ. Bạn bỏ tên và số của người dân ra nếu không cần nhé.
incident-same = 👥 Có người đã báo một việc giống thế này lúc { $when }, mã { $code }. Nếu đúng là việc đó, bạn báo chung để không phải xử lý hai lần.
incident-ready = Đúng rồi thì bạn chọn Gửi nhé.

incident-edit-what = Bạn muốn sửa gì?
incident-edit-words = 📝 Nội dung
incident-edit-category = 🏷 Loại việc
incident-edit-unit = 🏠 Nơi xảy ra
incident-add-photos = 📷 Thêm ảnh
incident-drop-photos = 🗑 Bỏ hết ảnh
incident-edit-hide-name = 🙈 Không nêu tên tôi
incident-edit-show-name = 🙂 Nêu tên tôi
incident-do-join = 👥 Đúng việc đó, báo chung { $code }
incident-joined = ✅ Đã thêm lời của bạn vào { $code } ({ $state }). Có bước nào mới, mình báo bạn ngay.
incident-join-gone = Việc đó đã khép lại rồi. Bạn gửi thành việc mới nhé.
incident-is-answer = ↩️ Đây là câu trả lời cho { $code }

incident-sent = ✅ Đã gửi. Mã vụ việc:
incident-sent-unit = { $desk } đã có tin này, việc ở { $unit }.
incident-sent-routed = Đã chuyển ngay tới { $unit }.
incident-sent-desk = { $desk } đã có tin này và sẽ tìm đơn vị xử lý.
incident-sent-no-desk = Chưa có nhóm trực nào; trực ban sẽ thấy việc này trong danh sách.
incident-sent-next = Hạn xử lý { $when }. Có bước nào mới, mình báo bạn ngay.
incident-sent-photos = Còn ảnh, bạn cứ gửi tiếp trong 10 phút tới.
incident-no-unit = Mình chưa biết bạn thuộc đơn vị nào. Bạn gõ tên xã, phường nơi xảy ra giúp mình nhé.

incident-added-photos = Đã thêm { $count } ảnh vào { $code }. Nếu là việc khác, bạn gửi ảnh kèm vài chữ nhé.
incident-added-files = Đã thêm { $count } tệp vào { $code }. Nếu là việc khác, bạn gửi tệp kèm vài chữ nhé.
incident-added-place = Đã thêm vị trí vào { $code }.
incident-added-words = Đã ghi phần bạn vừa sửa vào { $code }.
incident-closed-already = { $code } đã khép lại. Nếu có việc mới, bạn gửi kèm vài chữ nhé.
incident-photo-too-large = Một ảnh của { $code } lớn quá nên mình chưa nhận được. Bạn gửi lại ở dạng ảnh thường nhé.
incident-photo-no-picture = Một tệp bạn gửi cho { $code } không phải ảnh nên mình chưa xem được. Bạn gửi lại ảnh JPG hoặc PNG nhé.
incident-file-no-pdf = Một tệp bạn gửi cho { $code } không phải PDF nên mình chưa nhận được. Bạn gửi lại PDF hoặc ảnh chụp nhé.
incident-photo-gone = Một ảnh của { $code } không tải về được. Bạn gửi lại ảnh đó giúp mình nhé.
incident-photos-of = 📷 Ảnh của { $code }
incident-files-of = 📎 Ảnh và tài liệu của { $code }
incident-no-photos = Chưa có ảnh nào xem được.

incident-not-found = Mình không tìm thấy vụ việc này. Bạn xem lại mã, hoặc gõ /vuviec để xem danh sách.
incident-taken-already = { $code } đã có { $name } nhận.
incident-not-now = { $code } { $state }, không làm bước này được nữa.

incident-state-new = mới, chờ trực ban nhận
incident-state-taken = trực ban đang xử lý
incident-state-verifying = trực ban đang xác minh
incident-state-forwarded = đã chuyển, chờ đơn vị tiếp nhận
incident-state-accepted = đơn vị đang xử lý
incident-state-planned = đơn vị đã có kế hoạch xử lý
incident-state-reported = đơn vị báo xong, trực ban kiểm tra
incident-state-settled = đã giải quyết, chờ người báo xác nhận
incident-state-confirmed = đã giải quyết dứt điểm
incident-state-closed = đã giải quyết, người báo chưa có ý kiến
incident-state-rejected = không tiếp nhận
incident-state-withdrawn = người báo đã rút lại
incident-state-merged = đã gộp vào vụ việc khác
incident-state-reopened = mở lại, chờ trực ban nhận

incident-bundle = 🌊 { $count } việc mới từ { $when }, mình gom lại để nhóm khỏi trôi tin.
incident-bundle-next = Việc nào cũng có mã, hạn và nhắc như thường. Gõ /vuviec và mã để mở một việc.
incident-do-list = 📋 Xem từng việc
incident-too-many = Bạn vừa gửi { $count } báo nhanh trong ít phút. Mình giữ báo nhanh này, chưa gửi; bạn chọn Gửi lại sau { $when } nhé. Việc khẩn cấp, bạn gọi thẳng trực ban.
incident-card-state = 🔹 { $name }
incident-card-due = ⏳ Hạn { $when }
incident-card-answer = 👋 Cần người nhận trước { $when }
incident-card-answer-late = 👋 Chưa có người nhận, đã quá giờ từ { $when }
incident-card-progress = 📣 Tin tiến độ trước { $when }
incident-card-progress-late = 📣 Chưa có tin tiến độ, đã quá giờ từ { $when }
incident-card-overdue = ⚠️ Quá hạn từ { $when }
incident-card-reporter = 👤 Người báo: { $name }
incident-card-reporter-of = 👤 Người báo: { $name }, { $unit }
incident-card-reporter-hidden = 🙈 Người báo không nêu tên; trực ban xem tên khi nhắn riêng loa
incident-card-reporter-yours = 🙈 Người báo: { $name } (chỉ trực ban được biết)
incident-hidden-name = người báo
incident-card-restricted = ⚖️ Khiếu nại, tố cáo: chỉ trực ban xem, xử lý theo luật
incident-card-photos-coming = 📷 Ảnh: { $count }, đang tải thêm { $more }
incident-card-holder = 🙋 Trực ban: { $name }
incident-card-forwarded = 🏢 Đơn vị xử lý: { $name }
incident-card-same = 🔗 Có thể trùng { $code } (báo { $when })
incident-card-again = 🔁 Tái diễn: { $code } đã xong { $when }
incident-card-merged = 🔗 Gộp vào { $code }
incident-card-question = ❓ Đang hỏi người báo: { $words }
incident-card-result = ☑️ Kết quả: { $words }
incident-card-last = { $when }: { $who } { $what }
incident-card-gone = { $code } không còn ở đơn vị nữa, đã về trực ban.

incident-move-take = nhận xử lý
incident-move-verify = xác minh
incident-move-ask = hỏi thêm
incident-move-answer = trả lời
incident-move-add = gửi thêm
incident-move-forward = chuyển
incident-move-accept = tiếp nhận
incident-move-plan = báo kế hoạch
incident-move-progress = báo tiến độ
incident-move-return = trả lại
incident-move-report = báo kết quả
incident-move-settle = báo đã giải quyết
incident-move-confirm = xác nhận đã xong
incident-move-close = khép lại sau 7 ngày chưa có ý kiến
incident-move-reopen = báo chưa xong
incident-move-reject = không tiếp nhận
incident-move-withdraw = rút lại
incident-move-merge = gộp vào

incident-do-take = 🙋 Nhận xử lý
incident-do-verify = 🔍 Xác minh
incident-do-ask = ❓ Hỏi thêm
incident-do-forward = ➡️ Chuyển
incident-do-settle = ✅ Giải quyết xong
incident-do-settle-as = ✅ Dùng kết quả của đơn vị
incident-do-reject = 🚫 Từ chối
incident-do-withdraw = 🗑 Rút lại
incident-do-merge = 🔗 Gộp
incident-do-merge-into = 🔗 Gộp vào { $code }
incident-do-accept = 👌 Tiếp nhận
incident-do-plan = 📅 Kế hoạch
incident-do-progress = 📣 Tiến độ
incident-do-return = ↩️ Trả lại
incident-do-report = ✅ Đã xử lý
incident-do-answer = 💬 Trả lời
incident-do-confirm = 👍 Đã xong
incident-do-reopen = Chưa xong
incident-do-photos = 📷 Ảnh ({ $count })
incident-do-files = 📎 Ảnh, tài liệu ({ $count })
incident-do-map = 🗺 Bản đồ
incident-do-forward-name = 🔎 Tìm theo tên

incident-want-question = { $name } ơi, bạn muốn hỏi người báo điều gì về { $code }?
incident-want-answer = { $places ->
    [no] Bạn trả lời về { $code } bằng lời hoặc ảnh đều được.
   *[yes] Bạn trả lời về { $code } bằng lời, ảnh hoặc vị trí đều được.
}
incident-want-unit = { $name } ơi, bạn gõ tên đơn vị cần chuyển { $code } tới.
incident-want-return = { $name } ơi, vì sao trả lại { $code }?
incident-want-result = { $name } ơi, kết quả xử lý { $code } thế nào? Kèm ảnh nếu có.
incident-want-plan = { $name } ơi, đơn vị xử lý { $code } thế nào, đến bao giờ xong? Người báo sẽ đọc câu này.
incident-want-progress = { $name } ơi, { $code } tới đâu rồi? Một câu là đủ, kèm ảnh nếu có. Người báo sẽ đọc câu này.
incident-want-settle = { $name } ơi, { $code } đã giải quyết thế nào? Một câu là đủ, kèm ảnh nếu có. Người báo sẽ đọc câu này.
incident-want-reject = { $name } ơi, vì sao không tiếp nhận { $code }? Người báo sẽ đọc câu này.
incident-want-withdraw = Vì sao bạn rút lại { $code }? Một câu là đủ, ví dụ “báo nhầm”.
incident-want-reply = Bạn bấm Trả lời (Reply) tin này rồi viết nhé.
incident-words-needed = Bạn viết giúp mình một câu nhé.
incident-words-needed-too = Đã nhận ảnh. Bạn viết thêm một câu nữa nhé.

incident-forward-where = Chuyển { $code } tới đơn vị nào? Bạn chọn hoặc trả lời tin này bằng tên đơn vị.
incident-forward-none = Chưa có đơn vị nào có nhóm gắn với loa hoặc lãnh đạo đã mở bot. Nhờ người quản trị gắn nhóm trước nhé.
incident-forward-no-such = Không thấy nhóm hay lãnh đạo của đơn vị tên như vậy. Bạn thử tên khác nhé.
incident-forwarded-here = Đã chuyển { $code } tới { $unit }.
incident-merge-where = Gộp { $code } vào vụ việc nào?
incident-merge-none = Không có vụ việc nào cùng đơn vị hoặc cùng loại đang mở.
incident-merged-here = Đã gộp { $code } vào { $into }.

incident-done-take = Bạn đã nhận { $code }.
incident-done-verify = Đã báo cho người báo: { $code } đang được xác minh.
incident-done-ask = Đã gửi câu hỏi về { $code } tới người báo.
incident-done-answer = Cảm ơn bạn, câu trả lời về { $code } đã tới trực ban.
incident-done-add = Đã thêm vào { $code }.
incident-done-accept = Đã tiếp nhận { $code }.
incident-done-plan = Đã ghi kế hoạch xử lý { $code }.
incident-done-progress = Đã nhắn tiến độ { $code } tới người báo.
incident-done-return = Đã trả { $code } lại trực ban.
incident-done-report = Đã báo kết quả { $code } tới trực ban.
incident-done-settle = Đã nhắn người báo: { $code } đã giải quyết.
incident-done-reject = Đã nhắn người báo lý do không tiếp nhận { $code }.
incident-done-withdraw = Đã rút lại { $code } và báo cho trực ban.
incident-done-merge = Đã gộp { $code }.

incident-tell-take = { $code }: { $name } (trực ban) đã nhận xử lý.
incident-tell-verify = { $code }: { $name } (trực ban) đang xác minh.
incident-tell-ask = ❓ { $code }: trực ban hỏi bạn: “{ $words }”
incident-tell-answer = { $code }: đã có câu trả lời.
incident-tell-add = { $code }: đã có thêm thông tin.
incident-tell-forward = { $code }: đã chuyển tới { $unit }.
incident-tell-accept = { $code }: { $unit } đã tiếp nhận và đang xử lý.
incident-tell-plan = 📅 { $code }: { $unit } có kế hoạch: “{ $words }”
incident-tell-progress = 📣 { $code }: { $unit } báo tiến độ: “{ $words }”
incident-tell-return = { $code }: { $unit } chuyển lại, trực ban đang tìm nơi xử lý phù hợp.
incident-tell-report = { $code }: { $unit } báo đã xử lý, trực ban đang kiểm tra lại.
incident-tell-settle = ✅ { $code } đã giải quyết: “{ $words }”
    Việc đã xong thật chưa bạn?
incident-tell-confirm = 👍 { $code } đã khép lại. Cảm ơn bạn đã báo tin!
incident-tell-close = { $code } được khép lại: đã 7 ngày mà chưa có ý kiến của bạn. Nếu việc chưa xong, bạn chọn Chưa xong nhé.
incident-tell-reopen = { $code } đã mở lại. Còn thiếu gì, bạn nhắn ngay đây giúp mình.
incident-tell-reject = { $code } không được tiếp nhận, lý do: “{ $words }”. Cảm ơn bạn đã báo tin.
incident-tell-merge = { $code } đã gộp vào { $words } vì cùng một việc. Từ giờ bạn theo dõi mã { $words } nhé.

incident-duty-join = 👥 { $code }: { $name } cũng báo việc này: “{ $words }”
incident-duty-answer = 💬 { $code }: { $name } trả lời: “{ $words }”
incident-duty-return = ↩️ { $code }: { $unit } trả lại: “{ $words }”
incident-duty-plan = 📅 { $code }: { $unit } có kế hoạch: “{ $words }”
incident-duty-report = ☑️ { $code }: { $unit } báo kết quả: “{ $words }”
incident-duty-confirm = 👍 { $code }: người báo xác nhận đã xong.
incident-duty-reopen = 🔁 { $code }: người báo nói chưa xong, vụ việc mở lại.
incident-duty-withdraw = 🗑 { $code }: { $name } rút lại báo nhanh này: “{ $words }”

incident-list-mine = Việc bạn đã báo ({ $count })
incident-list-duty = Việc đang mở ({ $count })
incident-list-unit = Việc đã chuyển tới đơn vị ({ $count })
incident-list-empty = Chưa có việc nào.
incident-list-left = còn { $left }
incident-list-overdue = ⚠️ quá hạn { $left }
incident-list-more = Xem tiếp ▶️
incident-list-back = ◀️ Quay lại
incident-list-to-mine = Việc tôi báo
incident-list-private = Ở nhóm này mình không hiện vụ việc. Bạn nhắn riêng cho mình nhé.

incident-minutes = { $count } phút
incident-hours = { $count } giờ
incident-days = { $count } ngày

incident-remind-half = ⏳ { $code } ({ $unit }) còn { $left } tới hạn { $when }. Người xử lý: { $name }.
incident-remind-soon = ⏰ { $code } ({ $unit }) còn một giờ nữa là tới hạn { $when }. Người xử lý: { $name }.
incident-remind-due = ⚠️ { $code } ({ $unit }) đã tới hạn { $when } mà chưa xong. Người xử lý: { $name }.
incident-ask-progress = 📣 { $code }: đã { $silent } chưa có tin mới. Đơn vị chọn “📣 Tiến độ” rồi nhắn một câu nhé.
incident-late-progress = 📣 { $code }: { $with } đã { $silent } chưa có tin tiến độ. Hạn xử lý { $when }. Bạn hỏi đơn vị giúp nhé.
incident-late-answer = 👋 { $code } ({ $unit }) báo từ { $since } mà chưa có ai nhận. Bạn xem giúp, để người báo biết đã có người lo.
incident-escalate-answer = 👋 { $code } của { $unit } báo từ { $since } mà chưa có ai nhận. Gõ /vuviec { $code } để xem.
incident-escalate = ⚠️ { $code } của { $unit } đã quá hạn { $when } mà chưa xong. Người xử lý: { $name }. Gõ /vuviec { $code } để xem.

incident-digest-how = Bạn gõ /tonghop ngày, /tonghop tuần, /tonghop tháng hoặc /tonghop quý nhé.
incident-digest-day = Tổng hợp ngày { $date }
incident-digest-week = Tổng hợp tuần từ { $date }
incident-digest-month = Tổng hợp tháng từ { $date }
incident-digest-quarter = Tổng hợp quý từ { $date }
incident-digest-total = Vụ việc mới: { $count }
incident-digest-categories = Loại việc:
incident-digest-units = Đơn vị:
incident-digest-states = Tình trạng:
incident-digest-others = còn lại: { $count }
incident-digest-settled = Giải quyết đúng hạn: { $count }, quá hạn: { $late }
incident-digest-open = Đang mở: { $count }, trong đó quá hạn: { $late }
incident-digest-back = Tái diễn sau khi đã xong: { $count }
