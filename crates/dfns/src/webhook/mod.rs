//! Receives webhooks: checks that a delivery comes from the API, reads it, and tells it from one that came before.
//!
//! ```
//! use dfns::Secret;
//! use dfns::webhook::{self, Event};
//!
//! # fn main() -> Result<(), webhook::Error> {
//! # let secret = Secret::new("whs-secret");
//! # let body = br#"{"id":"whe-1","kind":"wallet.sold","date":"2026-01-02T03:04:05.000Z","timestampSent":1767323045,
//! #     "deliveryAttempt":1,"data":{}}"#;
//! # let mut headers = http::HeaderMap::new();
//! # headers.insert(webhook::SIGNATURE_HEADER, webhook::sign(&secret, body).parse().unwrap());
//! # let now = dfns::types::Timestamp::from_unix_millis(1_767_323_045_000).unwrap();
//! let delivery = webhook::verify(&secret, &headers, body, now)?;
//! match delivery.event {
//!     Event::WalletTransferConfirmed(event) => println!("{} is through", event.data.transfer_request.id),
//!     Event::Unknown(event) => println!("{} is news to this release", event.kind()),
//!     _ => {}
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What is signed are the bytes of the body as they came: hand them over before anything has parsed them. The guide in
//! `docs/webhooks.md` has a whole server; with the feature `axum` there is an extractor.
//!
//! All functions are inline, and so compiled where they are called: the events are every type of the API, and whoever receives
//! none need not compile how they are read.
//!
//! Invariant: nothing of a body is read before its signature is checked, and the signature is compared in constant time.

#[cfg(feature = "axum")]
mod axum;
mod delivery;
mod error;
mod locate;
mod seen;
mod signature;
mod verifier;

#[cfg(feature = "axum")]
pub use axum::{Rejection, Verified};
pub use delivery::{Delivery, verify, verify_signature};
pub use dfns_types::WebhookDelivery as Event;
pub use error::Error;
pub use seen::RecentDeliveries;
pub use signature::{SIGNATURE_HEADER, sign};
pub use verifier::Verifier;

/// How far apart the time at which a delivery was sent and the time at which it is checked may be: less than this.
pub const WINDOW: std::time::Duration = std::time::Duration::from_secs(300);
