//! The practice platform over HTTP, for its page and for tests in another process.

use std::sync::Arc;

use axum::Router;

use super::server::Shared;

/// Routes below `/practice/`.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
}
