//! Updates on their way to the bot: waiting, fetched by `getUpdates` or pushed to a webhook.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};

use super::params::{Params, required};
use super::refusal::Refusal;
use super::world::World;
use crate::sandbox::clock::SECOND;

/// Updates are kept 24 hours, core.telegram.org/bots/api#getting-updates.
const KEPT: i64 = 24 * 3600 * SECOND;

/// Kinds of updates, core.telegram.org/bots/api#update.
const KINDS: [&str; 23] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
];

/// Kinds that only come when asked for by name.
const ONLY_IF_ASKED: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// Where updates are pushed.
#[derive(Clone, Default)]
pub(super) struct Webhook {
    pub url: String,
    pub secret: Option<String>,
    pub last_error: Option<(i64, String)>,
    pub max_connections: i64,
}

struct Waiting {
    id: i64,
    at: i64,
    body: Arc<str>,
    line: i64,
    refusals: u32,
}

/// An update on its way to a webhook.
pub(super) struct Pushed {
    pub id: i64,
    pub body: Arc<str>,
    /// One update of a line is on its way at a time: a chat's messages, or a person's presses.
    pub line: i64,
    /// How often it was refused before.
    pub refusals: u32,
}

/// The updates that wait, and how the bot wants them.
pub(super) struct Mail {
    waiting: VecDeque<Waiting>,
    next_id: i64,
    allowed: Option<Vec<String>>,
    pub webhook: Option<Webhook>,
    /// Counts how often the bot has said where to push, or not to.
    pub hooks: u64,
    /// Counts what the waiting long poll or the webhook must look at.
    pub arrivals: u64,
    /// The numbers of the updates that the bot has acknowledged.
    pub acknowledged: Vec<i64>,
    /// Number of the latest `getUpdates`; an earlier one that still waits is ended by it.
    pub poll: u64,
}

/// A `getUpdates` call that was found in order.
pub(super) struct Poll {
    pub number: u64,
    pub limit: usize,
    pub seconds: u64,
}

impl Mail {
    pub fn new(first_id: i64) -> Mail {
        Mail {
            waiting: VecDeque::new(),
            next_id: first_id,
            allowed: None,
            webhook: None,
            hooks: 0,
            acknowledged: Vec::new(),
            arrivals: 0,
            poll: 0,
        }
    }

    /// How many updates have not been acknowledged.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    fn wants(&self, kind: &str) -> bool {
        match self.allowed.as_deref() {
            None | Some([]) => !ONLY_IF_ASKED.contains(&kind),
            Some(kinds) => kinds.iter().any(|wanted| wanted == kind),
        }
    }

    /// The next update for the webhook, where something is free: a connection, and its line.
    pub fn next_push(&self, busy: &HashSet<i64>) -> Option<(Webhook, Pushed)> {
        let hook = self.webhook.as_ref()?;
        if i64::try_from(busy.len()).unwrap_or(i64::MAX) >= hook.max_connections {
            return None;
        }
        let next = self.waiting.iter().find(|update| !busy.contains(&update.line))?;
        let (body, line, refusals) = (Arc::clone(&next.body), next.line, next.refusals);
        Some((hook.clone(), Pushed { id: next.id, body, line, refusals }))
    }

    /// Takes one away that was pushed.
    pub fn taken(&mut self, id: i64) {
        if let Some(at) = self.waiting.iter().position(|update| update.id == id) {
            self.waiting.remove(at);
            self.acknowledged.push(id);
        }
    }

    /// Notes that one was pushed and not taken.
    pub fn refused(&mut self, id: i64, at: i64, why: String) {
        if let Some(update) = self.waiting.iter_mut().find(|update| update.id == id) {
            update.refusals += 1;
        }
        if let Some(hook) = &mut self.webhook {
            hook.last_error = Some((at, why));
        }
    }

    fn hooked(&mut self, webhook: Option<Webhook>) {
        self.webhook = webhook;
        self.hooks += 1;
        self.arrivals += 1;
    }

    /// Takes away everything before `offset`; a negative one keeps that many from the end.
    pub fn acknowledge(&mut self, offset: i64) {
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let away = self.waiting.len().saturating_sub(keep);
            self.acknowledged.extend(self.waiting.drain(..away).map(|update| update.id));
        }
        while offset > 0 && self.waiting.front().is_some_and(|first| first.id < offset) {
            self.acknowledged.extend(self.waiting.pop_front().map(|update| update.id));
        }
    }

    fn allow(&mut self, kinds: Option<Vec<String>>) -> Result<(), Refusal> {
        let strange = kinds.iter().flatten().find(|kind| !KINDS.contains(&kind.as_str()));
        if let Some(kind) = strange {
            return Err(Refusal::wrong(format!("unknown update kind \"{kind}\" in allowed_updates")));
        }
        if kinds.is_some() {
            self.allowed = kinds;
        }
        Ok(())
    }
}

impl World {
    /// Queues an update of this kind, if the bot asked for such.
    pub fn push(&mut self, kind: &str, content: Value) {
        if self.mail.wants(kind) {
            self.push_raw(json!({ kind: content }));
        }
    }

    /// Queues an update as it is; gives its number, which is filled in if missing.
    pub fn push_raw(&mut self, mut update: Value) -> i64 {
        let id = update["update_id"].as_i64().unwrap_or(self.mail.next_id);
        update["update_id"] = json!(id);
        self.mail.next_id = self.mail.next_id.max(id + 1);
        let body = update.to_string().into();
        let line = line_of(&update);
        self.mail.waiting.push_back(Waiting { id, at: self.now, body, line, refusals: 0 });
        self.mail.arrivals += 1;
        self.touch();
        id
    }

    /// `getUpdates`: checks the call, acknowledges, and ends an earlier one that still waits.
    pub fn begin_poll(&mut self, mut params: Params) -> Result<Poll, Refusal> {
        let offset = params.int("offset")?.unwrap_or(0);
        let limit = params.int("limit")?.unwrap_or(100).clamp(1, 100);
        let timeout = params.int("timeout")?.unwrap_or(0);
        let allowed = params.object("allowed_updates")?;
        params.finish()?;
        if self.mail.webhook.is_some() {
            let text = "can't use getUpdates method while webhook is active; \
                        use deleteWebhook to delete the webhook first";
            return Err(Refusal::conflict(text));
        }
        self.mail.allow(allowed)?;
        let before = self.mail.len();
        self.mail.acknowledge(offset);
        if self.mail.len() != before {
            self.touch();
        }
        self.mail.poll += 1;
        // The long poll is cut at 50 seconds by the server.
        let seconds = timeout.clamp(0, 50).unsigned_abs();
        self.mail.arrivals += 1;
        Ok(Poll { number: self.mail.poll, limit: usize::try_from(limit).unwrap_or(100), seconds })
    }

    /// The answer to a `getUpdates`: a JSON array, or nothing while there is nothing.
    pub fn poll(&mut self, poll: &Poll) -> Result<Option<String>, Refusal> {
        if poll.number != self.mail.poll {
            let text =
                "terminated by other getUpdates request; make sure that only one bot instance is running";
            return Err(Refusal::conflict(text));
        }
        let now = self.now;
        self.mail.waiting.retain(|update| update.at + KEPT > now);
        if self.mail.waiting.is_empty() {
            return Ok(None);
        }
        let updates: Vec<&str> =
            self.mail.waiting.iter().take(poll.limit).map(|update| &*update.body).collect();
        Ok(Some(format!("[{}]", updates.join(","))))
    }

    /// `setWebhook`.
    pub fn set_webhook(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let url = required("url", params.text("url")?)?;
        let secret = params.text("secret_token")?;
        let allowed = params.object("allowed_updates")?;
        let drop_pending = params.flag("drop_pending_updates")?.unwrap_or(false);
        let max_connections = params.int("max_connections")?.unwrap_or(40);
        params.text("ip_address")?;
        params.upload("certificate");
        params.finish()?;
        check_webhook(&url, secret.as_deref(), max_connections)?;
        self.mail.allow(allowed)?;
        self.drop_pending(drop_pending);
        let hook = Webhook { url, secret, last_error: None, max_connections };
        self.mail.hooked(Some(hook).filter(|hook| !hook.url.is_empty()));
        // A long poll that still waits ends now.
        self.mail.poll += 1;
        self.touch();
        Ok(json!(true))
    }

    /// `deleteWebhook`.
    pub fn delete_webhook(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let drop_pending = params.flag("drop_pending_updates")?.unwrap_or(false);
        params.finish()?;
        self.drop_pending(drop_pending);
        self.mail.hooked(None);
        self.touch();
        Ok(json!(true))
    }

    fn drop_pending(&mut self, really: bool) {
        if really {
            self.mail.waiting.clear();
        }
    }

    /// `getWebhookInfo`.
    pub fn webhook_info(&mut self, params: Params) -> Result<Value, Refusal> {
        params.finish()?;
        let hook = self.mail.webhook.clone().unwrap_or_default();
        let mut info = json!({"url": hook.url, "has_custom_certificate": false,
            "pending_update_count": self.mail.len()});
        if !hook.url.is_empty() {
            info["max_connections"] = json!(hook.max_connections);
        }
        if let Some((date, text)) = hook.last_error {
            info["last_error_date"] = json!(date);
            info["last_error_message"] = json!(text);
        }
        if let Some(kinds) = self.mail.allowed.as_ref().filter(|kinds| !kinds.is_empty()) {
            info["allowed_updates"] = json!(kinds);
        }
        Ok(info)
    }
}

/// Whose updates are pushed one after the other: as Telegram's server does, a chat's messages, and apart from them
/// a person's presses (<https://github.com/tdlib/telegram-bot-api>, `webhook_queue_id`).
fn line_of(update: &Value) -> i64 {
    let presser = update["callback_query"]["from"]["id"].as_i64();
    let kinds = ["message", "edited_message", "my_chat_member"];
    let chat = kinds.iter().find_map(|kind| update[kind]["chat"]["id"].as_i64());
    // People's numbers stay below 2^52, so that these are nobody's chat.
    presser.map(|id| id | 1 << 60).or(chat).unwrap_or(0)
}

/// Ports and the secret's letters are those of core.telegram.org/bots/api#setwebhook; plain HTTP is
/// allowed towards this machine only, since the practice platform has no certificates.
fn check_webhook(url: &str, secret: Option<&str>, connections: i64) -> Result<(), Refusal> {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if secret.is_some_and(|secret| !(1..=256).contains(&secret.len()) || !secret.chars().all(letters)) {
        return Err(Refusal::wrong("secret token contains unallowed characters"));
    }
    if !(1..=100).contains(&connections) {
        return Err(Refusal::wrong("max_connections must be between 1 and 100"));
    }
    if url.is_empty() {
        return Ok(());
    }
    let bad = |why: &str| Refusal::wrong(format!("bad webhook: {why}"));
    let url = reqwest::Url::parse(url).map_err(|_| bad("invalid webhook URL specified"))?;
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match url.scheme() {
        _ if local => Ok(()),
        "https" if matches!(url.port_or_known_default(), Some(443 | 80 | 88 | 8443)) => Ok(()),
        "https" => Err(bad("webhook can be set up only on ports 80, 88, 443 or 8443")),
        _ => Err(bad("an HTTPS URL must be provided for webhook")),
    }
}
