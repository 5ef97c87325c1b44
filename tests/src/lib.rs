//! What the stories share: a world with an emulator and a client in it, and a recorder between the two.
//!
//! Invariant: a story talks to the API through the client and real HTTP, as a user's program does; what only a test can
//! do (fund a wallet, move the clock) goes through the emulator's admin endpoints.

mod recorder;
mod world;

pub use recorder::{Exchange, Recorder};
pub use world::World;
