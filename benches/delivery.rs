//! How fast notices go out, beside what the same HTTP client reaches without any state; and what a board of
//! 100,000 people costs. Everything runs against the practice platform in this process, so that both share
//! one machine in the same way.

#![allow(clippy::disallowed_methods, reason = "a measurement asks a watch")]
#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use loa::app::run::Running;
use loa::channel::telegram::Telegram;
use loa::clock::Clock;
use loa::conversation::notice::NewNotice;
use loa::conversation::{Rules, step};
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role};
use loa::jobs::pacing::Limits;
use loa::jobs::{Engine, Signals};
use loa::random::Random;
use loa::sandbox::{Options, Sandbox};
use loa::store::Store;
use tokio_util::sync::CancellationToken;

const RECIPIENTS: i64 = 10_000;
const CONCURRENCY: usize = 32;
const NO_LIMITS: Limits = Limits::NONE;
const LIMITS: Limits = Limits::TELEGRAM;

#[tokio::main]
async fn main() {
    // `cargo bench -- minute` runs only what has that in its name.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    if runs("unlimited") {
        unlimited().await;
    }
    if runs("minute") {
        a_minute_at_the_limit().await;
    }
    if runs("large") {
        a_large_board().await;
    }
}

/// The platform with people who have all pressed Start.
async fn platform(people: i64, limits: Option<loa::sandbox::Limits>) -> Sandbox {
    let clock = Clock::System;
    let mut options = Options::new(Arc::new(move || clock.now().0));
    options.limits = limits;
    options.keep_last = Some(4);
    let sandbox = Sandbox::start(options).await.expect("a practice platform");
    for person in 1..=people {
        sandbox.add_user(person, "Lan");
        sandbox.say(person, person, "/start");
    }
    drain(&sandbox).await;
    sandbox
}

/// Takes the updates away, so that the bot need not answer ten thousand greetings first.
async fn drain(sandbox: &Sandbox) {
    let client = loa::http::http_client().expect("a client");
    let url = format!("{}/bot{}/getUpdates", sandbox.url(), sandbox.token());
    let mut offset = 0;
    loop {
        let body = serde_json::json!({ "offset": offset, "limit": 100, "timeout": 0 });
        let answer = client.post(&url).json(&body).send().await.expect("an answer");
        let answer: serde_json::Value = answer.json().await.expect("JSON");
        let updates = answer["result"].as_array().expect("updates");
        let Some(last) = updates.last() else { return };
        offset = last["update_id"].as_i64().expect("a number") + 1;
    }
}

struct App {
    store: Store,
    running: Running,
    _dir: tempfile::TempDir,
}

/// The app with these people enrolled, running.
async fn app(sandbox: &Sandbox, people: i64, limits: Limits) -> App {
    let dir = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite:{}", dir.path().join("loa.db").display());
    let store = Store::open(&url, Clock::System, Random::system()).await.expect("a store");
    store.import(staff(people), false).await.expect("imported");
    let client = loa::http::http_client().expect("a client");
    let token = sandbox.token().to_owned().into();
    let telegram = Telegram::new(client, sandbox.url(), token, Duration::from_secs(20)).expect("a bot");
    let engine = Engine {
        store: store.clone(),
        clock: Clock::System,
        random: Random::system(),
        rules: Arc::new(Rules { bot_username: "loa_bot".to_owned(), ..Rules::default() }),
        channel: Arc::new(telegram),
        limits,
        concurrency: CONCURRENCY,
        step,
        holder: "bench".to_owned(),
        signals: Signals::default(),
        stop: CancellationToken::new(),
    };
    App { store, running: Running::start(engine).await, _dir: dir }
}

fn staff(people: i64) -> Vec<ImportRow> {
    (1..=people)
        .map(|person| ImportRow {
            line: 2,
            unit: "Tỉnh Mường Lam / Phường Bình Minh".parse().expect("a path"),
            name: format!("Cán bộ {person}"),
            role: Some(Role::Staff),
            channel: ChannelKind::Telegram,
            chat_id: person.to_string(),
            kind: Kind::Person,
        })
        .collect()
}

async fn send(app: &App) {
    let notice = NewNotice {
        title: "Định hướng tuyên truyền tháng 12".to_owned(),
        body: "Các đơn vị tập trung tuyên truyền phòng chống rét cho người và gia súc.".to_owned(),
        audience: "all".to_owned(),
        confirm: true,
        ..NewNotice::default()
    };
    let id = app.store.notice_new(notice).await.expect("the store").expect("a notice");
    app.store.notice_send(id).await.expect("the store").expect("sent");
}

async fn unlimited() {
    let sandbox = platform(RECIPIENTS, None).await;
    let before = sandbox.accepted_count();
    let bare = bare_loop(&sandbox).await;
    let bare_rate = rate(sandbox.accepted_count() - before, bare);
    println!("no limit, {RECIPIENTS} recipients, {CONCURRENCY} at once");
    println!("  bare loop over the same HTTP client, no state     {bare_rate:8.0} messages/s");
    let sandbox = platform(RECIPIENTS, None).await;
    let app = app(&sandbox, RECIPIENTS, NO_LIMITS).await;
    let before = sandbox.accepted_count();
    let cpu = cpu_seconds();
    let started = Instant::now();
    send(&app).await;
    let wanted = before + usize::try_from(RECIPIENTS).expect("small");
    sandbox.wait_for(|sandbox| (sandbox.accepted_count() >= wanted).then_some(())).await;
    let loa_rate = rate(sandbox.accepted_count() - before, started.elapsed());
    println!("  loa, every state durable (SQLite, synchronous=FULL) {loa_rate:6.0} messages/s");
    println!("  share of the bare loop: {:.2} (at least 0.50)", loa_rate / bare_rate);
    println!("  CPU of both sides for these messages: {:.1} s\n", cpu_seconds() - cpu);
    app.running.stop().await;
}

async fn bare_loop(sandbox: &Sandbox) -> Duration {
    let client = loa::http::http_client().expect("a client");
    let url = format!("{}/bot{}/SendMessage", sandbox.url(), sandbox.token());
    let next = Arc::new(AtomicUsize::new(1));
    let started = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..CONCURRENCY {
        let (client, url, next) = (client.clone(), url.clone(), next.clone());
        workers.spawn(async move {
            loop {
                let person = next.fetch_add(1, Ordering::Relaxed);
                if person > usize::try_from(RECIPIENTS).expect("small") {
                    return;
                }
                let body = serde_json::json!({
                    "chat_id": person,
                    "text": "Định hướng tuyên truyền tháng 12\n\nCác đơn vị tập trung tuyên truyền phòng chống \
                             rét cho người và gia súc.",
                    "reply_markup": { "inline_keyboard": [[{ "text": "Đã nhận", "callback_data": "c.1" }]] },
                });
                let answer = client.post(&url).json(&body).send().await.expect("an answer");
                let bytes = answer.bytes().await.expect("a body");
                assert!(bytes.starts_with(b"{\"ok\":true") || bytes.windows(9).any(|w| w == b"\"ok\":true"));
            }
        });
    }
    workers.join_all().await;
    started.elapsed()
}

async fn a_minute_at_the_limit() {
    let sandbox = platform(RECIPIENTS, Some(loa::sandbox::Limits::default())).await;
    let app = app(&sandbox, RECIPIENTS, LIMITS).await;
    let before = sandbox.accepted_count();
    send(&app).await;
    sandbox.wait_for(|sandbox| (sandbox.accepted_count() > before).then_some(())).await;
    let started = Instant::now();
    let first = sandbox.accepted_count();
    let mut waits = Vec::new();
    let mut pause = tokio::time::interval(Duration::from_secs(2));
    while started.elapsed() < Duration::from_secs(60) {
        pause.tick().await;
        // Somebody asks for help in the middle of the broadcast.
        let person = RECIPIENTS - i64::try_from(waits.len()).expect("small");
        let asked = Instant::now();
        sandbox.say(person, person, "/trogiup");
        sandbox
            .wait_for(|sandbox| {
                sandbox.last(person).filter(|seen| seen.by_bot && seen.text != "/start").map(drop)
            })
            .await;
        waits.push(asked.elapsed());
    }
    let seconds = started.elapsed().as_secs_f64();
    let sent = sandbox.accepted_count() - first;
    waits.sort();
    let share = sent as f64 / (30.0 * seconds);
    println!("30 messages/s, {seconds:.0} s of a broadcast to {RECIPIENTS}");
    println!("  share of what is permitted: {share:.3} (at least 0.95)");
    println!("  429 caused: {} (none)", sandbox.rate_violations().len());
    println!(
        "  answer to a person meanwhile: median {:?}, longest of {} {:?} (less than 1 s)\n",
        waits[waits.len() / 2],
        waits.len(),
        waits[waits.len() - 1]
    );
    app.running.stop().await;
}

/// The real program with 100,000 people: how long until it answers, and how much memory it takes.
async fn a_large_board() {
    let people = 100_000;
    let sandbox = platform(1, None).await;
    let dir = tempfile::tempdir().expect("a directory");
    let config = dir.path().join("loa.toml");
    let text = format!("[database]\nurl = \"sqlite:loa.db\"\n[telegram]\napi_url = \"{}\"\n", sandbox.url());
    std::fs::write(&config, text).expect("a configuration");
    let mut csv = String::from("unit,name,role,channel,chat_id,kind\n");
    for person in 1..=people {
        csv.push_str(&format!(
            "Tỉnh Mường Lam / Phường {},Cán bộ {person},staff,telegram,{person},person\n",
            person % 100
        ));
    }
    let list = dir.path().join("people.csv");
    std::fs::write(&list, csv).expect("a list");
    let loa = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.arg("--config").arg(&config).env("LOA_TELEGRAM__TOKEN", sandbox.token());
        command
    };
    let started = Instant::now();
    let imported = loa().arg("import").arg(&list).stdout(Stdio::null()).status().expect("loa");
    assert!(imported.success());
    println!("{people} people");
    println!("  import: {:.2} s (less than 5 s)", started.elapsed().as_secs_f64());
    sandbox.say(1, 1, "/trogiup");
    let started = Instant::now();
    let mut service = loa().arg("run").stderr(Stdio::null()).spawn().expect("loa");
    sandbox.wait_for(|sandbox| sandbox.last(1).filter(|seen| seen.by_bot).map(drop)).await;
    println!("  first answer after the start: {:.2} s (ready within 2 s)", started.elapsed().as_secs_f64());
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.id())).unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("unknown").trim();
    println!("  resident: {resident} (less than 100 MB)\n");
    service.kill().expect("stopped");
    service.wait().expect("ended");
}

fn rate(messages: usize, time: Duration) -> f64 {
    messages as f64 / time.as_secs_f64()
}

/// Processor time of this process so far, in seconds (Linux counts it in hundredths).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
