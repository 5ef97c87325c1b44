//! Networks with a node: what is sent to it, what is made of its answers, and what becomes of a request if it has none.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

#[path = "../support/mod.rs"]
mod support;

mod failures;
mod reading;
mod scene;
mod sending;
mod stub;
