//! The network and the platform behind it: calls wait until it is decided, from the seed, what becomes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use loa::channel::telegram::Telegram;
use loa::channel::{Act, Call, Channel, FetchError, Parsed, RawUpdate, ReceiveError, SendError, Sent};
use loa::clock::Clock;
use loa::domain::{ChannelKind, Timestamp};
use rand::Rng;
use rand::rngs::StdRng;
use tokio::sync::{Notify, oneshot};

/// How long the platform keeps updates (<https://core.telegram.org/bots/api#getting-updates>).
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// How bad the network is.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Calls that do not simply end well.
    pub faults: f64,
    /// Calls whose answer takes its time.
    pub slow: f64,
    /// Calls that close a chat for good.
    pub closes: f64,
}

/// What the platform has seen, and what it still has to answer.
#[derive(Clone)]
pub struct Platform {
    state: Arc<Mutex<State>>,
    news: Arc<Notify>,
    clock: Clock,
}

#[derive(Default)]
struct State {
    calls: Vec<Waiting>,
    came: u64,
    messages: u64,
    accepted: BTreeMap<(String, String), u64>,
    closed: BTreeSet<String>,
    /// Groups that have another id now.
    moved: BTreeMap<String, String>,
    updates: Vec<RawUpdate>,
    /// The highest number after which anybody has asked: all up to it are gone.
    acknowledged: i64,
    /// When updates were given out for the first time.
    given: BTreeMap<i64, Timestamp>,
    unknown: u64,
}

struct Waiting {
    number: u64,
    line: u64,
    chat: String,
    text: String,
    sends: bool,
    /// When the answer comes, and what it says.
    fate: Option<(Timestamp, Result<Sent, SendError>)>,
    answer: oneshot::Sender<Result<Sent, SendError>>,
}

impl Platform {
    pub fn new(clock: Clock) -> Self {
        Self { state: Arc::default(), news: Arc::default(), clock }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The line of one process.
    pub fn line(&self, number: u64) -> Line {
        Line { platform: self.clone(), number }
    }

    /// Somebody writes to the bot. It comes again until it is acknowledged.
    pub fn say(&self, person: i64, text: &str) {
        let mut state = self.state();
        let id = i64::try_from(state.updates.len()).expect("few") + 1;
        let body = serde_json::json!({
            "update_id": id,
            "message": { "message_id": 100_000 + id, "text": text,
                "chat": { "id": person, "type": "private", "first_name": "Người" },
                "from": { "id": person, "is_bot": false, "first_name": "Người" } }
        });
        state.updates.push(RawUpdate::numbered(id, body.to_string().into_bytes()));
        drop(state);
        self.news.notify_waiters();
    }

    /// Decides what becomes of the calls that have come in. Gives what was decided, in words.
    pub fn decide(&self, rng: &mut StdRng, weather: Weather) -> Vec<String> {
        let now = self.clock.now();
        let state = &mut *self.state();
        state.calls.sort_by_key(|call| call.number);
        let mut said = Vec::new();
        for at in 0..state.calls.len() {
            if state.calls[at].fate.is_none() {
                let result = state.judge(at, rng, weather);
                let later = if rng.random_bool(weather.slow) { rng.random_range(1..90_000) } else { 0 };
                let call = &mut state.calls[at];
                let name = result.as_ref().map_or_else(ToString::to_string, |_| "accepted".to_owned());
                said.push(format!("{} {} {:.40}: {name}, {later} ms", call.line, call.chat, call.text));
                call.fate = Some((now + Duration::from_millis(later), result));
            }
        }
        said
    }

    /// Gives the answers whose time has come to the lines that can hear. Gives how many.
    pub fn answer(&self, hears: impl Fn(u64) -> bool) -> usize {
        let now = self.clock.now();
        let state = &mut *self.state();
        let due = |call: &Waiting| hears(call.line) && call.fate.as_ref().is_some_and(|(at, _)| *at <= now);
        let (due, rest): (Vec<_>, Vec<_>) = state.calls.drain(..).partition(due);
        state.calls = rest;
        let count = due.len();
        for call in due {
            if let Some((_, result)) = call.fate {
                let _ = call.answer.send(result);
            }
        }
        count
    }

    /// When the next answer comes.
    pub fn next_answer(&self) -> Option<Timestamp> {
        self.state().calls.iter().filter_map(|call| call.fate.as_ref().map(|(at, _)| *at)).min()
    }

    /// A process died: what it was saying has arrived, or not.
    pub fn hang_up(&self, line: u64, rng: &mut StdRng, weather: Weather) {
        let state = &mut *self.state();
        for at in 0..state.calls.len() {
            if state.calls[at].line == line && state.calls[at].fate.is_none() && rng.random_bool(0.5) {
                let _ = state.judge(at, rng, weather);
            }
        }
        state.calls.retain(|call| call.line != line);
    }

    /// How often each text was accepted in each chat, by the chat's first id.
    pub fn accepted(&self) -> BTreeMap<(String, String), u64> {
        self.state().accepted.clone()
    }

    pub fn is_closed(&self, chat: &str) -> bool {
        self.state().closed.contains(chat)
    }

    /// Answers after which nobody can know.
    pub fn unknown(&self) -> u64 {
        self.state().unknown
    }

    pub fn updates(&self) -> usize {
        self.state().updates.len()
    }

    /// Every group gets another id.
    pub fn move_group(&self, group: &str) {
        let mut state = self.state();
        let next = format!("-100{}", 900 + state.moved.len());
        let newest = state.newest(group);
        state.moved.insert(newest, next);
    }
}

impl State {
    fn newest(&self, chat: &str) -> String {
        let mut chat = chat;
        while let Some(next) = self.moved.get(chat) {
            chat = next;
        }
        chat.to_owned()
    }

    fn first(&self, chat: &str) -> String {
        let mut chat = chat;
        while let Some((old, _)) = self.moved.iter().find(|(_, new)| *new == chat) {
            chat = old;
        }
        chat.to_owned()
    }

    fn accept(&mut self, at: usize) -> Sent {
        self.messages += 1;
        let (chat, text) = (self.first(&self.calls[at].chat), self.calls[at].text.clone());
        if self.calls[at].sends {
            *self.accepted.entry((chat, text)).or_default() += 1;
        }
        Sent { message: self.messages.to_string(), file_ids: Vec::new() }
    }

    fn judge(&mut self, at: usize, rng: &mut StdRng, weather: Weather) -> Result<Sent, SendError> {
        let chat = self.calls[at].chat.clone();
        if let Some(to) = self.moved.get(&chat) {
            return Err(SendError::Moved { to: to.clone() });
        }
        if self.closed.contains(&self.first(&chat)) {
            return Err(SendError::ChatClosed("blocked".to_owned()));
        }
        if rng.random_bool(weather.closes) {
            let first = self.first(&chat);
            self.closed.insert(first);
            return Err(SendError::ChatClosed("blocked".to_owned()));
        }
        if !rng.random_bool(weather.faults) {
            return Ok(self.accept(at));
        }
        Err(match rng.random_range(0..10_u8) {
            0..3 => SendError::TooMany { after: Duration::from_secs(rng.random_range(1..60)) },
            3 => SendError::TooMany { after: Duration::from_secs(rng.random_range(60..20_000)) },
            4..7 => SendError::Retry("502".to_owned()),
            7 | 8 => {
                self.unknown += 1;
                self.accept(at);
                SendError::Unknown("reset after".to_owned())
            }
            _ => {
                self.unknown += 1;
                SendError::Unknown("reset before".to_owned())
            }
        })
    }
}

/// What one process has of the platform.
pub struct Line {
    platform: Platform,
    number: u64,
}

impl State {
    /// What comes after `offset`: what was acknowledged is gone, and so is what was given out a day ago, for as
    /// long the platform keeps it.
    fn waiting(&mut self, offset: i64, now: Timestamp) -> Vec<RawUpdate> {
        self.acknowledged = self.acknowledged.max(offset);
        let gone = |id: &i64| self.given.get(id).is_some_and(|at| now.since(*at) > KEPT);
        let new =
            self.updates.iter().filter(|update| update.number > self.acknowledged && !gone(&update.number));
        let new: Vec<RawUpdate> = new.cloned().collect();
        for update in &new {
            self.given.entry(update.number).or_insert(now);
        }
        new
    }
}

/// Reads updates as the real channel does.
fn reader() -> &'static Telegram {
    static READER: OnceLock<Telegram> = OnceLock::new();
    READER.get_or_init(|| {
        let client = loa::http::http_client().expect("a client");
        let token = "7000000001:simulation".to_owned().into();
        Telegram::new(client, "http://127.0.0.1:9", token, Duration::from_secs(1)).expect("a channel")
    })
}

#[async_trait]
impl Channel for Line {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Telegram
    }

    async fn send(&self, call: &Call<'_>) -> Result<Sent, SendError> {
        let (answer, answered) = oneshot::channel();
        {
            let mut state = self.platform.state();
            state.came += 1;
            let (number, line) = (state.came, self.number);
            let text = call.content.text.text.clone();
            let sends = matches!(call.act, Act::Send);
            state.calls.push(Waiting {
                number,
                line,
                chat: call.chat.to_owned(),
                text,
                sends,
                fate: None,
                answer,
            });
        }
        // Where nobody answers any more, this process is dead, and nobody hears this.
        answered.await.unwrap_or_else(|_| Err(SendError::Retry("dead".to_owned())))
    }

    async fn receive(&self, offset: i64, wait: Duration) -> Result<Vec<RawUpdate>, ReceiveError> {
        let until = self.platform.clock.now() + wait;
        loop {
            let news = self.platform.news.notified();
            let new: Vec<RawUpdate> = self.platform.state().waiting(offset, self.platform.clock.now());
            if !new.is_empty() || self.platform.clock.now() >= until {
                return Ok(new);
            }
            tokio::select! {
                biased;
                () = news => {}
                () = self.platform.clock.sleep_until(until) => {}
            }
        }
    }

    fn read(&self, raw: &[u8], received_at: Timestamp) -> Parsed {
        reader().read(raw, received_at)
    }

    async fn fetch(&self, _file_id: &str, _max: usize) -> Result<Bytes, FetchError> {
        Err(FetchError::Gone("there are no files here".to_owned()))
    }

    async fn who_am_i(&self) -> Result<String, ReceiveError> {
        Ok("loa_bot".to_owned())
    }
}
