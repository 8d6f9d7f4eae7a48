//! Calls to meetings on the command line.

use clap::Parser;

use super::*;
use crate::app::testing::Office;

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: MeetingCommand,
}

async fn types(office: &Office, words: &[&str]) -> Result<(), CommandError> {
    let line = Line::try_parse_from([&["meeting"], words].concat()).expect("a command line");
    run(line.command, &office.desk).await
}

const CALL: [&str; 9] = [
    "call",
    "--title",
    "Họp giao ban",
    "--when",
    "8h - 11h30 07/12/2026",
    "--place",
    "Hội trường tỉnh",
    "--to",
    "all",
];

#[tokio::test]
async fn a_meeting_is_called_listed_changed_and_cancelled() {
    let office = Office::new(false).await;
    types(&office, &CALL).await.expect("call");
    assert!(office.said().starts_with("Đã ghi giấy mời họp số 1."));
    types(&office, &["list"]).await.expect("list");
    assert_eq!(
        office.said(),
        "    1  08:00 thứ Hai 07/12/2026  nháp  dự 0, thay 0, vắng 0  Họp giao ban – Hội trường tỉnh\n"
    );
    types(&office, &["change", "1", "--when", "14:00 07/12/2026"]).await.expect("change");
    assert!(office.said().contains("14:00 thứ Hai 07/12/2026, Hội trường tỉnh"));
    let shown = office.desk.store.notice_show(NoticeId(1)).await.expect("the store").expect("a notice");
    assert_eq!(
        shown.meeting.expect("a meeting").meeting().line(),
        "14:00 thứ Hai 07/12/2026, Hội trường tỉnh"
    );
    types(&office, &["ics", "1"]).await.expect("ics");
    let ics = office.said();
    assert!(ics.starts_with("BEGIN:VCALENDAR\r\n") && ics.ends_with("END:VCALENDAR\r\n"), "{ics:?}");
    assert!(ics.contains("DTSTART:20261207T070000Z\r\n") && ics.contains("SEQUENCE:1\r\n"), "{ics}");
    let csv = office.file("du-hop.csv", "");
    types(&office, &["who", "1", "--csv", csv.to_str().expect("a path")]).await.expect("who");
    assert!(office.said().contains("✅ Dự 0"));
    assert!(std::fs::read_to_string(&csv).expect("a file").starts_with("\u{feff}\"Đơn vị\""));
    types(&office, &["cancel", "1"]).await.expect("cancel");
    office.said();
    types(&office, &["list"]).await.expect("list");
    assert_eq!(office.said(), "Chưa có cuộc họp nào sắp tới.\n");
    assert!(matches!(types(&office, &["change", "1", "--place", "B"]).await, Err(CommandError::User(_))));
}

#[tokio::test]
async fn what_is_wrong_with_a_meeting_is_said_in_one_sentence() {
    let office = Office::new(false).await;
    types(&office, &CALL).await.expect("call");
    for (words, said) in [
        (vec!["call", "--title", "A", "--when", "hôm qua", "--place", "B", "--to", "all"], "hôm qua"),
        (vec!["call", "--title", "A", "--when", "8h mai", "--place", " ", "--to", "all"], "nơi họp"),
        (vec!["change", "1", "--place", "Hội trường tỉnh"], "vẫn như cũ"),
        (vec!["change", "9", "--place", "B"], "số 9"),
        (vec!["who", "9"], "số 9"),
        (vec!["cancel", "9"], "số 9"),
        (vec!["ics", "9"], "số 9"),
    ] {
        match types(&office, &words).await {
            Err(CommandError::User(text)) => assert!(text.contains(said), "{text}"),
            other => panic!("{words:?}: {other:?}"),
        }
    }
}
