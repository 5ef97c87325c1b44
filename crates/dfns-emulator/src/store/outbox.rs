//! What the API would have mailed to people: registration codes, login codes, recovery codes.

use rusqlite::params;
use serde::Serialize;

use super::{Store, StoreError};

/// A code on its way to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mail {
    /// The user name, which is an address.
    pub(crate) recipient: String,
    /// What the code is for: `registration`, `login`, `recovery`.
    pub(crate) purpose: String,
    /// The code.
    pub(crate) code: String,
    /// When it was sent, in milliseconds since 1970.
    pub(crate) sent_at: i64,
}

impl Store<'_> {
    /// Puts a code into the outbox.
    pub(crate) fn send(self, mail: &Mail) -> Result<(), StoreError> {
        let sql = "INSERT INTO outbox (recipient, purpose, code, sent_at) VALUES (?1, ?2, ?3, ?4)";
        let Mail {
            recipient,
            purpose,
            code,
            sent_at,
        } = mail;
        self.connection
            .prepare_cached(sql)?
            .execute(params![recipient, purpose, code, sent_at])?;
        Ok(())
    }

    /// The outbox, newest first; only the mail of one recipient if there is one given.
    pub(crate) fn outbox(self, recipient: Option<&str>) -> Result<Vec<Mail>, StoreError> {
        let sql = "SELECT recipient, purpose, code, sent_at FROM outbox
                   WHERE ?1 IS NULL OR recipient = ?1 ORDER BY seq DESC";
        let mut statement = self.connection.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Mail {
                recipient: row.get(0)?,
                purpose: row.get(1)?,
                code: row.get(2)?,
                sent_at: row.get(3)?,
            })
        };
        Ok(statement.query_map([recipient], read)?.collect::<Result<_, _>>()?)
    }
}
