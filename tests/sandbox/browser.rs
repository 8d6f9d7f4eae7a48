//! A headless Chromium, driven over the W3C WebDriver protocol.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

const DRIVER: &str = "/usr/bin/chromedriver";
const BROWSER: &str = "/usr/bin/chromium";
/// The name under which WebDriver hands out elements (w3.org/TR/webdriver2/#elements).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub const ENTER: &str = "\u{e007}";
pub const TAB: &str = "\u{e004}";
pub const SHIFT: &str = "\u{e008}";

/// A browser with one window; it ends with this value.
pub struct Browser {
    driver: Child,
    session: String,
    http: reqwest::Client,
    _profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The session was closed before; whatever of the driver is left goes now.
        self.driver.kill().ok();
        self.driver.wait().ok();
    }
}

impl Browser {
    /// Starts a browser, or says that there is none (and fails if `LOA_TEST_ALL=1` wants it).
    pub async fn start(width: u32, height: u32) -> Option<Browser> {
        if !Path::new(DRIVER).exists() || !Path::new(BROWSER).exists() {
            let text = "SKIPPED: the page is not tried, since chromium and chromedriver are not installed";
            assert!(std::env::var("LOA_TEST_ALL").as_deref() != Ok("1"), "{text}");
            println!("{text}");
            return None;
        }
        let profile = TempDir::new().expect("a directory");
        let mut driver = Command::new(DRIVER)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let rest = line.split("started successfully on port ").nth(1)?;
            rest.trim_end_matches('.').parse::<u16>().ok()
        });
        let root = format!("http://127.0.0.1:{}/session", port.expect("a port"));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let args = json!([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            format!("--window-size={width},{height}"),
            format!("--user-data-dir={}", profile.path().display()),
        ]);
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"binary": BROWSER, "args": args},
            "goog:loggingPrefs": {"browser": "ALL"}}}});
        let answer = http.post(&root).json(&wanted).send().await.expect("a session");
        let answer: Value = answer.json().await.expect("JSON");
        let id = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("{answer}"));
        Some(Browser { driver, session: format!("{root}/{id}"), http, _profile: profile })
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.http.post(format!("{}/{path}", self.session)).json(&body).send().await;
        let mut answer: Value = answer.expect("an answer").json().await.expect("JSON");
        assert!(answer["value"]["error"].is_null(), "{path} {body}: {answer}");
        answer["value"].take()
    }

    /// Gives the inside of the window, not the window itself, this size, as a phone of that width has it.
    pub async fn viewport(&self, width: u32, height: u32) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 700});
        let order = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics});
        self.post("goog/cdp/execute", order).await;
    }

    /// Prefers the dark or the light colours.
    pub async fn scheme(&self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.post("goog/cdp/execute", json!({"cmd": "Emulation.setEmulatedMedia", "params": features})).await;
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.post("url", json!({"url": url})).await;
    }

    /// Runs a script and gives what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.post("execute/sync", json!({"script": script, "args": []})).await
    }

    /// Waits until this expression is true on the page.
    pub async fn until(&self, expression: &str) {
        // Looks at every frame of the page; WebDriver ends it after its own script time limit (30 s).
        let script = format!(
            "const done = arguments[0]; const look = () => ({expression}) ? done(true) : requestAnimationFrame(look); look();"
        );
        self.post("execute/async", json!({"script": script, "args": []})).await;
    }

    /// The element of a CSS selector, once it is there.
    pub async fn find(&self, selector: &str) -> String {
        self.until(&format!("document.querySelector({})", json!(selector))).await;
        let found = self.post("element", json!({"using": "css selector", "value": selector})).await;
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    /// Clicks the element of a CSS selector.
    pub async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        self.post(&format!("element/{element}/click"), json!({})).await;
    }

    /// Gives a file chooser a file.
    pub async fn choose_file(&self, selector: &str, path: &Path) {
        let element = self.find(selector).await;
        self.post(&format!("element/{element}/value"), json!({"text": path.display().to_string()})).await;
    }

    /// Presses keys wherever the focus is. `held` stays down meanwhile.
    pub async fn keys(&self, held: &str, text: &str) {
        let key = |kind: &str, key: char| json!({"type": kind, "value": key.to_string()});
        let mut actions: Vec<Value> = held.chars().map(|c| key("keyDown", c)).collect();
        actions.extend(text.chars().flat_map(|c| [key("keyDown", c), key("keyUp", c)]));
        actions.extend(held.chars().map(|c| key("keyUp", c)));
        self.post("actions", json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]})).await;
    }

    /// Goes on with Tab until this expression about `document.activeElement` (as `it`) is true.
    pub async fn tab_to(&self, held: &str, expression: &str) {
        for _ in 0..80 {
            let there = format!("const it = document.activeElement; return Boolean({expression})");
            if self.run(&there).await == true {
                return;
            }
            self.keys(held, TAB).await;
        }
        panic!("Tab never reaches {expression}");
    }

    /// Writes a picture of the window to this file.
    pub async fn picture(&self, path: &str) {
        let answer = self.http.get(format!("{}/screenshot", self.session)).send().await.expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        let bytes = STANDARD.decode(answer["value"].as_str().expect("a picture")).expect("base64");
        std::fs::write(path, bytes).expect("a file");
    }

    /// What the page complained about.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.post("se/log", json!({"type": "browser"})).await;
        let lines = log.as_array().into_iter().flatten();
        lines.filter_map(|line| line["message"].as_str().map(str::to_owned)).collect()
    }

    /// Ends the browser.
    pub async fn close(self) {
        self.http.delete(&self.session).send().await.ok();
    }
}
