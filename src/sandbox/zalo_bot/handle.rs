//! The handle: starting, stopping, who there is, and what they do.

use std::io;
use std::sync::Arc;

use axum::Router;
use serde_json::Value;
use tokio_util::sync::DropGuard;

use super::options::ZaloBotOptions;
use super::people::Said;
use super::practice;
use super::server::{self, Shared};
use super::webhook;
use super::world::World;
use crate::sandbox::acting::done;
use crate::sandbox::door::{self, Ended};
use crate::sandbox::faults::Faults;

/// A running stand-in of Zalo's bot platform. Cheap to clone; it stops when the last handle is dropped.
///
/// What people do is plain and immediate. Asking somebody for what they cannot do (write in a group they are
/// not in) panics with the reason, since it is a mistake of the script.
#[derive(Clone)]
pub struct ZaloBot {
    pub(super) shared: Arc<Shared>,
    url: Arc<str>,
    ended: Ended,
    _stop: Arc<DropGuard>,
}

impl ZaloBot {
    /// Starts listening and gives the handle. Must be called within a Tokio runtime; the server runs in it.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be bound, or no HTTP client can be made.
    pub async fn start(options: ZaloBotOptions) -> io::Result<ZaloBot> {
        let listener = door::bind(options.bind).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let now = (options.now)();
        let shared = Arc::new(Shared::new(World::new(options, now, &url))?);
        let ended = server::serve(listener, Arc::clone(&shared));
        tokio::spawn(webhook::run(Arc::clone(&shared)));
        let guard = shared.stop.clone().drop_guard();
        Ok(ZaloBot { shared, url: url.into(), ended, _stop: Arc::new(guard) })
    }

    /// Where the bot finds the API, such as `http://127.0.0.1:40123`: calls go to `{url}/bot{token}/{method}`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The token that was good last; see [`expire_token`](ZaloBot::expire_token).
    pub fn token(&self) -> String {
        self.shared.look(|world| world.options.token.clone())
    }

    /// The bot's id, the part of the token before the colon.
    pub fn bot_id(&self) -> String {
        self.shared.look(World::bot_id)
    }

    /// Revokes the token: from now on every call is answered 401, also a `getUpdates` that waits.
    pub fn expire_token(&self) {
        self.shared.act(|world| {
            world.token = None;
            world.mail.arrivals += 1;
        });
    }

    /// Makes this the token from now on, and no other.
    pub fn set_token(&self, token: &str) {
        self.shared.act(|world| {
            world.token = Some(token.into());
            world.options.token = token.into();
        });
    }

    /// Changes options that can change while it runs: the plan, the shapes of updates.
    pub fn change(&self, change: impl FnOnce(&mut ZaloBotOptions)) {
        self.shared.act(|world| change(&mut world.options));
    }

    /// The list of faults. A rule's chat is a person's or a group's id. `Migrate` means nothing here and is
    /// answered like `NotFound`; `TooMany` tells the bot no time.
    pub fn faults(&self) -> Faults {
        self.shared.faults.clone()
    }

    /// The routes with which a page of another server plays these people.
    pub(in crate::sandbox) fn page_routes(&self) -> Router {
        practice::for_page().with_state(Arc::clone(&self.shared))
    }

    /// Stops listening, ends waiting calls, and returns when all is closed (within about a second).
    pub async fn shutdown(&self) {
        self.shared.stop.cancel();
        self.ended.clone().await;
    }
}

/// The people.
impl ZaloBot {
    /// Adds a person by id and name; their chat with the bot has the same id. Until they write there, the bot
    /// cannot.
    pub fn add_user(&self, id: &str, name: &str) {
        self.shared.act(|world| world.add_user(id, name));
    }

    /// Adds a group with these people and the bot, which hears nothing of it.
    #[track_caller]
    pub fn add_group(&self, id: &str, title: &str, members: &[&str]) {
        done(self.shared.act(|world| world.add_group(id, title, members)));
    }

    #[track_caller]
    fn does(&self, user: &str, said: Said) -> String {
        done(self.shared.act(|world| world.says(user, said)))
    }

    /// A person writes to the bot. Gives the message's id, as all of these do.
    #[track_caller]
    pub fn say(&self, user: &str, text: &str) -> String {
        self.does(user, Said::Text(text.into()))
    }

    /// A person sends a picture to the bot; the caption may be empty.
    #[track_caller]
    pub fn send_photo(&self, user: &str, bytes: Vec<u8>, caption: &str) -> String {
        self.does(user, Said::Photo { bytes: bytes.into(), caption: caption.into() })
    }

    /// A person says something aloud.
    #[track_caller]
    pub fn send_voice(&self, user: &str, bytes: Vec<u8>) -> String {
        self.does(user, Said::Voice(bytes.into()))
    }

    /// A person sends a sticker, named by its id.
    #[track_caller]
    pub fn send_sticker(&self, user: &str, sticker: &str) -> String {
        self.does(user, Said::Sticker(sticker.into()))
    }

    /// A person sends what bots are not given (a file, a contact card, anything if they are protected). The
    /// update says who it was only `with_message`.
    #[track_caller]
    pub fn send_unsupported(&self, user: &str, with_message: bool) -> String {
        self.does(user, Said::Unsupported { with_message })
    }

    /// A person writes in a group. The bot hears of it only if the text holds `@` and its name.
    #[track_caller]
    pub fn say_in_group(&self, user: &str, group: &str, text: &str) -> String {
        done(self.shared.act(|world| world.says_in_group(user, group, text, None)))
    }

    /// A person answers a message in a group. The bot hears of it also if the message is its own.
    #[track_caller]
    pub fn reply_in_group(&self, user: &str, group: &str, to: &str, text: &str) -> String {
        done(self.shared.act(|world| world.says_in_group(user, group, text, Some(to))))
    }

    /// Queues an update as it is, whatever it is.
    pub fn inject_raw(&self, update: Value) {
        let chat = update["message"]["chat"]["id"].as_str().unwrap_or_default().to_owned();
        self.shared.act(|world| world.push(&chat, &update));
    }
}
