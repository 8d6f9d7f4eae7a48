# Báo động cho người quản trị.
alarm-token = 🔴 Kênh { $channel } từ chối { $secret } từ { $since }. Không mất tin nào, nhưng chưa gửi và nhận được gì cho đến khi sửa xong. Bạn { $mend }.
# Thứ mà mỗi kênh nhận ra loa, và cách sửa khi kênh từ chối.
secret-telegram = mã bot
secret-zalo-bot = mã bot
secret-zalo-oa = mã truy cập
secret-email = tên hoặc mật khẩu hộp thư
secret-mend-telegram = chép lại mã từ @BotFather vào mục [telegram], rồi chạy lại loa
secret-mend-zalo-bot = chép lại mã từ Zalo Bot Creator vào mục [zalo_bot], rồi chạy lại loa
secret-mend-zalo-oa = lấy refresh token ở developers.zalo.me (Công cụ → API Explorer), rồi chạy: loa zalo token
secret-mend-email = xem lại tên và mật khẩu trong mục [email] (Gmail cần mật khẩu ứng dụng), rồi chạy lại loa
alarm-failing = 🔴 Kênh { $channel } không gửi được từ { $since } ({ $detail }). Tin đang chờ vẫn còn đủ, loa tự thử lại.
alarm-too-many = 🟠 Kênh { $channel } bắt bot chờ từ { $since }. Tin đang chờ vẫn còn đủ, loa tự gửi tiếp khi được phép.
alarm-aside = 🟠 Có { $detail } tin đến không xử lý được, đã gác lại. Bạn xem: loa inbox list
alarm-held = 🟠 Có { $detail } tin gửi không rõ đã tới hay chưa, cần người quyết định. Bạn xem: loa message list
alarm-no-token-missing = 🔴 Kênh { $channel } chưa có mã để làm việc. Bạn lấy refresh token của Official Account ở developers.zalo.me (Công cụ → API Explorer) rồi chạy: loa zalo token
alarm-no-token-spent = 🔴 Kênh { $channel }: mã đổi (refresh token) không dùng được nữa, từ { $since }. Mỗi mã chỉ dùng được một lần; có thể Zalo đã đổi mà câu trả lời bị mất. Không mất tin nào. Bạn lấy mã mới ở developers.zalo.me (Công cụ → API Explorer) rồi chạy: loa zalo token
alarm-no-token-refused = 🔴 Kênh { $channel }: Zalo không nhận app_id hoặc app_secret từ { $since } ({ $detail }). Bạn xem lại hai khóa này trong [zalo_oa] rồi chạy lại loa.
alarm-renewal = 🟠 Kênh { $channel }: chưa đổi được mã mới từ { $since } ({ $detail }). loa tự thử lại; mã cũ hết hạn thì tin chờ lại, không mất.
alarm-expiry = 🟠 Kênh { $channel }: mã đổi (refresh token) chỉ dùng được đến { $detail }. Bạn lấy mã mới ở developers.zalo.me (Công cụ → API Explorer) rồi chạy: loa zalo token
alarm-store = 🔴 Cơ sở dữ liệu không ghi được từ { $since }. loa ngừng nhận và gửi cho đến khi ghi được. Bạn xem ổ đĩa và chạy: loa check
alarm-over-channel = 🟢 Kênh { $channel } làm việc lại từ { $ended }, sau khi ngừng từ { $since }. Tin đang chờ được gửi tiếp.
alarm-over-aside = 🟢 Không còn tin đến nào bị gác lại.
alarm-over-held = 🟢 Không còn tin gửi nào cần người quyết định.
alarm-over-renewal = 🟢 Kênh { $channel } lại có mã dùng được.
alarm-over-store = 🟢 Cơ sở dữ liệu ghi lại được từ { $ended }, sau khi ngừng từ { $since }.
alarm-month = 🟠 Kênh { $channel } sắp hết { $detail } tin của tháng này: thông báo thường chờ sang tháng sau, phần còn lại dành cho trả lời và tin khẩn. Cần gửi tiếp thì mua thêm và sửa per_month.
alarm-over-month = 🟢 Kênh { $channel } lại có tin để gửi từ { $ended }.
