//! People on both engines: every statement of enrolment, leaving, groups, invites and lists is run.

use std::sync::Arc;
use std::time::Duration;

use loa::conversation::incoming::{ExternalChat, Membership, Press, Sender};
use loa::conversation::{ChatKind, Incoming, Rules, What, step};
use loa::domain::Role;
use loa::domain::content::{Button, Content};
use loa::domain::import::ImportRow;
use loa::store::people::{NewInvite, PersonLine};
use secrecy::ExposeSecret;

use crate::engines::Database;
use crate::office::{CHANNEL, Office, row};
use crate::on_both;

const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";

/// A province with an administrator (1), and a ward with its head (2) and a member of staff (3).
struct Town(Office);

impl std::ops::Deref for Town {
    type Target = Office;

    fn deref(&self) -> &Office {
        &self.0
    }
}

impl Town {
    async fn new(database: Database) -> Self {
        Self(Office::new(database, list()).await)
    }

    /// What is said in answer, without its buttons.
    async fn hears(&self, chat: &str, who: &str, text: &str) -> String {
        let contents = self.says(chat, who, text).await;
        contents.into_iter().map(|content| content.text.text).collect()
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
        let offer = town.says("11", "11", &format!("/start {token}")).await;
        let asked = town.presses("11", "11", &offer, "Đồng ý").await;
        town.presses("11", "11", &asked, "Đúng rồi").await;
        let person = town.person("Chị Nga").await;
        assert_eq!((person.roles.len(), person.consent.as_deref(), person.reachable), (1, Some("2"), true));
        assert!(town.hears("12", "12", &format!("/start {token}")).await.contains("hết lượt"));
        for _ in 0..5 {
            town.hears("12", "12", "/start sai").await;
        }
        assert_eq!(town.hears("12", "12", "/start sai").await, "", "a quiet pause");
        let second = town.invite(Role::Staff, 2).await;
        assert!(town.hears("11", "11", &format!("/start {second}")).await.contains("thêm vai trò"));
        let made = town.says("2", "2", "/moi Bình Minh, cán bộ, 3 lượt").await;
        town.presses("2", "2", &made, "Hủy mã mời").await;
        assert_eq!(town.store.invites().await.expect("invites").len(), 3);
        assert!(town.hears("11", "11", "/toi").await.contains("bản 2"));
    }

    async fn who_leaves_is_gone_until_invited_again(database: Database) {
        let town = Town::new(database).await;
        assert!(town.hears("3", "3", "/roi").await.contains("Tạm biệt"));
        assert_eq!(town.person("Chị Lan").await.state, "left");
        let report = town.store.import(list(), false).await.expect("an import");
        assert_eq!((report.left_alone, report.roles_added), (1, 0));
        let token = town.invite(Role::Staff, 1).await;
        let offer = town.says("3", "3", &format!("/start {token}")).await;
        let asked = town.presses("3", "3", &offer, "Đồng ý").await;
        town.presses("3", "3", &asked, "Đúng rồi").await;
        assert_eq!(town.person("Chị Nga").await.state, "active");
    }

    async fn a_group_is_bound_followed_and_let_go(database: Database) {
        let town = Town::new(database).await;
        town.happens("-9", "1", What::Membership(Membership::In)).await;
        assert!(town.hears("-9", "2", "/gannhom bình minh trực").await.contains(WARD));
        town.hears("-1009", "2", "/trogiup").await;
        let moved = What::Moved { to: "-1009".to_owned() };
        town.happens("-9", "1", moved.clone()).await;
        town.happens("-9", "1", moved).await;
        town.happens("-1009", "1", What::Membership(Membership::Out)).await;
        assert!(town.hears("-1009", "2", "/gonhom").await.contains("Đã gỡ"));
        assert!(town.hears("-9", "1", "/gannhom").await.contains("Tỉnh Mường Lam"));
    }

    async fn of_two_who_take_the_last_use_at_once_one_gets_it(database: Database) {
        let town = Town::new(database).await;
        let token = town.invite(Role::Staff, 1).await;
        let mut asked = Vec::new();
        for who in ["11", "12"] {
            let offer = town.says(who, who, &format!("/start {token}")).await;
            asked.push(town.presses(who, who, &offer, "Đồng ý").await);
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
