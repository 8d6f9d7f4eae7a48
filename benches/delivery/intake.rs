//! Updates that are pushed to the real program: how many a second it stores, and how soon it says so. It handles
//! them meanwhile, and answers at the platform's limit. Whoever is answered 200 finds the update on disk. The same with
//! the events of Zalo, whose webhooks have to answer within two seconds.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::domain::ChannelKind;
use loa::random::Random;
use loa::sandbox::{ZaloBot, ZaloBotOptions, ZaloOa, ZaloOaOptions};
use loa::store::Store;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use crate::platform::Platform;
use crate::program::Program;
use crate::stage::{self, number, percentile};

const PEOPLE: i64 = 2_000;
/// So many connections Telegram opens (<https://core.telegram.org/bots/api#setwebhook>).
const CONNECTIONS: usize = 40;
const SECRET: &str = "a-secret-of-letters";
const APP: &str = "4318657068771012646";
const STEADY: f64 = 500.0;

pub async fn measure() {
    let (updates, seconds) = (number("LOA_BENCH_UPDATES", 20_000), number("LOA_BENCH_SECONDS", 60).min(60));
    let address = free_address();
    let webhook = format!("[telegram.webhook]\n{}", webhook(address));
    let (pusher, _running) = start(ChannelKind::Telegram, address, &webhook, None).await;
    let steady = steadily(&pusher, seconds).await;
    let fast = as_fast_as_it_goes(&pusher, updates).await;
    println!("intake: updates pushed to the real program over {CONNECTIONS} connections");
    println!("  as fast as it goes: {fast:.0}/s stored (wanted: at least 2000/s)");
    say(ChannelKind::Telegram, &steady, seconds);
    println!();
}

/// The same at a steady pace for the channels of Zalo, whose stand-ins take the answers in this process.
pub async fn zalo() {
    let seconds = number("LOA_BENCH_SECONDS", 60).min(60);
    println!("webhooks: events of Zalo pushed to the real program over {CONNECTIONS} connections");
    let now = || Arc::new(|| Clock::System.now().0);
    let address = free_address();
    let mut options = ZaloBotOptions::new(now());
    (options.monthly_quota, options.most_people) = (10_000_000, 1_000_000);
    let bot = ZaloBot::start(options).await.expect("a practice platform");
    for person in 1..=PEOPLE {
        bot.add_user(&person.to_string(), "Lan");
    }
    let section = format!(
        "[zalo_bot]\ntoken = \"{}\"\napi_url = \"{}\"\nper_month = 0\n[zalo_bot.webhook]\n{}",
        bot.token(),
        bot.url(),
        webhook(address)
    );
    let (pusher, running) = start(ChannelKind::ZaloBot, address, &section, None).await;
    say(ChannelKind::ZaloBot, &steadily(&pusher, seconds).await, seconds);
    drop(running);

    let address = free_address();
    let mut options = ZaloOaOptions::new(now());
    (options.per_minute, options.paid_quota) = (None, 10_000_000);
    (options.app_id, options.oa_secret) = (APP.to_owned(), SECRET.to_owned());
    let account = ZaloOa::start(options).await.expect("a practice platform");
    for person in 1..=PEOPLE {
        account.add_user(&person.to_string(), "Lan");
    }
    let section = format!(
        "[zalo_oa]\napp_id = \"{APP}\"\napp_secret = \"practice-app-secret\"\napi_url = \"{api}\"\n\
         oauth_url = \"{api}\"\nper_minute = 20000\n[zalo_oa.webhook]\n{}",
        webhook(address),
        api = account.url()
    );
    let (pusher, running) = start(ChannelKind::ZaloOa, address, &section, Some(account.authorise().1)).await;
    say(ChannelKind::ZaloOa, &steadily(&pusher, seconds).await, seconds);
    drop(running);
    println!();
}

fn webhook(address: SocketAddr) -> String {
    format!("url = \"http://{address}/den\"\nlisten = \"{address}\"\nsecret = \"{SECRET}\"\n")
}

/// The service with its people, once it takes what is pushed.
async fn start(
    channel: ChannelKind,
    address: SocketAddr,
    section: &str,
    refresh: Option<String>,
) -> (Arc<Pusher>, impl Sized) {
    let platform = Platform::start(PEOPLE);
    let program = Program::new(&platform, section);
    let url = format!("sqlite:{}", program.path("loa.db").display());
    let store = Store::open(&url, Clock::System, Random::system()).await.expect("a store");
    stage::enrol_on(&store, channel, PEOPLE).await;
    if let Some(refresh) = refresh {
        store.enter_refresh_token(channel, refresh.into()).await.expect("entered");
    }
    let service = program.run();
    let pusher = Arc::new(Pusher {
        channel,
        client: loa::http::http_client().expect("a client"),
        url: format!("http://{address}/den"),
        next: AtomicI64::new(1_000_000),
    });
    while !pusher.push().await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    (pusher, (service, program, platform))
}

fn say(channel: ChannelKind, steady: &[f64], seconds: i64) {
    let of = |share| percentile(steady, share) * 1000.0;
    let (channel, middle, most) = (channel.name(), of(0.5), of(1.0));
    println!(
        "  {channel}: {STEADY}/s for {seconds} s, time until 200: p50 {middle:.1} ms, most {most:.1} ms; \
         p99 {:.1} ms (wanted: less than 100 ms)",
        of(0.99)
    );
}

/// An address where nobody listens.
fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}

struct Pusher {
    channel: ChannelKind,
    client: reqwest::Client,
    url: String,
    next: AtomicI64,
}

impl Pusher {
    /// Pushes the next update. Gives whether it was taken.
    async fn push(&self) -> bool {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let person = 1 + number % PEOPLE;
        let (person, date, text) = (person, Clock::System.now().0 / 1_000_000, "/trogiup");
        let (header, value, body) = match self.channel {
            ChannelKind::Telegram | ChannelKind::Email => {
                let update = json!({"update_id": number, "message": {
                    "message_id": number, "date": date, "text": text,
                    "chat": {"id": person, "type": "private", "first_name": "Lan"},
                    "from": {"id": person, "is_bot": false, "first_name": "Lan"}}});
                ("X-Telegram-Bot-Api-Secret-Token", SECRET.to_owned(), update.to_string())
            }
            ChannelKind::ZaloBot => {
                let person = person.to_string();
                let event = json!({"event_name": "message.text.received", "message": {
                    "message_id": number.to_string(), "date": date, "text": text,
                    "from": {"id": person, "display_name": "Lan", "is_bot": false},
                    "chat": {"id": person, "chat_type": "PRIVATE"}}});
                ("X-Bot-Api-Secret-Token", SECRET.to_owned(), event.to_string())
            }
            ChannelKind::ZaloOa => {
                let (date, person) = (date.to_string(), person.to_string());
                let event = json!({"event_name": "user_send_text", "app_id": APP, "timestamp": date,
                    "sender": {"id": person}, "recipient": {"id": "1"},
                    "message": {"msg_id": number.to_string(), "text": text}});
                let body = event.to_string();
                let signed = Sha256::new_with_prefix(APP).chain_update(&body).chain_update(&date);
                let mac = hex::encode(signed.chain_update(SECRET).finalize());
                ("X-ZEvent-Signature", format!("mac={mac}"), body)
            }
        };
        let request = self.client.post(&self.url).header(header, value);
        let request = request.header("content-type", "application/json").body(body);
        request.send().await.is_ok_and(|answer| answer.status() == 200)
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
