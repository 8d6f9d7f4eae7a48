//! Who of a group has tapped: a number on the group's own message, names for whoever looks after the notice.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::domain::ids::NoticeId;
use loa::sandbox::{Accepted, Seen};

use crate::on_both;
use crate::town::{APPROVER, BINH, EDITOR, HAI, HOA, LAN, NGA, Town, WARD_GROUP, photo};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// The newest message of the group that offers this.
fn offered(town: &Town, chat: i64) -> Seen {
    let offers = |seen: &Seen| seen.by_bot && seen.labels().iter().any(|label| label.contains("Đã nhận"));
    let found = town.sandbox.chat(chat).into_iter().rev().find(offers);
    found.unwrap_or_else(|| panic!("no button in:\n{}", town.story(chat)))
}

fn label(town: &Town) -> String {
    offered(town, WARD_GROUP).labels().join(" ")
}

/// How often the group's buttons were changed.
fn changes(town: &Town) -> usize {
    let counts =
        |call: &&Accepted| call.method == "editMessageReplyMarkup" && call.chat_id == Some(WARD_GROUP);
    town.sandbox.accepted().iter().filter(counts).count()
}

async fn sends(town: &Town, new: NewNotice) -> NoticeId {
    let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
    town.store.notice_send(id).await.expect("the store").expect("sent");
    town.in_time(town.later(MINUTE)).await;
    id
}

fn notice() -> NewNotice {
    NewNotice {
        title: "Họp phường".into(),
        body: "Tám giờ sáng mai.".into(),
        audience: "group:Cán bộ phường Bình Minh".into(),
        confirm: true,
        ..NewNotice::default()
    }
}

on_both! {
    async fn a_groups_message_says_how_many_have_tapped(database: Database) {
        let town = Town::new(database).await;
        sends(&town, notice()).await;
        assert_eq!(label(&town), "✅ Đã nhận");
        town.presses(NGA, WARD_GROUP, "Đã nhận").await;
        assert_eq!(label(&town), "✅ Đã nhận · 1/3 người", "{}", town.story(WARD_GROUP));
        // Who is on no list is not counted; who is, and of another unit, is one more.
        town.sandbox.join(HOA, WARD_GROUP);
        assert!(town.presses(HOA, WARD_GROUP, "Đã nhận").await.contains("chưa đăng ký"));
        town.in_time(town.later(10 * SECOND)).await;
        assert_eq!(label(&town), "✅ Đã nhận · 1/3 người");
        town.sandbox.join(HAI, WARD_GROUP);
        town.presses(HAI, WARD_GROUP, "Đã nhận").await;
        town.in_time(town.later(10 * SECOND)).await;
        assert_eq!(label(&town), "✅ Đã nhận · 2/4 người");
        // Taken back within a minute, it is one less.
        town.presses(HAI, WARD_GROUP, "Đã nhận · 2/4").await;
        town.presses(HAI, WARD_GROUP, "Bỏ xác nhận").await;
        town.in_time(town.later(10 * SECOND)).await;
        assert_eq!(label(&town), "✅ Đã nhận · 1/3 người");
        let words = offered(&town, WARD_GROUP).text;
        assert_eq!(words, "Họp phường\n\nTám giờ sáng mai.", "the words stay as they are");
        town.ends_well().await;
    }

    async fn many_at_once_change_it_once(database: Database) {
        let town = Town::new(database).await;
        sends(&town, notice()).await;
        let message = offered(&town, WARD_GROUP);
        for who in [NGA, BINH, LAN] {
            town.sandbox.press(who, WARD_GROUP, message.id, "✅ Đã nhận");
        }
        town.settled().await;
        town.in_time(town.later(20 * SECOND)).await;
        assert_eq!(label(&town), "✅ Đã nhận · 3/3 người");
        assert!((1..=2).contains(&changes(&town)), "{} changes", changes(&town));
        // Nothing else was said in the group.
        assert_eq!(town.story(WARD_GROUP).matches('🤖').count(), 1, "{}", town.story(WARD_GROUP));
        town.ends_well().await;
    }

    async fn below_an_album_the_button_has_a_message_of_its_own(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/thongbao").await;
        town.sandbox.send_album(EDITOR, EDITOR, vec![photo(1), photo(2)], "Ảnh diễn tập\nMọi người xem nhé.");
        town.settled().await;
        town.in_time(town.later(5 * SECOND)).await;
        town.presses(EDITOR, EDITOR, "Chỉ các nhóm").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(MINUTE)).await;
        town.presses(NGA, WARD_GROUP, "Đã nhận").await;
        assert_eq!(label(&town), "✅ Đã nhận · 1/3 người", "{}", town.story(WARD_GROUP));
        assert_eq!(town.sandbox.chat(WARD_GROUP).iter().filter(|seen| seen.photos > 0).count(), 2);
        town.ends_well().await;
    }

    async fn only_the_editor_hears_names(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/thongbao Họp phường\nTám giờ sáng mai.").await;
        town.presses(EDITOR, EDITOR, "Chọn khác").await;
        town.says(EDITOR, "nhóm: Cán bộ phường Bình Minh; người: Anh Bình").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(MINUTE)).await;
        town.presses(NGA, WARD_GROUP, "Đã nhận").await;
        // Bình has confirmed in private: he is not missing in the group.
        town.presses(BINH, BINH, "Đã nhận").await;
        town.in_time(town.later(2 * MINUTE)).await;
        town.presses(EDITOR, EDITOR, "Ai chưa xác nhận?").await;
        let told = town.last(EDITOR).text;
        assert!(told.contains("Cán bộ phường Bình Minh 1/3\nĐã: Chị Nga\nChưa: Chị Lan"), "{told}");
        for name in ["Chị Nga", "Chị Lan", "Anh Bình"] {
            let by_bot = town.sandbox.chat(WARD_GROUP).into_iter().filter(|seen| seen.by_bot);
            assert!(by_bot.into_iter().all(|seen| !seen.text.contains(name)), "{}", town.story(WARD_GROUP));
        }
        town.presses(LAN, WARD_GROUP, "Đã nhận").await;
        town.presses(EDITOR, EDITOR, "Ai chưa xác nhận?").await;
        assert!(town.last(EDITOR).text.contains("Mọi người đã xác nhận"), "{}", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn in_a_group_that_has_grown_no_other_message_is_changed(database: Database) {
        let town = Town::new(database).await;
        let id = sends(&town, NewNotice { remind_after: Some(15 * MINUTE), ..notice() }).await;
        let new = -1_001_000_000_200;
        town.sandbox.migrate_group(WARD_GROUP, new);
        town.settled().await;
        town.in_time(town.later(20 * MINUTE)).await;
        // The reminder stands in the new group; the notice itself is out of reach.
        town.presses(NGA, new, "Đã nhận").await;
        town.in_time(town.later(10 * SECOND)).await;
        assert_eq!(offered(&town, new).labels(), ["✅ Đã nhận"], "{}", town.transcript(new));
        let report = town.store.notice_report(id).await.expect("the store").expect("a report");
        assert_eq!(report.all.confirmed, 1);
        town.ends_well().await;
    }
}
