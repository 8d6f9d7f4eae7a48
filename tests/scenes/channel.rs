//! A channel that is refused, fails, or has lost its token: nothing is lost, it is tried again, and an
//! administrator knows.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use loa::conversation::{Context, Need, Reply, Turn};
use loa::jobs::alarms::Outlet;
use loa::jobs::pacing::Limits;
use loa::sandbox::{Fault, Rule};
use loa::store::rest::Why;
use loa::store::status::Status;

use crate::crowd::*;
use crate::engines::Database;
use crate::on_both;
use crate::world::{World, rules};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

fn echo(ctx: &Context<'_>) -> Result<Turn, Need> {
    Ok(Turn::default().and(Reply::here(format!("nghe: {}", ctx.incoming.text()))))
}

/// What an outlet besides the chats was told.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Outlet for Ear {
    fn name(&self) -> &'static str {
        "ear"
    }

    async fn tell(&self, about: &str, text: &str) -> Result<(), String> {
        self.0.lock().expect("an ear").push(format!("{about}: {text}"));
        Ok(())
    }
}

impl Ear {
    fn heard(&self) -> Vec<String> {
        self.0.lock().expect("an ear").clone()
    }

    /// Waits until it was told so many things.
    async fn hears(&self, world: &World, count: usize) -> Vec<String> {
        for _ in 0..2000 {
            if self.heard().len() >= count {
                return self.heard();
            }
            world.clock.advance(Duration::from_millis(100));
            world.store.under_way().await.expect("the queues");
        }
        panic!("only heard {:?}", self.heard());
    }
}

/// Ten people and an administrator, and an outlet.
async fn begin(database: Database) -> (World, Ear) {
    let mut world = World::with(database, echo, rules()).await;
    world.sandbox.set_limits(None);
    let ear = Ear::default();
    world.outlets = Arc::new([Arc::new(ear.clone()) as Arc<dyn Outlet>]);
    limit(&mut world, Limits::NONE).await;
    gather(&mut world, 10).await;
    (world, ear)
}

async fn status(world: &World) -> Status {
    world.store.status("worker").await.expect("a status")
}

fn chat_of_admin(world: &World) -> String {
    world.transcript(ADMIN)
}

on_both! {
    async fn a_pause_of_hours_is_held_over_restarts(database: Database) {
        let (mut world, ear) = begin(database).await;
        let fault = Fault::TooMany { retry_after: 7200, whole_bot: true };
        world.sandbox.faults().add(Rule::new(fault).method("sendMessage").times(1));
        sends(&world, "Lịch họp", to("people; -role:admin")).await;
        world.settled().await;
        let rests = status(&world).await.rests;
        assert_eq!((rests.len(), rests[0].why), (1, Why::TooMany));
        assert!(rests[0].until >= world.clock.now() + HOUR);
        let sent = |world: &World| world.sandbox.attempts().iter().filter(|call| call.method == "sendMessage").count();
        let attempts = sent(&world);
        for _ in 0..3 {
            world.kill();
            world.start().await;
            world.later(35 * MINUTE).await;
        }
        assert_eq!(sent(&world), attempts, "nothing was sent while it was to wait");
        assert_eq!(accepted(&world, "Lịch họp"), 0);
        assert!(ear.hears(&world, 1).await[0].starts_with("too_many telegram: "));
        world.later(16 * MINUTE).await;
        for _ in 0..5 {
            world.later(Duration::from_secs(5)).await;
        }
        assert_eq!(accepted(&world, "Lịch họp"), 10);
        assert!(status(&world).await.rests.is_empty());
        assert!(world.sandbox.violations().is_empty());
    }

    async fn a_platform_that_fails_is_tried_more_and_more_rarely(database: Database) {
        let (world, ear) = begin(database).await;
        for method in ["sendMessage", "getMe"] {
            world.sandbox.faults().add(Rule::new(Fault::Status(502)).method(method));
        }
        sends(&world, "Lịch họp", to("people; -role:admin")).await;
        world.settled().await;
        let rests = status(&world).await.rests;
        assert_eq!((rests.len(), rests[0].why), (1, Why::Failing));
        let attempts = world.sandbox.attempt_count();
        for _ in 0..20 {
            world.later(30 * Duration::from_secs(1)).await;
        }
        let tries = world.sandbox.attempt_count() - attempts;
        assert!((5..=25).contains(&tries), "{tries} tries in ten minutes");
        assert!(ear.hears(&world, 1).await[0].contains("không gửi được từ"));
        assert!(status(&world).await.alarms.len() == 1 && !chat_of_admin(&world).contains("🔴"));
        world.sandbox.faults().clear();
        for _ in 0..40 {
            world.later(Duration::from_secs(10)).await;
        }
        assert_eq!(accepted(&world, "Lịch họp"), 10);
        let status = status(&world).await;
        assert!(status.rests.is_empty() && status.alarms.is_empty(), "{status:?}");
        assert!(ear.hears(&world, 2).await[1].starts_with("failing over telegram: 🟢"));
        assert!(chat_of_admin(&world).contains("làm việc lại từ"), "{}", chat_of_admin(&world));
        assert_eq!(ear.heard().len(), 2, "told once, and once that it is over");
    }

    async fn a_platform_that_answers_and_accepts_nothing_gets_one_message_at_a_time(database: Database) {
        let (world, _) = begin(database).await;
        world.sandbox.faults().add(Rule::new(Fault::Status(502)).method("sendMessage"));
        sends(&world, "Lịch họp", to("people; -role:admin")).await;
        world.settled().await;
        let before = world.sandbox.attempts().iter().filter(|a| a.method == "sendMessage").count();
        for _ in 0..10 {
            world.later(MINUTE).await;
        }
        let sent = world.sandbox.attempts().iter().filter(|a| a.method == "sendMessage").count() - before;
        assert!((3..=40).contains(&sent), "{sent} messages were spent in ten minutes");
        world.sandbox.faults().clear();
        for _ in 0..40 {
            world.later(Duration::from_secs(10)).await;
        }
        assert_eq!(accepted(&world, "Lịch họp"), 10);
    }

    async fn a_token_that_is_revoked_for_days_costs_no_message(database: Database) {
        let (mut world, ear) = begin(database).await;
        world.sandbox.faults().add(Rule::new(Fault::Unauthorized));
        let notice = sends(&world, "Lịch họp", to("people; -role:admin")).await;
        world.settled().await;
        assert_eq!(status(&world).await.rests[0].why, Why::Token);
        assert!(ear.hears(&world, 1).await[0].starts_with("token telegram: 🔴"));
        for _ in 0..4 {
            world.later(24 * HOUR).await;
        }
        world.kill();
        world.start().await;
        world.settled().await;
        let status_then = status(&world).await;
        assert_eq!((status_then.rests[0].why, status_then.alarms.len()), (Why::Token, 1));
        assert_eq!(counts(&world, notice).await.failed, 0);
        assert_eq!(ear.heard().len(), 1, "told once");
        world.sandbox.faults().clear();
        // What is refused just then has not been failing for four days.
        world.sandbox.faults().add(Rule::new(Fault::Status(502)).method("sendMessage").times(2));
        for _ in 0..10 {
            world.later(Duration::from_secs(20)).await;
        }
        assert_eq!(accepted(&world, "Lịch họp"), 10);
        assert_eq!(counts(&world, notice).await.failed, 0);
        assert!(ear.hears(&world, 2).await[1].starts_with("token over telegram: 🟢"));
        assert!(chat_of_admin(&world).contains("làm việc lại từ"), "{}", chat_of_admin(&world));
    }

    async fn what_is_held_and_set_aside_is_told_to_the_administrator(database: Database) {
        let (world, ear) = begin(database).await;
        world.sandbox.faults().add(
            Rule::new(Fault::ResetBefore).chat(FIRST).method("sendMessage").times(2)
        );
        world.sandbox.say(FIRST, FIRST, "một");
        for _ in 0..4 {
            world.later(Duration::from_secs(10)).await;
        }
        assert!(chat_of_admin(&world).contains("Có 1 tin gửi không rõ"), "{}", chat_of_admin(&world));
        world.later(25 * HOUR).await;
        world.later(MINUTE).await;
        assert_eq!(chat_of_admin(&world).matches("Có 1 tin gửi không rõ").count(), 2, "once a day");
        let held = world.store.held_messages().await.expect("a list");
        let id = loa::domain::ids::MessageId(held[0].id);
        world.store.decide(id, loa::store::held::Decision::Arrived).await.expect("decided");
        world.later(MINUTE).await;
        assert!(chat_of_admin(&world).contains("Không còn tin gửi nào cần"), "{}", chat_of_admin(&world));
        assert!(ear.hears(&world, 3).await.iter().all(|told| told.starts_with("held")));
    }
}
