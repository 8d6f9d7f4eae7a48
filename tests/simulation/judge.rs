//! The judgement at the end of a seed: nothing missing, nothing double.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use loa::domain::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::calendar::{RULES, Rule, date, short};
use crate::kept::{self, bring_back};
use crate::play::{GROUP, RECIPIENTS};
use crate::world::{Look, World};

/// A run that was missed by no more than this is made up for.
const CATCH_UP: Duration = Duration::from_secs(24 * 3600);
/// After this a message that is refused again and again is given up, and somebody told.
const GIVE_UP: Duration = Duration::from_secs(72 * 3600);

/// What one process can have under way when it dies: eight times as many as it sends at once.
const MOST_UNDER_WAY: u64 = 32;

/// What was counted.
#[derive(Debug, Default)]
pub struct Tally {
    pub runs: usize,
    pub fired: usize,
    pub missed: usize,
    pub messages: u64,
    pub accepted: u64,
    pub unknown: u64,
    pub repeats: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.fired += other.fired;
        self.missed += other.missed;
        self.messages += other.messages;
        self.accepted += other.accepted;
        self.unknown += other.unknown;
        self.repeats += other.repeats;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} runs: {} fired, {} missed and told, 0 missing, 0 double; {} messages, {} accepted, {} attempts of \
             unknown outcome, {} repeats",
            self.runs, self.fired, self.missed, self.messages, self.accepted, self.unknown, self.repeats
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Fired,
    Missed,
}

/// What the rule for making up says about a run; `None` where a process died while it looked, so that either is
/// right; the first `None` where nobody has looked since.
fn expected(rule: &Rule, run: Timestamp, looks: &[Look]) -> Option<Option<Fate>> {
    let first = looks.iter().find(|look| look.at >= run)?;
    let latest = rule.after(run).next().is_none_or(|next| next > first.at);
    let fate = if latest && first.at.since(run) <= CATCH_UP { Fate::Fired } else { Fate::Missed };
    Some(first.certain.then_some(fate))
}

/// Gives what was counted, and a sum over everything that is kept.
pub async fn judge(world: &World, start: Timestamp, said: u64) -> (Tally, String) {
    bring_back(&world.url).await;
    let path = world.url.trim_start_matches("sqlite:");
    let mut db =
        SqliteConnectOptions::new().filename(path).read_only(true).connect().await.expect("the database");
    let mut tally = Tally::default();
    for (id, rule) in (1..).zip(&RULES) {
        runs(&mut db, world, id, rule, start, &mut tally).await;
    }
    messages(&mut db, world, &mut tally).await;
    let bound = world.platform.unknown() + MOST_UNDER_WAY * world.kills;
    assert!(tally.repeats <= bound, "{} repeats, {bound} explained", tally.repeats);
    editions(&mut db, world).await;
    answers(&mut db, world, said).await;
    let (sound,): (String,) =
        sqlx::query_as("PRAGMA integrity_check").fetch_one(&mut db).await.expect("a check");
    assert_eq!(sound, "ok");
    assert_eq!(
        world.watch.check_audit().await.expect("the audit").broken_at,
        None,
        "the audit's chain is broken"
    );
    let kept = kept::sum(&mut db).await;
    db.close().await.expect("closed");
    (tally, kept)
}

/// Every run that the rule names has exactly one fate, and the right one.
async fn runs(
    db: &mut SqliteConnection,
    world: &World,
    id: i64,
    rule: &Rule,
    start: Timestamp,
    tally: &mut Tally,
) {
    let last = world.looks.iter().map(|look| look.at).max().expect("a look");
    let sql = "SELECT at, state FROM occurrences WHERE schedule_id = $1 ORDER BY at";
    let rows: Vec<(i64, String)> = sqlx::query_as(sql).bind(id).fetch_all(&mut *db).await.expect("runs");
    let mut fates: BTreeMap<Timestamp, Fate> = BTreeMap::new();
    for (at, state) in rows {
        let fate = match (state.as_str(), rule.self_sending) {
            ("sent", true) | ("asked", false) => Fate::Fired,
            ("missed", _) => Fate::Missed,
            (state, _) => panic!("{} at {}: {state}", rule.name, short(Timestamp(at))),
        };
        fates.insert(Timestamp(at), fate);
    }
    let all = rule.between(start, last);
    for named in earlier(db, id).await {
        let within: Vec<Timestamp> = all.iter().copied().filter(|at| named.contains(rule, *at)).collect();
        assert_eq!(within.len(), named.count, "{}: {}", rule.name, named.detail);
        for at in within {
            assert!(fates.insert(at, Fate::Missed).is_none(), "{} at {} twice", rule.name, short(at));
        }
    }
    for run in &all {
        let fate = fates.remove(run);
        let Some(expected) = expected(rule, *run, &world.looks) else {
            assert_eq!(fate, None, "{} at {}: nobody has looked", rule.name, short(*run));
            continue;
        };
        let wrong = fate.is_none() || expected.is_some_and(|expected| Some(expected) != fate);
        assert!(
            !wrong,
            "{} at {}: {fate:?}, not {expected:?}\n{}",
            rule.name,
            short(*run),
            around(*run, world)
        );
        tally.runs += 1;
        *(if fate == Some(Fate::Fired) { &mut tally.fired } else { &mut tally.missed }) += 1;
    }
    assert!(fates.is_empty(), "{}: runs that no rule names: {fates:?}", rule.name);
}

/// The looks before and after a run was to come.
fn around(run: Timestamp, world: &World) -> String {
    let first = world.looks.iter().position(|look| look.at >= run).unwrap_or(0);
    let near = world.looks.iter().skip(first.saturating_sub(4)).take(8);
    near.map(|look| format!("{} ({}) {}\n", short(look.at), look.at.0, look.certain)).collect()
}

/// Missed runs that are only counted.
struct Earlier {
    detail: String,
    count: usize,
    first: String,
    last: String,
}

impl Earlier {
    fn contains(&self, rule: &Rule, at: Timestamp) -> bool {
        let key = |text: &str| {
            let (time, day) = text.split_once(' ').expect("a time and a day");
            let mut parts: Vec<&str> = day.split('/').collect();
            parts.reverse();
            format!("{} {time}", parts.join("-"))
        };
        let at = key(&short(at));
        assert!(self.first.len() == 16 && self.last.len() == 16, "{}: {}", rule.name, self.detail);
        key(&self.first) <= at && at <= key(&self.last)
    }
}

async fn earlier(db: &mut SqliteConnection, id: i64) -> Vec<Earlier> {
    let sql = "SELECT detail FROM audit WHERE action = 'schedule.missed' AND subject = $1 ORDER BY id";
    let rows: Vec<(String,)> =
        sqlx::query_as(sql).bind(format!("schedule:{id}")).fetch_all(db).await.expect("the audit");
    rows.into_iter()
        .map(|(detail,)| {
            let (count, rest) = detail.split_once(" runs from ").expect("a count");
            let (first, last) = rest.split_once(" to ").expect("two times");
            let (count, first, last) = (count.parse().expect("a number"), first.to_owned(), last.to_owned());
            Earlier { count, first, last, detail }
        })
        .collect()
}

#[derive(Default)]
struct Group {
    rows: u64,
    sent: u64,
    unknown: u64,
}

/// Every message was accepted once, and once more at most for every attempt of unknown outcome.
async fn messages(db: &mut SqliteConnection, world: &World, tally: &mut Tally) {
    let sql = "SELECT c.external_id, json_extract(p.body, '$.text.text'), m.state, m.error,
                 COALESCE(m.settled_at, 0) - m.created_at, m.unknowns,
                 (SELECT COUNT(*) FROM attempts a WHERE a.message_id = m.id AND a.outcome = 'unknown')
               FROM messages m JOIN chats c ON c.id = m.chat_id JOIN payloads p ON p.id = m.payload_id
               WHERE m.op = 'send'";
    type Row = (String, String, i64, Option<String>, i64, i64, i64);
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(db).await.expect("messages");
    let mut groups: BTreeMap<(String, String), Group> = BTreeMap::new();
    for (chat, text, state, error, age, unknowns, attempts) in rows {
        let chat = if chat.starts_with('-') { GROUP.to_owned() } else { chat };
        match state {
            2 => {}
            3 => assert!(unknowns >= 2, "held without reason"),
            4 => {
                let given_up = u128::try_from(age).is_ok_and(|age| age > GIVE_UP.as_micros());
                assert!(given_up || world.platform.is_closed(&chat), "{chat} {text:?} failed: {error:?}");
            }
            other => panic!("{chat} {text:?} ends in state {other}"),
        }
        let group = groups.entry((chat, text)).or_default();
        group.rows += 1;
        group.sent += u64::from(state == 2);
        group.unknown += u64::try_from(attempts).expect("a count");
        tally.messages += 1;
    }
    let accepted = world.platform.accepted();
    for (key, count) in &accepted {
        let group = groups.get(key).unwrap_or_else(|| panic!("{key:?} was accepted and is not known"));
        assert!(group.sent <= *count, "{key:?}: {} kept as sent, {count} accepted", group.sent);
        assert!(*count <= group.sent + group.unknown, "{key:?}: {count} accepted, {} unknown", group.unknown);
        tally.accepted += count;
        tally.unknown += group.unknown;
        tally.repeats += count.saturating_sub(group.rows);
    }
    for (key, group) in groups {
        assert!(
            group.sent == 0 || accepted.contains_key(&key),
            "{key:?} is kept as sent and was not accepted"
        );
    }
}

/// Every run that fired has one edition, and that has everybody once.
async fn editions(db: &mut SqliteConnection, world: &World) {
    let sql = "SELECT s.name, o.at, o.edition_id,
                 (SELECT COUNT(*) FROM editions e JOIN notices n ON n.id = e.notice_id
                  WHERE n.schedule_id = o.schedule_id AND n.occurrence = o.at)
               FROM occurrences o JOIN schedules s ON s.id = o.schedule_id WHERE o.state = 'sent'";
    let fired: Vec<(String, i64, i64, i64)> =
        sqlx::query_as(sql).fetch_all(&mut *db).await.expect("editions");
    let accepted = world.platform.accepted();
    let sql = "SELECT c.external_id, d.state FROM deliveries d JOIN chats c ON c.id = d.chat_id
               WHERE d.edition_id = $1 ORDER BY d.id";
    for (name, at, edition, editions) in fired {
        let run = Timestamp(at);
        assert_eq!(editions, 1, "{name} at {} has {editions} editions", short(run));
        let rows: Vec<(String, i64)> =
            sqlx::query_as(sql).bind(edition).fetch_all(&mut *db).await.expect("deliveries");
        let mut found: BTreeMap<&str, i64> = BTreeMap::new();
        for (chat, state) in &rows {
            let chat = if chat.starts_with('-') { GROUP } else { chat };
            assert!(found.insert(chat, *state).is_none(), "{name} at {} goes to {chat} twice", short(run));
        }
        for chat in RECIPIENTS {
            let text = (format!("Lịch {name} {}", date(run)), "Nội dung.");
            let arrived = accepted
                .iter()
                .filter(|((to, said), _)| to == chat && said.contains(&text.0) && said.contains(text.1))
                .count();
            match found.get(chat) {
                Some(2 | 3) => assert_eq!(arrived, 1, "{name} at {} did not reach {chat}", short(run)),
                // Failed or skipped: `messages` has looked at the reason.
                Some(4 | 5) => {}
                Some(state) => {
                    panic!("{name} at {}: the delivery to {chat} ends in state {state}", short(run))
                }
                None => {
                    assert!(world.platform.is_closed(chat), "{name} at {} forgot {chat}", short(run));
                    assert_eq!(arrived, 0);
                }
            }
        }
    }
}

/// What people said was heard once and answered once.
async fn answers(db: &mut SqliteConnection, world: &World, said: u64) {
    let sql = "SELECT json_extract(p.body, '$.text.text'), COUNT(*) FROM messages m
               JOIN payloads p ON p.id = m.payload_id
               WHERE m.op = 'send' AND json_extract(p.body, '$.text.text') LIKE 'nghe: %' GROUP BY 1";
    let rows: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&mut *db).await.expect("answers");
    let answers: BTreeMap<String, i64> = rows.into_iter().collect();
    assert_eq!(world.platform.updates(), usize::try_from(said).expect("few"));
    for number in 1..=said {
        let text = format!("nghe: câu {number}");
        assert_eq!(answers.get(&text), Some(&1), "{text:?}");
    }
    let waiting: (i64,) = sqlx::query_as("SELECT COUNT(*) FROM inbox WHERE state <> 'done'")
        .fetch_one(db)
        .await
        .expect("the inbox");
    assert_eq!(waiting.0, 0, "updates that were not handled");
}
