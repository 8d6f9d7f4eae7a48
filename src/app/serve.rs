//! `loa run`: the service, until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::channel::telegram::Telegram;
use crate::channel::{Channel, ReceiveError};
use crate::clock::Clock;
use crate::config::Config;
use crate::conversation::{Lang, people, step};
use crate::failpoint::{Planted, planted};
use crate::jobs::alarms::program::Program;
use crate::jobs::alarms::{Outlet, Outlets};
use crate::jobs::pacing::{LaneLimit, Limits};
use crate::jobs::{Engine, Signals};
use crate::random::Random;
use crate::store::Store;

use super::run::Running;
use super::webhook::Webhook;
use super::{CommandError, channels, open_store, rules, say};

/// How long the start waits to learn the bot's name. Without an answer it begins with the name it had.
const NAME_WITHIN: Duration = Duration::from_millis(1500);

/// Runs the service: receives, answers, sends, reminds. Ctrl-C or SIGTERM stops it within 10 s.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  loa run
  loa --config /etc/loa/loa.toml run
  LOA_LOG=debug loa run

What is under way when it stops is finished first; what waits goes on at the next start. Several
processes may share a PostgreSQL database: one works, the others wait to take over.")]
pub struct RunCommand {}

/// Runs until it is told to stop.
///
/// # Errors
/// A configuration that cannot be used, a token that is refused, a database that cannot be opened.
pub async fn run(_: RunCommand, config: &Config) -> Result<(), CommandError> {
    let stop = CancellationToken::new();
    listen_for_signals(&stop)?;
    let store = open_store(config, Clock::System).await?;
    let telegram = channels::telegram(config)?.ok_or_else(|| CommandError::User(say("run-no-token", &[])))?;
    let webhook = webhook(config).await?;
    let name = learn_name(&telegram, &store).await?;
    let telegram = Arc::new(telegram);
    tokio::spawn(show_menu(telegram.clone(), stop.clone()));
    let engine = Engine {
        store,
        clock: Clock::System,
        random: Random::system(),
        rules: Arc::new(rules(config, name.clone())),
        channel: telegram,
        limits: limits(config),
        concurrency: usize::try_from(config.telegram.limits.concurrency).unwrap_or(32),
        step,
        holder: Random::system().token(12),
        signals: Signals::default(),
        stop,
    };
    tracing::info!(bot = name, version = env!("CARGO_PKG_VERSION"), "loa is ready");
    let mut running = Running::start_taking(engine, outlets(config), webhook).await;
    running.ended().await;
    tracing::info!("stopping: what is under way is finished, what waits stays stored");
    running.stop().await;
    Ok(())
}

/// The place to which Telegram pushes updates, if there is to be one.
async fn webhook(config: &Config) -> Result<Option<Webhook>, CommandError> {
    let Some(given) = config.telegram_push()? else { return Ok(None) };
    let webhook = Webhook::bind(&given).await.map_err(|error| {
        let vars = [("listen", given.listen.to_string()), ("why", error.to_string())];
        CommandError::User(say(
            "run-webhook-listen",
            &vars.each_ref().map(|(name, text)| (*name, text.as_str())),
        ))
    })?;
    tracing::info!(listen = %given.listen, "updates are pushed by the platform");
    Ok(Some(webhook))
}

/// The ways to tell alarms besides the chats.
fn outlets(config: &Config) -> Outlets {
    let program = Program::new(&config.alarms.program);
    program.map(|program| Arc::new(program) as Arc<dyn Outlet>).into_iter().collect()
}

fn limits(config: &Config) -> Limits {
    let given = config.telegram.limits;
    let unless = |fault, limit| if planted(fault) { 0 } else { limit };
    Limits {
        per_second: unless(Planted::IgnoreBotLimit, given.per_second),
        per_chat_per_second: unless(Planted::IgnoreChatLimit, given.per_chat_per_second),
        per_group_per_minute: given.per_group_per_minute,
        lanes: [
            LaneLimit { per_second: given.interactive_per_second, share: 0 },
            LaneLimit { per_second: given.urgent_per_second, share: given.urgent_share },
            LaneLimit { per_second: given.notice_per_second, share: given.notice_share },
        ],
    }
}

/// The bot's name: from the platform, or the one it had where the platform does not answer now.
async fn learn_name(telegram: &Telegram, store: &Store) -> Result<String, CommandError> {
    let kind = telegram.kind();
    match tokio::time::timeout(NAME_WITHIN, telegram.who_am_i()).await {
        Ok(Ok(name)) => {
            store.keep_bot_name(kind, &name).await?;
            Ok(name)
        }
        Ok(Err(ReceiveError::Unauthorized)) => Err(CommandError::User(say("run-token-refused", &[]))),
        Ok(Err(error)) => {
            tracing::warn!(cause = %error, "the platform does not answer; what waits is sent when it does");
            earlier_name(telegram, store).await
        }
        Err(_) => {
            tracing::warn!("the platform answers slowly; what waits is sent when it does");
            earlier_name(telegram, store).await
        }
    }
}

/// The name that the bot had in an earlier run.
async fn earlier_name(telegram: &Telegram, store: &Store) -> Result<String, CommandError> {
    let name = store.bot_name(telegram.kind()).await?.unwrap_or_default();
    if !name.is_empty() {
        telegram.was_called(&name);
    }
    Ok(name)
}

/// Shows the commands in the app's menu, in both languages. Not worth a failure: the commands work without.
async fn show_menu(telegram: Arc<Telegram>, stop: CancellationToken) {
    for (lang, code) in [(Lang::Vi, None), (Lang::En, Some("en"))] {
        let menu: Vec<(String, String)> =
            people::menu(lang).into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        let shown = tokio::select! {
            () = stop.cancelled() => return,
            shown = telegram.set_menu(&menu, code) => shown,
        };
        if let Err(error) = shown {
            tracing::debug!(cause = %error, "the menu of commands could not be shown");
        }
    }
}

/// Stops at Ctrl-C, and at SIGTERM, by which service managers ask.
pub fn listen_for_signals(stop: &CancellationToken) -> Result<(), CommandError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(anyhow::Error::from)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(anyhow::Error::from)?;
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}
