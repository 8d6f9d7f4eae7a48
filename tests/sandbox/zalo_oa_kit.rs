//! What the scenes of an Official Account share: a platform on a hand-set clock, and a program that calls it.

use loa::sandbox::{ZaloOa, ZaloOaOptions};
use serde_json::{Value, json};

use crate::kit::Clock;

pub const HOUR: i64 = 3600;
pub const DAY: i64 = 24 * HOUR;

/// Lan and Minh, who follow and have written, Hoa, who follows, and Tư, who does not.
pub struct Scene {
    pub zalo: ZaloOa,
    pub clock: Clock,
    pub http: reqwest::Client,
    /// The access token in use.
    pub access: String,
    pub refresh: String,
}

impl Scene {
    pub async fn new() -> Scene {
        Scene::with(|_| {}).await
    }

    /// With other options.
    pub async fn with(change: impl FnOnce(&mut ZaloOaOptions)) -> Scene {
        let clock = Clock::new();
        let mut options = ZaloOaOptions::new(clock.now());
        change(&mut options);
        let zalo = ZaloOa::start(options).await.expect("loopback can be bound");
        for (id, name) in [("lan", "Lan"), ("minh", "Minh"), ("hoa", "Hoa"), ("tu", "Tư")] {
            zalo.add_user(id, name);
        }
        ["lan", "minh", "hoa"].into_iter().for_each(|person| zalo.follow(person));
        ["lan", "minh"].into_iter().for_each(|person| drop(zalo.say(person, "Chào")));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let (access, refresh) = zalo.authorise();
        Scene { zalo, clock, http, access, refresh }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.zalo.url())
    }

    /// Asks for a new pair of tokens.
    pub async fn renew(&self, secret: &str, refresh: &str) -> Value {
        let form =
            [("refresh_token", refresh), ("app_id", "4318657068771012646"), ("grant_type", "refresh_token")];
        let request =
            self.http.post(self.url("/v4/oa/access_token")).header("secret_key", secret).form(&form);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// Calls with a JSON body; everything is answered with status 200.
    pub async fn call(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(self.url(path)).header("access_token", &self.access).json(&body);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.json().await.expect("JSON")
    }

    pub async fn get(&self, path: &str) -> Value {
        let request = self.http.get(self.url(path)).header("access_token", &self.access);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// Calls, expects success, gives the data.
    pub async fn ok(&self, path: &str, body: Value) -> Value {
        let mut answer = self.call(path, body).await;
        assert_eq!((&answer["error"], &answer["message"]), (&json!(0), &json!("Success")), "{answer}");
        answer["data"].take()
    }

    /// Calls, expects a refusal, gives the code.
    pub async fn refused(&self, path: &str, body: Value) -> i64 {
        let answer = self.call(path, body).await;
        assert!(answer["message"].is_string() && answer["data"].is_null(), "{answer}");
        answer["error"].as_i64().expect("a code")
    }

    /// Hands a file over; gives the answer.
    pub async fn upload(&self, kind: &str, name: &str, bytes: Vec<u8>) -> Value {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", part);
        let url = self.url(&format!("/v2.0/oa/upload/{kind}"));
        let request = self.http.post(url).header("access_token", &self.access).multipart(form);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }
}

/// A text to a person.
pub fn text(user: &str, words: &str) -> Value {
    json!({"recipient": {"user_id": user}, "message": {"text": words}})
}

pub const CS: &str = "/v3.0/oa/message/cs";
pub const GROUP: &str = "/v3.0/oa/group/message";
