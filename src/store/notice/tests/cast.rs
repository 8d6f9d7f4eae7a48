//! The units, people and groups of the scenes.

use crate::args;
use crate::conversation::Rules;
use crate::domain::ids::*;
use crate::store::testing::{Shown, Stage};

use super::super::{Ended, ended, feed};
use crate::conversation::notice::NewNotice;
use crate::domain::ChannelKind;
use crate::domain::content::Lane;

/// Editor of the province.
pub const EDITH: &str = "101";
/// Approver of the province.
pub const APPROVER: &str = "102";
/// Staff of the ward.
pub const LAN: &str = "103";
/// Staff of the commune.
pub const NGA: &str = "104";
/// Editor of the ward.
pub const WARD_EDITOR: &str = "105";
pub const PROVINCE_GROUP: &str = "-200";
pub const WARD_GROUP: &str = "-201";
pub const COMMUNE_GROUP: &str = "-202";
pub const DUTY: &str = "-203";

pub struct Town {
    pub stage: Stage,
}

impl Town {
    /// A province with a ward and a commune, six people, three staff groups, a duty group.
    pub async fn new() -> Self {
        let stage = Stage::with(Rules::default()).await;
        let units = &[
            (1, None, "Tỉnh Mẫu"),
            (2, Some(1), "Tỉnh Mẫu / Phường Sông Hiến"),
            (3, Some(1), "Tỉnh Mẫu / Xã Na Loa"),
        ];
        let people = &[
            (1, Some(EDITH), "Diệp", 1, "editor"),
            (2, Some(APPROVER), "Duy", 1, "approver"),
            (3, Some(LAN), "Lan", 2, "staff"),
            (4, Some(NGA), "Nga", 3, "staff"),
            (5, Some(WARD_EDITOR), "Hạnh", 2, "editor"),
            (6, None, "Oanh", 3, "staff"),
        ];
        let groups = &[
            (PROVINCE_GROUP, "Nhóm Tỉnh", 1, "staff"),
            (WARD_GROUP, "Nhóm Sông Hiến", 2, "staff"),
            (COMMUNE_GROUP, "Nhóm Na Loa", 3, "staff"),
            (DUTY, "Nhóm trực", 1, "duty"),
        ];
        stage.found(units, people, groups).await;
        Self { stage }
    }

    /// Changes something that no command of a scene changes.
    pub async fn sql(&self, sql: &'static str) -> u64 {
        let done = self.stage.store.db.write(move |tx| Box::pin(async move { tx.exec(sql, args![]).await }));
        done.await.expect("a change")
    }

    pub async fn int(&self, sql: &'static str) -> i64 {
        let done = self.stage.store.db.read(move |tx| Box::pin(async move { tx.int(sql, args![]).await }));
        done.await.expect("a number")
    }

    /// A notice from the command line.
    pub async fn writes(&self, audience: &str) -> NoticeId {
        self.writes_with(NewNotice { audience: audience.into(), ..NewNotice::default() }).await
    }

    pub async fn writes_with(&self, mut notice: NewNotice) -> NoticeId {
        notice.title = "Lịch họp".into();
        notice.body = "08:00 thứ Hai tại hội trường.".into();
        self.stage.store.notice_new(notice).await.expect("the store").expect("a notice")
    }

    /// Sends a notice as far as the outbox holds it; gives what went out.
    pub async fn sends(&self, id: NoticeId) -> Vec<Shown> {
        self.stage.store.notice_send(id).await.expect("the store").expect("sent");
        self.ticks().await;
        self.feeds(1000).await;
        self.goes_out().await
    }

    pub async fn ticks(&self) {
        self.stage.store.notices_tick(self.stage.rules.catch_up).await.expect("a tick");
    }

    /// Stocks the outbox up in both lanes; gives how many messages went into it.
    pub async fn feeds(&self, room: usize) -> usize {
        let env = self.stage.store.env();
        let fed = self.stage.store.db.write(move |tx| {
            Box::pin(async move {
                let urgent = feed(tx, &env, ChannelKind::Telegram, Lane::Urgent, room).await?;
                Ok(urgent + feed(tx, &env, ChannelKind::Telegram, Lane::Notice, room).await?)
            })
        });
        fed.await.expect("fed")
    }

    /// Everything in the outbox arrives.
    pub async fn goes_out(&self) -> Vec<Shown> {
        let env = self.stage.store.env();
        let arrived = self.stage.store.db.write(move |tx| {
            Box::pin(async move {
                let sql = "SELECT delivery_id FROM messages
                           WHERE state = 0 AND delivery_id IS NOT NULL AND last_part = 1";
                let rows: Vec<(i64,)> = tx.all(sql, args![]).await?;
                let list: Vec<Ended> = rows
                    .into_iter()
                    .map(|(id,)| Ended { delivery: DeliveryId(id), result: Ok(()) })
                    .collect();
                ended(tx, &env, &list).await
            })
        });
        arrived.await.expect("arrived");
        self.stage.sent().await
    }
}

/// The chats that messages went to, sorted.
pub fn chats(shown: &[Shown]) -> Vec<&str> {
    let mut chats: Vec<&str> =
        shown.iter().filter(|message| message.op == "send").map(|message| message.chat.as_str()).collect();
    chats.sort_unstable();
    chats
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

/// All that a chat was shown, one below the other.
pub fn text_in(shown: &[Shown], chat: &str) -> String {
    let here = shown.iter().filter(|message| message.chat == chat && message.op != "answer");
    here.map(Shown::text).collect::<Vec<_>>().join("\n---\n")
}

/// The note that answered a press.
pub fn toast(shown: &[Shown]) -> &str {
    shown.iter().find(|message| message.op == "answer").map_or("", Shown::text)
}

impl Town {
    /// Presses a button that one of these messages shows in this private chat.
    pub async fn presses(&self, person: &str, shown: &[Shown], label: &str) -> Vec<Shown> {
        self.stage.presses(person, &button(shown, person, label)).await
    }

    /// Writes a notice in chat up to the preview.
    pub async fn composes(&self, person: &str, words: &str) -> Vec<Shown> {
        self.stage.says(person, "/thongbao").await;
        let card = self.stage.says(person, words).await;
        self.presses(person, &card, "Xem trước").await
    }
}
