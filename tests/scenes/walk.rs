//! A random walk: whatever people do in whatever order, nothing breaks and nobody is left without an answer.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::engines::Database;
use crate::town::{
    BINH, COMMUNE_GROUP, DUNG, DUTY, EDITOR, HOA, LAN, MAI, NGA, PAO, SINH, TUAN, Town, WARD_GROUP, photo,
};

const ACTS: usize = 300;
const PEOPLE: [i64; 10] = [DUNG, EDITOR, TUAN, MAI, BINH, NGA, PAO, LAN, SINH, HOA];
const GROUPS: [(i64, &[i64]); 3] =
    [(DUTY, &[DUNG, TUAN, MAI, EDITOR]), (WARD_GROUP, &[BINH, NGA, LAN]), (COMMUNE_GROUP, &[PAO, SINH])];
const WORDS: [&str; 39] = [
    "Sạt lở ở phường Bình Minh",
    "Đường hỏng ở xã Nậm Pung",
    "Có người chặt rừng",
    "Cháy nhà",
    "nậm pung",
    "Bình Minh",
    "không rõ",
    "gửi",
    "hủy",
    "ok",
    "xin chào",
    "Không ai bị thương, gọi 0912345678",
    "MẬT: số 12",
    "Tôi tố cáo ông trưởng thôn",
    "😀",
    "a",
    "ML-2026-0001",
    "%_'\"; DROP TABLE people; --",
    "<b>đậm</b> & {$name} [link](x)",
    "/start",
    "/start sai-ma",
    "/trogiup",
    "/baonhanh",
    "/baonhanh Ngập ở phường Bình Minh",
    "/vuviec",
    "/vuviec 1",
    "/vuviec ML-2026-0002",
    "/tonghop",
    "/toi",
    "/moi",
    "/huy",
    "/thongbao",
    "/hop",
    "/duyet",
    "/khongco",
    "/xoa",
    "/yeucau",
    "/solieu",
    "/solieu 3 hội nghị, 245 lượt người",
];

struct Walk {
    town: Town,
    dice: StdRng,
    blocked: Vec<i64>,
}

impl Walk {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        *of.choose(&mut self.dice).expect("something to choose from")
    }

    /// Somebody who can write, and one of the chats that they are in.
    fn somebody(&mut self) -> (i64, i64) {
        let people: Vec<i64> = PEOPLE.into_iter().filter(|id| !self.blocked.contains(id)).collect();
        let who = self.one(&people);
        let groups: Vec<i64> =
            GROUPS.iter().filter(|(_, members)| members.contains(&who)).map(|(chat, _)| *chat).collect();
        let chat = if !groups.is_empty() && self.dice.random_bool(0.3) { self.one(&groups) } else { who };
        (who, chat)
    }

    async fn act(&mut self) -> String {
        let (who, chat) = self.somebody();
        match self.dice.random_range(0..100) {
            0..45 => self.press(who, chat).await,
            45..75 => self.say(who, chat).await,
            75..83 => {
                let shade = self.dice.random();
                let caption = if self.dice.random_bool(0.5) { self.one(&WORDS[..6]) } else { "" };
                self.town.sandbox.send_photo(who, chat, photo(shade), caption);
                format!("{who} sends a photo in {chat}: {caption}")
            }
            83..86 => {
                self.town.sandbox.send_album(who, chat, vec![photo(1), photo(2)], "");
                format!("{who} sends an album in {chat}")
            }
            86..89 => {
                self.town.sandbox.send_location(who, chat, 22.6, 106.2);
                format!("{who} shares a place in {chat}")
            }
            89..91 => {
                self.town.sandbox.send_document(who, chat, "a.pdf", "application/pdf", b"%PDF".to_vec(), "");
                format!("{who} sends a paper in {chat}")
            }
            91..93 => self.edit(who),
            93..96 => self.block(who),
            _ => {
                let minutes = self.dice.random_range(1..300);
                self.town.later(Duration::from_secs(minutes * 60)).await;
                format!("{minutes} minutes pass")
            }
        }
    }

    async fn say(&mut self, who: i64, chat: i64) -> String {
        // Leaving is rare, so that people are left to walk.
        let words = if self.dice.random_bool(0.01) { "/roi" } else { self.one(&WORDS) };
        let newest = self.town.sandbox.chat(chat).into_iter().rev().find(|seen| seen.by_bot);
        match newest.filter(|_| chat < 0 && !words.starts_with('/')) {
            Some(newest) => self.town.sandbox.say_reply(who, chat, newest.id, words),
            None => self.town.sandbox.say(who, chat, words),
        };
        format!("{who} says in {chat}: {words}")
    }

    async fn press(&mut self, who: i64, chat: i64) -> String {
        let mut all = Vec::new();
        for seen in self.town.sandbox.chat(chat).iter().rev().take(12) {
            for button in seen.buttons.iter().flatten().filter(|button| button.data.is_some()) {
                all.push((seen.id, button.label.clone()));
            }
        }
        let Some((message, label)) = all.choose(&mut self.dice).cloned() else {
            return self.say(who, chat).await;
        };
        let query = self.town.sandbox.press(who, chat, message, &label);
        self.town.settled().await;
        assert!(
            self.town.sandbox.answer_to(&query).is_some(),
            "the press of {label} by {who} is not answered"
        );
        format!("{who} presses {label} in {chat}")
    }

    fn edit(&mut self, who: i64) -> String {
        let own =
            self.town.sandbox.chat(who).into_iter().rev().find(|seen| !seen.by_bot && !seen.text.is_empty());
        let Some(own) = own else { return "nothing to edit".to_owned() };
        let words = self.one(&WORDS[..6]);
        self.town.sandbox.edit(who, who, own.id, words);
        format!("{who} edits: {words}")
    }

    fn block(&mut self, who: i64) -> String {
        if let Some(back) = self.blocked.pop() {
            self.town.sandbox.unblock(back);
            return format!("{back} comes back");
        }
        if who == HOA {
            return "nobody blocks".to_owned();
        }
        self.blocked.push(who);
        self.town.sandbox.block(who);
        format!("{who} blocks")
    }

    /// How much the bot has said or changed in a private chat.
    fn answers(&self, chat: i64) -> usize {
        self.town.sandbox.with_accepted(|all| all.iter().filter(|call| call.chat_id == Some(chat)).count())
    }

    async fn walk(&mut self) {
        for number in 0..ACTS {
            let before: Vec<usize> = PEOPLE.iter().map(|who| self.answers(*who)).collect();
            let what = self.act().await;
            self.town.settled().await;
            self.town.later(Duration::from_secs(2)).await;
            for (who, before) in PEOPLE.iter().zip(before) {
                let spoke =
                    [format!("{who} says in {who}:"), format!("{who} sends"), format!("{who} shares")];
                let private = what.contains(&format!(" in {who}"));
                if private && spoke.iter().any(|start| what.starts_with(start)) {
                    let silent = self.answers(*who) == before && !what.contains("sai-ma");
                    assert!(!silent, "act {number}: {what}: no answer\n{}", self.town.transcript(*who));
                }
            }
            let aside = self.town.store.updates_set_aside().await.expect("a list");
            assert!(aside.is_empty(), "act {number}: {what}: {aside:?}");
            assert!(
                self.town.sandbox.violations().is_empty(),
                "act {number}: {what}: {:#?}",
                self.town.sandbox.violations()
            );
        }
    }
}

async fn from_seed(seed: u64) {
    let town = Town::new(Database::sqlite()).await;
    let mut walk = Walk { town, dice: StdRng::seed_from_u64(seed), blocked: Vec::new() };
    walk.walk().await;
    assert_eq!(walk.town.store.check_audit().await.expect("a look").broken_at, None);
    walk.town.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_breaks_nothing() {
    from_seed(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_walk_breaks_nothing() {
    from_seed(2).await;
}
