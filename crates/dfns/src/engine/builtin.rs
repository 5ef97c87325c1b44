//! The built-in engine: hyper's pool of HTTP/1.1 connections, over rustls.
//!
//! It follows no redirect, uses no proxy (also none of the environment) and unpacks no compression.
//!
//! Invariant: a request is taken off a dead connection only if hyper hands it back untouched.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use dfns_api::Response;
use http::Request;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::Limits;
use super::answer::{Collected, Next};
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
    client: Client<HttpsConnector<HttpConnector>, Whole>,
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

    pub(super) async fn execute(&self, request: Request<Bytes>, limits: Limits) -> Result<Response, Unanswered> {
        let mut deadline = Deadline::after(limits.timeout);
        let mut request = request.map(Whole);
        let connection = capture_connection(&mut request);
        let answer = match deadline.within(self.client.request(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                let sent = if error.is_connect() { Sent::No } else { Sent::Maybe };
                Err(Unanswered::new(sent, error))
            }
            Err(error) => Err(Unanswered::new(Sent::Maybe, error)),
        };
        let answer = answer.map_err(|unanswered| match *connection.connection_metadata() {
            Some(_) => unanswered,
            // The request never had a connection to go out on.
            None => Unanswered {
                sent: Sent::No,
                ..unanswered
            },
        })?;
        let (head, incoming) = answer.into_parts();
        let mut body = Collected::new(head.status, limits);
        let end = match deadline.within(collect(incoming, &mut body)).await {
            Ok(end) => end,
            Err(error) => Err(Unanswered::new(Sent::Maybe, error)),
        };
        Ok(Response::from_parts(head, body.finish(end)?))
    }
}

async fn collect(mut incoming: Incoming, body: &mut Collected) -> Result<(), Unanswered> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut incoming).poll_frame(context)).await;
        let Some(frame) = frame else { return Ok(()) };
        let frame = frame.map_err(|error| Unanswered::new(Sent::Maybe, error))?;
        if let Ok(piece) = frame.into_data() {
            let next = body.push(piece, incoming.size_hint().lower());
            if next.map_err(|error| Unanswered::new(Sent::Maybe, error))? == Next::Enough {
                return Ok(());
            }
        }
    }
}

/// The body of a request, in one piece.
struct Whole(Bytes);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = std::mem::take(&mut self.0);
        Poll::Ready((!body.is_empty()).then(|| Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}
