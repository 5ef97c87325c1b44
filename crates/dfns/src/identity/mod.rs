//! The steps of registration, login and recovery that span several calls.
//!
//! Invariant: the temporary token of a registration or a recovery serves that one, and is never mixed up with the token
//! of the client.

mod login;
mod temporary;

pub use login::{LogIn, LoggedIn, Session};
