//! One calendar and several processes on one database: every run goes out once.

use std::collections::BTreeSet;
use std::time::Duration;

use loa::conversation::step;
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::random::Random;
use loa::store::Store;
use loa::store::notice::NewSchedule;

use crate::engines::Database;
use crate::on_both;
use crate::world::{World, rules};

const LAN: i64 = 11;
const DAY: Duration = Duration::from_secs(86_400);

/// One person, and a notice every morning at eight.
async fn begin(database: Database) -> World {
    let world = World::with(database, step, rules()).await;
    world.sandbox.add_user(LAN, "Lan");
    world.sandbox.say(LAN, LAN, "/trogiup");
    world.settled().await;
    let lan = ImportRow {
        line: 2,
        unit: "Tỉnh Mường Lam".parse().expect("a path"),
        name: "Lan".to_owned(),
        role: Some(Role::Staff),
        channel: ChannelKind::Telegram,
        chat_id: LAN.to_string(),
        kind: Kind::Person,
    };
    world.store.import(vec![lan], false).await.expect("an import");
    let new = NewSchedule {
        name: "Chào cờ".into(),
        title: "Chào cờ {ngày}".into(),
        body: "Đúng giờ.".into(),
        cron: "0 8 * * *".into(),
        audience: "all".into(),
        self_sending: true,
        ..NewSchedule::default()
    };
    world.store.schedule_new(new).await.expect("the store").expect("a schedule");
    world
}

/// The titles of everything that was made, and how many of them there are.
async fn titles(world: &World) -> (BTreeSet<String>, usize) {
    let all = world.store.notice_list(1000).await.expect("a list");
    let count = all.len();
    (all.into_iter().map(|notice| notice.title).collect(), count)
}

fn morning(day: u32) -> Timestamp {
    Timestamp::vietnam(2026, 11, 23, 8, 0) + DAY * day
}

/// For so long what was missed is made up for.
const CATCH_UP: Duration = Duration::from_secs(24 * 3600);

on_both! {
    async fn several_processes_look_at_the_calendar_at_once_and_a_run_fires_once(database: Database) {
        let mut world = begin(database).await;
        world.kill();
        let url = world.database.url.clone();
        let other = Store::open(&url, world.clock.clone(), Random::seeded(9)).await.expect("a store");
        let one = world.store.clone();
        for day in 1..=20 {
            world.clock.set(morning(day));
            let (a, b, c, d) =
                tokio::join!(one.notices_tick(CATCH_UP), other.notices_tick(CATCH_UP), one.notices_tick(CATCH_UP), other.notices_tick(CATCH_UP));
            for looked in [a, b, c, d] {
                looked.expect("a look");
            }
        }
        let (titles, count) = titles(&world).await;
        assert_eq!((titles.len(), count), (20, 20));
        world.start().await;
        for _ in 0..40 {
            world.later(Duration::from_secs(1)).await;
        }
        let heard = world.sandbox.chat(LAN);
        for title in titles {
            let times = heard.iter().filter(|seen| seen.by_bot && seen.text.contains(&title)).count();
            assert_eq!(times, 1, "{title}");
        }
        world.assert_clean();
    }

    async fn a_process_that_takes_over_in_the_middle_of_a_run_fires_it_no_second_time(database: Database) {
        let mut world = begin(database).await;
        for day in 1..=12 {
            world.clock.set(morning(day));
            // Some way into the run, not always as far.
            for _ in 0..day * 3 {
                tokio::task::yield_now().await;
            }
            world.kill();
            world.engine.holder = format!("process {day}");
            // The lease of the one that died has to end.
            world.clock.advance(loa::jobs::LEASE_LASTS * 2);
            world.start().await;
            world.settled().await;
        }
        let (titles, count) = titles(&world).await;
        assert_eq!(titles.len(), count, "a run has two notices");
        assert_eq!(count, 12);
    }
}
