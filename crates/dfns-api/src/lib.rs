//! The low-level Dfns API client that progenitor generates: one function per operation.

mod transport;

pub use progenitor_client::{ByteStream, Error, ResponseValue};
pub use transport::{Failure, Transport, TransportFuture};
