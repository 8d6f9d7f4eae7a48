//! The other side, whichever channel it is: the people on it, what they say and see.

mod email;
mod telegram;
mod zalo_bot;
mod zalo_oa;

use std::sync::Arc;
use std::time::Duration;

use loa::channel::Channel;
use loa::clock::Clock;
use loa::domain::ChannelKind;
use loa::sandbox::{self, Sandbox, ZaloBot};

use crate::hall::PEOPLE;

/// How long a call to a stand-in may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A message as a person sees it.
#[derive(Clone, Debug)]
pub struct Said {
    pub by_bot: bool,
    pub text: String,
    pub photo: bool,
}

/// The other side.
pub trait Platform: Send + Sync {
    /// The bot's token, where there is one that the configuration has.
    fn token(&self) -> String {
        String::new()
    }

    /// With which the first token is got, where tokens run out.
    fn first_token(&self) -> Option<String> {
        None
    }

    /// What the platform calls a person.
    fn id(&self, who: &str) -> String {
        who.to_owned()
    }

    /// Whether loa is told what people are called.
    fn tells_names(&self) -> bool {
        true
    }

    /// Whether what a person writes says by itself what it answers.
    fn threads(&self) -> bool {
        false
    }

    /// What loa has to know to take what is pushed; `None` where it asks.
    fn only_pushes(&self) -> Option<&str> {
        None
    }

    /// Where it pushes what people do.
    fn push_to(&self, _url: &str) {}

    fn add_user(&self, who: &str, name: &str);
    fn say(&self, who: &str, text: &str);
    fn photo(&self, who: &str, bytes: Vec<u8>, caption: &str);
    fn chat(&self, who: &str) -> Vec<Said>;
    fn transcript(&self, who: &str) -> String;
    fn render_all(&self) -> String;
    /// How much of what was said has not arrived.
    fn pending(&self) -> usize;
    /// What loa did that the platform does not permit.
    fn violations(&self) -> Vec<String>;

    /// A person chooses what is offered under this label: by its number in the latest list that has it.
    fn choose(&self, who: &str, label: &str) {
        self.say(who, &number_of(&self.chat(who), label).to_string());
    }

    /// The same by its words, where there is no tap.
    fn answer(&self, who: &str, label: &str) {
        self.say(who, label);
    }

    /// How the latest message of the bot that says this is set: `bold: words`, `link https://…: words`, or its HTML.
    fn markup(&self, _who: &str, _words: &str) -> Vec<String> {
        Vec::new()
    }

    /// Whether a person was shown a picture by the bot.
    fn was_shown_a_picture(&self, who: &str) -> bool {
        self.chat(who).iter().any(|said| said.by_bot && said.photo)
    }

    fn telegram(&self) -> &Sandbox {
        panic!("these people are not on Telegram")
    }

    fn zalo_bot(&self) -> &ZaloBot {
        panic!("these people are not with a bot on Zalo")
    }
}

/// The other side, and the channel to it; `None` where the servers that it needs are not installed.
pub async fn start(kind: ChannelKind, clock: &Clock) -> Option<(Box<dyn Platform>, Arc<dyn Channel>)> {
    let reads = clock.clone();
    let now: sandbox::Now = Arc::new(move || reads.now().0);
    match kind {
        ChannelKind::Telegram => Some(telegram::start(now).await),
        ChannelKind::ZaloBot => Some(zalo_bot::start(now).await),
        ChannelKind::ZaloOa => Some(zalo_oa::start(now).await),
        ChannelKind::Email => email::start(),
    }
}

fn client() -> reqwest::Client {
    loa::http::http_client().expect("a client")
}

/// A person's number on Telegram: of "n103" it is said.
pub fn id(who: &str) -> i64 {
    if let Some(number) = who.strip_prefix('n').and_then(|number| number.parse().ok()) {
        return number;
    }
    let at = PEOPLE.iter().position(|(id, ..)| *id == who).unwrap_or(PEOPLE.len());
    i64::try_from(at).expect("few") + 1
}

/// A stretch of a text, in UTF-16 units.
pub fn stretch(text: &str, start: usize, len: usize) -> String {
    let units: Vec<u16> = text.encode_utf16().skip(start).take(len).collect();
    String::from_utf16(&units).expect("whole characters")
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
