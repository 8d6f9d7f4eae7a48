//! The clock that is handed in; the practice platform never asks the machine for the time.

use std::sync::Arc;

/// A clock: gives microseconds since 1970-01-01T00:00:00Z each time it is called.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;
