//! What the calendar asks for: rows that become due, never timers in memory.

use std::time::Duration;

use crate::domain::Timestamp;
use crate::store::StoreError;

use super::{Engine, alarms, database_failed, incidents, notices};

/// How often what is past its time is swept away.
const SWEEP: Duration = Duration::from_secs(3600);

/// How often it is looked for messages that wait too long behind others of their chat.
const LIFT: Duration = Duration::from_secs(10);

/// Looks for what is due until it is told to stop.
pub async fn run(engine: Engine) {
    let (mut swept, mut lifted) = (None, None);
    loop {
        let due = match look(&engine).await {
            Ok(due) => due,
            Err(error) => {
                database_failed(&error, "what is due cannot be looked up");
                None
            }
        };
        if swept.is_none_or(|at| engine.clock.now() > at + SWEEP) {
            swept = Some(engine.clock.now());
            sweep(&engine).await;
        }
        if lifted.is_none_or(|at| engine.clock.now() > at + LIFT) {
            lifted = Some(engine.clock.now());
            if let Err(error) = engine.store.lift_waiting().await {
                database_failed(&error, "what waits behind others could not be looked at");
            }
        }
        engine.signals.round();
        if !engine.rest(&engine.signals.timers, due).await {
            return;
        }
    }
}

/// Does everything that is due. Gives when the next thing is.
async fn look(engine: &Engine) -> Result<Option<Timestamp>, StoreError> {
    let cases = incidents::tick(&engine.store, &engine.rules).await?;
    let notices = notices::tick(engine).await?;
    engine.store.see_to_erasures().await?;
    engine.store.see_to_figures(&engine.rules).await?;
    alarms::tick(engine).await?;
    engine.signals.wake_outboxes();
    Ok([cases, notices].into_iter().flatten().min())
}

async fn sweep(engine: &Engine) {
    loop {
        match engine.store.sweep(engine.rules.keep_cases).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                database_failed(&error, "what is past its time could not be swept away");
                return;
            }
        }
    }
}
