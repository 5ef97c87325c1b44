//! Which request of a call an error is about, and whether the call may have taken effect.

use std::fmt;

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
    /// Waiting for the end of something, by reading it again and again.
    Wait,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Call => "",
            Self::Challenge => " (asking for its user action challenge)",
            Self::Signature => " (handing in its user action signature)",
            Self::Wait => " (waiting for the end)",
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
