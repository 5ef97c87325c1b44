//! User actions: requests that a credential holder agreed to, each good for one use.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};

/// A signed user action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UserAction {
    pub(crate) id: String,
    pub(crate) org: String,
    pub(crate) user_id: String,
    pub(crate) token_id: String,
    pub(crate) method: String,
    /// The path as it was declared, with the query if there was one.
    pub(crate) path: String,
    /// The body as it was declared, in the canonical form of `action::canonical`.
    pub(crate) body: String,
    pub(crate) credential_uuid: String,
    /// The assertion as it was received, as JSON, for the audit log.
    pub(crate) assertion: String,
    pub(crate) signed_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) used_at: Option<i64>,
}

const COLUMNS: &str = "id, org, user_id, token_id, method, path, body, credential_uuid, assertion, signed_at, \
                       expires_at, used_at";

impl Store<'_> {
    /// Keeps a new user action.
    pub(crate) fn insert_user_action(self, action: &UserAction) -> Result<(), StoreError> {
        let sql =
            format!("INSERT INTO user_action ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
        self.connection.prepare_cached(&sql)?.execute(params![
            action.id,
            action.org,
            action.user_id,
            action.token_id,
            action.method,
            action.path,
            action.body,
            action.credential_uuid,
            action.assertion,
            action.signed_at,
            action.expires_at,
            action.used_at,
        ])?;
        Ok(())
    }

    /// The user action with this id.
    pub(crate) fn user_action(self, id: &str) -> Result<Option<UserAction>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM user_action WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(UserAction {
                id: row.get(0)?,
                org: row.get(1)?,
                user_id: row.get(2)?,
                token_id: row.get(3)?,
                method: row.get(4)?,
                path: row.get(5)?,
                body: row.get(6)?,
                credential_uuid: row.get(7)?,
                assertion: row.get(8)?,
                signed_at: row.get(9)?,
                expires_at: row.get(10)?,
                used_at: row.get(11)?,
            })
        };
        Ok(statement.query_row([id], read).optional()?)
    }

    /// Marks a user action as used at `now`, milliseconds since 1970.
    pub(crate) fn use_user_action(self, id: &str, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE user_action SET used_at = ?2 WHERE id = ?1";
        self.connection.prepare_cached(sql)?.execute(params![id, now])?;
        Ok(())
    }
}
