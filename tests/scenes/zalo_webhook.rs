//! Updates that Zalo pushes: stored before they are answered, once, and nothing from anybody else.

use std::time::Duration;

use loa::domain::ChannelKind;
use loa::http::http_client;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::engines::Database;
use crate::hall::Hall;
use crate::on_both;

const SECRET: &str = "a-secret-of-letters";
const HEADER: &str = "X-Bot-Api-Secret-Token";

async fn pushed(database: Database) -> Hall {
    let mut hall = Hall::new(ChannelKind::ZaloBot, database).await;
    hall.stop().await;
    hall.begin_to_push(SECRET);
    hall.start().await;
    until_hooked(&hall).await;
    hall
}

/// Waits until the platform pushes to us.
async fn until_hooked(hall: &Hall) {
    let asked = async {
        loop {
            let state = hall.engine.channel.push_state().await.expect("a state");
            if hall.push.as_ref().is_some_and(|push| state.is_to(&push.url)) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked).await.expect("the platform is told");
}

/// An event as Zalo pushes it.
fn event(id: &str, text: &str) -> Value {
    json!({"event_name": "message.text.received", "message": {"message_id": id, "date": 1, "text": text,
        "from": {"id": "lan", "display_name": "Chị Lan", "is_bot": false},
        "chat": {"id": "lan", "chat_type": "PRIVATE"}}})
}

/// Asks as anybody may who finds the address; gives the status.
async fn knock(hall: &Hall, method: Method, secret: Option<&str>, body: String) -> StatusCode {
    let url = &hall.push.as_ref().expect("a webhook").url;
    let mut request = http_client().expect("a client").request(method, url).body(body);
    if let Some(secret) = secret {
        request = request.header(HEADER, secret);
    }
    request.send().await.expect("an answer").status()
}

async fn push(hall: &Hall, body: &Value) -> StatusCode {
    knock(hall, Method::POST, Some(SECRET), body.to_string()).await
}

on_both! {
    async fn bare_and_wrapped_an_event_that_comes_twice_is_one(database: Database) {
        let hall = pushed(database).await;
        let before = hall.database.count("inbox").await;
        let bare = event("aaa1", "Phá rừng ở phường Bình Minh");
        let wrapped = json!({"ok": true, "result": bare});
        for body in [&bare, &wrapped, &bare] {
            assert_eq!(push(&hall, body).await, StatusCode::OK);
        }
        hall.settled().await;
        assert_eq!(push(&hall, &wrapped).await, StatusCode::OK, "also after it was handled");
        hall.settled().await;
        assert_eq!(hall.database.count("inbox").await, before + 1);
        assert_eq!(hall.story("lan").matches("Báo nhanh của bạn").count(), 1, "{}", hall.story("lan"));
        let zalo = hall.platform.zalo_bot();
        for wrapped in [true, false] {
            zalo.change(|options| options.wrapped_pushes = wrapped);
            hall.says("nga", &format!("Cháy rừng ở phường Bình Minh {wrapped}")).await;
            assert!(hall.heard("nga", &wrapped.to_string()));
        }
        hall.ends_well().await;
    }

    async fn a_kill_in_the_middle_of_a_report_loses_nothing(database: Database) {
        let mut hall = pushed(database).await;
        hall.says("lan", "Phá rừng ở phường Bình Minh").await;
        hall.kill();
        hall.platform.say("lan", "Có ba người mang cưa máy");
        hall.start().await;
        until_hooked(&hall).await;
        hall.settled().await;
        hall.chooses("lan", "Gửi").await;
        let case = hall.case(&hall.code("lan")).await;
        assert!(case.text.contains("cưa máy"), "{}", case.text);
        hall.ends_well().await;
    }

    async fn whoever_does_not_show_the_secret_finds_nothing(database: Database) {
        let hall = pushed(database).await;
        let before = hall.database.count("inbox").await;
        let body = event("aaa2", "giả").to_string();
        let almost = &SECRET[..SECRET.len() - 1];
        for secret in [None, Some(""), Some("a-secret-of-lettersx"), Some(almost)] {
            let status = knock(&hall, Method::POST, secret, body.clone()).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{secret:?}");
        }
        let status = knock(&hall, Method::GET, Some(SECRET), body.clone()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        for wrong in ["", "{", "null", "[]", "{}", "{\"ok\": true}", "{\"ok\": true, \"result\": null}", "\u{0}"] {
            let status = knock(&hall, Method::POST, Some(SECRET), wrong.to_owned()).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        }
        let long = " ".repeat(loa::app::webhook::MOST_BYTES + 1);
        assert_eq!(knock(&hall, Method::POST, Some(SECRET), long).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(hall.database.count("inbox").await, before);
        // What nobody knows is an event all the same, and one without a message is known by its bytes.
        let unknown = json!({"event_name": "message.unsupported.received"});
        for _ in 0..2 {
            assert_eq!(push(&hall, &unknown).await, StatusCode::OK);
        }
        hall.settled().await;
        assert_eq!(hall.database.count("inbox").await, before + 1);
        hall.ends_well().await;
    }
}
