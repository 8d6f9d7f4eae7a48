# Đăng ký, rời, nhóm, trợ giúp.

people-role-staff = cán bộ
people-role-reporter = cộng tác viên
people-role-duty = trực ban
people-role-editor = biên tập
people-role-approver = người duyệt
people-role-head = lãnh đạo
people-role-admin = quản trị

# Lệnh: mỗi lệnh một dòng, dùng cho trợ giúp và bảng lệnh của nền tảng.
cmd-baonhanh = báo nhanh một việc (hoặc cứ nhắn thẳng)
cmd-vuviec = xem các vụ việc
cmd-thongbao = soạn thông báo (hoặc gõ /soan)
cmd-hop = mời họp, biết ai dự
cmd-thuthap = xin mỗi đơn vị báo cáo, con số hoặc câu trả lời, có hạn
cmd-nhap = bản nháp và thông báo bị trả lại của bạn
cmd-duyet = thông báo đang chờ duyệt
cmd-lich = lịch gửi định kỳ (/lich 12: cả tháng 12)
cmd-tonghop = tổng hợp tình hình trong tuần
cmd-solieu = nhập và xem số liệu hoạt động của đơn vị
cmd-yeucau = yêu cầu xóa, sửa dữ liệu cá nhân đang chờ
cmd-moi = tạo mã mời vào đơn vị
cmd-gannhom = gắn nhóm với đơn vị (gõ trong nhóm)
cmd-nhomtruc = đặt nhóm làm nhóm trực (gõ trong nhóm)
cmd-gonhom = gỡ nhóm khỏi đơn vị (gõ trong nhóm)
cmd-toi = đơn vị và vai trò của bạn
cmd-ngonngu = đổi ngôn ngữ (Việt, Anh)
cmd-huy = bỏ việc đang làm dở
cmd-trogiup = những việc bạn làm được lúc này
cmd-roi = rời, không nhận tin nữa
cmd-xoa = xin xóa hoặc sửa dữ liệu của tôi

people-help = Chào { $name }! Bạn có thể:
people-just-write = Thấy việc gì cần báo, bạn cứ nhắn vài lời, kèm ảnh và nơi xảy ra, mình ghi lại ngay.
people-stranger = Chào bạn! Mình là loa, kênh nhận thông báo và báo nhanh của cơ quan. Để bắt đầu, bạn xin mã mời của người quản trị đơn vị rồi mở liên kết, hoặc gửi mã đó vào đây nhé.
people-stranger-group = Bạn chưa đăng ký. Bạn xin mã mời của người quản trị đơn vị nhé.
people-did-you-mean = Ý bạn là /{ $command }? ({ $does })
    Gõ /trogiup để xem các việc khác.
people-unknown-command = Mình chưa biết lệnh này. Bạn gõ /trogiup để xem việc có thể làm nhé.
people-command-corrected = Bạn vừa sửa một lệnh đã gửi, mình không làm lại lệnh đó. Nếu cần, bạn gửi lệnh thành tin mới nhé.
people-in-private = Việc này bạn nhắn riêng cho mình nhé.
people-only-in-group = Bạn gõ lệnh này trong nhóm cần gắn nhé.

# Mã mời
people-invite-wrong = Mã mời này không đúng. Bạn mở lại liên kết người quản trị đơn vị gửi, hoặc xin mã mới nhé.
people-invite-expired = Mã mời vào { $unit } đã hết hạn. Bạn xin người quản trị hoặc lãnh đạo đơn vị một mã mới nhé.
people-invite-used-up = Mã mời vào { $unit } đã dùng hết lượt. Bạn xin người quản trị hoặc lãnh đạo đơn vị một mã mới nhé.
people-invite-revoked = Mã mời vào { $unit } đã bị hủy. Bạn hỏi người quản trị hoặc lãnh đạo đơn vị nhé.
people-invite-pause = Bạn đã thử nhiều lần. Mình nghỉ { $minutes } phút rồi bạn thử lại nhé.

people-offer-before = Chào bạn! Bạn được mời:
people-offer-unit = Đơn vị:{" "}
people-offer-role = Vai trò:{" "}
# Đổi lời dưới đây thì phải đổi số bản (CONSENT_VERSION).
people-consent =
    Trước khi đăng ký, mời bạn đọc vài dòng:
    • Lưu gì: tên, đơn vị, vai trò, mã cuộc trò chuyện này; thông báo bạn đã nhận và xác nhận; báo nhanh bạn gửi (lời, ảnh, nơi xảy ra).
    • Để làm gì: gửi thông báo công việc, tiếp nhận và theo dõi vụ việc. Không dùng vào việc khác.
    • Ai xem: lãnh đạo và người quản trị của đơn vị bạn, của cấp trên; trực ban và đơn vị xử lý vụ việc.
    • Giữ bao lâu: đến khi bạn rời. Vụ việc khép lại rồi thì sau một thời gian (thường 90 ngày) tên người báo và ảnh được xóa, nội dung ở lại.
    • Quyền của bạn: rời bất cứ lúc nào bằng /roi; xin xem, sửa, xóa dữ liệu ở người quản trị, được trả lời trong 2 ngày làm việc.
    Tin nhắn đi qua nền tảng bạn đang dùng, nên đừng gửi điều mật.
    (Bản { $version })
people-consent-enrolled = Cơ quan đã thêm bạn vào danh sách. Bạn đọc và cho biết ý kiến giúp mình nhé; nếu không muốn tham gia, gõ /roi.
people-consent-thanks = Cảm ơn bạn đã đồng ý.
people-agree = Đồng ý
people-decline = Không
people-declined = Không sao cả, mình không đăng ký cho bạn. Khi nào muốn đăng ký, bạn mở lại liên kết mời nhé.
people-name-is = Tên bạn là{" "}
people-name-right = , đúng chưa?
people-name-yes = Đúng rồi
people-name-no = Sửa tên
people-name-type = Bạn gõ họ tên giúp mình nhé (một dòng, tối đa 80 chữ).
people-welcome = Xong rồi, chào mừng { $name }! Bạn là { $role } của { $unit }.
people-role-added = { $name } ơi, bạn có thêm vai trò { $role } của { $unit }.
people-role-already = Bạn đã là { $role } của { $unit } rồi.
people-can-do = Từ giờ bạn có thể:
people-already = { $name } ơi, bạn đã đăng ký rồi. Gõ /trogiup để xem việc có thể làm nhé.

# Bạn
people-post = { $role } – { $unit }
people-no-role = Bạn chưa có vai trò ở đơn vị nào. Bạn hỏi người quản trị nhé.
people-consented = Bạn đã đồng ý bản { $version } lúc { $at }. Gõ /roi nếu muốn rời.
people-not-consented = Bạn chưa cho biết có đồng ý lưu thông tin hay không. Gõ /start để đọc.
people-goodbye = Tạm biệt { $name }, cảm ơn bạn thời gian qua. Từ giờ mình không nhắn cho bạn nữa. Muốn quay lại, bạn xin một mã mời mới của đơn vị nhé.
people-leave-stranger = Bạn chưa đăng ký nên không có gì phải rời cả.
people-cancelled = Mình đã bỏ việc đang làm dở. Cần gì bạn gõ /trogiup nhé.
people-nothing-to-cancel = Không có việc nào đang làm dở. Cần gì bạn gõ /trogiup nhé.
people-language-name = Tiếng Việt
people-language-which = Bạn muốn dùng ngôn ngữ nào?
people-language-now = Mình sẽ nói tiếng Việt ở đây.

# Mời
people-invite-which-unit = Mời vào đơn vị nào?
people-invite-other-unit = Đơn vị khác…
people-invite-type-unit = Bạn gõ tên đơn vị nhé, ví dụ: Phường Bình Minh. (Gõ /huy để thôi.)
people-invite-which-role = Với vai trò gì?
people-invite-how-many = Cho bao nhiêu người, trong bao lâu?
people-invite-terms = { $uses } người · { $days } ngày
people-invite-done = Mã mời vào { $unit } ở ngay dưới đây.
people-invite-made = Mời vào { $unit }, vai trò { $role }: { $uses } lượt, dùng đến { $until }.
    Bạn chỉ gửi cho đúng người cần mời nhé: ai có mã này đều đăng ký được.
people-invite-revoke = Hủy mã mời này
people-invite-revoked-now = Mã mời vào { $unit } đã hủy, không ai dùng được nữa.

# Nhóm
people-no-such-unit = Mình không tìm thấy đơn vị “{ $text }” trong phạm vi của bạn. Bạn gõ lại tên, hoặc một phần tên nhé.
people-which-unit = Gắn nhóm này với đơn vị nào?
people-bound-staff = Xong! Nhóm này nhận thông báo của { $unit }. Muốn gỡ, gõ /gonhom.
people-bound-duty = Xong! Đây là nhóm trực của { $unit }: báo nhanh sẽ hiện ở đây. Muốn gỡ, gõ /gonhom.
people-unbound = Đã gỡ. Nhóm này không nhận thông báo nữa.
people-not-bound = Nhóm này chưa gắn với đơn vị nào. Muốn gắn, gõ /gannhom và tên đơn vị.
people-hello-group = Chào cả nhà, mình là loa. Lãnh đạo hoặc người quản trị đơn vị gõ /gannhom và tên đơn vị để nhóm nhận thông báo (nhóm trực thì gõ /nhomtruc).

# Dòng lệnh
people-cli-file-unreadable = Không đọc được tệp { $file }. Bạn xem lại đường dẫn và quyền đọc nhé.
people-cli-file-too-large = Tệp { $file } lớn quá (trên 64 MB). Bạn chia thành nhiều tệp nhé.
people-cli-file-not-utf8 = Tệp { $file } không phải UTF-8. Bạn lưu lại dạng “CSV UTF-8” nhé.
people-cli-file-wrong = Tệp { $file } có chỗ cần sửa, chưa thay đổi gì:
people-cli-more = … và { $count } chỗ khác.
people-cli-conflicts = Danh sách trái với dữ liệu đang có, chưa thay đổi gì:
people-cli-is-group = dòng { $line }: { $chat } đang là một nhóm, không phải một người.
people-cli-is-person = dòng { $line }: { $chat } đang là của một người, không phải một nhóm.
people-cli-nothing = { $rows } dòng, không có gì thay đổi.
people-cli-would = Xem trước { $rows } dòng, chưa thay đổi gì. Nếu nhập:
people-cli-done = Đã nhập { $rows } dòng:
people-cli-units = thêm { $count } đơn vị
people-cli-people = thêm { $count } người
people-cli-renamed = đổi tên { $count } người
people-cli-roles = thêm { $count } vai trò
people-cli-groups = gắn { $count } nhóm
people-cli-unchanged = { $count } dòng giữ nguyên
people-cli-left = { $count } người đã tự rời, không thêm lại (họ quay lại bằng mã mời)
people-cli-unit-added = + đơn vị { $unit }
people-cli-person-added = + { $name }
people-cli-person-renamed = ~ { $from } → { $to }
people-cli-role-added = + { $name }: { $role } – { $unit }
people-cli-group-bound = + nhóm { $title } → { $unit }
people-cli-duty-bound = + nhóm trực { $title } → { $unit }
people-cli-left-alone = · { $name }: đã tự rời
people-cli-no-unit = Không có đơn vị nào là “{ $text }”. Xem tên các đơn vị: loa unit list
people-cli-which-unit = Có nhiều đơn vị là “{ $text }”, bạn ghi cả đường dẫn nhé:
    { $units }
people-cli-no-invite = Không có mã mời số { $id }, hoặc đã hủy rồi. Xem: loa invite list
people-cli-revoked = Đã hủy mã mời số { $id }.
people-cli-good = dùng đến { $until }
people-cli-expired = hết hạn từ { $until }
people-cli-used-up = hết lượt
people-cli-revoked-state = đã hủy
people-cli-has-left = đã rời
people-cli-unreachable = chưa liên lạc được
people-cli-unit-size = { $people } người, { $groups } nhóm
people-cli-empty = Chưa có gì.
people-cli-at-column = dòng { $line }, cột { $column }: { $what }
people-cli-at-line = dòng { $line }: { $what }
people-cli-wrong-header = dòng đầu phải là { $value }
people-cli-wrong-columns = có { $value } cột, cần đúng 6 cột (tên có dấu phẩy thì đặt trong ngoặc kép)
people-cli-wrong-csv = không đọc được dòng này theo dạng CSV
people-cli-wrong-missing = còn trống
people-cli-wrong-long = dài quá 120 chữ
people-cli-wrong-deep = quá nhiều cấp đơn vị (nhiều nhất 12)
people-cli-wrong-role = “{ $value }” không phải vai trò; có: staff, reporter, duty, editor, approver, head, admin
people-cli-wrong-group-role = nhóm không có vai trò “{ $value }”; để trống, hoặc ghi duty cho nhóm trực
people-cli-wrong-channel = “{ $value }” không phải kênh; có: telegram, zalo_bot, zalo_oa, email
people-cli-wrong-kind = “{ $value }” phải là person hoặc group
people-cli-wrong-chat = “{ $value }” không phải mã trò chuyện đúng (Telegram: người là số dương, nhóm là số âm)
people-cli-wrong-twice = mã này đã có ở dòng { $value } với tên, đơn vị hoặc loại khác
people-cli-moved = { $count } nhóm đã đổi mã (thành siêu nhóm), giữ nguyên như đang gắn
people-cli-group-moved = · nhóm { $title }: đã đổi mã, giữ nguyên

# Nhiều kênh của một người.
cmd-kenh = các kênh bạn nhận tin (Zalo, Telegram…), thêm hoặc đổi thứ tự
people-channels = Bạn nhận tin qua:
people-channel-here = { $channel } (kênh này)
people-channel-open = { $channel }
people-channel-closed = { $channel }: đang không gửi tới được, bạn mở lại bot ở đó nhé
people-channels-order = Tin đi qua kênh đầu tiên; không tới được, hoặc bạn chưa xác nhận, thì qua kênh sau.
people-channels-one = Thêm một kênh nữa thì khi kênh này hỏng, tin vẫn tới bạn.
people-channel-first = Dùng { $channel } trước
people-channel-add = ➕ Thêm kênh
people-channel-now-first = Từ giờ tin tới bạn qua { $channel } trước.
people-link-code-before = Mở bot của cơ quan ở ứng dụng kia (Zalo, Telegram…) rồi gửi dòng này:
people-link-code-after = Mã dùng một lần, trong 10 phút. Đừng đưa mã cho ai khác.
people-link-wrong = Mã ghép này không đúng hoặc đã hết hạn. Bạn gõ /kenh ở kênh cũ để lấy mã mới nhé.
people-link-already = Kênh này đã là của bạn rồi. Gõ /kenh để xem các kênh.
people-link-another = Kênh này đang là của { $name }. Nếu đúng là bạn muốn chuyển, gõ /roi ở đây trước rồi gửi lại mã.
people-linked = ✅ Xong rồi { $name }. Từ giờ bạn dùng được kênh này như kênh cũ. Gõ /kenh để chọn kênh nhận tin trước, /trogiup để xem việc có thể làm.
people-linked-elsewhere = 🔗 Tài khoản của bạn vừa được ghép thêm kênh { $channel }. Nếu không phải bạn làm, hãy báo ngay người quản trị.
people-cli-channels-set = Người của { $unit } và các đơn vị bên dưới nhận tin lần lượt qua: { $channels } (trừ ai đã tự chọn).
people-cli-channels-usual = Người của { $unit } nhận tin theo thứ tự của đơn vị bên trên.

people-data-how = Gõ /dulieu để nhận tệp ghi tất cả những gì loa giữ về bạn, /xoa để xin sửa hoặc xóa.
people-data = Đây là tất cả những gì loa giữ về bạn. Tệp chỉ gửi cho bạn; trong đó có tin công việc, bạn đừng chuyển tiếp nhé. Thấy chỗ nào sai, bạn bấm “Xin sửa”.
people-data-file = du-lieu-cua-toi.txt
people-data-title = Dữ liệu loa giữ về { $name }, lúc { $when }
people-data-since = Có trong danh sách từ { $when }
people-data-roles = Vai trò ({ $count }):
people-data-tags = Nhãn ({ $count }):
people-data-chats = Kênh nhận tin ({ $count }):
people-data-open = đang dùng
people-data-closed = không dùng được
people-data-consents = Lần đồng ý ({ $count }):
people-data-consent = Bản { $version }, { $when }
people-data-consent-until = Bản { $version }, { $when }, rút lại { $until }
people-data-notices = Thông báo đã nhận ({ $count }):
people-data-notice = { $title }: gửi { $sent }, đã xem { $seen }, xác nhận { $confirmed }
people-data-reports = Báo nhanh đã gửi ({ $count }):
people-data-steps = Bước đã làm trong các vụ việc ({ $count }):
people-data-files = Ảnh và tài liệu đã gửi ({ $count }):
people-data-picture = ảnh
people-data-end = Ngoài ra loa giữ nhật ký ai làm gì (chỉ ghi số, không ghi tên và lời), và giữ tin qua lại 30 ngày.
people-data-requests = Yêu cầu của bạn về dữ liệu ({ $count }):
people-data-tally = Số liệu đã nhập cho đơn vị ({ $count }):
people-data-meetings = Trả lời giấy mời họp ({ $count }):
people-data-answers = Câu trả lời đã gửi cho đơn vị ({ $count }):
people-data-ask-erase = xin xóa
people-data-ask-correct = xin sửa
people-data-state-open = đang chờ
people-data-state-agreed = đã đồng ý
people-data-state-done = đã làm
people-data-state-refused = bị từ chối
people-data-state-withdrawn = bạn đã rút
# Xin sửa, xin xóa dữ liệu.
people-erase-stranger = loa không giữ gì về bạn.
people-erase =
    Xóa hết những gì loa giữ về bạn:
    • Mất: tên, vai trò, kênh nhận tin, tin qua lại, báo nhanh và ảnh bạn gửi, lần đồng ý.
    • Ở lại, không còn gắn với ai: vụ việc đã báo (không tên, không số điện thoại), các con số.
    • Tin đã đến máy của người khác thì loa không gọi về được.
    Xóa rồi không lấy lại được; muốn dùng tiếp thì đăng ký lại. Người quản trị trả lời trong 2 ngày làm việc.
    Chỉ muốn thôi nhận tin thì gõ /roi là đủ.
people-erase-want = Xin xóa…
people-erase-ask = Xin xóa hết
people-erase-keep = Thôi, giữ lại
people-erase-kept = Vâng, mọi thứ giữ nguyên.
people-correct-ask = Xin sửa
people-correct-what = Bạn viết giúp: chỗ nào sai, và đúng phải thế nào? (Bỏ thì gõ /huy.)
people-erase-sent = Mình đã gửi yêu cầu xóa đến người quản trị. Bạn có câu trả lời chậm nhất { $due }.
people-correct-sent = Mình đã gửi yêu cầu sửa đến người quản trị. Bạn có câu trả lời chậm nhất { $due }.
people-erase-waits = Yêu cầu xóa bạn gửi { $asked } đang chờ người quản trị, chậm nhất { $due }.
people-correct-waits = Yêu cầu sửa bạn gửi { $asked } đang chờ người quản trị, chậm nhất { $due }. Muốn nói thêm thì bạn rút lại rồi gửi yêu cầu mới.
people-erase-agreed = Dữ liệu của bạn đang được xóa.
people-request-withdraw = Rút yêu cầu
people-request-withdrawn = Mình đã rút yêu cầu, mọi thứ giữ nguyên.
people-request-erase-title = 🗑 Yêu cầu số { $id }: xóa dữ liệu
people-request-correct-title = ✏️ Yêu cầu số { $id }: sửa dữ liệu
people-request-due = Gửi { $asked }. Trả lời chậm nhất { $due }.
people-request-erase = Xóa hết
people-request-refuse = Từ chối
people-request-rename = Sửa tên
people-request-corrected = Đã sửa xong
people-request-is-agreed = ✓ Đã đồng ý xóa.
people-request-is-done = ✓ Đã sửa.
people-request-is-refused = Đã từ chối.
people-request-is-withdrawn = Người gửi đã rút lại.
people-requests-none = Không có yêu cầu nào chờ bạn.
people-requests-more = Còn { $count } yêu cầu nữa: bạn trả lời mấy yêu cầu trên rồi gõ lại /yeucau.
people-erase-surely = Xóa hết dữ liệu của { $name }? Không lấy lại được.
people-erase-yes = Xóa hẳn
people-erase-no = Thôi
people-erase-begins = Được rồi. Người gửi sẽ được báo, rồi mọi dữ liệu được xóa.
people-erase-told = Người quản trị đã đồng ý. Ngay sau tin này loa xóa hết những gì giữ về bạn. Cảm ơn bạn thời gian qua; muốn dùng lại, bạn xin mã mời của đơn vị.
people-correct-told = Người quản trị đã sửa xong theo yêu cầu của bạn. Gõ /toi hoặc /dulieu để xem lại.
people-rename-how = Tên đúng của { $name } là gì? (Bỏ thì gõ /huy.)
people-renamed = Đã sửa tên thành { $name }, và báo cho người gửi.
people-renamed-told = Tên của bạn đã được sửa thành { $name }.
people-refuse-why = Vì sao? Người gửi sẽ đọc câu này. (Bỏ thì gõ /huy.)
people-refused = Mình đã báo lại cho người gửi.
people-erase-refused = Người quản trị chưa xóa dữ liệu của bạn. Lý do: { $reason }. Bạn có thể gửi lại bằng /xoa, hoặc gõ /roi để thôi nhận tin ngay.
people-correct-refused = Người quản trị chưa sửa theo yêu cầu của bạn. Lý do: { $reason }. Bạn có thể gửi lại bằng /xoa.
data-cli-none = Không có yêu cầu nào về dữ liệu cá nhân đang chờ.
data-cli-nobody = Không có ai mang số { $id }, hoặc người đó đã được xóa. Xem danh sách: loa people list
data-cli-would-erase = Sẽ xóa { $name } (số { $id }): { $chats } kênh, { $reports } báo nhanh, { $files } ảnh và tài liệu. Không lấy lại được. Để xóa thật: loa erase person { $id } --yes
data-cli-erased = Đã xóa người số { $id }: { $chats } kênh, { $reports } báo nhanh, { $files } ảnh và tài liệu. Bản sao lưu cũ vẫn còn dữ liệu này; khi đưa bản sao trở lại, loa tự xóa lần nữa.
data-cli-erase-line = số { $id }: { $name } (người số { $person }) xin xóa, gửi { $asked }, trả lời chậm nhất { $due }
data-cli-correct-line = số { $id }: { $name } (người số { $person }) xin sửa, gửi { $asked }, trả lời chậm nhất { $due }: { $text }
data-cli-file = Không ghi được tệp { $file } ({ $why }). Bạn chọn một tên chưa có.
data-cli-exported = Dữ liệu của { $name } đã ghi vào { $file }.

# Nghỉ, chuyển, thôi việc
cmd-nghi = báo những ngày bạn nghỉ
people-leave-ask = Bạn nghỉ từ ngày nào đến ngày nào? Gõ như 10/12 20/12, hoặc bấm:
people-leave-unclear = Mình chưa rõ những ngày nghỉ. Bạn gõ ngày đầu và ngày cuối (chưa qua), như 10/12 20/12 nhé.
people-leave-today = Hôm nay
people-leave-tomorrow = Ngày mai
people-leave-planned = 🌴 Bạn nghỉ từ { $from } đến hết { $until }. Những ngày đó mình chỉ gửi thông báo ghi đích danh bạn.
people-leave-now = 🌴 Bạn nghỉ đến hết { $until }. Đến lúc đó mình chỉ gửi thông báo ghi đích danh bạn.
people-leave-end = Tôi không nghỉ
people-leave-over = Đã ghi: bạn đang làm việc, thông báo lại đến như thường.
staff-told-retired = Từ hôm nay bạn không còn trong danh sách của cơ quan, mình không gửi thông báo nữa. Cảm ơn bạn đã cùng làm việc!
staff-told-moved = Từ hôm nay bạn thuộc { $unit }. Thông báo của đơn vị mới sẽ đến với bạn ở đây.
staff-refused = Việc số { $id } đã hẹn trước về cán bộ, đơn vị không làm được: { $why }
staff-cli-planned = Đã hẹn (việc số { $id }): { $what }, ngày { $at }.
staff-cli-done = Đã làm (việc số { $id }): { $what }.
staff-cli-cancelled = Đã bỏ việc số { $id }.
staff-cli-would-merge = Nếu làm: { $what }. Chuyển theo: { $people } người, { $groups } nhóm, { $units } đơn vị cấp dưới. Không lấy lại được. Thêm --yes để làm.
staff-cli-none = Chưa có việc nào hẹn trước.
staff-cli-day = Chưa hiểu ngày “{ $text }”. Hãy viết ngày chưa qua, như 01/12/2026.
staff-retire = { $name } thôi việc
staff-move = { $name } chuyển đến { $to }
staff-away = { $name } nghỉ đến hết { $until }
staff-merge = { $unit } nhập vào { $to }
people-cli-away = nghỉ đến hết { $until }
people-data-changes = Nghỉ, chuyển, thôi việc ({ $count })
people-data-retired = thôi việc từ { $when }
people-data-away = nghỉ từ { $when } đến hết { $until }
people-data-moved = chuyển đơn vị từ { $when }
