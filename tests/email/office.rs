//! The program itself: its configuration, its people, its commands.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::engines::Database;
use crate::servers::{LOA, PASSWORD, Servers};

/// Lan and Minh read their mails; one mailbox is not there any more, and another never was.
const PEOPLE: &str = "unit,name,role,channel,chat_id,kind
Xã Bình Minh,Lan,staff,email,lan@xa.test,person
Xã Bình Minh,Minh,staff,email,minh@xa.test,person
Xã Bình Minh,Tư,staff,email,daroi@xa.test,person
Xã Bình Minh,Năm,staff,email,khongco@xa.test,person
";

pub struct Office {
    database: Database,
    dir: tempfile::TempDir,
    /// Where the pages of choices are.
    pub pages: String,
    child: Option<Child>,
}

impl Office {
    /// An office with its people; the program does not run yet.
    pub fn new(servers: &Servers, database: Database) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        let config = format!(
            "[email]\naddress = \"{LOA}\"\nname = \"Ban Tuyên giáo\"\npassword = \"{PASSWORD}\"\n\
             authserv_id = \"mx.loa.test\"\npublic_url = \"https://loa.test\"\nlisten = \"127.0.0.1:{port}\"\n\
             [email.smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"bao\"\n\
             [email.imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"bao\"\n\
             [log]\nlevel = \"loa=debug\"\n",
            servers.smtp, servers.imap
        );
        std::fs::write(dir.path().join("people.csv"), PEOPLE).expect("written");
        let office = Self { database, dir, pages: format!("http://127.0.0.1:{port}"), child: None };
        office.does(&["init", "--unit", "Tỉnh Mường Lam", "."]);
        std::fs::write(office.path().join("loa.toml"), config).expect("written");
        office.does(&["import", "people.csv"]);
        office
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.current_dir(self.path()).env("LOA_DATABASE__URL", &self.database.url).stdin(Stdio::null());
        command
    }

    /// What a command says.
    pub fn does(&self, arguments: &[&str]) -> String {
        let said = self.command().args(arguments).output().expect("the program");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            said.status.success(),
            "{arguments:?}: {}{}\n{}",
            text(&said.stdout),
            text(&said.stderr),
            self.log()
        );
        text(&said.stdout)
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.does(&[arguments, &["--json"]].concat())).expect("JSON")
    }

    /// Sends a notice that wants to be confirmed; gives its number.
    pub fn sends(&self, title: &str) -> String {
        std::fs::write(self.path().join("text"), "Tám giờ sáng mai, tại hội trường.").expect("written");
        let new = ["notice", "new", "--title", title, "--text-file", "text", "--to", "people", "--confirm"];
        let id = self.json(&new)["id"].to_string();
        self.does(&["notice", "send", &id]);
        id
    }

    /// What became of a notice for everybody it was for, by address.
    pub fn recipients(&self, notice: &str) -> Vec<(String, String, String)> {
        let shown = self.json(&["notice", "show", notice, "--recipients"]);
        let all = shown["recipients"].as_array().expect("recipients").iter();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        all.map(|one| (word(&one["chat"]), word(&one["state"]), word(&one["reason"]))).collect()
    }

    /// Runs the program, with a place at which it dies.
    pub fn run(&mut self, dies: Option<&str>) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.path().join("log"));
        let log = log.expect("a file");
        let mut command = self.command();
        command.arg("run").env("LOA_HASTE", "30").stdout(log.try_clone().expect("a file")).stderr(log);
        if let Some(place) = dies {
            command.env("LOA_FAIL", format!("{place}=kill"));
        }
        self.child = Some(command.spawn().expect("the program"));
    }

    /// Waits until the program has died by itself.
    pub async fn died(&mut self) {
        let mut child = self.child.take().expect("it runs");
        let ended = tokio::task::spawn_blocking(move || child.wait());
        let ended = tokio::time::timeout(std::time::Duration::from_secs(60), ended).await;
        assert!(!ended.expect("an end").expect("no panic").expect("an end").success());
    }

    /// Ends the program as a kill does.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.stop();
    }
}
