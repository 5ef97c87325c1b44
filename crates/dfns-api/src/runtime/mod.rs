//! What a call is made of: its request, who carries that out, and how its answer is read.
//!
//! Generated code says which values go where; all the rest is here, once for all calls.
//!
//! Invariant: a body is serialised once. What a transport signs, sends and sends again are the same bytes, shared.

mod answer;
mod call;
mod encode;
mod error;
mod form;
mod request;
mod transport;

pub use answer::{Answer, Change, Empty, Entity, Text};
pub use call::{Call, Client, Sending};
pub use error::{CallError, TransportError};
pub use form::Upload;
pub use request::{Content, Request};
pub use transport::{Response, Transport, TransportFuture};
