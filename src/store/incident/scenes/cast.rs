//! The people, units and groups of the scenes.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::args;
use crate::conversation::incoming::{FileRef, Message, Spot};
use crate::conversation::{ChatKind, Rules, What};
use crate::store::incident::Fetched;
use crate::store::testing::{Shown, Stage};

/// The reporter, of the ward.
pub const LAN: &str = "101";
/// A duty officer of the province.
pub const TUAN: &str = "102";
/// Another one.
pub const HOA: &str = "103";
/// Staff of the ward's office.
pub const MINH: &str = "104";
/// Head of the province's board.
pub const SON: &str = "105";
/// Staff of the other ward: no part in the first ward's cases.
pub const NGA: &str = "106";
pub const DUTY: &str = "-201";
pub const WARD_GROUP: &str = "-202";
pub const OTHER_GROUP: &str = "-203";

/// What is known of a case.
pub struct Newest {
    pub category: Option<String>,
    pub unit: String,
    pub alike: Vec<usize>,
}

/// A province, two wards, six people, three groups.
pub struct Town {
    pub stage: Stage,
    messages: AtomicUsize,
}

impl Town {
    pub async fn new() -> Self {
        Self::with(Rules::default()).await
    }

    pub async fn with(rules: Rules) -> Self {
        let stage = Stage::with(rules).await;
        let town = Self { stage, messages: AtomicUsize::new(10) };
        town.found().await;
        town
    }

    /// A stage with nobody on it yet.
    pub async fn empty() -> Self {
        Self { stage: Stage::new().await, messages: AtomicUsize::new(10) }
    }

    /// The case that was made last; what it may be the same as is counted from the first case, which is 0.
    pub async fn newest(&self) -> Newest {
        let work = self.stage.store.db.read(|tx| {
            Box::pin(async move {
                let sql = "SELECT i.id, i.category, u.name FROM incidents i JOIN units u ON u.id = i.unit_id
                           ORDER BY i.id DESC LIMIT 1";
                let (id, category, unit): (i64, Option<String>, String) = tx.one(sql, args![]).await?;
                let sql = "SELECT other_id FROM incident_matches WHERE incident_id = $1";
                let alike: Vec<(i64,)> = tx.all(sql, args![id]).await?;
                let place = |(other,)| usize::try_from(other - 1).expect("a number");
                Ok(Newest { category, unit, alike: alike.into_iter().map(place).collect() })
            })
        });
        work.await.expect("a case")
    }

    async fn found(&self) {
        let units = &[
            (1, None, "Tỉnh Mẫu"),
            (2, Some(1), "Tỉnh Mẫu / Phường Sông Hiến"),
            (3, Some(1), "Tỉnh Mẫu / Xã Na Loa"),
            (4, Some(2), "Tỉnh Mẫu / Phường Sông Hiến / Chi bộ 4"),
        ];
        let people = &[
            (1, Some(LAN), "Lan", 2, "reporter"),
            (2, Some(TUAN), "Tuấn", 1, "duty"),
            (3, Some(HOA), "Hòa", 1, "duty"),
            (4, Some(MINH), "Minh", 2, "staff"),
            (5, Some(SON), "Sơn", 1, "head"),
            (6, Some(NGA), "Nga", 3, "staff"),
        ];
        let groups = &[
            (DUTY, "Nhóm trực", 1, "duty"),
            (WARD_GROUP, "Phường Sông Hiến", 2, "staff"),
            (OTHER_GROUP, "Xã Na Loa", 3, "staff"),
        ];
        self.stage.found(units, people, groups).await;
    }

    /// Puts somebody at the head of a unit.
    pub async fn heads(&self, chat: &'static str, unit: i64) {
        let sql = "INSERT INTO roles (person_id, unit_id, role, since)
                   SELECT person_id, $2, 'head', 0 FROM chats WHERE external_id = $1";
        let done = self
            .stage
            .store
            .db
            .write(move |tx| Box::pin(async move { tx.exec(sql, args![chat, unit]).await }));
        assert_eq!(done.await.expect("a role"), 1);
    }

    fn next(&self) -> String {
        self.messages.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// A message with an id of its own.
    pub fn message(&self, text: &str) -> Message {
        Message { id: self.next(), text: text.into(), addressed: true, ..Message::default() }
    }

    pub async fn sends(&self, person: &str, message: Message) -> Vec<Shown> {
        self.stage.incoming(person, ChatKind::Private, person, What::Message(message)).await
    }

    pub async fn says(&self, person: &str, text: &str) -> Vec<Shown> {
        self.sends(person, self.message(text)).await
    }

    pub async fn says_in(&self, group: &str, person: &str, text: &str) -> Vec<Shown> {
        let message = self.message(text);
        self.stage.incoming(group, ChatKind::Group, person, What::Message(message)).await
    }

    pub async fn photos(&self, person: &str, text: &str, files: &[&str]) -> Vec<Shown> {
        let mut message = self.message(text);
        message.photos = files.iter().map(|id| file(id)).collect();
        self.sends(person, message).await
    }

    pub async fn place(&self, person: &str, latitude: f64, longitude: f64) -> Vec<Shown> {
        let mut message = self.message("");
        message.place = Some(Spot { latitude, longitude, name: None });
        self.sends(person, message).await
    }

    /// Presses a button that one of these messages shows in this private chat.
    pub async fn presses(&self, person: &str, shown: &[Shown], label: &str) -> Vec<Shown> {
        self.stage.presses(person, &button(shown, person, label)).await
    }

    pub async fn presses_in(&self, group: &str, person: &str, shown: &[Shown], label: &str) -> Vec<Shown> {
        self.stage.presses_in(group, ChatKind::Group, person, &button(shown, group, label)).await
    }

    /// Lan reports something and sends it, without knowing its kind; gives all messages that came of it.
    pub async fn report(&self, text: &str) -> Vec<Shown> {
        let mut summary = self.says(LAN, text).await;
        if !labels(&summary, LAN).iter().any(|label| label.contains("Gửi")) {
            summary = self.presses(LAN, &summary, "Không rõ").await;
        }
        self.presses(LAN, &summary, "Gửi").await
    }

    /// Everything in a table, for counting.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let count = self.stage.store.db.read(move |tx| Box::pin(async move { tx.int(sql, args![]).await }));
        count.await.expect("a count")
    }
}

pub fn file(id: &str) -> FileRef {
    FileRef { id: id.to_owned(), name: None, mime: None, size: None }
}

/// A picture that was fetched, of its own bytes.
pub fn picture(bytes: u8) -> Fetched {
    Fetched::Good { mime: "image/jpeg", bytes: vec![bytes; 10] }
}

/// The data of the button with this label in the last message of a chat that has one.
pub fn button(shown: &[Shown], chat: &str, label: &str) -> String {
    use crate::domain::content::Button;
    let here = shown.iter().rev().filter(|message| message.chat == chat);
    here.flat_map(|message| message.content.buttons.iter().flatten())
        .find_map(|button| match button {
            Button::Press { label: found, data } if found.contains(label) => Some(data.clone()),
            _ => None,
        })
        .unwrap_or_else(|| panic!("no button {label:?} in chat {chat}: {shown:#?}"))
}

/// The labels of all buttons that a chat was shown.
pub fn labels(shown: &[Shown], chat: &str) -> Vec<String> {
    use crate::domain::content::Button;
    let here = shown.iter().filter(|message| message.chat == chat);
    here.flat_map(|message| message.content.buttons.iter().flatten())
        .map(|button| match button {
            Button::Press { label, .. } | Button::PressOwn { label, .. } | Button::Link { label, .. } => {
                label.clone()
            }
        })
        .collect()
}

/// All that a chat was shown, one below the other.
pub fn text_in(shown: &[Shown], chat: &str) -> String {
    let here = shown.iter().filter(|message| message.chat == chat && message.op != "answer");
    here.map(Shown::text).collect::<Vec<_>>().join("\n---\n")
}

/// The note that answered a press.
pub fn toast(shown: &[Shown]) -> String {
    shown
        .iter()
        .find(|message| message.op == "answer")
        .map(|message| message.text().to_owned())
        .unwrap_or_default()
}
