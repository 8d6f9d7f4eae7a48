//! How long it takes to count whom an audience reaches, among two hundred thousand people.
//!
//! On SQLite; on PostgreSQL where `LOA_BENCH_DATABASE` names an empty database there.

#![allow(clippy::disallowed_methods, reason = "a measurement asks a watch")]
#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::domain::Timestamp;
use loa::random::Random;
use loa::store::Store;
use loa::store::notice::NewAudience;
use loa::store::tags::Tagged;
use sqlx::{Connection, PgConnection, SqliteConnection};

/// What a preview may take.
const LIMIT: Duration = Duration::from_millis(200);
const PEOPLE: i64 = 200_000;
/// Communes below one province: as many as there are in the country.
const COMMUNES: i64 = 3_321;
const TIMES: usize = 9;

const AUDIENCES: [&str; 11] = [
    "all",
    "people",
    "unit:Tỉnh Mẫu/*",
    "unit:Tỉnh Mẫu/*; -unit:Xã Số 7",
    "unit:Xã Số 7",
    "role:head@unit:Tỉnh Mẫu/*",
    "unit:Tỉnh Mẫu/*; role:head; -person:17; -groups",
    "tag:Vùng cao; role:head",
    "saved:Mọi xã trừ lãnh đạo; role:editor",
    "unconfirmed:1",
    "silent:90",
];

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let dir = tempfile::tempdir().expect("a directory");
    let here = format!("sqlite:{}", dir.path().join("loa.db").display());
    let url = std::env::var("LOA_BENCH_DATABASE").unwrap_or(here);
    let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 25, 8, 0));
    let store = Store::open(&url, clock.clone(), Random::seeded(1)).await.expect("a store");
    for sql in fill(clock.now().0) {
        execute(&url, &sql).await;
    }
    let units = (0..300).map(|unit| Tagged::Unit(format!("Tỉnh Mẫu / Xã Số {}", unit * 11)));
    store.tag("Vùng cao".to_owned(), units.collect()).await.expect("the store").expect("tagged");
    let text = "unit:Tỉnh Mẫu/*; -role:head".to_owned();
    let saved = NewAudience { name: "Mọi xã trừ lãnh đạo".to_owned(), text, unit: None };
    store.audience_save(saved).await.expect("the store").expect("saved");

    println!("a preview among {PEOPLE} people in {COMMUNES} communes; the limit is {LIMIT:?}");
    for audience in AUDIENCES {
        let mut took = Vec::with_capacity(TIMES);
        let mut reached = 0;
        let before = cpu();
        for _ in 0..TIMES {
            let started = Instant::now();
            let reach = store
                .audience_preview(audience.to_owned(), false)
                .await
                .expect("the store")
                .expect("counted");
            took.push(started.elapsed());
            reached = reach.people + reach.groups + reach.unreachable;
        }
        let cpu = (cpu() - before) / u32::try_from(TIMES).expect("few");
        took.sort_unstable();
        let (median, longest) = (took[TIMES / 2], took[TIMES - 1]);
        println!("{audience}: {median:.0?}, {longest:.0?} at most, CPU {cpu:.0?}, for {reached}");
    }
}

/// What this process has had of the processor (Linux counts it in hundredths of a second).
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

/// A province of communes with a group each; people over four channels, some without any; a notice that went to all, which
/// half confirmed.
fn fill(now: i64) -> Vec<String> {
    let numbers = |most: i64| {
        format!(
            "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {most})"
        )
    };
    // SQLite has its CTE before the INSERT's SELECT, and so has PostgreSQL.
    let insert =
        |into: &str, most: i64, select: &str| format!("INSERT INTO {into} {} {select}", numbers(most));
    vec![
        format!("INSERT INTO units (id, name, folded, path, path_key, created_at)
                 VALUES (1, 'Tỉnh Mẫu', 'tinh mau', 'Tỉnh Mẫu', 'tinh mau', {now})"),
        insert("units (id, parent_id, name, folded, path, path_key, created_at)", COMMUNES, &format!(
            "SELECT i + 1, 1, 'Xã Số ' || (i - 1), 'xa so ' || (i - 1), 'Tỉnh Mẫu / Xã Số ' || (i - 1),
                    'tinh mau / xa so ' || (i - 1), {now} FROM n")),
        insert("people (id, name, folded, state, created_at)", PEOPLE, &format!(
            "SELECT i, 'Nguyễn Văn Người ' || i, 'nguyen van nguoi ' || i, CASE WHEN i % 97 = 0 THEN 'left' ELSE 'active' END, {now} FROM n")),
        insert("roles (person_id, unit_id, role, since)", PEOPLE, &format!(
            "SELECT i, 2 + i * 7919 % {COMMUNES}, CASE WHEN i % 60 = 0 THEN 'head' WHEN i % 61 = 0 THEN 'editor' ELSE 'staff' END, {now} FROM n")),
        insert("chats (id, channel, external_id, kind, title, folded, person_id, purpose, state, spare, rank, created_at)", PEOPLE, &format!(
            "SELECT i, CASE i % 4 WHEN 0 THEN 'telegram' WHEN 1 THEN 'zalo_bot' WHEN 2 THEN 'zalo_oa' ELSE 'email' END,
                    'x' || i, 'private', 'Nguyễn Văn Người ' || i, 'nguyen van nguoi ' || i, i, 'none',
                    CASE WHEN i % 50 = 1 THEN 'closed' ELSE 'open' END, 0, 0, {now} FROM n WHERE i % 20 <> 0")),
        insert("chats (id, channel, external_id, kind, title, folded, person_id, purpose, state, spare, rank, created_at)", PEOPLE, &format!(
            "SELECT 300000 + i, 'telegram', 'y' || i, 'private', 'Nguyễn Văn Người ' || i, 'nguyen van nguoi ' || i, i, 'none',
                    'open', 1, 2, {now} FROM n WHERE i % 10 = 3")),
        insert("chats (id, channel, external_id, kind, title, folded, unit_id, purpose, state, created_at)", COMMUNES, &format!(
            "SELECT 600000 + i, 'telegram', '-100' || i, 'group', 'Nhóm xã ' || i, 'nhom xa ' || i, i + 1, 'staff', 'open', {now} FROM n")),
        insert("oa_windows (chat_id, wrote_at, replies)", PEOPLE, &format!(
            "SELECT i, {now} - i % 10 * 86400000000, i % 9 FROM n WHERE i % 20 <> 0 AND i % 4 = 2")),
        format!("INSERT INTO notices (id, title, body, audience, urgent, confirm, state, created_at, written_at)
                 VALUES (1, 'Lịch họp', '', 'all', 0, 1, 'sent', {now}, {now})"),
        format!("INSERT INTO editions (id, notice_id, state, lane, starts_at, started_at, ended_at, fanned_out, changed_at, created_at)
                 VALUES (1, 1, 'done', 2, {now}, {now}, {now}, 1, 0, {now})"),
        insert("deliveries (edition_id, chat_id, channel, person_id, unit_id, state, nonce, sent_at)", PEOPLE, &format!(
            "SELECT 1, i, i % 4, i, 2 + i * 7919 % {COMMUNES}, CASE WHEN i % 50 = 1 THEN 4 WHEN i % 2 = 0 THEN 3 ELSE 2 END,
                    'nonce' || i, {now} - 86400000000 FROM n WHERE i % 20 <> 0")),
        "INSERT INTO confirmations (delivery_id, person_id, at)
         SELECT id, person_id, sent_at FROM deliveries WHERE state = 3".to_owned(),
    ]
}

async fn execute(url: &str, sql: &str) {
    let query = sqlx::AssertSqlSafe(sql.to_owned());
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("a connection");
        sqlx::query(query).execute(&mut connection).await.expect("rows");
    } else {
        let mut connection = PgConnection::connect(url).await.expect("a connection");
        sqlx::query(query).execute(&mut connection).await.expect("rows");
        sqlx::query("ANALYZE").execute(&mut connection).await.expect("analysed");
    }
}
