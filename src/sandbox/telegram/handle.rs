//! The handle: starting, stopping, and who there is.

use std::io;
use std::sync::Arc;

use tokio_util::sync::DropGuard;

use super::chat::Standing;
use super::options::{Limits, Options};
use super::server::{self, Shared};
use super::webhook;
use super::world::{Person, World};
use crate::sandbox::acting::done;
use crate::sandbox::door::{self, Ended};
use crate::sandbox::faults::Faults;

/// A running practice platform. Cheap to clone; it stops when the last handle is dropped.
///
/// What people do is plain and immediate. Asking somebody for what they cannot do (write in a group they are
/// not in, press a button that is not there) panics with the reason, since it is a mistake of the script.
#[derive(Clone)]
pub struct Sandbox {
    pub(super) shared: Arc<Shared>,
    url: Arc<str>,
    ended: Ended,
    _stop: Arc<DropGuard>,
}

impl Sandbox {
    /// Starts listening and gives the handle. Must be called within a Tokio runtime; the server runs in it.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be bound.
    pub async fn start(mut options: Options) -> io::Result<Sandbox> {
        let listener = door::bind(options.bind).await?;
        let address = listener.local_addr()?;
        let url = format!("http://{address}").into();
        let faults = Faults::new(options.seed);
        let now = (options.now)();
        let beside = std::mem::take(&mut options.beside);
        let shared = Arc::new(Shared::new(World::new(options, now), faults, address.port()));
        let ended = server::serve(listener, Arc::clone(&shared), beside);
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
