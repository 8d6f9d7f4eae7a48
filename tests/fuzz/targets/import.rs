//! Lists of units, people and groups.

use loa::domain::import::{COLUMNS, ImportRow, Kind, parse};

use crate::run::{Target, kind};
use crate::targets::text;

/// The list written anew, as a spreadsheet would.
fn write(rows: &[ImportRow]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("a line");
    for row in rows {
        let what = if row.kind == Kind::Person { "person" } else { "group" };
        let role = row.role.map_or("", |role| role.code());
        let unit = row.unit.to_string();
        writer
            .write_record([&unit, &row.name, role, row.channel.code(), &row.chat_id, what])
            .expect("a line");
    }
    String::from_utf8(writer.into_inner().expect("bytes")).expect("text")
}

#[test]
fn a_list_is_read_whole_or_every_fault_is_named() {
    let words = &[
        "unit,name,role,channel,chat_id,kind\n",
        "person",
        "group",
        "telegram",
        "zalo_bot",
        "email",
        "staff",
        "duty",
        "Tỉnh / Xã A",
        "\"",
        "\"\"",
        "\r\n",
        "\n",
        ",",
        "-1001",
        "Tỉnh,Lan,staff,telegram,11,person\n",
    ];
    Target { name: "import", words, longest: 4096, memory_kib: 2048 }.run(|input| {
        let list = text(input);
        // A line ends with CR LF, LF or CR, as spreadsheets write it.
        let lines = list.replace("\r\n", "\n").replace('\r', "\n").split('\n').count() as u64;
        match parse(&list) {
            Ok(rows) => {
                let mut before = 1;
                for row in &rows {
                    assert!(row.line > before && row.line <= lines, "line {} of {lines}", row.line);
                    before = row.line;
                    assert!(!row.name.is_empty() && !row.chat_id.is_empty());
                    assert!(row.kind == Kind::Group || row.role.is_some(), "a person has a role");
                }
                let again = parse(&write(&rows)).expect("what was read can be written and read");
                let same =
                    rows.iter().zip(&again).all(|(a, b)| ImportRow { line: b.line, ..a.clone() } == *b);
                assert!(same && rows.len() == again.len(), "{rows:?}\n{again:?}");
                kind(("rows", rows.len().min(20)))
            }
            Err(faults) => {
                assert!(!faults.is_empty(), "refused without a reason");
                for fault in &faults {
                    assert!((1..=lines).contains(&fault.line), "line {} of {lines}", fault.line);
                    assert!(fault.column.is_none_or(|column| COLUMNS.contains(&column)));
                }
                assert!(faults.is_sorted_by_key(|fault| fault.line));
                let what = |fault: &loa::domain::import::Fault| {
                    (fault.column, std::mem::discriminant(&fault.problem))
                };
                kind(faults.iter().map(what).take(3).collect::<Vec<_>>())
            }
        }
    });
}
