//! From the bearer token of a request to the one who sent it.

use dfns_types::Timestamp;
use dfns_types::operation::{Authentication, Principal};

use super::tokens::{Audience, TokenKey};
use crate::server::{Call, Refusal};
use crate::store::{ApplicationRecord, Store, StoreError, TokenKind, UserKind, UserRecord};

/// The one who sent a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The user or service account. Behind a temporary token: the one who is registering or recovering.
    pub(crate) user: UserRecord,
    /// The token that was sent.
    pub(crate) token_id: String,
    /// What kind of token that is.
    pub(crate) token_kind: TokenKind,
    /// The application that the request names, if it is one of the organisation.
    pub(crate) application: Option<ApplicationRecord>,
}

impl Caller {
    /// The organisation of the caller.
    pub(crate) fn org(&self) -> &str {
        &self.user.org
    }

    /// The id of the user or service account.
    pub(crate) fn user_id(&self) -> &str {
        &self.user.id
    }

    /// What the caller is in the eyes of an operation; `None` behind a temporary token.
    pub(crate) fn principal(&self) -> Option<Principal> {
        match (self.token_kind, self.user.kind) {
            (TokenKind::Token, UserKind::CustomerEmployee) => Some(Principal::Employee),
            (TokenKind::Token, UserKind::EndUser) => Some(Principal::EndUser),
            (TokenKind::Pat, _) => Some(Principal::PersonalAccessToken),
            (TokenKind::ServiceAccount, _) => Some(Principal::ServiceAccount),
            (TokenKind::Temp | TokenKind::Recovery | TokenKind::Application, _) => None,
        }
    }

    /// How messages name the caller.
    pub(crate) fn describe(&self) -> String {
        format!("{} {}", self.user.kind.as_str(), self.user.id)
    }
}

/// Why a bearer token does not lead to a caller.
#[derive(Debug)]
pub(crate) enum Stranger {
    /// There is no token, or it is not good (any more).
    Invalid,
    /// The token is good, but its user is gone.
    UnknownUser,
    /// The token is good, but its user was deactivated.
    Deactivated,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Stranger {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Stranger {
    /// The refusal of an ordinary operation.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::Invalid | Self::UnknownUser | Self::Deactivated => {
                Refusal::unauthorized("user token is missing or invalid")
            }
            Self::Store(error) => error.into(),
        }
    }

    /// The refusal of the two calls that sign a user action, which tell more.
    pub(crate) fn signing_refusal(self) -> Refusal {
        match self {
            Self::UnknownUser => Refusal::unauthorized("User not found"),
            Self::Deactivated => Refusal::invalid("User account has been deactivated."),
            Self::Invalid | Self::Store(_) => self.refusal(),
        }
    }
}

/// Finds the caller behind a request.
pub(crate) fn identify(
    call: &Call,
    authentication: Authentication,
    key: &TokenKey,
    store: Store<'_>,
    now: Timestamp,
) -> Result<Caller, Stranger> {
    let token = call
        .sole_header("authorization")
        .and_then(bearer)
        .ok_or(Stranger::Invalid)?;
    let claims = key.verify(token, Audience::Access, now).ok_or(Stranger::Invalid)?;
    let token = store.token(&claims.jti)?.ok_or(Stranger::Invalid)?;
    let is_temporary = matches!(token.kind, TokenKind::Temp | TokenKind::Recovery);
    let is_expired = token.expires_at <= now.unix_millis();
    // An application has no calls of its own: its token goes beside that of a user.
    if token.kind == TokenKind::Application {
        return Err(Stranger::Invalid);
    }
    if is_temporary != (authentication == Authentication::TemporaryToken) || token.is_archived || is_expired {
        return Err(Stranger::Invalid);
    }
    let user: UserRecord = store.get(&token.org, &token.user_id)?.ok_or(Stranger::UnknownUser)?;
    if user.is_archived {
        return Err(Stranger::UnknownUser);
    }
    if !user.is_active {
        return Err(Stranger::Deactivated);
    }
    if !token.is_active {
        return Err(Stranger::Invalid);
    }
    Ok(Caller {
        user,
        token_id: token.id,
        token_kind: token.kind,
        application: None,
    })
}

/// The token of an `Authorization` header; the scheme is case-insensitive, as HTTP says.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bearer_scheme_carries_a_token() {
        assert_eq!(bearer("Bearer a.b.c"), Some("a.b.c"));
        assert_eq!(bearer("bearer  a.b.c"), Some("a.b.c"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("a.b.c"), None);
    }
}
