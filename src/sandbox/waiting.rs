//! Waiting for something to come about on a stand-in.

use std::time::Duration;

use tokio::sync::watch;

/// Waits until `check` gives something; it is asked again whenever `changed` is told. Tests wait for what people see:
/// that it comes, and not how long it takes.
///
/// # Panics
/// With what `chats` gives, when nothing came within `bound`, in real time.
pub(crate) async fn wait_for<T>(
    changed: &watch::Sender<u64>,
    bound: Duration,
    mut check: impl FnMut() -> Option<T>,
    chats: impl FnOnce() -> String,
) -> T {
    let mut changed = changed.subscribe();
    let search = async {
        loop {
            changed.borrow_and_update();
            if let Some(found) = check() {
                return found;
            }
            // The sender lives as long as whoever waits.
            changed.changed().await.ok();
        }
    };
    match tokio::time::timeout(bound, search).await {
        Ok(found) => found,
        Err(_) => panic!("practice platform: nothing came within {bound:?}; the chats:\n{}", chats()),
    }
}
