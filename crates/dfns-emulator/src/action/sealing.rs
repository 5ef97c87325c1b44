//! Answers that lack a token. Signing it takes long and needs nothing of the store: it is done when the turn of the
//! request is over.
//!
//! Invariant: what the token stands for is in the store by then.

use dfns_types::UserActionSignature;

use super::challenge;
use crate::auth::tokens::{Claims, TokenKey};
use crate::server::{Refusal, Reply};
use crate::store::{Challenge, Credential};

/// An answer without its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealing {
    claims: Claims,
    answer: Answer,
}

/// What the token goes into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A challenge, and the credentials that may complete it.
    Challenge(Challenge, Vec<Credential>),
    /// A user action, which is its token and nothing else.
    UserAction,
}

impl Sealing {
    pub(super) fn new(claims: Claims, answer: Answer) -> Self {
        Self { claims, answer }
    }

    /// The answer with its token.
    ///
    /// # Errors
    /// 500 if one of them cannot be written.
    pub(crate) fn finish(self, key: &TokenKey) -> Result<Reply, Refusal> {
        let token = key.sign(&self.claims).map_err(|error| Refusal::internal(&error))?;
        match self.answer {
            Answer::Challenge(challenge, credentials) => {
                Reply::json(&challenge::answer(&challenge, token, &credentials))
            }
            Answer::UserAction => Reply::json(&UserActionSignature::new(token)),
        }
    }
}
