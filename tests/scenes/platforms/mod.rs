//! The other side, whichever channel it is: the people on it, what they say and see.

use std::sync::Arc;
use std::time::Duration;

use loa::channel::Channel;
use loa::channel::telegram::Telegram;
use loa::channel::zalo_bot::ZaloBot as ZaloBotChannel;
use loa::clock::Clock;
use loa::domain::ChannelKind;
use loa::sandbox::{Options, Sandbox, ZaloBot, ZaloBotOptions};

use crate::hall::PEOPLE;

/// The other side.
pub enum Platform {
    Telegram(Sandbox),
    ZaloBot(ZaloBot),
}

/// A message as a person sees it.
#[derive(Clone, Debug)]
pub struct Said {
    pub by_bot: bool,
    pub text: String,
    pub photo: bool,
}

impl Platform {
    pub async fn start(kind: ChannelKind, clock: &Clock) -> (Self, Arc<dyn Channel>) {
        let client = loa::http::http_client().expect("a client");
        let patience = Duration::from_secs(5);
        let reads = clock.clone();
        let now: loa::sandbox::Now = Arc::new(move || reads.now().0);
        match kind {
            ChannelKind::Telegram => {
                let mut options = Options::new(now);
                options.limits = Some(loa::sandbox::Limits::default());
                let sandbox = Sandbox::start(options).await.expect("a platform");
                let token = sandbox.token().to_owned().into();
                let channel = Telegram::new(client, sandbox.url(), token, patience).expect("a channel");
                (Self::Telegram(sandbox), Arc::new(channel))
            }
            ChannelKind::ZaloBot => {
                let zalo = ZaloBot::start(ZaloBotOptions::new(now)).await.expect("a platform");
                let token = zalo.token().into();
                let channel = ZaloBotChannel::new(client, zalo.url(), token, patience).expect("a channel");
                (Self::ZaloBot(zalo), Arc::new(channel))
            }
            other => panic!("there is no stand-in of {other:?} here"),
        }
    }

    pub fn token(&self) -> String {
        match self {
            Self::Telegram(sandbox) => sandbox.token().to_owned(),
            Self::ZaloBot(zalo) => zalo.token(),
        }
    }

    /// What the platform calls a person.
    pub fn id(&self, who: &str) -> String {
        match self {
            Self::Telegram(_) => id(who).to_string(),
            Self::ZaloBot(_) => who.to_owned(),
        }
    }

    pub fn add_user(&self, who: &str, name: &str) {
        match self {
            Self::Telegram(sandbox) => sandbox.add_user(id(who), name),
            Self::ZaloBot(zalo) => zalo.add_user(who, name),
        }
    }

    pub fn say(&self, who: &str, text: &str) {
        match self {
            Self::Telegram(sandbox) => drop(sandbox.say(id(who), id(who), text)),
            Self::ZaloBot(zalo) => drop(zalo.say(who, text)),
        }
    }

    pub fn photo(&self, who: &str, bytes: Vec<u8>, caption: &str) {
        match self {
            Self::Telegram(sandbox) => drop(sandbox.send_photo(id(who), id(who), bytes, caption)),
            Self::ZaloBot(zalo) => drop(zalo.send_photo(who, bytes, caption)),
        }
    }

    pub fn chat(&self, who: &str) -> Vec<Said> {
        match self {
            Self::Telegram(sandbox) => {
                let seen = sandbox.chat(id(who)).into_iter();
                seen.map(|one| Said { by_bot: one.by_bot, text: one.text, photo: one.photos > 0 }).collect()
            }
            Self::ZaloBot(zalo) => {
                let seen = zalo.chat(who).into_iter();
                seen.map(|one| Said { by_bot: one.by_bot, photo: one.photo.is_some(), text: one.text })
                    .collect()
            }
        }
    }

    /// Whether a person was shown a picture by the bot.
    pub fn was_shown_a_picture(&self, who: &str) -> bool {
        self.chat(who).iter().any(|said| said.by_bot && said.photo)
    }

    pub fn transcript(&self, who: &str) -> String {
        match self {
            Self::Telegram(sandbox) => sandbox.render_chat(id(who)),
            Self::ZaloBot(zalo) => zalo.render_chat(who),
        }
    }

    pub fn render_all(&self) -> String {
        match self {
            Self::Telegram(sandbox) => sandbox.render_all(),
            Self::ZaloBot(zalo) => zalo.render_all(),
        }
    }

    pub fn pending(&self) -> usize {
        match self {
            Self::Telegram(sandbox) => sandbox.pending_updates(),
            Self::ZaloBot(zalo) => zalo.pending_updates(),
        }
    }

    pub fn violations(&self) -> Vec<String> {
        match self {
            Self::Telegram(sandbox) => sandbox.violations().iter().map(|one| format!("{one:?}")).collect(),
            Self::ZaloBot(zalo) => zalo.violations().iter().map(|one| format!("{one:?}")).collect(),
        }
    }
}

/// A person's number on Telegram.
pub fn id(who: &str) -> i64 {
    let at = PEOPLE.iter().position(|(id, ..)| *id == who).unwrap_or(PEOPLE.len());
    i64::try_from(at).expect("few") + 1
}

pub fn press(sandbox: &Sandbox, who: i64, label: &str) {
    let found = sandbox.chat(who).into_iter().rev().find_map(|seen| {
        let exact = seen.labels().into_iter().find(|other| other.contains(label))?.to_owned();
        Some((seen.id, exact))
    });
    let (message, exact) =
        found.unwrap_or_else(|| panic!("no button {label:?} in:\n{}", sandbox.render_chat(who)));
    sandbox.press(who, who, message, &exact);
}

/// The number of a choice in the latest list, which has to have it.
pub fn number_of(chat: &[Said], label: &str) -> usize {
    let numbered = |line: &str| {
        let (number, rest) = line.split_once(". ")?;
        Some((number.parse::<usize>().ok()?, rest.to_owned()))
    };
    let lists = chat.iter().rev().filter(|said| said.by_bot);
    let mut lists = lists.map(|said| said.text.lines().filter_map(numbered).collect::<Vec<_>>());
    let latest = lists.find(|list| !list.is_empty()).unwrap_or_default();
    let found = latest.iter().find(|(_, words)| words.contains(label));
    found.unwrap_or_else(|| panic!("no {label:?} in the latest list: {latest:?}\n{chat:#?}")).0
}
