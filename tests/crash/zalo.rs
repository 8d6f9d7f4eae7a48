//! The same on a bot of Zalo's, with updates pushed: `kill -9` at random moments while 12 of 100 calls go wrong.
//!
//! Not among what goes wrong: 429, after which loa waits ten minutes, since Zalo does not say how long (a scene of its
//! own, with a clock moved by hand); and polling, by which Zalo gives an update once, so that a kill may lose it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use loa::clock::Clock;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role};
use loa::random::Random;
use loa::sandbox::{Accepted, Attempt, Fault, Rule, ZaloBot, ZaloBotOptions};
use loa::store::Store;
use loa::store::idle::Idle;

use crate::checker::{self, Evidence, Verdict};
use crate::engines::Database;
use crate::people::{REPORTERS, STAFF, notice, photo};
use crate::program::Program;
use crate::stage::{AT_ONCE, UNDER_WAY, number, seed};

/// Kills on each engine: `LOA_KILLS` asks for as many as that in all.
const KILLS: usize = 12;
/// A process lives at most so long, in milliseconds.
const LIFE: u64 = 1200;
const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";

struct House {
    zalo: ZaloBot,
    database: Database,
    store: Store,
    program: Program,
    /// What reporters said, by words that only it has.
    said: Vec<String>,
}

impl House {
    async fn new(database: Database, seed: u64) -> Self {
        let clock = Clock::System;
        let mut options = ZaloBotOptions::new(Arc::new(move || clock.now().0));
        options.seed = seed;
        options.monthly_quota = 1_000_000;
        let zalo = ZaloBot::start(options).await.expect("a practice platform");
        let store = Store::open(&database.url, Clock::System, Random::seeded(seed)).await.expect("a store");
        // Taken and given back: a port that nobody has.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let listen = listener.local_addr().expect("an address");
        drop(listener);
        let config = format!(
            "[database]\nurl = \"{}\"\n[zalo_bot]\ntoken = \"{}\"\napi_url = \"{}\"\nper_second = 300\n\
             concurrency = {AT_ONCE}\nper_month = 0\n[zalo_bot.webhook]\nurl = \"http://{listen}/zalo\"\n\
             listen = \"{listen}\"\n[log]\nlevel = \"loa=info\"\n",
            database.url,
            zalo.token(),
            zalo.url(),
        );
        let house = Self { zalo, database, store, program: Program::new(&config), said: Vec::new() };
        house.enrol().await;
        house
    }

    /// Brings everybody in by a list; all have written to the bot.
    async fn enrol(&self) {
        let row = |id: i64, role: Role| ImportRow {
            line: 2,
            unit: WARD.parse().expect("a path"),
            name: format!("Người {id}"),
            role: Some(role),
            channel: ChannelKind::ZaloBot,
            chat_id: id.to_string(),
            kind: Kind::Person,
        };
        let staff = STAFF.map(|id| row(id, Role::Staff));
        let list: Vec<ImportRow> = staff.chain(REPORTERS.map(|id| row(id, Role::Reporter))).collect();
        let report = self.store.import(list, false).await.expect("an import");
        assert!(report.conflicts.is_empty(), "{:?}", report.conflicts);
        for id in STAFF.chain(REPORTERS) {
            self.zalo.add_user(&id.to_string(), "Lan");
            self.zalo.say(&id.to_string(), "/start");
        }
    }

    /// Everybody has a turn: reports, their sending, confirmations.
    fn turn(&mut self, dice: &Random, said: &mut usize) {
        for reporter in REPORTERS {
            let who = reporter.to_string();
            let last = self.zalo.last(&who).map(|seen| seen.text).unwrap_or_default();
            if last.contains("1. ✅ Gửi") {
                self.zalo.say(&who, "gửi");
            } else if dice.below(2) == 0 {
                *said += 1;
                let words = format!("Sạt lở ở phường Bình Minh, điểm số {said}.");
                self.said.push(format!("điểm số {said}."));
                if dice.below(3) == 0 {
                    self.zalo.send_photo(&who, photo(), &words);
                } else {
                    self.zalo.say(&who, &words);
                }
            }
        }
        for person in STAFF.filter(|_| dice.below(6) == 0) {
            self.zalo.say(&person.to_string(), if dice.below(2) == 0 { "1" } else { "đã nhận" });
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
            let rests = self.zalo.pending_updates() == 0 && idle == Idle::Until(None);
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
        let number = |id: &str| id.parse::<i64>().ok();
        let method = |name: &str| if name == "sendPhoto" { "sendPhoto" } else { "sendMessage" };
        let accepted = self.zalo.accepted().into_iter().map(|one| Accepted {
            seq: one.seq,
            at: one.at,
            method: method(&one.method),
            chat_id: number(&one.chat),
            // Its own name is no number: what was accepted is known by its chat and its words.
            message_id: i64::try_from(one.seq).ok(),
            message_ids: Vec::new(),
            text: one.text.into(),
            file_ids: Vec::new(),
            files: Vec::new(),
            from_fault: one.from_fault,
        });
        let attempts = self.zalo.attempts().into_iter().map(|one| Attempt {
            seq: one.seq,
            at: one.at,
            method: one.method,
            chat_id: one.chat.as_deref().and_then(number),
            text: one.text.into(),
            outcome: one.outcome,
        });
        let evidence = Evidence {
            accepted: accepted.collect(),
            attempts: attempts.collect(),
            kills: self.program.kills,
            under_way: UNDER_WAY,
            ..Evidence::default()
        };
        checker::judge(&self.database.url, &evidence).await
    }
}

/// 12 of 100 calls go wrong.
fn go_wrong(zalo: &ZaloBot) {
    let ways = [
        (Fault::Status(500), 0.02),
        (Fault::Status(502), 0.02),
        (Fault::ResetBefore, 0.02),
        (Fault::ResetAfter, 0.02),
        (Fault::Stall(Duration::from_secs(2)), 0.01),
        (Fault::StallBefore(Duration::from_secs(2)), 0.01),
        (Fault::Garbage, 0.02),
    ];
    for (fault, chance) in ways {
        zalo.faults().add(Rule::new(fault).chance(chance));
    }
}

async fn survives(name: &str, database: Database, kills: usize) {
    let seed = seed();
    println!("Zalo, {name}: seed {seed}, {kills} kills (LOA_SEED={seed} repeats it)");
    let began = Instant::now();
    let mut house = House::new(database, seed).await;
    let dice = Random::seeded(seed);
    let mut said = 0;
    // Everybody is known before anything goes wrong.
    assert!(house.drain(Duration::from_secs(60)).await, "{}", house.program.log());
    go_wrong(&house.zalo);
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
    house.zalo.faults().clear();
    let rested = house.drain(Duration::from_secs(180)).await;
    house.program.stop().await;
    let verdict = house.judge().await;
    println!("Zalo, {name}: seed {seed}, {} s, {:?}", began.elapsed().as_secs(), verdict.figures);
    let strict = house.zalo.violations();
    let clean = verdict.violations.is_empty() && strict.is_empty();
    assert!(
        clean,
        "Zalo, {name}, seed {seed}: the guarantee was not kept (log: {}):\n{}\n{strict:#?}\n…\n{}",
        house.program.keep_log(),
        verdict.lines(),
        house.program.log()
    );
    let lost = house.lost().await;
    assert!(lost.is_empty(), "Zalo, {name}, seed {seed}: reports are lost: {lost:?}");
    assert!(rested, "Zalo, {name}, seed {seed}: it does not come to rest\n{}", house.program.log());
    assert!(
        verdict.figures.cut_off > 0 && verdict.figures.updates > 0,
        "nothing was killed while it was sent"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_sqlite() {
    survives("SQLite", Database::sqlite(), number("LOA_KILLS", 2 * KILLS) / 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_postgres() {
    if let Some(database) = Database::postgres().await {
        survives("PostgreSQL", database, number("LOA_KILLS", 2 * KILLS) / 2).await;
    }
}
