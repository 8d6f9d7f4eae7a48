//! Calls for input: every unit is asked for an answer by a date, and who asks gets all of them together.

use std::io::{Cursor, Read};
use std::time::Duration;

use loa::conversation::notice::{Answered, CallLine, CallResult, NewNotice};
use loa::domain::call::{Amount, CallAfter, CallForInput, CallKind};
use loa::domain::ids::NoticeId;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::sandbox::{Fault, Rule};
use loa::store::notice::NewSchedule;

use crate::desk::{catches_up, json, types};
use crate::town::{
    APPROVER, BINH, COMMUNE_GROUP, EDITOR, HAI, HOA, LAN, NGA, PAO, SINH, THAO, Town, WARD_GROUP, photo,
};
use crate::{on_both, on_every_channel};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);
const REPORT: &[u8] = b"%PDF-1.7 bao cao cua phuong";
const LATE: &[u8] = b"PK bao cao muon cua xa";

/// Two communes more, each with one person.
async fn grows(town: &Town) {
    let person = |unit: &str, name: &str, chat: i64| ImportRow {
        line: 2,
        unit: format!("Tỉnh Mường Lam / {unit}").parse().expect("a path"),
        name: name.to_owned(),
        role: Some(Role::Staff),
        channel: ChannelKind::Telegram,
        chat_id: chat.to_string(),
        kind: Kind::Person,
    };
    let list = vec![person("Xã Tà Lèng", "Chị Hoa", HOA), person("Xã Pá Mỳ", "Anh Thảo", THAO)];
    town.store.import(list, false).await.expect("an import");
    for who in [HOA, THAO] {
        town.sandbox.say(who, who, "/start");
    }
    town.settled().await;
}

/// Sends a call as the administrator.
async fn asks(town: &Town, title: &str, to: &str, kind: CallKind, due: Timestamp) -> NoticeId {
    let new = NewNotice {
        title: title.into(),
        audience: to.into(),
        confirm: true,
        asks: Some(CallForInput { kind, due }),
        ..NewNotice::default()
    };
    let id = town.store.notice_new(new).await.expect("the store").expect("a notice");
    town.store.notice_send(id).await.expect("the store").expect("sent");
    town.in_time(town.later(MINUTE)).await;
    id
}

async fn result(town: &Town, id: NoticeId) -> CallResult {
    town.store.call_result(id).await.expect("the store").expect("a result")
}

fn line<'a>(result: &'a CallResult, unit: &str) -> &'a CallLine {
    result.units.iter().find(|line| line.name() == unit).unwrap_or_else(|| panic!("no {unit}: {result:?}"))
}

fn document(town: &Town, who: i64, name: &str, bytes: &[u8]) {
    town.sandbox.send_document(who, who, name, "application/octet-stream", bytes.to_vec(), "");
}

fn times(town: &Town, chat: i64, words: &str) -> usize {
    town.transcript(chat).matches(words).count()
}

/// The bytes of the file that was made last.
async fn made(town: &Town) -> Vec<u8> {
    let sql = "SELECT files FROM call_outputs WHERE done_at IS NOT NULL ORDER BY id DESC LIMIT 1";
    let rows: Vec<(String,)> = town.database.rows(sql).await;
    let files: Vec<String> = serde_json::from_str(&rows[0].0).expect("JSON");
    town.store.blob(&files[0]).await.expect("the store").expect("bytes").0.to_vec()
}

/// The files of a zip, by name.
fn unpacked(zip: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).expect("a zip");
    let mut files = Vec::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).expect("a file");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("bytes");
        files.push((file.name().to_owned(), bytes));
    }
    files
}

on_both! {
    async fn a_monthly_report_is_asked_answered_reminded_and_collected(database: Database) {
        let town = Town::new(database).await;
        grows(&town).await;
        town.says(EDITOR, "/thuthap Báo cáo tháng 11\nTheo mẫu đã gửi.").await;
        town.presses(EDITOR, EDITOR, "Tệp, ảnh").await;
        assert!(town.says(EDITOR, "hôm nào đó").await.text.contains("chưa hiểu"));
        assert!(town.says(EDITOR, "16h 27/11").await.text.contains("📎 Xin mỗi đơn vị gửi lại tệp"));
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        town.in_time(town.presses(APPROVER, APPROVER, "Duyệt và gửi")).await;
        town.in_time(town.later(MINUTE)).await;
        assert!(!town.heard(EDITOR, "⏰"), "who asks is not asked: {}", town.story(EDITOR));

        // One sends the wrong thing first, one an album; a colleague hears that it is done.
        town.presses(NGA, NGA, "Gửi trả lời").await;
        assert!(town.says(NGA, "xong rồi").await.text.contains("một tài liệu hoặc ảnh"), "{}", town.story(NGA));
        document(&town, NGA, "../../báo cáo.pdf", REPORT);
        town.settled().await;
        town.presses(HOA, HOA, "Gửi trả lời").await;
        town.sandbox.send_album(HOA, HOA, vec![photo(1), photo(2)], "đủ hai trang");
        town.later(Duration::from_secs(2)).await;
        town.presses(BINH, BINH, "Gửi trả lời").await;
        assert!(town.heard(BINH, "Chị Nga đã trả lời “Báo cáo tháng 11”"), "{}", town.story(BINH));
        town.presses(BINH, BINH, "Giữ nguyên").await;

        // A working day ahead, and when it is over, only those are reminded who are missing.
        let silent = [HAI, PAO, SINH, COMMUNE_GROUP, THAO];
        let done = [NGA, BINH, LAN, WARD_GROUP, HOA, EDITOR, APPROVER];
        let mut town = town;
        town.in_time(town.until(26, 16, 1)).await;
        town.kill();
        town.start().await;
        for (day, minute, words, count) in [(26, 5, "⏰ Nhắc bạn", 1), (27, 1, "đã đến hạn", 1)] {
            town.in_time(town.until(day, 16, minute)).await;
            town.in_time(town.later(MINUTE)).await;
            for chat in silent {
                assert_eq!(times(&town, chat, words), count, "{words}: {}", town.transcript(chat));
            }
            for chat in done {
                assert_eq!(times(&town, chat, words), 0, "{words}: {}", town.transcript(chat));
            }
        }
        assert!(town.heard(EDITOR, "⏳ Chưa trả lời: Xã Nậm Pung, Xã Pá Mỳ"), "{}", town.story(EDITOR));
        town.presses(HAI, HAI, "Gửi trả lời").await;
        document(&town, HAI, "Báo cáo.docx", LATE);
        town.settled().await;
        assert!(town.last(HAI).text.contains("ghi là muộn"), "{}", town.story(HAI));

        // The table and the archive hold exactly what was sent.
        town.in_time(town.later(2 * MINUTE)).await;
        town.presses(EDITOR, EDITOR, "Kết quả thu thập").await;
        town.presses(EDITOR, EDITOR, "Bảng").await;
        let table = String::from_utf8(made(&town).await).expect("text");
        insta::assert_snapshot!("table", table);
        town.presses(EDITOR, EDITOR, "Tải các tệp").await;
        assert_eq!(town.last(EDITOR).files, ["thu-thap-1.zip"]);
        let files = unpacked(made(&town).await);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, [
            "bang-thu-thap-1.csv",
            "Phường Bình Minh - _.._báo cáo.pdf",
            "Xã Nậm Pung - Báo cáo.docx",
            "Xã Tà Lèng - anh-1.jpg",
            "Xã Tà Lèng - anh-2.jpg",
        ]);
        let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
        assert_eq!((bytes[0], bytes[1], bytes[2]), (table.as_bytes(), REPORT, LATE));
        town.presses(EDITOR, EDITOR, "Ai hay muộn").await;
        assert!(town.heard(EDITOR, "Cần ít nhất hai lần"), "{}", town.story(EDITOR));
        for who in [EDITOR, APPROVER] {
            town.until_sent(who).await;
        }
        insta::assert_snapshot!("report", town.stories(&[EDITOR, NGA, BINH, HAI]));

        // A second call, of numbers: the history names who is regularly late.
        let due = Timestamp::vietnam(2026, 12, 4, 16, 0);
        let id = asks(&town, "Số hộ nghèo", "unit:Tỉnh Mường Lam/*; -unit:Tỉnh Mường Lam", CallKind::Number, due).await;
        for (who, number) in [(NGA, "1.250"), (HOA, "12,5")] {
            town.presses(who, who, "Gửi trả lời").await;
            assert!(town.says(who, "12 triệu").await.text.contains("ví dụ 1.250"));
            town.says(who, number).await;
        }
        town.in_time(town.later(8 * DAY)).await;
        town.presses(HAI, HAI, "Gửi trả lời").await;
        town.says(HAI, "40").await;
        let result = result(&town, id).await;
        assert_eq!((result.answered(), result.sum()), (3, Some("1.302,5".to_owned())));
        assert!(line(&result, "Xã Nậm Pung").was_late && line(&result, "Xã Pá Mỳ").answer.is_none());
        assert_eq!(town.store.call_standings().await.expect("the store").0, 2);
        town.presses(EDITOR, EDITOR, "Ai hay muộn").await;
        insta::assert_snapshot!("regularly_late", town.last(EDITOR).text);
        assert_eq!(town.store.check_audit().await.expect("a look").broken_at, None);
        town.ends_well().await;
    }

    async fn an_answer_is_the_units_own(database: Database) {
        let town = Town::new(database).await;
        grows(&town).await;
        let due = Timestamp::vietnam(2026, 11, 27, 16, 0);
        let id = asks(&town, "Người trực Tết", "unit:Phường Bình Minh; unit:Xã Pá Mỳ", CallKind::Text, due).await;
        // Of two colleagues who write at once the second is told, and replaces only after a tap.
        town.presses(NGA, NGA, "Gửi trả lời").await;
        town.presses(LAN, LAN, "Gửi trả lời").await;
        town.says(NGA, "Nga trực").await;
        assert!(town.says(LAN, "Lan trực").await.text.contains("Chị Nga đã trả lời"), "{}", town.story(LAN));
        let given = |result: &CallResult| line(result, "Phường Bình Minh").answer.clone().expect("an answer");
        assert_eq!(given(&result(&town, id).await).what, Answered::Text("Nga trực".into()));
        town.presses(LAN, LAN, "Thay bằng của tôi").await;
        town.says(LAN, "Lan trực").await;
        let now = given(&result(&town, id).await);
        assert_eq!((now.what, now.who.as_deref()), (Answered::Text("Lan trực".into()), Some("Chị Lan")));
        assert_eq!(town.database.count("call_answers").await, 2, "the earlier one is kept");
        // What she sees by now is hers again.
        town.presses(NGA, NGA, "Sửa trả lời").await;
        assert!(town.last(NGA).text.contains("Chị Lan đã trả lời"), "{}", town.story(NGA));
        // In the ward's group they may answer as well; who belongs to another unit may not, whatever they were sent.
        town.presses(BINH, WARD_GROUP, "Gửi trả lời").await;
        assert!(town.last(WARD_GROUP).text.contains("Chị Lan đã trả lời"));
        town.presses(BINH, WARD_GROUP, "Thay bằng của tôi").await;
        town.replies(BINH, WARD_GROUP, "Bình trực").await;
        let moved = "UPDATE roles SET unit_id = (SELECT id FROM units WHERE name = 'Xã Nậm Pung')
                     WHERE person_id = (SELECT id FROM people WHERE name = 'Chị Lan')";
        town.database.change(moved).await;
        for chat in [LAN, WARD_GROUP] {
            let said = town.presses(LAN, chat, if chat == LAN { "Gửi trả lời" } else { "Sửa trả lời" }).await;
            assert!(said.contains("của Phường Bình Minh; chỉ người của đơn vị"), "{said}");
        }
        assert_eq!(given(&result(&town, id).await).what, Answered::Text("Bình trực".into()));
        // With the last that is missing, whoever writes for the house hears; a cancelled one takes nothing more.
        town.presses(THAO, THAO, "Gửi trả lời").await;
        town.says(THAO, "Thảo trực").await;
        assert!(town.heard(EDITOR, "✅ Đủ cả rồi: Người trực Tết"), "{}", town.story(EDITOR));
        town.in_time(town.until(27, 17, 0)).await;
        assert!(!town.heard(THAO, "⏰") && !town.heard(EDITOR, "Đã hết hạn"), "nobody is missing");
        town.ends_well().await;
    }

    async fn who_is_erased_leaves_their_units_answer(database: Database) {
        let town = Town::new(database).await;
        let due = Timestamp::vietnam(2026, 11, 27, 16, 0);
        let id = asks(&town, "Đầu mối liên hệ", "unit:Phường Bình Minh; -groups", CallKind::Text, due).await;
        town.presses(LAN, LAN, "Gửi trả lời").await;
        town.says(LAN, "Chị Lan, 0912345678, tổ 4").await;
        town.presses(EDITOR, EDITOR, "Bảng").await;
        let lan = town.person("Chị Lan").await.expect("known");
        assert!(town.says(LAN, "/dulieu").await.files.len() == 1);
        assert!(town.store.erase_person(lan.id.into()).await.expect("the store"));
        let left = line(&result(&town, id).await, "Phường Bình Minh").answer.clone().expect("the unit's answer");
        assert_eq!((left.who, left.what), (None, Answered::Text("•••••••, [số điện thoại], tổ 4".into())));
        town.settled().await;
        let mut found = town.database.search("0912345678").await;
        found.extend(town.database.search("Chị Lan").await);
        assert!(found.is_empty(), "{found:?}");
        town.presses(BINH, BINH, "Gửi trả lời").await;
        assert!(town.last(BINH).text.contains("Một người của đơn vị đã trả lời"), "{}", town.story(BINH));
        town.ends_well().await;
    }

    async fn the_administrator_asks_and_collects_at_the_desk(database: Database) {
        let town = Town::new(database).await;
        catches_up(&town).await;
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("xin.txt"), "Theo mẫu.\n").expect("written");
        let to = "unit:Tỉnh Mường Lam/*; -unit:Tỉnh Mường Lam";
        let new = ["call", "new", "--title", "Báo cáo", "--text-file", "xin.txt", "--to", to, "--asks", "file", "--due", "16h mai"];
        assert_eq!(json(&town, dir.path(), &new).await["id"], 1);
        assert_eq!(types(&town, dir.path(), &["call", "status", "1"]).await.code, Some(2), "it has not gone out");
        json(&town, dir.path(), &["notice", "send", "1"]).await;
        catches_up(&town).await;
        town.presses(NGA, NGA, "Gửi trả lời").await;
        document(&town, NGA, "báo cáo.pdf", REPORT);
        town.settled().await;
        let status = types(&town, dir.path(), &["call", "status", "1"]).await;
        assert!(status.out.contains("⏳ Chưa trả lời: Xã Nậm Pung"), "{}", status.out);
        let table = json(&town, dir.path(), &["call", "table", "1"]).await;
        assert_eq!(table["units"][0]["answer"]["files"][0]["name"], "báo cáo.pdf", "{table}");
        assert!(table["units"][1]["answer"].is_null(), "{table}");
        let csv = types(&town, dir.path(), &["call", "table", "1"]).await.out;
        assert!(csv.contains("\"Phường Bình Minh - báo cáo.pdf\""), "{csv}");
        assert_eq!(json(&town, dir.path(), &["call", "archive", "1", "tat-ca.zip"]).await["files"], 1);
        let files = unpacked(std::fs::read(dir.path().join("tat-ca.zip")).expect("a file"));
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["bang-thu-thap-1.csv", "Phường Bình Minh - báo cáo.pdf"]);
        assert_eq!(files[1].1, REPORT);
        let again = types(&town, dir.path(), &["call", "archive", "1", "tat-ca.zip"]).await;
        assert_eq!(again.code, Some(2), "what is there is not written over");
        let made = ["schedule", "new", "--name", "Báo cáo tháng", "--cron", "0 8 25W * *", "--to", to, "--asks", "file", "--due-after", "3d"];
        json(&town, dir.path(), &made).await;
        let shown = types(&town, dir.path(), &["schedule", "show", "1"]).await.out;
        assert!(shown.contains("Mỗi kỳ xin từng đơn vị: 📎 Tệp, ảnh, trong 3 ngày"), "{shown}");
        let help = types(&town, dir.path(), &["schedule", "new", "--help"]).await.out;
        assert!(help.starts_with("Make a schedule"), "{help}");
        town.ends_well().await;
    }

    async fn what_was_left_in_the_middle_still_asks(database: Database) {
        let town = Town::new(database).await;
        town.says(EDITOR, "/thuthap Số hộ nghèo\nTính đến hết tháng.").await;
        town.later(MINUTE).await;
        town.says(EDITOR, "/thongbao Lịch họp\nTám giờ.").await;
        town.later(MINUTE).await;
        assert!(town.heard(EDITOR, "“Số hộ nghèo” mình giữ lại"), "{}", town.story(EDITOR));
        town.says(EDITOR, "/nhap").await;
        town.presses(EDITOR, EDITOR, "Viết tiếp 2").await;
        assert!(town.last(EDITOR).text.contains("Mỗi đơn vị trả lời bằng gì?"), "{}", town.story(EDITOR));
        town.presses(EDITOR, EDITOR, "Con số").await;
        town.says(EDITOR, "27/11").await;
        town.presses(EDITOR, EDITOR, "Xem trước").await;
        assert!(town.heard(EDITOR, "bằng một con số, chậm nhất 17:00 thứ Sáu 27/11/2026"), "{}", town.story(EDITOR));
        // It is handed in too late: the date is asked for again.
        town.in_time(town.until(27, 17, 1)).await;
        town.presses(EDITOR, EDITOR, "Gửi duyệt").await;
        assert!(town.last(EDITOR).text.contains("Hạn trả lời đã qua"), "{}", town.story(EDITOR));
        town.presses(EDITOR, EDITOR, "Sửa").await;
        assert!(town.last(EDITOR).text.contains("Mỗi đơn vị trả lời bằng gì?"), "{}", town.story(EDITOR));
        town.ends_well().await;
    }

    async fn the_calendar_asks_every_month(database: Database) {
        let town = Town::new(database).await;
        let new = NewSchedule {
            name: "Báo cáo tháng".into(),
            cron: "0 8 25 * *".into(),
            audience: "unit:Tỉnh Mường Lam/*; -unit:Tỉnh Mường Lam".into(),
            title: "Báo cáo tháng {tháng}".into(),
            body: "Theo mẫu.".into(),
            self_sending: true,
            asks: Some(CallAfter { kind: CallKind::File, after: 3 * DAY }),
            ..NewSchedule::default()
        };
        town.store.schedule_new(new).await.expect("the store").expect("a schedule");
        town.in_time(town.until(25, 8, 1)).await;
        town.in_time(town.later(MINUTE)).await;
        // Three days on is a Saturday: they have until Monday.
        assert!(town.heard(NGA, "chậm nhất 17:00 thứ Hai 30/11/2026"), "{}", town.story(NGA));
        town.presses(NGA, NGA, "Gửi trả lời").await;
        document(&town, NGA, "bao-cao.pdf", REPORT);
        town.settled().await;
        for (day, hour) in [(27, 16), (30, 17)] {
            town.in_time(town.until(day, hour, 0)).await;
            town.in_time(town.later(MINUTE)).await;
        }
        // It has no author: who writes for the house hears who is missing.
        assert!(town.heard(EDITOR, "⏳ Chưa trả lời: Xã Nậm Pung"), "{}", town.story(EDITOR));
        assert_eq!((times(&town, HAI, "⏰"), times(&town, NGA, "⏰")), (2, 0), "{}", town.story(HAI));
        town.ends_well().await;
    }

    async fn a_file_that_cannot_be_had_is_asked_for_again(database: Database) {
        let town = Town::new(database).await;
        let due = Timestamp::vietnam(2026, 11, 27, 16, 0);
        let id = asks(&town, "Báo cáo", "person:Chị Nga", CallKind::File, due).await;
        town.presses(NGA, NGA, "Gửi trả lời").await;
        town.sandbox.faults().add(Rule::new(Fault::Status(400)).method("getFile"));
        document(&town, NGA, "bao-cao.pdf", REPORT);
        town.settled().await;
        // Six tries, over about half an hour.
        for _ in 0..6 {
            town.in_time(town.later(10 * MINUTE)).await;
        }
        assert!(town.last(NGA).text.contains("Bạn gửi lại giúp mình"), "{}", town.story(NGA));
        assert_eq!(result(&town, id).await.answered(), 0);
        town.sandbox.faults().clear();
        town.presses(NGA, NGA, "Gửi trả lời").await;
        document(&town, NGA, "bao-cao.pdf", REPORT);
        town.settled().await;
        assert_eq!(result(&town, id).await.answered(), 1);
        town.ends_well().await;
    }
}

on_every_channel! {
    async fn a_number_is_an_answer_and_no_choice(mut hall: Hall) {
        let due = Timestamp::vietnam(2026, 11, 27, 16, 0);
        let new = NewNotice {
            title: "Số ca trực".into(),
            audience: "person:Chị Nga".into(),
            confirm: true,
            asks: Some(CallForInput { kind: CallKind::Number, due }),
            ..NewNotice::default()
        };
        let id = hall.store.notice_new(new).await.expect("the store").expect("a notice");
        hall.store.notice_send(id).await.expect("the store").expect("sent");
        hall.later(MINUTE).await;
        hall.chooses("nga", "Gửi trả lời").await;
        hall.says("nga", "một").await;
        hall.says("nga", "1").await;
        let given = async || {
            let result = hall.store.call_result(id).await.expect("the store").expect("a result");
            result.units[0].answer.clone().expect("an answer").what
        };
        assert_eq!(given().await, Answered::Number(Amount(10_000)), "{}", hall.story("nga"));
        hall.answers("nga", "Sửa trả lời").await;
        hall.says("nga", "2").await;
        assert_eq!(given().await, Answered::Number(Amount(20_000)), "{}", hall.story("nga"));
        assert_eq!(hall.confirmed(id).await, 1);
        insta::assert_snapshot!(hall.titled("counted_calls"), hall.story("nga"));
        hall.ends_well().await;
    }
}
