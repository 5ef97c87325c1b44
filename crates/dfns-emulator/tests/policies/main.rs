//! Policies, and what they do to transfers, transactions, signatures and changes, through real HTTP.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test that called it")]

mod actions;
mod approvals;
mod changes;
mod groups;
#[path = "../people/mod.rs"]
mod people;
mod policies;
mod rules;
#[path = "../wallets_and_transfers/scene.rs"]
#[expect(dead_code, reason = "every test file uses its own part of the scene")]
mod scene;
mod scenery;
mod screening;
#[path = "../support/mod.rs"]
mod support;
