//! A PostgreSQL of the tests' own: started once for all scenes of this run, gone when the run ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The URL of a new, empty database; `None` where PostgreSQL is not installed.
///
/// With `LOA_TEST_ALL=1` a missing PostgreSQL is a failure.
pub async fn new_database() -> Option<String> {
    static SERVER: OnceLock<Option<u16>> = OnceLock::new();
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let port = *tokio::task::spawn_blocking(|| SERVER.get_or_init(start)).await.expect("no panic");
    let Some(port) = port else {
        assert!(
            std::env::var_os("LOA_TEST_ALL").is_none(),
            "PostgreSQL is not installed, and all tests are to run"
        );
        eprintln!("SKIPPED: PostgreSQL is not installed (Debian: apt-get install postgresql)");
        return None;
    };
    let name = format!("loa_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let admin = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    let mut connection =
        <sqlx::PgConnection as sqlx::Connection>::connect(&admin).await.expect("the server answers");
    let sql = format!("CREATE DATABASE {name}");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect("a new database");
    // A connection that is new is slow until it knows the tables: few of them.
    Some(format!("postgres://postgres@127.0.0.1:{port}/{name}?connections=3"))
}

fn start() -> Option<u16> {
    let bin = find_bin()?;
    let dir = tempfile::Builder::new().prefix("loa-pg").tempdir().expect("a directory").keep();
    let root = is_root();
    if root {
        run(Command::new("chown").arg("postgres").arg(&dir));
    }
    let data = dir.join("data");
    run(as_postgres(root, &bin.join("initdb")).args([
        "-D",
        &data.display().to_string(),
        "-U",
        "postgres",
        "-A",
        "trust",
        "--no-sync",
    ]));
    let port = free_port();
    // The server ends with us: when our end of the pipe is closed, by whatever means, the shell stops it.
    let script = format!(
        "'{}' -D '{}' -p {port} -k '{}' -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200 \
         >'{}' 2>&1 & server=$!; cat >/dev/null; kill -INT $server; wait $server; rm -rf '{}'",
        bin.join("postgres").display(),
        data.display(),
        dir.display(),
        dir.join("log").display(),
        dir.display(),
    );
    let mut command = as_postgres(root, Path::new("/bin/sh"));
    let child = command.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    // Keeps the pipe open for the life of the process.
    std::mem::forget(child.expect("a server"));
    wait_until_ready(&bin, port);
    Some(port)
}

fn find_bin() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop()
}

/// PostgreSQL refuses to run as root.
fn as_postgres(root: bool, program: &Path) -> Command {
    if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command.current_dir("/");
        command
    } else {
        Command::new(program)
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

fn run(command: &mut Command) {
    let out = command.output().expect("a command that starts");
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn wait_until_ready(bin: &Path, port: u16) {
    // pg_isready itself waits for the answer; a server that never comes is a failure of the test.
    for _ in 0..600 {
        let out = Command::new(bin.join("pg_isready"))
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-t", "1"])
            .output()
            .expect("pg_isready");
        if out.status.success() {
            return;
        }
        std::thread::yield_now();
    }
    panic!("PostgreSQL did not start");
}
