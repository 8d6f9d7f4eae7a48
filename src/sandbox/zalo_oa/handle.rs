//! The handle: starting, stopping, who there is, and what they do.

use std::io;
use std::sync::Arc;

use axum::Router;
use serde_json::Value;
use tokio_util::sync::DropGuard;

use super::options::ZaloOaOptions;
use super::people::Said;
use super::practice;
use super::server::{self, Shared};
use super::webhook;
use super::world::World;
use crate::sandbox::acting::done;
use crate::sandbox::door::{self, Ended};
use crate::sandbox::faults::Faults;

/// A running stand-in of an Official Account. Cheap to clone; it stops when the last handle is dropped.
///
/// What people do is plain and immediate. Asking somebody for what they cannot do (write in a group they are
/// not in) panics with the reason, since it is a mistake of the script.
#[derive(Clone)]
pub struct ZaloOa {
    pub(super) shared: Arc<Shared>,
    url: Arc<str>,
    ended: Ended,
    _stop: Arc<DropGuard>,
}

impl ZaloOa {
    /// Starts listening and gives the handle. Must be called within a Tokio runtime; the server runs in it.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be bound, or no HTTP client can be made.
    pub async fn start(options: ZaloOaOptions) -> io::Result<ZaloOa> {
        let listener = door::bind(options.bind).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let now = (options.now)();
        let shared = Arc::new(Shared::new(World::new(options, now, &url))?);
        let ended = server::serve(listener, Arc::clone(&shared));
        tokio::spawn(webhook::run(Arc::clone(&shared)));
        let guard = shared.stop.clone().drop_guard();
        Ok(ZaloOa { shared, url: url.into(), ended, _stop: Arc::new(guard) })
    }

    /// Where both hosts of Zalo's are: `{url}/v3.0/oa/…` and `{url}/v4/oa/access_token`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What somebody in charge of the account gets by hand: an access token and a refresh token. The refresh token
    /// that was good before is no more.
    pub fn authorise(&self) -> (String, String) {
        self.shared.act(World::authorise)
    }

    /// Revokes all access tokens; the refresh token stays good.
    pub fn revoke_access(&self) {
        self.shared.act(World::revoke_access);
    }

    /// Where events are pushed from now on, as it is entered in Zalo's console; with `None` they are lost.
    pub fn set_webhook(&self, url: Option<&str>) {
        self.shared.act(|world| world.mail.point(url.map(str::to_owned)));
    }

    /// Changes options that can change while it runs: plans, limits, the shapes of events.
    pub fn change(&self, change: impl FnOnce(&mut ZaloOaOptions)) {
        self.shared.act(|world| change(&mut world.options));
    }

    /// Forgets all that was uploaded.
    pub fn forget_uploads(&self) {
        self.shared.act(World::forget_uploads);
    }

    /// The list of faults. A rule's chat is a person's or a group's id, its method what follows `/oa/` in the path,
    /// such as `message/cs` or `access_token`. `Migrate` means nothing here and is answered like `NotFound`.
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
impl ZaloOa {
    /// Adds a person by id and name. Until they follow the account and write to it, it cannot write to them.
    pub fn add_user(&self, id: &str, name: &str) {
        self.shared.act(|world| world.add_user(id, name));
    }

    /// Adds a group that the account made, with these people.
    pub fn add_group(&self, id: &str, title: &str, members: &[&str]) {
        self.shared.act(|world| world.add_group(id, title, members, true));
    }

    /// Adds a group that is none of the account's.
    pub fn add_foreign_group(&self, id: &str, title: &str, members: &[&str]) {
        self.shared.act(|world| world.add_group(id, title, members, false));
    }

    /// A person follows the account.
    #[track_caller]
    pub fn follow(&self, user: &str) {
        done(self.shared.act(|world| world.follows(user, true)));
    }

    /// A person does not follow the account any more.
    #[track_caller]
    pub fn unfollow(&self, user: &str) {
        done(self.shared.act(|world| world.follows(user, false)));
    }

    #[track_caller]
    fn does(&self, user: &str, said: Said) -> String {
        done(self.shared.act(|world| world.says(user, said)))
    }

    /// A person writes to the account. Gives the message's id, as all of these do.
    #[track_caller]
    pub fn say(&self, user: &str, text: &str) -> String {
        self.does(user, Said::Text(text.into()))
    }

    /// A person sends a picture; the caption may be empty.
    #[track_caller]
    pub fn send_photo(&self, user: &str, bytes: Vec<u8>, caption: &str) -> String {
        self.does(user, Said::Photo { bytes: bytes.into(), caption: caption.into() })
    }

    /// A person sends a document.
    #[track_caller]
    pub fn send_file(&self, user: &str, name: &str, bytes: Vec<u8>) -> String {
        self.does(user, Said::File { name: name.into(), bytes: bytes.into() })
    }

    /// A person shares a place.
    #[track_caller]
    pub fn send_location(&self, user: &str, latitude: f64, longitude: f64) -> String {
        self.does(user, Said::Place { latitude, longitude })
    }

    /// A person says something aloud.
    #[track_caller]
    pub fn send_audio(&self, user: &str, bytes: Vec<u8>) -> String {
        self.does(user, Said::Audio(bytes.into()))
    }

    /// A person sends a sticker, named by its id.
    #[track_caller]
    pub fn send_sticker(&self, user: &str, sticker: &str) -> String {
        self.does(user, Said::Sticker(sticker.into()))
    }

    /// A person presses the button with this title under the account's last message to them.
    #[track_caller]
    pub fn press(&self, user: &str, title: &str) -> String {
        done(self.shared.act(|world| world.presses(user, title)))
    }

    /// The same under any message of the account's, in a group or in the person's own chat, which has their id.
    #[track_caller]
    pub fn press_under(&self, user: &str, chat: &str, message: &str, title: &str) -> String {
        done(self.shared.act(|world| world.presses_under(user, chat, message, title)))
    }

    /// A person looks at all that the account sent them.
    pub fn see(&self, user: &str) {
        self.shared.act(|world| world.sees(user));
    }

    /// A person writes in a group.
    #[track_caller]
    pub fn say_in_group(&self, user: &str, group: &str, text: &str) -> String {
        done(self.shared.act(|world| world.says_in_group(user, group, Said::Text(text.into()))))
    }

    /// A person sends a picture to a group.
    #[track_caller]
    pub fn send_photo_in_group(&self, user: &str, group: &str, bytes: Vec<u8>) -> String {
        let said = Said::Photo { bytes: bytes.into(), caption: String::new() };
        done(self.shared.act(|world| world.says_in_group(user, group, said)))
    }

    /// Queues an event as it is, whatever it is.
    pub fn inject_raw(&self, event: Value) {
        self.shared.act(|world| world.push("", &event));
    }
}
