//! Lists of units, people and groups.

use super::*;

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
    let said = stage.says("77", "/toi").await;
    assert!(said[0].text().contains("Anh Hải"));
    assert!(last(&said).text().contains("thêm bạn vào danh sách"));
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
    #[expect(clippy::disallowed_methods, reason = "the limit is in real time")]
    let begin = tokio::time::Instant::now();
    let done = stage.store.import(rows.clone(), false).await.expect("an import");
    let took = begin.elapsed();
    assert_eq!((done.people_added, done.roles_added, done.units_added), (100_000, 100_000, 3301));
    assert!(cfg!(debug_assertions) || took < Duration::from_secs(5), "{took:?}");
    let again = stage.store.import(rows, false).await.expect("an import");
    assert!(again.changes_nothing());
}
