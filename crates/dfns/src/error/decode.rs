//! What is wrong with an answer that cannot be read.

use super::redact::redact;

/// What is wrong with an answer, and where. The answer itself is not kept: it may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct DecodeError {
    problem: String,
}

impl DecodeError {
    pub(crate) fn new(error: &serde_json::Error) -> Self {
        // serde quotes the offending value.
        Self {
            problem: redact(&error.to_string(), 300),
        }
    }

    pub(crate) fn because(problem: &str) -> Self {
        Self {
            problem: problem.to_owned(),
        }
    }
}
