//! The types of the Dfns API: requests, responses, ids, enums and unions that stay open, and the table of operations.
//!
//! There is no HTTP in this crate. Everything under [`generated`](self) comes from `spec/` by `cargo xtask codegen`;
//! the small types that it is built from are written by hand and live beside it.
//!
//! Invariant: a value that the API adds after this release never fails a response. It decodes, prints, and goes back
//! out unchanged.

#[macro_use]
mod object;
#[macro_use]
mod open_enum;
#[macro_use]
mod id;

mod amount;
#[rustfmt::skip]
#[allow(
    clippy::pedantic,
    clippy::large_enum_variant,
    clippy::too_many_arguments,
    clippy::new_without_default,
    reason = "generated code follows the specification, whose shapes are not ours to choose"
)]
mod generated;
mod hex;
pub mod limits;
pub mod network;
mod number_or_text;
mod open_union;
pub mod operation;
mod patch;
mod progress;
mod quantity;
mod raw_payload;
mod secret;
mod timestamp;

pub use generated::*;

pub use amount::{Amount, AmountError};
pub use hex::{Hex, HexError};
pub use id::IdError;
pub use number_or_text::NumberOrText;
pub use open_enum::UnknownValue;
pub use open_union::UnknownObject;
pub use patch::Patch;
pub use progress::{Progress, Tracked};
pub use quantity::EvmQuantity;
pub use raw_payload::RawPayload;
pub use secret::Secret;
pub use timestamp::{Timestamp, TimestampError};
