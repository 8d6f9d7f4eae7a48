//! People on Telegram.

use std::sync::Arc;

use loa::channel::Channel;
use loa::channel::telegram::Telegram;
use loa::sandbox::{Entity, Limits, Now, Options, Sandbox};

use super::{PATIENCE, Platform, Said, client, id, stretch};

pub async fn start(now: Now) -> (Box<dyn Platform>, Arc<dyn Channel>) {
    let mut options = Options::new(now);
    options.limits = Some(Limits::default());
    let sandbox = Sandbox::start(options).await.expect("a platform");
    let token = sandbox.token().to_owned().into();
    let channel = Telegram::new(client(), sandbox.url(), token, PATIENCE).expect("a channel");
    (Box::new(sandbox), Arc::new(channel))
}

impl Platform for Sandbox {
    fn token(&self) -> String {
        self.token().to_owned()
    }

    fn id(&self, who: &str) -> String {
        id(who).to_string()
    }

    fn add_user(&self, who: &str, name: &str) {
        self.add_user(id(who), name);
    }

    fn say(&self, who: &str, text: &str) {
        self.say(id(who), id(who), text);
    }

    fn photo(&self, who: &str, bytes: Vec<u8>, caption: &str) {
        self.send_photo(id(who), id(who), bytes, caption);
    }

    fn chat(&self, who: &str) -> Vec<Said> {
        let seen = self.chat(id(who)).into_iter();
        seen.map(|one| Said { by_bot: one.by_bot, text: one.text, photo: one.photos > 0 }).collect()
    }

    fn transcript(&self, who: &str) -> String {
        self.render_chat(id(who))
    }

    fn render_all(&self) -> String {
        self.render_all()
    }

    fn pending(&self) -> usize {
        self.pending_updates()
    }

    fn violations(&self) -> Vec<String> {
        self.violations().iter().map(|one| format!("{one:?}")).collect()
    }

    fn choose(&self, who: &str, label: &str) {
        let who = id(who);
        let found = self.chat(who).into_iter().rev().find_map(|seen| {
            let exact = seen.labels().into_iter().find(|other| other.contains(label))?.to_owned();
            Some((seen.id, exact))
        });
        let (message, exact) =
            found.unwrap_or_else(|| panic!("no button {label:?} in:\n{}", self.render_chat(who)));
        self.press(who, who, message, &exact);
    }

    fn markup(&self, who: &str, words: &str) -> Vec<String> {
        let found =
            self.chat(id(who)).into_iter().rev().find(|seen| seen.by_bot && seen.text.contains(words));
        let seen =
            found.unwrap_or_else(|| panic!("nobody says {words:?} in:\n{}", self.render_chat(id(who))));
        let said = |entity: &Entity| {
            let to = entity.url.as_deref().map(|url| format!(" {url}")).unwrap_or_default();
            format!("{}{to}: {}", entity.kind, stretch(&seen.text, entity.offset, entity.length))
        };
        seen.entities.iter().map(said).collect()
    }

    /// There are taps.
    fn answer(&self, who: &str, label: &str) {
        self.choose(who, label);
    }

    fn telegram(&self) -> &Sandbox {
        self
    }
}
