//! Deadlines of cases: reminders, questions, and the report to who is above.

use crate::conversation::Rules;
use crate::domain::Timestamp;
use crate::store::{Store, StoreError};

/// Does what is due, and says when the next thing is; nothing where there is none.
///
/// # Errors
/// The database's. Nothing was said then, and the next tick tries again.
pub async fn tick(store: &Store, rules: &Rules) -> Result<Option<Timestamp>, StoreError> {
    store.see_to_deadlines(rules).await
}
