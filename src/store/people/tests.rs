//! Scenes: how people come, leave, and bind groups.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::super::testing::{Shown, Stage};
use super::{ImportReport, NewInvite, PersonLine};
use crate::args;
use crate::conversation::incoming::Membership;
use crate::conversation::{ChatKind, Rules, What};
use crate::domain::import::{ImportRow, Kind};
use crate::domain::{ChannelKind, Role, UnitPath, ids::*};

const DAY: Duration = Duration::from_secs(24 * 3600);
const GROUP: &str = "-500";

fn path(text: &str) -> UnitPath {
    text.parse().expect("a path")
}

fn row(line: u64, unit: &str, name: &str, role: Option<Role>, chat_id: &str) -> ImportRow {
    let kind = if chat_id.starts_with('-') { Kind::Group } else { Kind::Person };
    let channel = ChannelKind::Telegram;
    ImportRow { line, unit: path(unit), name: name.into(), role, channel, chat_id: chat_id.into(), kind }
}

/// A province with two wards, an administrator of the province (1), and the head of each ward (2, 3).
async fn province() -> Stage {
    let rules = Rules { bot_username: "loa_bot".into(), ..Rules::default() };
    let stage = Stage::with(rules).await;
    let rows = vec![
        row(2, "Tỉnh Mường Lam", "Anh Dũng", Some(Role::Admin), "1"),
        row(3, "Tỉnh Mường Lam / Phường Bình Minh", "Anh Tuấn", Some(Role::Head), "2"),
        row(4, "Tỉnh Mường Lam / Xã Nậm Pung", "Chị Hoa", Some(Role::Head), "3"),
        row(5, "Tỉnh Mường Lam / Phường Bình Minh / Chi bộ 1", "Chị Lan", Some(Role::Staff), "4"),
    ];
    stage.store.import(rows, false).await.expect("an import");
    stage
}

async fn unit(stage: &Stage, text: &str) -> UnitId {
    stage.store.unit_by_path(&path(text)).await.expect("an answer").expect("a unit")
}

async fn invite(stage: &Stage, unit_path: &str, role: Role, uses: u32) -> (InviteId, String) {
    let expires = stage.clock.now() + DAY * 7;
    let new = NewInvite { unit: unit(stage, unit_path).await, role, uses, expires, by: None };
    let (id, token) = stage.store.create_invite(new).await.expect("an invite");
    (id, token.expose_secret().to_owned())
}

async fn person(stage: &Stage, name: &str) -> Option<PersonLine> {
    let people = stage.store.people(None).await.expect("people");
    people.into_iter().find(|person| person.name == name)
}

async fn count(stage: &Stage, sql: &'static str) -> i64 {
    stage.store.db.read(|tx| Box::pin(async move { tx.int(sql, args![]).await })).await.expect("a count")
}

fn last(shown: &[Shown]) -> &Shown {
    shown.last().expect("something is said")
}

/// Opens the invite, agrees, and keeps the platform's name.
async fn enrols(stage: &Stage, who: &str, token: &str) -> Vec<Shown> {
    let offer = stage.says(who, &format!("/start {token}")).await;
    let asked = stage.presses(who, &last(&offer).button("Đồng ý")).await;
    stage.presses(who, &last(&asked).button("Đúng rồi")).await
}

async fn membership(stage: &Stage, chat: &str, kind: ChatKind, change: Membership) -> Vec<Shown> {
    stage.incoming(chat, kind, "1", What::Membership(change)).await
}

const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";

#[tokio::test]
async fn who_opens_an_invite_agrees_and_is_welcomed() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Reporter, 1).await;
    let offer = stage.says("11", &format!("/start {token}")).await;
    let text = last(&offer).text();
    assert!(text.contains(WARD) && text.contains("cộng tác viên") && text.contains("/roi"), "{text}");
    assert!(text.contains("(Bản 1)"));
    let asked = stage.presses("11", &last(&offer).button("Đồng ý")).await;
    assert!(last(&asked).text().contains("Tên bạn là Người 11, đúng chưa?"));
    assert_eq!(last(&asked).op, "edit");
    let done = stage.presses("11", &last(&asked).button("Đúng rồi")).await;
    assert!(last(&done).text().contains("chào mừng Người 11") && last(&done).text().contains("/baonhanh"));
    let person = person(&stage, "Người 11").await.expect("enrolled");
    assert_eq!(person.consent.as_deref(), Some("1"));
    assert_eq!(person.roles[0].unit, WARD);
    let proof = "SELECT COUNT(*) FROM consents WHERE version = '1' AND length(wording_hash) = 64
                 AND given_at > 0 AND withdrawn_at IS NULL";
    assert_eq!(count(&stage, proof).await, 1);
}

#[tokio::test]
async fn the_name_can_be_corrected() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    let offer = stage.says("11", &format!("/start {token}")).await;
    let asked = stage.presses("11", &last(&offer).button("Đồng ý")).await;
    stage.presses("11", &last(&asked).button("Sửa tên")).await;
    assert!(last(&stage.says("11", " 12 ").await).text().contains("gõ họ tên"));
    stage.says("11", "  Chị   Lan,\nvăn hóa phường ").await;
    assert!(person(&stage, "Chị Lan, văn hóa phường").await.is_some());
}

#[tokio::test]
async fn who_does_not_agree_is_not_kept() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    let offer = stage.says("11", &format!("/start {token}")).await;
    let said = stage.presses("11", &last(&offer).button("Không")).await;
    assert!(last(&said).text().contains("Không sao cả"));
    assert!(person(&stage, "Người 11").await.is_none());
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM chats WHERE external_id = '11' AND title <> ''").await, 0);
    assert_eq!(count(&stage, "SELECT used FROM invites").await, 0);
}

#[tokio::test]
async fn an_invite_for_one_serves_one_of_two() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    let first = stage.says("11", &format!("/start {token}")).await;
    let second = stage.says("12", &format!("/start {token}")).await;
    let first = stage.presses("11", &last(&first).button("Đồng ý")).await;
    let second = stage.presses("12", &last(&second).button("Đồng ý")).await;
    stage.presses("11", &last(&first).button("Đúng rồi")).await;
    let late = stage.presses("12", &last(&second).button("Đúng rồi")).await;
    assert!(last(&late).text().contains("đã dùng hết lượt"), "{:?}", last(&late));
    assert!(person(&stage, "Người 11").await.is_some());
    assert!(person(&stage, "Người 12").await.is_none());
    let third = stage.says("13", &format!("/start {token}")).await;
    assert!(last(&third).text().contains("đã dùng hết lượt"));
}

#[tokio::test]
async fn an_expired_or_revoked_invite_gets_a_plain_answer() {
    let stage = province().await;
    let (id, token) = invite(&stage, WARD, Role::Staff, 5).await;
    assert!(stage.store.revoke_invite(id).await.expect("revoked"));
    assert!(!stage.store.revoke_invite(id).await.expect("once"));
    assert!(last(&stage.says("11", &format!("/start {token}")).await).text().contains("đã bị hủy"));
    let (_, token) = invite(&stage, WARD, Role::Staff, 5).await;
    stage.advance(DAY * 8);
    assert!(last(&stage.says("11", &format!("/start {token}")).await).text().contains("đã hết hạn"));
}

#[tokio::test]
async fn wrong_invites_are_limited_in_tries() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    for _ in 0..4 {
        let said = stage.says("66", "/start khong-dung").await;
        assert!(last(&said).text().contains("không đúng") && !last(&said).text().contains("15 phút"));
    }
    assert!(last(&stage.says("66", "/start ../../etc").await).text().contains("15 phút"));
    assert!(stage.says("66", &format!("/start {token}")).await.is_empty(), "a quiet pause");
    assert!(!stage.says("67", &format!("/start {token}")).await.is_empty(), "nobody else waits");
    stage.advance(Duration::from_secs(15 * 60));
    assert!(last(&stage.says("66", &format!("/start {token}")).await).text().contains(WARD));
}

#[tokio::test]
async fn of_a_token_only_its_hash_is_kept() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    enrols(&stage, "11", &token).await;
    let sql = "SELECT COUNT(*) FROM invites i, dialogues d WHERE i.token_hash = $1 OR d.state LIKE '%' || $1";
    let args = args![&token];
    let found = stage.store.db.read(|tx| Box::pin(async move { tx.int(sql, args).await })).await;
    assert_eq!(found.expect("a count"), 0);
}

#[tokio::test]
async fn a_second_invite_adds_a_role() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 1).await;
    enrols(&stage, "11", &token).await;
    let (_, token) = invite(&stage, "Tỉnh Mường Lam", Role::Editor, 2).await;
    let said = stage.says("11", &format!("/start {token}")).await;
    assert!(last(&said).text().contains("thêm vai trò biên tập"), "{}", last(&said).text());
    assert_eq!(person(&stage, "Người 11").await.expect("a person").roles.len(), 2);
    let again = stage.says("11", &format!("/start {token}")).await;
    assert!(last(&again).text().contains("rồi"));
    assert_eq!(count(&stage, "SELECT SUM(used) FROM invites").await, 2, "not spent in vain");
}

#[tokio::test]
async fn who_came_by_a_list_is_asked_to_agree_once() {
    let stage = province().await;
    let said = stage.says("4", "/start").await;
    stage.presses("4", &last(&said).button("Đồng ý")).await;
    assert_eq!(person(&stage, "Chị Lan").await.expect("a person").consent.as_deref(), Some("1"));
    assert_eq!(stage.says("4", "/start").await.len(), 1, "only help");
}

#[tokio::test]
async fn leaving_is_at_once_and_an_invite_brings_back() {
    let stage = province().await;
    let (_, token) = invite(&stage, WARD, Role::Staff, 2).await;
    enrols(&stage, "11", &token).await;
    let later =
        "INSERT INTO messages (channel, chat_id, lane, op, payload_id, state, ready, not_before, created_at)
                 SELECT 'telegram', c.id, 2, 'send', (SELECT MIN(id) FROM payloads), 0, 0, 0, 0
                 FROM chats c WHERE c.external_id = '11'";
    stage
        .store
        .db
        .write(move |tx| Box::pin(async move { tx.exec_one(later, args![]).await }))
        .await
        .expect("waits");
    let said = stage.says("11", "/roi").await;
    assert_eq!(said.len(), 1, "nothing but the goodbye");
    assert!(last(&said).text().contains("Tạm biệt Người 11"));
    let gone = person(&stage, "Người 11").await.expect("kept as left");
    assert_eq!((gone.state.as_str(), gone.roles.len(), gone.consent), ("left", 0, None));
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM consents WHERE withdrawn_at IS NULL").await, 0);
    assert!(last(&stage.says("11", "xin chào").await).text().contains("mã mời"), "a stranger now");
    assert!(last(&stage.says("11", "/roi").await).text().contains("chưa đăng ký"));
    enrols(&stage, "11", &token).await;
    let back = person(&stage, "Người 11").await.expect("the same person");
    assert_eq!((back.id, back.state.as_str(), back.roles.len()), (gone.id, "active", 1));
}

#[tokio::test]
async fn an_import_that_comes_twice_changes_nothing() {
    let stage = Stage::new().await;
    let rows = vec![
        row(2, WARD, "Chị Lan", Some(Role::Staff), "11"),
        row(3, WARD, "Chị Lan, văn hóa", Some(Role::Reporter), "11"),
        row(4, "tinh muong lam / PHUONG BINH MINH", "Anh Hải", Some(Role::Staff), "12"),
        row(5, WARD, "Nhóm phường", None, GROUP),
        row(6, "Tỉnh Mường Lam", "Nhóm trực", Some(Role::Duty), "-501"),
    ];
    let look = stage.store.import(rows.clone(), true).await.expect("a look");
    assert_eq!((look.units_added, look.people_added, look.roles_added), (2, 2, 3));
    assert_eq!((look.chats_added, look.groups_bound, look.unchanged), (4, 2, 0));
    assert!(stage.store.units().await.expect("units").is_empty(), "only a look");
    let done = stage.store.import(rows.clone(), false).await.expect("an import");
    assert_eq!(ImportReport { dry_run: true, ..done }, look);
    assert_eq!(person(&stage, "Chị Lan, văn hóa").await.expect("the last name").roles.len(), 2);
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM chats WHERE purpose = 'duty'").await, 1);
    let again = stage.store.import(rows, false).await.expect("an import");
    assert!(again.changes_nothing());
    assert_eq!((again.unchanged, again.changes.len()), (5, 0));
}

#[tokio::test]
async fn an_import_adds_and_updates_and_never_deletes() {
    let stage = province().await;
    let rows = vec![
        row(2, "Tỉnh Mường Lam / Xã Nậm Pung", "Chị Lan mới", Some(Role::Editor), "4"),
        row(3, "Tỉnh Mường Lam / Xã Nậm Pung", "Nhóm", None, GROUP),
    ];
    stage.says_in(GROUP, "2", "/gannhom").await;
    let done = stage.store.import(rows, false).await.expect("an import");
    assert_eq!((done.people_changed, done.roles_added, done.groups_bound), (1, 1, 1));
    assert_eq!((done.people_added, done.chats_added), (0, 0));
    assert_eq!(person(&stage, "Chị Lan mới").await.expect("renamed").roles.len(), 2);
}

#[tokio::test]
async fn who_left_is_not_enrolled_again_by_a_list() {
    let stage = province().await;
    stage.says("4", "/roi").await;
    let rows = vec![row(2, WARD, "Chị Lan", Some(Role::Staff), "4")];
    let done = stage.store.import(rows, false).await.expect("an import");
    assert_eq!((done.left_alone, done.roles_added, done.people_changed), (1, 0, 0));
    assert_eq!(person(&stage, "Chị Lan").await.expect("kept").state, "left");
}

#[tokio::test]
async fn a_list_that_contradicts_what_is_kept_changes_nothing() {
    let stage = province().await;
    let mut wrong = row(3, WARD, "Nhóm", None, "4");
    wrong.kind = Kind::Group;
    let rows = vec![row(2, "Tỉnh Khác", "Ai đó", Some(Role::Staff), "99"), wrong];
    let report = stage.store.import(rows, false).await.expect("a report");
    assert_eq!((report.conflicts[0].line, report.conflicts[0].known_as.as_str()), (3, "private"));
    assert!(person(&stage, "Ai đó").await.is_none());
    assert_eq!(stage.store.units().await.expect("units").len(), 4);
}

#[tokio::test]
async fn a_stranger_on_a_list_keeps_their_chat() {
    let stage = province().await;
    stage.says("77", "xin chào").await;
    let done = stage.store.import(vec![row(2, WARD, "Anh Hải", Some(Role::Staff), "77")], false).await;
    let done = done.expect("an import");
    assert_eq!((done.people_added, done.chats_added), (1, 0));
    assert!(last(&stage.says("77", "/toi").await).text().contains("Anh Hải"));
}

#[tokio::test]
async fn help_says_what_this_person_can_do() {
    let stage = province().await;
    let admin = stage.says("1", "/trogiup").await;
    assert!(last(&admin).text().contains("/moi"));
    let staff = stage.says("4", "/help").await;
    let text = last(&staff).text();
    assert!(text.contains("/vuviec") && !text.contains("/moi") && !text.contains("/thongbao"), "{text}");
    let stranger = stage.says("77", "/trogiup").await;
    assert!(last(&stranger).text().contains("mã mời"));
    assert!(last(&stage.says("4", "/vuviecc").await).text().contains("Ý bạn là /vuviec?"));
    assert!(last(&stage.says("4", "/abcxyz").await).text().contains("/trogiup"));
}

#[tokio::test]
async fn who_am_i_language_and_cancel() {
    let stage = province().await;
    let said = stage.says("2", "/toi").await;
    let text = last(&said).text();
    assert!(text.contains("Anh Tuấn") && text.contains("phụ trách") && text.contains(WARD), "{text}");
    let said = stage.says("2", "/ngonngu").await;
    assert!(last(&stage.presses("2", &last(&said).button("English")).await).text().contains("English"));
    assert!(last(&stage.says("2", "/trogiup").await).text().contains("You can"));
    assert!(last(&stage.says("2", "/ngonngu vi").await).text().contains("tiếng Việt"));
    let asked = stage.says("2", "/moi").await;
    stage.presses("2", &last(&asked).button("Đơn vị khác")).await;
    assert!(last(&stage.says("2", "/huy").await).text().contains("đã bỏ"));
    assert!(last(&stage.says("2", "/huy").await).text().contains("Không có việc nào"));
}

#[tokio::test]
async fn a_head_invites_by_buttons_and_somebody_comes() {
    let stage = province().await;
    let units = stage.says("2", "/moi").await;
    let roles = stage.presses("2", &last(&units).button("Bình Minh")).await;
    let labels = format!("{:?}", last(&roles).content.buttons);
    assert!(labels.contains("phụ trách") && !labels.contains("quản trị"), "{labels}");
    let terms = stage.presses("2", &last(&roles).button("cán bộ")).await;
    let made = stage.presses("2", &last(&terms).button("1 người")).await;
    let text = last(&made).text();
    let (_, token) = text.split_once("https://t.me/loa_bot?start=").expect("a link");
    assert_eq!(last(&made).content.files.len(), 1, "a QR picture");
    let sha256 = last(&made).content.files[0].sha256.clone();
    assert!(stage.store.blob(&sha256).await.expect("an answer").is_some());
    assert!(last(&enrols(&stage, "11", token).await).text().contains("chào mừng"));
}

#[tokio::test]
async fn a_head_invites_in_one_line_and_takes_it_back() {
    let stage = province().await;
    let made = stage.says("2", "/moi chi bo 1, cộng tác viên, 20 lượt, 3 ngày").await;
    let text = last(&made).text();
    assert!(text.contains("Chi bộ 1") && text.contains("20 lượt"), "{text}");
    stage.presses("2", &last(&made).button("Hủy mã mời")).await;
    let (_, token) = text.split_once("?start=").expect("a link");
    assert!(last(&stage.says("11", &format!("/start {token}")).await).text().contains("đã bị hủy"));
}

#[tokio::test]
async fn nobody_invites_beyond_their_authority() {
    let stage = province().await;
    assert!(last(&stage.says("4", "/moi").await).text().contains("người có quyền"));
    let other = stage.says("3", "/moi Phường Bình Minh, cán bộ, 1 lượt").await;
    assert!(last(&other).text().contains("không tìm thấy"));
    let above = stage.says("2", "/moi Phường Bình Minh, quản trị, 1 lượt").await;
    assert!(last(&above).text().contains("người có quyền"));
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM invites").await, 0);
}

#[tokio::test]
async fn authority_that_has_ended_makes_no_invite() {
    let stage = province().await;
    let units = stage.says("2", "/moi").await;
    let roles = stage.presses("2", &last(&units).button("Bình Minh")).await;
    let terms = stage.presses("2", &last(&roles).button("cán bộ")).await;
    let gone = "DELETE FROM roles WHERE role = 'head'";
    stage
        .store
        .db
        .write(move |tx| Box::pin(async move { tx.exec(gone, args![]).await }))
        .await
        .expect("gone");
    let said = stage.presses("2", &last(&terms).button("1 người")).await;
    assert!(last(&said).text().contains("người có quyền"));
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM invites").await, 0);
}

#[tokio::test]
async fn a_head_binds_a_group_and_a_head_of_another_unit_may_not() {
    let stage = province().await;
    let bound = stage.says_in(GROUP, "2", "/gannhom@loa_bot Phường Bình Minh").await;
    assert!(last(&bound).text().contains(WARD), "{}", last(&bound).text());
    let sql = "SELECT COUNT(*) FROM chats c JOIN units u ON u.id = c.unit_id
               WHERE c.external_id = '-500' AND c.purpose = 'staff' AND u.name = 'Phường Bình Minh'";
    assert_eq!(count(&stage, sql).await, 1);
    for words in ["/gannhom", "/gannhom Xã Nậm Pung", "/gonhom"] {
        let said = stage.says_in(GROUP, "3", words).await;
        assert!(last(&said).text().contains("người có quyền"), "{words}");
    }
    let other = stage.says_in("-501", "3", "/gannhom Phường Bình Minh").await;
    assert!(last(&other).text().contains("không tìm thấy"));
    assert!(last(&stage.says_in(GROUP, "4", "/gannhom").await).text().contains("người có quyền"));
    assert!(last(&stage.says_in(GROUP, "99", "/gannhom").await).text().contains("người có quyền"));
    assert_eq!(count(&stage, sql).await, 1, "nothing has changed");
    assert!(last(&stage.says_in(GROUP, "1", "/gonhom").await).text().contains("Đã gỡ"));
    assert_eq!(count(&stage, sql).await, 0);
}

#[tokio::test]
async fn a_duty_group_is_bound_with_one_word_more() {
    let stage = province().await;
    for (group, words) in [("-1", "/gannhom bình minh trực"), ("-2", "/nhomtruc"), ("-3", "/gannhom trực")]
    {
        let said = stage.says_in(group, "2", words).await;
        assert!(last(&said).text().contains("nhóm trực của"), "{words}");
    }
    assert_eq!(count(&stage, "SELECT COUNT(*) FROM chats WHERE purpose = 'duty'").await, 3);
}

#[tokio::test]
async fn several_units_are_offered_and_only_who_may_can_choose() {
    let stage = province().await;
    for ward in ["A", "B"] {
        let unit = format!("Tỉnh Mường Lam / Xã {ward} / Tổ 1");
        stage.store.find_or_create_unit(path(&unit)).await.expect("a unit");
    }
    let asked = stage.says_in(GROUP, "1", "/gannhom tổ 1").await;
    let nonce = last(&asked).button("Xã B / Tổ 1");
    let toast = stage.presses_in(GROUP, ChatKind::Group, "3", &nonce).await;
    assert_eq!((toast.len(), last(&toast).op.as_str()), (1, "answer"));
    let bound = stage.presses_in(GROUP, ChatKind::Group, "1", &nonce).await;
    assert!(last(&bound).text().contains("Xã B / Tổ 1"));
}

#[tokio::test]
async fn a_group_is_greeted_once_and_followed_when_the_bot_goes() {
    let stage = province().await;
    let hello = membership(&stage, GROUP, ChatKind::Group, Membership::In).await;
    assert!(last(&hello).text().contains("/gannhom"));
    assert!(membership(&stage, GROUP, ChatKind::Group, Membership::In).await.is_empty());
    stage.says_in(GROUP, "2", "/gannhom").await;
    membership(&stage, GROUP, ChatKind::Group, Membership::Out).await;
    let closed = "SELECT COUNT(*) FROM chats WHERE state = 'closed' AND reason = 'removed' AND unit_id > 0";
    assert_eq!(count(&stage, closed).await, 1);
    assert!(membership(&stage, GROUP, ChatKind::Group, Membership::In).await.is_empty(), "bound still");
    assert_eq!(count(&stage, closed).await, 0);
}

#[tokio::test]
async fn who_blocks_the_bot_stays_enrolled_and_cannot_be_reached() {
    let stage = province().await;
    membership(&stage, "1", ChatKind::Private, Membership::Out).await;
    let admin = person(&stage, "Anh Dũng").await.expect("enrolled");
    assert_eq!((admin.state.as_str(), admin.reachable), ("active", false));
    membership(&stage, "1", ChatKind::Private, Membership::In).await;
    assert!(person(&stage, "Anh Dũng").await.expect("enrolled").reachable);
}

#[tokio::test]
async fn who_writes_can_be_reached_again() {
    let stage = province().await;
    let chat = ChatId(count(&stage, "SELECT id FROM chats WHERE external_id = '4'").await);
    stage.store.chat_closed(chat, "bot can't initiate conversation").await.expect("closed");
    assert!(!person(&stage, "Chị Lan").await.expect("enrolled").reachable);
    stage.says("4", "/toi").await;
    assert!(person(&stage, "Chị Lan").await.expect("enrolled").reachable);
}

async fn move_group(stage: &Stage, to: &str) {
    stage.incoming(GROUP, ChatKind::Group, "1", What::Moved { to: to.into() }).await;
}

const AT_NEW: &str = "SELECT COUNT(*) FROM chats WHERE external_id = '-100500' AND unit_id > 0
                      AND purpose = 'staff' AND state = 'open'";

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_stays_bound() {
    let stage = province().await;
    stage.says_in(GROUP, "2", "/gannhom").await;
    for _ in 0..2 {
        move_group(&stage, "-100500").await;
        assert_eq!(count(&stage, AT_NEW).await, 1);
    }
    stage.store.chat_moved(ChannelKind::Telegram, GROUP, "-100500").await.expect("told once more");
    assert_eq!(count(&stage, AT_NEW).await, 1);
    assert!(last(&stage.says_in("-100500", "2", "/gonhom").await).text().contains("Đã gỡ"));
}

#[tokio::test]
async fn a_supergroup_that_is_known_already_becomes_one_with_the_group() {
    let stage = province().await;
    stage.says_in(GROUP, "2", "/gannhom").await;
    let id = count(&stage, "SELECT id FROM chats WHERE external_id = '-500'").await;
    stage.says_in("-100500", "2", "/trogiup").await;
    move_group(&stage, "-100500").await;
    assert_eq!(count(&stage, AT_NEW).await, 1);
    assert_eq!(count(&stage, "SELECT id FROM chats WHERE external_id = '-100500'").await, id);
    let old =
        "SELECT COUNT(*) FROM chats WHERE external_id = '-500' AND state = 'closed' AND unit_id IS NULL";
    assert_eq!(count(&stage, old).await, 1);
}

#[tokio::test]
async fn a_group_bound_after_the_move_keeps_that_binding() {
    let stage = province().await;
    stage.says_in(GROUP, "2", "/trogiup").await;
    stage.says_in("-100500", "2", "/gannhom").await;
    move_group(&stage, "-100500").await;
    assert_eq!(count(&stage, AT_NEW).await, 1);
}

#[tokio::test]
async fn a_hundred_thousand_rows_come_in_at_once() {
    let stage = Stage::new().await;
    let rows: Vec<ImportRow> = (0..100_000_u64)
        .map(|n| {
            let unit = format!("Tỉnh Mường Lam / Xã {} / Chi bộ {}", n % 300, n % 3000);
            row(n + 2, &unit, &format!("Chị Lan {n}"), Some(Role::Staff), &n.to_string())
        })
        .collect();
    let begin = tokio::time::Instant::now();
    let done = stage.store.import(rows.clone(), false).await.expect("an import");
    let took = begin.elapsed();
    assert_eq!((done.people_added, done.roles_added, done.units_added), (100_000, 100_000, 3301));
    assert!(cfg!(debug_assertions) || took < Duration::from_secs(5), "{took:?}");
    let again = stage.store.import(rows, false).await.expect("an import");
    assert!(again.changes_nothing());
}
