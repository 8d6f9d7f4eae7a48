//! Units that become one.

use super::*;
use crate::domain::staffing::StaffChange;
use crate::store::tags::Tagged;

async fn merges(stage: &Stage, from: &str, into: &str) {
    let change = StaffChange::Merge { unit: unit(stage, from).await, into: unit(stage, into).await };
    let now = stage.clock.now();
    stage.store.plan_change(change, now).await.expect("the store").expect("merged");
}

#[tokio::test]
async fn the_successor_has_all_and_lower_units_of_one_name_become_one() {
    let stage = province().await;
    let rows = vec![
        row(2, "Tỉnh Mường Lam / Xã Nậm Pung / Chi bộ 1", "Chị Lan", Some(Role::Head), "4"),
        row(3, "Tỉnh Mường Lam / Xã Nậm Pung / Chi bộ 2 / Tổ 1", "Anh Sinh", Some(Role::Staff), "5"),
        row(4, "Tỉnh Mường Lam / Xã Nậm Pung", "Nhóm xã", None, GROUP),
    ];
    stage.store.import(rows.clone(), false).await.expect("an import");
    merges(&stage, "Tỉnh Mường Lam / Xã Nậm Pung", WARD).await;
    let units: Vec<String> = stage.store.units().await.expect("units").into_iter().map(|u| u.path).collect();
    let expected = [
        "Tỉnh Mường Lam",
        WARD,
        "Tỉnh Mường Lam / Phường Bình Minh / Chi bộ 1",
        "Tỉnh Mường Lam / Phường Bình Minh / Chi bộ 2",
        "Tỉnh Mường Lam / Phường Bình Minh / Chi bộ 2 / Tổ 1",
    ];
    assert_eq!(units, expected);
    let lan = person(&stage, "Chị Lan").await.expect("a person");
    assert!(lan.roles.iter().all(|role| role.unit == expected[2]) && lan.roles.len() == 2, "{lan:?}");
    assert_eq!(unit(&stage, "Tỉnh Mường Lam / Xã Nậm Pung").await, unit(&stage, WARD).await);
    // A list that still has the old names changes nothing, and adds below the new one.
    let again = stage.store.import(rows, false).await.expect("an import");
    assert!(again.changes_nothing(), "{again:?}");
    let late = vec![row(2, "Tỉnh Mường Lam / Xã Nậm Pung / Chi bộ 9", "Anh Giàng", Some(Role::Staff), "6")];
    stage.store.import(late, false).await.expect("an import");
    let giang = person(&stage, "Anh Giàng").await.expect("a person");
    assert_eq!(giang.roles[0].unit, "Tỉnh Mường Lam / Phường Bình Minh / Chi bộ 9");
}

#[tokio::test]
async fn whoever_asks_for_one_that_ended_twice_finds_what_there_is() {
    let stage = province().await;
    let rows = vec![row(2, "Tỉnh Mường Lam / Xã Bản Mế", "Anh Páo", Some(Role::Head), "7")];
    stage.store.import(rows, false).await.expect("an import");
    merges(&stage, "Tỉnh Mường Lam / Xã Bản Mế", "Tỉnh Mường Lam / Xã Nậm Pung").await;
    merges(&stage, "Tỉnh Mường Lam / Xã Nậm Pung", WARD).await;
    assert_eq!(unit(&stage, "Tỉnh Mường Lam / Xã Bản Mế").await, unit(&stage, WARD).await);
    let pao = person(&stage, "Anh Páo").await.expect("a person");
    assert_eq!(pao.roles[0].unit, WARD);
}

#[tokio::test]
async fn what_marked_the_unit_marks_its_people_and_nobody_of_the_successor() {
    let stage = province().await;
    let pung = Tagged::Unit("Xã Nậm Pung".to_owned());
    stage.store.tag("Vùng cao".to_owned(), vec![pung]).await.expect("the store").expect("marked");
    let moves = stage
        .store
        .merger(unit(&stage, "Tỉnh Mường Lam / Xã Nậm Pung").await, unit(&stage, WARD).await)
        .await
        .expect("the store")
        .expect("can be");
    assert_eq!((moves.people, moves.groups, moves.units), (1, 0, 0));
    merges(&stage, "Tỉnh Mường Lam / Xã Nậm Pung", WARD).await;
    let bearers = stage.store.tag_bearers("Vùng cao").await.expect("the store");
    let names: Vec<&str> = bearers.iter().map(|bearer| bearer.name.as_str()).collect();
    assert_eq!(names, ["Chị Hoa"]);
}
