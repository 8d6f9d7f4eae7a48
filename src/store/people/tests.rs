//! Scenes: how people come, leave, and bind groups.

mod enrolment;
mod everyday;
mod groups;
mod invites;
mod lists;
mod merging;
mod own_data;

use std::time::Duration;

use secrecy::ExposeSecret;

use super::super::testing::{Shown, Stage};
use super::{ImportReport, NewInvite, PersonLine};
use crate::args;
use crate::conversation::incoming::Membership;
use crate::conversation::{ChatKind, Rules, What};
use crate::domain::import::{ImportRow, Kind};
use crate::domain::{ChannelKind, Role, UnitPath, ids::*};

const DAY: Duration = Duration::from_secs(24 * 3600);
const GROUP: &str = "-500";

fn path(text: &str) -> UnitPath {
    text.parse().expect("a path")
}

fn row(line: u64, unit: &str, name: &str, role: Option<Role>, chat_id: &str) -> ImportRow {
    let kind = if chat_id.starts_with('-') { Kind::Group } else { Kind::Person };
    let channel = ChannelKind::Telegram;
    ImportRow { line, unit: path(unit), name: name.into(), role, channel, chat_id: chat_id.into(), kind }
}

/// A province with two wards, an administrator of the province (1), the head of each ward (2, 3) and one of the
/// staff (4), who have all said hello.
async fn province() -> Stage {
    let rules = Rules { bot_username: "loa_bot".into(), ..Rules::default() };
    let stage = Stage::with(rules).await;
    let rows = vec![
        row(2, "Tỉnh Mường Lam", "Anh Dũng", Some(Role::Admin), "1"),
        row(3, "Tỉnh Mường Lam / Phường Bình Minh", "Anh Tuấn", Some(Role::Head), "2"),
        row(4, "Tỉnh Mường Lam / Xã Nậm Pung", "Chị Hoa", Some(Role::Head), "3"),
        row(5, "Tỉnh Mường Lam / Phường Bình Minh / Chi bộ 1", "Chị Lan", Some(Role::Staff), "4"),
    ];
    stage.store.import(rows, false).await.expect("an import");
    for who in ["1", "2", "3", "4"] {
        stage.says(who, "/start").await;
    }
    stage
}

async fn unit(stage: &Stage, text: &str) -> UnitId {
    stage.store.unit_by_path(&path(text)).await.expect("an answer").expect("a unit")
}

async fn invite(stage: &Stage, unit_path: &str, role: Role, uses: u32) -> (InviteId, String) {
    let expires = stage.clock.now() + DAY * 7;
    let new = NewInvite { unit: unit(stage, unit_path).await, role, uses, expires, by: None };
    let (id, token) = stage.store.create_invite(new).await.expect("an invite");
    (id, token.expose_secret().to_owned())
}

async fn person(stage: &Stage, name: &str) -> Option<PersonLine> {
    let people = stage.store.people(None).await.expect("people");
    people.into_iter().find(|person| person.name == name)
}

async fn count(stage: &Stage, sql: &'static str) -> i64 {
    stage.store.db.read(|tx| Box::pin(async move { tx.int(sql, args![]).await })).await.expect("a count")
}

fn last(shown: &[Shown]) -> &Shown {
    shown.last().expect("something is said")
}

/// Opens the invite, agrees, and keeps the platform's name.
async fn enrols(stage: &Stage, who: &str, token: &str) -> Vec<Shown> {
    let offer = stage.says(who, &format!("/start {token}")).await;
    let asked = stage.presses(who, &last(&offer).button("Đồng ý")).await;
    stage.presses(who, &last(&asked).button("Đúng rồi")).await
}

async fn membership(stage: &Stage, chat: &str, kind: ChatKind, change: Membership) -> Vec<Shown> {
    stage.incoming(chat, kind, "1", What::Membership(change)).await
}

const WARD: &str = "Tỉnh Mường Lam / Phường Bình Minh";
