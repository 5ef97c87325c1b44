//! The seam between calls and whoever carries them out.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

use super::{Request, TransportError};

/// A whole answer, as it arrived.
pub type Response = http::Response<Bytes>;

/// What [`Transport::execute`] returns.
pub type TransportFuture<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// Carries out the request of one operation: authenticates it, signs it, sends it, and says what came back.
///
/// Calls know none of that. A request arrives complete (operation, path and query, JSON body) but without address and
/// credentials; the bytes of its body are the payload that a user action signature declares, and what goes out is its
/// [`content`](Request::content). It is cheap to clone, for those who send it more than once.
///
/// ```
/// use std::sync::Arc;
///
/// use dfns_api::{Client, Request, Response, Transport, TransportFuture};
///
/// /// Says no to everything.
/// struct Closed;
///
/// impl Transport for Closed {
///     fn execute(&self, request: Request) -> TransportFuture<'_> {
///         let text = format!(r#"{{"message": "{} is closed"}}"#, request.operation().id);
///         let mut response = Response::new(text.into());
///         *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
///         Box::pin(async { Ok(response) })
///     }
/// }
///
/// let client = Client::new(Arc::new(Closed));
/// ```
pub trait Transport: Send + Sync {
    /// Sends `request` and waits for the whole answer, of whatever status.
    ///
    /// # Errors
    /// [`TransportError`], the transport's own error, if there is no answer or the transport does not take it for one.
    /// The call ends in [`CallError::Transport`](super::CallError::Transport).
    fn execute(&self, request: Request) -> TransportFuture<'_>;
}
