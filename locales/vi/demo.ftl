# Bản chạy thử (loa demo).
demo-failed = Câu chuyện mẫu không diễn ra như mong đợi. { $why }
demo-interrupted = Đã dừng giữa chừng, câu chuyện chưa kể hết.
demo-port-taken = Cổng { $port } đang có chương trình khác dùng, nên trang ở cổng khác.
demo-page = Mời bạn mở trang này để tự đóng vai từng người:
demo-page-clock = Đồng hồ ở đây đi tiếp từ { $at }. Bấm Ctrl-C để dừng.
demo-bye = Đã dừng, không để lại gì trên máy.

demo-figures = Sau tháng đầu tiên
demo-figure-people = Cán bộ đã có trong loa: { $people } người, { $groups } nhóm, { $units } đơn vị
demo-figure-sent = Tin đã đến: { $count } (Zalo { $zalo }, Zalo OA { $oa } trong đó { $paid } tính phí, Telegram { $telegram }, e-mail { $mail })
demo-figure-notice = Thông báo “{ $title }”: tới { $arrived }/{ $total } nơi
demo-figure-confirmed = Thông báo “{ $title }”: tới { $arrived }/{ $total } nơi, { $confirmed } nơi đã xác nhận
demo-figure-cases = Vụ việc: { $total }, giải quyết dứt điểm: { $confirmed }, gộp: { $merged }, còn mở: { $open }
demo-figure-in-time = Giải quyết đúng hạn: { $in }/{ $settled }
demo-figure-first = Từ khi báo đến khi trực ban nhận: { $time } (trung vị)
demo-figure-end = Từ khi báo đến khi giải quyết: { $time } (trung vị)
demo-figure-clean = Cuộc gọi mà nền tảng phải từ chối: { $count }
