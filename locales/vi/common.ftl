# Câu dùng chung. Giọng ấm, giản dị, mỗi câu nói một việc.
button-expired = Nút này đã hết hạn. Bạn gõ /trogiup để xem việc có thể làm lúc này nhé.
set-aside = 😟 Xin lỗi, loa chưa xử lý được tin bạn vừa gửi. Tin vẫn được giữ, người quản trị đã được báo. Bạn gửi lại giúp nhé; việc gấp thì bạn gọi điện thoại.
not-for-you = Việc này cần người có quyền. Bạn hỏi người quản trị của đơn vị nhé.
choices-hint-one = 👉 Trả lời 1, hoặc gõ “{ $label }”.
choices-hint = 👉 Trả lời bằng số, ví dụ 1.
choices-no-such = Bạn trả lời bằng một số từ 1 đến { $most }, hoặc gõ chữ của mục muốn chọn nhé.
