//! User action signing: proof that a credential holder approved exactly one request.
//!
//! `challenge` answers the first call (what is to be signed), `complete` the second (the signature, for a token),
//! `check` stands in front of every signed operation.
//!
//! Invariant: a token opens one request of the caller who signed it, with the method, path and body that were
//! declared, once, and for five minutes.

pub(crate) mod canonical;
pub(crate) mod challenge;
pub(crate) mod check;
pub(crate) mod complete;
mod path;
mod sealing;

pub(crate) use sealing::Sealing;

/// The operations of the two calls, which say more about a caller who is gone.
pub(crate) const SIGNING_OPERATIONS: [&str; 2] = ["createUserActionChallenge", "createUserActionSignature"];

/// Refused when the challenge is unknown, expired, completed, or of another caller or flow.
pub(crate) const CHALLENGE_NOT_VALID: &str = "Challenge token is not valid.";
/// Refused when the caller has no credential that would do, or the one that signed is none of them.
pub(crate) const NO_CREDENTIAL: &str = "User does not have a credential that can be used for the application.";
