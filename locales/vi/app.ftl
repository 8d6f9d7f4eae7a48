# Câu của dòng lệnh. Mỗi câu một việc, nói luôn cách làm tiếp.
cli-failed = Loa chưa làm được việc này: { $why }
cli-log-level = Mức ghi (khóa log.level hoặc biến LOA_LOG) cần là error, warn, info, debug, trace, hoặc như "loa::jobs=debug,info".
cli-database-url = Khóa database.url cần bắt đầu bằng sqlite: hoặc postgres://, ví dụ "sqlite:loa.db".
cli-token-wrong = mã bot không đúng
cli-no-answer = không có trả lời
cli-database-closed = không mở được cơ sở dữ liệu

cli-init-there = Đã có { $file } rồi nên loa không ghi đè. Bạn chọn thư mục khác, hoặc chạy "loa check" để xem cấu hình đang có.
cli-init-not-written = Không ghi được vào { $place }: { $why }.
cli-init-unit-wrong = "{ $unit }" chưa phải là tên đơn vị. Bạn viết như "Tỉnh Mường Lam" nhé.
cli-init-ask-unit = Đơn vị cao nhất tên là gì? [{ $usual }]
cli-init-made = Đã tạo { $file } và cơ sở dữ liệu. Đây là lời mời cho người quản trị đầu tiên:
cli-init-next = Ba bước tiếp theo:
cli-init-step-token = Lấy mã bot ở @BotFather trên Telegram, rồi đặt vào { $file } (mục [telegram]) hoặc biến LOA_TELEGRAM__TOKEN.
cli-init-step-token-there = Đã có mã bot. Giữ mã ở nơi chỉ loa đọc được.
cli-init-step-check = Chạy "loa --config { $file } check" để kiểm tra mọi thứ.
cli-init-step-run = Chạy "loa --config { $file } run", rồi mở lời mời trên điện thoại của người quản trị.

cli-check-faults = Có { $count } chỗ cần sửa.
cli-check-config = Cấu hình { $file } dùng được.
cli-check-secret-open = Ai trên máy này cũng đọc được { $file }, trong đó có điều cần giữ kín. Bạn chạy: chmod 600 { $file }
cli-check-token = Mã bot Telegram dùng được: @{ $name }.
cli-check-token-refused = Không hỏi được bot Telegram ở { $api }: { $why }. Bạn xem lại mã bot và đường mạng.
cli-check-token-missing = Chưa có mã bot Telegram. Bạn đặt telegram.token_file, hoặc biến LOA_TELEGRAM__TOKEN.
cli-check-database = Cơ sở dữ liệu lành lặn ({ $engine }, lược đồ số { $schema }).
cli-check-database-missing = Chưa có cơ sở dữ liệu { $file }. Bạn chạy "loa init" ở một thư mục mới, hoặc xem lại khóa database.url.
cli-check-database-damaged = Cơ sở dữ liệu bị hỏng ({ $engine }): { $damage }. Bạn dừng loa và dùng lại bản sao lưu gần nhất.
cli-check-database-fails = Cơ sở dữ liệu không trả lời: { $why }.
cli-check-inbox = Không có tin đến nào bị gác lại.
cli-check-aside = Tin đến số { $id } ({ $channel } { $number }, nhận lúc { $at }) bị gác lại: { $error }
cli-check-outbox = Một ngày qua, không tin gửi nào gặp trục trặc.
cli-check-outbox-trouble = Một ngày qua: { $unknown } tin không rõ đã đến hay chưa, { $failed } tin không gửi được.
cli-check-clock = Đồng hồ máy: { $now }.
cli-check-clock-far = Đồng hồ máy đang là { $now }, không đúng. Bạn bật đồng bộ giờ (NTP) cho máy.
cli-check-clock-off = Đồng hồ máy đang là { $now }, còn Telegram là { $platform }. Bạn bật đồng bộ giờ (NTP) cho máy.
cli-check-clock-behind = Đồng hồ máy đang là { $now }, nhưng đã có tin nhận lúc { $latest }. Bạn chỉnh lại giờ máy.
cli-check-disk = Ổ đĩa còn trống { $megabytes } MB.
cli-check-disk-scant = Ổ đĩa chỉ còn trống { $megabytes } MB. Bạn dọn bớt trong tuần này.
cli-check-disk-full = Ổ đĩa chỉ còn trống { $megabytes } MB, sắp không lưu được nữa. Bạn dọn ngay.
cli-check-log = Nhật ký ghi trước của cơ sở dữ liệu đã dài { $megabytes } MB vì có chương trình khác đọc mãi chưa xong. Bạn đóng chương trình đang mở tệp cơ sở dữ liệu.
cli-trouble = Cơ sở dữ liệu đọc được nhưng không ghi được: { $why }. Tới khi ghi lại được, loa không nhận và không gửi tin nào; không mất gì, và loa tự chạy tiếp.
cli-trouble-full = ổ đĩa đã đầy
cli-trouble-read-only = tệp hoặc ổ đĩa chỉ cho đọc
cli-trouble-busy = một chương trình khác đang giữ khóa
cli-trouble-disk = ổ đĩa báo lỗi

cli-status-working = Dịch vụ đang chạy.
cli-status-resting = Dịch vụ không chạy: tin chờ sẽ đi khi bạn chạy "loa run".
cli-status-inbox = Tin đến: { $waiting } đang chờ, { $aside } bị gác lại.
cli-status-oldest = Tin chờ lâu nhất đến lúc { $at }.
cli-status-outbox-empty = Tin gửi: không có tin nào đang chờ.
cli-status-lane = Tin gửi, { $lane }: { $queued } đang chờ, { $sending } đang gửi.
cli-status-lane-interactive = trả lời
cli-status-lane-urgent = khẩn
cli-status-lane-notice = thông báo
cli-status-day = Một ngày qua: đã gửi { $sent }, không rõ { $unknown }, không gửi được { $failed }.
cli-status-channel = Kênh { $channel }: { $people } người, { $groups } nhóm, { $closed } nơi không nhận được nữa.

run-no-token = Chưa có mã bot Telegram; hãy đặt token hoặc token_file trong [telegram], hoặc biến LOA_TELEGRAM__TOKEN.
run-token-refused = Telegram không nhận mã bot; hãy chép lại mã từ @BotFather vào [telegram] token.
cli-status-rest-token = Kênh { $channel } đang nghỉ từ { $since }: mã của bot bị từ chối ({ $why }). Thử lại lúc { $until }, đã thử { $failures } lần.
cli-status-rest-too-many = Kênh { $channel } đang nghỉ từ { $since }: bot gửi quá nhanh, phải chờ ({ $why }). Gửi tiếp lúc { $until }, đã phải chờ { $failures } lần.
cli-status-rest-failing = Kênh { $channel } đang nghỉ từ { $since }: không gửi được ({ $why }). Thử lại lúc { $until }, đã thử { $failures } lần.
cli-status-rest-trying = Kênh { $channel } nghỉ từ { $since } ({ $why }), nay trả lời lại: đang gửi thử một tin, sau { $failures } lần không được. Xem lại lúc { $until }.
cli-status-cases = Vụ việc: { $open } đang mở, { $overdue } quá hạn.
cli-status-notice = Thông báo { $id } "{ $title }" { $state }: { $sent }/{ $total }.
cli-status-notice-running = đang gửi
cli-status-notice-paused = tạm dừng
cli-status-notice-preparing = sắp gửi
cli-status-schedule = Lịch "{ $name }": lần tới { $at }.

cli-message-none = Không có tin nào cần bạn quyết định.
cli-message-line = { $id } · { $at } · { $chat }: { $text }
cli-message-unknown = Không có tin { $id } đang chờ quyết định; xem danh sách bằng "loa message list".
cli-message-retried = Tin { $id } sẽ được gửi lại.
cli-message-arrived = Đã ghi: tin { $id } đã tới.
cli-message-dropped = Đã ghi: tin { $id } không cần gửi nữa.
