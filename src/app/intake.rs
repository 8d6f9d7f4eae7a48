//! What `loa check` says about the way in: is the platform asked for updates, or does it push them, and could it?

use std::time::Duration;

use crate::channel::{Channel, PushState};
use crate::config::{ConfigError, PushTo};
use crate::domain::Timestamp;

use super::check::{Finding, State};

/// A push that failed longer ago says nothing about now.
const RECENT: Duration = Duration::from_secs(3600);
/// How long somebody at a terminal is left waiting.
const ASK_WITHIN: Duration = Duration::from_secs(8);

/// Compares what is configured with what the platform does.
pub(super) async fn look(
    push: Result<Option<PushTo>, ConfigError>,
    bot: &dyn Channel,
    now: Timestamp,
) -> Finding {
    let channel = bot.kind().name();
    let push = match push {
        Ok(push) => push,
        Err(error) => return Finding { what: "intake", state: State::Fault, says: error.to_string() },
    };
    let why = match tokio::time::timeout(ASK_WITHIN, bot.push_state()).await {
        // What comes in at the moment of a kill would be lost.
        Ok(Ok(state)) if bot.gives_once() && push.is_none() && state.url.is_none() => {
            let vars = [("channel", channel)];
            return Finding::new("intake", State::Warning, "cli-check-intake-once", &vars);
        }
        Ok(Ok(state)) => return judge(channel, push.as_ref(), &state, now),
        Ok(Err(error)) => error.to_string(),
        Err(_) => super::say("cli-no-answer", &[]),
    };
    Finding::new("intake", State::Warning, "cli-check-intake-unknown", &[("channel", channel), ("why", &why)])
}

fn judge(channel: &str, push: Option<&PushTo>, state: &PushState, now: Timestamp) -> Finding {
    let channel = ("channel", channel);
    let waiting = state.waiting.to_string();
    let elsewhere = state.url.as_deref().unwrap_or_default();
    let Some(push) = push else {
        return match state.url {
            None => {
                let vars = [channel, ("waiting", &waiting)];
                Finding::new("intake", State::Good, "cli-check-intake-poll", &vars)
            }
            Some(_) => Finding::new(
                "intake",
                State::Warning,
                "cli-check-intake-still-pushed",
                &[channel, ("url", elsewhere), ("waiting", &waiting)],
            ),
        };
    };
    let url = ("url", push.url.as_str());
    if !state.is_to(&push.url) {
        return Finding::new("intake", State::Warning, "cli-check-intake-not-told", &[channel, url]);
    }
    match &state.last_error {
        Some((at, why)) if now.since(*at) < RECENT => {
            let at = at.short();
            let vars = [channel, url, ("at", &at), ("why", why), ("waiting", &waiting)];
            Finding::new("intake", State::Warning, "cli-check-intake-fails", &vars)
        }
        _ => {
            let vars = [channel, url, ("waiting", &waiting)];
            Finding::new("intake", State::Good, "cli-check-intake-push", &vars)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_platform_does_is_held_against_what_is_configured() {
        let now = Timestamp::vietnam(2026, 11, 23, 8, 0);
        let push = PushTo {
            url: "https://bot.vi-du.vn/telegram".to_owned(),
            path: "/telegram".to_owned(),
            listen: ([127, 0, 0, 1], 8080).into(),
            secret: "a-secret-of-letters".into(),
        };
        let polled = PushState::default();
        let ours = PushState { url: Some(push.url.clone()), ..PushState::default() };
        let failed = |ago| PushState {
            last_error: Some((now.before(Duration::from_secs(ago)), "Connection refused".to_owned())),
            ..ours.clone()
        };
        assert_eq!(judge("Telegram", None, &polled, now).state, State::Good);
        assert_eq!(judge("Telegram", None, &ours, now).state, State::Warning);
        assert_eq!(judge("Telegram", Some(&push), &polled, now).state, State::Warning);
        assert_eq!(judge("Telegram", Some(&push), &ours, now).state, State::Good);
        assert_eq!(judge("Telegram", Some(&push), &failed(7200), now).state, State::Good);
        let recent = judge("Telegram", Some(&push), &failed(60), now);
        assert_eq!(recent.state, State::Warning);
        assert!(recent.says.contains("Connection refused"), "{}", recent.says);
    }
}
