//! Permissions: what they are, who may hand them out, and that every operation asks for its own.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test that called it")]

mod assignments;
mod changes;
mod enforcement;
mod escalation;
#[path = "../people/mod.rs"]
mod people;
mod permissions;
mod scene;
#[path = "../support/mod.rs"]
mod support;
