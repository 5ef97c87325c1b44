//! External ids, by which a repeated request is told from a new one.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};

/// What a request with an external id made when it came first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remembered {
    /// The id of the entity that it made.
    pub(crate) entity_id: String,
    /// The fingerprint of the request's body.
    pub(crate) fingerprint: String,
}

impl Store<'_> {
    /// What was made under an external id, within `scope` (the wallet, the key, the organisation).
    pub(crate) fn external_id(
        self,
        kind: &str,
        scope: &str,
        external_id: &str,
    ) -> Result<Option<Remembered>, StoreError> {
        let sql = "SELECT entity_id, fingerprint FROM external_id WHERE kind = ?1 AND scope = ?2 AND external_id = ?3";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Remembered {
                entity_id: row.get(0)?,
                fingerprint: row.get(1)?,
            })
        };
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([kind, scope, external_id], read)
            .optional()?)
    }

    /// Remembers what was made under an external id.
    pub(crate) fn remember_external_id(
        self,
        kind: &str,
        scope: &str,
        external_id: &str,
        made: &Remembered,
    ) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO external_id (kind, scope, external_id, entity_id, fingerprint) VALUES (?1, ?2, ?3, ?4, ?5)";
        let Remembered { entity_id, fingerprint } = made;
        self.connection
            .prepare_cached(sql)?
            .execute(params![kind, scope, external_id, entity_id, fingerprint])?;
        Ok(())
    }
}
