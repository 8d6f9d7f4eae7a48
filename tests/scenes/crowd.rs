//! Many people, a clock that goes on, and what the platform saw of it.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::domain::ids::NoticeId;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role};
use loa::jobs::pacing::Limits;
use loa::store::notice::Counts;

use crate::world::World;

/// The first of the crowd.
pub const FIRST: i64 = 5001;
/// Who administers everything.
pub const ADMIN: i64 = 4001;
pub const PROVINCE: &str = "Tỉnh Mường Lam";
/// Every second of the crowd is of one of these.
pub const WARDS: [&str; 2] = ["Tỉnh Mường Lam / Phường A", "Tỉnh Mường Lam / Phường B"];

fn person(line: u64, unit: &str, role: Role, chat: i64) -> ImportRow {
    ImportRow {
        line,
        unit: unit.parse().expect("a path"),
        name: format!("Người {chat}"),
        role: Some(role),
        channel: ChannelKind::Telegram,
        chat_id: chat.to_string(),
        kind: Kind::Person,
    }
}

/// An administrator and so many people who have pressed Start, which nobody answered. The service runs.
pub async fn gather(world: &mut World, people: i64) {
    world.stop().await;
    let mut list = vec![person(2, PROVINCE, Role::Admin, ADMIN)];
    for (line, chat) in (3..).zip(FIRST..FIRST + people) {
        let ward = WARDS[usize::try_from(chat % 2).expect("0 or 1")];
        list.push(person(line, ward, Role::Staff, chat));
    }
    for chat in (FIRST..FIRST + people).chain([ADMIN]) {
        world.sandbox.add_user(chat, "Lan");
        world.sandbox.say(chat, chat, "/start");
    }
    let mut offset = 0;
    while world.sandbox.pending_updates() > 0 {
        let updates = world.engine.channel.receive(offset, Duration::ZERO).await.expect("updates");
        offset = updates.last().map_or(offset, |update| update.number + 1);
    }
    world.store.import(list, false).await.expect("an import");
    world.start().await;
}

/// Another service with other limits; the platform holds to what it enforces.
pub async fn limit(world: &mut World, limits: Limits) {
    world.stop().await;
    world.engine.limits = limits;
    world.start().await;
}

/// A notice is on its way.
pub async fn sends(world: &World, title: &str, notice: NewNotice) -> NoticeId {
    let notice = NewNotice { title: title.to_owned(), body: "Nội dung.".into(), ..notice };
    let id = world.store.notice_new(notice).await.expect("the store").expect("written");
    world.store.notice_send(id).await.expect("the store").expect("sent");
    world.engine.signals.wake_all();
    id
}

pub fn to(audience: &str) -> NewNotice {
    NewNotice { audience: audience.to_owned(), ..NewNotice::default() }
}

pub async fn counts(world: &World, notice: NoticeId) -> Counts {
    let detail = world.store.notice_show(notice).await.expect("the store").expect("a notice");
    detail.edition.map(|edition| edition.counts).unwrap_or_default()
}

/// The clock goes on by a little, and what follows has some time to happen; it need not be over.
pub async fn ticks(world: &World, by: Duration) {
    world.clock.advance(by);
    // The jobs share one writer: when a round of the calendar is through, what the outbox began before it is.
    let round = world.engine.signals.round_done();
    world.engine.signals.wake_all();
    round.await;
    for _ in 0..50 {
        if world.store.under_way().await.expect("the queues") == 0 {
            return;
        }
    }
}

/// After a kill: what was on its way to the platform has come to it, and the clock stood still meanwhile.
pub async fn all_arrived(world: &World) {
    let (mut before, mut still) = (world.sandbox.attempt_count(), 0);
    while still < 20 {
        world.store.under_way().await.expect("the queues");
        let now = world.sandbox.attempt_count();
        still = if now == before { still + 1 } else { 0 };
        before = now;
    }
}

/// The clock goes on until so many calls have been accepted.
pub async fn until_accepted(world: &World, count: usize) {
    for _ in 0..20_000 {
        if world.sandbox.accepted_count() >= count {
            return;
        }
        ticks(world, Duration::from_millis(33)).await;
    }
    panic!("only {} of {count} were accepted", world.sandbox.accepted_count());
}

/// How many messages with this in their text were accepted.
pub fn accepted(world: &World, text: &str) -> usize {
    world.sandbox.with_accepted(|all| all.iter().filter(|call| call.text.contains(text)).count())
}

/// The most calls that the platform accepted in any second.
pub fn most_in_a_second(world: &World) -> usize {
    let mut at: Vec<i64> = world.sandbox.with_accepted(|all| all.iter().map(|call| call.at).collect());
    at.sort_unstable();
    let mut first = 0;
    let mut most = 0;
    for last in 0..at.len() {
        while at[last] - at[first] >= 1_000_000 {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}
