//! A mail as a mail program shows it. Of its HTML only the heading and the links are looked at, as text.

use bytes::Bytes;
use mail_parser::{MessageParser, MimeHeaders};
use serde::Serialize;

/// A mail as people see it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MailSeen {
    /// Its Message-ID, without the angle brackets.
    pub id: String,
    /// Microseconds since the epoch.
    pub date: i64,
    /// Who wrote it: address and name.
    pub from: String,
    pub name: String,
    /// Whether the service wrote it.
    pub by_loa: bool,
    pub subject: String,
    /// The heading of its HTML; empty where there is none.
    pub heading: String,
    /// Its words, without what is quoted.
    pub text: String,
    /// What can be tapped: label and address.
    pub links: Vec<(String, String)>,
    pub files: Vec<MailFile>,
    /// The mail that it answers.
    pub answers: Option<String>,
}

/// A file that came with a mail.
#[derive(Clone, Debug, Serialize)]
pub struct MailFile {
    pub name: String,
    pub is_picture: bool,
    #[serde(skip)]
    pub bytes: Bytes,
}

impl MailSeen {
    /// Reads a mail of the service's.
    ///
    /// # Errors
    /// What it lacks that every mail has.
    pub(super) fn read(bytes: &[u8]) -> Result<MailSeen, &'static str> {
        let mail = MessageParser::default().parse(bytes).ok_or("this is no mail")?;
        let from = mail.from().and_then(|from| from.first()).ok_or("the mail has no From")?;
        let html = mail.body_html(0).unwrap_or_default();
        mail.date().ok_or("the mail has no Date")?;
        mail.to().ok_or("the mail has no To")?;
        Ok(MailSeen {
            id: mail.message_id().ok_or("the mail has no Message-ID")?.to_owned(),
            date: 0,
            from: from.address().ok_or("the mail has no From")?.to_lowercase(),
            name: from.name().unwrap_or_default().to_owned(),
            by_loa: true,
            subject: mail.subject().ok_or("the mail has no Subject")?.to_owned(),
            heading: inside(&html, "<h2", "</h2>").map(|(_, words)| words).next().unwrap_or_default(),
            text: mail.body_text(0).unwrap_or_default().replace("\r\n", "\n").trim_end().to_owned(),
            links: links(&html),
            files: mail.attachments().filter_map(file).collect(),
            answers: mail.in_reply_to().as_text().map(str::to_owned),
        })
    }

    /// The address behind the link whose label holds these words.
    pub fn link(&self, words: &str) -> Option<&str> {
        self.links.iter().find(|(label, _)| label.contains(words)).map(|(_, url)| url.as_str())
    }

    pub(super) fn render(&self) -> String {
        let files = self.files.iter().map(|file| format!("[📎 {}] ", file.name)).collect::<String>();
        let who = if self.by_loa { "📧" } else { "👤" };
        format!("{who} {} [{}]: {files}{}\n", self.name, self.subject, self.text.replace('\n', "\n    "))
    }
}

fn file(part: &mail_parser::MessagePart<'_>) -> Option<MailFile> {
    let name = part.attachment_name().unwrap_or("tệp").to_owned();
    let is_picture = part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("image"));
    let bytes = Bytes::copy_from_slice(part.contents());
    (!bytes.is_empty()).then_some(MailFile { name, is_picture, bytes })
}

/// Every element that begins and ends so: what stands in its tag, and its words.
fn inside<'a>(html: &'a str, begins: &'a str, ends: &'a str) -> impl Iterator<Item = (&'a str, String)> {
    html.split(begins).skip(1).filter_map(move |rest| {
        let (tag, rest) = rest.split_once('>')?;
        let (words, _) = rest.split_once(ends)?;
        Some((tag, plain(words)))
    })
}

fn links(html: &str) -> Vec<(String, String)> {
    let found = inside(html, "<a ", "</a>").filter_map(|(tag, label)| {
        let (_, rest) = tag.split_once("href=\"")?;
        let url = plain(rest.split('"').next()?);
        let is_web = url.starts_with("https://") || url.starts_with("http://");
        is_web.then_some((label, url))
    });
    found.collect()
}

/// Words without tags, with what was escaped.
fn plain(html: &str) -> String {
    let without: String = html
        .split('<')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once('>').map_or("", |(_, words)| words) })
        .collect();
    // The ampersand last, so that nothing is unescaped twice.
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    signs.iter().fold(without, |text, (escaped, sign)| text.replace(escaped, sign)).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "From: \"Ban\" <Bao@loa.example>\r\nTo: lan@xa.example\r\nSubject: =?utf-8?B?SOG7jXA=?=\r\n\
                        Date: Mon, 30 Nov 2026 08:00:00 +0700\r\nMessage-ID: <loa.1@loa.example>\r\n";

    #[test]
    fn a_mail_has_words_a_heading_and_links_that_are_text() {
        let html = "<h2 style=\"x\">Ban &amp; s\u{1edf}</h2><p>H\u{1ecd}p &lt;b&gt;</p><script>x()</script>\
                    <p>1. <a href=\"http://127.0.0.1:9/chon/a?b&amp;c\">\u{2705} <b>\u{110}\u{e3} nh\u{1ead}n</b></a></p>\
                    <a href=\"javascript:x()\">x</a>";
        let kind = "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"b\"\r\n\r\n";
        let part = |kind: &str, text: &str| {
            format!(
                "--b\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
            )
        };
        let raw =
            format!("{HEAD}{kind}{}{}--b--\r\n", part("plain", "Họp\r\n\r\n1. Đã nhận"), part("html", html));
        let seen = MailSeen::read(raw.as_bytes()).expect("a mail");
        assert_eq!((seen.subject.as_str(), seen.from.as_str()), ("Họp", "bao@loa.example"));
        assert_eq!((seen.heading.as_str(), seen.text.as_str()), ("Ban & sở", "Họp\n\n1. Đã nhận"));
        assert_eq!(seen.links, [("✅ Đã nhận".to_owned(), "http://127.0.0.1:9/chon/a?b&c".to_owned())]);
        assert_eq!(seen.link("Đã nhận"), Some("http://127.0.0.1:9/chon/a?b&c"));
        assert_eq!(seen.id, "loa.1@loa.example");
    }

    #[test]
    fn what_every_mail_has_is_asked_for() {
        for missing in ["From", "To", "Subject", "Date", "Message-ID"] {
            let head: String = HEAD
                .split_inclusive("\r\n")
                .filter(|line| !line.starts_with(&format!("{missing}:")))
                .collect();
            let raw = format!("{head}\r\nx\r\n");
            assert!(MailSeen::read(raw.as_bytes()).is_err(), "{missing}");
        }
        assert!(MailSeen::read(format!("{HEAD}\r\nx\r\n").as_bytes()).is_ok());
    }
}
