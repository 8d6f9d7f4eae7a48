//! The layer between the program and the disk: compiled once per run, loaded by `LD_PRELOAD`.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The shim as a shared object; `None` where no C compiler is installed, or the machine is no Linux with glibc.
///
/// With `LOA_TEST_ALL=1` that is a failure.
pub fn shim() -> Option<&'static Path> {
    static SHIM: OnceLock<Option<PathBuf>> = OnceLock::new();
    SHIM.get_or_init(compile).as_deref()
}

fn compile() -> Option<PathBuf> {
    let found = cfg!(all(target_os = "linux", target_env = "gnu"))
        && Command::new("cc").arg("--version").output().is_ok_and(|out| out.status.success());
    if !found {
        assert!(std::env::var_os("LOA_TEST_ALL").is_none(), "no C compiler, and all tests are to run");
        eprintln!(
            "SKIPPED: the failing disk needs Linux, glibc and a C compiler (Debian: apt-get install gcc libc6-dev)"
        );
        return None;
    }
    // Beside the program, so that it goes with the next `cargo clean`.
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("loa-shim-{}.so", std::process::id()));
    let out = Command::new("cc")
        .args(["-std=gnu11", "-O1", "-Wall", "-Wextra", "-shared", "-fPIC", "-o"])
        .arg(&to)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/power/shim.c"))
        .arg("-ldl")
        .output()
        .expect("a compiler");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(to)
}

/// A fault of the disk, by its place in the control page and its letter; see `struct control`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Writes fail: no room (`ENOSPC`).
    Full,
    /// Writes fail: the file system was made read-only under it (`EROFS`), and files open for reading only.
    ReadOnly,
    /// Writes fail (`EIO`).
    Writes,
    /// Reads fail (`EIO`).
    Reads,
    /// Syncs fail (`EIO`), and what was not on the disk never gets there, though a later sync says yes.
    Syncs,
    /// Syncs say yes and do nothing.
    SyncsLie,
    /// Syncs take 20 ms, as on a disk that turns: so the power often fails in the middle of one.
    SyncsSlow,
}

/// What the child reads its faults from.
pub struct Control(File);

impl Control {
    pub fn new(path: &Path) -> Self {
        std::fs::write(path, [0; 4096]).expect("a control page");
        Self(File::options().read(true).write(true).open(path).expect("a control page"))
    }

    /// From now on, until [`Control::clear`].
    pub fn give(&self, fault: Fault) {
        let letters: &[(u64, u8)] = match fault {
            Fault::Full => &[(0, b'F')],
            Fault::ReadOnly => &[(0, b'R'), (3, b'R')],
            Fault::Writes => &[(0, b'I')],
            Fault::Reads => &[(1, b'I')],
            Fault::Syncs => &[(2, b'I')],
            Fault::SyncsLie => &[(2, b'L')],
            Fault::SyncsSlow => &[(2, b'S')],
        };
        for (place, letter) in letters {
            self.0.write_all_at(&[*letter], *place).expect("an order");
        }
    }

    pub fn clear(&self) {
        self.0.write_all_at(&[0; 4], 0).expect("an order");
    }

    /// How often any fault was given.
    pub fn given(&self) -> u32 {
        let mut counters = [0; 16];
        self.0.read_exact_at(&mut counters, 16).expect("counters");
        counters.chunks(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])).sum()
    }
}
