//! Notices on the command line.

use clap::Parser;

use super::*;
use crate::app::testing::Office;
use crate::domain::UnitPath;

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: NoticeCommand,
}

async fn types(office: &Office, words: &[&str]) -> Result<(), CommandError> {
    let line = Line::try_parse_from([&["notice"], words].concat()).expect("a command line");
    run(line.command, &office.desk).await
}

#[tokio::test]
async fn a_notice_is_written_looked_at_and_sent() {
    let office = Office::new(true).await;
    let path: UnitPath = "Tỉnh Mẫu / Xã A".parse().expect("a path");
    office.desk.store.find_or_create_unit(path).await.expect("a unit");
    let text = office.file("hop.txt", "08:00 thứ Hai.\n");
    let photo = office.file("tep.txt", "xin chào");
    let text = text.to_str().expect("a path");
    let photo = photo.to_str().expect("a path");
    let new = ["new", "--title", "Lịch họp", "--text-file", text, "--to", "Đơn vị: Xã A", "--confirm"];
    types(&office, &[&new[..], &["--remind-after", "4h", "--attach", photo]].concat()).await.expect("new");
    assert_eq!(office.said(), "{\n  \"id\": 1\n}\n");
    types(&office, &["preview", "1"]).await.expect("preview");
    assert!(office.said().contains("\"groups\": 0"));
    types(&office, &["send", "1"]).await.expect("send");
    office.said();
    types(&office, &["show", "1", "--recipients"]).await.expect("show");
    let shown: serde_json::Value = serde_json::from_str(&office.said()).expect("JSON");
    assert_eq!(shown["audience"], "unit:Xã A");
    assert_eq!(shown["state"], "approved");
    assert_eq!(shown["files"][0], "tep.txt");
    assert!(shown["recipients"].as_array().expect("a list").is_empty());
    types(&office, &["cancel", "1"]).await.expect("cancel");
    assert!(matches!(types(&office, &["send", "1"]).await, Err(CommandError::User(_))));
}

#[tokio::test]
async fn only_what_was_shown_is_approved() {
    let office = Office::new(false).await;
    let text = office.file("hop.txt", "08:00 thứ Hai.\n");
    let text = text.to_str().expect("a path");
    types(&office, &["new", "--title", "Lịch họp", "--text-file", text, "--to", "all"]).await.expect("new");
    office.said();
    types(&office, &["show", "1"]).await.expect("show");
    let said = office.said();
    let code = said.lines().find_map(|line| line.strip_prefix("Mã nội dung: ")).expect("a code");
    for decision in ["approve", "send"] {
        match types(&office, &[decision, "1", "--shown", "0123456789abcdef"]).await {
            Err(CommandError::User(text)) => {
                assert!(text.contains("đã thay đổi") && text.contains(code), "{text}");
            }
            other => panic!("{other:?}"),
        }
    }
    types(&office, &["approve", "1", "--shown", code]).await.expect("approved");
    assert_eq!(office.said(), "Đã duyệt thông báo số 1.\n");
}

#[tokio::test]
async fn what_is_wrong_is_said_in_one_sentence() {
    let office = Office::new(false).await;
    let text = office.file("a.txt", "x");
    let text = text.to_str().expect("a path");
    for (words, said) in [
        (vec!["new", "--title", " ", "--text-file", text, "--to", "all"], "tiêu đề"),
        (vec!["new", "--title", "A", "--text-file", "/nowhere", "--to", "all"], "/nowhere"),
        (vec!["new", "--title", "A", "--text-file", text, "--to", "xyz"], "xyz"),
        (vec!["new", "--title", "A", "--text-file", text, "--to", "unit:Xã B"], "Xã B"),
        (vec!["new", "--title", "A", "--text-file", text, "--to", "all", "--at", "hôm qua"], "hôm qua"),
        (vec!["send", "9"], "số 9"),
    ] {
        match types(&office, &words).await {
            Err(CommandError::User(text)) => assert!(text.contains(said), "{text}"),
            other => panic!("{words:?}: {other:?}"),
        }
    }
}
