//! Whether anybody hears of late cases, as the roles and chats are now.

use crate::args;
use crate::domain::UnitPath;
use crate::store::{Store, StoreError};

use super::units;

impl Store {
    /// Whether a unit has a head who can be told something.
    ///
    /// # Errors
    /// The database's.
    pub async fn has_head(&self, unit: &UnitPath) -> Result<bool, StoreError> {
        let key = unit.key();
        let heads = self.db.read(move |tx| Box::pin(async move { units::heads_by_path(tx, &key).await }));
        Ok(!heads.await?.is_empty())
    }

    /// Whether there is a duty group, or an officer who can be told in private.
    ///
    /// # Errors
    /// The database's.
    pub async fn has_duty(&self) -> Result<bool, StoreError> {
        let sql = "SELECT
                     (SELECT COUNT(*) FROM chats
                      WHERE purpose = 'duty' AND kind = 'group' AND state = 'open')
                   + (SELECT COUNT(*) FROM roles r
                      JOIN people p ON p.id = r.person_id AND p.state = 'active'
                      JOIN chats c ON c.person_id = p.id AND c.kind = 'private' AND c.state = 'open'
                      WHERE r.role = 'duty')";
        let count = self.db.read(move |tx| Box::pin(async move { tx.int(sql, args![]).await }));
        Ok(count.await? > 0)
    }

    /// The units that have no head who can be told something, and none above them either.
    ///
    /// # Errors
    /// The database's.
    pub async fn units_without_heads(&self) -> Result<Vec<String>, StoreError> {
        let sql = "WITH RECURSIVE led (id) AS (
                     SELECT r.unit_id FROM roles r
                     JOIN people p ON p.id = r.person_id AND p.state = 'active'
                     JOIN chats c ON c.person_id = p.id AND c.kind = 'private' AND c.state = 'open' AND c.spare = 0
                     WHERE r.role = 'head'
                     UNION
                     SELECT u.id FROM units u JOIN led ON u.parent_id = led.id)
                   SELECT path FROM units WHERE ends_on IS NULL AND id NOT IN (SELECT id FROM led)
                   ORDER BY path_key";
        let paths = self.db.read(move |tx| Box::pin(async move { tx.all(sql, args![]).await }));
        let paths: Vec<(String,)> = paths.await?;
        Ok(paths.into_iter().map(|(path,)| path).collect())
    }
}
