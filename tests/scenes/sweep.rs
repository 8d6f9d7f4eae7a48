//! Retention: what nothing refers to goes, what is kept stays whole.

use std::time::Duration;

use loa::conversation::notice::NewNotice;

use crate::on_both;
use crate::town::{BINH, DUTY, EDITOR, LAN, TUAN, Town, photo};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long a case that is over keeps its reporters and pictures.
const KEEP: Duration = Duration::from_secs(90 * 24 * 3600);

/// How many rows there are of what grows.
#[derive(Debug)]
struct Kept {
    messages: i64,
    payloads: i64,
    blobs: i64,
}

impl Kept {
    async fn of(town: &Town) -> Self {
        let count = |table| town.database.count(table);
        Self {
            messages: count("messages").await,
            payloads: count("payloads").await,
            blobs: count("blobs").await,
        }
    }
}

on_both! {
    async fn what_was_said_goes_after_a_month_and_what_happened_stays(database: Database) {
        let town = Town::new(database).await;
        // An invite with its picture, a case with a photo, a published notice, a draft that is left lying.
        town.says(BINH, "/moi Phường Bình Minh, cán bộ, 1 lượt").await;
        let link = town.sandbox.chat(BINH).into_iter().find(|seen| seen.text.contains("?start=")).expect("a link").text;
        let token = link.split_once("?start=").expect("a link").1.split_whitespace().next().expect("a token").to_owned();
        assert!(!town.database.search(&token).await.is_empty(), "what was sent is kept for a while");
        town.sandbox.send_photo(LAN, LAN, photo(1), "Sạt lở ở phường Bình Minh");
        town.settled().await;
        town.presses(LAN, LAN, "Gửi").await;
        let code = town.code(LAN);
        let new = NewNotice { title: "Lịch họp".into(), body: "Hội trường tỉnh".into(), audience: "all".into(), ..NewNotice::default() };
        let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
        town.store.notice_send(id).await.expect("the store").expect("sent");
        town.in_time(town.later(Duration::from_secs(10))).await;
        town.says(EDITOR, "/thongbao NHAPDODANG9921").await;
        let before = Kept::of(&town).await;

        town.in_time(town.later(29 * DAY)).await;
        sweep(&town).await;
        let young = Kept::of(&town).await;
        assert!(young.blobs == before.blobs && young.payloads >= before.payloads, "{before:?} {young:?}");
        town.in_time(town.later(2 * DAY)).await;
        sweep(&town).await;
        let after = Kept::of(&town).await;
        assert_eq!((before.blobs, after.blobs), (2, 1), "the picture of the invite goes, that of the case stays");
        assert!(after.messages < before.messages && after.payloads < before.payloads, "{before:?} {after:?}");
        assert!(after.payloads >= 1, "what was published stays");
        for gone in [token.as_str(), "NHAPDODANG9921"] {
            assert!(town.database.search_rows(gone).await.is_empty(), "{gone}");
        }
        // The record is whole, and its photo can be shown.
        let shown = town.store.notice_show(id).await.expect("the store").expect("a notice");
        assert!(shown.text.contains("Hội trường tỉnh"));
        assert_eq!(town.store.notice_recipients(id).await.expect("a list").len(), 14);
        assert_eq!(town.case(&code).await.photos.len(), 1);
        let pictures = || town.sandbox.chat(TUAN).into_iter().filter(|seen| seen.photos > 0).count();
        town.says(TUAN, &format!("/vuviec {code}")).await;
        town.presses(TUAN, TUAN, "Ảnh (1)").await;
        assert_eq!(pictures(), 1, "{}", town.story(TUAN));
        assert_eq!(town.store.check_audit().await.expect("a look").broken_at, None);
        let next = town.reports(LAN, "Ngập đường ở phường Bình Minh").await;
        assert!(town.heard(DUTY, &next));
        town.ends_well().await;
    }
}

on_both! {
    async fn a_case_that_is_over_keeps_neither_its_reporter_nor_its_pictures(database: Database) {
        let town = Town::new(database).await;
        town.sandbox.send_photo(LAN, LAN, photo(1), "Sạt lở ở phường Bình Minh, gọi 0912345678 để vào");
        town.settled().await;
        town.presses(LAN, LAN, "Gửi").await;
        let code = town.code(LAN);
        town.presses(TUAN, DUTY, "Hỏi thêm").await;
        town.replies(TUAN, DUTY, "Ai ở đó?").await;
        town.presses(LAN, LAN, "Trả lời").await;
        town.says(LAN, "Trưởng thôn, số 0987654321").await;
        town.presses(TUAN, DUTY, "Giải quyết xong").await;
        town.replies(TUAN, DUTY, "Đã thông đường").await;
        town.presses(LAN, LAN, "Đã xong").await;
        let open = town.reports(LAN, "Mất điện ở phường Bình Minh, gọi 0911222333").await;
        town.in_time(town.later(89 * DAY)).await;
        sweep(&town).await;
        let case = town.case(&code).await;
        assert_eq!((case.reporters.len(), case.photos.len()), (1, 1));
        town.in_time(town.later(2 * DAY)).await;
        sweep(&town).await;
        let case = town.case(&code).await;
        assert!(case.reporters.is_empty() && case.photos.is_empty(), "{case:?}");
        assert_eq!(case.text, "Sạt lở ở phường Bình Minh, gọi [số điện thoại] để vào");
        assert!(case.steps.iter().all(|step| step.who.as_deref() != Some("Chị Lan")), "{:?}", case.steps);
        assert!(case.steps.iter().any(|step| step.who.as_deref() == Some("Anh Tuấn")), "{:?}", case.steps);
        assert_eq!(town.database.count("blobs").await, 0, "the picture's bytes are gone");
        for gone in ["0912345678", "0987654321"] {
            assert!(town.database.search(gone).await.is_empty(), "{gone}");
        }
        let card = town.card(DUTY, &code).text;
        assert!(!card.contains("Lan") && card.contains("người báo xác nhận đã xong"), "{card}");
        assert!(town.says(LAN, "/vuviec").await.text.contains(&open));
        assert_eq!(town.case(&open).await.reporters, ["Chị Lan"], "what is open stays as it is");
        assert!(town.says(LAN, &format!("/vuviec {code}")).await.text.contains("không tìm thấy"));
        assert_eq!(town.store.check_audit().await.expect("a look").broken_at, None);
        town.ends_well().await;
    }
}

async fn sweep(town: &Town) {
    while town.store.sweep(KEEP).await.expect("a sweep") > 0 {}
}
