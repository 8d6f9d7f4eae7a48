//! A whole list of units, people and groups at once: all of it, or nothing.
//!
//! An import adds and updates; it never deletes. A person is known by their channel and chat id. Who has
//! left by `/roi` stays away: the report names them, an invite brings them back. A group's title follows the
//! platform, so that a list only gives it its first one. In a list, the last row wins.
//!
//! First the difference between the list and what is kept is made out ([`Plan`]), in a few questions for the
//! whole list; then it is written, in a few statements for the whole list.

mod plan;
mod write;

use serde::Serialize;

use crate::domain::Role;
use crate::domain::import::ImportRow;

use super::super::audit::{self, Actor};
use super::super::{Store, StoreError};
use plan::Plan;

/// So many changes are named one by one; beyond that they are only counted.
const MOST_NAMED: usize = 40;

/// What an import changes, or would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Whether this was only a look.
    pub dry_run: bool,
    pub rows: usize,
    pub units_added: usize,
    pub people_added: usize,
    /// People with another name than before.
    pub people_changed: usize,
    pub roles_added: usize,
    /// Private chats and groups that were not known before.
    pub chats_added: usize,
    /// Groups bound to a unit, or to another one or for another purpose than before.
    pub groups_bound: usize,
    /// Rows that change nothing.
    pub unchanged: usize,
    /// People who have left by themselves and are left alone.
    pub left_alone: usize,
    /// Groups that go by another id since they became supergroups; they stay as they are bound.
    pub groups_moved: usize,
    /// The first changes, one by one.
    pub changes: Vec<Change>,
    /// Why nothing can be changed: the list and what is kept contradict each other.
    pub conflicts: Vec<Conflict>,
}

impl ImportReport {
    /// Whether the list changes anything.
    pub fn changes_nothing(&self) -> bool {
        self.changes_in_all() == self.left_alone + self.groups_moved
    }

    /// How many changes there are, named or not.
    pub fn changes_in_all(&self) -> usize {
        self.units_added
            + self.people_added
            + self.people_changed
            + self.roles_added
            + self.groups_bound
            + self.left_alone
            + self.groups_moved
    }

    fn name(&mut self, change: impl FnOnce() -> Change) {
        if self.changes.len() < MOST_NAMED {
            self.changes.push(change());
        }
    }
}

/// One change, for the person who looks before they leap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    UnitAdded { unit: String },
    PersonAdded { name: String, line: u64 },
    PersonRenamed { from: String, to: String, line: u64 },
    RoleAdded { name: String, role: Role, unit: String },
    GroupBound { title: String, unit: String, duty: bool },
    GroupMoved { title: String, line: u64 },
    LeftAlone { name: String, line: u64 },
}

/// A row that contradicts what is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    pub line: u64,
    pub chat_id: String,
    /// What the chat is known as: `private` or `group`.
    pub known_as: String,
}

impl Store {
    /// Brings in a list that has been read without a fault. With `dry_run`, or where the report has
    /// conflicts, nothing is changed.
    ///
    /// # Errors
    /// Where the database fails; then nothing has changed.
    pub async fn import(&self, rows: Vec<ImportRow>, dry_run: bool) -> Result<ImportReport, StoreError> {
        if dry_run {
            let plan = self.db.read(|tx| Box::pin(async move { Plan::make(tx, &rows).await })).await?;
            return Ok(ImportReport { dry_run, ..plan.report });
        }
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let mut plan = Plan::make(tx, &rows).await?;
                    if plan.report.conflicts.is_empty() {
                        write::carry_out(tx, &env, &mut plan).await?;
                        let report = &plan.report;
                        let detail = format!(
                            "units:{} people:{} roles:{} groups:{}",
                            report.units_added, report.people_added, report.roles_added, report.groups_bound
                        );
                        audit::record(tx, &env, Actor::CommandLine, "people.import", "list", &detail).await?;
                    }
                    Ok(plan.report)
                })
            })
            .await
    }
}
