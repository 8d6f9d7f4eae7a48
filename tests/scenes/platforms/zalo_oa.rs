//! People who follow an Official Account on Zalo.

use std::sync::Arc;

use loa::channel::Channel;
use loa::channel::zalo_oa::Account;
use loa::sandbox::{Now, ZaloOa, ZaloOaOptions};

use super::{PATIENCE, Platform, Said, client};

pub async fn start(now: Now) -> (Box<dyn Platform>, Arc<dyn Channel>) {
    let zalo = ZaloOa::start(ZaloOaOptions::new(now)).await.expect("a platform");
    let channel = loa::channel::zalo_oa::ZaloOa::new(client(), account(&zalo), PATIENCE);
    (Box::new(zalo), Arc::new(channel.expect("a channel")))
}

/// The account as the configuration has it.
pub fn account(zalo: &ZaloOa) -> Account {
    Account {
        app_id: "4318657068771012646".to_owned(),
        app_secret: "practice-app-secret".into(),
        api_url: zalo.url().to_owned(),
        oauth_url: zalo.url().to_owned(),
        buttons: false,
    }
}

impl Platform for ZaloOa {
    fn first_token(&self) -> Option<String> {
        Some(self.authorise().1)
    }

    fn tells_names(&self) -> bool {
        false
    }

    fn only_pushes(&self) -> Option<&str> {
        Some("practice-oa-secret")
    }

    fn push_to(&self, url: &str) {
        self.set_webhook(Some(url));
    }

    fn add_user(&self, who: &str, name: &str) {
        self.add_user(who, name);
        self.follow(who);
    }

    fn say(&self, who: &str, text: &str) {
        self.say(who, text);
    }

    fn photo(&self, who: &str, bytes: Vec<u8>, caption: &str) {
        self.send_photo(who, bytes, caption);
    }

    fn chat(&self, who: &str) -> Vec<Said> {
        let seen = self.chat(who).into_iter();
        seen.map(|one| Said { by_bot: one.by_oa, photo: one.photo.is_some(), text: one.text }).collect()
    }

    fn transcript(&self, who: &str) -> String {
        self.render_chat(who)
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
}
