# Danh sách người nhận và nhãn, ở dòng lệnh.
audience-cli-none = Chưa có danh sách nào. Lưu một danh sách: loa audience save 'Tên' 'unit:Xã A/*; role:head'
audience-cli-saved = Đã lưu danh sách “{ $name }”. Dùng: --to 'saved:{ $name }'
audience-cli-removed = Đã xóa danh sách “{ $name }”.
audience-cli-unknown = Không có danh sách nào tên “{ $name }”. Xem: loa audience list
audience-cli-name = Tên cần gọn trong một dòng, tối đa { $most } chữ, không có dấu ; và @.
audience-cli-top = cấp trên cùng
audience-cli-machine = dòng lệnh
audience-cli-tagged = Đã gắn nhãn “{ $name }” thêm { $count } nơi.
audience-cli-untagged = Đã gỡ nhãn “{ $name }” ở { $count } nơi.
audience-cli-wrong = Chưa thay đổi gì: { $why }.
audience-cli-no-tags = Chưa có nhãn nào. Gắn nhãn: loa tag add 'Tên' --person 12
audience-cli-tag = { $name }: { $people } người, { $units } đơn vị, { $groups } nhóm
