//! Clients that nobody here wrote understand the stand-in of Zalo's bot platform.

use std::path::{Path, PathBuf};
use std::process::Command;

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};

use crate::kit::picture;
use crate::zalo_kit::{Scene, serve};

const PYTHON_CLIENT: &str = "python-zalo-bot==0.1.9";

/// What a program says, or why it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Where the clients' programs lie.
fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/zalo_client")
}

/// A Python that has its client; made once and kept with what else is built for the tests.
fn in_python() -> Result<Command, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("zalo-python");
    let python = home.join("bin/python");
    if run(Command::new(&python).args(["-c", "import zalo_bot"])).is_err() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYTHON_CLIENT];
        run(Command::new(&python).args(pip))?;
    }
    let mut command = Command::new(python);
    command.arg(clients().join("client.py"));
    Ok(command)
}

/// The program with the crate, built once.
fn in_rust() -> Result<Command, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("zalo-rust");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--locked", "--target-dir"]).arg(&target).current_dir(clients());
    run(&mut build)?;
    Ok(Command::new(target.join("debug/zalo_client")))
}

/// Lets a client play, or says that there is none (and fails if `LOA_TEST_ALL=1` wants it).
fn play(client: Result<Command, String>, name: &str, args: [String; 3]) -> Option<Value> {
    let mut client = match client {
        Ok(client) => client,
        Err(why) => {
            let text = format!("SKIPPED: {name} is not tried, since it cannot be had: {why}");
            assert!(std::env::var("LOA_TEST_ALL").as_deref() != Ok("1"), "{text}");
            println!("{text}");
            return None;
        }
    };
    let heard = run(client.args(args).env("NO_PROXY", "127.0.0.1"));
    Some(serde_json::from_str(&heard.expect("the client succeeds")).expect("JSON"))
}

/// Three messages wait for the client, which answers words, sends one of each kind, and writes to nobody.
async fn play_through(
    client: impl FnOnce() -> Result<Command, String> + Send + 'static,
    name: &'static str,
) -> Option<(Scene, Value)> {
    let scene = Scene::new().await;
    scene.zalo.say("lan", "Xin chào");
    scene.zalo.send_photo("lan", picture(8, 8), "");
    scene.zalo.say("minh", "Có ai không?");
    let site = serve(Router::new().route("/a.jpg", get(|| async { picture(8, 8) }))).await;
    let args = [scene.zalo.url().to_owned(), scene.zalo.token(), format!("{site}/a.jpg")];
    let heard = tokio::task::spawn_blocking(move || play(client(), name, args));
    let heard = heard.await.expect("the client ends")?;
    let chat = "👤 Lan: Chào\n👤 Lan: Xin chào\n👤 Lan: [📷 1]\n🤖 loa: Đã nhận\n🤖 loa: Chào Lan\n\
                🤖 loa: [📷 1] Sơ đồ\n🤖 loa: [😀 s1]\n";
    assert_eq!(scene.zalo.render_chat("lan"), chat);
    assert!(scene.zalo.violations().is_empty(), "{:?}", scene.zalo.violations());
    Some((scene, heard))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_zalo_bot_is_at_home_here() {
    let Some((scene, heard)) = play_through(in_python, PYTHON_CLIENT).await else { return };
    assert_eq!(heard[0], json!(["1459232241454765289", "bot.loa"]));
    assert_eq!(heard[1], json!(["Lan", "lan", "Xin chào", false]));
    assert_eq!(heard[2], json!(["Lan", "lan", null, true]));
    assert_eq!(heard[3], json!(["Minh", "minh", "Có ai không?", false]));
    let sent = &scene.zalo.accepted()[2];
    assert_eq!(heard[4], json!([sent.message_id, 1_772_413_200.0]));
    // What is refused with HTTP 200 is nothing to this client.
    assert_eq!(heard[5], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_crate_zalo_bot_is_at_home_here() {
    let Some((scene, heard)) = play_through(in_rust, "zalo-bot").await else { return };
    assert_eq!(heard[0], json!(["1459232241454765289", "bot.loa"]));
    assert_eq!(heard[1], json!(["Lan", "lan", "Xin chào"]));
    assert_eq!(heard[2], json!(["Lan", "lan", {"picture": true}]));
    assert_eq!(heard[3], json!(["Minh", "minh", "Có ai không?"]));
    let sent = &scene.zalo.accepted()[2];
    assert_eq!(heard[4], json!([sent.message_id, 1_772_413_200_000_i64]));
    assert!(heard[5].as_i64().is_some_and(|code| code >= 400), "{heard}");
}
