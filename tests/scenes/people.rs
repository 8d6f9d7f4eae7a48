//! People on both engines: every statement of enrolment, leaving, groups, invites and lists is run.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use loa::clock::Clock;
use loa::conversation::incoming::{ExternalChat, Membership, Message, Press, Sender};
use loa::conversation::{ChatKind, Incoming, Rules, What, step};
use loa::domain::content::{Button, Content};
use loa::domain::import::{ImportRow, Kind};
use loa::domain::{ChannelKind, Role, Timestamp};
use loa::jobs::pacing::{Limits, Pacer};
use loa::random::Random;
use loa::store::Store;
use loa::store::people::{NewInvite, PersonLine};
use loa::store::settle::{Outcome, Settled};
use secrecy::ExposeSecret;

use crate::engines::Database;
use crate::on_both;

const CHANNEL: ChannelKind = ChannelKind::Telegram;
const NO_LIMITS: Limits = Limits { per_second: 0, per_chat_per_second: 0, per_group_per_minute: 0 };
const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";

struct Town {
    store: Store,
    clock: Clock,
    pacer: Arc<Mutex<Pacer>>,
    _database: Database,
}

impl Town {
    /// A province with an administrator (1), and a ward with its head (2) and a member of staff (3).
    async fn new(database: Database) -> Self {
        let clock = Clock::by_hand(Timestamp::vietnam(2026, 11, 23, 8, 0));
        let store = Store::open(&database.url, clock.clone(), Random::seeded(1)).await.expect("a store");
        assert!(store.take_lease("worker", "me", Duration::from_secs(3600)).await.expect("a lease"));
        let town =
            Self { store, clock, pacer: Arc::new(Mutex::new(Pacer::new(NO_LIMITS))), _database: database };
        town.store.import(list(), false).await.expect("an import");
        town
    }

    async fn happens(&self, chat: &str, who: &str, what: What) -> Vec<Content> {
        let kind = if chat.starts_with('-') { ChatKind::Group } else { ChatKind::Private };
        let incoming = Incoming {
            channel: CHANNEL,
            chat: ExternalChat { id: chat.to_owned(), kind, title: format!("chat {chat}") },
            from: Some(Sender { id: who.to_owned(), name: "Chị Nga".to_owned() }),
            at: self.clock.now(),
            what,
        };
        let rules = Rules { bot_username: "loa_bot".to_owned(), ..Rules::default() };
        self.store.take_turn(incoming, Arc::new(rules), step).await.expect("a turn");
        self.outbox().await
    }

    async fn says(&self, chat: &str, who: &str, text: &str) -> String {
        let contents = self.writes(chat, who, text).await;
        contents.into_iter().map(|content| content.text.text).collect()
    }

    async fn writes(&self, chat: &str, who: &str, text: &str) -> Vec<Content> {
        let message = Message { text: text.to_owned(), addressed: true, ..Message::default() };
        self.happens(chat, who, What::Message(message)).await
    }

    async fn presses(&self, who: &str, shown: &[Content], label: &str) -> Vec<Content> {
        let data = shown.iter().flat_map(|content| content.buttons.iter().flatten()).find_map(|b| match b {
            Button::Press { label: l, data } if l.contains(label) => Some(data.clone()),
            _ => None,
        });
        let data = data.unwrap_or_else(|| panic!("no button {label} under {shown:?}"));
        let press = Press { id: "1".to_owned(), data, message: Some("7".to_owned()) };
        self.happens(who, who, What::Press(press)).await
    }

    /// Everything that waits, as if it had been sent.
    async fn outbox(&self) -> Vec<Content> {
        let (mut contents, mut settled) = (Vec::new(), Vec::new());
        loop {
            let lease = ("worker", "me".to_owned());
            let exchange = self.store.exchange(CHANNEL, lease, settled, 100, self.pacer.clone()).await;
            let claimed = exchange.expect("an exchange").claimed;
            if claimed.is_empty() {
                return contents;
            }
            settled = Vec::new();
            for message in claimed {
                contents.push(self.store.payload(message.payload).await.expect("a payload"));
                let outcome = Outcome::Sent { external_id: "7".to_owned(), files: Vec::new() };
                settled.push(Settled { message, outcome });
            }
        }
    }

    async fn invite(&self, role: Role, uses: u32) -> String {
        let unit = self.store.find_units(WARD).await.expect("units")[0].0;
        let expires = self.clock.now() + Duration::from_secs(3600);
        let new = NewInvite { unit, role, uses, expires, by: None };
        let (_, token) = self.store.create_invite(new).await.expect("an invite");
        token.expose_secret().to_owned()
    }

    async fn person(&self, name: &str) -> PersonLine {
        let people = self.store.people(None).await.expect("people");
        people.into_iter().find(|person| person.name == name).expect("a person")
    }
}

fn list() -> Vec<ImportRow> {
    vec![
        row(2, "Tỉnh Mường Lam", "Anh Dũng", Some(Role::Admin), "1"),
        row(3, WARD, "Anh Tuấn", Some(Role::Head), "2"),
        row(4, WARD, "Chị Lan", Some(Role::Staff), "3"),
        row(5, WARD, "Nhóm phường", None, "-5"),
    ]
}

fn row(line: u64, unit: &str, name: &str, role: Option<Role>, chat_id: &str) -> ImportRow {
    let kind = if chat_id.starts_with('-') { Kind::Group } else { Kind::Person };
    let (unit, name, chat_id) = (unit.parse().expect("a path"), name.to_owned(), chat_id.to_owned());
    ImportRow { line, unit, name, role, channel: CHANNEL, chat_id, kind }
}

on_both! {
    async fn a_list_comes_in_once_and_then_changes_only_what_differs(database: Database) {
        let town = Town::new(database).await;
        let again = town.store.import(list(), false).await.expect("an import");
        assert!(again.changes_nothing());
        let more = vec![
            row(2, WARD, "Chị Lan mới", Some(Role::Reporter), "3"),
            row(3, "Tỉnh Mường Lam", "Nhóm trực", Some(Role::Duty), "-5"),
            row(4, "Tỉnh Mường Lam / Xã Nậm Pung / Tổ 1", "Anh Hải", Some(Role::Staff), "4"),
        ];
        let look = town.store.import(more.clone(), true).await.expect("a look");
        let done = town.store.import(more, false).await.expect("an import");
        assert_eq!((look.units_added, look.people_added, look.people_changed), (2, 1, 1));
        assert_eq!((done.roles_added, done.groups_bound, done.chats_added), (2, 1, 1));
        assert_eq!(town.person("Chị Lan mới").await.roles.len(), 2);
        assert_eq!(town.store.units().await.expect("units").len(), 4);
        // What is made one by one goes on behind what came by a list.
        let path = "Tỉnh Mường Lam / Xã Nậm Pung / Tổ 2".parse().expect("a path");
        town.store.find_or_create_unit(path).await.expect("a unit");
    }

    async fn an_invite_is_opened_used_up_and_taken_back(database: Database) {
        let town = Town::new(database).await;
        let token = town.invite(Role::Reporter, 1).await;
        let offer = town.writes("11", "11", &format!("/start {token}")).await;
        let asked = town.presses("11", &offer, "Đồng ý").await;
        town.presses("11", &asked, "Đúng rồi").await;
        let person = town.person("Chị Nga").await;
        assert_eq!((person.roles.len(), person.consent.as_deref(), person.reachable), (1, Some("1"), true));
        assert!(town.says("12", "12", &format!("/start {token}")).await.contains("hết lượt"));
        for _ in 0..5 {
            town.says("12", "12", "/start sai").await;
        }
        assert_eq!(town.says("12", "12", "/start sai").await, "", "a quiet pause");
        let second = town.invite(Role::Staff, 2).await;
        assert!(town.says("11", "11", &format!("/start {second}")).await.contains("thêm vai trò"));
        let made = town.writes("2", "2", "/moi Bình Minh, cán bộ, 3 lượt").await;
        town.presses("2", &made, "Hủy mã mời").await;
        assert_eq!(town.store.invites().await.expect("invites").len(), 3);
        assert!(town.says("11", "11", "/toi").await.contains("bản 1"));
    }

    async fn who_leaves_is_gone_until_invited_again(database: Database) {
        let town = Town::new(database).await;
        assert!(town.says("3", "3", "/roi").await.contains("Tạm biệt"));
        assert_eq!(town.person("Chị Lan").await.state, "left");
        let report = town.store.import(list(), false).await.expect("an import");
        assert_eq!((report.left_alone, report.roles_added), (1, 0));
        let token = town.invite(Role::Staff, 1).await;
        let offer = town.writes("3", "3", &format!("/start {token}")).await;
        let asked = town.presses("3", &offer, "Đồng ý").await;
        town.presses("3", &asked, "Đúng rồi").await;
        assert_eq!(town.person("Chị Nga").await.state, "active");
    }

    async fn a_group_is_bound_followed_and_let_go(database: Database) {
        let town = Town::new(database).await;
        town.happens("-9", "1", What::Membership(Membership::In)).await;
        assert!(town.says("-9", "2", "/gannhom bình minh trực").await.contains(WARD));
        town.says("-1009", "2", "/trogiup").await;
        let moved = What::Moved { to: "-1009".to_owned() };
        town.happens("-9", "1", moved.clone()).await;
        town.happens("-9", "1", moved).await;
        town.happens("-1009", "1", What::Membership(Membership::Out)).await;
        assert!(town.says("-1009", "2", "/gonhom").await.contains("Đã gỡ"));
        assert!(town.says("-9", "1", "/gannhom").await.contains("Tỉnh Mường Lam"));
    }

    async fn of_two_who_take_the_last_use_at_once_one_gets_it(database: Database) {
        let town = Town::new(database).await;
        let token = town.invite(Role::Staff, 1).await;
        let mut asked = Vec::new();
        for who in ["11", "12"] {
            let offer = town.writes(who, who, &format!("/start {token}")).await;
            asked.push(town.presses(who, &offer, "Đồng ý").await);
        }
        let press = |who: &'static str, shown: &[Content]| {
            let Some(Button::Press { data, .. }) = shown.iter().flat_map(|c| c.buttons.iter().flatten()).next() else {
                panic!("no button")
            };
            let incoming = Incoming {
                channel: CHANNEL,
                chat: ExternalChat { id: who.to_owned(), kind: ChatKind::Private, title: String::new() },
                from: Some(Sender { id: who.to_owned(), name: format!("Anh {who}") }),
                at: town.clock.now(),
                what: What::Press(Press { id: who.to_owned(), data: data.clone(), message: None }),
            };
            town.store.take_turn(incoming, Arc::new(Rules::default()), step)
        };
        // One of them may fail and is then taken anew, as the inbox does.
        let (first, second) = tokio::join!(press("11", &asked[0]), press("12", &asked[1]));
        assert!(first.is_ok() || second.is_ok());
        for (result, who, shown) in [(first, "11", &asked[0]), (second, "12", &asked[1])] {
            if result.is_err() {
                press(who, shown).await.expect("taken anew");
            }
        }
        assert_eq!(town.store.people(None).await.expect("people").len(), 4);
        let said: String = town.outbox().await.into_iter().map(|content| content.text.text).collect();
        assert!(said.contains("chào mừng") && said.contains("hết lượt"), "{said}");
    }
}
