//! The handle by which tests and the demonstration play the people and read what happened.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tokio_util::sync::DropGuard;

use super::chat::Standing;
use super::message::Place;
use super::options::{Limits, Options};
use super::people::{Impossible, Said};
use super::server::{self, Ended, Shared};
use super::view::Seen;
use super::webhook;
use super::world::{Person, SentAnswer, World};
use crate::sandbox::faults::Faults;
use crate::sandbox::log::{Accepted, Attempt, RateViolation, Violation};

/// A running practice platform. Cheap to clone; it stops when the last handle is dropped.
///
/// What people do is plain and immediate. Asking somebody for what they cannot do (write in a group they are
/// not in, press a button that is not there) panics with the reason, since it is a mistake of the script.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
    url: Arc<str>,
    ended: Ended,
    _stop: Arc<DropGuard>,
}

#[track_caller]
fn done<T>(result: Result<T, Impossible>) -> T {
    match result {
        Ok(value) => value,
        Err(why) => panic!("practice platform: {why}"),
    }
}

impl Sandbox {
    /// Starts listening and gives the handle. Must be called within a Tokio runtime; the server runs in it.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be bound.
    pub async fn start(options: Options) -> io::Result<Sandbox> {
        if !options.bind.ip().is_loopback() {
            let text = "the practice platform listens on loopback only";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let listener = tokio::net::TcpListener::bind(options.bind).await?;
        let address = listener.local_addr()?;
        let url = format!("http://{address}").into();
        let faults = Faults::new(options.seed);
        let now = (options.now)();
        let shared = Arc::new(Shared::new(World::new(options, now), faults, address.port()));
        let ended = server::serve(listener, Arc::clone(&shared));
        tokio::spawn(webhook::run(Arc::clone(&shared)));
        let guard = shared.stop.clone().drop_guard();
        Ok(Sandbox { shared, url, ended, _stop: Arc::new(guard) })
    }

    /// Where the bot finds the API, such as `http://127.0.0.1:40123` (teloxide's `api_url`); the page is there
    /// too.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The bot's token.
    pub fn token(&self) -> &str {
        &self.shared.token
    }

    /// Stops listening, ends waiting calls, and returns when all is closed (within about a second).
    pub async fn shutdown(&self) {
        self.shared.stop.cancel();
        self.ended.clone().await;
    }

    /// The list of faults.
    pub fn faults(&self) -> Faults {
        self.shared.faults.clone()
    }

    /// Changes the limits from now on.
    pub fn set_limits(&self, limits: Option<Limits>) {
        self.shared.act(|world| world.options.limits = limits);
    }

    /// The bot's user id.
    pub fn bot_id(&self) -> i64 {
        self.shared.look(|world| world.bot_id)
    }
}

/// The world: who there is.
impl Sandbox {
    /// Adds a person by first name; their private chat has the same number.
    pub fn add_user(&self, id: i64, first_name: &str) {
        self.add_person(Person::new(id, first_name));
    }

    /// Adds a person with everything about them.
    pub fn add_person(&self, person: Person) {
        self.shared.act(|world| world.add_person(person));
    }

    /// Adds a group without the bot; the first of `admins` is the owner. A number from -1000000000000 on
    /// down makes a supergroup.
    pub fn add_group(&self, id: i64, title: &str, members: &[i64], admins: &[i64]) {
        self.shared.act(|world| world.add_group(id, title, members, admins));
    }

    /// `by`, who is in the group, adds the bot to it (`my_chat_member` and a service message).
    #[track_caller]
    pub fn add_bot(&self, group: i64, by: i64) {
        done(self.shared.act(|world| world.moves_bot(by, group, Standing::Member)));
    }

    /// `by` throws the bot out of the group.
    #[track_caller]
    pub fn remove_bot(&self, group: i64, by: i64) {
        done(self.shared.act(|world| world.moves_bot(by, group, Standing::Kicked)));
    }

    /// `by` makes the bot an administrator, or no longer one.
    #[track_caller]
    pub fn set_bot_admin(&self, group: i64, by: i64, admin: bool) {
        let new = if admin { Standing::Admin } else { Standing::Member };
        done(self.shared.act(|world| world.moves_bot(by, group, new)));
    }

    /// A person joins a group.
    #[track_caller]
    pub fn join(&self, user: i64, group: i64) {
        done(self.shared.act(|world| world.moves(user, group, Standing::Member)));
    }

    /// A person leaves a group.
    #[track_caller]
    pub fn leave(&self, user: i64, group: i64) {
        done(self.shared.act(|world| world.moves(user, group, Standing::Left)));
    }

    /// A small group becomes the supergroup `new` (-1000000000000 or below).
    #[track_caller]
    pub fn migrate_group(&self, old: i64, new: i64) {
        done(self.shared.act(|world| world.migrates(old, new)));
    }
}

/// What people do.
impl Sandbox {
    /// A person writes; gives the message's number. `chat` is the person's own number or a group's.
    #[track_caller]
    pub fn say(&self, user: i64, chat: i64, text: &str) -> i64 {
        done(self.shared.act(|world| world.says(user, chat, Said::text(text))))
    }

    /// A person answers a message.
    #[track_caller]
    pub fn say_reply(&self, user: i64, chat: i64, reply_to: i64, text: &str) -> i64 {
        let said = Said { reply_to: Some(reply_to), ..Said::text(text) };
        done(self.shared.act(|world| world.says(user, chat, said)))
    }

    /// A person changes what they wrote (`edited_message`).
    #[track_caller]
    pub fn edit(&self, user: i64, chat: i64, message_id: i64, text: &str) {
        done(self.shared.act(|world| world.corrects(user, chat, message_id, text)));
    }

    /// A person sends a picture (JPEG, PNG or WebP).
    #[track_caller]
    pub fn send_photo(&self, user: i64, chat: i64, bytes: impl Into<Bytes>, caption: &str) -> i64 {
        let bytes = bytes.into();
        done(self.shared.act(|world| world.sends_photo(user, chat, bytes, caption)))
    }

    /// A person sends pictures as one album: one message and one update each, with the same
    /// `media_group_id`; the caption is on the first.
    #[track_caller]
    pub fn send_album<B: Into<Bytes>>(
        &self,
        user: i64,
        chat: i64,
        pictures: Vec<B>,
        caption: &str,
    ) -> Vec<i64> {
        let pictures = pictures.into_iter().map(Into::into).collect();
        done(self.shared.act(|world| world.sends_album(user, chat, pictures, caption)))
    }

    /// A person sends a file.
    #[track_caller]
    pub fn send_document(
        &self,
        user: i64,
        chat: i64,
        name: &str,
        mime: &str,
        bytes: impl Into<Bytes>,
        caption: &str,
    ) -> i64 {
        let bytes = bytes.into();
        done(self.shared.act(|world| world.sends_document(user, chat, name, mime, bytes, caption)))
    }

    /// A person shares a point.
    #[track_caller]
    pub fn send_location(&self, user: i64, chat: i64, latitude: f64, longitude: f64) -> i64 {
        let place = Place { latitude, longitude, title: None, address: None };
        done(self.shared.act(|world| world.shares_place(user, chat, place)))
    }

    /// A person shares a named place.
    #[track_caller]
    pub fn send_venue(&self, user: i64, chat: i64, title: &str, address: &str, at: (f64, f64)) -> i64 {
        let place = Place {
            latitude: at.0,
            longitude: at.1,
            title: Some(title.into()),
            address: Some(address.into()),
        };
        done(self.shared.act(|world| world.shares_place(user, chat, place)))
    }

    /// A person presses the button with this label (or else this data); gives the query's identifier.
    #[track_caller]
    pub fn press(&self, user: i64, chat: i64, message_id: i64, button: &str) -> String {
        done(self.shared.act(|world| world.presses(user, chat, message_id, button)))
    }

    /// A press with any data, whether or not the message shows such a button (a stale screen, a forgery).
    #[track_caller]
    pub fn press_data(&self, user: i64, chat: i64, message_id: i64, data: &str) -> String {
        done(self.shared.act(|world| world.queries_bot(user, chat, message_id, data)))
    }

    /// A person opens `t.me/<bot>?start=PARAMETER` (`/start PARAMETER`).
    #[track_caller]
    pub fn open_link(&self, user: i64, parameter: &str) -> i64 {
        done(self.shared.act(|world| world.opens_link(user, parameter)))
    }

    /// A person blocks the bot.
    #[track_caller]
    pub fn block(&self, user: i64) {
        done(self.shared.act(|world| world.moves_bot(user, user, Standing::Kicked)));
    }

    /// A person unblocks the bot.
    #[track_caller]
    pub fn unblock(&self, user: i64) {
        done(self.shared.act(|world| world.moves_bot(user, user, Standing::Member)));
    }

    /// Queues any update as it is, for kinds that are not played; gives its number, filled in if missing.
    pub fn inject_raw_update(&self, update: Value) -> i64 {
        self.shared.act(|world| world.push_raw(update))
    }
}

/// What can be read.
impl Sandbox {
    /// The messages of a chat as people see them now.
    pub fn chat(&self, chat: i64) -> Vec<Seen> {
        self.shared.look(|world| world.seen(chat))
    }

    /// The last message of a chat.
    pub fn last(&self, chat: i64) -> Option<Seen> {
        self.shared.look(|world| {
            let message = world.chats.get(&chat)?.messages.values().next_back()?;
            Some(world.see(message))
        })
    }

    /// A readable transcript of a chat, without numbers and dates.
    pub fn render_chat(&self, chat: i64) -> String {
        self.shared.look(|world| world.render(chat))
    }

    /// The transcripts of all chats.
    pub fn render_all(&self) -> String {
        self.shared.look(World::render_all)
    }

    /// The answer to a pressed button, once the bot gave one.
    pub fn answer_to(&self, query_id: &str) -> Option<SentAnswer> {
        self.shared.look(|world| world.answers.get(query_id).cloned())
    }

    /// All accepted calls. Copies; at many thousands prefer [`Sandbox::with_accepted`].
    pub fn accepted(&self) -> Vec<Accepted> {
        self.with_accepted(<[Accepted]>::to_vec)
    }

    /// Looks at the accepted calls in place. The function must not use the sandbox, which is locked.
    pub fn with_accepted<T>(&self, f: impl FnOnce(&[Accepted]) -> T) -> T {
        self.shared.look(|world| f(&world.log.accepted))
    }

    /// How many calls were accepted.
    pub fn accepted_count(&self) -> usize {
        self.with_accepted(<[Accepted]>::len)
    }

    /// All calls as they arrived.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.shared.look(|world| world.log.attempts.clone())
    }

    /// How many calls arrived.
    pub fn attempt_count(&self) -> usize {
        self.shared.look(|world| world.log.attempts.len())
    }

    /// Calls that a correct bot never makes; tests assert that there are none.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.look(|world| world.log.violations.clone())
    }

    /// Calls that came too fast.
    pub fn rate_violations(&self) -> Vec<RateViolation> {
        self.shared.look(|world| world.log.rate.clone())
    }

    /// How many updates the bot has not acknowledged yet.
    pub fn pending_updates(&self) -> usize {
        self.shared.look(|world| world.mail.len())
    }

    /// Waits until `check` gives something; it is asked again whenever anything changes.
    ///
    /// # Panics
    /// With the transcript of all chats, when nothing came within [`Options::wait_bound`].
    pub async fn wait_for<T>(&self, mut check: impl FnMut(&Sandbox) -> Option<T>) -> T {
        let mut changed = self.shared.changed.subscribe();
        let search = async {
            loop {
                changed.borrow_and_update();
                if let Some(found) = check(self) {
                    return found;
                }
                // The sender lives as long as this handle.
                changed.changed().await.ok();
            }
        };
        match tokio::time::timeout(self.shared.wait_bound, search).await {
            Ok(found) => found,
            Err(_) => {
                let bound = self.shared.wait_bound;
                panic!("practice platform: nothing came within {bound:?}; the chats:\n{}", self.render_all())
            }
        }
    }
}
