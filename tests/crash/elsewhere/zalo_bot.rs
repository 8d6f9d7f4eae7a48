//! People who write to a bot of Zalo's.

use std::sync::Arc;

use loa::clock::Clock;
use loa::domain::ChannelKind;
use loa::sandbox::{Accepted, Attempt, ZaloAttempt, ZaloBot, ZaloBotOptions};

use super::{Elsewhere, accepted, calls_go_wrong, number};
use crate::stage::AT_ONCE;

pub async fn start(seed: u64) -> Option<Box<dyn Elsewhere>> {
    let clock = Clock::System;
    let mut options = ZaloBotOptions::new(Arc::new(move || clock.now().0));
    options.seed = seed;
    options.monthly_quota = 1_000_000;
    Some(Box::new(ZaloBot::start(options).await.expect("a practice platform")))
}

impl Elsewhere for ZaloBot {
    fn kind(&self) -> ChannelKind {
        ChannelKind::ZaloBot
    }

    fn config(&self, listen: &str) -> String {
        format!(
            "[zalo_bot]\ntoken = \"{}\"\napi_url = \"{}\"\nper_second = 300\nconcurrency = {AT_ONCE}\nper_month = 0\n\
             [zalo_bot.webhook]\nurl = \"http://{listen}/zalo\"\nlisten = \"{listen}\"\n",
            self.token(),
            self.url(),
        )
    }

    fn arrives(&self, who: i64) {
        self.add_user(&who.to_string(), "Lan");
    }

    fn say(&self, who: i64, text: &str) {
        self.say(&who.to_string(), text);
    }

    fn photo(&self, who: i64, bytes: Vec<u8>, caption: &str) {
        self.send_photo(&who.to_string(), bytes, caption);
    }

    fn last(&self, who: i64) -> String {
        self.last(&who.to_string()).map(|seen| seen.text).unwrap_or_default()
    }

    fn pending(&self) -> usize {
        self.pending_updates()
    }

    fn goes_wrong(&self, wrong: bool) {
        calls_go_wrong(&self.faults(), wrong);
    }

    fn accepted(&self) -> Vec<Accepted> {
        let method = |name: &str| if name == "sendPhoto" { "sendPhoto" } else { "sendMessage" };
        let all = self.accepted().into_iter();
        all.map(|one| accepted(one.seq, one.at, method(&one.method), &one.chat, &one.text, one.from_fault))
            .collect()
    }

    fn attempts(&self) -> Vec<Attempt> {
        let attempt = |one: ZaloAttempt| Attempt {
            seq: one.seq,
            at: one.at,
            method: one.method,
            chat_id: one.chat.as_deref().and_then(number),
            text: one.text.into(),
            outcome: one.outcome,
        };
        self.attempts().into_iter().map(attempt).collect()
    }

    fn violations(&self) -> Vec<String> {
        self.violations().iter().map(|one| format!("{one:?}")).collect()
    }
}
