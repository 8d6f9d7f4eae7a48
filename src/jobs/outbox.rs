//! Sending: the only place from which anything leaves.
//!
//! One loop exchanges with the store: it hands in how attempts ended and takes what goes next, in one
//! transaction. The calls to the platform run beside it, and no transaction is open while they do.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};

use crate::channel::{Act, Call, SendError, Sent};
use crate::domain::Timestamp;
use crate::domain::content::Content;
use crate::domain::ids::{ChatId, MessageId, PayloadId};
use crate::failpoint::{Planted, Point, at, hasten, planted};
use crate::store::StoreError;
use crate::store::claim::Claimed;
use crate::store::outbox::Op;
use crate::store::settle::{Outcome, Settled};

use super::pacing::Pacer;
use super::{Engine, WORKER_LEASE};

/// Payloads that are kept at hand, so that a broadcast reads its text once.
const KEEP_PAYLOADS: usize = 256;
/// So many times as many messages are claimed as are sent at once, so that a sender never waits for the store.
/// Only where the limits permit so many: otherwise as many are claimed as may be sent now.
const CLAIM_AHEAD: usize = 8;
/// So many outcomes are kept in one transaction, where they come fast.
const SETTLE_TOGETHER: usize = 100;
/// The wait after a failure that can pass: first, and at most.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));
/// So many different chats refused within [`REFUSAL_SPAN`] mean that the whole bot is too fast.
const REFUSALS: usize = 3;
const REFUSAL_SPAN: Duration = Duration::from_secs(5);
/// So many failures of the platform in a row open the breaker.
const BREAKER: u32 = 5;
/// How long the channel rests when the token is refused.
const TOKEN_PAUSE: Duration = Duration::from_secs(60);

/// An attempt that has ended, and when.
struct Ended {
    message: Claimed,
    content: Option<Arc<Content>>,
    result: Result<Sent, SendError>,
    at: Timestamp,
}

/// What the loop remembers between exchanges.
struct Desk {
    engine: Engine,
    pacer: Arc<Mutex<Pacer>>,
    payloads: HashMap<PayloadId, Arc<Content>>,
    refusals: HashMap<ChatId, Timestamp>,
    failures_in_a_row: u32,
    /// What is being sent now.
    under_way: HashSet<MessageId>,
    /// The last exchange failed: what it claimed, if it did, is sent by nobody.
    unsure: bool,
}

/// Sends until it is told to stop; then waits for what is under way and keeps how it ended.
///
/// # Errors
/// Where the store cannot say what was sent before, so that nothing may be sent at all.
pub async fn run(engine: Engine) -> Result<(), StoreError> {
    let kind = engine.channel.kind();
    let taken_back = engine.store.recover(kind).await?;
    if taken_back > 0 {
        tracing::warn!(messages = taken_back, "were being sent when the last process ended; outcome unknown");
    }
    let mut pacer = Pacer::new(engine.limits);
    let minute_ago = engine.clock.now() - Duration::from_secs(61);
    for (chat, group, at) in engine.store.sent_since(kind, minute_ago).await? {
        pacer.remember(chat, group, at);
    }
    let desk = Desk {
        pacer: Arc::new(Mutex::new(pacer)),
        payloads: HashMap::new(),
        refusals: HashMap::new(),
        failures_in_a_row: 0,
        under_way: HashSet::new(),
        unsure: false,
        engine,
    };
    desk.work().await;
    Ok(())
}

impl Desk {
    async fn work(mut self) {
        let (done, mut results) = mpsc::unbounded_channel::<Ended>();
        let slots = Arc::new(Semaphore::new(self.engine.concurrency));
        let most = self.engine.concurrency * CLAIM_AHEAD;
        let mut settled: Vec<Settled> = Vec::new();
        loop {
            while let Ok(ended) = results.try_recv() {
                settled.push(self.judge(ended));
            }
            let stopping = self.engine.stop.is_cancelled();
            if stopping && self.under_way.is_empty() && (settled.is_empty() || self.unsure) {
                return;
            }
            let want = if stopping { 0 } else { most.saturating_sub(self.under_way.len()) };
            let due = match self.exchange(settled.clone(), want).await {
                Ok((claimed, due)) => {
                    settled.clear();
                    self.under_way.extend(claimed.iter().map(|message| message.id));
                    for message in claimed {
                        self.launch(message, done.clone(), slots.clone()).await;
                    }
                    due
                }
                Err(error) => {
                    // The outcomes are handed in again. If they were kept all the same, that changes nothing.
                    tracing::error!(cause = %error, "the outbox cannot be reached; nothing is sent until it can");
                    self.unsure = true;
                    Some(self.engine.clock.now() + hasten(BACKOFF.0))
                }
            };
            // While enough is claimed to keep every sender busy, outcomes are gathered for one transaction.
            loop {
                let stopping = self.engine.stop.is_cancelled();
                if stopping && self.under_way.is_empty() {
                    break;
                }
                tokio::select! {
                    biased;
                    Some(ended) = results.recv(), if !self.under_way.is_empty() => {
                        settled.push(self.judge(ended));
                        let few = self.under_way.len() <= self.engine.concurrency;
                        if few || settled.len() >= SETTLE_TOGETHER {
                            break;
                        }
                    }
                    _ = self.engine.rest(&self.engine.signals.outbox, due), if !stopping => break,
                }
            }
        }
    }

    /// Hands in outcomes, takes messages. Gives them, and when to come back at the latest.
    async fn exchange(
        &mut self,
        settled: Vec<Settled>,
        want: usize,
    ) -> Result<(Vec<Claimed>, Option<Timestamp>), StoreError> {
        let engine = &self.engine;
        let lease = (WORKER_LEASE, engine.holder.clone());
        at(Point::ExchangeBefore).await?;
        if self.unsure {
            let ours = settled.iter().map(|settled| settled.message.id).chain(self.under_way.iter().copied());
            engine.store.take_back(engine.channel.kind(), lease.clone(), ours.collect()).await?;
            self.unsure = false;
        }
        if !settled.is_empty() {
            at(Point::SettleBefore).await?;
        }
        let exchange =
            engine.store.exchange(engine.channel.kind(), lease, settled, want, self.pacer.clone()).await?;
        if exchange.lost_lease {
            tracing::error!("another process works on this database; this one stops sending");
            engine.stop.cancel();
        }
        if exchange.late > 0 {
            tracing::warn!(outcomes = exchange.late, "came after the message had been taken over");
        }
        let try_again = self.pacer().try_again();
        let due = match (exchange.next_due, try_again) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Ok((exchange.claimed, due))
    }

    fn pacer(&self) -> std::sync::MutexGuard<'_, Pacer> {
        self.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts one attempt, beside the loop.
    async fn launch(&mut self, message: Claimed, done: mpsc::UnboundedSender<Ended>, slots: Arc<Semaphore>) {
        let content = match self.payload(message.payload).await {
            Ok(content) => content,
            Err(error) => {
                tracing::error!(message = message.id.0, cause = %error, "what it says cannot be read");
                let result = Err(SendError::Retry("the text could not be read".to_owned()));
                let at = self.engine.clock.now();
                let _ = done.send(Ended { message, content: None, result, at });
                return;
            }
        };
        let engine = self.engine.clone();
        tokio::spawn(async move {
            // The semaphore is never closed; without a permit we would only be faster.
            let _permit = slots.acquire_owned().await;
            let result = attempt(&engine, &message, &content).await;
            let at = engine.clock.now();
            let _ = done.send(Ended { message, content: Some(content), result, at });
        });
    }

    async fn payload(&mut self, id: PayloadId) -> Result<Arc<Content>, StoreError> {
        if let Some(content) = self.payloads.get(&id) {
            return Ok(content.clone());
        }
        at(Point::PayloadBefore).await?;
        let content = Arc::new(self.engine.store.payload(id).await?);
        if self.payloads.len() >= KEEP_PAYLOADS {
            self.payloads.clear();
        }
        self.payloads.insert(id, content.clone());
        Ok(content)
    }

    /// What the end of an attempt means for the message, the chat and the channel.
    fn judge(&mut self, ended: Ended) -> Settled {
        let Ended { message, content, result, at } = ended;
        self.under_way.remove(&message.id);
        self.pacer().answered(&message, at);
        let files = content.as_ref().map_or(&[][..], |content| content.files.as_slice());
        if !matches!(result, Err(SendError::Retry(_) | SendError::Unknown(_))) {
            self.failures_in_a_row = 0;
        }
        let outcome = match result {
            Ok(sent) => Outcome::Sent {
                external_id: sent.message,
                files: files
                    .iter()
                    .cloned()
                    .zip(sent.file_ids)
                    .filter_map(|(file, known)| known.map(|(kind, id)| (file, kind, id)))
                    .collect(),
            },
            Err(SendError::TooMany { after }) => self.refused(&message, after, at),
            Err(SendError::Retry(why)) => {
                self.platform_failed(at);
                Outcome::Again { at: at + self.wait_for(&message), why }
            }
            Err(SendError::Unknown(why)) => {
                self.platform_failed(at);
                Outcome::Unknown { at: at + self.wait_for(&message), why }
            }
            Err(SendError::ChatClosed(why)) => Outcome::ChatClosed { why },
            Err(SendError::Moved { to }) => Outcome::Moved { to },
            Err(SendError::FileGone(_)) if message.attempt < 5 => {
                Outcome::FilesGone { files: files.to_vec() }
            }
            Err(SendError::Markup(_)) if message.attempt < 5 => Outcome::Plain,
            Err(SendError::MessageGone) if message.attempt < 5 => Outcome::EditedGone,
            Err(SendError::Unauthorized) => {
                tracing::error!(
                    channel = self.engine.channel.kind().code(),
                    "the token is refused; nothing is lost, and nothing is sent until it is right"
                );
                self.pacer().close_until(at + TOKEN_PAUSE);
                Outcome::Again { at: at + TOKEN_PAUSE, why: "the token was refused".to_owned() }
            }
            Err(
                error @ (SendError::Refused(_)
                | SendError::FileGone(_)
                | SendError::Markup(_)
                | SendError::MessageGone),
            ) => {
                tracing::warn!(message = message.id.0, cause = %error, "a message was refused for good");
                Outcome::Failed { why: error.to_string() }
            }
        };
        Settled { message, outcome }
    }

    /// 429: this chat waits as long as it was told. If several chats are told so, the whole channel does.
    fn refused(&mut self, message: &Claimed, after: Duration, at: Timestamp) -> Outcome {
        if planted(Planted::DropOn429) {
            return Outcome::Failed { why: "429".to_owned() };
        }
        self.refusals.retain(|_, when| *when + REFUSAL_SPAN > at);
        self.refusals.insert(message.chat, at);
        if self.refusals.len() >= REFUSALS {
            tracing::warn!(seconds = after.as_secs(), "several chats were refused: the channel waits");
            self.pacer().close_until(at + after);
        }
        Outcome::Again { at: at + after, why: format!("429, {} s", after.as_secs()) }
    }

    /// The platform itself has trouble: after some failures in a row everybody waits a little.
    fn platform_failed(&mut self, at: Timestamp) {
        self.failures_in_a_row += 1;
        if self.failures_in_a_row >= BREAKER {
            let exponent = (self.failures_in_a_row - BREAKER).min(6);
            let wait = BACKOFF.0.saturating_mul(1 << exponent).min(Duration::from_secs(60));
            self.pacer().close_until(at + hasten(wait));
        }
    }

    /// Longer with every attempt, and never the same for all.
    fn wait_for(&self, message: &Claimed) -> Duration {
        let exponent = u32::try_from(message.attempt.clamp(1, 10) - 1).unwrap_or(0);
        let wait = hasten(BACKOFF.0.saturating_mul(1 << exponent).min(BACKOFF.1));
        let spread = u64::try_from(wait.as_millis() / 2).unwrap_or(0);
        wait + Duration::from_millis(self.engine.random.below(spread))
    }
}

/// One call to the platform.
async fn attempt(engine: &Engine, message: &Claimed, content: &Content) -> Result<Sent, SendError> {
    let act = match (&message.op, &message.shown) {
        (Op::Send, _) | (Op::Show { .. }, None) => Act::Send,
        (Op::Show { .. }, Some(shown)) => Act::Edit { message: shown },
        (Op::Edit { message }, _) => Act::Edit { message },
        (Op::Answer { press }, _) => Act::Answer { press },
    };
    let files = if content.files.is_empty() {
        Vec::new()
    } else {
        let sources = engine.store.file_sources(engine.channel.kind(), &content.files).await;
        sources.map_err(|error| match error {
            StoreError::Missing => SendError::Refused("a file is missing".to_owned()),
            error => SendError::Retry(error.to_string()),
        })?
    };
    let call = Call {
        chat: &message.external_chat,
        act,
        content,
        own_data: message.own_data.as_deref(),
        files: &files,
    };
    at(Point::SendBefore).await.map_err(|error| SendError::Retry(error.to_string()))?;
    match engine.may_send().await {
        Ok(true) => {}
        Ok(false) => return Err(SendError::Retry("another process has taken over".to_owned())),
        Err(error) => return Err(SendError::Retry(error.to_string())),
    }
    let sent = engine.channel.send(&call).await;
    at(Point::SendAfter).await.map_err(|error| SendError::Unknown(error.to_string()))?;
    sent
}
