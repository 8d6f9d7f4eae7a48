//! Mails on their way in. A mail is marked as read only by the request after the one that gave it, when it is on the
//! disk here; nothing is ever deleted.

use std::time::Duration;

use async_imap::extensions::idle::IdleResponse;
use async_imap::types::{Fetch, Flag};
use bytes::Bytes;
use chrono::{DateTime, FixedOffset, TimeDelta};
use futures::TryStreamExt;
use mail_parser::MessageParser;
use sha2::{Digest, Sha256};

use crate::channel::{FetchError, RawUpdate, ReceiveError};

use super::Server;
use super::imap::{Mailbox, failed, log_in};
use super::stored::{Spot, Stored};

/// The heaviest mail of which more than the head is taken, in bytes: what the large providers let through.
const MOST_BYTES: u32 = 25 * 1024 * 1024;
/// Mails in one answer.
const AT_ONCE: usize = 10;
/// How often a server is asked that cannot tell by itself (RFC 2177).
const ASK_EVERY: Duration = Duration::from_secs(10);
/// Where numbers begin anew, older mails are left alone: what came of them is forgotten after 30 days, so that they
/// would be taken for new ones.
const AS_OLD_AS: TimeDelta = TimeDelta::days(25);

/// A session, and where it stands.
pub(super) struct Seat {
    mailbox: Mailbox,
    validity: u32,
    can_idle: bool,
    /// Up to which number mails are marked as read.
    marked: u32,
}

type Failed = async_imap::error::Error;

impl Seat {
    /// Begins a session.
    pub(super) async fn take(server: &Server, folder: &str) -> Result<Self, ReceiveError> {
        let mut mailbox = log_in(server).await?;
        let can_idle = mailbox.capabilities().await.map_err(|e| failed(&e))?.has_str("IDLE");
        let selected = mailbox.select(folder).await.map_err(|e| failed(&e))?;
        let validity = selected.uid_validity.ok_or_else(|| failed(&"the server gives no UIDVALIDITY"))?;
        Ok(Self { mailbox, validity, can_idle, marked: 0 })
    }

    /// Marks what `offset` says is stored, and gives what comes after it; waits up to `wait` for the first.
    pub(super) async fn receive(
        mut self,
        offset: i64,
        wait: Duration,
    ) -> Result<(Self, Vec<RawUpdate>), ReceiveError> {
        self.mark(Spot::reached(self.validity, offset)).await.map_err(|e| failed(&e))?;
        let mut found = self.find(offset).await.map_err(|e| failed(&e))?;
        if found.is_empty() && !wait.is_zero() {
            self = self.wait(wait).await.map_err(|e| failed(&e))?;
            found = self.find(offset).await.map_err(|e| failed(&e))?;
        }
        let mut updates = Vec::new();
        for uid in found.into_iter().take(AT_ONCE) {
            updates.extend(self.get(uid).await.map_err(|e| failed(&e))?);
        }
        Ok((self, updates))
    }

    async fn mark(&mut self, reached: u32) -> Result<(), Failed> {
        if reached > self.marked {
            let command = format!("UID STORE {}:{reached} +FLAGS.SILENT (\\Seen)", self.marked + 1);
            self.mailbox.run_command_and_check_ok(command).await?;
            self.marked = reached;
        }
        Ok(())
    }

    /// The numbers of the mails after `offset`, in order.
    async fn find(&mut self, offset: i64) -> Result<Vec<u32>, Failed> {
        // News from before the search are not news after it.
        while self.mailbox.unsolicited_responses.try_recv().is_ok() {}
        let reached = Spot::reached(self.validity, offset);
        if reached == 0 {
            return self.begin(offset != 0).await;
        }
        let found = self.mailbox.uid_search(format!("UID {}:*", reached.saturating_add(1))).await?;
        // `*` is the last mail, also where its number is smaller.
        let mut found: Vec<u32> = found.into_iter().filter(|uid| *uid > reached).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Where there is no number yet, what nobody has read; where numbers were given anew, all that may not have been
    /// taken: what was is known by its name.
    async fn begin(&mut self, anew: bool) -> Result<Vec<u32>, Failed> {
        let all = self.mailbox.uid_fetch("1:*", "(UID FLAGS INTERNALDATE)").await?;
        let all: Vec<Fetch> = all.try_collect().await?;
        let newest = all.iter().filter_map(Fetch::internal_date).max();
        let fresh = |at: Option<DateTime<FixedOffset>>| match (at, newest) {
            (Some(at), Some(newest)) => newest - at < AS_OLD_AS,
            _ => true,
        };
        let wanted = |mail: &&Fetch| anew || !mail.flags().any(|flag| flag == Flag::Seen);
        let wanted = all.iter().filter(wanted).filter(|mail| fresh(mail.internal_date()));
        let mut found: Vec<u32> = wanted.filter_map(|mail| mail.uid).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Waits for news, or until the time is over.
    async fn wait(mut self, wait: Duration) -> Result<Self, Failed> {
        if !self.can_idle {
            // Nothing ever comes: the time is over either way.
            let _ = tokio::time::timeout(wait.min(ASK_EVERY), std::future::pending::<()>()).await;
            self.mailbox.noop().await?;
            return Ok(self);
        }
        let Self { mailbox, validity, can_idle, marked } = self;
        let news = mailbox.unsolicited_responses.clone();
        let mut idle = mailbox.idle();
        idle.init().await?;
        // What came since the search is told before the server waits, and not once more.
        if news.is_empty() {
            // Of its own accord it waits anew whenever the server says that it is still there.
            let (heard, _stop) = idle.wait_with_timeout(wait);
            if let Ok(heard) = tokio::time::timeout(wait, heard).await
                && matches!(heard?, IdleResponse::ManualInterrupt)
            {
                return Err(Failed::ConnectionLost);
            }
        }
        let mailbox = idle.done().await?;
        Ok(Self { mailbox, validity, can_idle, marked })
    }

    /// One mail; `None` where it is not there any more.
    async fn get(&mut self, uid: u32) -> Result<Option<RawUpdate>, Failed> {
        let Some(size) = self.one(uid, "(UID RFC822.SIZE)").await?.and_then(|mail| mail.size) else {
            return Ok(None);
        };
        let head_only = size > MOST_BYTES;
        let what = if head_only { "(UID BODY.PEEK[HEADER])" } else { "(UID BODY.PEEK[])" };
        let Some(mail) = self.one(uid, what).await? else { return Ok(None) };
        let bytes = if head_only { mail.header() } else { mail.body() };
        let spot = Spot { validity: self.validity, uid };
        Ok(bytes.map(|bytes| RawUpdate {
            key: key(bytes, spot),
            number: spot.number(),
            body: Stored::write(spot, u64::from(size), head_only, bytes),
        }))
    }

    async fn one(&mut self, uid: u32, what: &str) -> Result<Option<Fetch>, Failed> {
        let answers = self.mailbox.uid_fetch(uid.to_string(), what).await?;
        let answers: Vec<Fetch> = answers.try_collect().await?;
        Ok(answers.into_iter().find(|mail| mail.uid == Some(uid)))
    }

    /// A file that came with a mail, by the id that `read` gave it.
    pub(super) async fn fetch(mut self, file_id: &str, max: usize) -> Result<Bytes, FetchError> {
        let gone = |why: &str| FetchError::Gone(why.to_owned());
        let (spot, part) = file_id.rsplit_once(':').ok_or_else(|| gone("no file of a mail"))?;
        let spot = Spot::read(spot).ok_or_else(|| gone("no file of a mail"))?;
        let part: usize = part.parse().map_err(|_| gone("no file of a mail"))?;
        if spot.validity != self.validity {
            return Err(gone("the server has given its mails other numbers"));
        }
        let mail = self.one(spot.uid, "(UID BODY.PEEK[])").await;
        let mail = mail.map_err(|error| FetchError::Failed(error.to_string()))?;
        let mail = mail.as_ref().and_then(Fetch::body).ok_or_else(|| gone("the mail was deleted"))?;
        let parsed = MessageParser::default().parse(mail).ok_or_else(|| gone("the mail cannot be read"))?;
        let bytes = parsed.parts.get(part).map(|part| part.contents()).ok_or_else(|| gone("no such part"))?;
        if bytes.len() > max { Err(FetchError::TooLarge { max }) } else { Ok(Bytes::copy_from_slice(bytes)) }
    }
}

/// By what a mail is known when it comes again, perhaps under another number: its own name, or where it lies.
fn key(mail: &[u8], spot: Spot) -> String {
    let parsed = MessageParser::default().parse_headers(mail);
    match parsed.as_ref().and_then(|mail| mail.message_id()).filter(|name| !name.is_empty()) {
        Some(name) => format!("mail:{}", hex::encode(&Sha256::digest(name)[..16])),
        None => spot.code(),
    }
}
