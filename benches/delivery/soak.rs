//! The real program under steady use over a bad line: does its memory grow, and how large does the write-ahead log get?

use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::random::Random;
use loa::store::Store;

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
    let (accepted, waiting): (usize, _) = (platform.meanwhile(&Order::Accepted), store.idle().await);
    println!(
        "  {said} updates said; {accepted} calls accepted; afterwards {:?}",
        waiting.expect("the store")
    );
    seen.report();
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
        let (first, last) = (self.resident.first(), self.resident.last());
        let (first, last) = (first.copied().unwrap_or(f64::NAN), last.copied().unwrap_or(f64::NAN));
        println!("  first {first:.0} MB, last {last:.0} MB: {:+.0} MB (wanted: flat)", last - first);
        println!("  largest write-ahead log: {:.1} MB (wanted: less than 64 MB)", self.log);
        println!("  the process still runs: {}\n", self.service.runs());
    }
}
