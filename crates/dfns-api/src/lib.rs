//! The low-level Dfns API client that progenitor generates: one function per operation.
//!
//! It knows the API's paths, parameters and types, and nothing of tokens, signatures or retries: those belong to the
//! [`Transport`] that a [`Client`] is made with. Most programs want the crate `dfns`, which brings one.

mod change;
#[rustfmt::skip]
#[allow(
    clippy::pedantic,
    clippy::all,
    reason = "generated code follows the specification and progenitor, whose shapes are not ours to choose"
)]
mod generated;
mod hooks;
mod transport;

pub use change::Change;
pub use generated::Client;
pub use progenitor_client::{ByteStream, Error, ResponseValue};
pub use transport::{Failure, Transport, TransportFuture};
