//! Notices: writing, approving, sending, confirming: what is kept.

mod act;
mod approval;
mod audience;
mod call;
mod chase;
mod confirm;
mod crowd;
mod drafts;
mod edition;
mod elsewhere;
mod feed;
mod files;
mod heads;
mod import;
mod leave;
mod list;
mod listed;
mod looks;
mod manage;
mod meeting;
mod next;
mod personal;
mod reach;
mod remind;
mod report;
mod resend;
mod saved;
mod schedule;
mod show;
mod tapped;
mod write;

use crate::domain::ids::{EditionId, PersonId};

use super::{Env, StoreError, Tx};
use crate::conversation::notice::{Answer, Ask, Effect};

pub(super) use act::{Place, people_over, place_of};
pub(super) use audience::{group as one_group, person as one_person, unit as one_unit};
pub(super) use call::sweep as sweep_outputs;
pub use call::{CallListed, MadeOutput, WantedAnswerFile, WantedOutput};
pub(super) use confirm::own_action;
pub(super) use edition::delivery;
pub use feed::{Ended, Lost};
pub(super) use feed::{came_back, ended, feed, hungry};
pub use files::{FetchedFile, WantedFile};
pub use import::Imported;
pub use list::{Counts, EditionLine, NoticeDetail, NoticeLine, Unconfirmed};
pub(super) use meeting::own_answers;
pub use meeting::{Attendance, MeetingLine, Told};
pub use reach::Reach;
pub use saved::{AudienceLine, NewAudience};
pub use schedule::{NewSchedule, ScheduleLine, ScheduleRefused};
pub use write::{Done, Refused};

/// What the data of a recipient's own button begins with. The rest is the delivery's nonce, and what the button does.
pub const OWN_DATA_PREFIX: &str = "c.";

/// A person is erased: what they answered, and where others named them. `telling` is the name where it tells them from
/// others. Gives the files that were made of answers.
pub(super) async fn forget_person(
    tx: &mut Tx<'_>,
    env: &Env,
    person: PersonId,
    name: &str,
    telling: Option<&str>,
) -> Result<Vec<String>, StoreError> {
    meeting::forget_person(tx, person, telling).await?;
    saved::forget_person(tx, env, person, name).await?;
    call::forget_person(tx, person, telling).await
}

/// Answers a question of the conversation.
pub(super) async fn answer(tx: &mut Tx<'_>, env: &Env, ask: &Ask) -> Result<Answer, StoreError> {
    Ok(match ask {
        Ask::Receipt { delivery, person } => Answer::Receipt(confirm::receipt(tx, *delivery, *person).await?),
        Ask::Meeting(ask) => Answer::Meeting(meeting::known(tx, ask).await?),
        Ask::Reach { audience, within, own } => {
            Answer::Reach(act::reach_facts(tx, env, audience, within, *own).await?)
        }
        Ask::Saved(within) => Answer::Saved(saved::within(tx, within).await?),
        Ask::Naming { name, audience, within } => {
            Answer::Naming(saved::naming(tx, env, name, audience, within).await?)
        }
        Ask::Approvers { unit, author, audience } => {
            let people = approval::approvers(tx, env, Some(*unit), *author, audience.as_deref()).await?;
            Answer::Approvers(people.into_iter().map(|place| place.name).collect())
        }
        Ask::Notice(id) => Answer::Notice(act::facts(tx, *id).await?.map(Box::new)),
        Ask::Submitted { units, within } => approval::submitted(tx, env, units, within).await?,
        Ask::Filling(id) => Answer::Filling(act::filling(tx, env, *id).await?),
        Ask::Unconfirmed(id) => {
            let units = list::unconfirmed(tx, *id).await?;
            Answer::Unconfirmed(units.into_iter().map(|unit| (unit.unit, unit.count, unit.names)).collect())
        }
        Ask::Taps(id) => Answer::Taps(tapped::groups(tx, *id).await?),
        Ask::Report(id) => Answer::Report(report::report(tx, *id).await?.ok().map(Box::new)),
        Ask::Again(id) => Answer::Again(match list::newest(tx, *id).await? {
            Some(edition) => resend::count(tx, EditionId(edition.id)).await?,
            None => 0,
        }),
        Ask::Recipients(id) => Answer::Recipients(list::recipients(tx, *id).await?),
        Ask::Schedules(units) => Answer::Schedules(schedule::within(tx, env, units).await?),
        Ask::Planned { units, month } => {
            Answer::Planned(schedule::planned(tx, env, Some(units), *month).await?)
        }
        Ask::Schedule { schedule, at } => {
            Answer::Schedule(schedule::facts(tx, env, *schedule, *at).await?.map(Box::new))
        }
        Ask::Call(ask) => Answer::Call(call::answer(tx, env, ask).await?),
    })
}

/// Makes a change that the conversation decided.
pub(super) async fn apply(tx: &mut Tx<'_>, env: &Env, effect: &Effect) -> Result<(), StoreError> {
    act::apply(tx, env, effect).await
}

#[cfg(test)]
mod tests;
