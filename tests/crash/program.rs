//! The program as a child process: started, killed, stopped.

use std::fs::{File, OpenOptions};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// Waits that only real time can end are so many times shorter in the child.
pub const HASTE: u32 = 30;

pub struct Program {
    /// How often a process ended otherwise than by itself.
    pub kills: usize,
    dir: tempfile::TempDir,
    child: Option<Child>,
    env: Vec<(String, String)>,
}

impl Program {
    /// With this configuration; it does not run yet.
    pub fn new(config: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("loa.toml"), config).expect("a configuration");
        Self { kills: 0, dir, child: None, env: Vec::new() }
    }

    /// What the child finds in its environment from its next start on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.into()));
    }

    pub fn unset(&mut self, name: &str) {
        self.env.retain(|(known, _)| known != name);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts the program, if it does not run.
    pub fn start(&mut self) {
        if self.child.is_none() {
            self.child = Some(self.spawn());
        }
    }

    /// A process of the program besides the one that is kept here.
    pub fn spawn(&self) -> Child {
        let log = || -> File {
            let log = OpenOptions::new().create(true).append(true).open(self.path("log"));
            log.expect("a log")
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.arg("--config").arg(self.path("loa.toml")).arg("run").current_dir(self.dir.path());
        command.stdin(Stdio::null()).stdout(log()).stderr(log()).env("LOA_HASTE", HASTE.to_string());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.spawn().expect("the program")
    }

    /// Runs a command of the program to its end.
    pub async fn command(&self, args: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.arg("--config").arg(self.path("loa.toml")).args(args).current_dir(self.dir.path());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        let done = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
        let done = done.expect("the program");
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Ends the program as `kill -9` does. Gives whether it still ran.
    pub fn kill(&mut self) -> bool {
        let Some(mut child) = self.child.take() else { return false };
        let ran = child.try_wait().expect("a child").is_none();
        // One that has ended already cannot be killed.
        let _ = child.kill();
        child.wait().expect("an end");
        self.kills += 1;
        ran
    }

    /// Whether the program has ended by itself (or was killed at a failpoint).
    pub fn has_ended(&mut self) -> bool {
        let Some(child) = &mut self.child else { return true };
        if child.try_wait().expect("a child").is_none() {
            return false;
        }
        self.child = None;
        self.kills += 1;
        true
    }

    /// Asks the program to stop, and waits for its end. It may be killed at a failpoint on the way.
    pub async fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        signal(&child, Signal::TERM);
        let end = tokio::task::spawn_blocking(move || child.wait()).await.expect("no panic");
        if end.expect("an end").signal().is_some() {
            self.kills += 1;
        }
    }

    /// Fails where the log says who somebody is, or what they wrote: also where all goes wrong, nobody is named there.
    pub fn must_name_nobody(&self, said: &[&str]) {
        let text = std::fs::read_to_string(self.path("log")).unwrap_or_default();
        for line in text.lines() {
            let named = said.iter().find(|words| line.contains(**words));
            assert!(named.is_none(), "{named:?} is in the log: {line}");
        }
    }

    /// The end of what the program logged.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.path("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    /// Copies what the child logged to where it stays.
    pub fn keep_log(&self) -> String {
        let to = std::env::temp_dir().join(format!("loa-crash-{}", std::process::id()));
        let copied =
            std::fs::create_dir_all(&to).and_then(|()| std::fs::copy(self.path("log"), to.join("log")));
        copied.map_or_else(|error| error.to_string(), |_| to.display().to_string())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // The stage is left because something failed, or all is done.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub fn signal(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, signal).expect("a signal");
}
