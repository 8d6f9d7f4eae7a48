//! The real program (`loa run`) as a process of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::platform::Platform;

/// A configuration and a database in a directory that goes away with it.
pub struct Program {
    dir: tempfile::TempDir,
    token: String,
}

impl Program {
    /// For this platform; `sections` are added to the configuration.
    pub fn new(platform: &Platform, sections: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let url = &platform.url;
        let text =
            format!("[database]\nurl = \"sqlite:loa.db\"\n[telegram]\napi_url = \"{url}\"\n{sections}\n");
        std::fs::write(dir.path().join("loa.toml"), text).expect("a configuration");
        Self { dir, token: platform.token.clone() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A command of the program; what it is to do is added.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.arg("--config").arg(self.path("loa.toml")).env("LOA_TELEGRAM__TOKEN", &self.token);
        command.current_dir(self.dir.path());
        command
    }

    /// The service. What it logs is kept beside the configuration.
    pub fn run(&self) -> Service {
        let log = std::fs::File::create(self.path("log")).expect("a log");
        Service(self.command().arg("run").stdout(Stdio::null()).stderr(log).spawn().expect("loa"))
    }
}

/// The service, which ends when this does.
pub struct Service(Child);

impl Service {
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.0.try_wait().expect("a process").is_none()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
