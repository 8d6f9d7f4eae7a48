//! `loa run`: the service, until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio_util::sync::CancellationToken;

use crate::channel::email::links::ChoiceLinks;
use crate::channel::telegram::Telegram;
use crate::channel::{Channel, ReceiveError};
use crate::clock::Clock;
use crate::config::{Config, PushTo};
use crate::conversation::{Lang, alarm, people, step};
use crate::domain::ChannelKind;
use crate::failpoint::{Planted, planted};
use crate::jobs::alarms::program::Program;
use crate::jobs::alarms::{Outlet, Outlets};
use crate::jobs::ledger::{Ledger, LedgerError};
use crate::jobs::links::Links;
use crate::jobs::pacing::{LaneLimit, Limits};
use crate::jobs::{Engine, Signals};
use crate::random::Random;
use crate::store::quota::Plan;
use crate::store::{Store, StoreError};

use super::answers::Answers;
use super::files::Door;
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
    let mut posts = posts(config, &store, &stop).await?;
    let ledger = Ledger::new(config.erased_file()?);
    // Before anything is said to anybody: who was erased is not to come back with an older copy.
    ledger.reconcile(&store).await.map_err(|error| cannot_keep(&error))?;
    store.follow_calendar().await?;
    let files = files(config, &store).await?;
    let answers = answers(config, &store).await?;
    let telegram_name = store.bot_name(ChannelKind::Telegram).await?.unwrap_or_default();
    let first = posts.remove(0);
    let engine = Engine {
        store,
        clock: Clock::System,
        random: Random::system(),
        rules: Arc::new(rules(config, telegram_name)),
        channel: first.channel,
        links: files.as_ref().map(Door::links),
        limits: first.limits,
        concurrency: first.concurrency,
        step,
        holder: Random::system().token(12),
        signals: Signals::default(),
        stop,
    };
    let beside: Vec<(Engine, Option<Webhook>)> = posts
        .into_iter()
        .map(|post| (engine.beside(post.channel, post.limits, post.concurrency), post.webhook))
        .collect();
    let mut engines = std::iter::once(&engine).chain(beside.iter().map(|(engine, _)| engine));
    let by_mail = engines.find(|engine| engine.channel.kind() == ChannelKind::Email).cloned();
    let answers = answers.zip(by_mail).map(|(answers, engine)| tokio::spawn(answers.serve(engine)));
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "loa is ready");
    let files = files.map(|door| tokio::spawn(door.serve(engine.store.clone(), engine.stop.clone())));
    tokio::spawn(ledger.run(engine.clone()));
    let mut running = Running::start_channels(engine, first.webhook, beside, outlets(config)).await;
    running.ended().await;
    tracing::info!("stopping: what is under way is finished, what waits stays stored");
    running.stop().await;
    for door in files.into_iter().chain(answers) {
        // It ends by itself, and a panic in it ends nothing else.
        let _ = door.await;
    }
    Ok(())
}

/// A channel as the configuration has it.
struct Post {
    channel: Arc<dyn Channel>,
    limits: Limits,
    concurrency: usize,
    webhook: Option<Webhook>,
}

/// The channels that the configuration names: at least one.
async fn posts(config: &Config, store: &Store, stop: &CancellationToken) -> Result<Vec<Post>, CommandError> {
    let at_once = |given: u32| usize::try_from(given).unwrap_or(32);
    let (mut posts, mut refused) = (Vec::new(), Vec::new());
    if let Some(telegram) = channels::telegram(config)? {
        let webhook = webhook(config.telegram_push()?).await?;
        let name = learn_name(&telegram, store, &mut refused).await?;
        if !name.is_empty() {
            telegram.was_called(&name);
        }
        let telegram = Arc::new(telegram);
        tokio::spawn(show_menu(telegram.clone(), stop.clone()));
        let concurrency = at_once(config.telegram.limits.concurrency);
        posts.push(Post { channel: telegram, limits: limits(config), concurrency, webhook });
    }
    if let Some(zalo) = channels::zalo_bot(config)? {
        let webhook = webhook(config.zalo_bot_push()?).await?;
        learn_name(&zalo, store, &mut refused).await?;
        if webhook.is_none() {
            tracing::warn!(
                "Zalo is asked for updates, and gives each of them once: what comes in at the moment of a kill is \
                 lost. For real use set url in [zalo_bot.webhook]"
            );
        }
        let limits = zalo_bot_limits(config, store).await?;
        let concurrency = at_once(config.zalo_bot.concurrency);
        posts.push(Post { channel: Arc::new(zalo), limits, concurrency, webhook });
    }
    if let Some(oa) = channels::zalo_oa(config)? {
        let webhook = webhook(Some(config.zalo_oa_push()?)).await?;
        let given = &config.zalo_oa;
        // Its name is asked for as soon as there is a token.
        let limits = Limits { per_minute: given.per_minute, ..Limits::NONE };
        posts.push(Post { channel: Arc::new(oa), limits, concurrency: at_once(given.concurrency), webhook });
    }
    if let Some(email) = channels::email(config, &store.links_key().await?)? {
        learn_name(&email, store, &mut refused).await?;
        let limits = Limits { per_second: config.email.per_second, ..Limits::NONE };
        let concurrency = at_once(config.email.concurrency);
        posts.push(Post { channel: Arc::new(email), limits, concurrency, webhook: None });
    }
    if posts.is_empty() {
        return Err(CommandError::User(say("run-no-channel", &[])));
    }
    // Where one channel works, the service does: the others are an alarm.
    if let Some(first) = refused.first().filter(|_| refused.len() == posts.len()) {
        let (secret, mend) = alarm::secret(Lang::Vi, *first);
        let vars = [("channel", first.name()), ("secret", &secret), ("mend", &mend)];
        return Err(CommandError::User(say("run-secret-refused", &vars)));
    }
    Ok(posts)
}

/// The place to which a platform pushes updates, if there is to be one.
async fn webhook(given: Option<PushTo>) -> Result<Option<Webhook>, CommandError> {
    let Some(given) = given else { return Ok(None) };
    let webhook = Webhook::bind(&given).await.map_err(|error| cannot_listen(given.listen, &error))?;
    tracing::info!(listen = %given.listen, "updates are pushed by the platform");
    Ok(Some(webhook))
}

/// The place from which files are fetched, if there is to be one.
async fn files(config: &Config, store: &Store) -> Result<Option<Door>, CommandError> {
    let Some(url) = &config.files.url else { return Ok(None) };
    let listen = config.files.listen;
    let links = Links::new(url, store.links_key().await?);
    let door = Door::bind(listen, links).await.map_err(|error| cannot_listen(listen, &error))?;
    Ok(Some(door))
}

/// The place where the choices of mails are made, if there is to be one.
async fn answers(config: &Config, store: &Store) -> Result<Option<Answers>, CommandError> {
    let Some(url) = &config.email.public_url else { return Ok(None) };
    let listen = config.email.listen;
    let links = ChoiceLinks::new(url, store.links_key().await?);
    let answers = Answers::bind(listen, links).await.map_err(|error| cannot_listen(listen, &error))?;
    Ok(Some(answers))
}

/// Nothing goes on without the ledger: what was erased might be there again.
fn cannot_keep(error: &LedgerError) -> CommandError {
    CommandError::User(say("run-ledger", &[("why", &error.to_string())]))
}

fn cannot_listen(listen: SocketAddr, error: &std::io::Error) -> CommandError {
    let vars = [("listen", listen.to_string()), ("why", error.to_string())];
    CommandError::User(say("run-webhook-listen", &vars.each_ref().map(|(name, text)| (*name, text.as_str()))))
}

/// The ways to tell alarms besides the chats.
fn outlets(config: &Config) -> Outlets {
    let program = Program::new(&config.alarms.program);
    program.map(|program| Arc::new(program) as Arc<dyn Outlet>).into_iter().collect()
}

/// How fast and how much a Zalo bot sends; the month's part is kept, for whoever asks how much of it is left.
pub(super) async fn zalo_bot_limits(config: &Config, store: &Store) -> Result<Limits, StoreError> {
    let given = &config.zalo_bot;
    let plan = Plan { messages: given.per_month.into(), reserve: given.reserve.into() };
    store.keep_plan(ChannelKind::ZaloBot, plan).await?;
    Ok(Limits {
        per_second: given.per_second,
        per_month: given.per_month,
        reserve: given.reserve,
        ..Limits::NONE
    })
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
        ..Limits::NONE
    }
}

/// The bot's name: from the platform, or the one it had where the platform does not answer now, or refuses to, which is
/// noted.
async fn learn_name(
    bot: &dyn Channel,
    store: &Store,
    refused: &mut Vec<ChannelKind>,
) -> Result<String, CommandError> {
    let channel = bot.kind();
    match tokio::time::timeout(NAME_WITHIN, bot.who_am_i()).await {
        Ok(Ok(name)) => {
            tracing::info!(channel = channel.code(), bot = name, "the platform knows the bot");
            store.keep_bot_name(channel, &name).await?;
            return Ok(name);
        }
        Ok(Err(ReceiveError::Unauthorized)) => {
            tracing::error!(channel = channel.code(), "the platform refuses what it should know loa by");
            refused.push(channel);
        }
        Ok(Err(error)) => {
            tracing::warn!(channel = channel.code(), cause = %error, "the platform does not answer; what waits is sent when it does");
        }
        Err(_) => {
            tracing::warn!(
                channel = channel.code(),
                "the platform answers slowly; what waits is sent when it does"
            );
        }
    }
    Ok(store.bot_name(channel).await?.unwrap_or_default())
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
