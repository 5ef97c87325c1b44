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
        let sql = "INSERT INTO challenge (id, purpose, org, user_id, token_id, challenge, subject, expires_at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
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
                   WHERE id = ?1 AND purpose = ?2 AND expires_at > ?3";
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

    /// Forgets the challenges that have expired by `now` (milliseconds since 1970): nothing can come of them any more.
    pub(crate) fn drop_expired_challenges(self, now: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM challenge WHERE expires_at <= ?1";
        self.connection.prepare_cached(sql)?.execute([now])?;
        Ok(())
    }

    /// Takes every challenge of a user away, whatever it is for.
    pub(crate) fn drop_challenges_of(self, user_id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM challenge WHERE user_id = ?1";
        self.connection.prepare_cached(sql)?.execute([user_id])?;
        Ok(())
    }

    /// Takes a challenge away that was completed, so that it is not open any more.
    pub(crate) fn complete_challenge(self, id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM challenge WHERE id = ?1";
        self.connection.prepare_cached(sql)?.execute([id])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Database;
    use super::*;

    fn challenge(id: &str, expires_at: i64) -> Challenge {
        Challenge {
            id: id.to_owned(),
            org: "or-1".to_owned(),
            user_id: "us-1".to_owned(),
            token_id: None,
            challenge: "text".to_owned(),
            subject: "{}".to_owned(),
            expires_at,
        }
    }

    #[test]
    fn what_has_expired_or_is_completed_is_forgotten_and_the_rest_stays_open() {
        let database = Database::in_memory().unwrap();
        let done: Result<(), StoreError> = database.transaction(|store| {
            for (id, expires_at) in [("a", 10), ("b", 20), ("c", 30), ("d", 40)] {
                store.insert_challenge(ChallengePurpose::Login, &challenge(id, expires_at))?;
            }
            store.drop_expired_challenges(20)?;
            store.complete_challenge("c")?;
            let kept: i64 = store
                .connection
                .query_row("SELECT count(*) FROM challenge", [], |row| row.get(0))?;
            assert_eq!(kept, 1);
            let open = store.open_challenge(ChallengePurpose::Login, "d", 20)?;
            assert_eq!(open, Some(challenge("d", 40)));
            Ok(())
        });
        done.unwrap();
    }
}
