//! What the disk holds: every change to the database's files in order, and what of it survives when the power
//! fails at some moment.
//!
//! What was synced is there. Of what was not, nothing may be there, all of it, or any sectors of it; the kernel
//! writes back whole pages, whenever it likes. A name that came or went is on the disk when its folder was
//! synced. After a sync that failed, Linux takes the pages for clean: what was in them is in memory only, until
//! they are written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use loa::random::Random;

const PAGE: usize = 4096;
const SECTOR: usize = 512;

/// The files of a database, as the shim numbers them.
const FILES: [(u32, &str); 3] = [(1, ""), (2, "-wal"), (3, "-journal")];

/// What happened, in order.
#[derive(Debug)]
pub struct Record {
    pub event: Event,
    file: u32,
    inode: u64,
    offset: u64,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Created,
    Unlinked,
    Written,
    Cut,
    Synced,
    SyncFailed,
    NamesSynced,
    /// Bytes to a socket.
    Said,
}

impl Record {
    /// What was said over a socket.
    pub fn words(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Whether the write-ahead log was synced.
    pub fn is_sync_of_log(&self) -> bool {
        self.event == Event::Synced && self.file == 2
    }
}

/// Reads what the shim wrote down. A record that was cut off by the end is left out.
pub fn read_journal(path: &Path) -> Vec<Record> {
    let bytes = std::fs::read(path).unwrap_or_default();
    let mut records = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some((head, after)) = rest.split_at_checked(32) {
        let int = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes"));
        let long = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().expect("eight bytes"));
        assert_eq!(int(0), 0x4a41_4f4c, "a journal of another kind");
        let event = match int(4) {
            1 => Event::Created,
            2 => Event::Unlinked,
            3 => Event::Written,
            4 => Event::Cut,
            5 => Event::Synced,
            6 => Event::SyncFailed,
            7 => Event::NamesSynced,
            8 => Event::Said,
            other => panic!("an event number {other}"),
        };
        let Some((bytes, after)) = after.split_at_checked(int(12) as usize) else { break };
        let (file, inode, offset) = (int(8), long(16), long(24));
        records.push(Record { event, file, inode, offset, bytes: bytes.to_vec() });
        rest = after;
    }
    records
}

/// A change of one page, or of the length.
#[derive(Clone, Debug)]
enum Change {
    Page(usize, Vec<u8>),
    Length(usize),
}

/// One file, by whatever name.
#[derive(Clone, Debug, Default)]
struct Node {
    on_disk: Vec<u8>,
    in_memory: Vec<u8>,
    /// What is in memory and not on the disk, in order.
    changes: Vec<Change>,
}

/// How much of what was not synced survives.
#[derive(Clone, Copy, Debug)]
pub enum Survives {
    Nothing,
    /// All up to some moment.
    UpTo,
    /// Any sectors, and any names.
    Some,
}

/// The files of one database, by name.
pub type Files = BTreeMap<u32, Vec<u8>>;

#[derive(Clone, Debug, Default)]
pub struct Disk {
    nodes: BTreeMap<u64, Node>,
    /// Which file has a name now, and which will have it after a loss of power.
    names: BTreeMap<u32, u64>,
    names_on_disk: BTreeMap<u32, u64>,
}

impl Disk {
    /// The database at `path` as it lies there, all of it on the disk.
    pub fn of(path: &Path) -> Self {
        let mut disk = Self::default();
        for (number, ending) in FILES {
            let path = format!("{}{ending}", path.display());
            let Ok(meta) = std::fs::metadata(&path) else { continue };
            let on_disk = std::fs::read(&path).expect("a file");
            let node = Node { in_memory: on_disk.clone(), on_disk, changes: Vec::new() };
            disk.nodes.insert(meta.ino(), node);
            disk.names.insert(number, meta.ino());
        }
        disk.names_on_disk = disk.names.clone();
        disk
    }

    /// Takes in what happened next.
    pub fn take(&mut self, record: &Record) {
        let node = self.nodes.entry(record.inode).or_default();
        let at = usize::try_from(record.offset).expect("an offset");
        match record.event {
            Event::Created => {
                *node = Node::default();
                self.names.insert(record.file, record.inode);
            }
            Event::Unlinked => {
                self.names.remove(&record.file);
            }
            Event::Written => node.write(at, &record.bytes),
            Event::Cut => node.cut(at),
            Event::Synced => node.sync(),
            // In memory it stays, and counts as written.
            Event::SyncFailed => node.changes.clear(),
            Event::NamesSynced => self.names_on_disk = self.names.clone(),
            Event::Said => {}
        }
    }

    /// How many changes are not on the disk.
    pub fn unsynced(&self) -> usize {
        self.nodes.values().map(|node| node.changes.len()).sum()
    }

    /// What is there when the power is back.
    pub fn after_loss(&self, survives: Survives, dice: &Random) -> Files {
        let mut names = self.names_on_disk.clone();
        if !matches!(survives, Survives::Nothing) && dice.below(2) == 0 {
            names.clone_from(&self.names);
        }
        let file =
            |(number, inode)| self.nodes.get(&inode).map(|node| (number, node.after_loss(survives, dice)));
        names.into_iter().filter_map(file).collect()
    }

    /// What the program sees that runs: memory and disk.
    pub fn in_memory(&self) -> Files {
        let file = |(number, inode): (&u32, &u64)| Some((*number, self.nodes.get(inode)?.in_memory.clone()));
        self.names.iter().filter_map(file).collect()
    }
}

impl Node {
    fn write(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        if self.in_memory.len() < end {
            self.in_memory.resize(end, 0);
        }
        self.in_memory[at..end].copy_from_slice(bytes);
        for page in at / PAGE..end.div_ceil(PAGE) {
            let whole = page * PAGE..((page + 1) * PAGE).min(self.in_memory.len());
            self.changes.push(Change::Page(page, self.in_memory[whole].to_vec()));
        }
    }

    fn cut(&mut self, length: usize) {
        self.in_memory.resize(length, 0);
        self.changes.push(Change::Length(length));
    }

    fn sync(&mut self) {
        for change in std::mem::take(&mut self.changes) {
            apply(&mut self.on_disk, &change, |_| true);
        }
        self.on_disk.resize(self.in_memory.len(), 0);
    }

    fn after_loss(&self, survives: Survives, dice: &Random) -> Vec<u8> {
        let mut file = self.on_disk.clone();
        let count = self.changes.len() as u64;
        match survives {
            Survives::Nothing => {}
            Survives::UpTo => {
                let most = usize::try_from(dice.below(count + 1)).expect("a count");
                self.changes[..most].iter().for_each(|change| apply(&mut file, change, |_| true));
            }
            Survives::Some => {
                for change in &self.changes {
                    apply(&mut file, change, |_| dice.below(2) == 0);
                }
            }
        }
        file
    }
}

/// Lays a change over a file, as far as `takes` says so of each sector.
fn apply(file: &mut Vec<u8>, change: &Change, mut takes: impl FnMut(usize) -> bool) {
    match change {
        Change::Length(length) if takes(0) => file.resize(*length, 0),
        Change::Length(_) => {}
        Change::Page(page, bytes) => {
            let taken: BTreeSet<usize> = (0..bytes.len().div_ceil(SECTOR)).filter(|n| takes(*n)).collect();
            for sector in taken {
                let from = sector * SECTOR..((sector + 1) * SECTOR).min(bytes.len());
                let to = page * PAGE + from.start;
                let end = to + from.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[to..end].copy_from_slice(&bytes[from]);
            }
        }
    }
}

/// Puts files in the place of the database at `path`, as a machine finds them that comes up again.
pub fn put(files: &Files, path: &Path) {
    for ending in ["", "-wal", "-journal", "-shm"] {
        // What is not there need not go.
        let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
    }
    for (number, ending) in FILES {
        if let Some(bytes) = files.get(&number) {
            std::fs::write(format!("{}{ending}", path.display()), bytes).expect("a file");
        }
    }
}

#[test]
fn what_was_not_synced_is_gone_and_what_was_is_there() {
    let dice = Random::seeded(1);
    let record =
        |event, offset, bytes: &[u8]| Record { event, file: 1, inode: 7, offset, bytes: bytes.to_vec() };
    let mut disk = Disk::default();
    disk.take(&record(Event::Created, 0, b""));
    disk.take(&record(Event::Written, 0, b"kept"));
    disk.take(&record(Event::Synced, 0, b""));
    assert!(disk.after_loss(Survives::Nothing, &dice).is_empty(), "its name was not synced");
    disk.take(&record(Event::NamesSynced, 0, b""));
    disk.take(&record(Event::Written, 4, b" and lost"));
    assert_eq!(disk.after_loss(Survives::Nothing, &dice)[&1], b"kept");
    assert_eq!(disk.in_memory()[&1], b"kept and lost");
    disk.take(&record(Event::SyncFailed, 0, b""));
    disk.take(&record(Event::Synced, 0, b""));
    assert_eq!(disk.after_loss(Survives::Nothing, &dice)[&1][..4], *b"kept");
    assert_ne!(
        disk.after_loss(Survives::Nothing, &dice)[&1],
        b"kept and lost",
        "a later sync cannot bring it back"
    );
    disk.take(&record(Event::Written, 4, b" and lost"));
    disk.take(&record(Event::Synced, 0, b""));
    assert_eq!(disk.after_loss(Survives::Nothing, &dice)[&1], b"kept and lost");
}
