//! A notice to a million: how long its deliveries take to come about, in how much memory; and what a message costs
//! when the tables are large beside what it costs when they are small.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::domain::ChannelKind;
use loa::jobs::pacing::{Limits, Pacer};
use loa::random::Random;
use loa::store::Store;
use loa::store::settle::{Outcome, Settled};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::stage::{self, cpu_seconds, median, megabytes, number};

/// By this first argument the program does one thing with a database: then come what, the URL and a number.
pub const ROLE: &str = "--as-store";
/// Messages that are taken and settled together.
const TOGETHER: usize = 100;
/// Messages of which the cost is measured, and how often.
const MEASURED: i64 = 2_000;
const ROUNDS: usize = 5;

pub fn measure() {
    let rows = number("LOA_BENCH_ROWS", 1_000_000);
    println!("fanout: {rows} recipients of one notice");
    let (large, small) = (Database::new(rows), Database::new(rows / 100));
    let (seconds, peak): (f64, f64) = large.has("fan-out", rows);
    println!("  {rows} deliveries made in {seconds:.1} s (wanted: less than 10 s)");
    println!("  the most memory of the process that made them: {peak:.0} MB (wanted: less than 150 MB)");
    let _: (f64, f64) = small.has("fan-out", rows / 100);
    // All of it goes out, so that the tables hold as many messages; then the next notice is measured.
    for database in [&large, &small] {
        let _: (f64, f64) = database.has("send", i64::MAX);
        let _: (f64, f64) = database.has("fan-out", database.people);
    }
    let mut all: [Vec<(f64, f64)>; 2] = Default::default();
    for _ in 0..ROUNDS {
        all[0].push(small.has("send", MEASURED.min(rows / 500)));
        all[1].push(large.has("send", MEASURED.min(rows / 500)));
    }
    let of = |place: usize, what: fn(&(f64, f64)) -> f64| median(all[place].iter().map(what).collect());
    for (place, rows) in [(0, rows / 100), (1, rows)] {
        let (time, cpu) = (of(place, |cost| cost.0), of(place, |cost| cost.1));
        println!("  a message with {rows:>7} rows in the tables: {time:5.1} µs, of which CPU {cpu:5.1} µs");
    }
    let (time, cpu) = (of(1, |c| c.0) / of(0, |c| c.0), of(1, |c| c.1) / of(0, |c| c.1));
    println!("  dearer by the factor {time:.2}, CPU {cpu:.2} (wanted: at most 1.30)\n");
}

/// A database in a directory that goes away with it. What is done with it is done by a process each time.
struct Database {
    url: String,
    people: i64,
    _dir: tempfile::TempDir,
}

impl Database {
    fn new(people: i64) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite:{}", dir.path().join("loa.db").display());
        let database = Self { url, people, _dir: dir };
        database.has::<()>("people", people);
        database
    }

    fn has<T: DeserializeOwned>(&self, what: &str, number: i64) -> T {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args([ROLE, what, &self.url, &number.to_string()]).stderr(Stdio::inherit());
        let out = command.output().expect("a process");
        serde_json::from_slice(&out.stdout).expect("what it took")
    }
}

/// The process that does one thing.
pub async fn run(args: &[String]) {
    let [what, url, number] = args else { panic!("{args:?}") };
    let number = number.parse().expect("a number");
    let store = Store::open(url, Clock::System, Random::system()).await.expect("a store");
    let took = match what.as_str() {
        "people" => json!(stage::enrol(&store, number).await),
        "fan-out" => json!(fan_out(&store, number).await),
        "send" => json!(send(&store, number).await),
        other => panic!("{other}"),
    };
    println!("{took}");
}

/// From the order to send until every delivery is on disk. Gives seconds, and the most memory in megabytes.
async fn fan_out(store: &Store, people: i64) -> (f64, f64) {
    let started = Instant::now();
    let notice = stage::send(store).await;
    while stage::counts(store, notice).await.total < people {
        store.notices_tick(Duration::ZERO).await.expect("the store");
    }
    (started.elapsed().as_secs_f64(), megabytes(std::process::id(), "VmHWM"))
}

/// Takes messages out of the outbox and settles them as sent, at most so many. Gives for each the time and the
/// processor time in microseconds.
async fn send(store: &Store, most: i64) -> (f64, f64) {
    assert!(store.take_lease("worker", "me", Duration::from_secs(3600)).await.expect("a lease"));
    let pacer = Arc::new(Mutex::new(Pacer::new(Limits::NONE)));
    let me = std::process::id();
    let (cpu, started) = (cpu_seconds(me), Instant::now());
    let (mut settled, mut done) = (Vec::new(), 0_i64);
    loop {
        let want = if done < most { TOGETHER } else { 0 };
        let lease = ("worker", "me".to_owned());
        let exchange = store.exchange(ChannelKind::Telegram, lease, settled, want, pacer.clone());
        let claimed = exchange.await.expect("an exchange").claimed;
        pacer.lock().expect("no panic").claimed(&claimed);
        if claimed.is_empty() {
            break;
        }
        done += i64::try_from(claimed.len()).expect("small");
        settled = claimed
            .into_iter()
            .map(|message| {
                let mut pacer = pacer.lock().expect("no panic");
                pacer.payload_clear(message.payload);
                pacer.answered(&message, Clock::System.now());
                let sent = Outcome::Sent { external_id: message.id.to_string(), files: Vec::new() };
                Settled { message, outcome: sent }
            })
            .collect();
    }
    let each = 1e6 / done.max(1) as f64;
    (started.elapsed().as_secs_f64() * each, (cpu_seconds(me) - cpu) * each)
}
