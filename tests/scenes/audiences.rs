//! Whom a notice is for: tags, lists made at the moment, saved audiences, and what a preview says of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use loa::conversation::incoming::{ExternalChat, Message, Sender};
use loa::conversation::notice::{NewNotice, Stage};
use loa::conversation::{ChatKind, Incoming, Rules, What, step};
use loa::domain::ids::{NoticeId, PersonId};
use loa::domain::import::{ImportRow, Kind};
use loa::domain::rates::{Rate, Rates};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::store::notice::NewAudience;
use loa::store::tags::Tagged;

use crate::office::Office;
use crate::on_both;
use crate::town::{
    APPROVER, BINH, COMMUNE, COMMUNE_GROUP, DUNG, DUTY, EDITOR, HAI, LAN, MAI, NGA, PAO, PROVINCE, SINH,
    THAO, TUAN, Town, VAN, WARD, WARD_GROUP,
};

const EVERYBODY: [i64; 15] =
    [DUNG, VAN, EDITOR, APPROVER, TUAN, MAI, BINH, NGA, HAI, PAO, LAN, SINH, DUTY, WARD_GROUP, COMMUNE_GROUP];

async fn goes_out(town: &Town) {
    town.in_time(town.later(Duration::from_secs(10))).await;
}

/// Writes and sends a notice as the administrator.
async fn sends(town: &Town, title: &str, audience: &str, confirm: bool) -> NoticeId {
    let new = NewNotice { title: title.into(), audience: audience.into(), confirm, ..NewNotice::default() };
    let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
    town.store.notice_send(id).await.expect("the store").expect("sent");
    goes_out(town).await;
    id
}

/// Who gets a notice for this audience.
async fn gets(town: &Town, title: &str, audience: &str) -> BTreeSet<i64> {
    sends(town, title, audience, false).await;
    EVERYBODY.into_iter().filter(|chat| town.heard(*chat, title)).collect()
}

fn these(chats: &[i64]) -> BTreeSet<i64> {
    chats.iter().copied().collect()
}

async fn tags(town: &Town, name: &str, bearers: Vec<Tagged>) {
    town.store.tag(name.to_owned(), bearers).await.expect("the store").expect("tagged");
}

async fn keeps(town: &Town, name: &str, text: &str, unit: Option<&str>) {
    let unit = match unit {
        Some(path) => {
            Some(town.store.find_or_create_unit(path.parse().expect("a path")).await.expect("a unit"))
        }
        None => None,
    };
    let new = NewAudience { name: name.to_owned(), text: text.to_owned(), unit };
    town.store.audience_save(new).await.expect("the store").expect("saved");
}

fn row(unit: &str, name: &str, role: Option<Role>, channel: ChannelKind, chat_id: &str) -> ImportRow {
    let kind = if chat_id.starts_with('-') { Kind::Group } else { Kind::Person };
    let (unit, name, chat_id) = (unit.parse().expect("a path"), name.to_owned(), chat_id.to_owned());
    ImportRow { line: 2, unit, name, role, channel, chat_id, kind }
}

async fn imports(town: &Town, row: ImportRow) {
    let report = town.store.import(vec![row], false).await.expect("an import");
    assert!(report.conflicts.is_empty(), "{:?}", report.conflicts);
}

/// A draft whose audience is asked for next.
async fn chooses(town: &Town, who: i64, words: &str) {
    town.says(who, &format!("/soan {words}")).await;
    town.presses(who, who, "Chọn khác").await;
}

on_both! {
    async fn a_tag_finds_people_groups_and_those_of_units(database: Database) {
        let town = Town::new(database).await;
        let bearers = vec![
            Tagged::Person("Chị Nga".to_owned()),
            Tagged::Unit(COMMUNE.to_owned()),
            Tagged::Group("Nhóm trực ban tỉnh".to_owned()),
        ];
        tags(&town, "Vùng cao", bearers).await;
        let all = gets(&town, "Một.", "tag:vung CAO").await;
        assert_eq!(all, these(&[NGA, HAI, PAO, SINH, COMMUNE_GROUP, DUTY]));
        let there = gets(&town, "Hai.", &format!("nhãn: Vùng cao@đơn vị: {PROVINCE}/*; -groups; -person:Anh Pao")).await;
        assert_eq!(there, these(&[NGA, HAI, SINH]));
        let but = gets(&town, "Ba.", &format!("unit:{WARD}; -tag:Vùng cao")).await;
        assert_eq!(but, these(&[BINH, LAN, WARD_GROUP]));
        let new = NewNotice { title: "A".into(), audience: "tag:Không có".into(), ..NewNotice::default() };
        let refused = town.store.notice_new(new).await.expect("the store").expect_err("nothing carries it");
        assert!(refused.to_string().contains("không có nhãn nào tên “Không có”"), "{refused}");
        town.ends_well().await;
    }

    async fn who_has_not_confirmed_is_asked_once_more_and_nobody_else(database: Database) {
        let town = Town::new(database).await;
        // On the list, and has never opened a chat: it cannot reach them.
        imports(&town, row(WARD, "Anh Thảo", Some(Role::Staff), ChannelKind::Telegram, &THAO.to_string())).await;
        let first = sends(&town, "Lịch họp.", &format!("unit:{WARD}"), true).await;
        town.presses(LAN, LAN, "Đã nhận").await;
        // In the group everybody confirms for themselves.
        town.presses(BINH, WARD_GROUP, "Đã nhận").await;
        town.settled().await;
        let missing = format!("Chưa xác nhận thông báo {first}");
        let reach = town.store.audience_preview(format!("unconfirmed:{first}"), false).await;
        let reach = reach.expect("the store").expect("counted");
        assert_eq!((reach.people, reach.groups, reach.unreachable), (1, 0, 1), "{reach:?}");
        assert_eq!(reach.lost[0].names, ["Anh Thảo"]);
        assert_eq!(gets(&town, "Nhắc lại.", &missing).await, these(&[NGA]));
        let others = format!("unit:{WARD}/*; trừ chưa xác nhận thông báo số {first}");
        assert_eq!(gets(&town, "Cảm ơn.", &others).await, these(&[BINH, LAN, WARD_GROUP]));
        // Looked up at the moment of sending, not of writing.
        let new = NewNotice { title: "Sau cùng.".into(), audience: missing, ..NewNotice::default() };
        let last = town.store.notice_new(new).await.expect("the store").expect("a notice");
        town.presses(NGA, NGA, "Đã nhận").await;
        town.store.notice_send(last).await.expect("the store").expect("sent");
        goes_out(&town).await;
        assert!(!town.heard(NGA, "Sau cùng."));
        for (audience, said) in [
            (format!("unconfirmed:{last}"), "không xin xác nhận"),
            ("unconfirmed:99".to_owned(), "không có thông báo số 99"),
        ] {
            let refused = town.store.audience_preview(audience, false).await.expect("the store").expect_err("nobody");
            assert!(refused.to_string().contains(said), "{refused}");
        }
        town.ends_well().await;
    }

    async fn who_received_nothing_for_long_is_found(database: Database) {
        let town = Town::new(database).await;
        let silent = format!("không nhận trong 90 ngày@đơn vị: {PROVINCE}/*; -unit:{PROVINCE}");
        assert_eq!(gets(&town, "Một.", &silent).await, these(&[BINH, NGA, LAN, HAI, PAO, SINH]));
        assert_eq!(gets(&town, "Hai.", &silent).await, these(&[]), "all of them have, a moment ago");
        town.clock.advance(Duration::from_secs(60 * 24 * 3600));
        sends(&town, "Ba.", &format!("unit:{WARD}; -person:Chị Lan"), true).await;
        // Of whom only a group was told, it is known where they confirm in it.
        town.presses(LAN, WARD_GROUP, "Đã nhận").await;
        town.clock.advance(Duration::from_secs(60 * 24 * 3600));
        town.settled().await;
        assert_eq!(gets(&town, "Bốn.", &silent).await, these(&[HAI, PAO, SINH]));
        assert_eq!(gets(&town, "Năm.", "unit:Xã Nậm Pung; -silent:7").await, these(&[HAI, PAO, SINH, COMMUNE_GROUP]));
        town.ends_well().await;
    }

    async fn an_audience_is_kept_and_chosen_with_a_tap(database: Database) {
        let town = Town::new(database).await;
        chooses(&town, EDITOR, "Giao ban\nPhòng 2, 14:00.").await;
        assert!(!town.last(EDITOR).labels().iter().any(|label| label.contains("Danh sách đã lưu")));
        town.says(EDITOR, "vai trò: lãnh đạo; người: Chị Lan; trừ người: Chị Vân").await;
        town.presses(EDITOR, EDITOR, "Lưu danh sách này").await;
        town.says(EDITOR, "Lãnh đạo; xã").await;
        assert!(town.heard(EDITOR, "không có dấu chấm phẩy"), "{}", town.story(EDITOR));
        town.says(EDITOR, "Lãnh đạo xã, phường").await;
        assert!(town.heard(EDITOR, "Đã lưu danh sách “Lãnh đạo xã, phường”"), "{}", town.story(EDITOR));
        // For the next one it is there to be chosen.
        town.says(EDITOR, "/soan Mời họp\nPhòng 3, 08:00.").await;
        town.presses(EDITOR, EDITOR, "Danh sách đã lưu").await;
        town.presses(EDITOR, EDITOR, "Lãnh đạo xã, phường").await;
        assert!(town.last(EDITOR).text.contains("Tới: danh sách “Lãnh đạo xã, phường”"), "{}", town.story(EDITOR));
        assert!(town.last(EDITOR).text.contains("0 nhóm và 3 người"), "{}", town.story(EDITOR));
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        goes_out(&town).await;
        let heard: BTreeSet<i64> = EVERYBODY.into_iter().filter(|chat| town.heard(*chat, "Phòng 3, 08:00.")).collect();
        // Its author, and those who may approve, saw it as well.
        assert_eq!(heard, these(&[BINH, HAI, LAN, EDITOR, APPROVER, VAN]));
        // The same name: only after it was asked for once more.
        chooses(&town, EDITOR, "Nhắc việc\nNộp báo cáo.").await;
        town.says(EDITOR, "vai trò: lãnh đạo").await;
        town.presses(EDITOR, EDITOR, "Lưu danh sách này").await;
        town.says(EDITOR, "lanh dao xa, phuong").await;
        town.presses(EDITOR, EDITOR, "Thay").await;
        let all = town.store.audiences().await.expect("a list");
        assert_eq!(all.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["role:head"]);
        town.until_sent(EDITOR).await;
        insta::assert_snapshot!("kept_and_chosen", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn a_saved_audience_takes_away_only_from_itself_and_never_leads_in_a_circle(database: Database) {
        let town = Town::new(database).await;
        keeps(&town, "Phường", &format!("unit:{WARD}; -person:Chị Lan"), None).await;
        assert_eq!(gets(&town, "Một.", "saved:Phường; person:Chị Lan").await, these(&[BINH, NGA, LAN, WARD_GROUP]));
        let rest = format!("unit:{WARD}; unit:{COMMUNE}; -saved:Phường");
        assert_eq!(gets(&town, "Hai.", &rest).await, these(&[LAN, HAI, PAO, SINH, COMMUNE_GROUP]));
        keeps(&town, "Cả hai", &format!("saved:Phường; unit:{COMMUNE}"), None).await;
        assert_eq!(gets(&town, "Ba.", "danh sách: ca hai; -groups").await, these(&[BINH, NGA, HAI, PAO, SINH]));
        let round = NewAudience { name: "Phường".into(), text: "saved:Cả hai".into(), unit: None };
        let refused = town.store.audience_save(round).await.expect("the store").expect_err("a circle");
        assert!(refused.to_string().contains("danh sách “Phường” dẫn vòng về chính nó"), "{refused}");
        assert!(town.store.audience_remove("PHƯỜNG".to_owned()).await.expect("the store"));
        let refused = town.store.audience_preview("saved:Cả hai".to_owned(), false).await.expect("the store");
        let refused = refused.expect_err("half of it is gone").to_string();
        assert!(refused.contains("trong danh sách “Cả hai”: không có danh sách nào tên “Phường”"), "{refused}");
        town.ends_well().await;
    }

    async fn who_is_erased_is_in_no_list(database: Database) {
        let town = Town::new(database).await;
        let lan = town.person("Chị Lan").await.expect("Chị Lan").id;
        tags(&town, "Đảng viên", vec![Tagged::Person("Chị Lan".to_owned()), Tagged::Person("Anh Pao".to_owned())]).await;
        keeps(&town, "Hai người", &format!("person:Chị Lan; person:{lan}; person:Anh Pao"), None).await;
        keeps(&town, "Một người", "person:chị lan", None).await;
        keeps(&town, "Mọi người khác", "people; -person:Chị Lan", None).await;
        assert!(town.store.erase_person(PersonId(lan)).await.expect("the store"));
        let bearers = town.store.tag_bearers("Đảng viên").await.expect("a list");
        assert_eq!(bearers.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Anh Pao"]);
        let all = town.store.audiences().await.expect("a list");
        let all: Vec<_> = all.iter().map(|one| (one.name.as_str(), one.text.as_str())).collect();
        assert_eq!(all, [("Hai người", "person:Anh Pao"), ("Mọi người khác", "people")]);
        town.ends_well().await;
    }

    async fn a_saved_audience_that_is_gone_stops_the_notice(database: Database) {
        let town = Town::new(database).await;
        keeps(&town, "Trưởng thôn", "role:head", None).await;
        chooses(&town, EDITOR, "Mời họp\nPhòng 3.").await;
        town.says(EDITOR, "danh sách: Trưởng thôn").await;
        town.presses(EDITOR, EDITOR, "Gửi:").await;
        town.says(EDITOR, "8h mai").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        assert!(town.store.audience_remove("Trưởng thôn".to_owned()).await.expect("the store"));
        town.clock.set(Timestamp::vietnam(2026, 11, 24, 8, 0));
        town.settled().await;
        goes_out(&town).await;
        assert!(town.heard(EDITOR, "chưa gửi được") && town.heard(EDITOR, "không có danh sách nào tên “Trưởng thôn”"), "{}", town.story(EDITOR));
        assert!(!town.heard(BINH, "Phòng 3."));
        let notice = town.store.notice_show(NoticeId(1)).await.expect("the store").expect("a notice");
        assert_eq!(notice.state, Stage::Returned);
        // And stops at the preview of the next.
        chooses(&town, EDITOR, "Mời họp nữa\nPhòng 4.").await;
        town.says(EDITOR, "danh sách: Trưởng thôn").await;
        assert!(town.last(EDITOR).text.contains("Không có danh sách nào tên “Trưởng thôn”"), "{}", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn a_list_that_was_changed_after_approval_is_asked_for_again(database: Database) {
        let town = Town::new(database).await;
        keeps(&town, "Trưởng thôn", "person:Chị Lan", None).await;
        keeps(&town, "Ai cũng cần", "saved:Trưởng thôn", None).await;
        let tomorrow = town.clock.now() + Duration::from_secs(24 * 3600);
        let new = NewNotice {
            title: "Họp thôn".into(),
            audience: "saved:Ai cũng cần".into(),
            send_at: Some(tomorrow),
            ..NewNotice::default()
        };
        let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
        let shown = town.store.notice_show(id).await.expect("the store").expect("a notice").fingerprint;
        town.store.notice_send(id).await.expect("the store").expect("approved");
        keeps(&town, "Trưởng thôn", "person:Chị Lan; person:Chị Nga", None).await;
        town.in_time(town.later(Duration::from_secs(25 * 3600))).await;
        assert!(!town.heard(LAN, "Họp thôn") && !town.heard(NGA, "Họp thôn"), "nobody approved it like this");
        let returned = town.store.notice_show(id).await.expect("the store").expect("a notice");
        assert_ne!(returned.fingerprint, shown, "a button for what was shown does not approve it now");
        assert!(returned.reason.is_some_and(|why| why.contains("cần duyệt lại")), "the author reads why");
        // Approved as it is now, it goes out to both.
        town.store.notice_send(id).await.expect("the store").expect("sent");
        town.in_time(town.later(Duration::from_secs(10))).await;
        assert!(town.heard(LAN, "Họp thôn") && town.heard(NGA, "Họp thôn"));
        town.ends_well().await;
    }

    async fn an_editor_of_a_ward_neither_reaches_nor_learns_of_others(database: Database) {
        let town = Town::new(database).await;
        imports(&town, row(WARD, "Chị Nga", Some(Role::Editor), ChannelKind::Telegram, &NGA.to_string())).await;
        sends(&town, "Việc riêng của tỉnh.", &format!("unit:{PROVINCE}"), true).await;
        keeps(&town, "Của tỉnh", "role:head", None).await;
        keeps(&town, "Của phường", "role:head@unit:Phường Bình Minh", Some(WARD)).await;
        let both = [LAN, PAO].map(|id| Tagged::Person(town_name(id).to_owned()));
        tags(&town, "Đảng viên", both.to_vec()).await;
        chooses(&town, NGA, "Họp phường\nPhòng 1.").await;
        for (typed, said) in [
            ("chưa xác nhận thông báo 1", "Không có thông báo số 1, hoặc không phải của đơn vị bạn"),
            ("unit:Phường Bình Minh; trừ chưa xác nhận thông báo 1", "Không có thông báo số 1"),
            ("không nhận trong 90 ngày", "chỉ gửi được cho đơn vị của mình"),
            ("nhãn: Đảng viên", "chỉ gửi được cho đơn vị của mình"),
            ("danh sách: Của tỉnh", "Không có danh sách nào tên “Của tỉnh”"),
        ] {
            town.says(NGA, typed).await;
            let told = town.last(NGA).text;
            assert!(told.contains(said) && !told.contains("Việc riêng"), "{typed}: {told}");
        }
        // A name that others use cannot be taken over.
        town.says(NGA, "nhãn: Đảng viên@đơn vị: Phường Bình Minh; vai trò: lãnh đạo@Phường Bình Minh").await;
        assert!(town.last(NGA).text.contains("0 nhóm và 2 người"), "{}", town.last(NGA).text);
        town.presses(NGA, NGA, "Lưu danh sách này").await;
        town.says(NGA, "CỦA TỈNH").await;
        assert!(town.last(NGA).text.contains("đã có nơi khác dùng"), "{}", town.last(NGA).text);
        town.says(NGA, "Cốt cán phường").await;
        town.presses(NGA, NGA, "Danh sách đã lưu").await;
        let offered = town.last(NGA);
        assert_eq!(offered.labels(), ["Cốt cán phường", "Của phường", "↩️ Quay lại"]);
        town.presses(NGA, NGA, "Của phường").await;
        assert!(town.last(NGA).text.contains("0 nhóm và 1 người"), "{}", town.last(NGA).text);
        town.presses(NGA, NGA, "Xem trước").await;
        town.presses(NGA, NGA, "Gửi duyệt").await;
        town.in_time(town.presses(BINH, BINH, "Duyệt và gửi")).await;
        goes_out(&town).await;
        // The head of the province saw it, who may approve it as well.
        assert!([HAI, PAO, COMMUNE_GROUP, DUTY].iter().all(|chat| !town.heard(*chat, "Phòng 1.")));
        town.ends_well().await;
    }

    async fn what_a_preview_counts_is_what_goes_out(database: Database) {
        let town = Town::new(database).await;
        imports(&town, row(WARD, "Anh Thảo", Some(Role::Staff), ChannelKind::Telegram, &THAO.to_string())).await;
        sends(&town, "Trước.", "people", true).await;
        town.presses(LAN, LAN, "Đã nhận").await;
        town.sandbox.block(PAO);
        sends(&town, "Nữa.", "people", false).await;
        town.sandbox.remove_bot(COMMUNE_GROUP, HAI);
        town.settled().await;
        tags(&town, "Vùng cao", vec![Tagged::Unit(COMMUNE.to_owned()), Tagged::Person("Anh Thảo".to_owned())]).await;
        keeps(&town, "Trừ lãnh đạo", "unit:Tỉnh Mường Lam/*; -role:head", None).await;
        for audience in [
            "all",
            "groups; person:Chị Lan",
            "people; -role:reporter@unit:Xã Nậm Pung",
            "unit:Tỉnh Mường Lam/*; role:head; -group:Nhóm trực ban tỉnh; -unit:Phường Bình Minh",
            "group:Nhóm trực ban tỉnh; role:duty",
            "tag:Vùng cao; unit:Phường Bình Minh",
            "saved:Trừ lãnh đạo; role:head@unit:Tỉnh Mường Lam; -groups",
            "unconfirmed:1; -silent:3",
            "all; -tag:Vùng cao",
        ] {
            let new = NewNotice { title: "Đếm.".into(), audience: audience.into(), ..NewNotice::default() };
            let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
            let reach = town.store.notice_preview(id).await.expect("the store").expect("counted");
            town.store.notice_send(id).await.expect("the store").expect("sent");
            goes_out(&town).await;
            let shown = town.store.notice_show(id).await.expect("the store").expect("a notice");
            let counts = shown.edition.expect("an edition").counts;
            assert_eq!((reach.people + reach.groups, reach.unreachable), (counts.total, counts.unreached), "{audience}");
        }
        town.ends_well().await;
    }

    async fn a_preview_says_over_what_for_whom_not_how_long_and_how_much(database: Database) {
        let list = people_of_four_channels();
        let mut office = Office::new(database, list).await;
        let rates = Rates { telegram: Rate::of(2), zalo_oa: Rate::of(1), zalo_oa_price: 55, ..Rates::default() };
        office.store = office.store.clone().at_rates(rates);
        let blocked = "UPDATE chats SET state = 'closed', reason = 'bot was blocked by the user' WHERE external_id = '106'";
        office.database.change(blocked).await;
        let never = "UPDATE chats SET state = 'closed', reason = 'bot can''t initiate conversation with a user' WHERE external_id = '107'";
        office.database.change(never).await;
        // Two have written to the Official Account: one lately, whose answers are free, one five days ago.
        writes_to_the_account(&office, "z1", Duration::from_secs(5 * 24 * 3600)).await;
        writes_to_the_account(&office, "z2", Duration::from_secs(3600)).await;
        office.outbox().await;
        let asked = office.says("101", "101", "/soan Lịch họp\n08:00").await;
        office.presses("101", "101", &asked, "Chọn khác").await;
        let card = office.says("101", "101", "đơn vị: Tỉnh Mẫu/*; vai trò: lãnh đạo; trừ người: Chị Hạnh").await;
        let preview = office.presses("101", "101", &card, "Xem trước").await;
        let preview = preview.iter().find(|content| content.text.text.contains("sẽ nhận")).expect("a card");
        for words in [
            "2 nhóm và 9 người",
            "Telegram 6, Zalo 2, Zalo OA 2, ",
            "3 người có trong nhiều phần",
            "Không tới được 2",
            "khoảng 3 phút, Telegram lâu nhất",
            "1 tin trả phí × 55 đồng = 55 đồng",
        ] {
            assert!(preview.text.text.contains(words), "{words} in {}", preview.text.text);
        }
        insta::assert_snapshot!("preview", preview.text.text);
    }
}

fn town_name(id: i64) -> &'static str {
    if id == LAN { "Chị Lan" } else { "Anh Pao" }
}

/// An editor, heads and staff over four channels, of whom one has closed their chat and one never had one.
fn people_of_four_channels() -> Vec<ImportRow> {
    use ChannelKind::{Email, Telegram, ZaloBot, ZaloOa};
    let (province, ward) = ("Tỉnh Mẫu", "Tỉnh Mẫu / Phường A");
    vec![
        row(province, "Chị Hạnh", Some(Role::Editor), Telegram, "101"),
        row(province, "Anh Dũng", Some(Role::Head), Telegram, "102"),
        row(ward, "Anh Bình", Some(Role::Head), Telegram, "103"),
        row(ward, "Chị Lan", Some(Role::Staff), Telegram, "104"),
        row(ward, "Anh Pao", Some(Role::Staff), Telegram, "105"),
        row(ward, "Anh Tú", Some(Role::Staff), Telegram, "106"),
        row(ward, "Chị Nhung", Some(Role::Staff), Telegram, "107"),
        row(ward, "Chị Mai", Some(Role::Staff), ZaloBot, "mai1"),
        row(ward, "Anh Hải", Some(Role::Head), ZaloBot, "hai1"),
        row(ward, "Chị Vân", Some(Role::Staff), ZaloOa, "z1"),
        row(ward, "Anh Sinh", Some(Role::Staff), ZaloOa, "z2"),
        row(ward, "Chị Thu", Some(Role::Staff), Email, "thu@vi-du.vn"),
        row(province, "Nhóm tỉnh", None, Telegram, "-201"),
        row(ward, "Nhóm phường A", None, Telegram, "-202"),
    ]
}

async fn writes_to_the_account(office: &Office, who: &str, ago: Duration) {
    let incoming = Incoming {
        channel: ChannelKind::ZaloOa,
        chat: ExternalChat { id: who.to_owned(), kind: ChatKind::Private, title: who.to_owned() },
        from: Some(Sender { id: who.to_owned(), name: who.to_owned() }),
        at: office.clock.now().before(ago),
        what: What::Message(Message {
            text: "/toi".into(),
            addressed: true,
            id: who.to_owned(),
            ..Message::default()
        }),
    };
    office.store.take_turn(incoming, Arc::new(Rules::default()), step).await.expect("a turn");
}
