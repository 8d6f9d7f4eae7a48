//! Sending: the only place from which anything leaves.
//!
//! One loop exchanges with the store: it hands in how attempts ended and takes what goes next, in one
//! transaction. The calls to the platform run beside it, and no transaction is open while they do.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::channel::{FileSource, SendError, Sent};
use crate::domain::Timestamp;
use crate::domain::content::{Attachment, Content};
use crate::domain::ids::{ChatId, MessageId, PayloadId};
use crate::failpoint::{Planted, Point, at, hasten, planted};
use crate::store::StoreError;
use crate::store::claim::Claimed;
use crate::store::settle::{Outcome, Settled};

use super::breaker::Breaker;
use super::links;
use super::pacing::Pacer;
use super::senders::{Ended, Fate, NotMade, Order, Queue, make_calls};
use super::uploads::{Files, Uploads};
use super::{Engine, WORKER_LEASE, database_failed};

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
/// How far a message is put off whose file is on its way up with another.
const FILE_ON_ITS_WAY: Duration = Duration::from_millis(250);

/// What the loop remembers between exchanges.
struct Desk {
    /// Shared with every call that is under way.
    engine: Arc<Engine>,
    pacer: Arc<Mutex<Pacer>>,
    payloads: HashMap<PayloadId, Arc<Content>>,
    uploads: Uploads,
    /// Chats that were refused a moment ago: when, and until when they wait.
    refusals: HashMap<ChatId, (Timestamp, Timestamp)>,
    /// What is claimed and not yet called.
    queue: Arc<Queue>,
    /// Who makes the calls. They end with the desk: what is killed sends nothing any more.
    senders: JoinSet<()>,
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
    engine.signals.line.resume(&engine).await?;
    let mut pacer = Pacer::new(engine.limits);
    let minute_ago = engine.clock.now() - Duration::from_secs(61);
    engine.store.sent_since(kind, minute_ago).await?.into_iter().for_each(|sent| pacer.remember(sent));
    let desk = Desk {
        pacer: Arc::new(Mutex::new(pacer)),
        payloads: HashMap::new(),
        uploads: Uploads::default(),
        refusals: HashMap::new(),
        queue: Arc::default(),
        senders: JoinSet::new(),
        under_way: HashSet::new(),
        unsure: false,
        engine: Arc::new(engine),
    };
    desk.work().await;
    Ok(())
}

impl Desk {
    async fn work(mut self) {
        let (done, mut results) = mpsc::unbounded_channel::<Ended>();
        for _ in 0..self.engine.concurrency {
            self.senders.spawn(make_calls(self.engine.clone(), self.queue.clone(), done.clone()));
        }
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
            let want = if stopping { 0 } else { self.room(most) };
            let handed_in = Arc::new(std::mem::take(&mut settled));
            let due = match self.exchange(handed_in.clone(), want).await {
                Ok((claimed, due)) => {
                    self.under_way.extend(claimed.iter().map(|message| message.id));
                    for message in claimed {
                        self.launch(message, &done).await;
                    }
                    due
                }
                Err(error) => {
                    // The outcomes are handed in again. If they were kept all the same, that changes nothing.
                    settled = Arc::unwrap_or_clone(handed_in);
                    database_failed(&error, "the outbox cannot be reached; nothing is sent until it can");
                    self.unsure = true;
                    Some(self.engine.clock.now() + hasten(BACKOFF.0))
                }
            };
            self.gather(&mut results, &mut settled, due).await;
        }
    }

    /// While enough is claimed to keep every sender busy, outcomes are gathered for one transaction; at the latest
    /// until `due`.
    async fn gather(
        &mut self,
        results: &mut mpsc::UnboundedReceiver<Ended>,
        settled: &mut Vec<Settled>,
        due: Option<Timestamp>,
    ) {
        let engine = self.engine.clone();
        let mut rest = pin!(engine.rest(&engine.signals.outbox, due));
        let mut ended = Vec::with_capacity(SETTLE_TOGETHER);
        loop {
            let stopping = engine.stop.is_cancelled();
            if stopping && self.under_way.is_empty() {
                return;
            }
            tokio::select! {
                biased;
                _ = results.recv_many(&mut ended, SETTLE_TOGETHER), if !self.under_way.is_empty() => {
                    settled.extend(ended.drain(..).map(|ended| self.judge(ended)));
                    let few = self.under_way.len() <= engine.concurrency;
                    if few || settled.len() >= SETTLE_TOGETHER {
                        return;
                    }
                }
                _ = &mut rest, if !stopping => return,
            }
        }
    }

    /// How many messages may be taken: none while the line is closed, one to try it.
    fn room(&self, most: usize) -> usize {
        match *self.engine.signals.line.breaker() {
            Breaker::Closed { .. } => most.saturating_sub(self.under_way.len()),
            Breaker::HalfOpen(_) => usize::from(self.under_way.is_empty()),
            Breaker::Open(_) => 0,
        }
    }

    /// Hands in outcomes, takes messages. Gives them, and when to come back at the latest.
    async fn exchange(
        &mut self,
        settled: Arc<Vec<Settled>>,
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
        // A pause is kept before the outcomes that it follows from.
        engine.signals.line.keep(engine).await?;
        if want == 0 && settled.is_empty() {
            return Ok((Vec::new(), None));
        }
        if !settled.is_empty() {
            at(Point::SettleBefore).await?;
        }
        let exchange =
            engine.store.exchange(engine.channel.kind(), lease, settled, want, self.pacer.clone()).await;
        self.pacer().claimed(exchange.as_ref().map_or(&[][..], |exchange| &exchange.claimed));
        let exchange = exchange?;
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
        // What is due while nothing may be taken waits until it may.
        Ok((exchange.claimed, due.filter(|_| want > 0)))
    }

    fn pacer(&self) -> MutexGuard<'_, Pacer> {
        self.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands one attempt to the senders.
    async fn launch(&mut self, message: Claimed, done: &mpsc::UnboundedSender<Ended>) {
        match self.prepare(&message).await {
            Ok((content, files)) => self.queue.put(Order { message, content, files }),
            Err(why) => {
                let at = self.engine.clock.now();
                // The receiver is the desk's own.
                let _ = done.send(Ended { message, content: None, fate: Fate::NotMade(why), at });
            }
        }
    }

    /// What the message says, and where its files come from, if the platform knows all of them.
    async fn prepare(&mut self, message: &Claimed) -> Result<(Arc<Content>, Option<Files>), NotMade> {
        let unread = |error: StoreError| NotMade::Unread(error.to_string());
        let content = self.payload(message.payload).await.map_err(unread)?;
        if content.files.is_empty() {
            self.pacer().payload_clear(message.payload);
            return Ok((content, None));
        }
        let engine = self.engine.clone();
        let takes = |file| engine.channel.kind().manner().uploads && engine.channel.takes(file);
        if !content.files.iter().all(takes) {
            self.pacer().payload_clear(message.payload);
            let sources = links::sources(engine.links.as_deref(), &content.files, engine.clock.now());
            return Ok((content, Some(Files::Known(Arc::new(sources)))));
        }
        let files = self.uploads.look(&engine, message, &content.files).await.map_err(unread)?;
        match files {
            Files::Wait => return Err(NotMade::FileOnItsWay),
            Files::Known(_) | Files::UploadAgain => self.pacer().payload_clear(message.payload),
            Files::Upload => {}
        }
        Ok((content, Some(files)))
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
        let Ended { message, content, fate, at } = ended;
        self.under_way.remove(&message.id);
        let files = content.as_ref().map_or(&[][..], |content| content.files.as_slice());
        let (result, sources) = match fate {
            Fate::Made(result, sources) => (result, sources),
            Fate::NotMade(why) => return self.not_made(message, why, at),
        };
        self.pacer().answered(&message, at);
        self.tell_line(&result, at);
        if let Err(SendError::FileGone(_)) = &result
            && self.uploads.gone(message.payload, files)
        {
            self.pacer().payload_unknown(message.payload);
        }
        let outcome = match result {
            Ok(sent) => sent_as(sent, files),
            Err(SendError::TooMany { after }) => self.refused(&message, after, at),
            Err(SendError::Retry(why)) => Outcome::Again { at: at + self.wait_for(&message), why },
            Err(SendError::Unknown(why)) => Outcome::Unknown { at: at + self.wait_for(&message), why },
            Err(SendError::ChatClosed(why)) => Outcome::ChatClosed { why },
            Err(SendError::Moved { to }) => Outcome::Moved { to },
            Err(SendError::FileGone(_)) if message.tries() < 5 => {
                Outcome::FilesGone { files: names_used(files, &sources) }
            }
            Err(SendError::Markup(_)) if message.tries() < 5 => Outcome::Plain,
            Err(SendError::MessageGone) if message.tries() < 5 => Outcome::EditedGone,
            Err(error @ SendError::Unauthorized) => Outcome::Spared { at, why: error.to_string() },
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
        let named: Option<Vec<Attachment>> = match &outcome {
            Outcome::Sent { files, .. } => {
                Some(files.iter().map(|(file, kind, _)| Attachment { kind: *kind, ..file.clone() }).collect())
            }
            _ => None,
        };
        if self.uploads.done(message.id, named.as_deref()) {
            self.pacer().look_again();
        }
        Settled { message, outcome }
    }

    /// A call that was not made: it takes no slot and counts against nobody.
    fn not_made(&mut self, message: Claimed, why: NotMade, at: Timestamp) -> Settled {
        self.pacer().not_sent(&message);
        if self.uploads.done(message.id, None) {
            self.pacer().look_again();
        }
        let (wait, why) = match why {
            NotMade::Closed => {
                self.pacer().payload_unknown(message.payload);
                (Duration::ZERO, "nothing goes over this channel now".to_owned())
            }
            NotMade::FileOnItsWay => (FILE_ON_ITS_WAY, "its file is on its way with another".to_owned()),
            NotMade::Unread(why) => {
                tracing::error!(message = message.id.0, cause = why, "what it says cannot be read");
                self.pacer().payload_unknown(message.payload);
                (hasten(BACKOFF.0), why)
            }
        };
        Settled { message, outcome: Outcome::Spared { at: at + wait, why } }
    }

    /// What an outcome says about the platform, whoever the message was for.
    fn tell_line(&self, result: &Result<Sent, SendError>, at: Timestamp) {
        let (kind, random) = (self.engine.channel.kind(), &self.engine.random);
        let mut breaker = self.engine.signals.line.breaker();
        match result {
            Err(SendError::Retry(why) | SendError::Unknown(why)) => breaker.failed(kind, at, why, random),
            Err(SendError::Unauthorized) => breaker.token_refused(kind, at, random),
            _ => breaker.answered(),
        }
    }

    /// 429: this chat waits as long as it was told. If several chats are told so, the whole channel does.
    fn refused(&mut self, message: &Claimed, after: Duration, at: Timestamp) -> Outcome {
        if planted(Planted::DropOn429) {
            return Outcome::Failed { why: "429".to_owned() };
        }
        self.refusals.retain(|_, (when, _)| *when + REFUSAL_SPAN > at);
        self.refusals.insert(message.chat, (at, at + after));
        if self.refusals.len() >= REFUSALS {
            // If it is the whole bot that is too fast, all of them were told about the same.
            let until = self.refusals.values().map(|(_, until)| *until).min().unwrap_or(at + after);
            self.engine.signals.line.breaker().refused(self.engine.channel.kind(), at, until);
        }
        Outcome::Again { at: at + after, why: format!("429, {} s", after.as_secs()) }
    }

    /// Longer with every attempt, and never the same for all.
    fn wait_for(&self, message: &Claimed) -> Duration {
        let exponent = u32::try_from(message.tries().clamp(1, 10) - 1).unwrap_or(0);
        let wait = hasten(BACKOFF.0.saturating_mul(1 << exponent).min(BACKOFF.1));
        let spread = u64::try_from(wait.as_millis() / 2).unwrap_or(0);
        wait + Duration::from_millis(self.engine.random.below(spread))
    }
}

/// The names by which files were sent.
fn names_used(files: &[Attachment], sources: &[FileSource]) -> Vec<(Attachment, String)> {
    let named = files.iter().zip(sources).filter_map(|(file, source)| match source {
        FileSource::Known { file_id } => Some((file.clone(), file_id.clone())),
        FileSource::Upload { .. } | FileSource::Link { .. } | FileSource::Absent => None,
    });
    named.collect()
}

fn sent_as(sent: Sent, files: &[Attachment]) -> Outcome {
    let named = files.iter().cloned().zip(sent.file_ids);
    Outcome::Sent {
        external_id: sent.message,
        files: named.filter_map(|(file, known)| known.map(|(kind, id)| (file, kind, id))).collect(),
    }
}
