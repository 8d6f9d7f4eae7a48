//! The same on the other channels: `kill -9` at random moments while some of all calls go wrong.
//!
//! Not among what goes wrong on Zalo: 429, after which loa waits ten minutes, since Zalo does not say how long (a scene of
//! its own, with a clock moved by hand); and polling, by which a bot gets an update once, so that a kill may lose it. Mails
//! go over real servers, to which a bad line leads.

mod mail;
mod zalo_bot;
mod zalo_oa;

use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role};
use loa::random::Random;
use loa::sandbox::{Accepted, Attempt, Faults};
use loa::store::Store;
use loa::store::idle::Idle;

use crate::checker::{self, Evidence, Verdict};
use crate::engines::Database;
use crate::people::{REPORTERS, STAFF, notice, photo};
use crate::program::Program;
use crate::stage::{UNDER_WAY, number as number_from, seed};

/// Kills on each engine of each channel: `LOA_KILLS` asks for as many as that in all.
const KILLS: usize = 6;
/// A process lives at most so long, in milliseconds.
const LIFE: u64 = 1200;
const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";

/// The other side of a channel. People are known by numbers.
trait Elsewhere: Send + Sync {
    fn kind(&self) -> ChannelKind;

    /// The channel's part of the configuration; `listen` is for what is pushed.
    fn config(&self, listen: &str) -> String;

    /// With which the first token is got, where tokens run out.
    fn first_token(&self) -> Option<String> {
        None
    }

    /// What the platform calls a person.
    fn id(&self, who: i64) -> String {
        who.to_string()
    }

    fn arrives(&self, who: i64);
    fn say(&self, who: i64, text: &str);
    fn photo(&self, who: i64, bytes: Vec<u8>, caption: &str);
    /// What the bot said last.
    fn last(&self, who: i64) -> String;
    /// How much of what was said has not arrived.
    fn pending(&self) -> usize;
    /// From now on calls go wrong, or the line to it breaks again and again; or that has an end.
    fn goes_wrong(&self, wrong: bool);
    fn accepted(&self) -> Vec<Accepted>;
    fn attempts(&self) -> Vec<Attempt>;
    /// What loa did that the platform does not permit.
    fn violations(&self) -> Vec<String>;
}

fn number(id: &str) -> Option<i64> {
    id.parse().ok()
}

/// A message that was accepted. Its own name is no number: it is known by its chat and its words.
fn accepted(
    seq: u64,
    at: i64,
    method: &'static str,
    chat: &str,
    text: &str,
    fault: Option<&'static str>,
) -> Accepted {
    Accepted {
        seq,
        at,
        method,
        chat_id: number(chat),
        message_id: i64::try_from(seq).ok(),
        message_ids: Vec::new(),
        text: text.into(),
        file_ids: Vec::new(),
        files: Vec::new(),
        from_fault: fault,
    }
}

struct House {
    away: Box<dyn Elsewhere>,
    database: Database,
    store: Store,
    program: Program,
    /// What reporters said, by words that only it has.
    said: Vec<String>,
}

impl House {
    async fn new(away: Box<dyn Elsewhere>, database: Database, seed: u64) -> Self {
        let store = Store::open(&database.url, Clock::System, Random::seeded(seed)).await.expect("a store");
        if let Some(refresh) = away.first_token() {
            store.enter_refresh_token(away.kind(), refresh.into()).await.expect("entered");
        }
        // Taken and given back: a port that nobody has.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let listen = listener.local_addr().expect("an address").to_string();
        drop(listener);
        let config = format!(
            "[database]\nurl = \"{}\"\n{}[log]\nlevel = \"loa=info\"\n",
            database.url,
            away.config(&listen)
        );
        let house = Self { away, database, store, program: Program::new(&config), said: Vec::new() };
        house.enrol().await;
        house
    }

    /// Brings everybody in by a list; all have written to the bot.
    async fn enrol(&self) {
        let row = |who: i64, role: Role| ImportRow {
            line: 2,
            unit: WARD.parse().expect("a path"),
            name: format!("Người {who}"),
            role: Some(role),
            channel: self.away.kind(),
            chat_id: self.away.id(who),
            kind: Kind::Person,
        };
        let staff = STAFF.map(|id| row(id, Role::Staff));
        let list: Vec<ImportRow> = staff.chain(REPORTERS.map(|id| row(id, Role::Reporter))).collect();
        let report = self.store.import(list, false).await.expect("an import");
        assert!(report.conflicts.is_empty(), "{:?}", report.conflicts);
        for who in STAFF.chain(REPORTERS) {
            self.away.arrives(who);
            self.away.say(who, "/start");
        }
    }

    /// Everybody has a turn: reports, their sending, confirmations.
    fn turn(&mut self, dice: &Random, said: &mut usize) {
        for who in REPORTERS {
            if self.away.last(who).contains("1. ✅ Gửi") {
                self.away.say(who, "gửi");
            } else if dice.below(2) == 0 {
                *said += 1;
                let words = format!("Sạt lở ở phường Bình Minh, điểm số {said}.");
                self.said.push(format!("điểm số {said}."));
                if dice.below(3) == 0 {
                    self.away.photo(who, photo(), &words);
                } else {
                    self.away.say(who, &words);
                }
            }
        }
        for who in STAFF.filter(|_| dice.below(6) == 0) {
            self.away.say(who, if dice.below(2) == 0 { "1" } else { "đã nhận" });
        }
    }

    /// Lets the program run until all is done, anew whenever it ends; gives whether that came to be.
    async fn drain(&mut self, within: Duration) -> bool {
        let end = Instant::now() + within;
        let mut quiet = 0;
        while Instant::now() < end {
            self.program.has_ended();
            self.program.start();
            let idle = self.store.idle().await.expect("the queues");
            let rests = self.away.pending() == 0 && idle == Idle::Until(None);
            quiet = if rests { quiet + 1 } else { 0 };
            if quiet > 4 {
                return true;
            }
            // The other process is looked at; there is nobody who could wake us.
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        false
    }

    /// What a reporter said and nobody has: neither a case nor a report that is still being written.
    async fn lost(&self) -> Vec<String> {
        let kept = "SELECT text FROM incidents UNION ALL SELECT text FROM incident_steps
                    UNION ALL SELECT state FROM dialogues";
        let kept = crate::scene::texts(&self.database.url, kept).await.join("\n");
        self.said.iter().filter(|words| !kept.contains(words.as_str())).cloned().collect()
    }

    async fn judge(&self) -> Verdict {
        let evidence = Evidence {
            accepted: self.away.accepted(),
            attempts: self.away.attempts(),
            kills: self.program.kills,
            under_way: UNDER_WAY,
            ..Evidence::default()
        };
        checker::judge(&self.database.url, &evidence).await
    }
}

/// 12 of 100 calls go wrong, or none does any more.
fn calls_go_wrong(faults: &Faults, wrong: bool) {
    if wrong {
        crate::stage::calls_go_wrong(faults, 0.02);
    } else {
        faults.clear();
    }
}

async fn survives(engine: &str, away: Box<dyn Elsewhere>, database: Database, seed: u64) {
    let kills = number_from("LOA_KILLS", 2 * KILLS) / 2;
    let name = format!("{}, {engine}", away.kind().name());
    println!("{name}: seed {seed}, {kills} kills (LOA_SEED={seed} repeats it)");
    let began = Instant::now();
    let mut house = House::new(away, database, seed).await;
    let dice = Random::seeded(seed);
    let mut said = 0;
    // Everybody is known before anything goes wrong.
    assert!(house.drain(Duration::from_secs(60)).await, "{}", house.program.log());
    house.away.goes_wrong(true);
    for round in 0..kills {
        house.program.start();
        if round % 2 == 0 {
            let id = house.store.notice_new(notice(round)).await.expect("the store").expect("a notice");
            house.store.notice_send(id).await.expect("the store").expect("sent");
        }
        house.turn(&dice, &mut said);
        // The moment of the kill, not a wait for anything.
        tokio::time::sleep(Duration::from_millis(30 + dice.below(LIFE))).await;
        house.program.kill();
    }
    house.away.goes_wrong(false);
    let rested = house.drain(Duration::from_secs(180)).await;
    house.program.stop().await;
    assert!(rested, "{name}, seed {seed}: it does not come to rest\n{}", house.program.log());
    let verdict = house.judge().await;
    println!("{name}: seed {seed}, {} s, {:?}", began.elapsed().as_secs(), verdict.figures);
    let strict = house.away.violations();
    let clean = verdict.violations.is_empty() && strict.is_empty();
    assert!(
        clean,
        "{name}, seed {seed}: the guarantee was not kept (log: {}):\n{}\n{strict:#?}\n…\n{}",
        house.program.keep_log(),
        verdict.lines(),
        house.program.log()
    );
    let lost = house.lost().await;
    assert!(lost.is_empty(), "{name}, seed {seed}: reports are lost: {lost:?}");
    assert!(verdict.figures.updates > 0, "nobody said anything");
}

/// On SQLite, and on PostgreSQL where it is installed.
macro_rules! on_both_engines {
    ($name:ident, $start:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn nothing_is_lost_on_sqlite() {
                let seed = seed();
                let Some(away) = $start(seed).await else { return };
                survives("SQLite", away, Database::sqlite(), seed).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn nothing_is_lost_on_postgres() {
                let seed = seed();
                let Some(database) = Database::postgres().await else { return };
                let Some(away) = $start(seed).await else { return };
                survives("PostgreSQL", away, database, seed).await;
            }
        }
    };
}

on_both_engines!(over_a_zalo_bot, zalo_bot::start);
on_both_engines!(over_an_official_account, zalo_oa::start);
on_both_engines!(by_mail, mail::start);
