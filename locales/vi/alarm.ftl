# Báo động cho người quản trị.
alarm-token = 🔴 Kênh { $channel } từ chối mã của bot từ { $since }. Không mất tin nào, nhưng chưa gửi và nhận được gì cho đến khi mã đúng. Bạn đặt lại mã bot rồi chạy lại loa.
alarm-failing = 🔴 Kênh { $channel } không gửi được từ { $since } ({ $detail }). Tin đang chờ vẫn còn đủ, loa tự thử lại.
alarm-too-many = 🟠 Kênh { $channel } bắt bot chờ từ { $since }. Tin đang chờ vẫn còn đủ, loa tự gửi tiếp khi được phép.
alarm-aside = 🟠 Có { $detail } tin đến không xử lý được, đã gác lại. Bạn xem: loa inbox list
alarm-held = 🟠 Có { $detail } tin gửi không rõ đã tới hay chưa, cần người quyết định. Bạn xem: loa message list
alarm-store = 🔴 Cơ sở dữ liệu không ghi được từ { $since }. loa ngừng nhận và gửi cho đến khi ghi được. Bạn xem ổ đĩa và chạy: loa check
alarm-over-channel = 🟢 Kênh { $channel } làm việc lại từ { $ended }, sau khi ngừng từ { $since }. Tin đang chờ được gửi tiếp.
alarm-over-aside = 🟢 Không còn tin đến nào bị gác lại.
alarm-over-held = 🟢 Không còn tin gửi nào cần người quyết định.
alarm-over-store = 🟢 Cơ sở dữ liệu ghi lại được từ { $ended }, sau khi ngừng từ { $since }.
alarm-month = 🟠 Kênh { $channel } sắp hết { $detail } tin của tháng này: thông báo thường chờ sang tháng sau, phần còn lại dành cho trả lời và tin khẩn. Cần gửi tiếp thì mua thêm và sửa per_month.
alarm-over-month = 🟢 Kênh { $channel } lại có tin để gửi từ { $ended }.
