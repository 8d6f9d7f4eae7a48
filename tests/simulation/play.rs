//! One seed: ten years of moves, then a judgement.

use std::fmt;
use std::time::Duration;

use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::jobs::pacing::Limits;
use loa::store::notice::NewSchedule;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::calendar::RULES;
use crate::judge;
use crate::platform::Weather;
use crate::world::World;

pub const GROUP: &str = "-1001";
/// Who gets what the schedules send: an editor, three others, a group.
pub const RECIPIENTS: [&str; 5] = ["1", "2", "3", "4", GROUP];

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
const YEAR: Duration = Duration::from_secs(365 * 86_400 + 86_400 / 4);

/// What a seed, or several, came to.
#[derive(Debug, Default)]
pub struct Played {
    pub trace: Vec<String>,
    pub moves: u64,
    pub transactions: u64,
    pub kills: u64,
    pub tally: judge::Tally,
    /// A sum over everything that is kept in the end.
    pub kept: String,
}

impl Played {
    pub fn add(&mut self, other: &Self) {
        self.moves += other.moves;
        self.transactions += other.transactions;
        self.kills += other.kills;
        self.tally.add(&other.tally);
    }
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} moves, {} transactions, {} kills; {}",
            self.moves, self.transactions, self.kills, self.tally
        )
    }
}

/// What a seed is like.
struct Nature {
    weather: Weather,
    limits: Limits,
    two_processes: bool,
    leap: bool,
}

fn nature(seed: u64) -> Nature {
    let mut rng = StdRng::seed_from_u64(seed ^ 0x6c6f61);
    let faults = [0.0, 0.05, 0.2, 0.4][rng.random_range(0..4)];
    let weather =
        Weather { faults, slow: faults / 2.0, closes: if rng.random_bool(0.3) { 0.0005 } else { 0.0 } };
    let limits = if rng.random_bool(0.5) { Limits::TELEGRAM } else { Limits::NONE };
    Nature { weather, limits, two_processes: rng.random_bool(0.4), leap: rng.random_bool(0.3) }
}

/// Plays so many years.
pub async fn play(seed: u64, years: u32) -> Played {
    let nature = nature(seed);
    let start = Timestamp::vietnam(2026, 11, 23, 8, 0) + Duration::from_micros(seed % 1_000_000);
    let mut world = World::new(seed, start, nature.weather, nature.limits).await;
    furnish(&world).await;
    world.start().await;
    if nature.two_processes {
        world.start().await;
    }
    let mut end = start + YEAR * years;
    let leap_at = nature.leap.then(|| start + YEAR * world.rng.random_range(0..years));
    let (mut leaps, mut moves, mut said) = (leap_at.into_iter().collect::<Vec<_>>(), 0, 0_u64);
    while world.now() < end {
        moves += 1;
        if leaps.first().is_some_and(|at| *at <= world.now()) {
            leaps.clear();
            world.note("a leap of ten years");
            world.clock.advance(YEAR * 10);
            end = end + YEAR * 10;
        } else {
            advance(&mut world);
        }
        if world.rng.random_bool(0.05) {
            said += 1;
            let person = world.rng.random_range(1..5);
            world.platform.say(person, &format!("câu {said}"));
        }
        if world.rng.random_bool(0.01) {
            world.note("the group moves");
            world.platform.move_group(GROUP);
        }
        trouble(&mut world, nature.two_processes).await;
        if world.rng.random_bool(0.7) {
            world.drain(SECOND * 5, 150).await;
        }
    }
    finish(&mut world).await;
    write_trace(&world);
    let (tally, kept) = judge::judge(&world, start, said).await;
    let (transactions, kills) = (world.transactions, world.kills);
    Played { trace: world.trace, moves, transactions, kills, tally, kept }
}

/// Moves the clock.
fn advance(world: &mut World) {
    let now = world.now();
    let to = match world.rng.random_range(0..100_u8) {
        0..55 => {
            // To a run, or just before it, or some time after it. The daily rule would be most of all moves.
            let rule = &RULES[world.rng.random_range(1..RULES.len())];
            let daily = world.rng.random_bool(0.3);
            let rule = if daily { &RULES[0] } else { rule };
            let run = rule.after(now).next().expect("a run");
            // Rules that come rarely would let all others pass.
            let run = run.min(now + DAY * 40);
            match world.rng.random_range(0..4_u8) {
                0 => run - Duration::from_micros(1),
                1 => run,
                2 => run + Duration::from_millis(world.rng.random_range(0..90_000)),
                _ => run + Duration::from_secs(world.rng.random_range(0..100_000)),
            }
        }
        55..70 => now + Duration::from_millis(world.rng.random_range(1..600_000)),
        70..76 => now + HOUR,
        76..84 => now + Duration::from_secs(world.rng.random_range(3600..86_400 * 2)),
        84..94 => now + Duration::from_secs(world.rng.random_range(86_400..86_400 * 40)),
        _ => now - HOUR,
    };
    world.clock.set(to);
}

/// Lets the world go on, with what may happen to it meanwhile.
async fn trouble(world: &mut World, two: bool) {
    let fuse = world.rng.random_bool(0.06).then(|| world.rng.random_range(0..40));
    if world.settle(fuse).await {
        let away = match world.rng.random_range(0..4_u8) {
            0 => Duration::ZERO,
            1 => Duration::from_secs(world.rng.random_range(1..20)),
            2 => Duration::from_secs(world.rng.random_range(20..7200)),
            _ => Duration::from_secs(world.rng.random_range(3600..86_400 * 3)),
        };
        world.clock.advance(away);
        world.settle(None).await;
        world.start().await;
        // The lease of the dead one has to run out.
        for _ in 0..world.rng.random_range(0..20) {
            world.clock.advance(SECOND);
            world.settle(None).await;
        }
    }
    if two && world.rng.random_bool(0.05) {
        freeze(world).await;
    }
    world.replace_the_stopped().await;
}

/// One process gets on no more for a while, in the middle of its work, and does not know it.
async fn freeze(world: &mut World) {
    let at = world.rng.random_range(0..world.processes.len());
    world.note("one freezes");
    let number = world.processes[at].number;
    world.processes[at].frozen = true;
    for _ in 0..world.rng.random_range(1..30) {
        let step = Duration::from_millis(world.rng.random_range(100..4000));
        world.clock.advance(step);
        world.settle(None).await;
    }
    if let Some(process) = world.processes.iter_mut().find(|process| process.number == number) {
        process.frozen = false;
    }
    world.settle(None).await;
}

/// No more faults: what is left to do is done.
async fn finish(world: &mut World) {
    world.note("the end");
    world.weather = Weather { faults: 0.0, slow: 0.0, closes: 0.0 };
    for _ in 0..40 {
        world.clock.advance(SECOND);
        world.settle(None).await;
        world.replace_the_stopped().await;
    }
    world.drain(YEAR, 20_000).await;
}

/// An office with nine schedules for everybody.
async fn furnish(world: &World) {
    let row = |line: u64, name: &str, role, chat: &str| ImportRow {
        line,
        unit: "Tỉnh Mường Lam".parse().expect("a path"),
        name: name.to_owned(),
        role,
        channel: ChannelKind::Telegram,
        chat_id: chat.to_owned(),
        kind: if chat.starts_with('-') { Kind::Group } else { Kind::Person },
    };
    let list = vec![
        row(2, "Diệp", Some(Role::Editor), "1"),
        row(3, "Lan", Some(Role::Staff), "2"),
        row(4, "Nga", Some(Role::Staff), "3"),
        row(5, "Pao", Some(Role::Reporter), "4"),
        row(6, "Nhóm", None, GROUP),
    ];
    let report = world.watch.import(list, false).await.expect("an import");
    assert!(report.conflicts.is_empty());
    for rule in &RULES {
        let new = NewSchedule {
            name: rule.name.to_owned(),
            cron: rule.cron.to_owned(),
            audience: "all".to_owned(),
            title: format!("Lịch {} {{ngày}}", rule.name),
            body: if rule.self_sending { "Nội dung.".into() } else { loa::domain::Rich::new() },
            self_sending: rule.self_sending,
            ..NewSchedule::default()
        };
        world.watch.schedule_new(new).await.expect("the store").expect("a schedule");
    }
}

fn write_trace(world: &World) {
    if let Ok(path) = std::env::var("LOA_SIM_TRACE") {
        std::fs::write(&path, world.trace.join("\n")).expect("a file");
        for part in ["", "-wal"] {
            let from = format!("{}{part}", world.url.trim_start_matches("sqlite:"));
            std::fs::copy(from, format!("{path}.db{part}")).expect("the database");
        }
    }
}
