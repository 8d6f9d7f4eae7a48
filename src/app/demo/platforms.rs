//! The platforms, and who is on which. The story calls everybody by a number; on Zalo, whose ids are letters, the number
//! is the id, and who has a mail program has an address besides.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context;

use crate::clock::Clock;
use crate::domain::ChannelKind;
use crate::sandbox::{
    self, Mail, MailFile, MailOptions, Options, Outcome, Sandbox, ZaloBot, ZaloBotOptions, ZaloOa,
    ZaloOaOptions, ZaloOaOutcome,
};

use super::seen::Seen;

/// How the Official Account is called.
const ACCOUNT: &str = "Tuyên giáo Mường Lam";
/// Before the id of an account's group, in a list of people.
const GROUP_ON_OA: &str = "group:";
/// Who has a mail program, by the number that the story gives them.
const ADDRESSES: [(i64, &str); 2] =
    [(1201, "bac.dinh@mattran.example"), (1202, "vanphong@soxaydung.example")];

/// The stand-ins.
pub struct Platforms {
    pub telegram: Sandbox,
    pub zalo: ZaloBot,
    pub oa: ZaloOa,
    pub mail: Mail,
    /// On which channel people and groups are.
    channels: BTreeMap<i64, ChannelKind>,
}

/// A message that was sent: to whom, over what, when, and what it says.
pub struct SentMessage {
    pub chat: i64,
    pub channel: ChannelKind,
    /// The handed clock, microseconds.
    pub at: i64,
    pub text: String,
    /// Whether it is a new message, and not a change of one.
    pub new: bool,
    /// Whether the platform is paid for it.
    pub paid: bool,
}

/// How much was read of what each platform wrote down.
#[derive(Clone, Copy, Default)]
pub struct Mark {
    telegram: usize,
    zalo: usize,
    oa: usize,
    mail: usize,
}

/// The number of whoever stands in a list under this id of a channel.
///
/// # Errors
/// An id that is none of the story's.
pub fn number(channel: ChannelKind, id: &str) -> anyhow::Result<i64> {
    if channel == ChannelKind::Email {
        let found = ADDRESSES.iter().find(|(_, address)| *address == id);
        return found.map(|(number, _)| *number).with_context(|| format!("không có {id} trong câu chuyện"));
    }
    let group = id.strip_prefix(GROUP_ON_OA).filter(|_| channel == ChannelKind::ZaloOa);
    let number = group.unwrap_or(id).parse::<i64>().context("mã trò chuyện")?;
    Ok(if group.is_some() { -number } else { number })
}

/// Somebody's address; empty where they have none.
pub fn address(person: i64) -> &'static str {
    ADDRESSES.iter().find(|(number, _)| *number == person).map_or("", |(_, address)| address)
}

/// What the account calls a person or group.
fn on_oa(chat: i64) -> String {
    chat.unsigned_abs().to_string()
}

impl Platforms {
    /// Puts all up on this clock. The page listens on the port, or on any that is free.
    ///
    /// # Errors
    /// Where nothing can listen on this machine.
    pub async fn start(clock: &Clock, port: u16) -> anyhow::Result<Self> {
        let reads = clock.clone();
        let now: sandbox::Now = Arc::new(move || reads.now().0);
        let mut options = ZaloBotOptions::new(now.clone());
        options.can_join_groups = true;
        options.mention_in_text = false;
        let zalo = ZaloBot::start(options).await?;
        let mut options = ZaloOaOptions::new(now.clone());
        options.oa_name = ACCOUNT.to_owned();
        let oa = ZaloOa::start(options).await?;
        let mut options = MailOptions::new(now.clone());
        (options.host, options.address) =
            ("mx.muonglam.example".to_owned(), "loa@muonglam.example".to_owned());
        let mail = Mail::start(options).await?;
        let mut options = Options::new(now);
        options.limits = Some(sandbox::Limits::default());
        options.beside = vec![(&zalo).into(), (&oa).into(), (&mail).into()];
        let telegram = listen(options, port).await?;
        Ok(Self { telegram, zalo, oa, mail, channels: BTreeMap::new() })
    }

    /// Ends all.
    pub async fn stop(&self) {
        self.zalo.shutdown().await;
        self.oa.shutdown().await;
        self.mail.shutdown().await;
        self.telegram.shutdown().await;
    }

    /// What the page calls a chat.
    pub fn column(&self, chat: i64) -> String {
        match self.channel(chat) {
            ChannelKind::ZaloBot => format!("zalo:{chat}"),
            ChannelKind::ZaloOa => format!("zalo-oa:{}", on_oa(chat)),
            ChannelKind::Email => format!("mail:{}", address(chat)),
            ChannelKind::Telegram => chat.to_string(),
        }
    }

    /// On which channel somebody, or a group, is.
    pub fn channel(&self, chat: i64) -> ChannelKind {
        self.channels.get(&chat).copied().unwrap_or(ChannelKind::Telegram)
    }

    /// What an Official Account is mentioned by in its groups.
    pub fn mention(&self, chat: i64) -> String {
        if self.channel(chat) == ChannelKind::ZaloOa { format!("@{ACCOUNT}") } else { "@loa".to_owned() }
    }

    /// A person installs the app of a channel.
    pub fn add_person(&mut self, channel: ChannelKind, id: i64, name: &str) {
        self.channels.insert(id, channel);
        match channel {
            ChannelKind::ZaloBot => self.zalo.add_user(&id.to_string(), name),
            ChannelKind::ZaloOa => self.oa.add_user(&on_oa(id), name),
            ChannelKind::Email => self.mail.add_user(address(id), name),
            ChannelKind::Telegram => self.telegram.add_user(id, name),
        }
    }

    /// A group with these people, to which the first of them adds the bot. On Zalo the bot hears nothing of it until
    /// somebody mentions it there; an account makes its groups by itself.
    ///
    /// # Errors
    /// A group of nobody.
    pub fn add_group(
        &mut self,
        channel: ChannelKind,
        id: i64,
        title: &str,
        members: &[i64],
    ) -> anyhow::Result<()> {
        let owner = *members.first().with_context(|| format!("nhóm {title} không có ai"))?;
        self.channels.insert(id, channel);
        let names: Vec<String> = members.iter().map(i64::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match channel {
            ChannelKind::ZaloBot => self.zalo.add_group(&id.to_string(), title, &names),
            ChannelKind::ZaloOa => self.oa.add_group(&on_oa(id), title, &names),
            ChannelKind::Email | ChannelKind::Telegram => {
                self.telegram.add_group(id, title, members, &[owner]);
                self.telegram.add_bot(id, owner);
            }
        }
        Ok(())
    }

    /// Somebody writes, in their own chat or in a group, which they see by that.
    pub fn say(&self, person: i64, chat: i64, text: &str) {
        let (name, place) = (person.to_string(), chat.to_string());
        match self.channel(chat) {
            ChannelKind::ZaloBot if person == chat => drop(self.zalo.say(&name, text)),
            ChannelKind::ZaloBot => drop(self.zalo.say_in_group(&name, &place, text)),
            ChannelKind::ZaloOa if person == chat => {
                self.oa.see(&name);
                self.oa.say(&name, text);
            }
            ChannelKind::ZaloOa => drop(self.oa.say_in_group(&name, &on_oa(chat), text)),
            ChannelKind::Email => self.writes_mail(person, text),
            ChannelKind::Telegram => drop(self.telegram.say(person, chat, text)),
        }
    }

    /// Somebody writes a mail: an answer to the last one, if there is any.
    fn writes_mail(&self, person: i64, text: &str) {
        let address = address(person);
        match self.mail.talk(address).iter().rev().find(|mail| mail.by_loa) {
            Some(last) => drop(self.mail.answer(address, &last.id, text)),
            None => drop(self.mail.write(address, "Chào loa", text, Vec::new())),
        }
    }

    /// Somebody sends pictures: on Telegram as one album where there are several, in one mail, whose first line is its
    /// subject, or elsewhere one after the other.
    pub fn send_photos(&self, person: i64, pictures: &[&'static [u8]], caption: &str) {
        let name = person.to_string();
        let captions = std::iter::once(caption).chain(std::iter::repeat(""));
        let each = pictures.iter().map(|picture| picture.to_vec()).zip(captions);
        match (self.channel(person), pictures) {
            (ChannelKind::ZaloBot, _) => {
                each.for_each(|(picture, caption)| drop(self.zalo.send_photo(&name, picture, caption)));
            }
            (ChannelKind::ZaloOa, _) => {
                each.for_each(|(picture, caption)| drop(self.oa.send_photo(&name, picture, caption)));
            }
            (ChannelKind::Email, _) => {
                let (subject, text) = caption.split_once('\n').unwrap_or((caption, ""));
                let file = |(at, picture): (usize, &&'static [u8])| MailFile {
                    name: format!("anh-{}.jpg", at + 1),
                    is_picture: true,
                    bytes: (*picture).into(),
                };
                let files = pictures.iter().enumerate().map(file).collect();
                self.mail.write(address(person), subject, text, files);
            }
            (_, [one]) => drop(self.telegram.send_photo(person, person, *one, caption)),
            (_, many) => drop(self.telegram.send_album(person, person, many.to_vec(), caption)),
        }
    }

    /// Everybody who has the account looks at what it wrote.
    pub fn everybody_looks(&self) {
        let on_it = self.channels.iter().filter(|(id, kind)| **id > 0 && **kind == ChannelKind::ZaloOa);
        on_it.for_each(|(id, _)| self.oa.see(&id.to_string()));
    }

    /// Somebody presses a button of the account's.
    pub fn press_on_oa(&self, person: i64, chat: i64, message: &str, label: &str) {
        let name = person.to_string();
        if person == chat {
            self.oa.see(&name);
        }
        self.oa.press_under(&name, &on_oa(chat), message, label);
    }

    /// The messages of a chat as people see them now.
    pub fn chat(&self, chat: i64) -> Vec<Seen> {
        match self.channel(chat) {
            ChannelKind::ZaloBot => self.zalo.chat(&chat.to_string()).into_iter().map(Seen::from).collect(),
            ChannelKind::ZaloOa => self.oa.chat(&on_oa(chat)).into_iter().map(Seen::from).collect(),
            ChannelKind::Email => self.mail.talk(address(chat)).into_iter().map(Seen::from).collect(),
            ChannelKind::Telegram => self.telegram.chat(chat).into_iter().map(Seen::from).collect(),
        }
    }

    /// A readable transcript of a chat.
    pub fn render(&self, chat: i64) -> String {
        match self.channel(chat) {
            ChannelKind::ZaloBot => self.zalo.render_chat(&chat.to_string()),
            ChannelKind::ZaloOa => self.oa.render_chat(&on_oa(chat)),
            ChannelKind::Email => self.mail.render_talk(address(chat)),
            ChannelKind::Telegram => self.telegram.render_chat(chat),
        }
    }

    /// How many updates have not reached the app.
    pub fn pending(&self) -> usize {
        let pushed = self.zalo.pending_updates() + self.oa.pending_updates();
        // A mail is marked by the request after the one that gave it, when it is stored.
        self.telegram.pending_updates() + pushed + self.mail.unread()
    }

    /// How many calls the app has made.
    pub fn attempts(&self) -> usize {
        let zalo = self.zalo.attempt_count() + self.oa.attempt_count();
        self.telegram.attempt_count() + zalo + self.mail.attempt_count()
    }

    /// What was written down until now.
    pub fn mark(&self) -> Mark {
        Mark {
            telegram: self.telegram.accepted_count(),
            zalo: self.zalo.with_accepted(<[_]>::len),
            oa: self.oa.with_accepted(<[_]>::len),
            mail: self.mail.with_accepted(<[_]>::len),
        }
    }

    /// What the platforms took since then, in the order of each.
    pub fn sent_since(&self, mark: Mark) -> Vec<SentMessage> {
        let mut sent = self.telegram.with_accepted(|all| {
            let new = all.get(mark.telegram..).unwrap_or_default().iter();
            let sent = new.filter_map(|call| {
                let new = call.method.starts_with("send");
                let text = call.text.to_string();
                let (chat, channel) = (call.chat_id?, ChannelKind::Telegram);
                Some(SentMessage { chat, channel, at: call.at, text, new, paid: false })
            });
            sent.collect::<Vec<_>>()
        });
        self.zalo.with_accepted(|all| {
            let new = all.get(mark.zalo..).unwrap_or_default().iter();
            sent.extend(new.filter_map(|call| {
                let (chat, channel) = (call.chat.parse().ok()?, ChannelKind::ZaloBot);
                Some(SentMessage {
                    chat,
                    channel,
                    at: call.at,
                    text: call.text.clone(),
                    new: true,
                    paid: false,
                })
            }));
        });
        self.oa.with_accepted(|all| {
            let new = all.get(mark.oa..).unwrap_or_default().iter();
            sent.extend(new.filter_map(|call| {
                let number: i64 = call.chat.parse().ok()?;
                let is_group = call.method.starts_with("group");
                let (chat, channel) = (if is_group { -number } else { number }, ChannelKind::ZaloOa);
                let text = call.text.clone();
                Some(SentMessage { chat, channel, at: call.at, text, new: true, paid: call.paid })
            }));
        });
        self.mail.with_accepted(|all| {
            let new = all.get(mark.mail..).unwrap_or_default().iter();
            sent.extend(new.filter_map(|mail| {
                let (chat, channel) = (number(ChannelKind::Email, &mail.to).ok()?, ChannelKind::Email);
                Some(SentMessage {
                    chat,
                    channel,
                    at: mail.at,
                    text: mail.text.clone(),
                    new: true,
                    paid: false,
                })
            }));
        });
        sent
    }

    /// When each chat was last touched since then.
    pub fn touched_since(&self, mark: Mark) -> BTreeMap<i64, i64> {
        self.sent_since(mark).into_iter().map(|sent| (sent.chat, sent.at)).collect()
    }

    /// What the bot did that a platform must refuse, or too fast. On Zalo also what was refused of what it sent: to
    /// somebody who has not written, or more than the plan permits; and every call of an account's.
    pub fn violations(&self) -> Vec<String> {
        let wrong = self.telegram.violations().into_iter().map(|one| format!("Telegram: {one:?}"));
        let fast = self.telegram.rate_violations().into_iter().map(|one| format!("Telegram: {one:?}"));
        let sends = |method: &str| method.starts_with("send");
        let refused = self.zalo.attempts().into_iter();
        let refused =
            refused.filter(|call| sends(&call.method) && matches!(call.outcome, Outcome::Refused(..)));
        let refused = refused.map(|one| format!("Zalo: {one:?}"));
        let others = self.zalo.violations().into_iter().filter(|one| !sends(&one.method));
        let others = others.map(|one| format!("Zalo: {one:?}"));
        let account = self.oa.attempts().into_iter();
        let account = account.filter(|call| matches!(call.outcome, ZaloOaOutcome::Refused(..)));
        let account = account.map(|one| format!("Zalo OA: {one:?}"));
        let mails = self.mail.violations().into_iter().map(|one| format!("e-mail: {one:?}"));
        wrong.chain(fast).chain(refused).chain(others).chain(account).chain(mails).collect()
    }
}

/// Listens on the port, or on any that is free.
async fn listen(mut options: Options, port: u16) -> anyhow::Result<Sandbox> {
    options.bind = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match Sandbox::start(options.clone()).await {
        Ok(sandbox) => Ok(sandbox),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            options.bind.set_port(0);
            Ok(Sandbox::start(options).await?)
        }
        Err(error) => Err(error.into()),
    }
}
