//! What the scenes share: a platform on a hand-set clock, and a bot that calls it.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use loa::sandbox::{Now, Options, Sandbox};
use serde_json::{Value, json};

/// 2026-03-02 08:00 in Hanoi.
pub const MORNING: i64 = 1_772_413_200_000_000;

/// A clock set by hand.
#[derive(Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    pub fn new() -> Clock {
        Clock(Arc::new(AtomicI64::new(MORNING)))
    }

    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub fn now(&self) -> Now {
        let time = Arc::clone(&self.0);
        Arc::new(move || time.load(Ordering::SeqCst))
    }

    pub fn options(&self) -> Options {
        Options::new(self.now())
    }
}

/// Lan (1) and Minh (2), who pressed Start, Hoa (3), who did not, and the group -50 with all three.
pub struct Scene {
    pub sandbox: Sandbox,
    pub clock: Clock,
    pub http: reqwest::Client,
}

impl Scene {
    pub async fn new() -> Scene {
        let clock = Clock::new();
        Scene::with(clock.options(), clock).await
    }

    pub async fn with(options: Options, clock: Clock) -> Scene {
        let sandbox = Sandbox::start(options).await.expect("loopback can be bound");
        for (id, name) in [(1, "Lan"), (2, "Minh"), (3, "Hoa")] {
            sandbox.add_user(id, name);
        }
        sandbox.add_group(-50, "Tổ dân phố 5", &[1, 2, 3], &[1]);
        sandbox.say(1, 1, "/start");
        sandbox.say(2, 2, "/start");
        sandbox.add_bot(-50, 1);
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let scene = Scene { sandbox, clock, http };
        scene.updates().await;
        scene
    }

    pub fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.sandbox.url(), self.sandbox.token())
    }

    /// Calls with a JSON body; gives HTTP status and answer.
    pub async fn call(&self, method: &str, body: Value) -> (u16, Value) {
        let answer = self.http.post(self.url(method)).json(&body).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("JSON"))
    }

    /// Calls, expects success, gives the result.
    pub async fn ok(&self, method: &str, body: Value) -> Value {
        let (status, mut answer) = self.call(method, body).await;
        assert_eq!(status, 200, "{answer}");
        answer["result"].take()
    }

    /// Calls, expects a refusal, gives code and description.
    pub async fn refused(&self, method: &str, body: Value) -> (u16, String) {
        let (status, answer) = self.call(method, body).await;
        assert_eq!(answer["ok"], false, "{answer}");
        assert_eq!(answer["error_code"], status);
        (status, answer["description"].as_str().expect("a description").to_owned())
    }

    /// Sends a text.
    pub async fn send(&self, chat: i64, text: &str) -> Value {
        self.ok("sendMessage", json!({"chat_id": chat, "text": text})).await
    }

    /// All updates that wait, acknowledged.
    pub async fn updates(&self) -> Vec<Value> {
        let updates = self.ok("getUpdates", json!({})).await;
        let updates = updates.as_array().expect("an array").clone();
        if let Some(last) = updates.last() {
            let offset = last["update_id"].as_i64().expect("a number") + 1;
            self.ok("getUpdates", json!({"offset": offset})).await;
        }
        updates
    }
}

/// A small picture.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 120]));
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("a picture");
    bytes.into_inner()
}
