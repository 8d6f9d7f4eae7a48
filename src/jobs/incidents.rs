//! Deadlines of cases: reminders and the report to who is above.

use crate::domain::Timestamp;
use crate::domain::calendar::Calendar;
use crate::store::{Store, StoreError};

/// Does what is due, and says when the next thing is; nothing where there is none.
///
/// # Errors
/// The database's. Nothing was said then, and the next tick tries again.
pub async fn tick(store: &Store, calendar: &Calendar) -> Result<Option<Timestamp>, StoreError> {
    store.see_to_deadlines(calendar).await
}
