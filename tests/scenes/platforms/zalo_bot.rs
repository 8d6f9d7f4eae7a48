//! People who write to a bot on Zalo.

use std::sync::Arc;

use loa::channel::Channel;
use loa::sandbox::{Now, ZaloBot, ZaloBotOptions};

use super::{PATIENCE, Platform, Said, client, stretch};

pub async fn start(now: Now) -> (Box<dyn Platform>, Arc<dyn Channel>) {
    let zalo = ZaloBot::start(ZaloBotOptions::new(now)).await.expect("a platform");
    let token = zalo.token().into();
    let channel = loa::channel::zalo_bot::ZaloBot::new(client(), zalo.url(), token, PATIENCE);
    (Box::new(zalo), Arc::new(channel.expect("a channel")))
}

impl Platform for ZaloBot {
    fn token(&self) -> String {
        self.token()
    }

    fn add_user(&self, who: &str, name: &str) {
        self.add_user(who, name);
    }

    fn say(&self, who: &str, text: &str) {
        self.say(who, text);
    }

    fn photo(&self, who: &str, bytes: Vec<u8>, caption: &str) {
        self.send_photo(who, bytes, caption);
    }

    fn chat(&self, who: &str) -> Vec<Said> {
        let seen = self.chat(who).into_iter();
        seen.map(|one| Said { by_bot: one.by_bot, photo: one.photo.is_some(), text: one.text }).collect()
    }

    fn markup(&self, who: &str, words: &str) -> Vec<String> {
        let found = self.chat(who).into_iter().rev().find(|seen| seen.by_bot && seen.text.contains(words));
        let seen = found.unwrap_or_else(|| panic!("nobody says {words:?} in:\n{}", self.render_chat(who)));
        let said = |style: &loa::sandbox::ZaloStyle| {
            format!("{}: {}", style.st.join(" "), stretch(&seen.text, style.start, style.len))
        };
        seen.styles.iter().map(said).collect()
    }

    fn transcript(&self, who: &str) -> String {
        self.render_chat(who)
    }

    fn render_all(&self) -> String {
        self.render_all()
    }

    fn pending(&self) -> usize {
        // Given once and not stored yet is as good as waiting.
        self.pending_updates() + usize::from(self.has_update_in_hand())
    }

    fn violations(&self) -> Vec<String> {
        self.violations().iter().map(|one| format!("{one:?}")).collect()
    }

    fn zalo_bot(&self) -> &ZaloBot {
        self
    }
}
