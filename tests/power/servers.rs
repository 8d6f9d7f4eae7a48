//! A PostgreSQL that goes away, in the middle of transactions and while nothing happens, and comes back.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use loa::random::Random;
use sqlx::{Connection, PgConnection};

use crate::people::{Play, REPORTERS};
use crate::stage::{Stage, seed};

/// How long the server stays away, which is no wait for anything.
const AWAY: Duration = Duration::from_millis(1500);

/// A server of this test's own, that is stopped as a loss of power would stop it.
struct Server {
    bin: PathBuf,
    dir: PathBuf,
    port: u16,
    root: bool,
    running: Option<Child>,
}

impl Server {
    /// `None` where PostgreSQL is not installed; with `LOA_TEST_ALL=1` that is a failure.
    fn new() -> Option<Self> {
        let Some(bin) = find_bin() else {
            assert!(
                std::env::var_os("LOA_TEST_ALL").is_none(),
                "PostgreSQL is not installed, and all tests are to run"
            );
            eprintln!("SKIPPED: PostgreSQL is not installed (Debian: apt-get install postgresql)");
            return None;
        };
        let dir = tempfile::Builder::new().prefix("loa-pg").tempdir().expect("a directory").keep();
        let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0");
        if root {
            assert!(Command::new("chown").arg("postgres").arg(&dir).status().expect("chown").success());
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let server = Self { bin, dir, port: port.expect("a port").port(), root, running: None };
        let made = server
            .command(&server.bin.join("initdb"))
            .args(["-U", "postgres", "-A", "trust", "--no-sync", "-D"])
            .arg(server.dir.join("data"))
            .output()
            .expect("initdb");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Some(server)
    }

    /// PostgreSQL refuses to run as root.
    fn command(&self, program: &Path) -> Command {
        let mut command = if self.root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        command
    }

    /// The server ends at once when our end of the pipe is closed, by whatever means. Commits are not on the disk
    /// by themselves for ten seconds, where somebody does not wait for it.
    async fn start(&mut self) {
        let script = format!(
            "'{}' -D '{dir}/data' -p {} -k '{dir}' -c listen_addresses=127.0.0.1 -c wal_writer_delay=10s \
             >>'{dir}/log' 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server",
            self.bin.join("postgres").display(),
            self.port,
            dir = self.dir.display(),
        );
        let mut command = self.command(Path::new("/bin/sh"));
        let child = command.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        self.running = Some(child.expect("a server"));
        for _ in 0..600 {
            if PgConnection::connect(&self.url("postgres")).await.is_ok() {
                return;
            }
            // The server comes when it comes.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("PostgreSQL did not start");
    }

    /// Ends it without a word: nothing is finished, nothing written that was not asked for.
    fn stop(&mut self) -> io::Result<()> {
        if let Some(mut child) = self.running.take() {
            drop(child.stdin.take());
            child.wait()?;
        }
        Ok(())
    }

    fn url(&self, name: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    async fn execute(&self, database: &str, sql: &'static str) {
        let mut connection = PgConnection::connect(&self.url(database)).await.expect("the server answers");
        sqlx::query(sql).execute(&mut connection).await.expect("done");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server and its files are nobody's any more.
        let _ = self.stop();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn find_bin() -> Option<PathBuf> {
    let found = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    found.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max()
}

/// A server that does not wait for the disk by itself, and the program on it.
async fn set_up(seed: u64, notices: usize) -> Option<(Server, Stage)> {
    let mut server = tokio::task::spawn_blocking(Server::new).await.expect("no panic")?;
    server.start().await;
    server.execute("postgres", "CREATE DATABASE loa").await;
    server.execute("postgres", "ALTER DATABASE loa SET synchronous_commit = off").await;
    let url = server.url("loa");
    let mut stage = Stage::postgres(url, seed, notices).await;
    stage.start();
    stage.sandbox.say(101, 101, "/help");
    stage.wait_for("a first answer", |stage| stage.sent() > 0).await;
    Some((server, stage))
}

/// Updates that were acknowledged are there after the server was stopped at once.
async fn all_acknowledged_is_stored(stage: &Stage) {
    let (facts, acknowledged) = (crate::checker::Facts::read(&stage.url).await, stage.acknowledged());
    for id in acknowledged {
        let id = id.to_string();
        assert!(facts.updates.iter().any(|update| update.external_id == id), "{id} is lost");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_away_stops_the_work_until_it_is_back() {
    let Some((mut server, mut stage)) = set_up(seed(), 0).await else { return };
    stage.drain().await;
    server.stop().expect("an end");
    let before = (stage.acknowledged(), stage.sent());
    for reporter in REPORTERS {
        stage.sandbox.say(reporter, reporter, &format!("Sạt lở ở phường Bình Minh, điểm số {reporter}"));
    }
    stage.wait_for("the alarm", |stage| stage.whole_log().contains(": it cannot be reached")).await;
    tokio::time::sleep(AWAY).await;
    assert_eq!((stage.acknowledged(), stage.sent()), before, "{}", stage.log());
    let (content, said) = stage.run(&["check"]).await;
    assert!(!content && said.contains("không mở được cơ sở dữ liệu"), "{said}");
    server.start().await;
    all_acknowledged_is_stored(&stage).await;
    stage.drain().await;
    assert!(!stage.has_ended(), "{}", stage.log());
    stage.stop().await;
    let verdict = stage.must_be_clean("a server that goes away").await;
    assert!(verdict.figures.updates >= 5 && verdict.figures.repeats == 0, "{:?}", verdict.figures);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_ends_in_the_middle_of_transactions_loses_nothing() {
    let seed = seed();
    println!("servers: seed {seed}");
    let Some((mut server, mut stage)) = set_up(seed, 3).await else { return };
    let (dice, mut play) = (Random::seeded(seed), Play::new(seed));
    for round in 0..4 {
        play.turn(&mut stage);
        // The moment at which it happens, not a wait for anything.
        tokio::time::sleep(Duration::from_millis(100 + dice.below(600))).await;
        if round % 2 == 0 {
            server.stop().expect("an end");
            tokio::time::sleep(AWAY / 3).await;
            server.start().await;
            all_acknowledged_is_stored(&stage).await;
        } else {
            let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE datname = 'loa' AND pid <> pg_backend_pid()";
            server.execute("loa", sql).await;
        }
    }
    stage.drain().await;
    assert!(!stage.has_ended(), "{}", stage.log());
    stage.stop().await;
    let verdict = stage.must_be_clean(&format!("servers, seed {seed}")).await;
    println!("servers: seed {seed}, {:?}", verdict.figures);
    assert!(verdict.figures.repeats <= verdict.figures.unanswered + verdict.figures.cut_off);
}
