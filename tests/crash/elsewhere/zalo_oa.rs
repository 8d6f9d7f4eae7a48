//! People who follow an Official Account on Zalo.

use std::sync::Arc;
use std::time::Duration;

use loa::clock::Clock;
use loa::domain::ChannelKind;
use loa::sandbox::{Accepted, Attempt, Outcome, ZaloOa, ZaloOaAttempt, ZaloOaOptions, ZaloOaOutcome};

use super::{Elsewhere, accepted, calls_go_wrong, number};
use crate::stage::AT_ONCE;

pub async fn start(seed: u64) -> Option<Box<dyn Elsewhere>> {
    let clock = Clock::System;
    let mut options = ZaloOaOptions::new(Arc::new(move || clock.now().0));
    options.seed = seed;
    options.per_minute = None;
    options.paid_quota = 1_000_000;
    // Waits that only real time can end are shorter here.
    options.retries = vec![Duration::from_millis(300); 1000];
    Some(Box::new(ZaloOa::start(options).await.expect("a practice platform")))
}

impl Elsewhere for ZaloOa {
    fn kind(&self) -> ChannelKind {
        ChannelKind::ZaloOa
    }

    fn config(&self, listen: &str) -> String {
        let url = format!("http://{listen}/oa");
        self.set_webhook(Some(&url));
        format!(
            "[zalo_oa]\napp_id = \"4318657068771012646\"\napp_secret = \"practice-app-secret\"\napi_url = \"{api}\"\n\
             oauth_url = \"{api}\"\nper_minute = 20000\nconcurrency = {AT_ONCE}\n\
             [zalo_oa.webhook]\nurl = \"{url}\"\nlisten = \"{listen}\"\nsecret = \"practice-oa-secret\"\n",
            api = self.url(),
        )
    }

    fn first_token(&self) -> Option<String> {
        Some(self.authorise().1)
    }

    fn arrives(&self, who: i64) {
        self.add_user(&who.to_string(), "Lan");
        self.follow(&who.to_string());
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
        let all = self.accepted().into_iter();
        all.map(|one| accepted(one.seq, one.at, "sendMessage", &one.chat, &one.text, one.from_fault))
            .collect()
    }

    fn attempts(&self) -> Vec<Attempt> {
        let attempt = |one: ZaloOaAttempt| Attempt {
            seq: one.seq,
            at: one.at,
            method: one.method,
            chat_id: one.chat.as_deref().and_then(number),
            text: one.text.into(),
            outcome: match one.outcome {
                ZaloOaOutcome::Ok => Outcome::Ok,
                // Its codes are no statuses.
                ZaloOaOutcome::Refused(_, words) => Outcome::Refused(400, words),
                ZaloOaOutcome::Fault(name) => Outcome::Fault(name),
            },
        };
        self.attempts().into_iter().map(attempt).collect()
    }

    fn violations(&self) -> Vec<String> {
        self.violations().iter().map(|one| format!("{one:?}")).collect()
    }
}
