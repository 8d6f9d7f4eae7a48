//! The service of `loa run` over every channel; only the addresses, the clock and the data are the demo's.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::answers::Answers;
use crate::app::files::Door;
use crate::app::rules;
use crate::app::run::Running;
use crate::app::serve::zalo_bot_limits;
use crate::app::webhook::Webhook;
use crate::channel::Channel;
use crate::channel::email::links::ChoiceLinks;
use crate::channel::email::{Email, Security, Server, Settings};
use crate::channel::telegram::Telegram;
use crate::channel::zalo_bot::ZaloBot;
use crate::channel::zalo_oa::{Account, ZaloOa};
use crate::clock::Clock;
use crate::config::{Config, PushTo};
use crate::conversation::{Rules, step};
use crate::domain::ChannelKind;
use crate::http::http_client;
use crate::jobs::links::Links;
use crate::jobs::pacing::Limits;
use crate::jobs::{Engine, Signals};
use crate::random::Random;
use crate::store::Store;

use super::platforms::Platforms;

/// How long a call to a platform may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Who writes the mails.
const BOARD: &str = "Ban Tuyên giáo và Dân vận tỉnh Mường Lam";
/// Where Zalo pushes what people do.
const PUSHED_TO: &str = "/zalo";
/// What an account's pushes are signed with, and its application is known by.
const OA_SECRET: &str = "practice-oa-secret";
const OA_APP: (&str, &str) = ("4318657068771012646", "practice-app-secret");

/// The engines of all channels, while they run.
pub struct Service {
    /// Telegram's, which is the first.
    pub engine: Engine,
    /// The others.
    beside: Vec<Engine>,
    running: Option<Running>,
    /// From where Zalo, and people on Zalo, fetch files; and where the choices of mails are made.
    doors: [JoinHandle<()>; 2],
}

impl Service {
    /// Starts it as `loa run` does with `[telegram]`, `[zalo_bot]` and `[zalo_oa]` with webhooks, `[email]` with links,
    /// and `[files]`.
    ///
    /// # Errors
    /// Where nothing can listen on this machine, or the database fails.
    pub async fn start(platforms: &Platforms, store: &Store, clock: &Clock) -> anyhow::Result<Self> {
        let (config, stop) = (Config::default(), CancellationToken::new());
        let (door, links) = files(store).await?;
        let engine = Engine {
            store: store.clone(),
            clock: clock.clone(),
            random: Random::seeded(8),
            rules: Arc::new(Rules { case_prefix: "ML".to_owned(), ..rules(&config, "loa_bot".to_owned()) }),
            channel: telegram(platforms)?,
            links: Some(links),
            limits: Limits::TELEGRAM,
            concurrency: 16,
            step,
            holder: "demo".to_owned(),
            signals: Signals::default(),
            stop: stop.clone(),
        };
        let limits = zalo_bot_limits(&config, store).await?;
        let zalo = engine.beside(zalo_bot(platforms, store).await?, limits, 8);
        let limits = Limits { per_minute: config.zalo_oa.per_minute, ..Limits::NONE };
        let oa = engine.beside(zalo_oa(platforms, store).await?, limits, 4);
        let hook = webhook(OA_SECRET.to_owned()).await?;
        platforms.oa.set_webhook(Some(&hook.push().url));
        let secret = Random::system().token(32);
        let (listener, base) = listen().await?;
        let choices = ChoiceLinks::new(&base, store.links_key().await?);
        let limits = Limits { per_second: config.email.per_second, ..Limits::NONE };
        let mails = engine.beside(email(platforms, store, choices.clone()).await?, limits, 4);
        let answers = tokio::spawn(Answers::over(listener, choices).serve(mails.clone()));
        let beside = vec![(zalo, Some(webhook(secret).await?)), (oa, Some(hook)), (mails, None)];
        let engines = beside.iter().map(|(engine, _)| engine.clone()).collect();
        let running = Some(Running::start_channels(engine.clone(), None, beside, Arc::new([])).await);
        let files = tokio::spawn(door.serve(store.clone(), stop));
        Ok(Self { engine, beside: engines, running, doors: [files, answers] })
    }

    /// Everybody looks for work.
    pub fn wake_all(&self) {
        self.engine.signals.wake_all();
        self.beside.iter().for_each(|engine| engine.signals.wake_all());
    }

    /// Ends it politely.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
            for door in &mut self.doors {
                // It was told to stop with the rest, and a panic in it ends nothing else.
                let _ = door.await;
            }
        }
    }
}

fn telegram(platforms: &Platforms) -> anyhow::Result<Arc<dyn Channel>> {
    let (url, token) = (platforms.telegram.url(), platforms.telegram.token().to_owned().into());
    Ok(Arc::new(Telegram::new(http_client()?, url, token, PATIENCE)?))
}

async fn zalo_bot(platforms: &Platforms, store: &Store) -> anyhow::Result<Arc<dyn Channel>> {
    let (url, token) = (platforms.zalo.url(), platforms.zalo.token().into());
    let zalo = ZaloBot::new(http_client()?, url, token, PATIENCE)?;
    let name = zalo.who_am_i().await?;
    store.keep_bot_name(ChannelKind::ZaloBot, &name).await?;
    Ok(Arc::new(zalo))
}

/// The account, with its buttons, and the first token as `loa zalo token` takes it.
async fn zalo_oa(platforms: &Platforms, store: &Store) -> anyhow::Result<Arc<dyn Channel>> {
    let (_, refresh) = platforms.oa.authorise();
    store.enter_refresh_token(ChannelKind::ZaloOa, refresh.into()).await?;
    let url = platforms.oa.url().to_owned();
    let account = Account {
        app_id: OA_APP.0.to_owned(),
        app_secret: OA_APP.1.into(),
        api_url: url.clone(),
        oauth_url: url,
        buttons: true,
    };
    Ok(Arc::new(ZaloOa::new(http_client()?, account, PATIENCE)?))
}

/// The mailbox of the board: in the clear, as the configuration permits on one machine.
async fn email(platforms: &Platforms, store: &Store, links: ChoiceLinks) -> anyhow::Result<Arc<dyn Channel>> {
    let (options, (smtp, imap)) = (platforms.mail.options(), platforms.mail.ports());
    let server = |port| Server {
        host: Ipv4Addr::LOCALHOST.to_string(),
        port,
        security: Security::Plain,
        login: Some((options.address.clone(), options.password.clone().into())),
        ca: None,
    };
    let email = Email::new(Settings {
        address: options.address.clone(),
        name: BOARD.to_owned(),
        smtp: server(smtp),
        imap: server(imap),
        folder: "INBOX".to_owned(),
        require_auth: true,
        authserv_id: options.host.clone(),
        links: Some(links),
        key: store.links_key().await?,
        timeout: PATIENCE,
    });
    let name = email.who_am_i().await?;
    store.keep_bot_name(ChannelKind::Email, &name).await?;
    Ok(Arc::new(email))
}

/// A place on this machine: any free port.
async fn listen() -> std::io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    Ok((listener, base))
}

async fn files(store: &Store) -> anyhow::Result<(Door, Arc<Links>)> {
    let (listener, base) = listen().await?;
    let links = Arc::new(Links::new(&base, store.links_key().await?));
    Ok((Door::over(listener, links.clone()), links))
}

async fn webhook(secret: String) -> anyhow::Result<Webhook> {
    let (listener, base) = listen().await?;
    let push = PushTo {
        url: format!("{base}{PUSHED_TO}"),
        path: PUSHED_TO.to_owned(),
        listen: listener.local_addr()?,
        secret: secret.into(),
    };
    Ok(Webhook::over(listener, &push))
}
