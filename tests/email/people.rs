//! People with a mail program of their own: they write over SMTP, and read what lies in their mailbox.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::address::Envelope;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use mail_parser::{Message, MessageParser, MimeHeaders};

use super::servers::{LOA, Servers};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A mail that somebody got.
#[derive(Clone, Debug)]
pub struct Got {
    pub subject: String,
    pub text: String,
    pub html: String,
    pub name: String,
    pub references: String,
    /// Whether a picture is attached.
    pub photo: bool,
}

impl Got {
    fn read(bytes: &[u8]) -> Self {
        let mail: Message<'_> = MessageParser::default().parse(bytes).expect("a mail");
        let header = |name: &'static str| mail.header_raw(name).unwrap_or_default().trim().to_owned();
        Self {
            subject: mail.subject().unwrap_or_default().to_owned(),
            text: mail.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
            html: mail.body_html(0).unwrap_or_default().into_owned(),
            name: mail.message_id().unwrap_or_default().to_owned(),
            references: header("References"),
            photo: mail
                .attachments()
                .any(|part| part.content_type().is_some_and(|kind| kind.ctype() == "image")),
        }
    }

    /// The number of the choice with these words.
    pub fn number(&self, words: &str) -> String {
        let line = self.text.lines().find(|line| line.contains(words) && line.contains(". "));
        let line = line.unwrap_or_else(|| panic!("no choice {words:?} in:\n{}", self.text));
        line.split('.').next().unwrap_or_default().to_owned()
    }

    /// The path of the link with these words.
    pub fn path(&self, words: &str) -> String {
        let before = self.html.split(words).next().unwrap_or_default();
        let link =
            before.rsplit("href=\"").next().and_then(|rest| rest.split('"').next()).unwrap_or_default();
        link.find("/chon/")
            .map(|at| link[at..].to_owned())
            .unwrap_or_else(|| panic!("no link in:\n{}", self.html))
    }

    /// What answers this mail, as programs do it: with the original below.
    pub fn answer(&self, text: &str) -> (String, String) {
        let quoted: String = self.text.lines().map(|line| format!("> {line}\r\n")).collect();
        let head = format!(
            "Subject: Re: {}\r\nIn-Reply-To: <{}>\r\nReferences: {} <{}>\r\n",
            self.subject.chars().filter(char::is_ascii).collect::<String>(),
            self.name,
            self.references,
            self.name
        );
        let body = format!(
            "{text}\r\n\r\nVào Th 3, 24 thg 11, 2026 vào lúc 08:15 Ban Tuyên giáo <{LOA}>\r\nđã viết:\r\n\r\n{quoted}"
        );
        (head, body)
    }
}

/// Writes to loa: `server` is how the sender's own server greets, `head` what else stands above.
pub async fn write(servers: &Servers, server: &str, from: &str, head: &str, body: &str) {
    let kind = if head.contains("Content-Type") {
        String::new()
    } else {
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
            .to_owned()
    };
    let mail = format!("From: {from}\r\nTo: {LOA}\r\n{head}{kind}\r\n{body}\r\n");
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(servers.smtp)
        .hello_name(ClientId::Domain(server.to_owned()))
        .build();
    let address = |text: &str| text.parse().expect("an address");
    let envelope = Envelope::new(Some(address(from)), vec![address(LOA)]).expect("an envelope");
    transport.send_raw(&envelope, mail.as_bytes()).await.expect("taken");
}

/// The head and body of a mail with a picture attached; `head` is what else stands above.
pub fn with_photo(head: &str, text: &str, jpeg: &[u8]) -> (String, String) {
    with_files(head, text, &[("a.jpg", "image/jpeg", jpeg)])
}

/// The same with any files: name, kind and bytes.
pub fn with_files(head: &str, text: &str, files: &[(&str, &str, &[u8])]) -> (String, String) {
    let head = format!("{head}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n");
    let kind = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit";
    let mut body = format!("--b\r\n{kind}\r\n\r\n{text}\r\n");
    for (name, kind, bytes) in files {
        let lines = STANDARD.encode(bytes);
        let lines = lines.as_bytes().chunks(76).map(String::from_utf8_lossy);
        let lines = lines.collect::<Vec<_>>().join("\r\n");
        let kind = format!("Content-Type: {kind}; name=\"{name}\"\r\nContent-Transfer-Encoding: base64");
        body.push_str(&format!("--b\r\n{kind}\r\n\r\n{lines}\r\n"));
    }
    (head, format!("{body}--b--\r\n"))
}

/// A person at `xa.test`, honestly.
pub async fn says(servers: &Servers, who: &str, subject: &str, body: &str) {
    sends(servers, who, &format!("Subject: {subject}\r\n"), body).await;
}

/// The same with another head, to which a name is added.
pub async fn sends(servers: &Servers, who: &str, head: &str, body: &str) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let name = format!("Message-ID: <{}@xa.test>\r\n", NEXT.fetch_add(1, Ordering::Relaxed));
    write(servers, "xa.test", &format!("{who}@xa.test"), &format!("{head}{name}"), body).await;
}

/// Everything that somebody got.
pub fn got(servers: &Servers, who: &str) -> Vec<Got> {
    servers.mailbox(who).iter().map(|(_, bytes)| Got::read(bytes)).collect()
}

/// How often somebody was told what can be done. Other mails may come between, as being asked for consent once.
pub fn helps(servers: &Servers, who: &str) -> usize {
    got(servers, who).iter().filter(|mail| mail.text.contains("/baonhanh")).count()
}

/// Waits for the mail with these words, which is not one of the first `after`.
pub async fn gets(servers: &Servers, who: &str, after: usize, words: &str) -> Got {
    let mut found = None;
    until(servers, &format!("{words:?} for {who}"), async || {
        found = got(servers, who).into_iter().skip(after).find(|mail| mail.text.contains(words));
        found.is_some()
    })
    .await;
    found.expect("a mail")
}

/// Waits until something is so.
pub async fn until(servers: &Servers, what: &str, mut so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !so().await {
        if begun.elapsed() > PATIENCE {
            let all: Vec<String> = ["lan", "minh", "bao"]
                .iter()
                .flat_map(|who| {
                    got(servers, who)
                        .into_iter()
                        .map(move |mail| format!("{who}: {}\n{}", mail.subject, mail.text))
                })
                .collect();
            panic!("{what} does not come:\n{}\n{}", all.join("\n---\n"), servers.logs());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
