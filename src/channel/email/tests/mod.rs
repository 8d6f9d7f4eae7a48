mod composing;
mod handing;
mod quoting;
mod reading;

use std::time::Duration;

use crate::domain::seal::Seal;

use super::links::ChoiceLinks;
use super::names::Names;
use super::{Security, Server, Settings};

fn key() -> secrecy::SecretString {
    "a key of the tests".to_owned().into()
}

fn settings() -> Settings {
    let server =
        Server { host: "127.0.0.1".into(), port: 1, security: Security::Plain, login: None, ca: None };
    Settings {
        address: "bao@loa.vi-du.vn".into(),
        name: "Ban Tuyên giáo và Dân vận <Mường Lam>".into(),
        smtp: server.clone(),
        imap: server,
        folder: "INBOX".into(),
        require_auth: true,
        authserv_id: "mx.vi-du.vn".into(),
        links: Some(ChoiceLinks::new("https://loa.vi-du.vn", key())),
        key: key(),
        timeout: Duration::from_secs(1),
    }
}

fn names() -> Names {
    Names::new(Seal::new(key()), &settings().address)
}
