//! Access tokens of every kind: sessions, personal access tokens, service accounts, registrations in progress.

use rusqlite::params;

use super::{Store, StoreError};

/// What kind of access token it is; the `tokenKind` of its claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A user who has logged in.
    Token,
    /// A personal access token.
    Pat,
    /// The token of a service account.
    ServiceAccount,
    /// A registration in progress.
    Temp,
    /// A recovery in progress.
    Recovery,
    /// The token of an application on a server, which calls send beside that of their user.
    Application,
}

impl TokenKind {
    const ALL: [Self; 6] = [
        Self::Token,
        Self::Pat,
        Self::ServiceAccount,
        Self::Temp,
        Self::Recovery,
        Self::Application,
    ];

    /// The name of the kind in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "Token",
            Self::Pat => "Pat",
            Self::ServiceAccount => "ServiceAccount",
            Self::Temp => "Temp",
            Self::Recovery => "Recovery",
            Self::Application => "Application",
        }
    }

    fn read(text: &str) -> rusqlite::Result<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(rusqlite::Error::InvalidQuery)
    }
}

/// An access token. The text of the token itself is never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessTokenRecord {
    pub(crate) id: String,
    pub(crate) kind: TokenKind,
    pub(crate) org: String,
    /// Whose token it is; of an application's, the application.
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) is_active: bool,
    pub(crate) is_archived: bool,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
}

const COLUMNS: &str = "id, kind, org, user_id, name, external_id, is_active, is_archived, created_at, expires_at";

impl Store<'_> {
    /// Keeps a new token.
    pub(crate) fn insert_token(self, token: &AccessTokenRecord) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO access_token ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        let AccessTokenRecord {
            id,
            kind,
            org,
            user_id,
            name,
            external_id,
            ..
        } = token;
        let AccessTokenRecord {
            is_active,
            is_archived,
            created_at,
            expires_at,
            ..
        } = token;
        let kind = kind.as_str();
        self.connection.prepare_cached(&sql)?.execute(params![
            id,
            kind,
            org,
            user_id,
            name,
            external_id,
            is_active,
            is_archived,
            created_at,
            expires_at
        ])?;
        Ok(())
    }

    /// The token with this id.
    pub(crate) fn token(self, id: &str) -> Result<Option<AccessTokenRecord>, StoreError> {
        Ok(self.tokens_where("id = ?1", id)?.pop())
    }

    /// The tokens of a user that are not deleted, oldest first.
    pub(crate) fn tokens_of(self, user_id: &str) -> Result<Vec<AccessTokenRecord>, StoreError> {
        self.tokens_where("user_id = ?1 AND is_archived = 0", user_id)
    }

    fn tokens_where(self, condition: &str, value: &str) -> Result<Vec<AccessTokenRecord>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM access_token WHERE {condition} ORDER BY seq");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let tokens = statement.query_map([value], |row| {
            Ok(AccessTokenRecord {
                id: row.get(0)?,
                kind: TokenKind::read(row.get_ref(1)?.as_str()?)?,
                org: row.get(2)?,
                user_id: row.get(3)?,
                name: row.get(4)?,
                external_id: row.get(5)?,
                is_active: row.get(6)?,
                is_archived: row.get(7)?,
                created_at: row.get(8)?,
                expires_at: row.get(9)?,
            })
        })?;
        Ok(tokens.collect::<Result<_, _>>()?)
    }

    /// Changes name, external id and state of a token.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if there is none.
    pub(crate) fn update_token(self, token: &AccessTokenRecord) -> Result<(), StoreError> {
        let sql = "UPDATE access_token SET name = ?2, external_id = ?3, is_active = ?4, is_archived = ?5 WHERE id = ?1";
        let AccessTokenRecord {
            id,
            name,
            external_id,
            is_active,
            is_archived,
            ..
        } = token;
        let mut statement = self.connection.prepare_cached(sql)?;
        match statement.execute(params![id, name, external_id, is_active, is_archived])? {
            0 => Err(StoreError::Absent {
                kind: "access token",
                id: id.clone(),
            }),
            _ => Ok(()),
        }
    }
}
