//! Registration: how an invited or delegated user gets their first credentials.
//!
//! `invited or created -> challenge issued (again and again) -> registered`.
//!
//! Invariant: a user registers once, with the temporary token of the session whose challenge was attested.

pub(super) mod challenge;
mod complete;

pub(super) use challenge::{create, create_delegated, resend_code, restart_delegated};
pub(super) use complete::{complete, complete_end_user};
