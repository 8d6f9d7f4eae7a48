//! The token: in no log at any level, in no error, nowhere in the database, after all that can happen.

use std::process::{Command, Stdio};
use std::time::Duration;

use loa::clock::Clock;
use loa::sandbox::{Fault, Options, Rule, Sandbox};

use crate::cli::loa;
use crate::on_both;
use crate::town::photo;

const LAN: i64 = 11;

/// Waits until the person has an answer with these words.
async fn hears(sandbox: &Sandbox, words: &str) {
    let heard = |sandbox: &Sandbox| {
        let last = sandbox.chat(LAN).into_iter().rev().find(|seen| seen.by_bot && seen.text.contains(words));
        last.map(|_| ())
    };
    if tokio::time::timeout(Duration::from_secs(60), sandbox.wait_for(heard)).await.is_err() {
        panic!("{words:?} does not come:\n{}", sandbox.render_all());
    }
}

on_both! {
    async fn the_token_is_nowhere_after_a_run_with_every_log_on(database: Database) {
        let now = || Clock::System.now().0;
        let sandbox = Sandbox::start(Options::new(std::sync::Arc::new(now))).await.expect("a platform");
        let dir = tempfile::tempdir().expect("a directory");
        let (url, token) = (sandbox.url().to_owned(), sandbox.token().to_owned());
        let secret = token.split_once(':').expect("a token").1.to_owned();
        let environment = [
            ("LOA_TELEGRAM__API_URL", url.as_str()),
            ("LOA_TELEGRAM__TOKEN", token.as_str()),
            ("LOA_DATABASE__URL", database.url.as_str()),
            ("LOA_LOG", "trace"),
        ];
        let made = loa(dir.path(), &environment, &["init", "--json"]).await;
        let link = made.json()["link"].as_str().expect("a link").to_owned();
        let log = std::fs::File::create(dir.path().join("run.log")).expect("a file");
        let mut child = Command::new(env!("CARGO_BIN_EXE_loa"))
            .current_dir(dir.path())
            .arg("run")
            .envs(environment)
            .env("RUST_LOG", "trace")
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .expect("the program");
        // Everything that goes wrong on the way names addresses, and addresses hold the token.
        for fault in [Fault::Status(502), Fault::ResetBefore, Fault::ResetAfter, Fault::Garbage] {
            sandbox.faults().add(Rule::new(fault).method("sendMessage").times(1));
        }
        sandbox.faults().add(Rule::new(Fault::Status(500)).method("getFile").times(1));
        sandbox.faults().add(Rule::new(Fault::Status(502)).method("getUpdates").times(2));
        sandbox.add_user(LAN, "Chị Lan");
        sandbox.open_link(LAN, link.split_once("?start=").expect("an invite").1);
        hears(&sandbox, "Bạn được mời").await;
        let offer = sandbox.chat(LAN).into_iter().rev().find(|seen| seen.labels().contains(&"Đồng ý")).expect("an offer");
        sandbox.press(LAN, LAN, offer.id, "Đồng ý");
        hears(&sandbox, "đúng chưa").await;
        let name = sandbox.chat(LAN).into_iter().rev().find(|seen| seen.labels().contains(&"Đúng rồi")).expect("a question");
        sandbox.press(LAN, LAN, name.id, "Đúng rồi");
        hears(&sandbox, "chào mừng").await;
        sandbox.send_photo(LAN, LAN, photo(1), "Sạt lở ở đường vào bản");
        hears(&sandbox, "Việc này ở đâu?").await;
        // Then the platform does not know the token any more.
        let wrong = [environment[0], ("LOA_TELEGRAM__TOKEN", "123456789:quite-another-token"), environment[2], environment[3]];
        let refused = loa(dir.path(), &wrong, &["check"]).await;
        let told = loa(dir.path(), &environment, &["check"]).await;
        child.kill().expect("ended");
        child.wait().expect("ended");
        sandbox.shutdown().await;
        let alone = loa(dir.path(), &environment, &["check"]).await;
        let log = std::fs::read_to_string(dir.path().join("run.log")).expect("a log");
        assert!(log.contains("loa is ready") && log.contains("502"), "it has logged: {log}");
        for said in [&log, &made.out, &made.err, &told.out, &told.err, &alone.out, &alone.err] {
            assert!(!said.contains(&secret), "{said}");
        }
        for said in [&refused.out, &refused.err] {
            assert!(!said.contains("quite-another"), "{said}");
        }
        let found = database.search(&secret).await;
        assert!(found.is_empty(), "{found:?}");
        for entry in std::fs::read_dir(dir.path()).expect("a directory") {
            let path = entry.expect("an entry").path();
            let bytes = std::fs::read(&path).unwrap_or_default();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", path.display());
        }
    }
}
