//! The real program under steady use over a bad line: does its memory grow, and how large does the write-ahead log get?

use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::jobs::WORKER_LEASE;
use loa::random::Random;
use loa::store::Store;
use loa::store::idle::Idle;

use crate::platform::{Order, Platform};
use crate::program::{Program, Service};
use crate::stage::{self, megabytes, number};

const PEOPLE: i64 = 2_000;
const PER_SECOND: f64 = 50.0;
const FAULTS: f64 = 0.15;
/// Every minute a notice goes to everybody.
const NOTICE: Duration = Duration::from_secs(60);
const SAMPLE: Duration = Duration::from_secs(30);

pub async fn measure() {
    let seconds = number("LOA_BENCH_SECONDS", 600);
    let platform = Platform::start(PEOPLE);
    let program = Program::new(&platform, "[telegram.limits]\nper_second = 1000\nper_chat_per_second = 0");
    let url = format!("sqlite:{}", program.path("loa.db").display());
    let store = Store::open(&url, Clock::System, Random::system()).await.expect("a store");
    stage::enrol(&store, PEOPLE).await;
    platform.meanwhile::<()>(&Order::Faults(FAULTS));
    let service = program.run();
    println!(
        "soak: {PER_SECOND} updates/s, {:.0} % of all calls fail, a notice to {PEOPLE} each minute",
        FAULTS * 100.0
    );
    let talk = Order::Talk { people: PEOPLE, per_second: PER_SECOND, seconds: seconds as f64 };
    let watching = tokio::spawn(watch(service, program.path("loa.db-wal"), store.clone(), seconds));
    let said: usize = platform.meanwhile(&talk);
    let mut seen = watching.await.expect("no panic");
    let accepted: usize = platform.meanwhile(&Order::Accepted);
    println!("  {said} updates said; {accepted} calls accepted; afterwards {}", how_it_stands(&store).await);
    seen.report();
}

/// What is left to do.
async fn how_it_stands(store: &Store) -> String {
    let status = store.status(WORKER_LEASE).await.expect("the store");
    let answers: i64 =
        status.outbox.iter().filter(|lane| lane.lane == 0).map(|lane| lane.queued + lane.sending).sum();
    let notices: i64 = status.notices.iter().map(|notice| notice.total - notice.sent).sum();
    let next = match store.idle().await.expect("the store") {
        Idle::Busy => "work is going on".to_owned(),
        Idle::Until(None) => "nothing is planned".to_owned(),
        Idle::Until(Some(due)) => {
            format!("the next is due in {:.1} s", due.since(Clock::System.now()).as_secs_f64())
        }
    };
    let updates = status.inbox.waiting;
    format!("{updates} updates, {answers} answers and {notices} messages of notices wait, {next}")
}

/// What was seen of the program.
struct Seen {
    service: Service,
    /// Resident megabytes, in the order of time.
    resident: Vec<f64>,
    /// The largest write-ahead log, in megabytes.
    log: f64,
}

async fn watch(service: Service, log: std::path::PathBuf, store: Store, seconds: i64) -> Seen {
    let mut seen = Seen { service, resident: Vec::new(), log: 0.0 };
    let started = Instant::now();
    let (mut sampled, mut sent) = (started, started);
    let end = Duration::from_secs(u64::try_from(seconds).expect("a time"));
    while started.elapsed() < end {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let size = std::fs::metadata(&log).map_or(0, |file| file.len());
        seen.log = seen.log.max(size as f64 / (1024.0 * 1024.0));
        if sampled.elapsed() >= SAMPLE.min(end / 20) {
            sampled = Instant::now();
            seen.resident.push(megabytes(seen.service.id(), "VmRSS"));
        }
        if sent.elapsed() >= NOTICE.min(end / 10) {
            sent = Instant::now();
            stage::send(&store).await;
        }
    }
    seen
}

impl Seen {
    fn report(&mut self) {
        let all: Vec<String> = self.resident.iter().map(|megabytes| format!("{megabytes:.0}")).collect();
        println!("  resident, MB: {}", all.join(" "));
        let at = |place: usize| self.resident.get(place).copied().unwrap_or(f64::NAN);
        let (first, half, last) =
            (at(0), at(self.resident.len() / 2), at(self.resident.len().saturating_sub(1)));
        println!(
            "  first {first:.0} MB, half-way {half:.0} MB, last {last:.0} MB: {:+.0} MB in all, {:+.0} MB in the second \
             half (wanted: flat)",
            last - first,
            last - half
        );
        let (own, mapped) =
            (megabytes(self.service.id(), "RssAnon"), megabytes(self.service.id(), "RssFile"));
        println!("  in the end {own:.0} MB of its own, {mapped:.0} MB of files that it maps");
        println!("  largest write-ahead log: {:.1} MB (wanted: less than 64 MB)", self.log);
        println!("  the process still runs: {}\n", self.service.runs());
    }
}
