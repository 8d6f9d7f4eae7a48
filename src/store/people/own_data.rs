//! Everything that is kept about a person, for them.

use crate::args;
use crate::conversation::people::{GotNotice, OwnData, OwnReport, OwnRequest, RequestKind, RequestState};
use crate::domain::Timestamp;
use crate::domain::ids::PersonId;
use crate::domain::staffing::ChangeKind;
use crate::domain::tally::Month;
use crate::store::notice::own_answers;
use crate::store::{Store, StoreError, Tx, row};

/// So many of each kind, the newest: a file that a telephone still opens.
const MOST: i64 = 2_000;

impl Store {
    /// Everything that is kept about a person; `None` where there is nobody with this number, or they were erased.
    ///
    /// # Errors
    /// The database's.
    pub async fn own_data(&self, person: PersonId) -> Result<Option<OwnData>, StoreError> {
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    let sql = "SELECT COUNT(*) FROM people p WHERE id = $1
                                 AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.person_id = p.id)";
                    match tx.int(sql, args![person]).await? {
                        0 => Ok(None),
                        _ => Ok(Some(own_data(tx, person).await?)),
                    }
                })
            })
            .await
    }
}

/// Reads it all.
pub async fn own_data(tx: &mut Tx<'_>, person: PersonId) -> Result<OwnData, StoreError> {
    let (name, since): (String, i64) =
        tx.one("SELECT name, created_at FROM people WHERE id = $1", args![person]).await?;
    let mut data = OwnData { name, since: Timestamp(since), ..OwnData::default() };
    let sql = "SELECT r.role, u.path, r.since FROM roles r JOIN units u ON u.id = r.unit_id
               WHERE r.person_id = $1 ORDER BY r.since, u.path_key, r.role";
    let roles: Vec<(String, String, i64)> = tx.all(sql, args![person]).await?;
    for (role, unit, since) in roles {
        let role = role.parse().map_err(|_| StoreError::Corrupt(format!("role {role}")))?;
        data.roles.push((role, unit, Timestamp(since)));
    }
    let sql =
        "SELECT kind, at, until FROM staff_changes WHERE person_id = $1 AND state IN ('planned', 'done')
               ORDER BY at, id";
    let changes: Vec<(String, i64, Option<i64>)> = tx.all(sql, args![person]).await?;
    let change = |(kind, at, until): (String, i64, Option<i64>)| {
        Some((ChangeKind::from_code(&kind)?, Timestamp(at), until.map(Timestamp)))
    };
    data.changes = changes.into_iter().filter_map(change).collect();
    let sql = "SELECT name FROM tags WHERE person_id = $1 ORDER BY folded";
    let tags: Vec<(String,)> = tx.all(sql, args![person]).await?;
    data.tags = tags.into_iter().map(|(name,)| name).collect();
    let sql = "SELECT channel, title, external_id, state FROM chats
               WHERE person_id = $1 AND kind = 'private' ORDER BY id";
    let chats: Vec<(String, String, String, String)> = tx.all(sql, args![person]).await?;
    for (channel, title, id, state) in chats {
        let kind = channel.parse().map_err(|_| StoreError::Corrupt(format!("channel {channel}")))?;
        data.chats.push((kind, title, id, state == "open"));
    }
    let sql = "SELECT version, given_at, withdrawn_at FROM consents WHERE person_id = $1 ORDER BY id";
    let consents: Vec<(String, i64, Option<i64>)> = tx.all(sql, args![person]).await?;
    let consent = |(version, given, withdrawn): (_, _, Option<i64>)| {
        (version, Timestamp(given), withdrawn.map(Timestamp))
    };
    data.consents = consents.into_iter().map(consent).collect();
    data.notices = notices(tx, person).await?;
    let sql = "SELECT i.code, r.created_at, r.text FROM reports r JOIN incidents i ON i.id = r.incident_id
               WHERE r.person_id = $1 ORDER BY r.created_at DESC, r.id DESC LIMIT $2";
    let reports: Vec<(String, i64, String)> = tx.all(sql, args![person, MOST]).await?;
    let report = |(code, at, text)| OwnReport { code, at: Timestamp(at), text };
    data.reports = reports.into_iter().rev().map(report).collect();
    let sql =
        "SELECT i.code, s.move, s.at, s.text FROM incident_steps s JOIN incidents i ON i.id = s.incident_id
               WHERE s.actor_id = $1 AND s.move <> 'open' ORDER BY s.id DESC LIMIT $2";
    let steps: Vec<(String, String, i64, String)> = tx.all(sql, args![person, MOST]).await?;
    let step = |(code, movement, at, text)| (code, movement, Timestamp(at), text);
    data.steps = steps.into_iter().rev().map(step).collect();
    let sql = "SELECT i.code, m.document, m.created_at FROM media m JOIN incidents i ON i.id = m.incident_id
               WHERE m.person_id = $1 AND m.state = 'stored' ORDER BY m.id DESC LIMIT $2";
    let files: Vec<(String, Option<String>, i64)> = tx.all(sql, args![person, MOST]).await?;
    data.files = files.into_iter().rev().map(|(code, name, at)| (code, name, Timestamp(at))).collect();
    data.requests = requests(tx, person).await?;
    let sql = "SELECT u.path, l.month, l.at FROM tally_lines l JOIN units u ON u.id = l.unit_id
               WHERE l.person_id = $1 ORDER BY l.id DESC LIMIT $2";
    let tally: Vec<(String, i64, i64)> = tx.all(sql, args![person, MOST]).await?;
    let line = |(unit, month, at)| Some((unit, Month::from_number(month)?, Timestamp(at)));
    data.tally = tally.into_iter().rev().filter_map(line).collect();
    data.meetings = own_answers(tx, person, MOST).await?;
    data.meetings.reverse();
    let sql = "SELECT n.title, u.path, a.at FROM call_answers a JOIN notices n ON n.id = a.notice_id
               JOIN units u ON u.id = a.unit_id WHERE a.person_id = $1 ORDER BY a.id DESC LIMIT $2";
    let answers: Vec<(String, String, i64)> = tx.all(sql, args![person, MOST]).await?;
    data.answers = answers.into_iter().rev().map(|(title, unit, at)| (title, unit, Timestamp(at))).collect();
    Ok(data)
}

async fn requests(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<OwnRequest>, StoreError> {
    let sql = "SELECT kind, created_at, state, text, reason FROM data_requests
               WHERE person_id = $1 ORDER BY id DESC LIMIT $2";
    let rows: Vec<(String, i64, String, String, Option<String>)> = tx.all(sql, args![person, MOST]).await?;
    let request = |(kind, at, state, text, reason): (String, i64, String, _, _)| {
        let (kind, state) = (RequestKind::from_code(&kind), RequestState::from_code(&state));
        let (Some(kind), Some(state)) = (kind, state) else {
            return Err(StoreError::Corrupt("a request about data".to_owned()));
        };
        Ok(OwnRequest { kind, at: Timestamp(at), state, text, reason })
    };
    rows.into_iter().rev().map(request).collect()
}

struct NoticeRow {
    title: String,
    sent_at: Option<i64>,
    seen_at: Option<i64>,
    confirmed_at: Option<i64>,
}

row!(NoticeRow { title, sent_at, seen_at, confirmed_at });

async fn notices(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<GotNotice>, StoreError> {
    let sql = "SELECT n.title, d.sent_at, d.seen_at, d.confirmed_at FROM editions e
               JOIN notices n ON n.id = e.notice_id JOIN chats c ON c.person_id = $1
               JOIN deliveries d ON d.edition_id = e.id AND d.chat_id = c.id AND d.person_id = $1
               ORDER BY e.id DESC, d.id DESC LIMIT $2";
    let rows: Vec<NoticeRow> = tx.all(sql, args![person, MOST]).await?;
    let notice = |row: NoticeRow| GotNotice {
        title: row.title,
        sent: row.sent_at.map(Timestamp),
        seen: row.seen_at.map(Timestamp),
        confirmed: row.confirmed_at.map(Timestamp),
    };
    Ok(rows.into_iter().rev().map(notice).collect())
}
