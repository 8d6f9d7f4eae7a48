//! As fast as the platform permits and no faster, whatever happens; everybody gets their share.

use std::time::Duration;

use loa::conversation::notice::NewNotice;
use loa::conversation::{Context, Need, Reply, Turn};
use loa::jobs::pacing::Limits;

use crate::crowd::*;
use crate::on_both;
use crate::world::{World, rules};

/// Repeats what is said.
fn echo(ctx: &Context<'_>) -> Result<Turn, Need> {
    Ok(Turn::default().and(Reply::here(format!("nghe: {}", ctx.incoming.text()))))
}

on_both! {
    async fn five_hundred_are_reached_over_three_restarts_and_no_limit_is_broken(database: Database) {
        const PEOPLE: usize = 500;
        let mut world = World::with(database, echo, rules()).await;
        gather(&mut world, 500).await;
        let began = world.clock.now();
        let notice = sends(&world, "Lịch họp", to("people; -role:admin")).await;
        for quarter in 1..4 {
            until_accepted(&world, PEOPLE / 4 * quarter).await;
            world.kill();
            all_arrived(&world).await;
            world.start().await;
        }
        for _ in 0..20_000 {
            if counts(&world, notice).await.arrived() == 500 {
                break;
            }
            ticks(&world, Duration::from_millis(33)).await;
        }
        let counts = counts(&world, notice).await;
        assert_eq!((counts.arrived(), counts.failed), (500, 0), "{counts:?}");
        let times = accepted(&world, "Lịch họp");
        assert!((PEOPLE..=PEOPLE + 3 * world.engine.concurrency).contains(&times), "{times} times");
        assert!(most_in_a_second(&world) <= 30, "{} in a second", most_in_a_second(&world));
        let took = world.clock.now().since(began);
        assert!(took < Duration::from_secs(40), "{took:?} for what may take 17 s");
        world.assert_clean();
    }

    async fn two_notices_at_once_share_evenly(database: Database) {
        let mut world = World::with(database, echo, rules()).await;
        gather(&mut world, 600).await;
        sends(&world, "Một", to("unit:Phường A")).await;
        until_accepted(&world, 100).await;
        sends(&world, "Hai", to("unit:Phường B")).await;
        let before = accepted(&world, "Một");
        let mut worst = 0.0_f64;
        let mut looked = 0;
        for count in (before + 60..=before + 310).step_by(50) {
            until_accepted(&world, count).await;
            let (one, two) = (accepted(&world, "Một") - before, accepted(&world, "Hai"));
            let apart = one.abs_diff(two) as f64 / (one + two) as f64;
            worst = worst.max(apart);
            looked += 1;
            assert!(apart <= 0.1, "{one} of one and {two} of the other since both run");
        }
        eprintln!("two notices at once: {looked} looks, at worst {:.1} % apart", worst * 100.0);
        until_accepted(&world, 600).await;
        world.assert_clean();
    }

    async fn an_ordinary_notice_moves_whatever_goes_before_it(database: Database) {
        let mut world = World::with(database, echo, rules()).await;
        world.sandbox.set_limits(None);
        limit(&mut world, Limits { per_second: 10, ..Limits::TELEGRAM }).await;
        gather(&mut world, 220).await;
        sends(&world, "Khẩn", NewNotice { urgent: true, ..to("unit:Phường A") }).await;
        sends(&world, "Thường", to("unit:Phường B")).await;
        let began = world.clock.now();
        let mut speaker = 0;
        while world.clock.now().since(began) < Duration::from_secs(40) {
            // Fifteen questions a second, where ten messages are permitted.
            for _ in 0..3 {
                world.sandbox.say(FIRST + speaker % 220, FIRST + speaker % 220, "hỏi");
                speaker += 1;
            }
            for _ in 0..4 {
                ticks(&world, Duration::from_millis(50)).await;
            }
        }
        let (answers, urgent, notice) =
            (accepted(&world, "nghe: hỏi"), accepted(&world, "Khẩn"), accepted(&world, "Thường"));
        eprintln!("40 s at 10/s: {answers} answers, {urgent} urgent, {notice} ordinary");
        assert!(notice >= 30, "a tenth of 400 is its share: {notice}");
        assert!(urgent >= 60, "a fifth of 400 is its share: {urgent}");
        assert!(answers >= 160, "answers come first: {answers}");
        assert!(most_in_a_second(&world) <= 10);
    }
}
