//! What can go wrong with a call, by what the caller can do about it.
//!
//! Invariant: no error holds a token, a key or a body; `Display` never repeats what `source` says.

mod decode;
mod last;
mod path;
mod redact;
mod refusal;
mod retry_after;
mod step;

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

pub use decode::DecodeError;
pub use last::LastState;
pub use refusal::{Details, Duplicate, Refusal};
pub use step::{Sent, Step};

use dfns_types::ApprovalId;

use crate::signer::SignerError;

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error below ours, kept for [`Error::report`]. Its type is no part of the interface.
pub type Cause = Arc<dyn StdError + Send + Sync>;

/// Why a call has no result. Each variant is something that a caller can do.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting of the client is wrong, or one that the operation needs is missing. Nothing was sent: set it right.
    #[error("{field}: {problem}")]
    Config {
        /// The setting, as the builder calls it.
        field: &'static str,
        /// What is wrong with it, and what is expected.
        problem: String,
        /// The operation that needs the setting; `None` while a client is built.
        operation: Option<&'static str>,
    },
    /// An argument of the call is wrong. Nothing was sent: call with another one.
    #[error("{operation}: {argument}: {problem}")]
    Argument {
        /// The operation id.
        operation: &'static str,
        /// The argument: a parameter, or the path of a field in the body, such as `to` or `travelRule.name`.
        argument: String,
        /// What is wrong with it, and what is expected.
        problem: String,
    },
    /// The call that is to be completed is not the one that was begun: what the user approved is another request. Nothing
    /// was sent: complete the same call, or begin this one.
    #[error("{operation}: its {part} is not what was begun and approved")]
    ActionChanged {
        /// The operation id of the call that was to be completed.
        operation: &'static str,
        /// What differs: `operation`, `path` or `body`.
        part: &'static str,
    },
    /// The signer did not answer the challenge. The request of the call was not sent: look at the signer and its credential.
    #[error("{operation}: the user action was not signed")]
    Signer {
        /// The operation id.
        operation: &'static str,
        /// What the signer says.
        source: SignerError,
    },
    /// The API answered and refused. Carries the server's own words and the request id: the same call will be refused
    /// again, unless the status is 500 or above.
    #[error("{operation}{step}: {refusal}")]
    Refused {
        /// The operation id of the call, also if one of the steps of its user action was refused.
        operation: &'static str,
        /// What was refused.
        step: Step,
        /// The answer.
        refusal: Box<Refusal>,
    },
    /// The API answered 429, and did so until no further attempt was allowed. Nothing took effect: call later, or less.
    #[error("{operation}{step}: {refusal}")]
    RateLimited {
        /// The operation id of the call.
        operation: &'static str,
        /// What was refused.
        step: Step,
        /// How long the API wants to be left alone, if it says so.
        retry_after: Option<Duration>,
        /// The answer.
        refusal: Box<Refusal>,
    },
    /// No whole answer arrived. `sent` tells whether the call may have taken effect: if it may, look before calling again,
    /// or call again with the same [`external_id`](Error::external_id).
    #[error("{operation}{step}: no answer; {sent}")]
    Transport {
        /// The operation id of the call.
        operation: &'static str,
        /// What remained without an answer.
        step: Step,
        /// Whether the request of the call may have reached the server.
        sent: Sent,
        /// The `externalId` that the request carried, by which the API tells it from a new one.
        external_id: Option<Box<str>>,
        /// What happened to the connection.
        source: Cause,
    },
    /// A time limit passed: that of a request, of a whole call, or of waiting for something to end.
    #[error("{operation}{step}: not done within {limit:?}; {}", left_at(last.as_deref(), *sent))]
    TimedOut {
        /// The operation id of the call.
        operation: &'static str,
        /// What took too long.
        step: Step,
        /// The limit.
        limit: Duration,
        /// Whether the request of the call may have reached the server.
        sent: Sent,
        /// The `externalId` that the request carried, by which the API tells it from a new one.
        external_id: Option<Box<str>>,
        /// What was last seen of what was waited for; `None` if the limit was another one.
        last: Option<Box<LastState>>,
    },
    /// What was waited for came to nothing: `last` says why. Waiting longer does not help.
    #[error("{operation}: came to nothing: {last}")]
    Failed {
        /// The operation id of the read.
        operation: &'static str,
        /// What was last seen of it.
        last: Box<LastState>,
    },
    /// The API accepted, but this release cannot read its answer. At [`Step::Call`] the call took effect: do not repeat it.
    #[error("{operation}{step}: accepted, but the answer cannot be read")]
    Decode {
        /// The operation id of the call.
        operation: &'static str,
        /// Whose answer it is.
        step: Step,
        /// What is wrong with it, and where.
        source: DecodeError,
    },
    /// The API accepted, and a policy holds the call back until people have approved it: ask them. From
    /// [`Outcome::done`](crate::Outcome::done) alone.
    #[error("{operation}: a policy holds it back until {} is given", awaited(approval_id.as_ref()))]
    PendingApproval {
        /// The operation id.
        operation: &'static str,
        /// What people decide about, where the API says so.
        approval_id: Option<ApprovalId>,
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

fn left_at(last: Option<&LastState>, sent: Sent) -> String {
    last.map_or_else(|| sent.to_string(), |last| format!("last seen {last}"))
}

fn awaited(approval_id: Option<&ApprovalId>) -> String {
    approval_id.map_or_else(|| "an approval".to_owned(), |id| format!("the approval {id}"))
}

impl Error {
    /// A setting of a client to be.
    pub(crate) fn setting(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Config {
            field,
            problem: problem.into(),
            operation: None,
        }
    }

    /// A setting that an operation cannot do without.
    pub(crate) fn needs(operation: &'static str, field: &'static str, what: &str) -> Self {
        Self::Config {
            field,
            problem: format!("{operation} needs {what}, and the client has none"),
            operation: Some(operation),
        }
    }

    /// An argument that cannot be sent.
    pub(crate) fn argument(operation: &'static str, argument: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Argument {
            operation,
            argument: argument.into(),
            problem: problem.into(),
        }
    }

    /// An answer with a status other than 2xx.
    pub(crate) fn refused(operation: &'static str, step: Step, refusal: Refusal) -> Self {
        let refusal = Box::new(refusal);
        if refusal.is_rate_limited() {
            return Self::RateLimited {
                operation,
                step,
                retry_after: refusal.retry_after(),
                refusal,
            };
        }
        Self::Refused {
            operation,
            step,
            refusal,
        }
    }

    /// The id of the operation that was called; `None` for a wrong setting of a client to be.
    pub fn operation(&self) -> Option<&'static str> {
        match self {
            Self::Config { operation, .. } => *operation,
            Self::ActionChanged { operation, .. }
            | Self::Argument { operation, .. }
            | Self::Signer { operation, .. }
            | Self::Refused { operation, .. }
            | Self::RateLimited { operation, .. }
            | Self::Transport { operation, .. }
            | Self::TimedOut { operation, .. }
            | Self::Failed { operation, .. }
            | Self::Decode { operation, .. }
            | Self::PendingApproval { operation, .. }
            | Self::PageLoop { operation, .. } => Some(operation),
        }
    }

    /// The kind of the error in one word, for counting: `config`, `argument`, `action_changed`, `signer`,
    /// `refused`, `rate_limited`, `transport`, `timed_out`, `failed`, `decode`, `page_loop` or `pending_approval`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Config { .. } => "config",
            Self::Argument { .. } => "argument",
            Self::ActionChanged { .. } => "action_changed",
            Self::Signer { .. } => "signer",
            Self::Refused { .. } => "refused",
            Self::RateLimited { .. } => "rate_limited",
            Self::Transport { .. } => "transport",
            Self::TimedOut { .. } => "timed_out",
            Self::Failed { .. } => "failed",
            Self::Decode { .. } => "decode",
            Self::PageLoop { .. } => "page_loop",
            Self::PendingApproval { .. } => "pending_approval",
        }
    }

    /// The same error, if it leaves open what became of the request, with the external id that the request carried.
    pub(crate) fn with_external_id(mut self, id: &str) -> Self {
        match &mut self {
            Self::Transport { external_id, .. } | Self::TimedOut { external_id, .. } => *external_id = Some(id.into()),
            Self::Refused { refusal, .. } => refusal.set_external_id(id),
            _ => {}
        }
        self
    }

    /// The API's answer, if it refused.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } | Self::RateLimited { refusal, .. } => Some(refusal),
            _ => None,
        }
    }

    /// True if the API refused with 404: there is no such entity, or it belongs to another organisation.
    pub fn is_not_found(&self) -> bool {
        self.refusal().is_some_and(Refusal::is_not_found)
    }

    /// True if the API refused with 409, for example because an `externalId` is in use: [`Error::duplicate`] names by what.
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

    /// True if a time limit passed.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::TimedOut { .. })
    }

    /// What was last seen of what was waited for, if it came to nothing or took too long.
    pub fn last_state(&self) -> Option<&LastState> {
        match self {
            Self::TimedOut { last, .. } => last.as_deref(),
            Self::Failed { last, .. } => Some(last),
            _ => None,
        }
    }

    /// What a refused write is a duplicate of, from the details of a 409.
    pub fn duplicate(&self) -> Option<Duplicate<'_>> {
        self.refusal()?.duplicate()
    }

    /// Whether the call may have taken effect although it has no result: [`Sent::Maybe`] after an answer that was lost
    /// or cannot be read, while an approval is pending, or at a status of 500 and above; [`Sent::No`] after everything else.
    pub fn sent(&self) -> Sent {
        match self {
            Self::Transport { sent, .. } | Self::TimedOut { sent, .. } => *sent,
            Self::Decode { step: Step::Call, .. } | Self::PendingApproval { .. } => Sent::Maybe,
            Self::Refused {
                step: Step::Call,
                refusal,
                ..
            } if refusal.status() >= 500 => Sent::Maybe,
            _ => Sent::No,
        }
    }

    /// The `externalId` that the request carried, if it has no answer or was refused. Called again with the same arguments and this value, the
    /// operation takes effect once; without the value, perhaps twice. Also one that the client made up.
    pub fn external_id(&self) -> Option<&str> {
        match self {
            Self::Transport { external_id, .. } | Self::TimedOut { external_id, .. } => external_id.as_deref(),
            Self::Refused { refusal, .. } => refusal.external_id(),
            _ => None,
        }
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
