//! One landslide in ten steps, from the first message until the reporter says that it is done: what each chat sees.

use crate::on_both;
use crate::town::{BINH, COMMUNE_GROUP, DUTY, LAN, NGA, PAO, SINH, TUAN, Town, VAN, WARD_GROUP, photo};

on_both! {
    async fn the_story_of_a_landslide(database: Database) {
        let town = Town::new(database).await;
        // 1. Words and a picture from the road; where it is, is asked for.
        town.sandbox.send_photo(LAN, LAN, photo(3), "Sạt lở chặn đường vào chợ, xe không qua được");
        town.settled().await;
        town.says(LAN, "Phường Bình Minh").await;
        town.presses(LAN, LAN, "✅ Gửi").await;
        let code = town.code(LAN);
        // 2. Somebody else comes by, and joins.
        town.says(SINH, "Đường vào chợ phường Bình Minh bị sạt lở, xe không qua được").await;
        town.presses(SINH, SINH, "báo chung").await;
        assert_eq!(town.cases().await, 1);
        // 3. An officer looks into it, and asks.
        town.presses(TUAN, DUTY, "Xác minh").await;
        town.presses(TUAN, DUTY, "Hỏi thêm").await;
        town.replies(TUAN, DUTY, "Có ai bị kẹt không?").await;
        town.presses(LAN, LAN, "Trả lời").await;
        town.says(LAN, "Không, nhưng một nhà phía trên nứt tường").await;
        // 4. To the wrong commune, which gives it back with its reason.
        town.presses(TUAN, DUTY, "Chuyển").await;
        town.presses(TUAN, DUTY, "Xã Nậm Pung").await;
        town.presses(PAO, COMMUNE_GROUP, "Trả lại").await;
        town.replies(PAO, COMMUNE_GROUP, "Đường này của phường Bình Minh").await;
        // 5. To the ward, which accepts.
        town.presses(TUAN, DUTY, "Chuyển").await;
        town.presses(TUAN, DUTY, "Phường Bình Minh").await;
        town.presses(NGA, WARD_GROUP, "Tiếp nhận").await;
        // 6. What will be done, and until when.
        town.presses(NGA, WARD_GROUP, "Kế hoạch").await;
        town.replies(NGA, WARD_GROUP, "Máy xúc tới lúc 13 giờ, thông xe trong chiều nay").await;
        // 7. The time is over: who is above hears of it.
        town.until(23, 14, 6).await;
        assert!(town.heard(VAN, &code), "{}", town.story(VAN));
        // 8. The ward has done it, and the officer tells the reporters.
        town.presses(BINH, WARD_GROUP, "Đã xử lý").await;
        let asked = town.last(WARD_GROUP).id;
        town.sandbox.send_photo(BINH, WARD_GROUP, photo(5), "chưa trả lời bot");
        town.sandbox.say_reply(BINH, WARD_GROUP, asked, "Đã dọn xong, xe qua lại được");
        town.settled().await;
        town.presses(TUAN, DUTY, "Giải quyết xong").await;
        town.presses(TUAN, DUTY, "Dùng kết quả").await;
        // 9. Not all of it: one tap opens it again.
        town.presses(LAN, LAN, "Chưa xong").await;
        town.says(LAN, "Nhà nứt tường vẫn chưa ai tới xem").await;
        assert_eq!(town.state(&code).await, "reopened");
        town.presses(TUAN, DUTY, "Nhận xử lý").await;
        town.presses(TUAN, DUTY, "Giải quyết xong").await;
        town.replies(TUAN, DUTY, "Đã chuyển hộ đó sang nhà văn hóa, xây lại tường từ thứ Hai").await;
        // 10. Done.
        town.presses(LAN, LAN, "Đã xong").await;
        assert_eq!(town.state(&code).await, "confirmed");
        insta::assert_snapshot!("landslide", town.stories(&[LAN, SINH, DUTY, COMMUNE_GROUP, WARD_GROUP, VAN]));
        assert_eq!(town.store.check_audit().await.expect("a look").broken_at, None);
        town.ends_well().await;
    }
}
