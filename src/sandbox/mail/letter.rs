//! A mail that a person writes, as their program and the servers on the way make it.

use bytes::Bytes;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

use super::options::MailOptions;
use super::people::Impossible;
use super::view::{MailFile, MailSeen};

/// What a person writes.
pub(super) struct Letter<'a> {
    pub from: &'a str,
    pub name: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    pub files: &'a [MailFile],
    /// The mail that is answered.
    pub answers: Option<&'a MailSeen>,
}

impl Letter<'_> {
    /// The mail as it lies in the service's mailbox: on top what the receiving server saw. `name` is its Message-ID.
    pub fn posted(&self, options: &MailOptions, name: &str, now: i64) -> Result<Bytes, Impossible> {
        let wrong = |_| Impossible::NotAnAddress;
        let from = Mailbox::new(Some(self.name.to_owned()), self.from.parse().map_err(wrong)?);
        let to = Mailbox::new(None, options.address.parse().map_err(wrong)?);
        let sent = std::time::UNIX_EPOCH + std::time::Duration::from_micros(u64::try_from(now).unwrap_or(0));
        let mut mail = Message::builder().from(from).to(to).date(sent).message_id(Some(format!("<{name}>")));
        if !self.subject.is_empty() {
            mail = mail.subject(self.subject);
        }
        if let Some(answered) = self.answers {
            let answered = format!("<{}>", answered.id);
            mail = mail.in_reply_to(answered.clone()).references(answered);
        }
        let words = SinglePart::plain(self.body());
        let mail = if self.files.is_empty() {
            mail.singlepart(words)
        } else {
            let parts = self.files.iter().map(|file| {
                let kind = if file.is_picture { kind_of(&file.bytes) } else { "application/octet-stream" };
                let kind = ContentType::parse(kind).unwrap_or(ContentType::TEXT_PLAIN);
                Attachment::new(file.name.clone()).body(file.bytes.to_vec(), kind)
            });
            mail.multipart(parts.fold(MultiPart::mixed().singlepart(words), MultiPart::singlepart))
        };
        let mail = mail.map_err(|_| Impossible::NotAnAddress)?.formatted();
        Ok([self.seen_on_the_way(options).into_bytes(), mail].concat().into())
    }

    /// The words, and below them what is answered, as programs quote it.
    fn body(&self) -> String {
        let Some(answered) = self.answers else { return self.text.to_owned() };
        let quoted: Vec<String> = answered.text.lines().map(|line| format!("> {line}")).collect();
        format!("{}\n\n{}", self.text, quoted.join("\n"))
    }

    /// What the receiving server notes: who handed it over, and that it vouches for the sender's domain.
    fn seen_on_the_way(&self, options: &MailOptions) -> String {
        let (host, domain) = (&options.host, self.from.rsplit_once('@').map_or("", |(_, domain)| domain));
        format!(
            "Return-Path: <{}>\r\nAuthentication-Results: {host}; dmarc=pass header.from={domain}\r\n\
             Received: from {domain} by {host}\r\n",
            self.from
        )
    }
}

fn kind_of(bytes: &[u8]) -> &'static str {
    image::guess_format(bytes).map_or("application/octet-stream", |format| format.to_mime_type())
}
