//! At the platform's limit: how much of what is permitted goes out, and whether the platform ever has to refuse.

use loa::jobs::pacing::Limits;

use crate::platform::{Order, Platform};
use crate::stage::{self, number};

/// Telegram's ordinary limit, for five minutes.
pub async fn thirty() {
    at_limit("limit30", 30, number("LOA_BENCH_SECONDS", 300), 0.99).await;
}

/// What Telegram sells at most (<https://core.telegram.org/bots/api#sendmessage>, `allow_paid_broadcast`).
pub async fn thousand() {
    at_limit("limit1000", 1000, number("LOA_BENCH_SECONDS", 60).min(60), 0.95).await;
}

async fn at_limit(name: &str, per_second: u32, seconds: i64, wanted: f64) {
    let people = i64::from(per_second) * (seconds + 3);
    let platform = Platform::start(people);
    platform.meanwhile::<()>(&Order::Limit(usize::try_from(per_second).expect("small")));
    let limits = Limits { per_second, ..Limits::TELEGRAM };
    let app = stage::app(&platform.url, &platform.token, people, limits).await;
    app.send().await;
    // The first second may have all its calls at once.
    let first = usize::try_from(per_second).expect("small");
    platform.meanwhile::<()>(&Order::Wait(first));
    let span = Order::Span(seconds as f64);
    let (sent, took): (usize, f64) = platform.meanwhile(&span);
    let (too_fast, wrong): (usize, usize) = platform.meanwhile(&Order::Wrong);
    app.running.stop().await;
    let share = sent as f64 / (f64::from(per_second) * took);
    println!("{name}: a broadcast at {per_second} messages/s, watched for {took:.0} s");
    println!("  share of what is permitted: {share:.4} (wanted: at least {wanted})");
    println!("  429 caused: {too_fast} (wanted: 0); other calls that were wrong: {wrong} (wanted: 0)\n");
}
