//! What the scenes of Zalo's bot platform share: a platform on a hand-set clock, and a bot that calls it.

use axum::Router;
use loa::sandbox::{ZaloBot, ZaloBotOptions};
use serde_json::{Value, json};

use crate::kit::Clock;

/// Lan and Minh, who wrote to the bot, and Hoa, who did not.
pub struct Scene {
    pub zalo: ZaloBot,
    pub clock: Clock,
    pub http: reqwest::Client,
}

impl Scene {
    pub async fn new() -> Scene {
        Scene::with(|_| {}).await
    }

    /// With other options.
    pub async fn with(change: impl FnOnce(&mut ZaloBotOptions)) -> Scene {
        let clock = Clock::new();
        let mut options = ZaloBotOptions::new(clock.now());
        change(&mut options);
        let zalo = ZaloBot::start(options).await.expect("loopback can be bound");
        for (id, name) in [("lan", "Lan"), ("minh", "Minh"), ("hoa", "Hoa")] {
            zalo.add_user(id, name);
        }
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let scene = Scene { zalo, clock, http };
        for person in ["lan", "minh"] {
            scene.zalo.say(person, "Chào");
            scene.ok("getUpdates", json!({})).await;
        }
        scene
    }

    pub fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.zalo.url(), self.zalo.token())
    }

    /// Calls with a JSON body; gives HTTP status and answer.
    pub async fn call(&self, method: &str, body: Value) -> (u16, Value) {
        let answer = self.http.post(self.url(method)).json(&body).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("JSON"))
    }

    /// Calls, expects success, gives the result.
    pub async fn ok(&self, method: &str, body: Value) -> Value {
        let (_, mut answer) = self.call(method, body).await;
        assert_eq!(answer["ok"], true, "{answer}");
        answer["result"].take()
    }

    /// Calls, expects a refusal in an answer with status 200, gives the code.
    pub async fn refused(&self, method: &str, body: Value) -> u64 {
        let (status, answer) = self.call(method, body).await;
        assert_eq!((status, &answer["ok"]), (200, &json!(false)), "{answer}");
        assert!(answer["description"].is_string(), "{answer}");
        answer["error_code"].as_u64().expect("a code")
    }

    /// Sends a text; gives the result.
    pub async fn send(&self, chat: &str, text: &str) -> Value {
        self.ok("sendMessage", json!({"chat_id": chat, "text": text})).await
    }

    /// The next update that waits.
    pub async fn update(&self) -> Value {
        self.ok("getUpdates", json!({"timeout": "0"})).await
    }
}

/// Serves on loopback until the test ends; gives the address.
pub async fn serve(routes: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback can be bound");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, routes).into_future());
    format!("http://{address}")
}
