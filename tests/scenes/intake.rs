//! How updates come in, as the configuration says and `loa check` tells.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use loa::clock::Clock;
use loa::http::http_client;
use loa::sandbox::{Options, Sandbox};
use rustix::process::{Pid, Signal, kill_process};

use crate::cli::{finding, loa};
use crate::on_both;

const LAN: i64 = 11;
const SECRET: &str = "a-secret-of-letters";
/// More than the longest start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// `loa run`, with everything that it logs in a file.
fn run(dir: &Path, environment: &[(&str, &str)]) -> Child {
    let log =
        std::fs::OpenOptions::new().create(true).append(true).open(dir.join("run.log")).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
    command.current_dir(dir).arg("run").envs(environment.iter().copied());
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file")).stderr(log);
    command.spawn().expect("the program")
}

/// Asks a process to end; gives its exit code.
async fn end(mut child: Child) -> Option<i32> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, Signal::TERM).expect("a signal");
    let ended = tokio::task::spawn_blocking(move || child.wait());
    ended.await.expect("no panic").expect("an end").code()
}

async fn hears(sandbox: &Sandbox, times: usize) {
    let heard = |sandbox: &Sandbox| {
        let said = sandbox.chat(LAN).iter().filter(|seen| seen.by_bot).count();
        (said >= times).then_some(())
    };
    if tokio::time::timeout(PATIENCE, sandbox.wait_for(heard)).await.is_err() {
        panic!("{times} answers do not come:\n{}", sandbox.render_all());
    }
}

/// A port that nobody has: taken and given back.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

on_both! {
    async fn the_program_takes_what_is_pushed_and_asks_again_without_a_url(database: Database) {
        let now = || Clock::System.now().0;
        let mut options = Options::new(std::sync::Arc::new(now));
        options.wait_bound = PATIENCE;
        let sandbox = Sandbox::start(options).await.expect("a platform");
        let dir = tempfile::tempdir().expect("a directory");
        let (api, token, listen) = (sandbox.url().to_owned(), sandbox.token().to_owned(), free_address());
        let url = format!("http://{listen}/telegram");
        let polled = [
            ("LOA_TELEGRAM__API_URL", api.as_str()),
            ("LOA_TELEGRAM__TOKEN", token.as_str()),
            ("LOA_DATABASE__URL", database.url.as_str()),
            ("LOA_LOG", "trace"),
        ];
        let push = [
            ("LOA_TELEGRAM__WEBHOOK__URL", url.as_str()),
            ("LOA_TELEGRAM__WEBHOOK__LISTEN", listen.as_str()),
            ("LOA_TELEGRAM__WEBHOOK__SECRET", SECRET),
        ];
        let pushed = [polled.as_slice(), push.as_slice()].concat();
        let made = loa(dir.path(), &polled, &["init", "--json"]).await;
        assert_eq!(made.code, Some(0), "{}", made.err);
        sandbox.add_user(LAN, "Lan");

        let early = loa(dir.path(), &pushed, &["check", "--json"]).await.json();
        let early = finding(&early, "intake");
        assert_eq!(early["state"], "warning");
        assert!(early["says"].as_str().is_some_and(|says| says.contains("chưa biết") && says.contains(&url)), "{early}");

        let child = run(dir.path(), &pushed);
        sandbox.say(LAN, LAN, "/start");
        hears(&sandbox, 1).await;
        let checked = loa(dir.path(), &pushed, &["check", "--json"]).await;
        let state = checked.json();
        let state = finding(&state, "intake");
        assert_eq!(state["state"], "good", "{state}");
        assert!(state["says"].as_str().is_some_and(|says| says.contains("đẩy đến") && says.contains(&url)), "{state}");
        let stranger = http_client().expect("a client").post(&url).body("{}").send().await.expect("an answer");
        assert_eq!(stranger.status(), 404);
        // Somebody else listens there already: said in a sentence, and nothing is changed.
        let twice = loa(dir.path(), &pushed, &["run"]).await;
        assert_eq!(twice.code, Some(2));
        assert!(twice.err.contains("khóa listen") && twice.err.contains(&listen), "{}", twice.err);
        assert_eq!(end(child).await, Some(0));

        let away = loa(dir.path(), &polled, &["check", "--json"]).await.json();
        let away = finding(&away, "intake");
        assert!(away["says"].as_str().is_some_and(|says| says.contains("vẫn đang đẩy")), "{away}");
        sandbox.say(LAN, LAN, "/start");
        let child = run(dir.path(), &polled);
        hears(&sandbox, 2).await;
        let asked = loa(dir.path(), &polled, &["check", "--json"]).await.json();
        let asked = finding(&asked, "intake");
        assert_eq!(asked["state"], "good", "{asked}");
        assert!(asked["says"].as_str().is_some_and(|says| says.contains("tự hỏi")), "{asked}");
        assert_eq!(end(child).await, Some(0));

        let log = std::fs::read_to_string(dir.path().join("run.log")).expect("a log");
        assert!(log.contains("updates are pushed by the platform"), "{log}");
        for said in [&log, &checked.out, &checked.err, &twice.out, &twice.err] {
            assert!(!said.contains(SECRET), "{said}");
        }
        assert!(database.search(SECRET).await.is_empty());
        assert!(sandbox.violations().is_empty(), "{:#?}", sandbox.violations());
    }
}
