//! A client that nobody here wrote understands the stand-in of Zalo's bot platform.

use std::path::{Path, PathBuf};
use std::process::Command;

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};

use crate::kit::picture;
use crate::zalo_kit::{Scene, serve};

const CLIENT: &str = "python-zalo-bot==0.1.9";

/// What a program says, or why it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A Python that has the client; made once and kept with what else is built for the tests.
fn python() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("zalo-python");
    let python = home.join("bin/python");
    if run(Command::new(&python).args(["-c", "import zalo_bot"])).is_err() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", CLIENT];
        run(Command::new(&python).args(pip))?;
    }
    Ok(python)
}

/// Lets the client play, or says that there is none (and fails if `LOA_TEST_ALL=1` wants it).
fn play(args: [String; 3]) -> Option<Value> {
    let python = match python() {
        Ok(python) => python,
        Err(why) => {
            let text = format!("SKIPPED: {CLIENT} is not tried, since it cannot be installed: {why}");
            assert!(std::env::var("LOA_TEST_ALL").as_deref() != Ok("1"), "{text}");
            println!("{text}");
            return None;
        }
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/zalo_client.py");
    let heard = run(Command::new(python).arg(script).args(args).env("NO_PROXY", "127.0.0.1"));
    Some(serde_json::from_str(&heard.expect("the client succeeds")).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_zalo_bot_is_at_home_here() {
    let scene = Scene::new().await;
    scene.zalo.say("lan", "Xin chào");
    scene.zalo.send_photo("lan", picture(8, 8), "");
    scene.zalo.say("minh", "Có ai không?");
    let site = serve(Router::new().route("/a.jpg", get(|| async { picture(8, 8) }))).await;
    let args = [scene.zalo.url().to_owned(), scene.zalo.token(), format!("{site}/a.jpg")];
    let heard = tokio::task::spawn_blocking(|| play(args)).await.expect("the client ends");
    let Some(heard) = heard else { return };
    assert_eq!(heard[0], json!(["1459232241454765289", "bot.loa"]));
    assert_eq!(heard[1], json!(["Lan", "lan", "Xin chào", false]));
    assert_eq!(heard[2], json!(["Lan", "lan", null, true]));
    assert_eq!(heard[3], json!(["Minh", "minh", "Có ai không?", false]));
    let sent = &scene.zalo.accepted()[2];
    assert_eq!(heard[4], json!([sent.message_id, 1_772_413_200.0]));
    assert_eq!(heard[5], Value::Null);
    let chat = "👤 Lan: Chào\n👤 Lan: Xin chào\n👤 Lan: [📷 1]\n🤖 loa: Đã nhận\n🤖 loa: Chào Lan\n\
                🤖 loa: [📷 1] Sơ đồ\n🤖 loa: [😀 s1]\n";
    assert_eq!(scene.zalo.render_chat("lan"), chat);
    assert!(scene.zalo.violations().is_empty(), "{:?}", scene.zalo.violations());
}
