//! Challenges: issued, then completed once or left to expire.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};

/// What a challenge is for. A challenge of one purpose never completes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChallengePurpose {
    /// Signing one request.
    UserAction,
    /// Logging in.
    Login,
    /// Registering as a user.
    Registration,
    /// Adding a credential.
    Credential,
    /// Recovering an account.
    Recovery,
    /// Logging in through an identity provider; the state of OpenID Connect.
    Federation,
    /// Coming back from the identity provider that the emulator plays.
    AuthorizationCode,
    /// The first credential of somebody who came in through an identity provider.
    FirstCredential,
}

impl ChallengePurpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::UserAction => "user-action",
            Self::Login => "login",
            Self::Registration => "registration",
            Self::Credential => "credential",
            Self::Recovery => "recovery",
            Self::Federation => "federation",
            Self::AuthorizationCode => "authorization-code",
            Self::FirstCredential => "first-credential",
        }
    }
}

/// A challenge that was given out.
#[expect(
    clippy::struct_field_names,
    reason = "`challenge.challenge` is what the API calls the text"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// `ch-…`; the identifier that clients send back is a token about it.
    pub(crate) id: String,
    pub(crate) org: String,
    pub(crate) user_id: String,
    /// The token with which it was asked for, if there was one.
    pub(crate) token_id: Option<String>,
    /// The text to be signed: base64url.
    pub(crate) challenge: String,
    /// What is agreed to by completing it, as JSON; its form depends on the purpose.
    pub(crate) subject: String,
    pub(crate) expires_at: i64,
}

impl Store<'_> {
    /// Keeps a new challenge.
    pub(crate) fn insert_challenge(self, purpose: ChallengePurpose, challenge: &Challenge) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO challenge (id, purpose, org, user_id, token_id, challenge, subject, expires_at, is_completed)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)";
        let Challenge {
            id,
            org,
            user_id,
            token_id,
            challenge,
            subject,
            expires_at,
        } = challenge;
        self.connection.prepare_cached(sql)?.execute(params![
            id,
            purpose.as_str(),
            org,
            user_id,
            token_id,
            challenge,
            subject,
            expires_at
        ])?;
        Ok(())
    }

    /// The challenge with this id, if it is for this purpose, not completed, and not expired at `now` (milliseconds
    /// since 1970).
    pub(crate) fn open_challenge(
        self,
        purpose: ChallengePurpose,
        id: &str,
        now: i64,
    ) -> Result<Option<Challenge>, StoreError> {
        let sql = "SELECT id, org, user_id, token_id, challenge, subject, expires_at FROM challenge
                   WHERE id = ?1 AND purpose = ?2 AND expires_at > ?3 AND is_completed = 0";
        let mut statement = self.connection.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Challenge {
                id: row.get(0)?,
                org: row.get(1)?,
                user_id: row.get(2)?,
                token_id: row.get(3)?,
                challenge: row.get(4)?,
                subject: row.get(5)?,
                expires_at: row.get(6)?,
            })
        };
        Ok(statement
            .query_row(params![id, purpose.as_str(), now], read)
            .optional()?)
    }

    /// Marks a challenge as completed, so that it is not open any more.
    pub(crate) fn complete_challenge(self, id: &str) -> Result<(), StoreError> {
        let sql = "UPDATE challenge SET is_completed = 1 WHERE id = ?1";
        self.connection.prepare_cached(sql)?.execute([id])?;
        Ok(())
    }
}
