//! How long a person waits for an answer, while nothing else happens and while a broadcast runs at the limit.

use loa::jobs::pacing::Limits;

use crate::platform::{Order, Platform};
use crate::stage::{self, number, percentile};

/// Questions a second, each in another chat.
const PER_SECOND: f64 = 5.0;

pub async fn measure() {
    let (people, asks) = (number("LOA_BENCH_RECIPIENTS", 50_000), number("LOA_BENCH_ASKS", 300));
    let platform = Platform::start(people);
    platform.meanwhile::<()>(&Order::Limit(30));
    let app = stage::app(&platform.url, &platform.token, people, Limits::TELEGRAM).await;
    // A broadcast goes from the first to the last: it does not come to those who ask.
    let ask = |from| Order::Ask { from, count: asks, per_second: PER_SECOND };
    let idle: Vec<f64> = platform.meanwhile(&ask(people - 2 * asks + 1));
    let before: usize = platform.meanwhile(&Order::Accepted);
    app.send().await;
    platform.meanwhile::<()>(&Order::Wait(before + 60));
    let busy: Vec<f64> = platform.meanwhile(&ask(people - asks + 1));
    let (too_fast, wrong): (usize, usize) = platform.meanwhile(&Order::Wrong);
    app.running.stop().await;
    println!("replies: {asks} questions, {PER_SECOND}/s, each in its own chat; answer seen by the platform");
    print("idle", &idle);
    print(&format!("during a broadcast to {people} at 30/s"), &busy);
    let more = (percentile(&busy, 0.99) - percentile(&idle, 0.99)) * 1000.0;
    println!("  p99 during the broadcast above idle: {more:.0} ms (wanted: less than 300 ms)");
    println!("  429 caused: {too_fast} (wanted: 0); other calls that were wrong: {wrong} (wanted: 0)\n");
}

fn print(when: &str, times: &[f64]) {
    let of = |share| percentile(times, share) * 1000.0;
    println!("  {when:<44} p50 {:6.1} ms  p99 {:6.1} ms  most {:6.1} ms", of(0.5), of(0.99), of(1.0));
}
