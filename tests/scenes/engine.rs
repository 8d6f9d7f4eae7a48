//! The engine on the practice platform: nothing is lost, nothing comes twice, nobody waits for another.

use std::time::Duration;

use loa::conversation::{Context, Need, Reply, Turn};
use loa::domain::ids::UpdateId;
use loa::sandbox::{Fault, Rule};
use loa::store::aside::AsideDecision;
use serde_json::json;

use crate::engines::Database;
use crate::on_both;
use crate::world::{World, rules};

const LAN: i64 = 11;
const PAO: i64 = 12;

/// Repeats what is said; panics when it is asked to.
fn echo(ctx: &Context<'_>) -> Result<Turn, Need> {
    match ctx.incoming.text() {
        "" => Ok(Turn::nothing()),
        "panic" => panic!("as asked"),
        text => Ok(Turn::default().and(Reply::here(format!("nghe: {text}")))),
    }
}

async fn begin(database: Database) -> World {
    let world = World::with(database, echo, rules()).await;
    world.sandbox.add_user(LAN, "Lan");
    world.sandbox.add_user(PAO, "Pao");
    world
}

/// A message of Lan's as the platform would number it.
fn words(number: i64, text: &str) -> serde_json::Value {
    json!({"update_id": number, "message": {"message_id": number, "date": 1, "text": text,
        "chat": {"id": LAN, "type": "private", "first_name": "Lan"},
        "from": {"id": LAN, "is_bot": false, "first_name": "Lan"}}})
}

on_both! {
    async fn an_update_stored_and_not_handled_is_handled_after_a_restart(database: Database) {
        let mut world = begin(database).await;
        world.kill();
        world.sandbox.say(LAN, LAN, "một");
        // Stored, and the process dies before it is handled.
        let updates = world.engine.channel.receive(0, Duration::from_secs(1)).await.expect("updates");
        let new = updates
            .into_iter()
            .map(|raw| {
                let parsed = world.engine.channel.read(&raw.body, world.clock.now());
                loa::store::inbox::NewUpdate {
                    key: raw.key,
                    number: raw.number,
                    chat_key: parsed.chat_key,
                    album: parsed.album,
                    body: raw.body,
                }
            })
            .collect();
        world.store.receive(world.engine.channel.kind(), new).await.expect("stored");
        world.start().await;
        world.settled().await;
        assert_eq!(world.last(LAN).text, "nghe: một");
        world.assert_clean();
    }

    async fn a_panic_costs_one_update_and_holds_up_nobody(database: Database) {
        let world = begin(database).await;
        world.sandbox.say(LAN, LAN, "panic");
        world.sandbox.say(LAN, LAN, "hai");
        world.sandbox.say(PAO, PAO, "chào");
        for _ in 0..4 {
            world.later(Duration::from_secs(2)).await;
        }
        assert_eq!(world.last(PAO).text, "nghe: chào");
        assert_eq!(world.last(LAN).text, "nghe: hai");
        let aside = world.store.updates_set_aside().await.expect("a list");
        assert_eq!(aside.len(), 1);
        world.assert_clean();
    }

    async fn whoever_wrote_what_is_set_aside_is_told(database: Database) {
        let world = begin(database).await;
        world.sandbox.say(LAN, LAN, "một");
        world.settled().await;
        world.sandbox.say(LAN, LAN, "panic");
        for _ in 0..4 {
            world.later(Duration::from_secs(2)).await;
        }
        assert!(world.last(LAN).text.contains("chưa xử lý được tin bạn vừa gửi"), "{}", world.last(LAN).text);
        let aside = world.store.updates_set_aside().await.expect("a list");
        let id = UpdateId(aside[0].id);
        assert!(world.store.decide_aside(id, AsideDecision::Retry).await.expect("decided"));
        assert!(world.store.updates_set_aside().await.expect("a list").is_empty(), "it waits again");
        for _ in 0..4 {
            world.later(Duration::from_secs(2)).await;
        }
        assert_eq!(world.store.updates_set_aside().await.expect("a list").len(), 1, "it fails again");
        assert!(world.store.decide_aside(id, AsideDecision::Drop).await.expect("decided"));
        assert!(!world.store.decide_aside(id, AsideDecision::Drop).await.expect("decided"), "only once");
        assert!(world.store.updates_set_aside().await.expect("a list").is_empty());
        world.assert_clean();
    }

    async fn what_nobody_knows_loses_nothing(database: Database) {
        let world = begin(database).await;
        world.sandbox.inject_raw_update(json!({"moon_phase": {"full": true}}));
        world.sandbox.inject_raw_update(json!({"message": {"message_id": 500, "date": 1, "text": "còn nguyên",
            "entities": [{"type": "date_time", "offset": 0, "length": 3, "unix_time": 1}],
            "chat": {"id": LAN, "type": "private", "first_name": "Lan"},
            "from": {"id": LAN, "is_bot": false, "first_name": "Lan"}}}));
        world.sandbox.say(PAO, PAO, "chào");
        world.settled().await;
        let seen = world.sandbox.with_accepted(|all| all.iter().any(|a| &*a.text == "nghe: còn nguyên"));
        assert!(seen || world.sandbox.attempts().iter().any(|a| &*a.text == "nghe: còn nguyên"));
        assert_eq!(world.last(PAO).text, "nghe: chào");
    }

    async fn after_a_week_of_silence_the_platform_may_number_anew(database: Database) {
        let mut world = begin(database).await;
        world.sandbox.inject_raw_update(words(9_000, "trước Tết"));
        world.settled().await;
        world.stop().await;
        world.clock.advance(Duration::from_secs(8 * 24 * 3600));
        world.sandbox.inject_raw_update(words(70, "sau Tết"));
        world.start().await;
        world.settled().await;
        assert!(world.sandbox.attempts().iter().any(|sent| &*sent.text == "nghe: sau Tết"));
        world.sandbox.inject_raw_update(words(71, "rồi nữa"));
        world.settled().await;
        assert!(world.sandbox.attempts().iter().any(|sent| &*sent.text == "nghe: rồi nữa"));
    }

    async fn a_chat_that_is_refused_holds_nobody_else_up(database: Database) {
        let world = begin(database).await;
        let fault = Fault::TooMany { retry_after: 40, whole_bot: false };
        world.sandbox.faults().add(Rule::new(fault).chat(LAN).method("sendMessage").times(1));
        world.sandbox.say(LAN, LAN, "một");
        world.sandbox.say(PAO, PAO, "chào");
        world.settled().await;
        assert_eq!(world.last(PAO).text, "nghe: chào");
        assert_eq!(world.last(LAN).text, "một", "not answered yet");
        world.later(Duration::from_secs(41)).await;
        assert_eq!(world.last(LAN).text, "nghe: một");
        assert!(world.sandbox.violations().is_empty());
    }

    async fn a_wait_of_hours_is_kept_across_a_restart(database: Database) {
        let mut world = begin(database).await;
        let fault = Fault::TooMany { retry_after: 3 * 3600, whole_bot: false };
        world.sandbox.faults().add(Rule::new(fault).chat(LAN).method("sendMessage").times(1));
        world.sandbox.say(LAN, LAN, "một");
        world.sandbox.wait_for(|sandbox| sandbox.attempts().iter().any(|a| a.chat_id == Some(LAN)).then_some(())).await;
        world.stop().await;
        world.clock.advance(Duration::from_secs(2 * 3600));
        world.start().await;
        // What comes meanwhile waits as well.
        world.sandbox.say(LAN, LAN, "hai");
        world.sandbox.say(PAO, PAO, "chào");
        world.settled().await;
        assert_eq!((world.last(PAO).text.as_str(), world.last(LAN).text.as_str()), ("nghe: chào", "hai"));
        world.later(Duration::from_secs(3601)).await;
        let heard: Vec<String> =
            world.sandbox.chat(LAN).into_iter().filter(|seen| seen.by_bot).map(|seen| seen.text).collect();
        assert_eq!(heard, ["nghe: một", "nghe: hai"]);
        world.assert_clean();
    }

    async fn an_answer_that_got_lost_is_repeated_at_most_once(database: Database) {
        let world = begin(database).await;
        world.sandbox.faults().add(Rule::new(Fault::ResetAfter).chat(LAN).method("sendMessage").times(1));
        world.sandbox.say(LAN, LAN, "một");
        world.settled().await;
        world.later(Duration::from_secs(5)).await;
        let times = world.sandbox.chat(LAN).iter().filter(|seen| seen.text == "nghe: một").count();
        assert_eq!(times, 2, "one attempt of unknown outcome, one more");
    }

    async fn a_broken_platform_is_tried_again(database: Database) {
        let world = begin(database).await;
        world.sandbox.faults().add(Rule::new(Fault::Status(502)).method("sendMessage").times(2));
        world.sandbox.say(LAN, LAN, "một");
        world.settled().await;
        world.later(Duration::from_secs(10)).await;
        world.later(Duration::from_secs(10)).await;
        let times = world.sandbox.chat(LAN).iter().filter(|seen| seen.text == "nghe: một").count();
        assert_eq!(times, 1);
        world.assert_clean();
    }

    async fn twenty_messages_at_once_keep_their_order_and_the_limits(database: Database) {
        let world = begin(database).await;
        for number in 0..20 {
            world.sandbox.say(LAN, LAN, &number.to_string());
        }
        world.settled().await;
        let heard: Vec<String> =
            world.sandbox.chat(LAN).into_iter().filter(|seen| seen.by_bot).map(|seen| seen.text).collect();
        let said: Vec<String> = (0..20).map(|number| format!("nghe: {number}")).collect();
        assert_eq!(heard, said);
        world.assert_clean();
    }
}

on_both! {
    async fn a_message_of_unknown_fate_is_held_until_a_person_decides(database: Database) {
        let world = begin(database).await;
        world.sandbox.faults().add(Rule::new(Fault::ResetBefore).chat(LAN).method("sendMessage").times(2));
        world.sandbox.say(LAN, LAN, "một");
        world.settled().await;
        for _ in 0..3 {
            world.later(Duration::from_secs(10)).await;
        }
        assert!(world.sandbox.chat(LAN).iter().all(|seen| !seen.by_bot), "held after two unknown attempts");
        let held = world.store.held_messages().await.expect("a list");
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].text(), "nghe: một");
        let id = loa::domain::ids::MessageId(held[0].id);
        assert!(world.store.decide(id, loa::store::held::Decision::Retry).await.expect("decided"));
        world.settled().await;
        assert_eq!(world.last(LAN).text, "nghe: một");
        assert!(world.store.held_messages().await.expect("a list").is_empty());
        assert!(!world.store.decide(id, loa::store::held::Decision::Drop).await.expect("too late"));
    }
}
