# Thông báo: soạn, duyệt, xác nhận.
notice-urgent-mark = 🔴 KHẨN
notice-confirm-button = ✅ Đã nhận
notice-confirm-thanks = Cảm ơn { $name }, đã ghi nhận.
notice-confirmed-before = Bạn đã xác nhận lúc { $at } rồi.
notice-confirm-stranger = Bạn chưa đăng ký với bot nên chưa xác nhận được. Bạn nhắn riêng cho bot nhé.
