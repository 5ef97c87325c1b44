//! What the API forgets altogether; everything else is archived.

use super::{Document, Store, StoreError};

impl Store<'_> {
    /// Forgets a credential, so that its id is free again.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if there is none.
    pub(crate) fn delete_credential(self, uuid: &str) -> Result<(), StoreError> {
        match self
            .connection
            .prepare_cached("DELETE FROM credential WHERE uuid = ?1")?
            .execute([uuid])?
        {
            0 => Err(StoreError::Absent {
                kind: "credential",
                id: uuid.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Forgets a document.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if there is none.
    pub(crate) fn delete<T: Document>(self, id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM entity WHERE id = ?1 AND kind = ?2";
        match self.connection.prepare_cached(sql)?.execute([id, T::KIND])? {
            0 => Err(StoreError::Absent {
                kind: T::KIND,
                id: id.to_owned(),
            }),
            _ => Ok(()),
        }
    }
}
