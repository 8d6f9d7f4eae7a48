# Câu dùng chung. Giọng ấm, giản dị, mỗi câu nói một việc.
button-expired = Nút này đã hết hạn. Bạn gõ /trogiup để xem việc có thể làm lúc này nhé.
not-for-you = Việc này cần người có quyền. Bạn hỏi người quản trị của đơn vị nhé.
