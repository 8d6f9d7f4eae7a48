//! The administrator at the command line, while the service runs on the same database.

use std::path::Path;

use loa::clock::Clock;
use serde_json::Value;

use crate::cli::{Said, loa};
use crate::on_both;
use crate::town::{BINH, EDITOR, LAN, NGA, Town, VAN, photo};

/// A command on the database of the town.
pub async fn types(town: &Town, dir: &Path, arguments: &[&str]) -> Said {
    types_with(town, dir, "", arguments).await
}

async fn types_with(town: &Town, dir: &Path, config: &str, arguments: &[&str]) -> Said {
    let url = town.sandbox.url().to_owned();
    let token = town.sandbox.token().to_owned();
    std::fs::write(dir.join("loa.toml"), config).expect("written");
    let environment = [
        ("LOA_DATABASE__URL", town.database.url.as_str()),
        ("LOA_TELEGRAM__API_URL", url.as_str()),
        ("LOA_TELEGRAM__TOKEN", token.as_str()),
    ];
    loa(dir, &environment, arguments).await
}

pub async fn json(town: &Town, dir: &Path, arguments: &[&str]) -> Value {
    let said = types(town, dir, &[&["--json"], arguments].concat()).await;
    assert_eq!(said.code, Some(0), "{arguments:?}: {}{}", said.out, said.err);
    said.json()
}

/// The command line goes by the machine's clock: the service is brought to the same time.
pub async fn catches_up(town: &Town) {
    town.clock.set(Clock::System.now().max(town.clock.now()) + std::time::Duration::from_secs(1));
    town.in_time(town.later(std::time::Duration::from_secs(10))).await;
}

on_both! {
    async fn a_notice_by_command_line_from_draft_to_confirmation(database: Database) {
        let town = Town::new(database).await;
        catches_up(&town).await;
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("hop.txt"), "08:00 thứ Hai, hội trường tỉnh.\n").expect("written");
        std::fs::write(dir.path().join("anh.jpg"), photo(1)).expect("written");
        let new = ["notice", "new", "--title", "Lịch họp", "--text-file", "hop.txt", "--to", "unit:Phường Bình Minh", "--confirm", "--attach", "anh.jpg"];
        assert_eq!(json(&town, dir.path(), &new).await["id"], 1);
        let reach = json(&town, dir.path(), &["notice", "preview", "1"]).await;
        assert_eq!((&reach["groups"], &reach["people"]), (&1.into(), &3.into()));
        assert_eq!(types(&town, dir.path(), &["notice", "pause", "1"]).await.code, Some(2), "nothing goes out yet");
        json(&town, dir.path(), &["notice", "send", "1"]).await;
        catches_up(&town).await;
        assert!(town.heard(LAN, "08:00 thứ Hai, hội trường tỉnh."), "{}", town.story(LAN));
        assert!(town.sandbox.chat(LAN).iter().any(|seen| seen.by_bot && seen.photos == 1));
        assert!(!town.heard(EDITOR, "hội trường"));
        town.presses(NGA, NGA, "Đã nhận").await;
        let left = json(&town, dir.path(), &["notice", "unconfirmed", "1"]).await;
        assert_eq!(left[0]["count"], 3, "{left}");
        let shown = json(&town, dir.path(), &["notice", "show", "1", "--recipients"]).await;
        assert_eq!((shown["state"].as_str(), shown["edition"]["counts"]["confirmed"].as_i64()), (Some("sent"), Some(1)), "{shown}");
        assert_eq!(shown["recipients"].as_array().map(Vec::len), Some(4));
        assert_eq!(json(&town, dir.path(), &["notice", "list"]).await[0]["id"], 1);
        for (words, code) in [("resume", 2), ("cancel", 2), ("approve", 2)] {
            let said = types(&town, dir.path(), &["notice", words, "1"]).await;
            assert_eq!((said.code, said.err.trim().lines().count()), (Some(code), 1), "{words}: {}", said.err);
        }
        // Sending is the administrator's act, and recorded as such.
        let audit = town.database.audit().await;
        for line in ["command line notice.write notice:1", "command line notice.approve notice:1", "command line notice.send notice:1"] {
            assert!(audit.iter().any(|entry| entry.starts_with(line)), "{line} in {audit:#?}");
        }
        // One that waits for its time is called off before.
        let later = ["notice", "new", "--title", "Sau", "--text-file", "hop.txt", "--to", "all", "--at", "8h mai"];
        json(&town, dir.path(), &later).await;
        json(&town, dir.path(), &["notice", "send", "2"]).await;
        json(&town, dir.path(), &["notice", "cancel", "2"]).await;
        town.ends_well().await;
    }

    async fn the_text_of_a_run_is_attached_by_command_line(database: Database) {
        let town = Town::new(database).await;
        catches_up(&town).await;
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("thang.txt"), "Tuyên truyền bầu cử.\n").expect("written");
        let new = ["schedule", "new", "--name", "Định hướng", "--title", "Định hướng tháng {tháng}", "--cron", "0 8 1 * *", "--to", "unit:Phường Bình Minh"];
        json(&town, dir.path(), &new).await;
        let run = town.store.schedule_list(1).await.expect("a list")[0].next[0];
        let attach = ["notice", "new", "--schedule", "1", "--text-file", "thang.txt"];
        assert_eq!(json(&town, dir.path(), &attach).await["id"], 1);
        let shown = json(&town, dir.path(), &["notice", "show", "1"]).await;
        assert!(shown["title"].as_str().is_some_and(|title| title.starts_with("Định hướng tháng ")), "{shown}");
        assert_eq!((&shown["audience"], &shown["send_at"]), (&"unit:Phường Bình Minh".into(), &run.0.into()), "{shown}");
        json(&town, dir.path(), &["notice", "approve", "1"]).await;
        let again = types(&town, dir.path(), &attach).await;
        assert_eq!(again.code, Some(2));
        assert!(again.err.contains("đã có thông báo"), "{}", again.err);
        let no_run = types(&town, dir.path(), &[&attach[..], &["--for", "08:00 02/01/2031"]].concat()).await;
        assert!(no_run.code == Some(2) && no_run.err.contains("không có kỳ nào"), "{}", no_run.err);
        town.clock.set(run);
        town.in_time(town.later(std::time::Duration::from_secs(10))).await;
        let heard = town.sandbox.chat(LAN).into_iter().filter(|seen| seen.text.contains("Tuyên truyền bầu cử.")).count();
        assert_eq!(heard, 1, "{}", town.story(LAN));
        assert!(!town.heard(EDITOR, "Đến kỳ"), "{}", town.story(EDITOR));
        for (words, said) in [("pause", "tạm dừng"), ("resume", "chạy lại"), ("delete", "xóa")] {
            let done = types(&town, dir.path(), &["schedule", words, "1"]).await;
            assert!(done.code == Some(0) && done.out.contains(said), "{}", done.err);
        }
        town.ends_well().await;
    }

    async fn check_follows_the_table_of_who_answers_for_what(database: Database) {
        let town = Town::new(database).await;
        let dir = tempfile::tempdir().expect("a directory");
        let route = |category: &str, unit: &str| {
            format!("[[reports.route]]\ncategory = \"{category}\"\nunit = \"Tỉnh Mường Lam / {unit}\"\n")
        };
        let table = [route("pha_rung", "Xã Nậm Pung"), route("dich_benh", "Sở Y tế")].concat();
        let said = types_with(&town, dir.path(), &table, &["check"]).await;
        assert_eq!(said.code, Some(1), "{}", said.err);
        assert!(said.out.contains("✗ Bảng nơi nhận (reports.route) nêu “Tỉnh Mường Lam / Sở Y tế”"), "{}", said.out);
        assert!(said.out.contains("! Chưa giao nơi nhận ở khắp nơi cho: Thiên tai, sạt lở,"), "{}", said.out);
        assert!(!said.out.contains("Phá rừng"), "{}", said.out);
        let everything = "[[reports.route]]\nunit = \"Tỉnh Mường Lam / Xã Nậm Pung\"\n";
        let said = types_with(&town, dir.path(), everything, &["check"]).await;
        assert!(said.out.contains("✓ Nơi nhận vụ việc: 1 dòng"), "{}", said.out);
    }

    async fn check_finds_steps_that_nobody_would_hear(database: Database) {
        let town = Town::new(database).await;
        let dir = tempfile::tempdir().expect("a directory");
        let said = types(&town, dir.path(), &["check"]).await;
        assert!(said.out.contains("✓ Báo cáo cấp trên khi quá hạn: 1 lối"), "{}", said.out);
        let steps = |words: &str| format!("[reports]\ndefault_escalate = [{words}]\n");
        for (words, finds) in [
            ("\"truc_ban\", \"Tỉnh Mường Lam / Phường Bình Minh\"", "✓ Báo cáo cấp trên"),
            ("\"Tỉnh Mường Lam / Sở Y tế\"", "✗ Lối báo cáo cấp trên (escalate) nêu “Tỉnh Mường Lam / Sở Y tế”"),
            ("", "! Việc quá hạn không báo ai ở trên (mọi loại việc)"),
            ("\"don_vi\", \"don_vi\"", "bước “don_vi” bị nêu hai lần"),
            ("\"cap_trem\"", "“cap_trem” không phải một bước"),
        ] {
            let said = types_with(&town, dir.path(), &steps(words), &["check"]).await;
            assert!(said.out.contains(finds), "{words}: {}", said.out);
        }
        // Heads leave: a step that names their unit tells nobody, and of the tree's own steps there is a hole.
        for head in [VAN, BINH] {
            town.says(head, "/roi").await;
        }
        let named = steps("\"Tỉnh Mường Lam / Phường Bình Minh\"");
        let said = types_with(&town, dir.path(), &named, &["check"]).await;
        assert!(said.out.contains("nhưng đơn vị chưa có lãnh đạo nào mở bot"), "{}", said.out);
        let said = types(&town, dir.path(), &["check"]).await;
        let hole = "! 2 đơn vị chưa có lãnh đạo nào mở bot";
        assert!(said.out.contains(hole) && said.out.contains("(Tỉnh Mường Lam; Tỉnh Mường Lam / Phường Bình Minh)"), "{}", said.out);
    }

    async fn every_listing_is_there_for_people_and_for_programs(database: Database) {
        let town = Town::new(database).await;
        let code = town.reports(LAN, "Sạt lở ở phường Bình Minh").await;
        let dir = tempfile::tempdir().expect("a directory");
        let list = "unit,name,role,channel,chat_id,kind\nTỉnh Mường Lam / Xã Mới,Anh Mới,staff,telegram,77,person\n";
        std::fs::write(dir.path().join("people.csv"), list).expect("written");
        let wrong = "unit,name,role,channel,chat_id,kind\nTỉnh Mường Lam,Chị A,staff,telegram,78,person\nTỉnh Mường Lam,Anh B,king,telegram,79,person\n";
        std::fs::write(dir.path().join("wrong.csv"), wrong).expect("written");
        let commands: [(&[&str], &str); 15] = [
            (&["status"], ""),
            (&["import", "--dry-run", "people.csv"], "Xã Mới"),
            (&["import", "people.csv"], "Đã nhập"),
            (&["invite", "new", "--unit", "Phường Bình Minh", "--role", "staff", "--uses", "2"], "?start="),
            (&["invite", "list"], "Phường Bình Minh"),
            (&["people", "list"], "Chị Lan"),
            (&["unit", "list"], "Xã Nậm Pung"),
            (&["incident", "list"], &code),
            (&["incident", "show", &code], "Sạt lở"),
            (&["digest", "week"], ""),
            (&["notice", "list"], "Chưa có thông báo"),
            (&["schedule", "list"], "Chưa có lịch"),
            (&["message", "list"], ""),
            (&["check"], "✓"),
            (&["check", "--audit"], "Sổ ghi ai làm gì: "),
        ];
        for (arguments, said) in commands {
            let plain = types(&town, dir.path(), arguments).await;
            assert!(plain.out.contains(said), "{arguments:?}: {}{}", plain.out, plain.err);
            let programs = types(&town, dir.path(), &[&["--json"], arguments].concat()).await;
            assert_eq!(plain.code, programs.code, "{arguments:?}: {}", programs.err);
            if arguments[0] != "check" {
                assert_eq!(plain.code, Some(0), "{arguments:?}: {}", plain.err);
            }
            assert!(!programs.json().is_null(), "{arguments:?}");
        }
        // A list with a fault says line and column, and changes nothing.
        let before = town.store.people(None).await.expect("people").len();
        let refused = types(&town, dir.path(), &["import", "wrong.csv"]).await;
        assert_eq!(refused.code, Some(2));
        assert!(refused.err.contains("dòng 3, cột") && refused.err.contains("king"), "{}", refused.err);
        assert_eq!(town.store.people(None).await.expect("people").len(), before);
        assert!(town.person("Anh Mới").await.is_some());
        let missing = types(&town, dir.path(), &["--json", "incident", "show", "ML-2026-9999"]).await;
        assert_eq!((missing.code, missing.json()["error"]["kind"].as_str()), (Some(2), Some("user")));
    }
}
