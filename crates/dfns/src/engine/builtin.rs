//! The built-in engine: hyper's pool of HTTP/1.1 connections, over rustls.
//!
//! It follows no redirect, uses no proxy (also none of the environment) and unpacks no compression.
//!
//! Invariant: a request is taken off a dead connection only if hyper hands it back untouched.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::{Body, Request, Response, ResponseBuilderExt as _};

use super::answer::AnswerBody;
use super::deadline::Deadline;
use super::tls::{self, RootCertificates};
use super::unanswered::Unanswered;
use crate::error::Sent;

/// How long a connection is silent before the system asks the peer whether it is still there, and again, three times.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_PROBES: u32 = 3;

/// hyper with a pool. Cheap to clone; clones share the pool.
#[derive(Clone)]
pub(crate) struct Builtin {
    client: Client<HttpsConnector<HttpConnector>, Body>,
}

impl Builtin {
    /// Nothing is read or connected here. With `tls_only`, an address without TLS is refused before it is connected to.
    pub(crate) fn new(tls_only: bool, roots: RootCertificates) -> Result<Self, rustls::Error> {
        let mut tcp = HttpConnector::new();
        // It would refuse `https`; which schemes are good is for the TLS connector to say.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(KEEP_ALIVE));
        tcp.set_keepalive_retries(Some(KEEP_ALIVE_PROBES));
        let mut connector = HttpsConnector::from((tcp, tls::config(roots)?));
        if tls_only {
            connector.enforce_https();
        }
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            // A pooled connection that the server closed is found out when it is used. hyper then gives the request back
            // only if it was still in its queue (`TrySendError::take_message`: no byte was written, not even begun),
            // and only such a request goes to the next connection. From its first byte on, a request that fails stays
            // failed.
            .retry_canceled_requests(true)
            .build(connector);
        Ok(Self { client })
    }

    pub(super) async fn execute(&self, request: Request) -> Result<Response, Unanswered> {
        let mut deadline = request.timeout().copied().map(Deadline::after);
        let url = request.url().clone();
        let mut request: http::Request<Body> = request.try_into()?;
        let connection = capture_connection(&mut request);
        let mut answer = self.client.request(request);

        let answer = poll_fn(|context| {
            if let Poll::Ready(answer) = Pin::new(&mut answer).poll(context) {
                return Poll::Ready(answer.map_err(|error| {
                    let sent = if error.is_connect() { Sent::No } else { Sent::Maybe };
                    Unanswered::new(sent, error)
                }));
            }
            match &mut deadline {
                Some(deadline) => deadline
                    .poll(context)
                    .map(|error| Err(Unanswered::new(Sent::Maybe, error))),
                None => Poll::Pending,
            }
        })
        .await
        .map_err(|unanswered| match *connection.connection_metadata() {
            Some(_) => unanswered,
            // The request never had a connection to go out on.
            None => Unanswered {
                sent: Sent::No,
                ..unanswered
            },
        })?;

        let (mut parts, incoming) = answer.into_parts();
        // Only `reqwest` can tell a response its address, by way of an extension.
        let address = http::Response::builder().url(url).body(());
        let (address, ()) = address
            .map_err(|error| Unanswered::new(Sent::Maybe, error))?
            .into_parts();
        parts.extensions.extend(address.extensions);
        let body = Body::wrap(AnswerBody::new(incoming, deadline));
        Ok(http::Response::from_parts(parts, body).into())
    }
}
