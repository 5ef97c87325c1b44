//! What the stories share: a world with an emulator and a client in it, people with keys, and proxies between the two.
//!
//! Invariant: a story talks to the API through the client and real HTTP, as a user's program does; what only a test can
//! do (fund a wallet, move the clock) goes through the emulator's admin endpoints.

mod browser;
mod meddler;
mod person;
mod proxy;
mod receiver;
mod recorder;
mod shown;
mod tamperer;
mod world;

pub use browser::{Browser, VirtualPasskey};
pub use meddler::Meddler;
pub use person::Person;
pub use receiver::{Posted, Receiver};
pub use recorder::{Exchange, Recorder};
pub use shown::shown;
pub use tamperer::{Fate, Tamperer, Underway};
pub use world::{BLOCK, World};
