//! What the scenes of the mail server share: a server on a hand-set clock, and the project's own channel to it.

use std::time::Duration;

use loa::channel::email::links::ChoiceLinks;
use loa::channel::email::{Email, Security, Server, Settings};
use loa::channel::{Act, Call, Channel, FileSource, SendError};
use loa::domain::Timestamp;
use loa::domain::content::{Attachment, Button, Content, FileKind};
use loa::domain::ids::MessageId;
use loa::sandbox::{Mail, MailOptions};

use crate::kit::{Clock, MORNING};

pub const LAN: &str = "lan@xa.example";

/// Lan and Minh, who have mailboxes.
pub struct Scene {
    pub mail: Mail,
    pub clock: Clock,
    pub email: Email,
}

impl Scene {
    pub async fn new() -> Scene {
        let clock = Clock::new();
        let mail = Mail::start(MailOptions::new(clock.now())).await.expect("loopback can be bound");
        mail.add_user(LAN, "Lan");
        mail.add_user("minh@xa.example", "Minh");
        let email = Email::new(settings(&mail));
        Scene { mail, clock, email }
    }

    /// Sends a notice with two choices, and files.
    pub async fn sends(
        &self,
        id: i64,
        to: &str,
        words: &str,
        files: &[(&str, &[u8])],
    ) -> Result<String, SendError> {
        let press = |label: &str, data: &str| Button::Press { label: label.into(), data: data.into() };
        let attached = |(name, _): &(&str, &[u8])| {
            let kind = if name.ends_with("jpg") { FileKind::Photo } else { FileKind::Document };
            Attachment { sha256: String::new(), name: (*name).to_owned(), kind }
        };
        let content = Content {
            buttons: vec![vec![press("✅ Đã nhận", "c:1"), press("Không đến được", "c:2")]],
            hint: Some("👉 Trả lời bằng số, ví dụ 1.".into()),
            files: files.iter().map(attached).collect(),
            ..Content::text(words)
        };
        let mime = |name: &str| if name.ends_with("jpg") { "image/jpeg" } else { "application/pdf" };
        let sources = files.iter().map(|(name, bytes)| FileSource::Upload {
            bytes: bytes.to_vec().into(),
            mime: mime(name).to_owned(),
            url: None,
        });
        let sources: Vec<FileSource> = sources.collect();
        let call = Call {
            id: MessageId(id),
            at: Timestamp(MORNING),
            chat: to,
            act: Act::Send,
            content: &content,
            own_data: None,
            files: &sources,
        };
        self.email.send(&call).await.map(|sent| sent.message)
    }
}

pub fn settings(mail: &Mail) -> Settings {
    let options = mail.options();
    let (smtp, imap) = mail.ports();
    let server = |port| Server {
        host: "127.0.0.1".into(),
        port,
        security: Security::Plain,
        login: Some((options.address.clone(), options.password.clone().into())),
        ca: None,
    };
    Settings {
        address: options.address.clone(),
        name: "Ban Tuyên giáo".into(),
        smtp: server(smtp),
        imap: server(imap),
        folder: "INBOX".into(),
        require_auth: true,
        authserv_id: options.host,
        links: Some(ChoiceLinks::new("http://127.0.0.1:9", "key".to_owned().into())),
        key: "key".to_owned().into(),
        timeout: Duration::from_secs(5),
    }
}
