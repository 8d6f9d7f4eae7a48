//! A notice as it is written, and what becomes of it until it goes out.

use crate::args;
use crate::conversation::notice::{FileFrom, NewFile, NewNotice, Stage as State};
use crate::domain::Rich;
use crate::domain::audience::AudienceFault;
use crate::domain::ids::*;
use crate::domain::template::TemplateError;
use crate::store::audit::{self, Actor};
use crate::store::{Env, StoreError, Tx, row};

use super::{call, meeting};

/// Why something cannot be done to a notice. The person can see why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("Không có thông báo số {0}.")]
    Unknown(NoticeId),
    #[error("Thông báo số {0} {1}, không làm việc này được nữa.")]
    State(NoticeId, &'static str),
    #[error("Người nhận: {0}.")]
    Audience(#[from] AudienceFault),
    #[error("Thông báo số {0} không đang gửi.")]
    NotRunning(NoticeId),
    #[error("Thông báo số {0} không đang tạm dừng.")]
    NotPaused(NoticeId),
    #[error("Thông báo số {0} chưa gửi, hoặc đã hủy.")]
    NotSent(NoticeId),
    #[error("Thông báo số {0} đã thay đổi sau bản bạn xem.")]
    Changed(NoticeId),
    #[error("Thông báo số {0} chưa có tiêu đề.")]
    NoTitle(NoticeId),
    #[error("Nội dung: {0}.")]
    Template(#[from] TemplateError),
    #[error("Chưa gửi được: {0}")]
    Blank(String),
    #[error("Thông báo số {0} không phải giấy mời họp.")]
    NoMeeting(NoticeId),
    #[error("Giấy mời số {0} chưa có giờ họp hoặc nơi họp.")]
    NoTimes(NoticeId),
    #[error("Giờ họp của giấy mời số {0} đã qua.")]
    MeetingOver(NoticeId),
    #[error("Giờ và nơi họp của giấy mời số {0} vẫn như cũ.")]
    SameMeeting(NoticeId),
    #[error("Thông báo số {0} không xin đơn vị trả lời.")]
    NoCall(NoticeId),
    #[error("Hạn trả lời của thông báo số {0} đã qua, hoặc xa hơn một năm.")]
    CallOver(NoticeId),
    #[error("Kỳ này của lịch đã gửi bằng một thông báo khác.")]
    Taken,
    #[error("Danh sách người nhận của thông báo số {0} đã đổi sau khi duyệt; cần duyệt lại.")]
    ListChanged(NoticeId),
    #[error("Đã có quá nhiều danh sách; hãy xóa bớt bằng loa audience remove.")]
    TooManySaved,
}

/// What an act gives: done, or why not; and the store's own failures outside.
pub type Done<T> = Result<Result<T, Refused>, StoreError>;

#[derive(Clone, Debug)]
pub struct Row {
    pub id: i64,
    pub title: String,
    pub body: String,
    pub body_spans: String,
    pub audience: String,
    pub lists_hash: Option<String>,
    pub urgent: i64,
    pub confirm: i64,
    pub remind_after: Option<i64>,
    pub send_at: Option<i64>,
    pub author_id: Option<i64>,
    pub author_unit: Option<i64>,
    pub approver_id: Option<i64>,
    pub reason: Option<String>,
    pub review: Option<String>,
    pub schedule_id: Option<i64>,
    pub occurrence: Option<i64>,
    pub state: String,
}

row!(Row {
    id,
    title,
    body,
    body_spans,
    audience,
    lists_hash,
    urgent,
    confirm,
    remind_after,
    send_at,
    author_id,
    author_unit,
    approver_id,
    reason,
    review,
    schedule_id,
    occurrence,
    state
});

impl Row {
    /// The body with its emphasis.
    pub fn rich(&self) -> Result<Rich, StoreError> {
        Ok(Rich { text: self.body.clone(), spans: serde_json::from_str(&self.body_spans)? })
    }

    pub fn state(&self) -> Result<State, StoreError> {
        read_state(&self.state)
    }
}

/// A state as it is kept.
pub fn read_state(code: &str) -> Result<State, StoreError> {
    State::from_code(code).ok_or_else(|| StoreError::Corrupt(format!("notice state {code}")))
}

pub async fn find(tx: &mut Tx<'_>, id: NoticeId) -> Result<Option<Row>, StoreError> {
    let sql =
        "SELECT id, title, body, body_spans, audience, lists_hash, urgent, confirm, remind_after, send_at, author_id,
                 author_unit, approver_id, reason, review, schedule_id, occurrence, state
               FROM notices WHERE id = $1";
    tx.optional(sql, args![id]).await
}

pub fn subject(id: NoticeId) -> String {
    format!("notice:{id}")
}

/// Writes a notice down as a draft.
pub async fn write(
    tx: &mut Tx<'_>,
    env: &Env,
    actor: Actor,
    new: &NewNotice,
) -> Result<NoticeId, StoreError> {
    let sql = "INSERT INTO notices (title, body, audience, urgent, confirm, remind_after, send_at, author_id,
                 author_unit, schedule_id, occurrence, state, created_at, written_at, body_spans)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'draft', $12, $12, $13) RETURNING id";
    let args = args![
        &new.title,
        &new.body.text,
        &new.audience,
        new.urgent,
        new.confirm,
        micros(new.remind_after),
        new.send_at,
        new.author,
        new.author_unit,
        new.occurrence.map(|(schedule, _)| schedule),
        new.occurrence.map(|(_, at)| at),
        env.now,
        serde_json::to_string(&new.body.spans)?,
    ];
    let id = NoticeId(tx.int(sql, args).await?);
    for (seq, file) in new.files.iter().enumerate() {
        add_file(tx, id, seq, file).await?;
    }
    meeting::keep(tx, env, id, new.meeting.as_ref()).await?;
    call::ask(tx, id, new.asks).await?;
    audit::record(tx, env, actor, "notice.write", &subject(id), &new.title).await?;
    Ok(id)
}

/// Writes a notice over that its author still has in hand; one that is not is left, and a new one written.
pub async fn rewrite(
    tx: &mut Tx<'_>,
    env: &Env,
    actor: Actor,
    id: NoticeId,
    new: &NewNotice,
) -> Result<NoticeId, StoreError> {
    let Ok(_) = set_state(tx, id, &[State::Draft, State::Returned], State::Draft).await? else {
        return write(tx, env, actor, new).await;
    };
    let sql = "UPDATE notices SET title = $2, body = $3, audience = $4, urgent = $5, confirm = $6,
                 remind_after = $7, send_at = $8, body_spans = $9, written_at = $10, reason = NULL WHERE id = $1";
    let args = args![
        id,
        &new.title,
        &new.body.text,
        &new.audience,
        new.urgent,
        new.confirm,
        micros(new.remind_after),
        new.send_at,
        serde_json::to_string(&new.body.spans)?,
        env.now,
    ];
    tx.exec_one(sql, args).await?;
    tx.exec("DELETE FROM notice_files WHERE notice_id = $1", args![id]).await?;
    for (seq, file) in new.files.iter().enumerate() {
        add_file(tx, id, seq, file).await?;
    }
    meeting::keep(tx, env, id, new.meeting.as_ref()).await?;
    call::ask(tx, id, new.asks).await?;
    audit::record(tx, env, actor, "notice.rewrite", &subject(id), &new.title).await?;
    Ok(id)
}

fn micros(duration: Option<std::time::Duration>) -> Option<i64> {
    duration.map(|duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

async fn add_file(tx: &mut Tx<'_>, id: NoticeId, seq: usize, file: &NewFile) -> Result<(), StoreError> {
    let (sha256, channel, file_id) = match &file.from {
        FileFrom::Stored(sha256) => (Some(sha256.as_str()), None, None),
        FileFrom::Platform { channel, file_id } => (None, Some(channel.code()), Some(file_id.as_str())),
    };
    let sql = "INSERT INTO notice_files (notice_id, seq, name, mime, kind, sha256, channel, file_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let kind = file.kind.code();
    tx.exec_one(sql, args![id, seq, &file.name, &file.mime, kind, sha256, channel, file_id]).await
}

/// Moves a notice from one of these states to another.
pub async fn set_state(tx: &mut Tx<'_>, id: NoticeId, from: &[State], to: State) -> Done<Row> {
    let Some(row) = find(tx, id).await? else { return Ok(Err(Refused::Unknown(id))) };
    let state = row.state()?;
    if !from.contains(&state) {
        return Ok(Err(Refused::State(id, state.label())));
    }
    // The state is asked again: another process may have been quicker.
    let sql = "UPDATE notices SET state = $2 WHERE id = $1 AND state = $3";
    if tx.exec(sql, args![id, to.code(), state.code()]).await? == 0 {
        return Ok(Err(Refused::State(id, state.label())));
    }
    Ok(Ok(row))
}
