//! How fast the outbox turns over without any network: what the store alone permits.

#![allow(clippy::disallowed_methods, reason = "a measurement asks a watch")]
#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::conversation::incoming::{ExternalChat, Message, Sender};
use loa::conversation::{ChatKind, Context, Incoming, Need, Reply, Rules, Turn, What};
use loa::domain::{ChannelKind, Timestamp};
use loa::jobs::pacing::{Limits, Pacer};
use loa::random::Random;
use loa::store::Store;
use loa::store::settle::{Outcome, Settled};

const MESSAGES: usize = 10_000;
const AT_ONCE: usize = 128;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run());
}

fn echo(ctx: &Context<'_>) -> Result<Turn, Need> {
    Ok(Turn::default().and(Reply::here(ctx.incoming.text())))
}

fn hears(chat: usize) -> Incoming {
    let id = chat.to_string();
    Incoming {
        channel: ChannelKind::Telegram,
        chat: ExternalChat { id: id.clone(), kind: ChatKind::Private, title: "Lan".to_owned() },
        from: Some(Sender { id, name: "Lan".to_owned() }),
        at: Timestamp(0),
        what: What::Message(Message { text: "xin chào".into(), addressed: true, ..Message::default() }),
    }
}

async fn run() {
    let dir = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite:{}", dir.path().join("loa.db").display());
    let store = Store::open(&url, Clock::System, Random::system()).await.expect("a store");
    let rules = Arc::new(Rules::default());
    let started = Instant::now();
    let mut turns = tokio::task::JoinSet::new();
    for chat in 0..MESSAGES {
        let (store, rules) = (store.clone(), rules.clone());
        turns.spawn(async move { store.take_turn(hears(chat), rules, echo).await.expect("a turn") });
    }
    turns.join_all().await;
    report("turns (a new chat, a reply), all waiting at once", started);

    assert!(store.take_lease("worker", "me", Duration::from_secs(60)).await.expect("a lease"));
    let limits = Limits::NONE;
    let pacer = Arc::new(Mutex::new(Pacer::new(limits)));
    let started = Instant::now();
    let mut settled = Vec::new();
    let mut done = 0;
    while done < MESSAGES {
        let lease = ("worker", "me".to_owned());
        let exchange = store
            .exchange(ChannelKind::Telegram, lease, std::mem::take(&mut settled), AT_ONCE, pacer.clone())
            .await
            .expect("an exchange");
        done += exchange.claimed.len();
        settled = exchange
            .claimed
            .into_iter()
            .map(|message| Settled {
                message,
                outcome: Outcome::Sent { external_id: "1".to_owned(), files: Vec::new() },
            })
            .collect();
    }
    report("outbox: claimed and settled, 128 at once", started);
}

fn report(what: &str, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    println!("{what}: {MESSAGES} in {seconds:.2} s, {:.0} a second", MESSAGES as f64 / seconds);
}
