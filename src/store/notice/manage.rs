//! Notices as the command line and the jobs handle them: one method, one transaction.

use std::time::Duration;

use crate::args;
use crate::conversation::Lang;
use crate::conversation::notice::{NewNotice, Stage as State};
use crate::domain::ids::NoticeId;
use crate::domain::template::Template;
use crate::domain::{Rich, Timestamp};
use crate::failpoint::{Point, at};
use crate::store::audit::{self, Actor};
use crate::store::people;
use crate::store::{Env, Store, StoreError, Tx};

use super::reach::{Crowd, Reach};
use super::write::{self, Done, Refused, subject};
use super::{act, call, chase, edition, elsewhere, meeting, personal, saved, schedule, show};

/// Transactions of one kind of work in one tick: then the others have their turn.
const MOST_STEPS: usize = 50;

/// What a tick does, in this order.
#[derive(Clone, Copy, Debug)]
enum Work {
    Previews,
    Schedules,
    /// Editions begin, and their deliveries are made: an urgent one is not kept waiting by another.
    Editions,
    /// What is urgent and waits for a channel that is down goes over another.
    Elsewhere,
    Reminders,
    /// Whoever was called to a meeting is told what changed, and reminded.
    Meetings,
    /// Who has not answered is reminded, and whoever asked hears of them.
    Calls,
    Counts,
}

impl Work {
    const ALL: [Self; 8] = [
        Self::Previews,
        Self::Schedules,
        Self::Editions,
        Self::Elsewhere,
        Self::Reminders,
        Self::Meetings,
        Self::Calls,
        Self::Counts,
    ];

    /// Does a first portion. Gives whether there was one.
    async fn step(self, tx: &mut Tx<'_>, env: &Env, catch_up: Duration) -> Result<bool, StoreError> {
        match self {
            Self::Previews => Ok(act::show_previews(tx, env).await? > 0),
            Self::Schedules => {
                let ran = schedule::run_next(tx, env, catch_up).await?;
                if ran {
                    at(Point::ScheduleBeforeCommit).await?;
                }
                Ok(ran)
            }
            Self::Editions => {
                // Who retires, moves or goes on leave by now does so before anything is sent.
                if people::make_due(tx, env).await? {
                    return Ok(true);
                }
                Ok(edition::begin_next(tx, env).await? || edition::fan_out_next(tx, env).await?)
            }
            Self::Elsewhere => elsewhere::move_some(tx, env).await,
            Self::Reminders => chase::follow_next(tx, env).await,
            Self::Meetings => meeting::follow_next(tx, env).await,
            Self::Calls => call::follow_next(tx, env).await,
            Self::Counts => {
                edition::end_held(tx, env).await?;
                show::show_next(tx, env).await
            }
        }
    }
}

impl Store {
    /// Writes a notice down as a draft, as the administrator's act.
    ///
    /// # Errors
    /// The database's; inside, an audience that means nobody that there is.
    pub async fn notice_new(&self, new: NewNotice) -> Done<NoticeId> {
        let env = self.env();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    if let Err(fault) = edition::whom(tx, &env, &new.audience).await? {
                        return Ok(Err(fault.into()));
                    }
                    if let Err(refused) = can_be_read(&new) {
                        return Ok(Err(refused));
                    }
                    write::write(tx, &env, Actor::CommandLine, &new).await.map(Ok)
                })
            })
            .await
    }

    /// Counts whom a notice would reach now.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be said.
    pub async fn notice_preview(&self, id: NoticeId) -> Done<Reach> {
        let env = self.env();
        self.db.read(move |tx| Box::pin(async move { preview(tx, &env, id).await })).await
    }

    /// Approves a notice as the administrator. One with a time of its own goes out then.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be done.
    pub async fn notice_approve(&self, id: NoticeId) -> Done<()> {
        let env = self.env();
        self.db
            .write(move |tx| Box::pin(async move { approve(tx, &env, Actor::CommandLine, id).await }))
            .await
    }

    /// Sends a notice as the administrator: at its time, or now if it has none.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be done.
    pub async fn notice_send(&self, id: NoticeId) -> Done<Timestamp> {
        let env = self.env();
        self.db.write(move |tx| Box::pin(async move { send(tx, &env, Actor::CommandLine, id).await })).await
    }

    /// Holds a notice that is going out.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be done.
    pub async fn notice_pause(&self, id: NoticeId) -> Done<()> {
        let env = self.env();
        self.db
            .write(move |tx| Box::pin(async move { edition::pause(tx, &env, Actor::CommandLine, id).await }))
            .await
    }

    /// Goes on with a notice that was held.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be done.
    pub async fn notice_resume(&self, id: NoticeId) -> Done<()> {
        let env = self.env();
        self.db
            .write(move |tx| Box::pin(async move { edition::resume(tx, &env, Actor::CommandLine, id).await }))
            .await
    }

    /// Cancels a notice: what has not gone out stays.
    ///
    /// # Errors
    /// The database's; inside, why it cannot be done.
    pub async fn notice_cancel(&self, id: NoticeId) -> Done<()> {
        let env = self.env();
        self.db
            .write(move |tx| Box::pin(async move { edition::cancel(tx, &env, Actor::CommandLine, id).await }))
            .await
    }

    /// Does what is due: runs of schedules, editions that begin, their deliveries, reminders, counts. Says
    /// when the next thing is due. `catch_up` is how late a run of a schedule may still go out that was missed.
    ///
    /// # Errors
    /// The database's. What was done before stays done, and one kind of work that fails holds up no other.
    pub async fn notices_tick(&self, catch_up: Duration) -> Result<Option<Timestamp>, StoreError> {
        let mut failure = None;
        let mut more = false;
        for work in Work::ALL {
            match self.notices_do(work, catch_up).await {
                Ok(left) => more |= left,
                Err(error) => {
                    tracing::error!(?work, cause = %error, "notices: some work failed");
                    failure.get_or_insert(error);
                }
            }
        }
        match failure {
            Some(error) => Err(error),
            None if more => Ok(Some(self.env().now)),
            None => self.next_notice().await,
        }
    }

    /// Does one kind of work, a transaction at a time. Gives whether there is more.
    async fn notices_do(&self, work: Work, catch_up: Duration) -> Result<bool, StoreError> {
        for _ in 0..MOST_STEPS {
            let env = self.env();
            if !self.db.write(move |tx| Box::pin(async move { work.step(tx, &env, catch_up).await })).await? {
                return Ok(false);
            }
            at(Point::TickAfterCommit).await?;
        }
        Ok(true)
    }

    async fn next_notice(&self) -> Result<Option<Timestamp>, StoreError> {
        let env = self.env();
        let (now, after) = (env.now, env.chases.elsewhere);
        self.db
            .read(move |tx| {
                Box::pin(async move {
                    // One that is due and has not begun waits for its files.
                    let sql =
                        "SELECT MIN(starts_at) FROM editions WHERE state = 'preparing' AND starts_at > $1";
                    let (next,): (Option<i64>,) = tx.one(sql, args![now]).await?;
                    let file = super::files::next_try(tx).await?;
                    let shown = show::next(tx).await?;
                    let remind = chase::next(tx).await?;
                    let run = schedule::next(tx).await?;
                    let other = elsewhere::next(tx, now, after).await?;
                    let change = people::next_change(tx).await?;
                    let meeting = meeting::next(tx).await?;
                    let (call, answer) = (call::next(tx).await?, call::next_try(tx).await?);
                    let new = [change, meeting, call, answer];
                    let all = [next.map(Timestamp), file, shown, remind, run, other].into_iter().chain(new);
                    Ok(all.flatten().min())
                })
            })
            .await
    }
}

pub async fn preview(tx: &mut Tx<'_>, env: &Env, id: NoticeId) -> Done<Reach> {
    let Some(notice) = write::find(tx, id).await? else { return Ok(Err(Refused::Unknown(id))) };
    match edition::whom(tx, env, &notice.audience).await? {
        Ok(whom) => {
            let content = edition::content(tx, &notice).await?;
            let crowd = Crowd::gather(tx, &whom).await?;
            let reach = crowd.reach(tx, env, Some(&content), notice.urgent != 0).await?;
            let filling = personal::filling(tx, &whom, &content.text).await?;
            Ok(Ok(Reach { filling, ..reach }))
        }
        Err(fault) => Ok(Err(fault.into())),
    }
}

/// Approves a notice. One with a time of its own goes out then.
pub async fn approve(tx: &mut Tx<'_>, env: &Env, actor: Actor, id: NoticeId) -> Done<()> {
    let open = [State::Draft, State::Submitted, State::Returned];
    if write::find(tx, id).await?.is_some_and(|row| row.title.is_empty()) {
        return Ok(Err(Refused::NoTitle(id)));
    }
    if let Err(refused) = can_be_filled(tx, env, id).await? {
        return Ok(Err(refused));
    }
    if let Some(refused) = meeting::find(tx, id).await?.and_then(|call| call.refuses(id, env.now)) {
        return Ok(Err(refused));
    }
    let row = match write::set_state(tx, id, &open, State::Approved).await? {
        Ok(row) => row,
        Err(refused) => return Ok(Err(refused)),
    };
    let approver = match actor {
        Actor::Person(person) => Some(person),
        Actor::CommandLine | Actor::System => None,
    };
    let lists = saved::held(tx, &row.audience).await?;
    let sql = "UPDATE notices SET approver_id = $2, decided_at = $3, lists_hash = $4 WHERE id = $1";
    tx.exec_one(sql, args![id, approver, env.now, lists]).await?;
    audit::record(tx, env, actor, "notice.approve", &subject(id), &row.title).await?;
    if let Some(at) = row.send_at {
        edition::create(tx, env, &row, Timestamp(at)).await?;
    }
    Ok(Ok(()))
}

/// Whether every recipient would get a notice without a hole in it.
async fn can_be_filled(tx: &mut Tx<'_>, env: &Env, id: NoticeId) -> Done<()> {
    if write::find(tx, id).await?.is_none() {
        return Ok(Err(Refused::Unknown(id)));
    }
    let filling = act::filling(tx, env, id).await?;
    if let Some(fault) = filling.fault {
        return Ok(Err(fault.into()));
    }
    let blanks: Vec<String> = filling.blanks.iter().map(|blank| blank.says(Lang::Vi)).collect();
    Ok(if blanks.is_empty() { Ok(()) } else { Err(Refused::Blank(blanks.join(" "))) })
}

/// Words that a notice cannot be sent with, whoever gets it.
pub fn can_be_read(notice: &NewNotice) -> Result<(), Refused> {
    let text = Rich::new().push(&notice.title).line().append(notice.body.clone());
    Template::read(&text).map(|_| ()).map_err(Refused::from)
}

/// Sends a notice: at its time, or now if that has passed or it has none. Gives when.
pub async fn send(tx: &mut Tx<'_>, env: &Env, actor: Actor, id: NoticeId) -> Done<Timestamp> {
    let Some(row) = write::find(tx, id).await? else { return Ok(Err(Refused::Unknown(id))) };
    let ready = match row.state()? {
        // Somebody may have lost their unit since it was approved.
        State::Approved => can_be_filled(tx, env, id).await?,
        _ => approve(tx, env, actor, id).await?,
    };
    if let Err(refused) = ready {
        return Ok(Err(refused));
    }
    let at = row.send_at.map_or(env.now, |at| Timestamp(at).max(env.now));
    let waiting = "SELECT COUNT(*) FROM editions WHERE notice_id = $1";
    if tx.int(waiting, args![id]).await? == 0 {
        edition::create(tx, env, &row, at).await?;
    }
    audit::record(tx, env, actor, "notice.send", &subject(id), &row.title).await?;
    Ok(Ok(at))
}
