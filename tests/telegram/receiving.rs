//! Updates in, and who the bot is.

use std::time::Duration;

use loa::channel::{Channel, ReceiveError};
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
    assert_eq!(json["update_id"], first[0].id);
    let rest = scene.telegram.receive(first[0].id, Duration::ZERO).await.expect("updates");
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].id, first[1].id);
    assert!(scene.telegram.receive(rest[0].id, Duration::ZERO).await.expect("updates").is_empty());
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
