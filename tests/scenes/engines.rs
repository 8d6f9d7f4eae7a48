//! Runs one scene on either database.

use crate::postgres;

/// A new, empty database, and what has to stay alive for it.
pub struct Database {
    pub url: String,
    _dir: Option<tempfile::TempDir>,
}

impl Database {
    pub fn sqlite() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        Self { url: format!("sqlite:{}", dir.path().join("loa.db").display()), _dir: Some(dir) }
    }

    /// `None` where PostgreSQL is not installed.
    pub async fn postgres() -> Option<Self> {
        Some(Self { url: postgres::new_database().await?, _dir: None })
    }
}

/// `on_both! { async fn a_scene(database: Database) { … } }`: a test on SQLite and one on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($database:ident: Database) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a scene need not use all that its file brings in")]
            use super::*;

            async fn scene($database: $crate::engines::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                scene($crate::engines::Database::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(database) = $crate::engines::Database::postgres().await {
                    scene(database).await;
                }
            }
        }
    )+};
}
