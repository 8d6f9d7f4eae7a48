//! What the calendar asks for: rows that become due, never timers in memory.

use super::{Engine, incidents};

/// Looks for what is due until it is told to stop.
pub async fn run(engine: Engine) {
    loop {
        let due = match incidents::tick(&engine.store).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(cause = %error, "deadlines cannot be seen to");
                None
            }
        };
        engine.signals.round();
        if !engine.rest(&engine.signals.timers, due).await {
            return;
        }
    }
}
