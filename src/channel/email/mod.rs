//! Mails: out over SMTP, in over IMAP, from any mail program to any other.
//!
//! One mail has one recipient. There are no buttons: what can be chosen is a numbered list, and a link where there is
//! an address of ours. What was sent cannot be changed. A mail is known by a name that only we can make (`names`), so
//! that answers and bounces find their message again.

mod attribution;
mod automatic;
mod bounce;
mod classify;
mod compose;
mod html;
mod html_text;
mod imap;
pub mod links;
mod names;
mod quote;
mod read;
mod receive;
mod sender;
mod smtp;
mod stored;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::domain::seal::Seal;
use crate::domain::{ChannelKind, Timestamp};

use super::{Act, Call, Channel, FetchError, Parsed, RawUpdate, ReceiveError, SendError, Sent};
use links::ChoiceLinks;
use names::Names;
use receive::Seat;
use smtp::Smtp;

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From its first byte.
    Tls,
    /// After a word in the clear, or not at all used.
    Starttls,
    /// Never: for a server on the same machine.
    Plain,
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// User and password; `None` where the server asks for none.
    pub login: Option<(String, SecretString)>,
    /// Certificates (PEM) that are believed besides the usual ones: of a server with one of its own making.
    pub ca: Option<Bytes>,
}

/// How mails go out and come in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Ours: who writes, and where answers go.
    pub address: String,
    /// The board's name: the sender's, and the heading of every mail. May be empty.
    pub name: String,
    pub smtp: Server,
    pub imap: Server,
    /// The folder into which mails come.
    pub folder: String,
    /// Whether only mails are believed for whose sender the receiving server vouches.
    pub require_auth: bool,
    /// How that server calls itself.
    pub authserv_id: String,
    /// Makes addresses for choices; `None` where there is no public one.
    pub links: Option<ChoiceLinks>,
    /// What the names of our mails are signed with.
    pub key: SecretString,
    /// The longest time for one step with a server.
    pub timeout: Duration,
}

/// The channel of mails.
pub struct Email {
    settings: Settings,
    names: Names,
    smtp: Smtp,
    /// The session in which mails are waited for, while nobody uses it.
    seat: Mutex<Option<Seat>>,
    /// Mails for whose sender nobody vouched.
    unvouched: AtomicU64,
}

impl Email {
    /// Sets the channel up; nothing is sent yet.
    pub fn new(settings: Settings) -> Self {
        let names = Names::new(Seal::new(settings.key.clone()), &settings.address);
        let domain = settings.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let smtp = Smtp::new(settings.smtp.clone(), domain, settings.timeout);
        Self { names, smtp, settings, seat: Mutex::default(), unvouched: AtomicU64::new(0) }
    }

    /// Proves that the mailbox can be opened. [`Channel::who_am_i`] only says so where it is refused: what cannot come
    /// in keeps nothing from going out.
    ///
    /// # Errors
    /// A login that is refused; a server or a folder that is not there.
    pub async fn open_mailbox(&self) -> Result<(), ReceiveError> {
        self.take_seat().await.map(drop)
    }

    async fn take_seat(&self) -> Result<Seat, ReceiveError> {
        let Settings { imap, folder, timeout, .. } = &self.settings;
        let taken = tokio::time::timeout(*timeout * 2, Seat::take(imap, folder)).await;
        taken.unwrap_or_else(|_| Err(ReceiveError::Failed("the mail server does not answer".to_owned())))
    }

    /// Says in the log how many mails were not believed: never whose.
    fn count(&self, updates: &[RawUpdate]) {
        let unvouched = |update: &&RawUpdate| {
            read::ignored(&update.body, &self.settings, &self.names) == Some(read::Nothing::Unvouched)
        };
        let new = updates.iter().filter(unvouched).count() as u64;
        if new > 0 {
            let count = self.unvouched.fetch_add(new, Ordering::Relaxed) + new;
            tracing::warn!(
                count,
                "a mail is passed over: the receiving server does not vouch for its sender"
            );
        }
    }
}

#[async_trait]
impl Channel for Email {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    async fn send(&self, call: &Call<'_>) -> Result<Sent, SendError> {
        match call.act {
            Act::Send => {}
            // Messages are laid out so that there is none of these for this channel.
            Act::Edit { .. } => return Err(SendError::MessageGone),
            Act::Answer { .. } => {
                return Err(SendError::Refused("a mail has no presses to answer".to_owned()));
            }
        }
        let mail = compose::compose(&self.settings, &self.names, call)?;
        self.smtp.send(&mail).await?;
        Ok(Sent { message: mail.name, file_ids: vec![None; call.files.len()] })
    }

    async fn receive(&self, offset: i64, wait: Duration) -> Result<Vec<RawUpdate>, ReceiveError> {
        let mut place = self.seat.lock().await;
        let seat = match place.take() {
            Some(seat) => seat,
            None => self.take_seat().await?,
        };
        let timeout = wait + self.settings.timeout * 4;
        let received = tokio::time::timeout(timeout, seat.receive(offset, wait)).await;
        let (seat, updates) = received
            .unwrap_or_else(|_| Err(ReceiveError::Failed("the mail server stopped answering".to_owned())))?;
        *place = Some(seat);
        self.count(&updates);
        Ok(updates)
    }

    fn read(&self, raw: &[u8], received_at: Timestamp) -> Parsed {
        read::read(raw, received_at, &self.settings, &self.names)
    }

    async fn fetch(&self, file_id: &str, max: usize) -> Result<Bytes, FetchError> {
        // A session of its own: the other one waits for mails.
        let seat = self.take_seat().await.map_err(|error| FetchError::Failed(error.to_string()))?;
        let fetched = tokio::time::timeout(self.settings.timeout * 4, seat.fetch(file_id, max)).await;
        fetched.unwrap_or_else(|_| Err(FetchError::Failed("the mail server stopped answering".to_owned())))
    }

    async fn who_am_i(&self) -> Result<String, ReceiveError> {
        self.smtp.try_out().await.map_err(|error| match error {
            SendError::Unauthorized => ReceiveError::Unauthorized,
            error => ReceiveError::Failed(error.to_string()),
        })?;
        match self.open_mailbox().await {
            Err(ReceiveError::Unauthorized) => Err(ReceiveError::Unauthorized),
            Ok(()) | Err(_) => Ok(self.settings.address.clone()),
        }
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").field("smtp", &self.settings.smtp.host).finish_non_exhaustive()
    }
}
