//! A file goes up once, however many send it at the same time.

use std::collections::BTreeSet;
use std::time::Duration;

use loa::conversation::notice::{FileFrom, NewFile, NewNotice};
use loa::domain::content::FileKind;
use loa::jobs::pacing::Limits;
use loa::sandbox::{Fault, Rule};

use crate::crowd::*;
use crate::engines::Database;
use crate::on_both;
use crate::world::{World, engine, rules};

const PEOPLE: usize = 60;

async fn with_file(world: &World) -> NewNotice {
    let sha256 = world.store.put_blob(vec![7; 200_000], "application/pdf").await.expect("kept");
    let file = NewFile {
        name: "dinh-huong.pdf".to_owned(),
        mime: "application/pdf".to_owned(),
        kind: FileKind::Document,
        from: FileFrom::Stored(sha256),
    };
    NewNotice { files: vec![file], ..to("people; -role:admin") }
}

/// The names that the platform gave to the file, and how many messages carried it.
fn documents(world: &World) -> (BTreeSet<String>, usize) {
    world.sandbox.with_accepted(|all| {
        let sent: Vec<_> = all.iter().filter(|call| call.method == "sendDocument").collect();
        let names = sent.iter().flat_map(|call| call.file_ids.iter().cloned()).collect();
        (names, sent.len())
    })
}

async fn begin(database: Database) -> World {
    let mut world = World::with(database, loa::conversation::step, rules()).await;
    world.sandbox.set_limits(None);
    limit(&mut world, Limits::NONE).await;
    gather(&mut world, 60).await;
    world
}

on_both! {
    async fn sixteen_at_once_send_a_file_up_once(database: Database) {
        let world = begin(database).await;
        world.sandbox.faults().add(
            Rule::new(Fault::Stall(Duration::from_millis(300))).method("sendDocument").times(1)
        );
        let notice = with_file(&world).await;
        sends(&world, "Định hướng", notice).await;
        world.settled().await;
        let (names, messages) = documents(&world);
        assert_eq!((names.len(), messages), (1, PEOPLE));
    }

    async fn a_first_that_fails_lets_another_carry_the_file(database: Database) {
        let world = begin(database).await;
        world.sandbox.faults().add(Rule::new(Fault::Status(500)).method("sendDocument").times(2));
        let notice = with_file(&world).await;
        sends(&world, "Định hướng", notice).await;
        for _ in 0..3 {
            world.later(Duration::from_secs(5)).await;
        }
        let (names, messages) = documents(&world);
        assert_eq!((names.len(), messages), (1, PEOPLE));
    }

    async fn a_file_that_the_platform_forgot_goes_up_again_once(database: Database) {
        let mut world = begin(database).await;
        let notice = with_file(&world).await;
        sends(&world, "Định hướng", notice.clone()).await;
        world.settled().await;
        world.stop().await;
        // A platform that does not know what another one called the file.
        let mut other = World::with(Database::sqlite(), loa::conversation::step, rules()).await;
        // It must not happen to give the same names.
        other.sandbox.add_user(ADMIN, "Lan");
        other.sandbox.send_document(ADMIN, ADMIN, "khac.pdf", "application/pdf", vec![1; 10], "");
        other.sandbox.set_limits(None);
        for chat in FIRST..FIRST + 60 {
            other.sandbox.add_user(chat, "Lan");
            other.sandbox.say(chat, chat, "/start");
        }
        other.settled().await;
        other.stop().await;
        world.engine = engine(&other.sandbox, &world.store, &world.clock, loa::conversation::step, rules());
        world.engine.limits = Limits::NONE;
        world.start().await;
        sends(&world, "Nhắc lại", notice).await;
        world.settled().await;
        let (names, messages) = documents(&other);
        assert_eq!((names.len(), messages), (1, PEOPLE));
    }
}
