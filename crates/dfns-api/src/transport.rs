//! The seam between generated calls and whoever carries them out.

use std::future::Future;
use std::pin::Pin;

use dfns_types::operation::Operation;

/// What [`Transport::execute`] returns.
pub type TransportFuture<'a> = Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + Send + 'a>>;

/// Carries out the request of one operation: authenticates it, signs it, sends it, and says what came back.
///
/// The generated calls know none of that. A request arrives complete (method, URL, JSON body) but without credentials;
/// its body bytes are the payload that a user action signature declares.
pub trait Transport: Send + Sync {
    /// Sends `request`, which is a call of `operation`, through `http`.
    ///
    /// # Errors
    /// Only [`reqwest::Error`] can be returned, and nobody but reqwest can make one. A transport with errors of its own
    /// hands them back as a [`Failure`].
    fn execute<'a>(
        &'a self,
        http: &'a reqwest::Client,
        operation: &'static Operation,
        request: reqwest::Request,
    ) -> TransportFuture<'a>;
}

/// An error of a transport's own on its way through generated code, as a response that no server can send.
///
/// Generated code can only fail with errors that nobody outside of `reqwest` can make. So the transport wraps its error
/// in a response of status 999, which no operation describes; the call ends in
/// [`Error::UnexpectedResponse`](crate::Error::UnexpectedResponse), and [`Failure::take`] gets the error out again.
/// This is the one place where that happens.
#[derive(Debug)]
pub struct Failure<E>(pub E);

impl<E: Clone + Send + Sync + 'static> Failure<E> {
    /// Wraps the error in a response.
    pub fn into_response(self) -> reqwest::Response {
        let mut response = http::Response::new(reqwest::Body::from(""));
        *response.status_mut() = http::StatusCode::from_u16(999).unwrap_or(http::StatusCode::IM_A_TEAPOT);
        response.extensions_mut().insert(self.0);
        response.into()
    }

    /// The error, if the response carries one.
    ///
    /// # Errors
    /// The response itself, if it came from a server.
    #[expect(clippy::result_large_err, reason = "the response is handed back, not copied")]
    pub fn take(mut response: reqwest::Response) -> Result<E, reqwest::Response> {
        match response.extensions_mut().remove::<E>() {
            Some(error) => Ok(error),
            None => Err(response),
        }
    }
}
