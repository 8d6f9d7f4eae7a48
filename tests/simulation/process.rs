//! One process of the service: its own store, its own line to the platform, and a way to kill it.

use std::sync::Arc;

use futures::FutureExt;
use loa::app::run::Running;
use loa::clock::Clock;
use loa::conversation::{Context, Need, Reply, Rules, Turn};
use loa::jobs::pacing::Limits;
use loa::jobs::{Engine, Signals};
use loa::random::Random;
use loa::store::Store;
use loa::store::turns::Turns;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::platform::Platform;

/// Says again what was said, so that every answer can be told from every other.
fn echo(ctx: &Context<'_>) -> Result<Turn, Need> {
    match ctx.incoming.text() {
        "" => Ok(Turn::nothing()),
        text => Ok(Turn::default().and(Reply::here(format!("nghe: {text}")))),
    }
}

/// A process, alive.
pub struct Process {
    pub number: u64,
    /// The door before its database.
    pub turns: Turns,
    /// It does not get on for a while, and does not know it.
    pub frozen: bool,
    stop: CancellationToken,
    state: State,
}

enum State {
    /// Waits for the lease.
    Starting(JoinHandle<Running>),
    Up(Box<Running>),
    Gone,
}

impl Process {
    /// Starts a process on a database.
    pub async fn start(
        number: u64,
        seed: u64,
        url: &str,
        clock: &Clock,
        platform: &Platform,
        limits: Limits,
    ) -> Self {
        let turns = Turns::default();
        let random = Random::seeded(seed.wrapping_mul(1000) + number);
        let store =
            Store::open_in_turns(url, clock.clone(), random.clone(), turns.clone()).await.expect("a store");
        let stop = CancellationToken::new();
        let engine = Engine {
            store,
            clock: clock.clone(),
            random,
            rules: Arc::new(Rules { bot_username: "loa_bot".to_owned(), ..Rules::default() }),
            channel: Arc::new(platform.line(number)),
            links: None,
            limits,
            concurrency: 4,
            step: echo,
            holder: format!("process {number}"),
            signals: Signals::default(),
            stop: stop.clone(),
        };
        let state = State::Starting(tokio::spawn(Running::start(engine)));
        Self { number, turns, frozen: false, stop, state }
    }

    /// Whether it has the lease, as far as it knows, and its jobs run.
    pub fn is_up(&mut self) -> bool {
        if let State::Starting(task) = &mut self.state
            && let Some(running) = task.now_or_never()
        {
            self.state = State::Up(Box::new(running.expect("a start")));
        }
        matches!(self.state, State::Up(_)) && !self.has_stopped()
    }

    /// Whether it has stopped by itself, since another has the lease.
    pub fn has_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// As `kill -9`: nothing is finished, nothing given back.
    pub fn kill(mut self) {
        match std::mem::replace(&mut self.state, State::Gone) {
            State::Starting(task) => task.abort(),
            State::Up(running) => running.abandon(),
            State::Gone => {}
        }
    }
}
