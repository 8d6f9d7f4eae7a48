//! Updates on their way to the bot: waiting, handed out by `getUpdates` or pushed to a webhook.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};

use super::options::ZaloNothing;
use super::params::Params;
use super::refusal::Refusal;
use super::world::World;

/// How long `getUpdates` waits where the bot does not say, in seconds.
const DEFAULT_TIMEOUT: u64 = 30;

/// Where updates are pushed.
#[derive(Clone)]
pub(super) struct Webhook {
    pub url: String,
    pub secret: String,
    /// Milliseconds since the epoch.
    updated_at: i64,
}

/// An update that waits.
#[derive(Clone)]
pub(super) struct Waiting {
    pub number: u64,
    pub body: Arc<str>,
    /// The chat it is about. One update of a chat is on its way to a webhook at a time.
    pub chat: String,
    /// How often a webhook did not take it.
    pub refusals: u32,
}

/// The updates that wait, and how the bot wants them.
#[derive(Default)]
pub(super) struct Mail {
    pub waiting: VecDeque<Waiting>,
    last: u64,
    /// Whether the bot has not asked again since `getUpdates` gave it one: it may not have put that away yet.
    pub in_hand: bool,
    pub webhook: Option<Webhook>,
    /// Counts how often the bot has said where to push, or not to.
    pub hooks: u64,
    /// Counts what a waiting `getUpdates` or the webhook must look at.
    pub arrivals: u64,
}

impl Webhook {
    fn info(&self) -> Value {
        json!({"url": self.url, "updated_at": self.updated_at})
    }
}

impl Mail {
    /// The next update for the webhook whose chat has none under way.
    pub fn next_push(&self, busy: &HashSet<String>) -> Option<(Webhook, Waiting)> {
        let hook = self.webhook.as_ref()?;
        let next = self.waiting.iter().find(|update| !busy.contains(&update.chat))?;
        Some((hook.clone(), next.clone()))
    }

    /// Takes one away that was pushed and taken.
    pub fn taken(&mut self, number: u64) {
        self.waiting.retain(|update| update.number != number);
    }

    /// Notes that one was pushed and not taken.
    pub fn refused(&mut self, number: u64) {
        if let Some(update) = self.waiting.iter_mut().find(|update| update.number == number) {
            update.refusals += 1;
        }
    }

    fn hooked(&mut self, webhook: Option<Webhook>) {
        self.webhook = webhook;
        self.in_hand = false;
        self.hooks += 1;
        self.arrivals += 1;
    }
}

impl World {
    /// Queues an update about this chat as it is.
    pub fn push(&mut self, chat: &str, update: &Value) {
        self.mail.last += 1;
        let number = self.mail.last;
        let body = update.to_string().into();
        self.mail.waiting.push_back(Waiting { number, body, chat: chat.into(), refusals: 0 });
        self.mail.arrivals += 1;
        self.touch();
    }

    /// `getUpdates`: checks the call; gives the seconds to wait.
    pub fn begin_poll(&mut self, mut params: Params) -> Result<u64, Refusal> {
        let seconds = params.number("timeout")?.unwrap_or(DEFAULT_TIMEOUT);
        params.finish()?;
        self.no_webhook()?;
        self.mail.in_hand = false;
        Ok(seconds)
    }

    fn no_webhook(&self) -> Result<(), Refusal> {
        let text = "Conflict: getUpdates does not work while a webhook is set";
        self.mail.webhook.as_ref().map_or(Ok(()), |_| Err(Refusal::new(409, text)))
    }

    /// Hands out the oldest update, if there is one; from then on it is gone.
    pub fn poll(&mut self) -> Result<Option<Value>, Refusal> {
        // The token may have been revoked while the call waited.
        self.token.as_ref().ok_or_else(Refusal::unauthorized)?;
        self.no_webhook()?;
        let Some(update) = self.mail.waiting.pop_front() else { return Ok(None) };
        self.mail.in_hand = true;
        self.touch();
        // It was made from JSON.
        let update = serde_json::from_str(&update.body).unwrap_or_default();
        Ok(Some(if self.options.updates_in_array { json!([update]) } else { update }))
    }

    /// The answer to a `getUpdates` for which nothing came.
    pub fn nothing_came(&self) -> Result<Value, Refusal> {
        match self.options.nothing {
            ZaloNothing::TimedOut => Err(Refusal::new(408, "Request timeout")),
            ZaloNothing::Null => Ok(Value::Null),
            ZaloNothing::Empty => Ok(json!({})),
        }
    }

    /// `setWebhook`.
    pub fn set_webhook(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let (url, secret) = (params.required("url")?, params.required("secret_token")?);
        params.finish()?;
        if !(8..=256).contains(&secret.chars().count()) {
            return Err(Refusal::wrong("secret_token must have 8 to 256 characters"));
        }
        check_url(&url)?;
        let hook = Webhook { url, secret, updated_at: self.date() };
        let info = hook.info();
        self.mail.hooked(Some(hook));
        self.touch();
        Ok(info)
    }

    /// `deleteWebhook`.
    pub fn delete_webhook(&mut self, params: Params) -> Result<Value, Refusal> {
        params.finish()?;
        self.mail.hooked(None);
        self.touch();
        Ok(json!({"url": "", "updated_at": self.date()}))
    }

    /// The webhook, or 404.
    pub fn webhook(&self, params: Params) -> Result<Webhook, Refusal> {
        params.finish()?;
        self.mail.webhook.clone().ok_or_else(|| Refusal::new(404, "Not found: no webhook is set"))
    }

    /// `getWebhookInfo`.
    pub fn webhook_info(&self, params: Params) -> Result<Value, Refusal> {
        self.webhook(params).map(|hook| hook.info())
    }
}

/// A webhook has to be reached over TLS; plain HTTP is allowed towards this machine only, since the practice
/// platform has no certificates.
fn check_url(url: &str) -> Result<(), Refusal> {
    let url = reqwest::Url::parse(url).map_err(|_| Refusal::wrong("url is no address"))?;
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match url.scheme() {
        "https" => Ok(()),
        "http" if local => Ok(()),
        _ => Err(Refusal::wrong("url must begin with https://")),
    }
}
