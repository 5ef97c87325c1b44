//! What sends a request and waits for its whole answer: the built-in engine, or a `reqwest::Client` of the application's
//! own.
//!
//! Requests and answers are those of the crate `http`, with bodies in one piece: an answer is JSON, of which nothing can be
//! read before its end.
//!
//! Invariant: a request that may have reached the server is never sent again.

mod answer;
#[cfg(not(target_arch = "wasm32"))]
mod builtin;
#[cfg(not(target_arch = "wasm32"))]
mod connect;
#[cfg(not(target_arch = "wasm32"))]
mod deadline;
#[cfg(not(target_arch = "wasm32"))]
mod idle;
#[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
mod own;
#[cfg(not(target_arch = "wasm32"))]
mod proxy;
#[cfg(not(target_arch = "wasm32"))]
mod tls;
mod unanswered;

use std::time::Duration;

use bytes::Bytes;
use dfns_api::Response;
use http::Request;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use builtin::Builtin;
#[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
pub(crate) use own::Own;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use proxy::ProxyChoice;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use tls::RootCertificates;
pub(crate) use unanswered::{Unanswered, is_lasting, is_timeout, too_long};

/// What bounds one request and its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// From connecting to the last byte of the answer.
    pub(crate) timeout: Duration,
    /// How many bytes the body of an answer may have. Of a refusal only the beginning is read, whatever this is.
    pub(crate) answer: usize,
}

/// Who sends. Cheap to clone; clones share one pool of connections.
#[derive(Clone)]
pub(crate) enum Engine {
    /// Ours.
    #[cfg(not(target_arch = "wasm32"))]
    Builtin(Builtin),
    /// The application's, with its own proxy, TLS and pool; in a browser the one that there is, over `fetch`.
    #[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
    Own(own::Own),
}

impl Engine {
    /// Sends the request once; its URI has path and query alone. What the status of the answer means is not decided here.
    pub(crate) async fn execute(&self, request: Request<Bytes>, limits: Limits) -> Result<Response, Unanswered> {
        match self {
            #[cfg(not(target_arch = "wasm32"))]
            Self::Builtin(engine) => engine.execute(request, limits).await,
            #[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
            Self::Own(engine) => engine.execute(request, limits).await,
        }
    }
}
