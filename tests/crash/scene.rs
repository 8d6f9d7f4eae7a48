//! A short scene in which everything happens once: notices, reports with pictures, presses, a run of a schedule,
//! updates that come twice, chats that are refused.

use std::time::{Duration, Instant};

use loa::sandbox::{Fault, Rule};
use loa::store::notice::NewSchedule;
use serde_json::json;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::checker::Verdict;
use crate::people::{OFFICER, REPORTERS, notice, photo, press};
use crate::stage::{Pace, Stage};

/// Slow enough that the limits of chats are felt, fast enough to be over in seconds.
pub const PACE: Pace = Pace { per_second: 60, per_chat: 2, per_group: 200 };
/// Longer than the scene takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything is asked for; nothing is done yet.
pub async fn set(stage: &mut Stage) {
    for number in 1..=3 {
        stage.send(notice(number)).await;
    }
    for reporter in REPORTERS {
        let words = format!("Sạt lở ở phường Bình Minh, điểm số {reporter}");
        if reporter % 2 == 0 {
            stage.sandbox.send_photo(reporter, reporter, photo(), &words);
        } else {
            stage.sandbox.say(reporter, reporter, &words);
        }
        stage.promised.push((reporter, format!("điểm số {reporter}")));
    }
    let mut twice = json!({"message": {"message_id": 900_000, "date": 1_795_395_900, "text": "/help",
        "chat": {"id": OFFICER, "type": "private", "first_name": "Anh Tuấn"},
        "from": {"id": OFFICER, "is_bot": false, "first_name": "Anh Tuấn"}}});
    twice["update_id"] = stage.sandbox.inject_raw_update(twice.clone()).into();
    stage.sandbox.inject_raw_update(twice);
    // Two: at three the whole channel would rest, and nobody would see that a chat does not wait.
    for chat in [1, 2] {
        let refused = Fault::TooMany { retry_after: 2, whole_bot: false };
        stage.sandbox.faults().add(Rule::new(refused).chat(chat).times(1));
    }
    a_run_is_due(stage).await;
}

/// A schedule of which a run has come just now.
async fn a_run_is_due(stage: &Stage) {
    let schedule = NewSchedule {
        name: "Mỗi tháng".to_owned(),
        cron: "0 8 1 1 *".to_owned(),
        audience: "unit:Tỉnh Mường Lam/*".to_owned(),
        title: "Nhắc việc".to_owned(),
        body: "Báo cáo trong ngày.".into(),
        self_sending: true,
        ..NewSchedule::default()
    };
    stage.store.schedule_new(schedule).await.expect("the store").expect("a schedule");
    // As if it had been made before the run was due: nobody waits for the first of January.
    let now = loa::clock::Clock::System.now();
    let minute = Duration::from_micros(u64::try_from(now.0.rem_euclid(60_000_000)).expect("in a minute"));
    let local = chrono::DateTime::from_timestamp_micros((now - minute).0).expect("a time")
        + chrono::Duration::hours(7);
    let cron = local.format("%-M %-H %-d %-m *").to_string();
    let sql =
        format!("UPDATE schedules SET cron = '{cron}', done_until = {0}, next_at = {0}", now.0 - 120_000_000);
    execute(&stage.database.url, &sql).await;
}

/// Changes the database behind the program's back.
async fn execute(url: &str, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("a connection");
        sqlx::query(sql).execute(&mut connection).await.expect("changed");
    } else {
        let mut connection = PgConnection::connect(url).await.expect("a connection");
        sqlx::query(sql).execute(&mut connection).await.expect("changed");
    }
}

/// Counts in the database.
pub async fn count(url: &str, sql: &'static str) -> i64 {
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("a connection");
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a count")
    } else {
        let mut connection = PgConnection::connect(url).await.expect("a connection");
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a count")
    }
}

/// Texts in the database.
pub async fn texts(url: &str, sql: &'static str) -> Vec<String> {
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("a connection");
        sqlx::query_scalar(sql).fetch_all(&mut connection).await.expect("texts")
    } else {
        let mut connection = PgConnection::connect(url).await.expect("a connection");
        sqlx::query_scalar(sql).fetch_all(&mut connection).await.expect("texts")
    }
}

/// Lets people press what they are shown until `over` says so; gives whether it did.
pub async fn play(stage: &mut Stage, within: Duration, mut over: impl FnMut(&mut Stage) -> bool) -> bool {
    let end = Instant::now() + within;
    while Instant::now() < end {
        if over(stage) {
            return true;
        }
        for reporter in REPORTERS {
            press(stage, reporter, reporter, "Gửi");
        }
        // The other process is looked at; there is nobody who could wake us.
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    false
}

/// Lets the program finish, and judges.
pub async fn finish(stage: &mut Stage, patience: Option<Duration>) -> Verdict {
    let patience = patience.unwrap_or(PATIENCE);
    // Reports that are shown late are sent late.
    for _ in 0..4 {
        stage.drain(patience).await;
        let pressed = REPORTERS.filter(|reporter| press(stage, *reporter, *reporter, "Gửi")).count();
        if pressed == 0 {
            break;
        }
    }
    stage.drain(patience).await;
    stage.stop().await;
    stage.judge().await
}
