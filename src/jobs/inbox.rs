//! Handling: every stored update goes through the conversation once, in the order of its chat.

use std::collections::BTreeMap;

use futures::stream::{FuturesUnordered, StreamExt};

use crate::conversation::{Incoming, What};
use crate::domain::Timestamp;
use crate::store::StoreError;
use crate::store::inbox::{ALBUM_LASTS, ALBUM_PATIENCE, Waiting};

use super::{Engine, database_failed};

/// How many updates are looked at together.
const LOOK_AT: usize = 400;

/// Handles until it is told to stop.
pub async fn run(engine: Engine) {
    loop {
        let due = match handle_waiting(&engine).await {
            Ok(due) => due,
            Err(error) => {
                database_failed(&error, "the inbox cannot be read");
                None
            }
        };
        if !engine.rest(&engine.signals.inbox, due).await {
            return;
        }
    }
}

/// Handles what waits and is due. Gives when the next update is due that has to wait.
///
/// # Errors
/// Where the inbox cannot be read. What goes wrong with one update is noted on it and stops no other.
pub async fn handle_waiting(engine: &Engine) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let waiting = engine.store.waiting_updates(engine.channel.kind(), LOOK_AT).await?;
        let more = waiting.len() == LOOK_AT;
        let mut chats: BTreeMap<String, Vec<Waiting>> = BTreeMap::new();
        for update in waiting {
            chats.entry(update.chat_key.clone()).or_default().push(update);
        }
        // Chats go side by side; within one, everything goes in order.
        let mut work: FuturesUnordered<_> =
            chats.into_values().map(|updates| handle_chat(engine, updates)).collect();
        let mut due = None;
        let mut handled = 0;
        while let Some(done) = work.next().await {
            handled += done.handled;
            due = earlier(due, done.next);
        }
        if !more || handled == 0 {
            return Ok(due);
        }
    }
}

struct Done {
    handled: usize,
    next: Option<Timestamp>,
}

async fn handle_chat(engine: &Engine, updates: Vec<Waiting>) -> Done {
    let mut handled = 0;
    let mut rest = updates.as_slice();
    while let Some(first) = rest.first() {
        let parts = album_of(first, rest);
        let due = due_at(&parts);
        if due > engine.clock.now() {
            return Done { handled, next: Some(due) };
        }
        let ids: Vec<_> = parts.iter().map(|part| part.id).collect();
        let incoming = read_together(engine, &parts);
        let result = engine.store.handle(ids.clone(), incoming, engine.rules.clone(), engine.step).await;
        if let Err(error) = result {
            let next = note_failure(engine, ids, &error).await;
            return Done { handled, next };
        }
        handled += parts.len();
        engine.signals.wake_all();
        // The parts of an album can have other updates of the chat between them.
        let last = first.album.clone();
        rest = &rest[1..];
        while last.is_some() && rest.first().is_some_and(|next| next.album == last) {
            rest = &rest[1..];
        }
    }
    Done { handled, next: None }
}

/// Notes a failure. Gives when the chat is tried again.
async fn note_failure(
    engine: &Engine,
    ids: Vec<crate::domain::ids::UpdateId>,
    error: &StoreError,
) -> Option<Timestamp> {
    let later = Some(engine.clock.now() + std::time::Duration::from_secs(1));
    if error.trouble().is_some() {
        // Not the update's fault: it does not count as one of its attempts.
        return later;
    }
    let first = ids.first().map_or(0, |id| id.0);
    match engine.store.handling_failed(ids, error.to_string()).await {
        Ok(true) => {
            tracing::error!(update = first, cause = %error, "an update was set aside: see `loa check`");
            // What is behind it in the chat can go on at once.
            Some(engine.clock.now())
        }
        Ok(false) => {
            tracing::warn!(update = first, cause = %error, "an update could not be handled, will be tried again");
            later
        }
        Err(second) => {
            tracing::error!(update = first, cause = %second, "a failure could not be noted");
            later
        }
    }
}

/// The parts that make one thing: those of the same album that follow, or the update alone.
fn album_of<'a>(first: &'a Waiting, rest: &'a [Waiting]) -> Vec<&'a Waiting> {
    match &first.album {
        None => vec![first],
        Some(_) => rest.iter().take_while(|update| update.album == first.album).collect(),
    }
}

/// An album is due when nothing came after its last part for a while, or it has been coming for too long.
fn due_at(parts: &[&Waiting]) -> Timestamp {
    let first = parts.first().map_or(Timestamp(0), |part| part.not_before());
    if parts.first().is_none_or(|part| part.album.is_none()) {
        return first;
    }
    let came = || parts.iter().map(|part| part.received_at());
    let last = came().max().unwrap_or_default();
    let longest = came().min().unwrap_or_default() + ALBUM_LASTS;
    first.max((last + ALBUM_PATIENCE).min(longest))
}

/// Reads the parts and makes one thing of them: their words and files together.
fn read_together(engine: &Engine, parts: &[&Waiting]) -> Option<Incoming> {
    let mut whole: Option<Incoming> = None;
    for part in parts {
        let Some(incoming) = engine.channel.read(&part.body, part.received_at()).incoming else { continue };
        match (&mut whole, incoming) {
            (None, incoming) => whole = Some(incoming),
            (
                Some(Incoming { what: What::Message(whole), .. }),
                Incoming { what: What::Message(more), .. },
            ) => {
                whole.add_words(&more.rich());
                whole.photos.extend(more.photos);
                whole.documents.extend(more.documents);
                whole.addressed |= more.addressed;
            }
            (Some(_), _) => {}
        }
    }
    whole
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
