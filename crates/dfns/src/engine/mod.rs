//! What sends a request and waits for its answer: the built-in engine, or a `reqwest::Client` of the application's own.
//!
//! Generated code speaks in requests and responses of `reqwest`; the built-in engine takes the one and gives the other
//! without copying a body, and has nothing else of it in between.
//!
//! Invariant: a request that may have reached the server is never sent again.

mod answer;
mod builtin;
mod deadline;
mod tls;
mod unanswered;

use reqwest::{Request, Response};

pub(crate) use builtin::Builtin;
pub(crate) use tls::RootCertificates;
pub(crate) use unanswered::{Unanswered, is_timeout};

/// Who sends. Cheap to clone; clones share one pool of connections.
#[derive(Clone)]
pub(crate) enum Engine {
    /// Ours.
    Builtin(Builtin),
    /// The application's, with its own proxy, TLS and pool.
    Reqwest(reqwest::Client),
}

impl Engine {
    /// Sends the request once. What the status of the answer means is not decided here.
    pub(crate) async fn execute(&self, request: Request) -> Result<Response, Unanswered> {
        match self {
            Self::Builtin(engine) => engine.execute(request).await,
            Self::Reqwest(client) => Ok(client.execute(request).await?),
        }
    }
}
