//! What people do with their mail programs.

use std::fmt;

use super::letter::Letter;
use super::view::{MailFile, MailSeen};
use super::world::World;
use crate::sandbox::acting::Why;

/// Why a person cannot do this.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Impossible {
    NoSuchPerson(String),
    NoSuchMail(String),
    NotAFile,
    NotAnAddress,
    TooHeavy,
    Empty,
}

impl fmt::Display for Impossible {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Impossible::NoSuchPerson(address) => write!(to, "nobody has the address {address}"),
            Impossible::NoSuchMail(name) => write!(to, "there is no mail {name}"),
            Impossible::NotAFile => write!(to, "this is no file"),
            Impossible::NotAnAddress => write!(to, "this is no address, or no mail"),
            Impossible::TooHeavy => write!(to, "the mail is too heavy"),
            Impossible::Empty => write!(to, "there is nothing to send"),
        }
    }
}

impl Why for Impossible {
    fn in_vietnamese(&self) -> String {
        let words = match self {
            Impossible::NoSuchPerson(_) => "Không có người này.",
            Impossible::NoSuchMail(_) => "Không còn thư này.",
            Impossible::NotAFile => "Không đọc được tệp.",
            Impossible::NotAnAddress => "Không gửi được thư này.",
            Impossible::TooHeavy => "Thư nặng quá, máy chủ không nhận.",
            Impossible::Empty => "Chưa có gì để gửi.",
        };
        words.to_owned()
    }
}

/// What a person writes.
#[derive(Default)]
pub(super) struct Written<'a> {
    pub subject: &'a str,
    pub text: &'a str,
    pub files: Vec<MailFile>,
    /// The name of the mail that is answered.
    pub answers: Option<&'a str>,
}

impl World {
    /// A person writes to the service. Gives the mail's name.
    pub fn writes(&mut self, from: &str, written: Written<'_>) -> Result<String, Impossible> {
        let person = self.people.get(from).ok_or_else(|| Impossible::NoSuchPerson(from.into()))?.clone();
        let Written { subject, text, files, answers } = written;
        if [subject, text].iter().all(|words| words.trim().is_empty()) && files.is_empty() {
            return Err(Impossible::Empty);
        }
        let found = |name: &str| self.talk(from).iter().find(|mail| mail.id == name).cloned();
        let answered = match answers {
            None => None,
            Some(name) => Some(found(name).ok_or_else(|| Impossible::NoSuchMail(name.into()))?),
        };
        let subject = match &answered {
            Some(mail) if subject.trim().is_empty() => {
                format!("Re: {}", mail.subject.trim_start_matches("Re: "))
            }
            _ => subject.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let name = format!("{}.{}@{domain}", self.now, self.seq);
        let letter = Letter {
            from,
            name: &person,
            subject: &subject,
            text,
            files: &files,
            answers: answered.as_ref(),
        };
        let bytes = letter.posted(&self.options, &name, self.now)?;
        if bytes.len() > self.options.largest {
            return Err(Impossible::TooHeavy);
        }
        self.keep(bytes);
        let seen = MailSeen {
            id: name.clone(),
            date: self.now,
            from: from.into(),
            name: person,
            subject,
            text: text.into(),
            files,
            answers: answered.map(|mail| mail.id),
            ..MailSeen::default()
        };
        self.post(from, seen);
        Ok(name)
    }
}
