//! Notices from the first word to the last confirmation, on the whole app.

use std::collections::BTreeSet;
use std::time::Duration;

use loa::conversation::notice::{NewNotice, WhyNot};
use loa::domain::ids::NoticeId;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role};

use crate::on_both;
use crate::town::{
    APPROVER, BINH, COMMUNE_GROUP, DUNG, DUTY, EDITOR, HAI, LAN, MAI, NGA, PAO, SINH, THAO, TUAN, Town, VAN,
    WARD, WARD_GROUP, photo,
};

const EVERYBODY: [i64; 15] =
    [DUNG, VAN, EDITOR, APPROVER, TUAN, MAI, BINH, NGA, HAI, PAO, LAN, SINH, DUTY, WARD_GROUP, COMMUNE_GROUP];
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// Makes sending so slow that something can happen in the middle.
async fn slowly(town: &mut Town) {
    town.kill();
    town.engine.limits.per_second = 4;
    town.start().await;
}

/// Writes a notice in chat and hands it in for approval.
async fn hands_in(town: &Town, who: i64, words: &str) {
    town.says(who, &format!("/thongbao {words}")).await;
    town.presses(who, who, "Xem trước").await;
    town.presses(who, who, "Gửi duyệt").await;
}

async fn goes_out(town: &Town) {
    town.in_time(town.later(Duration::from_secs(10))).await;
}

/// Writes and sends a notice as the administrator.
async fn sends(town: &Town, title: &str, audience: &str, urgent: bool) -> NoticeId {
    let new = NewNotice { title: title.into(), audience: audience.into(), urgent, ..NewNotice::default() };
    let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
    town.store.notice_send(id).await.expect("the store").expect("sent");
    id
}

/// Who has heard these words, of everybody.
fn heard(town: &Town, words: &str) -> BTreeSet<i64> {
    EVERYBODY.into_iter().filter(|chat| town.heard(*chat, words)).collect()
}

/// When calls with these words were accepted, in microseconds.
fn accepted(sandbox: &loa::sandbox::Sandbox, words: &str) -> Vec<i64> {
    let of = |calls: &[loa::sandbox::Accepted]| {
        calls
            .iter()
            .filter(|call| call.method.starts_with("send") && call.text.contains(words))
            .map(|call| call.at)
            .collect()
    };
    sandbox.with_accepted(of)
}

/// How a message looks: words, pictures, files, whether in an album, labels of buttons.
type Look = (String, usize, Vec<String>, bool, Vec<String>);

/// What of a chat belongs to a notice.
fn looks(town: &Town, chat: i64, words: &str) -> Vec<Look> {
    let all = town.sandbox.chat(chat).into_iter().filter(|seen| {
        seen.by_bot
            && (seen.photos > 0 || !seen.files.is_empty() || seen.text.contains(words) || seen.text == "👆")
    });
    let look = |seen: loa::sandbox::Seen| {
        let labels = seen.labels().into_iter().map(str::to_owned).collect();
        (seen.text.clone(), seen.photos, seen.files.clone(), seen.media_group_id.is_some(), labels)
    };
    all.map(look).collect()
}

on_both! {
    async fn an_album_and_a_document_go_out_as_they_were_shown(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/thongbao Lịch họp tháng 12\n08:00 thứ Hai 07/12, hội trường tỉnh.").await;
        town.sandbox.send_album(EDITOR, EDITOR, vec![photo(1), photo(2), photo(3)], "");
        town.later(2 * SECOND).await;
        let pdf = b"%PDF-1.7 chuong trinh".to_vec();
        town.sandbox.send_document(EDITOR, EDITOR, "chuong-trinh.pdf", "application/pdf", pdf, "");
        town.settled().await;
        let cards = || town.sandbox.chat(EDITOR).into_iter().filter(|seen| seen.text.contains("👥 Tới:"));
        assert_eq!(cards().count(), 1, "one card, that keeps itself up to date:\n{}", town.story(EDITOR));
        assert!(cards().all(|card| card.text.contains("Tệp kèm: 4")), "{}", town.story(EDITOR));
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        let shown = looks(&town, EDITOR, "hội trường tỉnh");
        assert!(town.presses(EDITOR, EDITOR, "Đã nhận").await.contains("bản xem trước"));
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        assert_eq!(looks(&town, APPROVER, "hội trường tỉnh"), shown);
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        goes_out(&town).await;
        assert_eq!(shown.iter().map(|look| look.1).sum::<usize>(), 3);
        for chat in [LAN, WARD_GROUP, COMMUNE_GROUP, HAI] {
            assert_eq!(looks(&town, chat, "hội trường tỉnh"), shown, "{}", town.story(chat));
        }
        assert!(!town.heard(DUTY, "hội trường"), "the duty group is no staff group");
        town.presses(LAN, LAN, "Đã nhận").await;
        for who in [EDITOR, APPROVER] {
            town.until_sent(who).await;
        }
        insta::assert_snapshot!("all_the_way", town.stories(&[EDITOR, APPROVER, LAN]));
        town.ends_well().await;
    }

    async fn an_audience_reaches_whom_it_means(database: Database) {
        let town = Town::new(database).await;
        let cases: [(&str, &[i64]); 9] = [
            ("unit:Phường Bình Minh", &[BINH, NGA, LAN, WARD_GROUP]),
            ("unit:Tỉnh Mường Lam", &[DUNG, VAN, EDITOR, APPROVER, TUAN, MAI]),
            ("unit:Tỉnh Mường Lam/*; -unit:Xã Nậm Pung; -unit:Tỉnh Mường Lam", &[BINH, NGA, LAN, WARD_GROUP]),
            ("groups", &[WARD_GROUP, COMMUNE_GROUP]),
            ("role:head", &[VAN, BINH, HAI]),
            ("role:head@unit:Phường Bình Minh; role:reporter", &[BINH, LAN, SINH]),
            ("group:Nhóm trực ban tỉnh; person:Anh Pao", &[DUTY, PAO]),
            ("đơn vị: Phường Bình Minh; vai trò: lãnh đạo; trừ người: Anh Bình", &[NGA, LAN, VAN, HAI, WARD_GROUP]),
            ("unit:Xã Nậm Pung; -groups", &[HAI, PAO, SINH]),
        ];
        for (number, (audience, whom)) in cases.into_iter().enumerate() {
            let title = format!("Thử {number}.");
            sends(&town, &title, audience, false).await;
            goes_out(&town).await;
            assert_eq!(heard(&town, &title), whom.iter().copied().collect(), "{audience}");
        }
        town.ends_well().await;
    }

    async fn the_audience_is_typed_in_chat_and_what_is_wrong_is_said(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/thongbao Mời họp\nNội dung").await;
        town.presses(EDITOR, EDITOR, "Chọn khác").await;
        for (wrong, said) in [
            ("đơn vị: Xã Không Có", "Không có đơn vị nào tên “Xã Không Có”"),
            ("abc", "chưa hiểu “abc”"),
            ("vai trò: vua", "lãnh đạo"),
        ] {
            assert!(town.says(EDITOR, wrong).await.text.contains(said), "{}", town.last(EDITOR).text);
        }
        town.says(EDITOR, "đơn vị: Phường Bình Minh; trừ nhóm").await;
        assert!(town.last(EDITOR).text.contains("3 người"), "{}", town.last(EDITOR).text);
        // Who leads a ward writes to the ward, and to nobody else.
        town.says(BINH, "/thongbao Mời họp\nNội dung").await;
        town.presses(BINH, BINH, "Chọn khác").await;
        assert!(town.says(BINH, "đơn vị: Xã Nậm Pung").await.text.contains("cấp dưới"));
        assert!(town.says(NGA, "/thongbao A").await.text.contains("cần người có quyền"));
        insta::assert_snapshot!("audience_typed", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn whom_a_notice_misses_is_named_with_the_reason(database: Database) {
        let town = Town::new(database).await;
        // On the list, and never pressed Start: the platform says so at the first try.
        let row = ImportRow {
            line: 2,
            unit: WARD.parse().expect("a path"),
            name: "Anh Thảo".to_owned(),
            role: Some(Role::Staff),
            channel: ChannelKind::Telegram,
            chat_id: THAO.to_string(),
            kind: Kind::Person,
        };
        town.store.import(vec![row], false).await.expect("an import");
        sends(&town, "Thử", "person:Anh Thảo", false).await;
        goes_out(&town).await;
        town.sandbox.block(LAN);
        town.sandbox.remove_bot(COMMUNE_GROUP, HAI);
        town.settled().await;
        town.says(EDITOR, "/thongbao Lịch họp\nNội dung").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        let card = town.last(EDITOR).text;
        for words in ["1 nhóm và 11 người", "Không tới được 3", "đã chặn, hoặc im lặng quá lâu trên Zalo OA: Chị Lan (1)", "chưa mở trò chuyện với bot: Anh Thảo (1)", "nhóm đã xóa bot: Cán bộ xã Nậm Pung (1)"] {
            assert!(card.contains(words), "{words} in {card}");
        }
        let new = NewNotice { title: "A".into(), audience: "all".into(), ..NewNotice::default() };
        let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
        let reach = town.store.notice_preview(id).await.expect("the store").expect("a reach");
        let why: Vec<WhyNot> = reach.lost.iter().map(|one| one.why).collect();
        assert_eq!((reach.groups, reach.people, reach.unreachable), (1, 11, 3));
        assert_eq!(why, [WhyNot::NoChat, WhyNot::ClosedChat, WhyNot::ClosedGroup]);
        // What became of it is kept for each, with the reason.
        town.store.notice_send(id).await.expect("the store").expect("sent");
        goes_out(&town).await;
        let all = town.store.notice_recipients(id).await.expect("a list");
        let unreached = all.iter().filter(|one| one.state == "unreached" && one.reason.is_some()).count();
        assert_eq!((all.len(), unreached), (15, 3), "{all:?}");
        assert!(town.sandbox.rate_violations().is_empty());
    }

    async fn nobody_approves_what_they_wrote(database: Database) {
        let town = Town::new(database).await;
        // The head of the province may write and may approve.
        hands_in(&town, VAN, "Việc gấp\nNội dung").await;
        assert!(town.last(VAN).text.contains("Anh Quang") && !town.last(VAN).text.contains("Chị Vân"), "{}", town.story(VAN));
        assert!(town.says(VAN, "/duyet").await.text.contains("Không có thông báo nào"));
        assert!(!town.transcript(VAN).contains("Duyệt và gửi"));
        // Another's button does nothing in the author's hands.
        let stolen = town.sandbox.chat(APPROVER).into_iter().flat_map(|seen| seen.buttons.into_iter().flatten())
            .find(|button| button.label.contains("Duyệt và gửi")).and_then(|button| button.data).expect("a button");
        let own = town.last(VAN).id;
        town.sandbox.press_data(VAN, VAN, own, &stolen);
        town.settled().await;
        let shown = town.store.notice_show(NoticeId(1)).await.expect("the store").expect("a notice");
        assert_eq!(shown.state.code(), "submitted");
        town.presses(APPROVER, APPROVER, "Trả lại").await;
        town.says(APPROVER, "Thiếu ngày giờ").await;
        assert!(town.heard(VAN, "Anh Quang trả lại “Việc gấp”: Thiếu ngày giờ"), "{}", town.story(VAN));
        town.presses(VAN, VAN, "Sửa").await;
        town.presses(VAN, VAN, "Sửa nội dung").await;
        town.says(VAN, "Việc gấp\n14:00 chiều nay").await;
        town.presses(VAN, VAN, "Xem trước").await;
        town.presses(VAN, VAN, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        goes_out(&town).await;
        assert!(town.heard(LAN, "14:00 chiều nay"));
        for who in [VAN, APPROVER] {
            town.until_sent(who).await;
        }
        insta::assert_snapshot!("returned_and_approved", town.stories(&[VAN, APPROVER]));
        let audit = town.database.audit().await.join("\n");
        for line in ["person:2 notice.submit notice:1", "person:4 notice.return notice:1", "person:4 notice.approve notice:1"] {
            assert!(audit.contains(line), "{line} in {audit}");
        }
        town.ends_well().await;
    }
}

on_both! {
    async fn an_urgent_notice_overtakes_a_running_one(database: Database) {
        let mut town = Town::new(database).await;
        slowly(&mut town).await;
        sends(&town, "Thường kỳ", "all", false).await;
        town.until_so("the first", |sandbox| accepted(sandbox, "Thường kỳ").len() >= 3).await;
        sends(&town, "Bão khẩn", "all", true).await;
        town.until_so("the urgent one", |sandbox| accepted(sandbox, "Bão khẩn").len() >= 14).await;
        let ordinary = accepted(&town.sandbox, "Thường kỳ").len();
        assert!(ordinary < 14, "the ordinary one waits: {ordinary}");
        assert!(town.last(LAN).text.contains("KHẨN"), "{}", town.story(LAN));
        goes_out(&town).await;
        assert_eq!(heard(&town, "Thường kỳ").len(), 14);
        assert_eq!((accepted(&town.sandbox, "Thường kỳ").len(), accepted(&town.sandbox, "Bão khẩn").len()), (14, 14));
        town.ends_well().await;
    }

    async fn held_in_the_middle_gone_on_with_and_called_off(database: Database) {
        let mut town = Town::new(database).await;
        slowly(&mut town).await;
        hands_in(&town, EDITOR, "Lịch họp\nHội trường tỉnh").await;
        let approve = town.sandbox.chat(APPROVER).into_iter().rev().find(|seen| seen.labels().contains(&"✅ Duyệt và gửi"));
        town.sandbox.press(APPROVER, APPROVER, approve.expect("a card").id, "✅ Duyệt và gửi");
        let count = |sandbox: &loa::sandbox::Sandbox| {
            sandbox.chat(EDITOR).into_iter().rev().find(|seen| seen.labels().contains(&"⏸ Tạm dừng"))
        };
        let others = |sandbox: &loa::sandbox::Sandbox| {
            accepted(sandbox, "Hội trường tỉnh").len()
        };
        let before = others(&town.sandbox);
        town.until_so("the count", |sandbox| count(sandbox).is_some() && others(sandbox) >= before + 2).await;
        let card = count(&town.sandbox).expect("the count").id;
        town.sandbox.press(EDITOR, EDITOR, card, "⏸ Tạm dừng");
        let pressed = town.clock.now().0;
        town.until_so("the pause", |sandbox| sandbox.chat(EDITOR).iter().any(|seen| seen.id == card && seen.text.contains("Tạm dừng"))).await;
        town.in_time(town.later(Duration::from_secs(60))).await;
        let times = accepted(&town.sandbox, "Hội trường tỉnh");
        assert!(times.iter().all(|at| *at <= pressed + 1_000_000), "within a second: {times:?}, {pressed}");
        assert!(times.len() < before + 14, "in the middle");
        // On it goes, and is called off: who has it keeps it.
        let held = times.len();
        town.sandbox.press(EDITOR, EDITOR, card, "▶️ Tiếp tục");
        town.until_so("more", |sandbox| others(sandbox) > held).await;
        town.sandbox.press(EDITOR, EDITOR, card, "⛔️ Hủy gửi");
        town.until_so("the question", |sandbox| sandbox.last(EDITOR).is_some_and(|seen| seen.text.contains("Hủy gửi “Lịch họp”?"))).await;
        let ask = town.last(EDITOR).id;
        town.sandbox.press(EDITOR, EDITOR, ask, "⛔️ Hủy gửi");
        let pressed = town.clock.now().0;
        town.until_so("the end", |sandbox| {
            sandbox.chat(EDITOR).iter().any(|seen| seen.id == card && seen.text.contains("Đã hủy"))
        })
        .await;
        town.in_time(town.later(Duration::from_secs(60))).await;
        // What was on its way has its outcome by now, and is counted at the next look.
        town.in_time(town.later(Duration::from_secs(60))).await;
        let times = accepted(&town.sandbox, "Hội trường tỉnh");
        assert!(times.iter().all(|at| *at <= pressed + 1_000_000), "within a second: {times:?}, {pressed}");
        let shown = town.store.notice_show(NoticeId(1)).await.expect("the store").expect("a notice");
        let edition = shown.edition.expect("an edition");
        assert_eq!(edition.state, "cancelled");
        let left = edition.counts.total - edition.counts.arrived();
        assert!(edition.counts.total == 14 && left > 0, "{:?}", edition.counts);
        // All the while the count was one message.
        let last = format!("Không gửi nữa {left}");
        town.until_so("the last count", |sandbox| sandbox.chat(EDITOR).iter().any(|seen| seen.id == card && seen.text.contains(&last))).await;
        let counts: Vec<_> = town.sandbox.chat(EDITOR).into_iter().filter(|seen| seen.text.contains('░') || seen.text.contains('▓')).collect();
        assert_eq!(counts.len(), 1, "{}", town.story(EDITOR));
        assert!(counts[0].edited && counts[0].text.contains(&format!("Không gửi nữa {left}")), "{}", counts[0].text);
        town.ends_well().await;
    }

    async fn who_has_not_confirmed_is_listed_by_unit_and_reminded_once(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/thongbao Đăng ký dự hội nghị\nGửi danh sách trước thứ Sáu.").await;
        town.presses(EDITOR, EDITOR, "Nhắc sau").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        goes_out(&town).await;
        for who in [LAN, BINH, SINH, DUNG] {
            assert!(town.presses(who, who, "Đã nhận").await.contains("Cảm ơn"));
        }
        // In the group one press is enough, and each person counts for themselves.
        town.presses(NGA, WARD_GROUP, "Đã nhận").await;
        town.in_time(town.later(Duration::from_secs(70))).await;
        assert!(town.heard(EDITOR, "Đã xác nhận 5"), "{}", town.story(EDITOR));
        town.presses(EDITOR, EDITOR, "Ai chưa xác nhận").await;
        let list = town.last(EDITOR).text;
        assert!(list.contains("Phường Bình Minh (1): Chị Nga") && list.contains("Xã Nậm Pung (3)"), "{list}");
        town.in_time(town.later(4 * HOUR)).await;
        goes_out(&town).await;
        let reminded = heard(&town, "Nhắc bạn: “Đăng ký dự hội nghị”");
        assert_eq!(reminded, [VAN, TUAN, MAI, NGA, HAI, PAO].into(), "not who confirmed, wrote or approved");
        assert!(town.heard(COMMUNE_GROUP, "Nhóm mình chưa có ai xác nhận") && !town.heard(WARD_GROUP, "Nhóm mình"));
        assert!(town.heard(EDITOR, "Đã nhắc 7 nơi"), "{}", town.story(EDITOR));
        // The reminder has the same button; there is no second one.
        assert!(town.presses(PAO, PAO, "Đã nhận").await.contains("Cảm ơn Anh Pao"));
        let before = accepted(&town.sandbox, "Nhắc bạn").len();
        town.in_time(town.later(24 * HOUR)).await;
        assert_eq!(accepted(&town.sandbox, "Nhắc bạn").len(), before);
        let shown = town.store.notice_show(NoticeId(1)).await.expect("the store").expect("a notice");
        assert_eq!(shown.edition.expect("an edition").counts.confirmed, 6);
        let all = town.store.notice_recipients(NoticeId(1)).await.expect("a list");
        let confirmed = all.iter().filter(|one| one.state == "confirmed");
        assert!(confirmed.clone().count() == 6 && confirmed.into_iter().all(|one| one.confirmed_at.is_some()), "{all:?}");
        insta::assert_snapshot!("confirmed_and_reminded", town.stories(&[PAO, COMMUNE_GROUP]));
        town.ends_well().await;
    }
}
