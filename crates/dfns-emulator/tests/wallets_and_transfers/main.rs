//! Wallets, and what moves between them on the emulated networks, through real HTTP.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test that called it")]

mod activation;
mod broadcasts;
mod bulk;
mod conservation;
mod coverage;
mod delegation;
mod kinds;
mod offers;
#[path = "../people/mod.rs"]
mod people;
mod scene;
#[path = "../support/mod.rs"]
mod support;
mod transactions;
mod transfers;
mod wallets;
