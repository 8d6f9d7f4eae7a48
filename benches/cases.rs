//! How long it takes to find what a report may be the same as, among many cases; and a storm of reports.

#![allow(clippy::disallowed_methods, reason = "a measurement asks a watch")]
#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::conversation::incoming::{ExternalChat, Message, Sender, Spot};
use loa::conversation::{ChatKind, Incoming, Rules, What, step};
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::random::Random;
use loa::store::Store;
use sqlx::{Connection, SqliteConnection};

/// What a report may take longer with so many cases than without them.
const LIMIT: Duration = Duration::from_millis(20);
const CASES: i64 = 100_000;
/// Villages, eight to a commune.
const UNITS: i64 = 400;
const REPORTS: u32 = 200;
const STORM: i64 = 2_000;
const STORM_LIMIT: Duration = Duration::from_secs(5);

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("loa.db");
    let url = format!("sqlite:{}", file.display());
    let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 25, 8, 0));
    let store = Store::open(&url, clock.clone(), Random::seeded(1)).await.expect("a store");
    let rows = (0..UNITS).map(|unit| ImportRow {
        line: 2,
        unit: format!("Tỉnh Mẫu / Xã Số {} / Thôn Nà {}", unit / 8, name(unit)).parse().expect("a path"),
        name: format!("Người {unit}"),
        role: Some(Role::Reporter),
        channel: ChannelKind::Telegram,
        chat_id: (1000 + unit).to_string(),
        kind: Kind::Person,
    });
    store.import(rows.collect(), false).await.expect("an import");
    let few = storm(&store).await;
    let before = reports(&store, 0).await;
    fill(&file.display().to_string(), clock.now()).await;
    let many = reports(&store, REPORTS).await;
    println!(
        "a report with a place, to its summary: {before:?} with {few} cases, {many:?} with {CASES} more"
    );
    println!("{:?} more; the limit is {LIMIT:?}", many.saturating_sub(before));
}

/// Thousands report within a minute, and send what they reported: how long until each has a code.
async fn storm(store: &Store) -> usize {
    let unit = |unit: i64| format!("Tỉnh Mẫu / Xã Số {} / Thôn Nà {}", unit / 8, name(unit));
    let person = |number: i64| ImportRow {
        line: 2,
        unit: unit(number % UNITS).parse().expect("a path"),
        name: format!("Dân {number}"),
        role: Some(Role::Reporter),
        channel: ChannelKind::Telegram,
        chat_id: (100_000 + number).to_string(),
        kind: Kind::Person,
    };
    let group = ImportRow {
        line: 2,
        unit: "Tỉnh Mẫu".parse().expect("a path"),
        name: "Nhóm trực".to_owned(),
        role: Some(Role::Duty),
        channel: ChannelKind::Telegram,
        chat_id: "-100".to_owned(),
        kind: Kind::Group,
    };
    let rows = (0..STORM).map(person).chain([group]).collect();
    store.import(rows, false).await.expect("an import");
    let rules = Arc::new(Rules::default());
    let mut people = tokio::task::JoinSet::new();
    for number in 0..STORM {
        let (store, rules) = (store.clone(), Arc::clone(&rules));
        people.spawn(async move {
            // All over a minute.
            let wait = Duration::from_millis(u64::try_from(number * 60_000 / STORM).expect("small"));
            tokio::time::sleep(wait).await;
            let started = Instant::now();
            let chat = (100_000 + number).to_string();
            let words = format!("Ngập nhà số {number} ở thôn Nà {}", name(number % UNITS));
            for (id, text) in [("1", words), ("2", "gửi".to_owned())] {
                let message = Message { id: id.to_owned(), text, addressed: true, ..Message::default() };
                let incoming = said(&store, &chat, message);
                store.take_turn(incoming, Arc::clone(&rules), step).await.expect("a turn");
            }
            started.elapsed()
        });
    }
    let longest = people.join_all().await.into_iter().max().unwrap_or_default();
    let made = store.list_incidents(true, None).await.expect("cases").len();
    println!(
        "a storm: {STORM} people within a minute, {made} cases, each after {longest:.2?} at most; the limit is {STORM_LIMIT:?}"
    );
    made
}

fn said(store: &Store, chat: &str, message: Message) -> Incoming {
    Incoming {
        channel: ChannelKind::Telegram,
        chat: ExternalChat { id: chat.to_owned(), kind: ChatKind::Private, title: String::new() },
        from: Some(Sender { id: chat.to_owned(), name: String::new() }),
        at: store.now(),
        what: What::Message(message),
    }
}

fn name(unit: i64) -> String {
    let syllables = ["Lùng", "Pho", "Mạ", "Lếch", "Hin", "Khoa", "Pục", "Sài", "Tông", "Vai"];
    let syllable = |at: i64| syllables[usize::try_from(at % 10).expect("small")];
    // Each village is called otherwise: nobody is asked which one they mean.
    format!("{} {} {}", syllable(unit / 100), syllable(unit / 10), syllable(unit))
}

/// Open and settled cases of ninety days, all over a province.
async fn fill(file: &str, now: Timestamp) {
    let mut database = SqliteConnection::connect(&format!("sqlite:{file}")).await.expect("the database");
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1),
                 leaves AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM units u
                   WHERE NOT EXISTS (SELECT 1 FROM units c WHERE c.parent_id = u.id))
               INSERT INTO incidents (code, state, category, category_name, unit_id, unit_known, text, latitude,
                   longitude, restricted, allowed_micros, due_at, created_at, updated_at, settled_at)
               SELECT 'XX-2026-' || i, CASE WHEN i % 5 = 0 THEN 'new' ELSE 'settled' END, 'thien_tai', 'Thiên tai',
                   (SELECT id FROM leaves WHERE place = i % $2), 1,
                   'Sạt lở ở đoạn đường số ' || i || ', đất đá tràn xuống mặt đường, xe không qua được',
                   22.0 + (i % 997) / 1000.0, 106.0 + (i % 991) / 1000.0, 0, 0, $3,
                   $3 - (i % 90) * 86400000000, $3, CASE WHEN i % 5 = 0 THEN NULL ELSE $3 - (i % 90) * 86400000000 END
               FROM n";
    let done = sqlx::query(sql).bind(CASES).bind(UNITS).bind(now.0).execute(&mut database).await;
    assert_eq!(done.expect("cases").rows_affected(), CASES.unsigned_abs());
}

/// How long the summary of a report takes, of many reports from everywhere.
async fn reports(store: &Store, seed: u32) -> Duration {
    let rules = Arc::new(Rules::default());
    let mut spent = Duration::ZERO;
    for number in 0..REPORTS {
        let unit = i64::from(number) * 7 % UNITS;
        let chat = (1000 + unit).to_string();
        let spot = Spot {
            latitude: 22.0 + f64::from(number * 5 % 997) / 1000.0,
            longitude: 106.0 + f64::from(number * 5 % 991) / 1000.0,
            name: None,
        };
        let words = format!("Sạt lở ở thôn Nà {}, đất đá tràn xuống đường, xe không qua được", name(unit));
        let message = Message {
            id: (seed + number).to_string(),
            text: words,
            addressed: true,
            place: Some(spot),
            ..Message::default()
        };
        let incoming = said(store, &chat, message);
        let started = Instant::now();
        store.take_turn(incoming, Arc::clone(&rules), step).await.expect("a turn");
        spent += started.elapsed();
    }
    spent / REPORTS
}
