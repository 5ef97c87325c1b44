//! Webhooks: their rooms, what they are told, and when they are told again.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod events;
mod faults;
mod receiver;
mod retries;
mod rooms;
mod scene;
#[path = "../support/mod.rs"]
mod support;
