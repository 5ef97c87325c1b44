//! Users, service accounts and applications.

use serde::{Deserialize, Serialize};

use super::{Document, Listing, Store, StoreError};

/// What kind of user somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum UserKind {
    /// A user of the organisation; service accounts are of this kind, too.
    CustomerEmployee,
    /// A user of the organisation's product, who reaches only what is delegated to them.
    EndUser,
}

impl UserKind {
    /// The name of the kind in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::CustomerEmployee => "CustomerEmployee",
            Self::EndUser => "EndUser",
        }
    }
}

/// A user or service account. What the API shows of it is made by `rooms::users`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the states of a user in the API are independent of each other"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UserRecord {
    pub(crate) id: String,
    pub(crate) org: String,
    pub(crate) kind: UserKind,
    /// The address by which a user logs in; the name of a service account.
    pub(crate) username: String,
    pub(crate) external_id: Option<String>,
    pub(crate) is_service_account: bool,
    pub(crate) is_sso_required: bool,
    /// True once the user has a credential.
    pub(crate) is_registered: bool,
    pub(crate) is_active: bool,
    /// True once deleted: shown when asked for by id, no longer listed, never active again.
    pub(crate) is_archived: bool,
    pub(crate) created_at: i64,
}

impl Document for UserRecord {
    const KIND: &'static str = "user";

    fn id(&self) -> &str {
        &self.id
    }
}

/// What kind of application it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ApplicationKind {
    /// In the hands of its users.
    ClientSideApplication,
    /// On a server, with a token of its own.
    ServerSideApplication,
}

impl ApplicationKind {
    /// The name of the kind in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSideApplication => "ClientSideApplication",
            Self::ServerSideApplication => "ServerSideApplication",
        }
    }
}

/// A program through which users call the API, as older clients name one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ApplicationRecord {
    pub(crate) id: String,
    pub(crate) org: String,
    pub(crate) kind: ApplicationKind,
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
    /// The relying party and the origin that its users sign for.
    pub(crate) relying_party_id: String,
    pub(crate) origin: String,
    pub(crate) is_active: bool,
    /// True once archived: shown when asked for by id, no longer listed, never active again.
    pub(crate) is_archived: bool,
}

impl Document for ApplicationRecord {
    const KIND: &'static str = "application";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Store<'_> {
    /// The user of an organisation, other than service accounts, who logs in by this name and is not deleted.
    pub(crate) fn user_named(self, org: &str, username: &str) -> Result<Option<UserRecord>, StoreError> {
        let users = self.all::<UserRecord>(Listing {
            org,
            parent: None,
            owner: None,
        })?;
        let is_meant = |user: &UserRecord| {
            !user.is_service_account && !user.is_archived && user.username.eq_ignore_ascii_case(username)
        };
        Ok(users.into_iter().find(is_meant))
    }
}
