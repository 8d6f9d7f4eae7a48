//! Units are asked for their figures when the calendar says so, and reminded where they enter nothing.

use crate::args;
use crate::conversation::tally::question;
use crate::conversation::{Lang, Rules};
use crate::domain::Timestamp;
use crate::domain::ids::{ChatId, UnitId};
use crate::domain::schedule::CronRule;
use crate::domain::tally::Month;
use crate::store::{Env, Store, StoreError, Tx, incident, outbox};

/// Units that one transaction asks, or reminds.
const AT_ONCE: i64 = 100;
/// Until when the calendar was followed.
const FOLLOWED: &str = "tally_followed";

impl Store {
    /// Asks units for their figures, if it is time, and reminds those that entered nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn see_to_figures(&self, rules: &Rules) -> Result<(), StoreError> {
        let Some(rule) = &rules.ask_for_figures else { return Ok(()) };
        let env = self.env();
        let now = env.now;
        let (followed, reminders) = self
            .db
            .read(move |tx| {
                Box::pin(async move {
                    let sql =
                        "SELECT COUNT(*) FROM tally_asked WHERE reminded_at IS NULL AND remind_at <= $1";
                    Ok((followed(tx).await?, tx.int(sql, args![now]).await?))
                })
            })
            .await?;
        match followed {
            // From now on: what was before is nobody's business.
            None => self.follow(now).await?,
            Some(last) => self.ask(rule, last, rules).await?,
        }
        if reminders > 0 {
            self.remind(env).await?;
        }
        Ok(())
    }

    async fn ask(&self, rule: &CronRule, last: Timestamp, rules: &Rules) -> Result<(), StoreError> {
        let env = self.env();
        let due = rule.due(last, env.now, rules.catch_up);
        let Some(fire) = due.fire else { return Ok(()) };
        let month = Month::of(fire);
        let allowed = rules.calendar.day_length() * rules.remind_of_figures;
        let remind_at = rules.calendar.add_working(env.now, allowed);
        loop {
            let env = env.clone();
            let asked = self
                .db
                .write(move |tx| Box::pin(async move { ask_some(tx, &env, month, remind_at).await }))
                .await?;
            if asked == 0 {
                return self.follow(fire).await;
            }
        }
    }

    async fn remind(&self, env: Env) -> Result<(), StoreError> {
        self.db.write(move |tx| Box::pin(async move { remind_some(tx, &env).await })).await
    }

    async fn follow(&self, until: Timestamp) -> Result<(), StoreError> {
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2)
                               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
                    tx.exec_one(sql, args![FOLLOWED, until.0.to_string()]).await
                })
            })
            .await
    }
}

async fn followed(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let row: Option<(String,)> =
        tx.optional("SELECT value FROM settings WHERE name = $1", args![FOLLOWED]).await?;
    let read = |(value,): (String,)| value.parse().map(Timestamp);
    row.map(read).transpose().map_err(|_| StoreError::Corrupt(FOLLOWED.to_owned()))
}

/// Asks the first units that were not asked for this month and entered nothing. Gives how many were seen to.
async fn ask_some(
    tx: &mut Tx<'_>,
    env: &Env,
    month: Month,
    remind_at: Timestamp,
) -> Result<usize, StoreError> {
    let sql = "SELECT u.id FROM units u
               WHERE u.ends_on IS NULL
                 AND NOT EXISTS (SELECT 1 FROM tally_asked a WHERE a.unit_id = u.id AND a.month = $1)
                 AND NOT EXISTS (SELECT 1 FROM tally_lines l
                                 WHERE l.unit_id = u.id AND l.month = $1 AND l.state = 'counts')
                 AND (EXISTS (SELECT 1 FROM chats c WHERE c.unit_id = u.id AND c.purpose = 'staff'
                                AND c.kind = 'group' AND c.state = 'open')
                      OR EXISTS (SELECT 1 FROM roles r JOIN people p ON p.id = r.person_id AND p.state = 'active'
                                 JOIN chats c ON c.person_id = p.id AND c.kind = 'private' AND c.state = 'open'
                                   AND c.spare = 0
                                 WHERE r.unit_id = u.id AND r.role = 'head'))
               ORDER BY u.id LIMIT $2";
    let units: Vec<(i64,)> = tx.all(sql, args![month.number(), AT_ONCE]).await?;
    for (unit,) in &units {
        let sql = "INSERT INTO tally_asked (month, unit_id, asked_at, remind_at) VALUES ($1, $2, $3, $4)";
        tx.exec_one(sql, args![month.number(), *unit, env.now, remind_at]).await?;
        put(tx, env, UnitId(*unit), month, false).await?;
    }
    Ok(units.len())
}

/// Reminds the first units that were to be; those that entered something meanwhile hear nothing.
async fn remind_some(tx: &mut Tx<'_>, env: &Env) -> Result<(), StoreError> {
    let sql = "SELECT a.unit_id, a.month, (SELECT COUNT(*) FROM tally_lines l
                 WHERE l.unit_id = a.unit_id AND l.month = a.month AND l.state = 'counts')
               FROM tally_asked a WHERE a.reminded_at IS NULL AND a.remind_at <= $1
               ORDER BY a.remind_at, a.unit_id LIMIT $2";
    let due: Vec<(i64, i64, i64)> = tx.all(sql, args![env.now, AT_ONCE]).await?;
    for (unit, month, lines) in due {
        let sql = "UPDATE tally_asked SET reminded_at = $3 WHERE month = $1 AND unit_id = $2";
        tx.exec_one(sql, args![month, unit, env.now]).await?;
        if let (Some(month), 0) = (Month::from_number(month), lines) {
            put(tx, env, UnitId(unit), month, true).await?;
        }
    }
    Ok(())
}

/// The question goes to the unit's staff groups, or where it has none to its heads.
async fn put(tx: &mut Tx<'_>, env: &Env, unit: UnitId, month: Month, again: bool) -> Result<(), StoreError> {
    let (name,): (String,) = tx.one("SELECT name FROM units WHERE id = $1", args![unit]).await?;
    let chats: Vec<(ChatId, Lang)> = incident::takers(tx, unit).await?;
    for (chat, lang) in chats {
        outbox::post(tx, env, chat, &question(chat, lang, unit, &name, month, again)).await?;
    }
    Ok(())
}
