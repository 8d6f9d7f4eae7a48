//! What people may ask about their own data: that it is put right, or erased for good.

use std::path::Path;
use std::time::Duration;

use loa::domain::Role;
use loa::jobs::ledger::{Difference, Ledger};
use loa::sandbox::{Fault, Rule};

use crate::hall::WARD;
use crate::logged::must_name_nobody;
use crate::town::{BINH, DUNG, DUTY, LAN, TUAN, Town, photo};
use crate::{on_both, on_every_channel};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Chị Lan reports with a picture and a telephone number, names herself in a comment, and has a case in the past.
async fn has_reported(town: &Town) -> String {
    town.sandbox.send_photo(LAN, LAN, photo(1), "Sạt lở ở phường Bình Minh, gọi 0912345678 để vào");
    town.settled().await;
    town.presses(LAN, LAN, "Gửi").await;
    let code = town.code(LAN);
    town.presses(TUAN, DUTY, "Nhận xử lý").await;
    town.presses(TUAN, DUTY, "Hỏi thêm").await;
    town.replies(TUAN, DUTY, "Ai đang ở đó?").await;
    town.presses(LAN, LAN, "Trả lời").await;
    town.says(LAN, "Tôi là Chị Lan, đang ở KHUVUC7731").await;
    code
}

on_both! {
    async fn who_asks_is_erased_and_the_case_goes_on(database: Database) {
        let town = Town::new(database).await;
        let refused = Rule::new(Fault::Status(502)).method("sendMessage").text("đã nhận xử lý").times(1);
        let fault = town.sandbox.faults().add(refused);
        let code = has_reported(&town).await;
        let blobs = town.database.count("blobs").await;
        town.says(LAN, "/dulieu").await;
        town.says(LAN, "/xoa").await;
        town.presses(LAN, LAN, "Xin xóa hết").await;
        town.says(DUNG, "/yeucau").await;
        town.presses(DUNG, DUNG, "Xóa hết").await;
        town.presses(DUNG, DUNG, "Xóa hẳn").await;
        town.in_time(town.later(Duration::from_secs(5))).await;
        insta::assert_snapshot!("erased", town.stories(&[LAN, DUNG]));
        assert!(town.story(LAN).contains("loa xóa hết"), "{}", town.story(LAN));

        // Nobody finds them, neither in rows nor, on SQLite, in what the files still hold.
        let mut left = Vec::new();
        for gone in ["Chị Lan", "0912345678", "chi lan"] {
            left.extend(town.database.search(gone).await);
        }
        assert!(left.is_empty(), "{left:?}");
        // Nor in what the service logged meanwhile, also of a message that could not be sent.
        assert!(town.sandbox.faults().hits(fault) > 0);
        must_name_nobody(&["Chị Lan", "0912345678", "chi lan", "KHUVUC7731", "Sạt lở ở phường", "Ai đang ở đó"]);
        assert!(town.person("Chị Lan").await.is_none());
        assert_eq!(town.database.count("blobs").await, 0, "of {blobs} files none is left");
        assert_eq!(town.store.check_audit().await.expect("a look").broken_at, None);

        // The case is there without them, and is settled; a stranger may enrol anew.
        let case = town.case(&code).await;
        assert!(case.reporters.is_empty() && case.photos.is_empty(), "{case:?}");
        assert_eq!(case.text, "Sạt lở ở phường Bình Minh, gọi [số điện thoại] để vào");
        assert!(!town.card(DUTY, &code).text.contains("Lan"), "{}", town.card(DUTY, &code).text);
        town.presses(TUAN, DUTY, "Giải quyết xong").await;
        town.replies(TUAN, DUTY, "Đã thông đường").await;
        town.in_time(town.later(8 * DAY)).await;
        assert_eq!(town.state(&code).await, "closed");
        assert!(town.says(LAN, "/xoa").await.text.contains("không giữ gì về bạn"));
        let token = town.invite(crate::town::WARD, Role::Reporter, 1, DAY).await;
        town.opens(LAN, &token).await;
        town.presses(LAN, LAN, "Đồng ý").await;
        town.presses(LAN, LAN, "Đúng rồi").await;
        assert!(!town.says(LAN, "/vuviec").await.text.contains(&code), "what was theirs is not again");
        town.ends_well().await;
    }

    async fn nobody_decides_about_themselves_or_without_the_right(database: Database) {
        let town = Town::new(database).await;
        town.says(DUNG, "/xoa").await;
        town.presses(DUNG, DUNG, "Xin xóa hết").await;
        assert!(!town.story(DUNG).contains("🗑"), "the only administrator is not asked about himself");
        assert!(town.says(DUNG, "/yeucau").await.text.contains("Không có yêu cầu nào"));
        assert!(town.says(BINH, "/yeucau").await.text.contains("người có quyền"), "{}", town.story(BINH));
        // Nobody answers: the machine's administrator is alarmed a working day before it is due, and sees it there.
        town.in_time(town.later(2 * DAY)).await;
        let alarms = town.store.untold_alarms("program").await.expect("alarms");
        assert!(alarms.iter().any(|alarm| alarm.kind.code() == "requests" && alarm.detail == "1"), "{alarms:?}");
        let waiting = town.store.open_requests().await.expect("requests");
        let names: Vec<&str> = waiting.iter().map(|request| request.name.as_str()).collect();
        assert_eq!(names, ["Anh Dũng"]);
        assert!(town.store.erase_person(waiting[0].person.into()).await.expect("the store"));
        assert!(!town.store.erase_person(waiting[0].person.into()).await.expect("the store"), "once");
        town.in_time(town.later(Duration::from_secs(5))).await;
        assert!(town.store.untold_alarms("program").await.expect("alarms").is_empty());
        let left = town.database.search_rows("Anh Dũng").await;
        assert!(left.is_empty(), "{left:?}");
    }

    async fn a_copy_from_before_does_not_bring_anybody_back(database: Database) {
        let town = Town::new(database).await;
        has_reported(&town).await;
        let lan = town.person("Chị Lan").await.expect("known");
        let dir = tempfile::tempdir().expect("a directory");
        let ledger = Ledger::new(dir.path().join("loa.erased"));
        assert_eq!(ledger.reconcile(&town.store).await.expect("a ledger"), 0);
        assert!(!ledger.path().exists(), "nothing is written for nobody");
        assert!(town.store.erase_person(lan.id.into()).await.expect("the store"));
        assert_eq!(ledger.reconcile(&town.store).await.expect("a ledger"), 0);
        assert_eq!(std::fs::read_to_string(ledger.path()).expect("a ledger").matches("person").count(), 1);
        // The same house as it was before: a copy would hold what this one does.
        comes_back(&town, lan.id).await;
        assert!(town.person("Chị Lan").await.is_some());
        assert_eq!(ledger.reconcile(&town.store).await.expect("a ledger"), 1);
        assert!(town.person("Chị Lan").await.is_none());
        assert_eq!(ledger.reconcile(&town.store).await.expect("a ledger"), 0, "once");
        // By hand in an older copy, before the service saw it: another moment, and the same person.
        town.database.change(&format!("UPDATE erasures SET at = at + 1 WHERE person_id = {}", lan.id)).await;
        let differs = ledger.compare(&town.store).await.expect("a look");
        assert_eq!(differs, Difference { unwritten: 0, back: 0 });
        breaks_off(ledger.path());
        assert_eq!(ledger.reconcile(&town.store).await.expect("half a line is no harm"), 0);
        let nga = town.person("Chị Nga").await.expect("known");
        assert!(town.store.erase_person(nga.id.into()).await.expect("the store"));
        for _ in 0..2 {
            assert_eq!(ledger.reconcile(&town.store).await.expect("nor is it when more is written"), 0);
        }
        assert_eq!(std::fs::read_to_string(ledger.path()).expect("a ledger").lines().count(), 2);
        std::fs::write(ledger.path(), "chữ của ai đó\n").expect("written");
        assert!(ledger.reconcile(&town.store).await.is_err(), "not ours: somebody has to look");
    }
}

/// An older copy of the database: it knows the person, and nothing of the erasure.
async fn comes_back(town: &Town, person: i64) {
    town.database.change(&format!("DELETE FROM erasures WHERE person_id = {person}")).await;
    let name = format!("UPDATE people SET name = 'Chị Lan', folded = 'chi lan' WHERE id = {person}");
    town.database.change(&name).await;
}

fn breaks_off(path: &Path) {
    let mut text = std::fs::read_to_string(path).expect("a ledger");
    text.push_str("{\"person\": 1");
    std::fs::write(path, text).expect("written");
}

on_every_channel! {
    async fn what_is_wrong_is_put_right(mut hall: Hall) {
        hall.enlists(Role::Admin, WARD).await;
        hall.says("hoa", "/start").await;
        hall.says("lan", "/xoa").await;
        hall.chooses("lan", "Xin sửa").await;
        hall.says("lan", "Tên tôi là Lò Thị Lan").await;
        hall.says("hoa", "/yeucau").await;
        hall.chooses("hoa", "Sửa tên").await;
        hall.says("hoa", "Lò Thị Lan").await;
        hall.says("lan", "/xoa").await;
        hall.chooses("lan", "Xin xóa hết").await;
        hall.says("hoa", "/yeucau").await;
        hall.chooses("hoa", "Từ chối").await;
        hall.says("hoa", "Chị còn đang trực đến hết tháng").await;
        hall.says("lan", "/xoa").await;
        hall.chooses("lan", "Xin xóa hết").await;
        hall.chooses("lan", "Rút yêu cầu").await;
        insta::assert_snapshot!(hall.titled("put_right"), hall.stories(&["lan", "hoa"]));
        assert!(hall.heard("lan", "đã được sửa thành Lò Thị Lan"), "{}", hall.story("lan"));
        assert!(hall.heard("lan", "còn đang trực"), "{}", hall.story("lan"));
        let people = hall.store.people(None).await.expect("people");
        assert!(people.iter().any(|person| person.name == "Lò Thị Lan"));
        assert!(hall.store.open_requests().await.expect("requests").is_empty());
        hall.ends_well().await;
    }

    async fn who_asks_is_told_and_then_nobody(mut hall: Hall) {
        hall.enlists(Role::Admin, WARD).await;
        hall.says("hoa", "/start").await;
        hall.says("lan", "Sạt lở ở phường Bình Minh, gọi 0912345678 để vào").await;
        hall.chooses("lan", "Gửi").await;
        let code = hall.code("lan");
        hall.says("lan", "/xoa").await;
        hall.chooses("lan", "Xin xóa hết").await;
        hall.says("hoa", "/yeucau").await;
        hall.chooses("hoa", "Xóa hết").await;
        hall.chooses("hoa", "Xóa hẳn").await;
        hall.later(Duration::from_secs(5)).await;
        assert!(hall.heard("lan", "loa xóa hết"), "{}", hall.story("lan"));
        let people = hall.store.people(None).await.expect("people");
        assert!(people.iter().all(|person| person.name != "Chị Lan"), "{people:?}");
        let case = hall.case(&code).await;
        assert!(case.reporters.is_empty() && !case.text.contains("0912345678"), "{case:?}");
        // On a channel where people are called by their address, the log has not even that.
        let address = hall.platform.id("lan");
        let mut said = vec!["Chị Lan", "0912345678", "chi lan", "hai nhà", "Sạt lở ở phường"];
        if address.contains('@') {
            said.push(&address);
        }
        must_name_nobody(&said);
        hall.says("lan", "/vuviec").await;
        insta::assert_snapshot!(hall.titled("told"), hall.stories(&["lan", "hoa"]));
        assert!(!hall.last("lan").contains(&code), "a stranger now: {}", hall.story("lan"));
        hall.ends_well().await;
    }
}
