//! Calls for input: what is asked of every unit, and what came in.

mod answers;
mod files;
mod forget;
mod outputs;
mod result;
mod steps;

use crate::args;
use crate::conversation::Lang;
use crate::conversation::notice::{CallAnswer, CallAsk, CallEffect};
use crate::domain::Timestamp;
use crate::domain::call::{CallForInput, CallKind};
use crate::domain::content::{Button, Own};
use crate::domain::ids::{ChatId, NoticeId, UnitId};
use crate::domain::rights::WRITE;
use crate::store::{Env, StoreError, Tx};

use super::act;

pub use files::{WantedAnswerFile, next_try};
pub use forget::forget_person;
pub use outputs::{MadeOutput, WantedOutput, sweep};
pub use result::CallListed;
pub use steps::{begin, follow_next, next};

/// Keeps what a notice asks for, in the place of what it asked for before.
pub async fn ask(tx: &mut Tx<'_>, id: NoticeId, asks: Option<CallForInput>) -> Result<(), StoreError> {
    tx.exec("DELETE FROM calls WHERE notice_id = $1", args![id]).await?;
    let Some(call) = asks else { return Ok(()) };
    let sql = "INSERT INTO calls (notice_id, kind, due_at) VALUES ($1, $2, $3)";
    tx.exec_one(sql, args![id, call.kind.code(), call.due]).await
}

/// What a notice asks for.
pub async fn asked(tx: &mut Tx<'_>, id: NoticeId) -> Result<Option<CallForInput>, StoreError> {
    let sql = "SELECT kind, due_at FROM calls WHERE notice_id = $1";
    let row: Option<(String, i64)> = tx.optional(sql, args![id]).await?;
    row.map(|(kind, due)| read(&kind, due)).transpose()
}

/// A call as it is kept.
fn read(kind: &str, due: i64) -> Result<CallForInput, StoreError> {
    let kind = CallKind::from_code(kind).ok_or_else(|| StoreError::Corrupt(format!("call {kind}")))?;
    Ok(CallForInput { kind, due: Timestamp(due) })
}

/// The button with which a unit answers.
pub fn button() -> Button {
    Button::PressOwn { label: Lang::Vi.say("call-answer-button", &[]), act: Own::Answer }
}

/// Answers a question of the conversation.
pub async fn answer(tx: &mut Tx<'_>, env: &Env, ask: &CallAsk) -> Result<CallAnswer, StoreError> {
    Ok(match ask {
        CallAsk::Own(delivery) => CallAnswer::Own(answers::own(tx, *delivery).await?.map(Box::new)),
        CallAsk::Result(notice) => CallAnswer::Result(result::collected(tx, *notice).await?.map(Box::new)),
        CallAsk::Standings(notice) => {
            let (calls, units) = result::standings(tx, env, Some(*notice)).await?;
            CallAnswer::Standings(calls, units)
        }
    })
}

/// Makes a change that the conversation decided.
pub async fn apply(tx: &mut Tx<'_>, env: &Env, effect: &CallEffect) -> Result<(), StoreError> {
    match effect {
        CallEffect::Answer { notice, unit, delivery, person, chat, late, what } => {
            let from = answers::From {
                notice: *notice,
                unit: *unit,
                delivery: *delivery,
                person: *person,
                chat: *chat,
                late: *late,
            };
            answers::keep(tx, env, &from, what).await
        }
        CallEffect::Collect { notice, chat, output } => outputs::want(tx, env, *notice, *chat, *output).await,
    }
}

/// Who hears how a call goes: its author, or who writes for its unit.
async fn listeners(
    tx: &mut Tx<'_>,
    author: Option<i64>,
    unit: Option<i64>,
) -> Result<Vec<(ChatId, Lang)>, StoreError> {
    let places = match act::place_of(tx, author).await? {
        Some(place) => vec![place],
        None => act::people_over(tx, unit.map(UnitId), WRITE, None).await?,
    };
    Ok(places.into_iter().map(|place| (place.chat(), place.lang())).collect())
}
