//! Updates that are pushed to the real program: how many a second it stores, and how soon it says so. It handles
//! them meanwhile, and answers at the platform's limit. Whoever is answered 200 finds the update on disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::random::Random;
use loa::store::Store;
use serde_json::json;
use tokio::task::JoinSet;

use crate::platform::Platform;
use crate::program::Program;
use crate::stage::{self, number, percentile};

const PEOPLE: i64 = 2_000;
/// So many connections Telegram opens (<https://core.telegram.org/bots/api#setwebhook>).
const CONNECTIONS: usize = 40;
const SECRET: &str = "a-secret-of-letters";
const STEADY: f64 = 500.0;

pub async fn measure() {
    let (updates, seconds) = (number("LOA_BENCH_UPDATES", 20_000), number("LOA_BENCH_SECONDS", 60).min(60));
    let platform = Platform::start(PEOPLE);
    let address = free_address();
    let webhook = format!(
        "[telegram.webhook]\nurl = \"http://{address}/telegram\"\nlisten = \"{address}\"\nsecret = \"{SECRET}\""
    );
    let program = Program::new(&platform, &webhook);
    let url = format!("sqlite:{}", program.path("loa.db").display());
    let store = Store::open(&url, Clock::System, Random::system()).await.expect("a store");
    stage::enrol(&store, PEOPLE).await;
    let _service = program.run();
    let pusher = Arc::new(Pusher {
        client: loa::http::http_client().expect("a client"),
        url: format!("http://{address}/telegram"),
        next: AtomicI64::new(1_000_000),
    });
    while !pusher.push().await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let steady = steadily(&pusher, seconds).await;
    let fast = as_fast_as_it_goes(&pusher, updates).await;
    println!("intake: updates pushed to the real program over {CONNECTIONS} connections");
    println!("  as fast as it goes: {fast:.0}/s stored (wanted: at least 2000/s)");
    let of = |share| percentile(&steady, share) * 1000.0;
    println!("  {STEADY}/s for {seconds} s, time until 200: p50 {:.1} ms, most {:.1} ms", of(0.5), of(1.0));
    println!("  p99 {:.1} ms (wanted: less than 100 ms)\n", of(0.99));
}

/// An address where nobody listens.
fn free_address() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}

struct Pusher {
    client: reqwest::Client,
    url: String,
    next: AtomicI64,
}

impl Pusher {
    /// Pushes the next update. Gives whether it was taken.
    async fn push(&self) -> bool {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let person = 1 + number % PEOPLE;
        let update = json!({"update_id": number, "message": {
            "message_id": number, "date": Clock::System.now().0 / 1_000_000, "text": "/trogiup",
            "chat": {"id": person, "type": "private", "first_name": "Lan"},
            "from": {"id": person, "is_bot": false, "first_name": "Lan"}}});
        let request = self.client.post(&self.url).header("X-Telegram-Bot-Api-Secret-Token", SECRET);
        request.json(&update).send().await.is_ok_and(|answer| answer.status() == 200)
    }
}

/// Every connection pushes the next as soon as the last is answered. Gives updates a second.
async fn as_fast_as_it_goes(pusher: &Arc<Pusher>, updates: i64) -> f64 {
    let (started, left) = (Instant::now(), Arc::new(AtomicI64::new(updates)));
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (pusher, left) = (pusher.clone(), left.clone());
        connections.spawn(async move {
            while left.fetch_sub(1, Ordering::Relaxed) > 0 {
                assert!(pusher.push().await, "an update was not taken");
            }
        });
    }
    connections.join_all().await;
    updates as f64 / started.elapsed().as_secs_f64()
}

/// One after another at even distances, whether or not those before are answered. Gives for each how long it was
/// from the time when it should have been pushed.
async fn steadily(pusher: &Arc<Pusher>, seconds: i64) -> Vec<f64> {
    let mut pushes = JoinSet::new();
    let mut pause = tokio::time::interval(Duration::from_secs_f64(1.0 / STEADY));
    let started = Instant::now();
    while started.elapsed().as_secs_f64() < seconds as f64 {
        let due = pause.tick().await;
        let pusher = pusher.clone();
        pushes.spawn(async move {
            assert!(pusher.push().await, "an update was not taken");
            due.elapsed().as_secs_f64()
        });
    }
    pushes.join_all().await
}
