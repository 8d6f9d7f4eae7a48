//! Who makes the calls: so many senders beside the outbox, each of which takes what is next and makes one call after
//! the other.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use tokio::sync::{Semaphore, mpsc};

use crate::channel::{Act, Call, FileSource, SendError, Sent};
use crate::domain::Timestamp;
use crate::domain::content::Content;
use crate::failpoint::{Point, at};
use crate::store::StoreError;
use crate::store::claim::Claimed;
use crate::store::outbox::Op;

use super::Engine;
use super::links;
use super::uploads::Files;

/// An attempt that has ended, and when.
pub struct Ended {
    pub message: Claimed,
    pub content: Option<Arc<Content>>,
    pub fate: Fate,
    pub at: Timestamp,
}

/// What became of an attempt.
pub enum Fate {
    /// The call was made, with these files.
    Made(Result<Sent, SendError>, Arc<Vec<FileSource>>),
    /// The call was not made.
    NotMade(NotMade),
}

pub enum NotMade {
    /// Nothing goes over this channel now.
    Closed,
    /// A file is on its way up with another message.
    FileOnItsWay,
    /// What is to be sent could not be read.
    Unread(String),
}

/// An attempt that is on the disk and waits for a sender.
pub struct Order {
    pub message: Claimed,
    pub content: Arc<Content>,
    /// Where its files come from, if it has any.
    pub files: Option<Files>,
}

/// What waits for a sender, in order.
pub struct Queue {
    orders: Mutex<VecDeque<Order>>,
    /// As many permits as there are orders.
    waiting: Semaphore,
}

impl Default for Queue {
    fn default() -> Self {
        Self { orders: Mutex::default(), waiting: Semaphore::new(0) }
    }
}

impl Queue {
    pub fn put(&self, order: Order) {
        self.orders().push_back(order);
        self.waiting.add_permits(1);
    }

    async fn take(&self) -> Option<Order> {
        // The semaphore is never closed.
        self.waiting.acquire().await.ok()?.forget();
        self.orders().pop_front()
    }

    fn orders(&self) -> MutexGuard<'_, VecDeque<Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sender: makes one call after the other.
pub async fn make_calls(engine: Arc<Engine>, queue: Arc<Queue>, done: mpsc::UnboundedSender<Ended>) {
    while let Some(Order { message, content, files }) = queue.take().await {
        let fate = if engine.signals.line.is_open() {
            Fate::NotMade(NotMade::Closed)
        } else {
            // A panic costs an attempt, of which nobody knows how it ended, and not the sender.
            let call = AssertUnwindSafe(attempt(&engine, &message, &content, files)).catch_unwind();
            call.await.unwrap_or_else(|panic| {
                let why = StoreError::panicked(&*panic).to_string();
                Fate::Made(Err(SendError::Unknown(why)), Arc::default())
            })
        };
        let at = engine.clock.now();
        if done.send(Ended { message, content: Some(content), fate, at }).is_err() {
            return;
        }
    }
}

/// One call to the platform.
async fn attempt(engine: &Engine, message: &Claimed, content: &Content, files: Option<Files>) -> Fate {
    let act = match (&message.op, &message.shown) {
        (Op::Send, _) | (Op::Show { .. }, None) => Act::Send,
        // Where nothing can be changed, it is shown anew.
        (Op::Show { .. }, Some(_)) if !engine.channel.kind().manner().buttons => Act::Send,
        (Op::Show { .. }, Some(shown)) => Act::Edit { message: shown },
        (Op::Edit { message } | Op::Buttons { message }, _) => Act::Edit { message },
        (Op::Answer { press }, _) => Act::Answer { press },
    };
    let files = match files {
        None => Arc::default(),
        Some(Files::Known(known)) => known,
        Some(_) => match engine.store.file_sources(engine.channel.kind(), &content.files).await {
            Ok(mut sources) => {
                links::beside(engine.links.as_deref(), &content.files, &mut sources, engine.clock.now());
                Arc::new(sources)
            }
            Err(StoreError::Missing) => {
                return Fate::Made(Err(SendError::Refused("a file is missing".to_owned())), Arc::default());
            }
            Err(error) => return Fate::NotMade(NotMade::Unread(error.to_string())),
        },
    };
    let call = Call {
        id: message.id,
        at: engine.clock.now(),
        chat: &message.external_chat,
        act,
        content,
        own_data: message.own_data.as_deref(),
        files: &files,
    };
    if let Err(error) = at(Point::SendBefore).await {
        return Fate::Made(Err(SendError::Retry(error.to_string())), files);
    }
    match engine.may_send().await {
        Ok(true) => {}
        Ok(false) => {
            let why = "another process has taken over".to_owned();
            return Fate::Made(Err(SendError::Retry(why)), files);
        }
        Err(error) => return Fate::Made(Err(SendError::Retry(error.to_string())), files),
    }
    let sent = engine.channel.send(&call).await;
    if let Err(error) = at(Point::SendAfter).await {
        return Fate::Made(Err(SendError::Unknown(error.to_string())), files);
    }
    Fate::Made(sent, files)
}
