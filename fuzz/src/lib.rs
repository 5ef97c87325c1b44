//! What is fuzzed: everything that the client reads and did not write. One function for each target in `fuzz_targets/`,
//! which `cargo test` calls as well, so that they hold without a nightly toolchain.
//!
//! Each takes any bytes, and panics if the client does, or if the client takes what it should refuse. Nothing here opens a
//! socket or asks for the time.

mod action;
mod answer;
mod challenge;
mod key;
mod offline;
mod webhook;

pub use action::action;
pub use answer::answer;
pub use challenge::challenge;
pub use key::key;
pub use webhook::webhook;
