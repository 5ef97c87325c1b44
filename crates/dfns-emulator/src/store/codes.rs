//! One-time codes, by which somebody without a token shows who they are.
//!
//! Invariant: a user has at most one code of a purpose; a new one takes the place of the old.

use rusqlite::{OptionalExtension, Row, params};

use super::{Store, StoreError};

/// What a code is for. A code of one purpose opens nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodePurpose {
    /// Registering after an invitation.
    Registration,
    /// Logging in with a password-protected key.
    Login,
    /// Adding a credential from another device.
    Credential,
    /// Recovering an account.
    Recovery,
}

impl CodePurpose {
    const ALL: [Self; 4] = [Self::Registration, Self::Login, Self::Credential, Self::Recovery];

    /// The name of the purpose, in the outbox too.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::Credential => "credential",
            Self::Recovery => "recovery",
        }
    }

    fn read(text: &str) -> rusqlite::Result<Self> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .ok_or(rusqlite::Error::InvalidQuery)
    }
}

/// A code that was given out.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) purpose: CodePurpose,
    pub(crate) org: String,
    pub(crate) user_id: String,
    /// The text of the code. It is a secret.
    pub(crate) text: String,
    /// Milliseconds since 1970.
    pub(crate) expires_at: i64,
}

impl std::fmt::Debug for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Code({} of {})", self.purpose.as_str(), self.user_id)
    }
}

impl Store<'_> {
    /// Keeps a code in place of the one that the user may have for the same purpose.
    pub(crate) fn put_code(self, code: &Code) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO code (purpose, org, user_id, text, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let Code {
            purpose,
            org,
            user_id,
            text,
            expires_at,
        } = code;
        self.connection
            .prepare_cached(sql)?
            .execute(params![purpose.as_str(), org, user_id, text, expires_at])?;
        Ok(())
    }

    /// The code that a user has for a purpose, expired or not.
    pub(crate) fn code_of(self, purpose: CodePurpose, user_id: &str) -> Result<Option<Code>, StoreError> {
        self.one_code("user_id = ?2", purpose, user_id)
    }

    /// The code of a purpose with this text, expired or not.
    pub(crate) fn code_reading(self, purpose: CodePurpose, text: &str) -> Result<Option<Code>, StoreError> {
        self.one_code("text = ?2", purpose, text)
    }

    /// Forgets the code that a user may have for a purpose.
    pub(crate) fn delete_code(self, purpose: CodePurpose, user_id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM code WHERE purpose = ?1 AND user_id = ?2";
        self.connection
            .prepare_cached(sql)?
            .execute([purpose.as_str(), user_id])?;
        Ok(())
    }

    /// Forgets every code of a user.
    pub(crate) fn drop_codes_of(self, user_id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM code WHERE user_id = ?1";
        self.connection.prepare_cached(sql)?.execute([user_id])?;
        Ok(())
    }

    fn one_code(self, condition: &str, purpose: CodePurpose, key: &str) -> Result<Option<Code>, StoreError> {
        let sql =
            format!("SELECT purpose, org, user_id, text, expires_at FROM code WHERE purpose = ?1 AND {condition}");
        let read = |row: &Row<'_>| {
            Ok(Code {
                purpose: CodePurpose::read(row.get_ref(0)?.as_str()?)?,
                org: row.get(1)?,
                user_id: row.get(2)?,
                text: row.get(3)?,
                expires_at: row.get(4)?,
            })
        };
        Ok(self
            .connection
            .prepare_cached(&sql)?
            .query_row([purpose.as_str(), key], read)
            .optional()?)
    }
}
