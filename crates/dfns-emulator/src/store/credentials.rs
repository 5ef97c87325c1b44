//! Credentials: the public halves of what users and tokens sign with.

use rusqlite::params;

use super::{Store, StoreError};

/// What kind of credential it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialKind {
    /// A WebAuthn authenticator.
    Fido2,
    /// A key pair that its holder keeps.
    Key,
    /// A key pair whose private half the server keeps, encrypted.
    PasswordProtectedKey,
    /// A key pair that can do nothing but recover an account.
    RecoveryKey,
}

impl CredentialKind {
    const ALL: [Self; 4] = [Self::Fido2, Self::Key, Self::PasswordProtectedKey, Self::RecoveryKey];

    /// The name of the kind in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Fido2 => "Fido2",
            Self::Key => "Key",
            Self::PasswordProtectedKey => "PasswordProtectedKey",
            Self::RecoveryKey => "RecoveryKey",
        }
    }

    fn read(text: &str) -> rusqlite::Result<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(rusqlite::Error::InvalidQuery)
    }
}

/// A credential of a user, or of one token of a user.
#[expect(
    clippy::struct_field_names,
    reason = "a credential has two ids, and the API calls this one `credentialId`"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    /// The server's id, `cr-…`.
    pub(crate) uuid: String,
    /// The id that assertions carry, chosen by the client; for tokens by the server.
    pub(crate) credential_id: String,
    pub(crate) org: String,
    pub(crate) user_id: String,
    /// The token that the credential belongs to; `None` for a user's own.
    pub(crate) token_id: Option<String>,
    pub(crate) kind: CredentialKind,
    pub(crate) name: String,
    /// PEM, as it was received; for Fido2 made from the COSE key.
    pub(crate) public_key: String,
    pub(crate) is_active: bool,
    /// Empty for key kinds.
    pub(crate) relying_party_id: String,
    /// Empty for key kinds.
    pub(crate) origin: String,
    pub(crate) encrypted_private_key: Option<String>,
    /// The signature counter of an authenticator at its last use.
    pub(crate) sign_count: u32,
    pub(crate) created_at: i64,
}

const COLUMNS: &str = "uuid, credential_id, org, user_id, token_id, kind, name, public_key, is_active, \
                       relying_party_id, origin, encrypted_private_key, sign_count, created_at";

impl Store<'_> {
    /// Keeps a new credential.
    pub(crate) fn insert_credential(self, credential: &Credential) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO credential ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        );
        self.connection.prepare_cached(&sql)?.execute(params![
            credential.uuid,
            credential.credential_id,
            credential.org,
            credential.user_id,
            credential.token_id,
            credential.kind.as_str(),
            credential.name,
            credential.public_key,
            credential.is_active,
            credential.relying_party_id,
            credential.origin,
            credential.encrypted_private_key,
            credential.sign_count,
            credential.created_at,
        ])?;
        Ok(())
    }

    /// The credential that assertions call by this id, archived or not: an id is never given twice.
    pub(crate) fn credential_by_credential_id(self, credential_id: &str) -> Result<Option<Credential>, StoreError> {
        Ok(self.credentials_where("credential_id = ?1", credential_id)?.pop())
    }

    /// The credential with this server id, `cr-…`, archived or not.
    pub(crate) fn credential(self, uuid: &str) -> Result<Option<Credential>, StoreError> {
        Ok(self.credentials_where("uuid = ?1", uuid)?.pop())
    }

    /// The credentials of a user's own that are not archived, oldest first.
    pub(crate) fn credentials_of_user(self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        self.credentials_where("user_id = ?1 AND token_id IS NULL AND is_archived = 0", user_id)
    }

    /// The credentials of a token that are not archived, oldest first.
    pub(crate) fn credentials_of_token(self, token_id: &str) -> Result<Vec<Credential>, StoreError> {
        self.credentials_where("token_id = ?1 AND is_archived = 0", token_id)
    }

    /// Puts all credentials of a user away, those of their tokens included. They are never active again.
    pub(crate) fn archive_credentials_of(self, user_id: &str) -> Result<(), StoreError> {
        let sql = "UPDATE credential SET is_active = 0, is_archived = 1 WHERE user_id = ?1";
        self.connection.prepare_cached(sql)?.execute([user_id])?;
        Ok(())
    }

    fn credentials_where(self, condition: &str, value: &str) -> Result<Vec<Credential>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM credential WHERE {condition} ORDER BY seq");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_map([value], read)?.collect::<Result<_, _>>()?)
    }

    /// Changes name, state and signature counter of a credential.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if there is none.
    pub(crate) fn update_credential(self, credential: &Credential) -> Result<(), StoreError> {
        let sql = "UPDATE credential SET name = ?2, is_active = ?3, sign_count = ?4 WHERE uuid = ?1";
        let Credential {
            uuid,
            name,
            is_active,
            sign_count,
            ..
        } = credential;
        match self
            .connection
            .prepare_cached(sql)?
            .execute(params![uuid, name, is_active, sign_count])?
        {
            0 => Err(StoreError::Absent {
                kind: "credential",
                id: uuid.clone(),
            }),
            _ => Ok(()),
        }
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Credential> {
    Ok(Credential {
        uuid: row.get(0)?,
        credential_id: row.get(1)?,
        org: row.get(2)?,
        user_id: row.get(3)?,
        token_id: row.get(4)?,
        kind: CredentialKind::read(row.get_ref(5)?.as_str()?)?,
        name: row.get(6)?,
        public_key: row.get(7)?,
        is_active: row.get(8)?,
        relying_party_id: row.get(9)?,
        origin: row.get(10)?,
        encrypted_private_key: row.get(11)?,
        sign_count: row.get(12)?,
        created_at: row.get(13)?,
    })
}
