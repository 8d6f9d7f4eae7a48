//! Mails: how they go out and come in.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::{Config, ConfigError, secret, values};

/// `[email]`. Without an address no mail goes out or comes in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Email {
    /// Ours: who writes, and where answers go.
    pub address: Option<String>,
    /// The board's name: the sender's, and the heading of every mail.
    pub name: String,
    /// Opens the mailbox, for both servers. See [`Config::email_password`].
    #[serde(deserialize_with = "secret::optional")]
    pub(crate) password: Option<SecretString>,
    /// A file that holds the password instead.
    pub(crate) password_file: Option<PathBuf>,
    pub smtp: Smtp,
    pub imap: Imap,
    /// A file of certificates (PEM) that are believed besides the usual ones.
    pub ca_file: Option<PathBuf>,
    /// Whether only mails are believed for whose sender the receiving server vouches.
    pub require_auth: bool,
    /// How that server calls itself in `Authentication-Results`; the host of `imap` where it is not given.
    pub authserv_id: Option<String>,
    /// The public address of the pages on which a choice is confirmed; `None` where there is none.
    pub public_url: Option<String>,
    /// Where loa listens for them: behind a web server that has the certificate.
    pub listen: SocketAddr,
    /// Mails a second; 0 is no limit.
    pub per_second: u32,
    /// How many mails are on their way at once, at least 1.
    #[serde(deserialize_with = "values::at_least_one")]
    pub concurrency: u32,
}

impl Default for Email {
    fn default() -> Self {
        Self {
            address: None,
            name: String::new(),
            password: None,
            password_file: None,
            smtp: Smtp::default(),
            imap: Imap::default(),
            ca_file: None,
            require_auth: true,
            authserv_id: None,
            public_url: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8084)),
            per_second: 5,
            concurrency: 4,
        }
    }
}

/// The server that takes mails.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Smtp {
    pub host: Option<String>,
    pub port: u16,
    pub security: MailSecurity,
    /// The address where it is not given; empty where the server asks for no login.
    pub user: Option<String>,
}

impl Default for Smtp {
    fn default() -> Self {
        Self { host: None, port: 587, security: MailSecurity::Starttls, user: None }
    }
}

/// The server that keeps the mailbox.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Imap {
    pub host: Option<String>,
    pub port: u16,
    pub security: MailSecurity,
    /// The address where it is not given.
    pub user: Option<String>,
    /// The folder into which mails come.
    pub folder: String,
}

impl Default for Imap {
    fn default() -> Self {
        Self { host: None, port: 993, security: MailSecurity::Tls, user: None, folder: "INBOX".to_owned() }
    }
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    Tls,
    Starttls,
    Plain,
}

impl Config {
    /// The password of the mailbox; `None` if none is given.
    ///
    /// # Errors
    /// A file of the secret that cannot be read.
    pub fn email_password(&self) -> Result<Option<SecretString>, ConfigError> {
        self.secret("email.password", self.email.password.as_ref(), self.email.password_file.as_deref())
    }
}

impl Email {
    /// What is wrong, and with which key.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let far = |host: Option<&str>, security| security == MailSecurity::Plain && !is_here(host);
        if far(self.smtp.host.as_deref(), self.smtp.security) {
            return Some(("email.smtp.security", PLAIN));
        }
        if far(self.imap.host.as_deref(), self.imap.security) {
            return Some(("email.imap.security", PLAIN));
        }
        if self
            .public_url
            .as_deref()
            .is_some_and(|url| !super::load::is_web(url) || url.contains(['?', '#', '@']))
        {
            return Some((
                "email.public_url",
                "cần một địa chỉ như https://loa.vi-du.vn, không có dấu ? # @",
            ));
        }
        let address = self.address.as_deref()?;
        if !is_address(address) {
            return Some(("email.address", "cần một địa chỉ thư như bao@vi-du.vn"));
        }
        match (&self.smtp.host, &self.imap.host) {
            (None, _) => Some(("email.smtp.host", "có email.address thì cần cả tên máy chủ gửi thư")),
            (_, None) => Some(("email.imap.host", "có email.address thì cần cả tên máy chủ nhận thư")),
            _ => None,
        }
    }
}

const PLAIN: &str = "\"plain\" gửi mật khẩu không mã hóa, nên chỉ dùng được với máy chủ trên chính máy này";

fn is_here(host: Option<&str>) -> bool {
    let Some(host) = host else { return true };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn is_address(text: &str) -> bool {
    let plain = |c: char| {
        c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | ',' | ';' | '(' | ')' | '?' | '&' | '%')
    };
    text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
        && text.matches('@').count() == 1
        && text.chars().all(plain)
}
