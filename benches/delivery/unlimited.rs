//! Without limits: the bot with its state on disk, a bare loop over the same HTTP client, and bare loops of teloxide:
//! as bots are written as a rule, one message after another, and with as many calls at once as the others have; and the
//! least that durable state costs (`floor`). Each of them is a process of its own, and so is the platform, one for each round.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use loa::jobs::pacing::Limits;
use serde::{Deserialize, Serialize};
use teloxide::prelude::*;
use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity};

use crate::platform::{self, Order, Platform};
use crate::stage::{self, BODY, CONCURRENCY, TITLE, cpu_seconds, median, megabytes, number};

/// By this first argument the program sends: then come who, the address, the token and how many.
pub const ROLE: &str = "--as-sender";
const ONE_BY_ONE: &str = "teloxide-one-by-one";
/// What the button of a notice holds; loa's differs for every recipient.
const BUTTON: &str = "c.AAAAAAAAAAAAAAAAAAAA";
const WHO: [(&str, &str); 5] = [
    ("bare", "bare loop over the same HTTP client, no state"),
    (ONE_BY_ONE, "bare loop of teloxide, no state, one at a time"),
    ("teloxide-at-once", "bare loop of teloxide, no state"),
    ("loa", "loa, every state durable (SQLite, synchronous=FULL)"),
    ("floor", "bare loop with a row marked before, settled after"),
];

/// What sending took.
#[derive(Clone, Serialize, Deserialize)]
struct Took {
    /// Messages a second.
    rate: f64,
    /// Processor seconds for 10,000 messages.
    cpu: f64,
    /// The most memory that the process ever had, in megabytes.
    peak: f64,
}

/// A platform that answers as soon as it can: what counts is the processor time of everybody.
pub fn near() {
    measure("unlimited", Where::Beside(0));
}

/// The same within the sender's process, as a bot finds it in the tests: both share its threads.
pub fn together() {
    measure("together", Where::Within);
}

/// A platform at a distance: what counts is that no call is ever waited with. Telegram is farther away.
pub fn distant() {
    measure("distant", Where::Beside(10));
}

/// Where the platform is.
#[derive(Clone, Copy)]
enum Where {
    /// In a process of its own, so many milliseconds away.
    Beside(u64),
    /// In the process that sends.
    Within,
}

/// In the place of an address: the platform is within.
const WITHIN: &str = "within";

fn measure(name: &str, place: Where) {
    let (recipients, rounds) = (number("LOA_BENCH_RECIPIENTS", 20_000), number("LOA_BENCH_ROUNDS", 3));
    println!("{name}: {recipients} recipients, {CONCURRENCY} calls at once, median of {rounds} rounds");
    match place {
        Where::Beside(milliseconds) => {
            println!("  every answer {milliseconds} ms after the call was accepted");
        }
        Where::Within => {
            println!("  the platform is in the sender's process, and its processor time is counted");
        }
    }
    let mut all: [Vec<Took>; WHO.len()] = Default::default();
    for round in 0..rounds {
        let platform = matches!(place, Where::Beside(_)).then(|| Platform::start(recipients));
        if let (Where::Beside(milliseconds @ 1..), Some(platform)) = (place, &platform) {
            let _: usize = platform.ask(&Order::Distance(milliseconds));
        }
        // Everybody is first in some round.
        for turn in 0..WHO.len() {
            let who = (turn + usize::try_from(round).expect("small")) % WHO.len();
            all[who].push(sender(WHO[who].0, platform.as_ref(), recipients));
        }
    }
    let of = |who: usize, what: fn(&Took) -> f64| median(all[who].iter().map(what).collect());
    let rate = |who: usize| of(who, |took| took.rate);
    for (who, (_, name)) in WHO.iter().enumerate() {
        println!(
            "  {name:<52} {:6.0} messages/s; {:.2} s CPU for 10,000; {:.0} MB at most",
            rate(who),
            of(who, |took| took.cpu),
            of(who, |took| took.peak)
        );
    }
    let beside = |who: usize| rate(3) / rate(who);
    println!("  loa beside the bare loop:            {:.2} (wanted: at least 0.70)", beside(0));
    println!("  loa beside teloxide, one at a time:  {:.2} (wanted: more than 1.00)", beside(1));
    println!("  loa beside teloxide, {CONCURRENCY} at once:     {:.2} (wanted: more than 1.00)", beside(2));
    println!("  loa beside the least that durable state costs: {:.2}\n", beside(4));
}

fn sender(who: &str, platform: Option<&Platform>, recipients: i64) -> Took {
    // One at a time takes so much longer that a part of them is enough.
    let recipients = if who == ONE_BY_ONE { recipients / 10 } else { recipients };
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let (url, token) =
        platform.map_or((WITHIN, ""), |platform| (platform.url.as_str(), platform.token.as_str()));
    command.args([ROLE, who, url, token, &recipients.to_string()]);
    let out = command.stderr(Stdio::inherit()).output().expect("a process");
    serde_json::from_slice(&out.stdout).expect("what it took")
}

/// The process that sends.
pub async fn run(args: &[String]) {
    let [who, url, token, recipients] = args else { panic!("{args:?}") };
    let recipients: i64 = recipients.parse().expect("a number");
    let me = std::process::id();
    let within = if url == WITHIN { Some(platform::here(recipients).await) } else { None };
    let (url, token) = match &within {
        Some(sandbox) => (sandbox.url(), sandbox.token()),
        None => (url.as_str(), token.as_str()),
    };
    let (time, cpu) = match who.as_str() {
        "bare" => bare(url, token, recipients).await,
        ONE_BY_ONE => with_teloxide(url, token, recipients, 1).await,
        "teloxide-at-once" => with_teloxide(url, token, recipients, CONCURRENCY).await,
        "floor" => crate::floor::run(url, token, recipients).await,
        "loa" => with_loa(url, token, recipients).await,
        other => panic!("{other}"),
    };
    let took = Took {
        rate: recipients as f64 / time.as_secs_f64(),
        cpu: (cpu_seconds(me) - cpu) * 10_000.0 / recipients as f64,
        peak: megabytes(me, "VmHWM"),
    };
    println!("{}", serde_json::to_string(&took).expect("JSON"));
    // The database is left as it is: what is measured is over.
}

/// From the order to send until all of it is known to have arrived, on disk.
async fn with_loa(url: &str, token: &str, recipients: i64) -> (Duration, f64) {
    let app = stage::app(url, token, recipients, Limits::NONE).await;
    let (cpu, started) = (cpu_seconds(std::process::id()), Instant::now());
    let notice = app.send().await;
    while stage::counts(&app.store, notice).await.arrived() < recipients {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (started.elapsed(), cpu)
}

async fn bare(url: &str, token: &str, recipients: i64) -> (Duration, f64) {
    let client = loa::http::http_client().expect("a client");
    let url: Arc<str> = format!("{url}/bot{token}/SendMessage").into();
    at_once(recipients, CONCURRENCY, move |person| {
        let (client, url) = (client.clone(), url.clone());
        async move {
            call(&client, &url, person).await;
        }
    })
    .await
}

/// One call of the bare loop, which says what loa says. Gives the answer.
pub async fn call(client: &reqwest::Client, url: &str, person: i64) -> serde_json::Value {
    let body = serde_json::json!({
        "chat_id": person,
        "text": format!("{TITLE}\n\n{BODY}"),
        "entities": [{ "type": "bold", "offset": 0, "length": TITLE.encode_utf16().count() }],
        "link_preview_options": { "is_disabled": true },
        "reply_markup": { "inline_keyboard": [[{ "text": "Đã nhận", "callback_data": BUTTON }]] },
    });
    let answer = client.post(url).json(&body).send().await.expect("an answer");
    let answer: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(answer["ok"], true, "{answer}");
    answer
}

async fn with_teloxide(url: &str, token: &str, recipients: i64, calls: usize) -> (Duration, f64) {
    let bot = Bot::new(token).set_api_url(url.parse().expect("a URL"));
    at_once(recipients, calls, move |person| {
        let bot = bot.clone();
        async move {
            let button = InlineKeyboardButton::callback("Đã nhận", BUTTON);
            let no_preview = LinkPreviewOptions {
                is_disabled: true,
                url: None,
                prefer_small_media: false,
                prefer_large_media: false,
                show_above_text: false,
            };
            let sent = bot
                .send_message(ChatId(person), format!("{TITLE}\n\n{BODY}"))
                .entities([MessageEntity::bold(0, TITLE.encode_utf16().count())])
                .link_preview_options(no_preview)
                .reply_markup(InlineKeyboardMarkup::new([[button]]))
                .await;
            sent.expect("sent");
        }
    })
    .await
}

/// Sends to everybody, so many at once.
async fn at_once<F: Future<Output = ()> + Send + 'static>(
    recipients: i64,
    calls: usize,
    send: impl Fn(i64) -> F + Send + Clone + 'static,
) -> (Duration, f64) {
    let next = Arc::new(AtomicI64::new(1));
    let (cpu, started) = (cpu_seconds(std::process::id()), Instant::now());
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..calls {
        let (next, send) = (next.clone(), send.clone());
        workers.spawn(async move {
            loop {
                let person = next.fetch_add(1, Ordering::Relaxed);
                if person > recipients {
                    return;
                }
                send(person).await;
            }
        });
    }
    workers.join_all().await;
    (started.elapsed(), cpu)
}
