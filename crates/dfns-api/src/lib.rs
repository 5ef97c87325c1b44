//! The low-level Dfns API client: one function per operation, generated with progenitor.
//!
//! It knows the API's paths, parameters and types, and nothing of addresses, tokens, signatures or retries: those belong
//! to the [`Transport`] that a [`Client`] is made with. Most programs want the crate `dfns`, which brings one.

#[rustfmt::skip]
#[allow(
    clippy::pedantic,
    clippy::all,
    reason = "generated code follows the specification and progenitor, whose shapes are not ours to choose"
)]
mod generated;
mod runtime;

pub use bytes::Bytes;
pub use http;
pub use runtime::{
    Answer, Call, CallError, Change, Client, Content, Empty, Entity, Request, Response, Sending, Text, Transport,
    TransportError, TransportFuture, Upload,
};
