//! What only one process may do at a time: whoever holds the lease does it.

use std::time::Duration;

use crate::args;
use crate::failpoint::{Planted, Point, at, planted};

use super::{Store, StoreError, Tx};

impl Store {
    /// Takes a lease for `holder`. Gives whether `holder` has it now.
    ///
    /// A lease that ends later than one taken now would was taken before the clock was set back: it counts as
    /// over, or nobody could take it until the old time has come again. Its holder finds that it has lost it.
    pub async fn take_lease(&self, name: &str, holder: &str, lasts: Duration) -> Result<bool, StoreError> {
        let (now, name, holder) = (self.env().now, name.to_owned(), holder.to_owned());
        let taken = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3)
                               ON CONFLICT (name) DO UPDATE
                                 SET holder = excluded.holder, until = excluded.until
                                 WHERE leases.holder = excluded.holder OR leases.until <= $4
                                   OR leases.until > excluded.until";
                    let taken = tx.exec(sql, args![name, holder, now + lasts, now]).await? == 1;
                    at(Point::LeaseBeforeCommit).await?;
                    Ok(taken || planted(Planted::NoLease))
                })
            })
            .await?;
        at(Point::LeaseAfterCommit).await?;
        Ok(taken)
    }

    /// Renews the lease of its holder. Gives `false` if somebody else has had it since, even if that one's has run
    /// out or was given back by now: what was under way was taken over, and only a new start knows what is left.
    pub async fn renew_lease(&self, name: &str, holder: &str, lasts: Duration) -> Result<bool, StoreError> {
        let (now, name, holder) = (self.env().now, name.to_owned(), holder.to_owned());
        let renewed = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "UPDATE leases SET until = $3 WHERE name = $1 AND holder = $2";
                    let renewed = tx.exec(sql, args![name, holder, now + lasts]).await? == 1;
                    at(Point::LeaseBeforeCommit).await?;
                    Ok(renewed || planted(Planted::NoLease))
                })
            })
            .await?;
        at(Point::LeaseAfterCommit).await?;
        Ok(renewed)
    }

    /// Gives a lease back, so that another process need not wait for its end.
    pub async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        at(Point::LeaseBeforeRelease).await?;
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    tx.exec("DELETE FROM leases WHERE name = $1 AND holder = $2", args![name, holder])
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}

/// Whether `holder` still has the lease, for work that must not be done by two.
pub(super) async fn holds(tx: &mut Tx<'_>, name: &str, holder: &str) -> Result<bool, StoreError> {
    let sql = HOLDS;
    let row: Option<(i64,)> = tx.optional(sql, args![name, holder]).await?;
    Ok(row.is_some() || planted(Planted::NoLease))
}

/// On PostgreSQL the row is locked until the commit, so that nobody takes the lease in between.
const HOLDS: super::Sql = super::Sql {
    lite: "SELECT until FROM leases WHERE name = $1 AND holder = $2",
    pg: "SELECT until FROM leases WHERE name = $1 AND holder = $2 FOR UPDATE",
};
