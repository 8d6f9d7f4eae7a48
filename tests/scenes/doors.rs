//! Doors at which platforms push what people do, and fetch files; and what works behind them.

use std::sync::Arc;

use loa::app::files::Door;
use loa::app::webhook::Webhook;
use loa::channel::Channel;
use loa::clock::Clock;
use loa::config::PushTo;
use loa::conversation::{Rules, step};
use loa::domain::ChannelKind;
use loa::jobs::links::Links;
use loa::jobs::pacing::Limits;
use loa::jobs::{Engine, Signals};
use loa::random::Random;
use loa::store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::platforms::Platform;

/// How a platform that shows this secret pushes.
pub fn pushed(secret: &str) -> PushTo {
    let listen = ([127, 0, 0, 1], 0).into();
    PushTo { url: String::new(), path: "/den".to_owned(), listen, secret: secret.to_owned().into() }
}

/// A place to which updates are pushed, at an address of its own at every start.
pub async fn listens(push: &mut PushTo, platform: &dyn Platform) -> Webhook {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    push.url = format!("http://{}{}", listener.local_addr().expect("an address"), push.path);
    platform.push_to(&push.url);
    Webhook::over(listener, push)
}

/// What works behind the doors, with files at an address of its own.
pub async fn engine(channel: Arc<dyn Channel>, store: &Store, clock: &Clock) -> Engine {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let links = Arc::new(Links::new(&base, store.links_key().await.expect("a key")));
    tokio::spawn(Door::over(listener, links.clone()).serve(store.clone(), CancellationToken::new()));
    let limits = match channel.kind() {
        ChannelKind::Telegram => Limits::TELEGRAM,
        ChannelKind::ZaloOa => Limits { per_minute: 90, ..Limits::NONE },
        ChannelKind::Email => Limits::NONE,
        ChannelKind::ZaloBot => Limits { per_month: 3000, reserve: 300, ..Limits::NONE },
    };
    let rules =
        Rules { bot_username: "loa_bot".to_owned(), case_prefix: "ML".to_owned(), ..Rules::default() };
    Engine {
        store: store.clone(),
        clock: clock.clone(),
        random: Random::seeded(8),
        rules: Arc::new(rules),
        channel,
        links: Some(links),
        limits,
        concurrency: 16,
        step,
        holder: "scene".to_owned(),
        signals: Signals::default(),
        stop: CancellationToken::new(),
    }
}
