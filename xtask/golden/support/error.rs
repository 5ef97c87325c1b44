//! The error of the small client.

/// A call failed, as the low-level client says it.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {problem}")]
pub struct Error {
    /// The operation.
    pub operation: &'static str,
    /// What went wrong.
    pub problem: String,
}

/// What a call comes to.
pub type Result<T, E = Error> = std::result::Result<T, E>;
