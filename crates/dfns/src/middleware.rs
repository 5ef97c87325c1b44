//! What an application puts around every HTTP request of its client.
//!
//! A trait of our own, and no `tower::Layer`: what passes here has been declared for signing, so that its path and body must
//! not change any more, and with [`OutgoingRequest`] they cannot. A layer would get a request of which it may change everything;
//! it would also bring generic services, readiness and their error types into the signature of the client.
//!
//! Invariant: only headers can be changed on the way out.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use dfns_api::Response;
use dfns_types::operation::Operation;
use http::{HeaderMap, Method, Request, Uri};

use crate::error::{Error, Step};
use crate::wire::Wire;

/// What [`Middleware::handle`] returns. In a browser, futures stay on their thread.
#[cfg(not(target_arch = "wasm32"))]
pub type MiddlewareFuture<'a> = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send + 'a>>;
/// What [`Middleware::handle`] returns. In a browser, futures stay on their thread.
#[cfg(target_arch = "wasm32")]
pub type MiddlewareFuture<'a> = Pin<Box<dyn Future<Output = Result<Response, Error>> + 'a>>;

/// Stands around every HTTP request of a client: the calls, the two requests that sign each of them, and every attempt.
///
/// It may add headers, measure, hold a request back, answer in the place of the server, or fail. What it sees holds
/// tokens; the headers that do are marked sensitive and are not shown by `Debug`.
///
/// ```
/// use dfns::http::HeaderValue;
/// use dfns::{Middleware, MiddlewareFuture, Next, OutgoingRequest};
///
/// /// Says to which trace a request belongs.
/// struct Trace;
///
/// impl Middleware for Trace {
///     fn handle<'a>(&'a self, mut request: OutgoingRequest, next: Next<'a>) -> MiddlewareFuture<'a> {
///         let trace = HeaderValue::from_static("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
///         request.headers_mut().insert("traceparent", trace);
///         Box::pin(next.run(request))
///     }
/// }
///
/// # fn main() -> Result<(), dfns::Error> {
/// let dfns = dfns::Dfns::builder().middleware(Trace).build()?;
/// # Ok(())
/// # }
/// ```
pub trait Middleware: Send + Sync {
    /// Handles one request; `next.run(request)` passes it on. The answer may have any status: what it means for the call
    /// is decided afterwards.
    ///
    /// # Errors
    /// Those of `next`, or one of its own: [`Error::Transport`] with [`Sent::No`](crate::Sent::No) is retried.
    fn handle<'a>(&'a self, request: OutgoingRequest, next: Next<'a>) -> MiddlewareFuture<'a>;
}

/// A request that is ready to go out.
pub struct OutgoingRequest {
    pub(crate) operation: &'static Operation,
    pub(crate) step: Step,
    pub(crate) attempt: u32,
    pub(crate) request: Request<Bytes>,
}

impl OutgoingRequest {
    /// The operation that is called.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Which of the requests of the call this is.
    pub fn step(&self) -> Step {
        self.step
    }

    /// Which attempt of the call this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The method.
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// The whole address.
    pub fn uri(&self) -> &Uri {
        self.request.uri()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The headers, to be changed.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        self.request.headers_mut()
    }

    /// The body; empty if there is none.
    pub fn body(&self) -> &Bytes {
        self.request.body()
    }
}

impl fmt::Debug for OutgoingRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OutgoingRequest")
            .field("operation", &self.operation.id)
            .field("step", &self.step)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// Sends a request, once the middleware that follows has handled it too.
pub struct Next<'a> {
    rest: &'a [Arc<dyn Middleware>],
    wire: &'a Wire<'a>,
}

impl<'a> Next<'a> {
    pub(crate) fn new(rest: &'a [Arc<dyn Middleware>], wire: &'a Wire<'a>) -> Self {
        Self { rest, wire }
    }

    /// Passes the request on, and waits for the whole answer.
    ///
    /// # Errors
    /// [`Error::Transport`] or [`Error::TimedOut`] if there is none.
    pub fn run(self, request: OutgoingRequest) -> MiddlewareFuture<'a> {
        match self.rest.split_first() {
            Some((first, rest)) => first.handle(request, Next { rest, wire: self.wire }),
            None => Box::pin(self.wire.exchange(request.step, request.request)),
        }
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Next").finish_non_exhaustive()
    }
}
