// The root of every case: what the crates of the workspace have by hand beside their generated code.
//
// Generated code speaks of its own crate root, so each case is a crate of its own and includes this file there. The rooms
// are those of the real crates, except for the client, which needs the real specification: a small one stands in for it.

extern crate self as dfns_types;
use dfns_types as types;

#[macro_use]
#[path = "../../../crates/dfns-types/src/object.rs"]
mod object;
#[macro_use]
#[path = "../../../crates/dfns-types/src/open_enum.rs"]
mod open_enum;
#[macro_use]
#[path = "../../../crates/dfns-types/src/id.rs"]
mod id;
#[path = "../../../crates/dfns-types/src/amount.rs"]
mod amount;
#[path = "../../../crates/dfns-types/src/hex.rs"]
mod hex;
#[path = "../../../crates/dfns-types/src/limits/mod.rs"]
mod limits;
#[path = "../../../crates/dfns-types/src/open_union.rs"]
mod open_union;
#[path = "../../../crates/dfns-types/src/operation.rs"]
mod operation;
#[path = "../../../crates/dfns-types/src/patch.rs"]
mod patch;
#[path = "../../../crates/dfns-types/src/quantity.rs"]
mod quantity;
#[path = "../../../crates/dfns-types/src/secret.rs"]
mod secret;
#[path = "../../../crates/dfns-types/src/timestamp.rs"]
mod timestamp;

#[path = "../../../crates/dfns-api/src/runtime/mod.rs"]
mod runtime;
#[path = "../../../crates/dfns/src/upload.rs"]
mod upload;

#[path = "client.rs"]
#[expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "it serves tests, and generated code says what its methods look like"
)]
mod client;
#[path = "error.rs"]
mod error;
#[path = "options.rs"]
mod options;
#[path = "paging.rs"]
mod paging;

pub use amount::Amount;
pub use client::{CallFuture, Dfns, FirstFactorAssertion, PreparedAction, Recorder};
pub use error::{Error, Result};
pub use generated::*;
pub use hex::Hex;
pub use id::IdError;
pub use open_enum::UnknownValue;
pub use open_union::UnknownObject;
pub use options::CallOptions;
pub use paging::{ItemStream, Page, PageStream};
pub use patch::Patch;
pub use quantity::EvmQuantity;
pub use runtime::{Answer, Call, CallError, Change, Client, Content, Entity, Request, Response, Transport, TransportFuture, Upload};
pub use secret::Secret;
pub use timestamp::Timestamp;

/// The doors of the generated code, with the exceptions that the doors of the real crates make.
macro_rules! generated_code {
    ($types:literal, $api:literal, $dfns:literal) => {
        #[rustfmt::skip]
        #[path = $types]
        #[allow(
            clippy::pedantic,
            clippy::large_enum_variant,
            clippy::too_many_arguments,
            clippy::new_without_default,
            reason = "generated code follows the specification, whose shapes are not ours to choose"
        )]
        mod generated;
        #[rustfmt::skip]
        #[path = $api]
        #[allow(
            clippy::pedantic,
            clippy::all,
            reason = "generated code follows the specification and progenitor, whose shapes are not ours to choose"
        )]
        mod api;
        #[rustfmt::skip]
        #[path = $dfns]
        #[allow(
            clippy::pedantic,
            clippy::all,
            unused_imports,
            reason = "generated code follows the specification, whose shapes are not ours to choose"
        )]
        mod calls;
    };
}
