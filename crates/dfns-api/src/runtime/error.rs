//! Why a low-level call has no result.
//!
//! Invariant: neither `Debug` nor `Display` shows the body of an answer, which may hold secrets.

use std::error::Error as StdError;
use std::fmt;

use dfns_types::ApiError;

use super::Response;

/// The error of a [`Transport`](super::Transport), of whatever type.
pub type TransportError = Box<dyn StdError + Send + Sync>;

/// Why a low-level call has no result, with the id of its operation.
#[non_exhaustive]
pub enum CallError {
    /// The request cannot be made with this argument. Nothing was sent.
    Argument {
        /// The operation id.
        operation: &'static str,
        /// The argument: a parameter as the API calls it, or `body`.
        argument: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// There is no answer; the transport says why.
    Transport {
        /// The operation id.
        operation: &'static str,
        /// The transport's own error.
        source: TransportError,
    },
    /// The API answered with a status from 400 to 599. [`CallError::refusal`] reads its words.
    Refused {
        /// The operation id.
        operation: &'static str,
        /// The answer.
        response: Box<Response>,
    },
    /// The API answered with another status than the operation succeeds with. 202 means that a policy holds the request
    /// back until it is approved.
    UnexpectedStatus {
        /// The operation id.
        operation: &'static str,
        /// The answer.
        response: Box<Response>,
    },
    /// The API accepted, but this release cannot read its answer.
    Decode {
        /// The operation id.
        operation: &'static str,
        /// What is wrong with the answer, and where.
        source: serde_json::Error,
    },
}

impl CallError {
    /// The id of the operation that was called.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Argument { operation, .. }
            | Self::Transport { operation, .. }
            | Self::Refused { operation, .. }
            | Self::UnexpectedStatus { operation, .. }
            | Self::Decode { operation, .. } => operation,
        }
    }

    /// What the API says about its refusal; `None` unless it refused, and did so in the documented form.
    #[inline]
    pub fn refusal(&self) -> Option<ApiError> {
        match self {
            Self::Refused { response, .. } => serde_json::from_slice(response.body()).ok(),
            _ => None,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument {
                operation,
                argument,
                problem,
            } => write!(formatter, "{operation}: {argument}: {problem}"),
            Self::Transport { operation, .. } => write!(formatter, "{operation}: no answer"),
            Self::Refused { operation, response } => {
                write!(
                    formatter,
                    "{operation}: refused with status {}",
                    response.status().as_u16()
                )
            }
            Self::UnexpectedStatus { operation, response } => {
                let status = response.status().as_u16();
                write!(
                    formatter,
                    "{operation}: answered with status {status}, which is not expected"
                )
            }
            Self::Decode { operation, .. } => write!(formatter, "{operation}: accepted, but the answer cannot be read"),
        }
    }
}

impl fmt::Debug for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CallError({self}")?;
        if let Some(source) = self.source() {
            write!(formatter, ": {source:?}")?;
        }
        formatter.write_str(")")
    }
}

impl StdError for CallError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Transport { source, .. } => Some(source.as_ref()),
            Self::Decode { source, .. } => Some(source),
            _ => None,
        }
    }
}
