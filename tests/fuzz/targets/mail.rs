//! Mails: anybody can send one, and write anything into it.

use std::time::Duration;

use loa::channel::Channel;
use loa::channel::email::{Email, Security, Server, Settings};
use loa::conversation::What;
use loa::domain::rich::utf16_len;

use crate::run::{Target, kind};
use crate::targets::monday;

/// What stands above every input: the mail lies there, and its sender is vouched for.
const ABOVE: &[u8] =
    b"loa-mail 1:2 100 whole\nAuthentication-Results: mx.b.vn; dmarc=pass header.from=b.vn\r\n\
      Received: from b.vn by mx.b.vn\r\n";

fn email() -> Email {
    let server =
        Server { host: "127.0.0.1".into(), port: 1, security: Security::Plain, login: None, ca: None };
    Email::new(Settings {
        address: "bao@loa.vn".into(),
        name: String::new(),
        smtp: server.clone(),
        imap: server,
        folder: "INBOX".into(),
        require_auth: true,
        authserv_id: "mx.b.vn".into(),
        links: None,
        key: "a key".to_owned().into(),
        timeout: Duration::from_secs(1),
    })
}

#[test]
fn a_mail_is_read_whatever_it_holds_and_only_as_its_senders() {
    let words = &[
        "From: a@b.vn\r\n",
        "Received: from x\r\n",
        "Authentication-Results: mx.b.vn; dmarc=pass\r\n",
        "Subject: ",
        "=?utf-8?B?4bqi?=",
        "=?utf-8?Q?=E1?=",
        "Content-Type: text/html; charset=utf-8\r\n\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n",
        "Content-Type: message/rfc822\r\n\r\n",
        "Content-Type: image/jpeg; name=a.jpg\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "charset=windows-1258",
        "charset=utf-7",
        "\r\n--b\r\n",
        "\r\n--b--\r\n",
        "\r\n\r\n",
        "> ",
        "-- \r\n",
        "On Tue, Mar 3, 2026 a@b.vn wrote:\r\n",
        "V\u{e0}o 3 thg 3, 2026 a@b.vn \u{111}\u{e3} vi\u{1ebf}t:\r\n",
        "From: x\r\nSent: y\r\nTo: z\r\n",
        "In-Reply-To: <loa.1.00@loa.vn>\r\n",
        "<div class=\"gmail_quote\">",
        "<blockquote type=\"cite\">",
        "&nbsp;",
        "Auto-Submitted: auto-replied\r\n",
    ];
    let email = email();
    Target { name: "mail", words, longest: 16384, memory_kib: 4096 }.run(|input| {
        let raw = [ABOVE, input].concat();
        let parsed = email.read(&raw, monday());
        let Some(incoming) = parsed.incoming else { return kind("nothing") };
        assert!(incoming.chat.id.ends_with("@b.vn"), "nobody vouches for {}", incoming.chat.id);
        assert_eq!(parsed.chat_key, format!("email:{}", incoming.chat.id));
        let What::Message(message) = incoming.what else { panic!("a mail is words: {:?}", incoming.what) };
        assert!(utf16_len(&message.text) <= 20_000 && message.reply_to.is_none());
        let files = (message.photos.len(), message.documents.len());
        kind((files, message.text.len().min(40), message.text.lines().count().min(5)))
    });
}
