//! What can go wrong with a call, by what the caller can do about it.
//!
//! Invariant: no error holds a token, a key or a body; `Display` never repeats what `source` says.

mod decode;
mod redact;
mod refusal;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

pub use decode::DecodeError;
pub use refusal::{Details, Refusal};

use crate::engine::is_timeout;
use crate::signer::SignerError;

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error below ours, kept for [`Error::report`]. Its type is no part of the interface.
pub type Cause = Arc<dyn StdError + Send + Sync>;

/// Why a call has no result.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting of the client is wrong. Nothing was sent.
    #[error("{field}: {problem}")]
    Config {
        /// The setting, as the builder calls it.
        field: &'static str,
        /// What is wrong with it, and what is expected.
        problem: String,
    },
    /// The operation needs a token and the client has none. Nothing was sent.
    #[error("{operation} needs a token, and the client has none: set one with `auth_token`")]
    TokenMissing {
        /// The operation id.
        operation: &'static str,
    },
    /// The operation needs a user action signature and the client has no signer. Nothing was sent.
    #[error("{operation} needs a user action signature, and the client has no signer: set one with `signer`")]
    SignerMissing {
        /// The operation id.
        operation: &'static str,
    },
    /// The signer did not answer the challenge. The request itself was not sent.
    #[error("{operation}: the user action was not signed")]
    Signer {
        /// The operation id.
        operation: &'static str,
        /// What the signer says.
        source: SignerError,
    },
    /// The request cannot be made of these arguments. Nothing was sent.
    #[error("{operation}: {problem}")]
    Request {
        /// The operation id.
        operation: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The API answered and refused. Carries the server's own words and the request id.
    #[error("{operation}{step}: {refusal}")]
    Refused {
        /// The operation id of the call, also if one of the steps of its user action was refused.
        operation: &'static str,
        /// What was refused.
        step: Step,
        /// The answer.
        refusal: Box<Refusal>,
    },
    /// No answer arrived. `sent` tells whether the request may have taken effect.
    #[error("{operation}{step}: no answer; {sent}")]
    Transport {
        /// The operation id of the call.
        operation: &'static str,
        /// What remained without an answer.
        step: Step,
        /// Whether the request of the call may have reached the server.
        sent: Sent,
        /// What happened to the connection.
        source: Cause,
    },
    /// The API accepted, but this release cannot read its answer. At [`Step::Call`] the call took effect.
    #[error("{operation}{step}: accepted, but the answer cannot be read")]
    Decode {
        /// The operation id of the call.
        operation: &'static str,
        /// Whose answer it is.
        step: Step,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// The API accepted with a status that this release does not know for the operation. The call took effect in part
    /// or in whole: 202 means that a policy holds it back until it is approved.
    #[error("{operation}: accepted with status {status}, which this release does not expect")]
    UnexpectedStatus {
        /// The operation id.
        operation: &'static str,
        /// The HTTP status, from 200 to 299.
        status: u16,
    },
    /// A list gave a page token for the second time: it would go on for ever. All items before it were delivered.
    #[error("{operation}: a page token came back after {pages} pages")]
    PageLoop {
        /// The operation id.
        operation: &'static str,
        /// How many pages were read.
        pages: usize,
    },
}

/// Which of the requests of one call an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The call itself.
    Call,
    /// Asking for the challenge of its user action, `POST /auth/action/init`.
    Challenge,
    /// Handing in the signed challenge, `POST /auth/action`.
    Signature,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Call => "",
            Self::Challenge => " (asking for its user action challenge)",
            Self::Signature => " (handing in its user action signature)",
        })
    }
}

/// Whether a request without an answer may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    /// It did not reach the server: calling again is safe.
    No,
    /// It may have reached the server: look before calling again.
    Maybe,
}

impl fmt::Display for Sent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::No => "the request was not sent",
            Self::Maybe => "the request may have taken effect",
        })
    }
}

impl Error {
    /// The id of the operation that was called; `None` for a wrong setting.
    pub fn operation(&self) -> Option<&'static str> {
        match self {
            Self::Config { .. } => None,
            Self::TokenMissing { operation }
            | Self::SignerMissing { operation }
            | Self::Signer { operation, .. }
            | Self::Request { operation, .. }
            | Self::Refused { operation, .. }
            | Self::Transport { operation, .. }
            | Self::Decode { operation, .. }
            | Self::UnexpectedStatus { operation, .. }
            | Self::PageLoop { operation, .. } => Some(operation),
        }
    }

    /// The API's answer, if it refused.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            _ => None,
        }
    }

    /// True if the API refused with 404: there is no such entity, or it belongs to another organisation.
    pub fn is_not_found(&self) -> bool {
        self.refusal().is_some_and(Refusal::is_not_found)
    }

    /// True if the API refused with 409, for example because an `externalId` is in use.
    pub fn is_conflict(&self) -> bool {
        self.refusal().is_some_and(Refusal::is_conflict)
    }

    /// True if the API refused with 401: the token is missing, invalid, expired or revoked.
    pub fn is_unauthorized(&self) -> bool {
        self.refusal().is_some_and(Refusal::is_unauthorized)
    }

    /// True if the API refused with 429: too many requests.
    pub fn is_rate_limited(&self) -> bool {
        self.refusal().is_some_and(Refusal::is_rate_limited)
    }

    /// True if no answer arrived within the time limit.
    pub fn is_timeout(&self) -> bool {
        let Self::Transport { source, .. } = self else {
            return false;
        };
        is_timeout(source.as_ref())
    }

    /// The error and everything below it, in one line: what belongs into a log.
    pub fn report(&self) -> String {
        let mut report = self.to_string();
        let mut next = self.source();
        while let Some(error) = next {
            report.push_str(": ");
            report.push_str(&error.to_string());
            next = error.source();
        }
        report
    }
}
