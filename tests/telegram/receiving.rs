//! Updates in, and who the bot is.

use std::time::Duration;

use loa::channel::telegram::Telegram;
use loa::channel::{Channel, Push, PushState, ReceiveError};
use loa::conversation::ChatKind;
use loa::domain::{ChannelKind, Timestamp};
use loa::sandbox::Fault;
use serde_json::json;

use crate::kit::{Scene, TIMEOUT, picture, telegram};

/// Long enough for a request to arrive; the platform keeps no record of those that wait.
#[expect(clippy::disallowed_methods, reason = "the wait is for a real socket")]
async fn until_it_waits() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn updates_come_as_they_are_until_they_are_acknowledged() {
    let scene = Scene::new().await;
    scene.sandbox.say(1, 1, "Một");
    scene.sandbox.say(1, 1, "Hai");
    let first = scene.telegram.receive(0, Duration::ZERO).await.expect("updates");
    let again = scene.telegram.receive(0, Duration::ZERO).await.expect("updates");
    assert_eq!(first.len(), 2);
    assert_eq!(first[1].body, again[1].body);
    let json: serde_json::Value = serde_json::from_slice(&first[0].body).expect("JSON");
    assert_eq!(json["update_id"], first[0].number);
    let rest = scene.telegram.receive(first[0].number, Duration::ZERO).await.expect("updates");
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].number, first[1].number);
    assert!(scene.telegram.receive(rest[0].number, Duration::ZERO).await.expect("updates").is_empty());
    scene.assert_clean();
}

#[tokio::test]
async fn an_update_of_a_kind_that_nobody_knows_is_kept() {
    let scene = Scene::new().await;
    scene.sandbox.inject_raw_update(json!({"brand_new_kind": {"x": 1}}));
    let updates = scene.updates(0).await;
    assert_eq!(updates.len(), 1);
    let parsed = scene.telegram.read(&updates[0].body, Timestamp(1));
    assert_eq!((parsed.chat_key.as_str(), parsed.incoming), ("telegram:?", None));
}

#[tokio::test]
async fn waiting_ends_when_something_comes() {
    let scene = Scene::new().await;
    let sandbox = scene.sandbox.clone();
    let (updates, ()) = tokio::join!(scene.telegram.receive(0, Duration::from_secs(20)), async {
        until_it_waits().await;
        sandbox.say(1, 1, "Một");
    });
    assert_eq!(updates.expect("updates").len(), 1);
}

#[tokio::test]
async fn an_album_in_a_group_comes_in_parts_of_one_key() {
    let scene = Scene::new().await;
    // A bot that is no administrator gets only the part that names it.
    scene.sandbox.set_bot_admin(-50, 1, true);
    scene.updates(0).await;
    scene.sandbox.send_album(1, -50, vec![picture(40), picture(60)], "@loa_bot cây đổ");
    let updates = scene.updates(0).await;
    let parsed: Vec<_> = updates.iter().map(|raw| scene.telegram.read(&raw.body, Timestamp(1))).collect();
    assert_eq!(parsed.len(), 2);
    assert!(parsed[0].album.is_some());
    assert_eq!(parsed[0].album, parsed[1].album);
    let incoming = parsed[0].incoming.as_ref().expect("a message");
    assert_eq!((incoming.channel, incoming.chat.kind), (ChannelKind::Telegram, ChatKind::Group));
    assert_eq!(parsed[0].chat_key, "telegram:-50");
    let message = incoming.message().expect("a message");
    assert_eq!(message.text, "cây đổ");
    assert!(message.addressed);
}

#[tokio::test]
async fn until_it_can_be_asked_the_bot_is_called_what_it_was_called() {
    let scene = Scene::new().await;
    scene.sandbox.say(1, -50, "@loa_bot cây đổ");
    let update = scene.updates(0).await.pop().expect("an update");
    let addressed = |telegram: &Telegram| {
        let parsed = telegram.read(&update.body, Timestamp(1));
        parsed.incoming.expect("a message").message().expect("a message").addressed
    };
    let begins = telegram(scene.sandbox.url(), scene.sandbox.token(), TIMEOUT);
    assert!(!addressed(&begins), "it does not know its name");
    begins.was_called("loa_bot");
    assert!(addressed(&begins));
    begins.was_called("another_bot");
    assert!(!addressed(&begins));
    begins.receive(0, Duration::ZERO).await.expect("updates");
    assert!(addressed(&begins), "it has asked");
}

#[tokio::test]
async fn how_updates_come_is_told_and_asked() {
    let scene = Scene::new().await;
    let push = Push { url: "http://127.0.0.1:9".to_owned(), secret: "sixteen-letters_".into() };
    assert_eq!(scene.telegram.push_state().await.expect("a state"), PushState::default());
    scene.telegram.set_push(Some(&push)).await.expect("told");
    scene.sandbox.say(1, 1, "Một");
    let state = scene.telegram.push_state().await.expect("a state");
    assert!(state.is_to(&push.url) && !state.is_to("http://127.0.0.1:90"), "{state:?}");
    assert_eq!(state.waiting, 1);
    let refused = scene.telegram.receive(0, Duration::ZERO).await;
    assert!(matches!(refused, Err(ReceiveError::Conflict(_))), "{refused:?}");
    scene.telegram.set_push(None).await.expect("told");
    assert_eq!(scene.updates(0).await.len(), 1, "what waited is still there");
    let wrong = Push { url: "http://bot.vi-du.vn/".to_owned(), ..push };
    let refused = scene.telegram.set_push(Some(&wrong)).await;
    assert!(matches!(refused, Err(ReceiveError::Failed(_))), "{refused:?}");
}

#[tokio::test]
async fn a_token_that_is_not_known_is_told_apart_from_a_failure() {
    let scene = Scene::new().await;
    let stranger = telegram(scene.sandbox.url(), "123456:other", TIMEOUT);
    assert_eq!(stranger.who_am_i().await, Err(ReceiveError::Unauthorized));
    assert_eq!(stranger.receive(0, Duration::ZERO).await.err(), Some(ReceiveError::Unauthorized));
    scene.fault(Fault::Status(502));
    let failed = scene.telegram.receive(0, Duration::ZERO).await;
    assert!(matches!(failed, Err(ReceiveError::Failed(_))), "{failed:?}");
    scene.fault(Fault::TooMany { retry_after: 3, whole_bot: true });
    let many = scene.telegram.receive(0, Duration::ZERO).await;
    assert_eq!(many.err(), Some(ReceiveError::TooMany { after: Duration::from_secs(3) }));
}

#[tokio::test]
async fn of_two_who_receive_one_is_told() {
    let scene = Scene::new().await;
    let (first, second) = tokio::join!(scene.telegram.receive(0, Duration::from_secs(2)), async {
        until_it_waits().await;
        scene.telegram.receive(0, Duration::from_secs(1)).await
    });
    let conflicts =
        [first, second].into_iter().filter(|end| matches!(end, Err(ReceiveError::Conflict(_)))).count();
    assert_eq!(conflicts, 1);
}

#[tokio::test]
async fn the_menu_of_commands_is_set() {
    let scene = Scene::new().await;
    let menu = [("vuviec".to_owned(), "Xem vụ việc".to_owned())];
    scene.telegram.set_menu(&menu, None).await.expect("set");
    scene.telegram.set_menu(&menu, Some("vi")).await.expect("set");
    scene.assert_clean();
}
