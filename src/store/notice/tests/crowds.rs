//! Lists of many people.

use super::cast::*;
use crate::conversation::notice::NewNotice;

/// So many come in besides those of the cast, every second of whom confirms the first notice.
const MANY: i64 = 1_500;

async fn gather(town: &Town) {
    let people = "WITH RECURSIVE n (i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
                  INSERT INTO people (id, name, folded, state, created_at)
                  SELECT i, 'Người ' || i, 'nguoi ' || i, 'active', 0 FROM n";
    let chats =
        "INSERT INTO chats (channel, external_id, kind, title, folded, person_id, purpose, state, created_at)
                 SELECT 'telegram', '7' || id, 'private', name, folded, id, 'none', 'open', 0
                 FROM people WHERE id > 1000";
    let roles = "INSERT INTO roles (person_id, unit_id, role, since)
                 SELECT id, 2, 'staff', 0 FROM people WHERE id > 1000";
    assert_eq!(town.sql(people).await, MANY.unsigned_abs());
    town.sql(chats).await;
    town.sql(roles).await;
}

#[tokio::test]
async fn a_list_of_many_goes_out_as_it_is_counted() {
    let town = Town::new().await;
    gather(&town).await;
    let first = NewNotice { audience: "people".into(), confirm: true, ..NewNotice::default() };
    let first = town.writes_with(first).await;
    town.stage.store.notice_send(first).await.expect("the store").expect("sent");
    town.ticks().await;
    // All arrive, and half of them confirm.
    town.sql("UPDATE deliveries SET state = 2, sent_at = 1").await;
    let confirmed = "UPDATE deliveries SET state = 3 WHERE person_id > 1000 AND person_id % 2 = 0";
    assert_eq!(town.sql(confirmed).await, 750);
    let again = town.writes(&format!("unconfirmed:{first}; -person:Lan")).await;
    let reach = town.stage.store.notice_preview(again).await.expect("the store").expect("a reach");
    assert_eq!((reach.groups, reach.people, reach.unreachable), (0, 754, 1), "{reach:?}");
    town.stage.store.notice_send(again).await.expect("the store").expect("sent");
    for _ in 0..3 {
        town.ticks().await;
    }
    let made = "SELECT COUNT(*) FROM deliveries WHERE edition_id = 2";
    assert_eq!(town.int(made).await, 754);
    let wrong = "SELECT COUNT(*) FROM deliveries d WHERE edition_id = 2 AND person_id IN (
                   SELECT person_id FROM deliveries WHERE edition_id = 1 AND state = 3)";
    assert_eq!(town.int(wrong).await, 0);
}
