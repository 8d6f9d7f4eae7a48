//! What units count of their own work: lines, sums up the tree, who was asked.

mod asking;

use crate::args;
use crate::conversation::tally::{Answer, Ask, Effect, Line, Sheet};
use crate::domain::Timestamp;
use crate::domain::ids::*;
use crate::domain::tally::{Figure, Month, Span};

use super::audit::{self, Actor};
use super::{Env, Store, StoreError, Tx, row};

impl Store {
    /// What was entered for a unit and all below it in a span of time.
    ///
    /// # Errors
    /// The database's.
    pub async fn tally(&self, unit: UnitId, span: Span) -> Result<Sheet, StoreError> {
        self.db.read(move |tx| Box::pin(async move { sheet(tx, unit, span, true).await })).await
    }
}

/// Answers a question of the conversation.
pub(super) async fn answer(tx: &mut Tx<'_>, ask: &Ask) -> Result<Answer, StoreError> {
    Ok(match ask {
        Ask::Sheet { unit, span, below } => Answer::Sheet(Box::new(sheet(tx, *unit, *span, *below).await?)),
        Ask::Line(id) => Answer::Line(line(tx, *id).await?),
    })
}

/// Makes a change that the conversation decided.
///
/// # Errors
/// [`StoreError::Missing`] where the line that is corrected or taken out does not count any more: the update is then
/// handled again.
pub(super) async fn apply(tx: &mut Tx<'_>, env: &Env, effect: &Effect) -> Result<(), StoreError> {
    let ends = "UPDATE tally_lines SET state = $2 WHERE id = $1 AND state = 'counts'";
    match effect {
        Effect::Enter { unit, month, figures, by, corrects } => {
            if let Some(line) = corrects {
                tx.exec_one(ends, args![*line, "corrected"]).await?;
            }
            let sql = "INSERT INTO tally_lines (unit_id, month, person_id, at, state, corrects)
                       VALUES ($1, $2, $3, $4, 'counts', $5) RETURNING id";
            let args = args![*unit, month.number(), *by, env.now, corrects.map(i64::from)];
            let id = tx.int(sql, args).await?;
            for (indicator, value) in figures {
                let sql = "INSERT INTO tally_values (line_id, indicator, value) VALUES ($1, $2, $3)";
                tx.exec_one(sql, args![id, indicator, *value]).await?;
            }
            let did = if corrects.is_some() { "tally.correct" } else { "tally.enter" };
            audit::record(tx, env, Actor::Person(*by), did, &format!("tally:{id}"), &format!("unit:{unit}"))
                .await
        }
        Effect::Remove { line, by } => {
            tx.exec_one(ends, args![*line, "removed"]).await?;
            audit::record(tx, env, Actor::Person(*by), "tally.remove", &format!("tally:{line}"), "").await
        }
    }
}

struct LineRow {
    id: i64,
    unit_id: i64,
    month: i64,
    person_id: i64,
    name: String,
    at: i64,
    state: String,
}

row!(LineRow { id, unit_id, month, person_id, name, at, state });

macro_rules! lines {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.unit_id, l.month, l.person_id, p.name, l.at, l.state
             FROM tally_lines l JOIN people p ON p.id = l.person_id WHERE ",
            $rest
        )
    };
}

async fn line(tx: &mut Tx<'_>, id: TallyLineId) -> Result<Option<Line>, StoreError> {
    match tx.optional::<LineRow>(lines!("l.id = $1"), args![id]).await? {
        Some(row) => Ok(Some(filled(tx, row).await?)),
        None => Ok(None),
    }
}

async fn filled(tx: &mut Tx<'_>, row: LineRow) -> Result<Line, StoreError> {
    let sql = "SELECT indicator, value FROM tally_values WHERE line_id = $1 ORDER BY indicator";
    let figures: Vec<Figure> = tx.all(sql, args![row.id]).await?;
    let month =
        Month::from_number(row.month).ok_or_else(|| StoreError::Corrupt(format!("month {}", row.month)))?;
    Ok(Line {
        id: TallyLineId(row.id),
        unit: UnitId(row.unit_id),
        month,
        figures,
        by: PersonId(row.person_id),
        name: row.name,
        at: Timestamp(row.at),
        counts: row.state == "counts",
    })
}

/// Sums of the units right below one, each with all under it.
const BELOW: &str = "
    WITH RECURSIVE below (id, top) AS (
      SELECT id, id FROM units WHERE parent_id = $1
      UNION ALL SELECT u.id, b.top FROM units u JOIN below b ON u.parent_id = b.id)
    SELECT t.name, v.indicator, CAST(SUM(v.value) AS BIGINT) FROM below b
    JOIN tally_lines l ON l.unit_id = b.id AND l.month >= $2 AND l.month <= $3 AND l.state = 'counts'
    JOIN tally_values v ON v.line_id = l.id JOIN units t ON t.id = b.top
    GROUP BY t.id, t.name, t.path_key, v.indicator ORDER BY t.path_key, v.indicator";

/// Who was asked at a unit and below it, and whether they entered anything.
const ASKED: &str = "
    WITH RECURSIVE below (id) AS (
      SELECT id FROM units WHERE id = $1
      UNION ALL SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id)
    SELECT u.name, (SELECT COUNT(*) FROM tally_lines l
                    WHERE l.unit_id = u.id AND l.month = a.month AND l.state = 'counts')
    FROM below b JOIN tally_asked a ON a.unit_id = b.id AND a.month = $2 JOIN units u ON u.id = b.id
    ORDER BY u.path_key";

async fn sheet(tx: &mut Tx<'_>, unit: UnitId, span: Span, below: bool) -> Result<Sheet, StoreError> {
    let (first, last) = span.months();
    let (first, last) = (first.number(), last.number());
    let (name,): (String,) = tx.one("SELECT name FROM units WHERE id = $1", args![unit]).await?;
    let sql = "SELECT v.indicator, CAST(SUM(v.value) AS BIGINT) FROM tally_lines l JOIN tally_values v ON v.line_id = l.id
               WHERE l.unit_id = $1 AND l.month >= $2 AND l.month <= $3 AND l.state = 'counts'
               GROUP BY v.indicator ORDER BY v.indicator";
    let own: Vec<Figure> = tx.all(sql, args![unit, first, last]).await?;
    let sql = "SELECT COUNT(*) FROM tally_lines
               WHERE unit_id = $1 AND month >= $2 AND month <= $3 AND state = 'counts'";
    let lines = tx.int(sql, args![unit, first, last]).await?;
    let sql = lines!(
        "l.unit_id = $1 AND l.month >= $2 AND l.month <= $3 AND l.state = 'counts' ORDER BY l.id DESC LIMIT 1"
    );
    let newest: Option<LineRow> = tx.optional(sql, args![unit, first, last]).await?;
    let newest = match newest {
        Some(row) => Some(filled(tx, row).await?),
        None => None,
    };
    let mut sheet = Sheet { unit: name, own, lines, last: newest, ..Sheet::default() };
    if !below {
        return Ok(sheet);
    }
    let sums: Vec<(String, String, i64)> = tx.all(BELOW, args![unit, first, last]).await?;
    for (unit, indicator, sum) in sums {
        match sheet.below.last_mut().filter(|(name, _)| *name == unit) {
            Some((_, figures)) => figures.push((indicator, sum)),
            None => sheet.below.push((unit, vec![(indicator, sum)])),
        }
    }
    if first == last {
        let asked: Vec<(String, i64)> = tx.all(ASKED, args![unit, first]).await?;
        sheet.asked = i64::try_from(asked.len()).unwrap_or(i64::MAX);
        sheet.missing = asked.into_iter().filter(|(_, lines)| *lines == 0).map(|(name, _)| name).collect();
    }
    Ok(sheet)
}
