//! The channel on its own, and on the practice platform.

mod classifying;
mod reading;
mod sending;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::{Account, ZaloOa};
use crate::channel::renewing::Renewing;
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::sandbox;

/// The account on the practice platform, whose people are Lan (`11`), who wrote, and Minh (`12`), who did not.
struct Practice {
    platform: sandbox::ZaloOa,
    channel: ZaloOa,
    clock: Clock,
    /// The refresh token that is good.
    refresh: SecretString,
}

impl Practice {
    async fn new() -> Self {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let reads = clock.clone();
        let options = sandbox::ZaloOaOptions::new(Arc::new(move || reads.now().0));
        let platform = sandbox::ZaloOa::start(options).await.expect("a practice platform");
        for (id, name) in [("11", "Lan"), ("12", "Minh")] {
            platform.add_user(id, name);
            platform.follow(id);
        }
        platform.say("11", "Chào");
        platform.add_group("to5", "Tổ 5", &["11"]);
        let channel = account(platform.url());
        let (access, refresh) = platform.authorise();
        channel.use_token(access.into());
        Self { platform, channel, clock, refresh: refresh.into() }
    }
}

/// The channel to an account of the practice platform at this address.
fn account(url: &str) -> ZaloOa {
    let account = Account {
        app_id: "4318657068771012646".to_owned(),
        app_secret: "practice-app-secret".into(),
        api_url: url.to_owned(),
        oauth_url: url.to_owned(),
        buttons: false,
    };
    let client = crate::http::http_client().expect("a client");
    ZaloOa::new(client, account, Duration::from_secs(5)).expect("a channel")
}
