//! Exim and Dovecot on ports of their own, with everything they keep in a directory that goes away. They run as whoever
//! runs the test; where that is root, who may not deliver mails, as nobody.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDateTime, Utc};
use loa::channel::email::{Security, Server, Settings};
use rustix::process::{Pid, Signal, getgid, getuid, kill_process};
use tempfile::TempDir;

/// Where loa is written to.
pub const LOA: &str = "bao@loa.test";
/// The password of every mailbox.
pub const PASSWORD: &str = "kho-doan-7";
/// Who runs the servers where the test is root's.
const NOBODY: u32 = 65534;

pub struct Servers {
    pub smtp: u16,
    pub imap: u16,
    /// The same, encrypted from the first byte.
    pub smtps: u16,
    pub imaps: u16,
    dir: TempDir,
    exim: Child,
    dovecot: Option<Child>,
}

/// The servers, or `None` where they are not installed (and a failure if `LOA_TEST_ALL=1` wants them).
pub fn start() -> Option<Servers> {
    let missing: Vec<&str> =
        ["exim4", "dovecot", "openssl"].into_iter().filter(|name| program(name).is_none()).collect();
    if missing.is_empty() {
        return Some(Servers::start());
    }
    let text = format!("SKIPPED: mails are not tried, since there is no {}", missing.join(" and no "));
    assert!(std::env::var("LOA_TEST_ALL").as_deref() != Ok("1"), "{text}");
    #[expect(clippy::print_stdout, reason = "what is not tried is named")]
    {
        println!("{text}");
    }
    None
}

/// The channel to them, without links.
pub fn settings(servers: &Servers, security: Security, host: &str) -> Settings {
    let server = |port| Server {
        host: host.into(),
        port,
        security,
        login: Some(("bao".into(), PASSWORD.to_owned().into())),
        ca: Some(servers.certificate().into()),
    };
    let (smtp, imap) = match security {
        Security::Tls => (servers.smtps, servers.imaps),
        Security::Starttls | Security::Plain => (servers.smtp, servers.imap),
    };
    Settings {
        address: LOA.into(),
        name: String::new(),
        smtp: server(smtp),
        imap: server(imap),
        folder: "INBOX".into(),
        require_auth: true,
        authserv_id: "mx.loa.test".into(),
        links: None,
        key: "key".to_owned().into(),
        timeout: Duration::from_secs(5),
    }
}

/// Debian has servers where only root looks.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let places = path.split(':').chain(["/usr/sbin", "/sbin"]).map(|place| Path::new(place).join(name));
    places.into_iter().find(|path| path.is_file())
}

fn owner() -> (u32, u32) {
    if getuid().is_root() { (NOBODY, NOBODY) } else { (getuid().as_raw(), getgid().as_raw()) }
}

fn as_owner(name: &str) -> Command {
    let program = program(name).expect("installed");
    if !getuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
    command
}

fn names() -> (String, String) {
    let ask = |flag: &str| {
        let said = Command::new("id").arg(flag).output().expect("id");
        String::from_utf8(said.stdout).expect("text").trim().to_owned()
    };
    if getuid().is_root() { ("nobody".into(), "nogroup".into()) } else { (ask("-un"), ask("-gn")) }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

impl Servers {
    fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("loa-mail").tempdir().expect("a directory");
        let (smtp, imap, smtps, imaps) = (free_port(), free_port(), free_port(), free_port());
        make_certificate(dir.path());
        let home = dir.path().display().to_string();
        let (user, group) = names();
        let (uid, gid) = owner();
        let fill = |text: &str| {
            let numbers =
                [("@SMTP@", smtp.to_string()), ("@IMAP@", imap.to_string()), ("@UID@", uid.to_string())];
            let words =
                [("@GID@", gid.to_string()), ("@HOME@", home.clone()), ("@PASSWORD@", PASSWORD.to_owned())];
            let people = [("@USER@", user.clone()), ("@GROUP@", group.clone())];
            let encrypted = [("@SMTPS@", smtps.to_string()), ("@IMAPS@", imaps.to_string())];
            let all = encrypted.into_iter().chain(numbers).chain(words).chain(people);
            all.fold(text.to_owned(), |text, (name, value)| text.replace(name, &value))
        };
        std::fs::write(dir.path().join("exim.conf"), fill(include_str!("exim.conf"))).expect("written");
        std::fs::write(dir.path().join("dovecot.conf"), fill(include_str!("dovecot.conf"))).expect("written");
        for name in ["spool", "log", "mail", "run"] {
            std::fs::create_dir(dir.path().join(name)).expect("a directory");
        }
        for name in ["", "spool", "log", "mail", "run", "server.key"] {
            let path = dir.path().join(name);
            chown(&path, Some(uid), Some(gid)).expect("ours to give");
        }
        let mut exim = as_owner("exim4");
        exim.arg("-C").arg(dir.path().join("exim.conf")).args(["-bdf", "-q1m"]);
        let exim = run(&mut exim);
        let mut servers = Self { smtp, imap, smtps, imaps, dir, exim, dovecot: None };
        servers.start_dovecot();
        servers.wait_for(smtp);
        servers
    }

    fn start_dovecot(&mut self) {
        let mut dovecot = as_owner("dovecot");
        dovecot.arg("-F").arg("-c").arg(self.dir.path().join("dovecot.conf"));
        self.dovecot = Some(run(&mut dovecot));
        self.wait_for(self.imap);
    }

    fn wait_for(&self, port: u16) {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "no server: {}", self.logs());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The certificate of both servers, of their own making.
    pub fn certificate(&self) -> Vec<u8> {
        std::fs::read(self.dir.path().join("server.pem")).expect("a certificate")
    }

    /// The mailbox loses its numbers, as after a move to another server: flags stay.
    pub fn number_anew(&mut self, name: &str, validity: u32) {
        if let Some(mut dovecot) = self.dovecot.take() {
            end(&mut dovecot);
        }
        let place = self.dir.path().join("mail").join(name);
        for entry in std::fs::read_dir(&place).expect("a mailbox").flatten() {
            if entry.file_name().to_string_lossy().starts_with("dovecot") {
                std::fs::remove_file(entry.path()).expect("removed");
            }
        }
        let list = place.join("dovecot-uidlist");
        std::fs::write(&list, format!("3 V{validity} N1\n")).expect("written");
        chown(&list, Some(owner().0), Some(owner().1)).expect("ours to give");
        self.start_dovecot();
    }

    /// The mails of a mailbox, in the order in which they came: flags, and bytes.
    pub fn mailbox(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let place = self.dir.path().join("mail").join(name);
        let mut mails = Vec::new();
        for part in ["new", "cur"] {
            let Ok(entries) = std::fs::read_dir(place.join(part)) else { continue };
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                // It may be on its way from `new` to `cur`.
                let Ok(bytes) = std::fs::read(entry.path()) else { continue };
                let (name, flags) = name.split_once(":2,").map_or((name.as_str(), ""), |found| found);
                mails.push((name.to_owned(), flags.to_owned(), bytes));
            }
        }
        // Named by the second, and the microsecond as it is: `1764036123.M5P77.mx`.
        mails.sort_by_key(|(name, ..)| {
            let (second, rest) = name.split_once(".M").unwrap_or((name, ""));
            let number = |text: &str| text.parse::<u64>().unwrap_or_default();
            (number(second), number(rest.split('P').next().unwrap_or_default()))
        });
        mails.into_iter().map(|(_, flags, bytes)| (flags, bytes)).collect()
    }

    /// How many mails are on their way to a mailbox.
    pub fn on_their_way(&self) -> usize {
        let waiting = std::fs::read_dir(self.dir.path().join("spool/input")).into_iter().flatten().flatten();
        waiting.filter(|entry| entry.file_name().to_string_lossy().ends_with("-H")).count()
    }

    /// The mails that were taken from an address, in this order: when, to the second, and their names.
    pub fn taken_from(&self, address: &str) -> Vec<(DateTime<Utc>, String)> {
        let log = std::fs::read_to_string(self.dir.path().join("log/mainlog")).unwrap_or_default();
        let taken = log.lines().filter(|line| line.contains(&format!(" <= {address} ")));
        let read = |line: &str| {
            let at = NaiveDateTime::parse_from_str(line.get(..19)?, "%Y-%m-%d %H:%M:%S").ok()?;
            let name = line.split(" id=").nth(1)?.split_whitespace().next()?;
            Some((at.and_utc(), name.to_owned()))
        };
        taken.filter_map(read).collect()
    }

    pub fn logs(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.dir.path().join(name)).unwrap_or_default();
        [read("log/mainlog"), read("log/rejectlog"), read("log/paniclog"), read("log/dovecot")].join("\n")
    }
}

/// A certificate for `localhost` that nobody else signed.
fn make_certificate(dir: &Path) {
    let made = Command::new("openssl")
        .current_dir(dir)
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args([
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-keyout",
            "server.key",
            "-out",
            "server.pem",
        ])
        .output()
        .expect("openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn run(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("a server")
}

fn end(server: &mut Child) {
    let pid = i32::try_from(server.id()).ok().and_then(Pid::from_raw).expect("a process");
    let _ = kill_process(pid, Signal::TERM);
    let _ = server.wait();
}

impl Drop for Servers {
    fn drop(&mut self) {
        end(&mut self.exim);
        if let Some(dovecot) = &mut self.dovecot {
            end(dovecot);
        }
    }
}
