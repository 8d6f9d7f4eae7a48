//! What the store promises, called on both engines.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use loa::clock::Clock;
use loa::conversation::incoming::{ExternalChat, Message, Sender};
use loa::conversation::{ChatKind, Context, Incoming, Need, Reply, Rules, Turn, What};
use loa::domain::content::Content;
use loa::domain::{ChannelKind, Timestamp};
use loa::jobs::pacing::{Limits, Pacer};
use loa::random::Random;
use loa::store::Store;
use loa::store::claim::{Admission, Claimed, Exchange, Gate};
use loa::store::inbox::NewUpdate;
use loa::store::settle::{Outcome, Settled};
use sqlx::Connection;

use crate::engines::Database;
use crate::on_both;

const CHANNEL: ChannelKind = ChannelKind::Telegram;
const NO_LIMITS: Limits = Limits::NONE;

struct Bench {
    store: Store,
    clock: Clock,
    pacer: Arc<Mutex<Pacer>>,
    _database: Database,
}

impl Bench {
    async fn new(database: Database) -> Self {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let store = Store::open(&database.url, clock.clone(), Random::seeded(1)).await.expect("a store");
        assert!(store.take_lease("worker", "me", Duration::from_secs(15)).await.expect("a lease"));
        Self { store, clock, pacer: Arc::new(Mutex::new(Pacer::new(NO_LIMITS))), _database: database }
    }

    async fn exchange(&self, settled: Vec<Settled>, want: usize) -> Exchange {
        let lease = ("worker", "me".to_owned());
        self.store.exchange(CHANNEL, lease, settled, want, self.pacer.clone()).await.expect("an exchange")
    }

    /// Somebody writes, and the bot repeats the words.
    async fn echo(&self, chat: &str, text: &str) {
        let incoming = hears(chat, text);
        self.store.take_turn(incoming, Arc::new(Rules::default()), echo).await.expect("a turn");
    }

    async fn text_of(&self, message: &Claimed) -> String {
        let content: Content = self.store.payload(message.payload).await.expect("a payload");
        content.text.text
    }
}

fn echo(ctx: &Context<'_>) -> Result<Turn, Need> {
    if ctx.incoming.text() == "panic" {
        panic!("as asked");
    }
    let reply = Reply::here(ctx.incoming.text());
    let reply = if ctx.incoming.text().contains("code") { reply.never_twice() } else { reply };
    Ok(Turn::default().and(reply))
}

fn hears(chat: &str, text: &str) -> Incoming {
    Incoming {
        channel: CHANNEL,
        chat: ExternalChat { id: chat.to_owned(), kind: ChatKind::Private, title: "Lan".to_owned() },
        from: Some(Sender { id: chat.to_owned(), name: "Lan".to_owned() }),
        at: Timestamp(0),
        what: What::Message(Message { text: text.to_owned(), addressed: true, ..Message::default() }),
    }
}

fn update(number: i64) -> NewUpdate {
    NewUpdate::numbered(number, "telegram:1", r#"{"as":"it came"}"#)
}

fn sent(message: &Claimed, external_id: &str) -> Settled {
    Settled {
        message: message.clone(),
        outcome: Outcome::Sent { external_id: external_id.to_owned(), files: Vec::new() },
    }
}

on_both! {
    async fn an_update_that_comes_twice_is_stored_once(database: Database) {
        let bench = Bench::new(database).await;
        assert_eq!(bench.store.receive(CHANNEL, vec![update(7), update(8)]).await.expect("stored"), 2);
        assert_eq!(bench.store.receive(CHANNEL, vec![update(8)]).await.expect("stored"), 0);
        assert_eq!(bench.store.offset(CHANNEL).await.expect("an offset"), 8);
        let waiting = bench.store.waiting_updates(CHANNEL, 10).await.expect("updates");
        assert_eq!(waiting.len(), 2);
        assert_eq!(waiting[0].body, br#"{"as":"it came"}"#);
    }

    async fn an_update_that_panics_is_set_aside_after_three_attempts(database: Database) {
        let bench = Bench::new(database).await;
        bench.store.receive(CHANNEL, vec![update(7)]).await.expect("stored");
        for attempt in 1..=3 {
            let waiting = bench.store.waiting_updates(CHANNEL, 10).await.expect("updates");
            let ids = vec![waiting[0].id];
            let incoming = Some(hears("1", "panic"));
            let rules = Arc::new(Rules::default());
            let error = bench.store.handle(ids.clone(), incoming, rules, echo).await.expect_err("a panic");
            let aside = bench.store.handling_failed(ids, error.to_string()).await.expect("noted");
            assert_eq!(aside, attempt == 3);
        }
        let aside = bench.store.updates_set_aside().await.expect("a list");
        assert_eq!(aside.len(), 1);
        assert!(aside[0].error.as_deref().unwrap_or_default().contains("as asked"));
        bench.echo("1", "goes on").await;
    }

    async fn a_one_time_code_of_unknown_fate_is_held_and_not_sent_again(database: Database) {
        let bench = Bench::new(database).await;
        bench.echo("1", "code 4711").await;
        bench.echo("2", "code 4712").await;
        let claimed = bench.exchange(vec![], 1).await.claimed;
        let outcome = Outcome::Unknown { at: bench.clock.now(), why: "no answer".to_owned() };
        let settled = Settled { message: claimed[0].clone(), outcome };
        // The second one is under way when the process dies.
        let claimed = bench.exchange(vec![settled], 10).await.claimed;
        assert_eq!(claimed.len(), 1);
        bench.store.recover(CHANNEL).await.expect("recovered");
        bench.clock.advance(Duration::from_secs(10));
        assert!(bench.exchange(vec![], 10).await.claimed.is_empty());
        assert_eq!(bench.store.held_messages().await.expect("a list").len(), 2);
    }

    async fn messages_of_a_chat_keep_their_order(database: Database) {
        let bench = Bench::new(database).await;
        bench.echo("1", "one").await;
        bench.echo("1", "two").await;
        bench.echo("2", "other").await;
        let first = bench.exchange(Vec::new(), 10).await.claimed;
        let mut texts = Vec::new();
        for message in &first {
            texts.push(bench.text_of(message).await);
        }
        assert_eq!(texts, ["one", "other"]);
        assert!(bench.exchange(Vec::new(), 10).await.claimed.is_empty(), "one at a time");
        let second = bench.exchange(vec![sent(&first[0], "100")], 10).await.claimed;
        assert_eq!(bench.text_of(&second[0]).await, "two");
    }

    async fn a_chat_that_has_to_wait_holds_nobody_else_up(database: Database) {
        let bench = Bench::new(database).await;
        bench.echo("1", "one").await;
        bench.echo("2", "other").await;
        let claimed = bench.exchange(Vec::new(), 1).await.claimed;
        let later = bench.clock.now() + Duration::from_secs(40);
        let again = Settled {
            message: claimed[0].clone(),
            outcome: Outcome::Again { at: later, why: "429".to_owned() },
        };
        bench.echo("1", "two").await;
        let next = bench.exchange(vec![again], 10).await;
        assert_eq!(next.claimed.len(), 1);
        assert_eq!(bench.text_of(&next.claimed[0]).await, "other");
        assert_eq!(next.next_due, Some(later));
        bench.clock.set(later);
        let after = bench.exchange(Vec::new(), 10).await.claimed;
        assert_eq!(bench.text_of(&after[0]).await, "one");
    }

    async fn an_outcome_that_comes_late_changes_nothing(database: Database) {
        let bench = Bench::new(database).await;
        bench.echo("1", "one").await;
        let old = bench.exchange(Vec::new(), 1).await.claimed.remove(0);
        assert_eq!(bench.store.recover(CHANNEL).await.expect("taken back"), 1);
        let new = bench.exchange(Vec::new(), 1).await.claimed.remove(0);
        assert_eq!(new.attempt, 2);
        assert_eq!(bench.exchange(vec![sent(&old, "100")], 0).await.late, 1);
        assert_eq!(bench.exchange(vec![sent(&new, "101")], 0).await.late, 0);
    }

    async fn after_two_unknown_outcomes_a_person_decides(database: Database) {
        let bench = Bench::new(database).await;
        bench.echo("1", "one").await;
        for _ in 0..2 {
            bench.clock.advance(Duration::from_secs(10));
            let message = bench.exchange(Vec::new(), 1).await.claimed.remove(0);
            let at = bench.clock.now();
            let outcome = Outcome::Unknown { at, why: "no answer".to_owned() };
            bench.exchange(vec![Settled { message, outcome }], 0).await;
        }
        bench.clock.advance(Duration::from_secs(3600));
        assert!(bench.exchange(Vec::new(), 10).await.claimed.is_empty());
    }

    async fn whoever_lost_the_lease_gets_nothing_to_send(database: Database) {
        let bench = Bench::new(database).await;
        bench.echo("1", "one").await;
        bench.clock.advance(Duration::from_secs(20));
        assert!(bench.store.take_lease("worker", "other", Duration::from_secs(15)).await.expect("a lease"));
        let exchange = bench.exchange(Vec::new(), 10).await;
        assert!(exchange.lost_lease);
        assert!(exchange.claimed.is_empty());
    }

    async fn a_holder_is_not_robbed_by_who_asked_a_moment_earlier(database: Database) {
        let bench = Bench::new(database).await;
        let lasts = Duration::from_secs(15);
        let early = bench.clock.now();
        bench.clock.advance(Duration::from_millis(300));
        assert!(bench.store.renew_lease("worker", "me", lasts).await.expect("a lease"));
        // Whoever waited for the database, or whose clock is a little behind, still has the earlier time.
        bench.clock.set(early);
        assert!(!bench.store.take_lease("worker", "other", lasts).await.expect("a lease"), "it is taken");
        // Before the clock was set back by an hour is another matter.
        bench.clock.set(early.before(Duration::from_secs(3600)));
        assert!(bench.store.take_lease("worker", "other", lasts).await.expect("a lease"));
    }

    async fn whoever_lost_the_lease_does_not_get_it_back_by_renewing(database: Database) {
        let bench = Bench::new(database).await;
        let lasts = Duration::from_secs(15);
        bench.clock.advance(Duration::from_secs(20));
        assert!(bench.store.renew_lease("worker", "me", lasts).await.expect("a lease"), "nobody else had it");
        bench.clock.advance(Duration::from_secs(20));
        assert!(bench.store.take_lease("worker", "other", lasts).await.expect("a lease"));
        bench.clock.advance(Duration::from_secs(20));
        assert!(!bench.store.renew_lease("worker", "me", lasts).await.expect("a lease"), "it has run out");
        bench.store.release_lease("worker", "other").await.expect("given back");
        assert!(!bench.store.renew_lease("worker", "me", lasts).await.expect("a lease"), "it was given back");
    }

    async fn whoever_lost_the_lease_changes_nothing(database: Database) {
        let bench = Bench::new(database).await;
        bench.echo("1", "one").await;
        let message = bench.exchange(Vec::new(), 1).await.claimed.remove(0);
        bench.clock.advance(Duration::from_secs(20));
        assert!(bench.store.take_lease("worker", "other", Duration::from_secs(15)).await.expect("a lease"));
        let exchange = bench.exchange(vec![sent(&message, "100")], 0).await;
        assert_eq!((exchange.lost_lease, exchange.late), (true, 1));
        assert_eq!(bench.store.recover(CHANNEL).await.expect("taken back"), 1, "it is still on its way");
    }

    async fn an_outcome_that_comes_late_does_not_park_the_chat(database: Database) {
        let bench = Bench::new(database).await;
        bench.echo("1", "one").await;
        let old = bench.exchange(Vec::new(), 1).await.claimed.remove(0);
        bench.store.recover(CHANNEL).await.expect("taken back");
        let at = bench.clock.now() + Duration::from_secs(3600);
        let again = Settled { message: old, outcome: Outcome::Again { at, why: "429".to_owned() } };
        let next = bench.exchange(vec![again], 10).await;
        assert_eq!((next.late, next.claimed.len()), (1, 1));
    }

    async fn what_a_failed_exchange_claimed_is_taken_back(database: Database) {
        let bench = Bench::new(database).await;
        for chat in ["1", "2"] {
            bench.echo(chat, "one").await;
        }
        let claimed = bench.exchange(Vec::new(), 10).await.claimed;
        // The caller heard of one of them only.
        let lease = ("worker", "me".to_owned());
        let known = vec![claimed[0].id];
        assert_eq!(bench.store.take_back(CHANNEL, lease, known).await.expect("taken back"), 1);
        let again = bench.exchange(vec![sent(&claimed[0], "100")], 10).await;
        assert_eq!((again.late, again.claimed.len()), (0, 1));
        assert_eq!((again.claimed[0].id, again.claimed[0].attempt), (claimed[1].id, 2));
    }

    async fn a_closed_chat_fails_what_waits_for_it(database: Database) {
        let bench = Bench::new(database).await;
        bench.echo("1", "one").await;
        bench.echo("1", "two").await;
        let message = bench.exchange(Vec::new(), 1).await.claimed.remove(0);
        let outcome = Outcome::ChatClosed { why: "blocked".to_owned() };
        let next = bench.exchange(vec![Settled { message, outcome }], 10).await;
        assert!(next.claimed.is_empty());
    }

    async fn a_group_that_moved_gets_its_message_under_the_new_id(database: Database) {
        let bench = Bench::new(database).await;
        bench.echo("-5", "one").await;
        let message = bench.exchange(Vec::new(), 1).await.claimed.remove(0);
        let outcome = Outcome::Moved { to: "-1005".to_owned() };
        let next = bench.exchange(vec![Settled { message, outcome }], 10).await.claimed;
        assert_eq!(next[0].external_chat, "-1005");
    }
}

/// Another process that changes what this one is just about to claim.
struct Changes {
    url: String,
    /// How, by the number of the message.
    sql: &'static str,
}

impl Gate for Changes {
    fn admit(&mut self, message: &Claimed, _: Timestamp) -> Admission {
        let (url, sql, id) = (self.url.clone(), self.sql, message.id.0);
        let change = async move {
            let mut connection = sqlx::PgConnection::connect(&url).await.expect("a connection");
            sqlx::query(sql).bind(id).execute(&mut connection).await.expect("changed");
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        std::thread::spawn(move || runtime.block_on(change)).join().expect("no panic");
        Admission::Now
    }
}

/// SQLite has one writer, so that nobody can come in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_cancelled_while_it_is_claimed_is_not_sent() {
    let Some(database) = Database::postgres().await else { return };
    let url = database.url.clone();
    let bench = Bench::new(database).await;
    bench.echo("1", "one").await;
    bench.echo("2", "other").await;
    let sql =
        "UPDATE messages SET state = 5, settled_at = created_at WHERE id = $1 AND state = 0 AND chat_id = 1";
    let gate = Arc::new(Mutex::new(Changes { url, sql }));
    let lease = ("worker", "me".to_owned());
    let exchange = bench.store.exchange(CHANNEL, lease, Vec::new(), 10, gate).await.expect("an exchange");
    let mut texts = Vec::new();
    for message in &exchange.claimed {
        texts.push(bench.text_of(message).await);
    }
    assert_eq!(texts, ["other"]);
}

/// A card whose words are replaced while it is claimed: the older ones would stay for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_is_replaced_while_it_is_claimed_shows_the_latest() {
    let Some(database) = Database::postgres().await else { return };
    let url = database.url.clone();
    let bench = Bench::new(database).await;
    bench.echo("1", "13 of 14").await;
    bench.echo("2", "14 of 14").await;
    // The first is a card, and the second lends it its words.
    let sql = "UPDATE messages SET payload_id = (SELECT payload_id FROM messages WHERE chat_id = 2)
               WHERE id = $1 AND state = 0 AND chat_id = 1";
    let mut connection = sqlx::PgConnection::connect(&url).await.expect("a connection");
    let card = "UPDATE messages SET op = 'show', target = 'card' WHERE chat_id = 1";
    sqlx::query(card).execute(&mut connection).await.expect("a card");
    let gate = Arc::new(Mutex::new(Changes { url, sql }));
    let lease = ("worker", "me".to_owned());
    let exchange = bench.store.exchange(CHANNEL, lease, Vec::new(), 10, gate).await.expect("an exchange");
    let card = exchange.claimed.iter().find(|message| message.chat.0 == 1).expect("the card");
    assert_eq!(bench.text_of(card).await, "14 of 14");
}
