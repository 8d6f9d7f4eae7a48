//! What `loa status` and `loa check` ask of the store, on both engines.

use std::time::Duration;

use loa::clock::Clock;
use loa::domain::{ChannelKind, Timestamp};
use loa::random::Random;
use loa::store::Store;
use loa::store::inbox::NewUpdate;

use crate::on_both;

on_both! {
    async fn what_waits_and_what_was_set_aside_is_counted(database: Database) {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let store = Store::open(&database.url, clock.clone(), Random::seeded(1)).await.expect("a store");
        let update = |number| NewUpdate::numbered(number, "telegram:1", "{}");
        store.receive(ChannelKind::Telegram, vec![update(7), update(8)]).await.expect("stored");
        let id = store.waiting_updates(ChannelKind::Telegram, 1).await.expect("updates")[0].id;
        for _ in 0..3 {
            store.handling_failed(vec![id], "as asked".to_owned()).await.expect("noted");
        }
        let status = store.status("worker").await.expect("a status");
        assert_eq!((status.inbox.waiting, status.inbox.aside), (1, 1));
        assert_eq!(status.inbox.oldest, Some(clock.now()));
        assert!(!status.working && status.outbox.is_empty() && status.notices.is_empty());
        assert_eq!((status.cases.open, status.last_day.sent, status.last_day.failed), (0, 0, 0));
        store.take_lease("worker", "me", Duration::from_secs(15)).await.expect("a lease");
        assert!(store.status("worker").await.expect("a status").working);
    }

    async fn a_sound_database_says_so(database: Database) {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let store = Store::open(&database.url, clock, Random::seeded(1)).await.expect("a store");
        let health = store.health().await.expect("health");
        assert!(health.damage.is_empty());
        assert!(health.schema >= 1 && health.latest.is_none());
        assert!(health.engine.starts_with("SQLite 3.") || health.engine.starts_with("PostgreSQL "));
        assert_eq!(store.bot_name(ChannelKind::Telegram).await.expect("an answer"), None);
        store.keep_bot_name(ChannelKind::Telegram, "cu_bot").await.expect("kept");
        store.keep_bot_name(ChannelKind::Telegram, "loa_bot").await.expect("kept");
        let name = store.bot_name(ChannelKind::Telegram).await.expect("an answer");
        assert_eq!(name.as_deref(), Some("loa_bot"));
    }
}
