//! The handle: starting, stopping, who there is, what they do, and what can be read.

use std::io;
use std::sync::Arc;

use axum::Router;
use tokio_util::sync::DropGuard;

use super::log::{MailAccepted, MailViolation};
use super::options::MailOptions;
use super::people::Written;
use super::practice;
use super::server::{self, Protocol, Shared};
use super::view::{MailFile, MailSeen};
use super::world::World;
use crate::sandbox::acting::done;
use crate::sandbox::door::{self, Ended};
use crate::sandbox::waiting::wait_for;

/// A running mail server. Cheap to clone; it stops when the last handle is dropped.
///
/// What people do is plain and immediate. Asking somebody for what they cannot do (answer a mail that they do not have)
/// panics with the reason, since it is a mistake of the script.
#[derive(Clone)]
pub struct Mail {
    pub(super) shared: Arc<Shared>,
    smtp: u16,
    imap: u16,
    ended: (Ended, Ended),
    _stop: Arc<DropGuard>,
}

impl Mail {
    /// Starts listening and gives the handle. Must be called within a Tokio runtime; the servers run in it.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be bound.
    pub async fn start(options: MailOptions) -> io::Result<Mail> {
        let (for_smtp, for_imap) = (door::bind(options.bind).await?, door::bind(options.bind).await?);
        let (smtp, imap) = (for_smtp.local_addr()?.port(), for_imap.local_addr()?.port());
        let now = (options.now)();
        let shared = Arc::new(Shared::new(World::new(options, now), smtp));
        let ended = (
            server::serve(for_smtp, Arc::clone(&shared), Protocol::Smtp),
            server::serve(for_imap, Arc::clone(&shared), Protocol::Imap),
        );
        let guard = shared.stop.clone().drop_guard();
        Ok(Mail { shared, smtp, imap, ended, _stop: Arc::new(guard) })
    }

    /// The ports on loopback: to hand mails over, and to read the mailbox.
    pub fn ports(&self) -> (u16, u16) {
        (self.smtp, self.imap)
    }

    /// What it was started with.
    pub fn options(&self) -> MailOptions {
        self.shared.look(|world| world.options.clone())
    }

    /// The routes with which a page of another server plays these people.
    pub(in crate::sandbox) fn page_routes(&self) -> Router {
        practice::for_page().with_state(Arc::clone(&self.shared))
    }

    /// Stops listening, ends all conversations, and returns when all is closed.
    pub async fn shutdown(&self) {
        self.shared.stop.cancel();
        self.ended.0.clone().await;
        self.ended.1.clone().await;
    }
}

/// The people.
impl Mail {
    /// Adds a person with a mailbox, by address and name.
    pub fn add_user(&self, address: &str, name: &str) {
        self.shared.act(|world| world.add_user(address, name));
    }

    /// A person writes to the service. Gives the mail's name, as both of these do.
    #[track_caller]
    pub fn write(&self, from: &str, subject: &str, text: &str, files: Vec<MailFile>) -> String {
        let written = Written { subject, text, files, answers: None };
        done(self.shared.act(|world| world.writes(from, written)))
    }

    /// A person answers a mail that they have.
    #[track_caller]
    pub fn answer(&self, from: &str, mail: &str, text: &str) -> String {
        let written = Written { text, answers: Some(mail), ..Written::default() };
        done(self.shared.act(|world| world.writes(from, written)))
    }
}

/// What can be read.
impl Mail {
    /// All that a person and the service wrote to each other, as the person's program shows it.
    pub fn talk(&self, address: &str) -> Vec<MailSeen> {
        self.shared.look(|world| world.talk(address).to_vec())
    }

    /// A readable transcript of it.
    pub fn render_talk(&self, address: &str) -> String {
        self.shared.look(|world| world.render(address))
    }

    /// Looks at the mails that were taken from the service. The function must not use the server, which is locked.
    pub fn with_accepted<T>(&self, f: impl FnOnce(&[MailAccepted]) -> T) -> T {
        self.shared.look(|world| f(&world.log.accepted))
    }

    /// How many mails were handed over, taken or not.
    pub fn attempt_count(&self) -> usize {
        self.shared.look(|world| world.log.attempts)
    }

    /// What a correct program never does; tests assert that there is none.
    pub fn violations(&self) -> Vec<MailViolation> {
        self.shared.look(|world| world.log.violations.clone())
    }

    /// How many mails the service has not marked as read.
    pub fn unread(&self) -> usize {
        self.shared.look(|world| world.mailbox.iter().filter(|mail| !mail.seen).count())
    }

    /// Waits until `check` gives something; it is asked again whenever anything changes.
    ///
    /// # Panics
    /// With all transcripts, when nothing came within `wait_bound` of the options.
    pub async fn wait_for<T>(&self, mut check: impl FnMut(&Mail) -> Option<T>) -> T {
        let (changed, bound) = (&self.shared.changed, self.shared.wait_bound);
        let all =
            || self.shared.look(|world| world.people.keys().map(|address| world.render(address)).collect());
        wait_for(changed, bound, || check(self), all).await
    }
}
