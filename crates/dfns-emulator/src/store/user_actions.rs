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
    /// What became of the request, once it was answered.
    pub(crate) outcome: Option<ActionOutcome>,
}

/// The answer to a signed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ActionOutcome {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// The HTTP status.
    pub(crate) status: u16,
    /// What a refusal said.
    pub(crate) error: Option<String>,
}

const COLUMNS: &str = "id, org, user_id, token_id, method, path, body, credential_uuid, assertion, signed_at, \
                       expires_at, used_at";
const OUTCOME: &str = "resolved_at, response_status, response_error";

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
        let sql = format!("SELECT {COLUMNS}, {OUTCOME} FROM user_action WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row([id], read).optional()?)
    }

    /// The user actions of an organisation that were signed between two times (milliseconds since 1970, both included),
    /// oldest first; only those of one user if there is one given.
    pub(crate) fn user_actions(
        self,
        org: &str,
        (from, to): (i64, i64),
        user_id: Option<&str>,
    ) -> Result<Vec<UserAction>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, {OUTCOME} FROM user_action
             WHERE org = ?1 AND signed_at BETWEEN ?2 AND ?3 AND (?4 IS NULL OR user_id = ?4) ORDER BY seq"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let actions = statement.query_map(params![org, from, to, user_id], read)?;
        Ok(actions.collect::<Result<_, _>>()?)
    }

    /// Notes what the request of a user action was answered with.
    pub(crate) fn resolve_user_action(self, id: &str, outcome: &ActionOutcome) -> Result<(), StoreError> {
        let sql = "UPDATE user_action SET resolved_at = ?2, response_status = ?3, response_error = ?4 WHERE id = ?1";
        let ActionOutcome { at, status, error } = outcome;
        self.connection
            .prepare_cached(sql)?
            .execute(params![id, at, status, error])?;
        Ok(())
    }

    /// Marks a user action as used at `now`, milliseconds since 1970.
    pub(crate) fn use_user_action(self, id: &str, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE user_action SET used_at = ?2 WHERE id = ?1";
        self.connection.prepare_cached(sql)?.execute(params![id, now])?;
        Ok(())
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<UserAction> {
    let outcome = match row.get::<_, Option<i64>>(12)? {
        Some(at) => Some(ActionOutcome {
            at,
            status: row.get(13)?,
            error: row.get(14)?,
        }),
        None => None,
    };
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
        outcome,
    })
}
