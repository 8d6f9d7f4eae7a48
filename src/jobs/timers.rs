//! What the calendar asks for: rows that become due, never timers in memory.

use super::Engine;

/// Looks for what is due until it is told to stop.
pub async fn run(engine: Engine) {
    loop {
        engine.signals.round();
        if !engine.rest(&engine.signals.timers, None).await {
            return;
        }
    }
}
