//! The program itself, as somebody types it.

use std::path::Path;
use std::process::{Command, Output};

use loa::clock::Clock;
use loa::domain::ChannelKind;
use loa::random::Random;
use loa::sandbox::{Options, Sandbox};
use loa::store::Store;
use loa::store::inbox::NewUpdate;
use serde_json::Value;

pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

/// Runs `loa` in a directory, with nothing of this machine's configuration.
pub async fn loa(dir: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
    let ours = std::env::vars().map(|(name, _)| name).filter(|name| name.starts_with("LOA_"));
    ours.for_each(|name| {
        command.env_remove(name);
    });
    command.current_dir(dir).args(arguments).envs(environment.iter().copied());
    let run = move || command.stdin(std::process::Stdio::null()).output();
    let output: Output = tokio::task::spawn_blocking(run).await.expect("no panic").expect("the program");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

async fn platform() -> Sandbox {
    let now = || Clock::System.now().0;
    Sandbox::start(Options::new(std::sync::Arc::new(now))).await.expect("a platform")
}

/// What `loa check` says about one thing.
pub fn finding<'a>(findings: &'a Value, what: &str) -> &'a Value {
    let all = findings.as_array().expect("a list");
    all.iter().find(|finding| finding["what"] == what).unwrap_or_else(|| panic!("{what} in {findings}"))
}

#[tokio::test]
async fn a_new_place_is_made_once_and_says_what_is_next() {
    let dir = tempfile::tempdir().expect("a directory");
    let made = loa(dir.path(), &[], &["init", "truc ban #1", "--unit", "Tỉnh Mường Lam"]).await;
    assert_eq!(made.code, Some(0), "{}", made.err);
    for words in ["Tỉnh Mường Lam", "/start ", "@BotFather", "check", "run"] {
        assert!(made.out.contains(words), "{words} in {}", made.out);
    }
    let again = loa(dir.path(), &[], &["init", "truc ban #1"]).await;
    assert_eq!(again.code, Some(2));
    assert!(again.err.contains("không ghi đè"), "{}", again.err);
    let elsewhere = dir.path().join("truc ban #1");
    let status = loa(dir.path(), &[("LOA_CONFIG", "truc ban #1/loa.toml")], &["status", "--json"]).await;
    assert_eq!(status.json()["inbox"]["waiting"], 0);
    assert!(elsewhere.join("loa.db").exists(), "the database is beside its configuration");
}

#[tokio::test]
async fn every_error_is_one_sentence_and_the_code_tells_whose_turn_it_is() {
    let dir = tempfile::tempdir().expect("a directory");
    let missing = loa(dir.path(), &[], &["status", "--json"]).await;
    assert_eq!(missing.code, Some(2));
    assert_eq!(missing.json()["error"]["kind"], "user");
    assert_eq!(missing.err.trim().lines().count(), 1);
    let nonsense = loa(dir.path(), &[], &["fly"]).await;
    assert_eq!(nonsense.code, Some(2));
    std::fs::write(dir.path().join("loa.toml"), "[databse]\nurl = 1\n").expect("written");
    let unknown = loa(dir.path(), &[], &["status"]).await;
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("dòng 1") && unknown.err.contains("\"database\""), "{}", unknown.err);
    std::fs::write(dir.path().join("loa.toml"), "[database]\nurl = \"sqlite:/nowhere/loa.db\"\n")
        .expect("written");
    let failed = loa(dir.path(), &[], &["status", "--json"]).await;
    assert_eq!(failed.code, Some(1));
    assert_eq!(failed.json()["error"]["kind"], "failed");
}

#[tokio::test]
async fn check_names_the_bot_and_what_was_set_aside() {
    let dir = tempfile::tempdir().expect("a directory");
    let sandbox = platform().await;
    let (url, token) = (sandbox.url().to_owned(), sandbox.token().to_owned());
    let environment = [("LOA_TELEGRAM__API_URL", url.as_str()), ("LOA_TELEGRAM__TOKEN", token.as_str())];
    let made = loa(dir.path(), &environment, &["init", "--json"]).await;
    let link = made.json()["link"].as_str().expect("a link").to_owned();
    assert!(link.starts_with("https://t.me/"), "{link}");

    let good = loa(dir.path(), &environment, &["check", "--json"]).await;
    assert_eq!(finding(&good.json(), "token")["state"], "good");
    assert_eq!(finding(&good.json(), "clock")["state"], "good");
    assert_eq!(finding(&good.json(), "inbox")["state"], "good");
    assert_ne!(finding(&good.json(), "database")["state"], "fault");

    let database = format!("sqlite:{}", dir.path().join("loa.db").display());
    let store = Store::open(&database, Clock::System, Random::seeded(1)).await.expect("a store");
    let body = b"{}".to_vec();
    let update = NewUpdate::numbered(4711, "telegram:1", body);
    store.receive(ChannelKind::Telegram, vec![update]).await.expect("stored");
    let id = store.waiting_updates(ChannelKind::Telegram, 1).await.expect("updates")[0].id;
    for _ in 0..3 {
        store.handling_failed(vec![id], "as asked".to_owned()).await.expect("noted");
    }
    let bad = loa(dir.path(), &environment, &["check"]).await;
    assert_eq!(bad.code, Some(1));
    let line = bad.out.lines().find(|line| line.contains("4711")).expect("the update by its number");
    assert!(line.starts_with('✗') && line.contains("as asked"), "{line}");
    assert!(line.contains(&format!("loa inbox retry {}", id.0)), "{line}");
    let listed = loa(dir.path(), &environment, &["inbox", "list"]).await;
    assert!(listed.out.contains("as asked"), "{}", listed.out);
    let number = id.0.to_string();
    assert_eq!(loa(dir.path(), &environment, &["inbox", "drop", &number]).await.code, Some(0));
    assert_ne!(loa(dir.path(), &environment, &["inbox", "retry", &number]).await.code, Some(0));
    let after = loa(dir.path(), &environment, &["check", "--json"]).await;
    assert_eq!(finding(&after.json(), "inbox")["state"], "good");
    for said in [&bad.out, &bad.err, &good.out, &good.err] {
        assert!(!said.contains(token.split_once(':').expect("a token").1), "{said}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_a_fault_and_never_shown() {
    let dir = tempfile::tempdir().expect("a directory");
    let sandbox = platform().await;
    let url = sandbox.url().to_owned();
    let environment = [
        ("LOA_TELEGRAM__API_URL", url.as_str()),
        ("LOA_TELEGRAM__TOKEN", "123456789:quite-another-token"),
        ("LOA_LOG", "trace"),
    ];
    loa(dir.path(), &environment, &["init"]).await;
    let checked = loa(dir.path(), &environment, &["check", "--json"]).await;
    assert_eq!(checked.code, Some(1));
    assert_eq!(finding(&checked.json(), "token")["state"], "fault");
    assert!(!checked.out.contains("quite-another") && !checked.err.contains("quite-another"));
}

/// The names under "Commands:" in a help text.
fn subcommands(help: &str) -> Vec<String> {
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let named = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = named.filter_map(|line| line.split_whitespace().next()).map(str::to_owned);
    names.filter(|name| name != "help").collect()
}

#[tokio::test]
async fn help_teaches_by_example_and_completions_are_there() {
    let dir = tempfile::tempdir().expect("a directory");
    // Every command that there is, as the program itself lists them.
    let mut waiting: Vec<Vec<String>> = vec![Vec::new()];
    let mut seen = 0;
    while let Some(command) = waiting.pop() {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = loa(dir.path(), &[], &arguments).await;
        assert_eq!(help.code, Some(0), "{command:?}");
        assert!(help.out.contains("Usage: loa"), "{command:?}: {}", help.out);
        let below = subcommands(&help.out);
        if below.is_empty() || command.is_empty() {
            assert!(help.out.contains("Example"), "{command:?} teaches by no example: {}", help.out);
        }
        waiting.extend(below.into_iter().map(|name| [command.clone(), vec![name]].concat()));
        seen += 1;
    }
    assert!(seen > 25, "{seen} commands");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let completions = loa(dir.path(), &[], &["completions", shell]).await;
        assert_eq!(completions.code, Some(0));
        for word in ["notice", "schedule", "incident", "unconfirmed"] {
            assert!(completions.out.contains(word), "{shell}: {word}");
        }
    }
}
