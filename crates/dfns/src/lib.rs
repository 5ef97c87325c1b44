//! The Dfns API client.

mod action;
mod base_url;
mod builder;
mod client;
mod config;
mod error;
#[rustfmt::skip]
#[allow(
    clippy::pedantic,
    clippy::too_many_arguments,
    unused_imports,
    reason = "generated code follows the specification, whose shapes are not ours to choose"
)]
mod generated;
mod paging;
mod signer;
mod tls;
mod transport;
mod wire;

/// Groups of calls and the calls themselves, as [`Dfns`] makes them.
pub mod calls {
    pub use crate::generated::*;
}

pub use builder::DfnsBuilder;
pub use client::Dfns;
pub use dfns_types as types;
pub use dfns_types::Secret;
pub use error::{Cause, DecodeError, Details, Error, Refusal, Result, Sent, Step};
pub use paging::{ItemStream, Page};
pub use signer::{KeyError, KeySigner, Signer, SignerError, SignerFuture};
