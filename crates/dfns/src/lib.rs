//! The Dfns API client.

mod action;
mod base_url;
mod builder;
mod client;
mod config;
mod error;
mod paging;
#[doc(hidden)]
pub mod pending;
mod signer;
mod tls;
mod transport;
mod wire;

pub use builder::DfnsBuilder;
pub use client::Dfns;
pub use dfns_types as types;
pub use dfns_types::Secret;
pub use error::{Cause, DecodeError, Details, Error, Refusal, Result, Sent, Step};
pub use paging::{ItemStream, Page};
pub use signer::{KeyError, KeySigner, Signer, SignerError, SignerFuture};
