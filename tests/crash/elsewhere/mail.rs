//! People with mail programs, on real servers that a bad line leads to.

#[path = "../../email/people.rs"]
#[allow(dead_code, reason = "shared with the tests of mails")]
mod people;
#[path = "../../email/servers.rs"]
#[allow(dead_code, reason = "shared with the tests of mails")]
mod servers;

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use loa::domain::ChannelKind;
use loa::random::Random;
use loa::sandbox::{Accepted, Attempt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use people::{got, sends, with_photo};
use servers::{LOA, PASSWORD, Servers};

use super::{Elsewhere, accepted};
use crate::people::{REPORTERS, STAFF};
use crate::stage::AT_ONCE;

struct Mails {
    servers: Servers,
    /// The ports of the bad line.
    smtp: u16,
    imap: u16,
    is_bad: Arc<AtomicBool>,
}

/// The servers; `None` where they are not installed.
pub async fn start(seed: u64) -> Option<Box<dyn Elsewhere>> {
    let servers = servers::start()?;
    let is_bad = Arc::new(AtomicBool::new(false));
    let smtp = line(servers.smtp, Random::seeded(seed), is_bad.clone()).await.expect("a line");
    let imap = line(servers.imap, Random::seeded(seed + 1), is_bad.clone()).await.expect("a line");
    Some(Box::new(Mails { servers, smtp, imap, is_bad }))
}

/// A line to a port of this machine; while it is bad, it breaks at every thirtieth word of either side: before it arrives.
async fn line(to: u16, dice: Random, is_bad: Arc<AtomicBool>) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((here, _)) = listener.accept().await {
            let (dice, is_bad) = (dice.clone(), is_bad.clone());
            tokio::spawn(async move {
                let Ok(there) = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await else { return };
                let (here, there) = (here.into_split(), there.into_split());
                // When one direction ends, so does the other.
                tokio::select! {
                    () = carry(here.0, there.1, &dice, &is_bad) => {}
                    () = carry(there.0, here.1, &dice, &is_bad) => {}
                }
            });
        }
    });
    Ok(port)
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    dice: &Random,
    is_bad: &AtomicBool,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count) = from.read(&mut buffer).await {
        let breaks = is_bad.load(Ordering::Relaxed) && dice.below(30) == 0;
        if count == 0 || breaks || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

impl Mails {
    fn sends(&self, who: i64, text: &str, photo: Option<&[u8]>) {
        let who = who.to_string();
        let (mut head, mut body) = match got(&self.servers, &who).last() {
            Some(last) => last.answer(text),
            None => ("Subject: \r\n".to_owned(), text.to_owned()),
        };
        if let Some(photo) = photo {
            (head, body) = with_photo(&head, &body, photo);
        }
        block_in_place(|| Handle::current().block_on(sends(&self.servers, &who, &head, &body)));
    }
}

impl Elsewhere for Mails {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn config(&self, _listen: &str) -> String {
        format!(
            "[email]\naddress = \"{LOA}\"\npassword = \"{PASSWORD}\"\nauthserv_id = \"mx.loa.test\"\n\
             concurrency = {AT_ONCE}\nper_second = 300\n\
             [email.smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"bao\"\n\
             [email.imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"bao\"\n",
            self.smtp, self.imap
        )
    }

    fn id(&self, who: i64) -> String {
        format!("{who}@xa.test")
    }

    /// Everybody has a mailbox.
    fn arrives(&self, _who: i64) {}

    fn say(&self, who: i64, text: &str) {
        self.sends(who, text, None);
    }

    fn photo(&self, who: i64, bytes: Vec<u8>, caption: &str) {
        self.sends(who, caption, Some(&bytes));
    }

    fn last(&self, who: i64) -> String {
        got(&self.servers, &who.to_string()).pop().map(|mail| mail.text).unwrap_or_default()
    }

    /// On their way, or not yet marked as taken.
    fn pending(&self) -> usize {
        let unread = self.servers.mailbox("bao").iter().filter(|(flags, _)| !flags.contains('S')).count();
        self.servers.on_their_way() + unread
    }

    fn goes_wrong(&self, wrong: bool) {
        self.is_bad.store(wrong, Ordering::Relaxed);
    }

    /// In the order in which the server took them, which may deliver them in another.
    fn accepted(&self) -> Vec<Accepted> {
        let mut lie: BTreeMap<String, (i64, String)> = BTreeMap::new();
        for who in STAFF.chain(REPORTERS) {
            let mails = got(&self.servers, &who.to_string());
            lie.extend(mails.into_iter().map(|mail| (mail.name, (who, mail.text))));
        }
        let taken = self.servers.taken_from(LOA).into_iter().enumerate();
        taken
            .map(|(seq, (at, name))| {
                let seq = u64::try_from(seq).expect("few") + 1;
                let (who, text) = lie.get(&name).unwrap_or_else(|| panic!("nobody got {name}"));
                // In this second, or before its end.
                let at = (at.timestamp() + 1) * 1_000_000;
                accepted(seq, at, "sendMessage", &who.to_string(), text, None)
            })
            .collect()
    }

    /// Real servers write down no more.
    fn attempts(&self) -> Vec<Attempt> {
        Vec::new()
    }

    fn violations(&self) -> Vec<String> {
        Vec::new()
    }
}
