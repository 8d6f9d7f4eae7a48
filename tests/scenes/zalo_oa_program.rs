//! The program over an Official Account: its tokens are entered once, and are in no log at any level.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use loa::clock::Clock;
use loa::sandbox::{Fault, Rule, ZaloOa, ZaloOaOptions};

use crate::cli::loa;

const LAN: &str = "1101";

/// A configuration with an account on the practice platform, and where its events go.
fn configure(dir: &Path, zalo: &ZaloOa) -> String {
    // Freed at once, so that the program can have it.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = free.local_addr().expect("an address");
    let (api, url) = (zalo.url(), format!("http://{listen}/oa"));
    let text = format!(
        "[zalo_oa]\napp_id = \"4318657068771012646\"\napp_secret = \"practice-app-secret\"\n\
         api_url = \"{api}\"\noauth_url = \"{api}\"\n\
         [zalo_oa.webhook]\nurl = \"{url}\"\nlisten = \"{listen}\"\nsecret = \"practice-oa-secret\"\n"
    );
    std::fs::write(dir.join("loa.toml"), text).expect("written");
    url
}

fn program(dir: &Path, argument: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
    command.current_dir(dir).args(argument).env("LOA_LOG", "trace").env("RUST_LOG", "trace");
    command
}

/// Enters a refresh token, as an operator pastes it; gives what was said.
fn enter(dir: &Path, refresh: &str) -> String {
    let mut command = program(dir, &["zalo", "token"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program");
    let mut stdin = child.stdin.take().expect("its input");
    writeln!(stdin, "{refresh}").expect("written");
    drop(stdin);
    let said = child.wait_with_output().expect("ended");
    assert!(said.status.success(), "{said:?}");
    String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tokens_of_an_account_are_in_no_log() {
    let zalo = ZaloOa::start(ZaloOaOptions::new(std::sync::Arc::new(|| Clock::System.now().0))).await;
    let zalo = zalo.expect("a practice platform");
    let dir = tempfile::tempdir().expect("a directory");
    zalo.set_webhook(Some(&configure(dir.path(), &zalo)));
    let said = enter(dir.path(), &zalo.authorise().1);
    // What goes wrong on the way could name what was sent.
    zalo.faults().add(Rule::new(Fault::Status(503)).method("access_token").times(1));
    zalo.faults().add(Rule::new(Fault::ResetBefore).method("message/cs").times(1));
    let log = std::fs::File::create(dir.path().join("run.log")).expect("a file");
    let mut command = program(dir.path(), &["run"]);
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file")).stderr(log);
    let mut child = command.spawn().expect("the program");
    zalo.wait_for(|zalo| (zalo.pairs().len() == 2).then_some(())).await;
    zalo.add_user(LAN, "Lan");
    zalo.follow(LAN);
    zalo.say(LAN, "xin chào");
    zalo.wait_for(|zalo| zalo.last(LAN).filter(|seen| seen.by_oa)).await;
    let live = loa(dir.path(), &[], &["check", "--live"]).await;
    assert!(live.out.contains("✓ Official Account trả lời: Phường Bình Minh"), "{}", live.out);
    assert!(live.out.contains("/oa mở được") && live.code == Some(0), "{}", live.out);
    child.kill().expect("ended");
    child.wait().expect("ended");
    let checked = loa(dir.path(), &[], &["check"]).await;
    assert!(checked.out.contains("✓ Official Account") && checked.code == Some(0), "{}", checked.out);
    let live = loa(dir.path(), &[], &["check", "--live"]).await;
    assert!(live.out.contains("/oa không mở được: ") && live.code == Some(1), "{}", live.out);
    let log = std::fs::read_to_string(dir.path().join("run.log")).expect("a log");
    assert!(log.contains("loa is ready") && log.contains("the token was renewed"), "{log}");
    let pairs = zalo.pairs();
    let tokens = pairs.iter().flat_map(|(access, refresh)| [access.as_str(), refresh.as_str()]);
    for secret in tokens.chain(["practice-app-secret", "practice-oa-secret"]) {
        for text in [&said, &log, &checked.out, &checked.err, &live.out, &live.err] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert!(zalo.violations().is_empty(), "{:#?}", zalo.violations());
}
