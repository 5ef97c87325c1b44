//! The built-in engine: a pool of HTTP/1.1 connections of hyper, over rustls.
//!
//! It follows no redirect, uses no proxy but one that it is told, and unpacks no compression.
//!
//! Invariant: a request is taken off a dead connection only if hyper hands it back untouched.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use dfns_api::Response;
use http::Request;
use http::header::{HOST, HeaderValue};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::SendRequest;

use super::Limits;
use super::answer::{Collected, Next};
use super::connect::Connector;
use super::deadline::Deadline;
use super::idle::Idle;
use super::proxy::Proxy;
use super::tls::RootCertificates;
use super::unanswered::Unanswered;
use crate::base_url::BaseUrl;
use crate::error::{Error, Sent};

/// hyper with a pool. Cheap to clone; clones share the pool.
#[derive(Clone)]
pub(crate) struct Builtin {
    shared: Arc<Shared>,
}

struct Shared {
    host: HeaderValue,
    connector: Connector,
    idle: Idle<SendRequest<Whole>>,
}

impl Builtin {
    /// Nothing is read or connected here.
    pub(crate) fn new(base_url: &BaseUrl, roots: RootCertificates, proxy: Option<Proxy>) -> Result<Self, Error> {
        let host = HeaderValue::from_str(base_url.authority().as_str())
            .map_err(|_| Error::setting("base_url", "its host cannot be sent in a header"))?;
        Ok(Self {
            shared: Arc::new(Shared {
                host,
                connector: Connector::new(base_url, roots, proxy)?,
                idle: Idle::new(),
            }),
        })
    }

    /// Sends a request whose URI has path and query alone.
    pub(super) async fn execute(&self, request: Request<Bytes>, limits: Limits) -> Result<Response, Unanswered> {
        let mut deadline = Deadline::after(limits.timeout);
        let mut request = request.map(Whole);
        request.headers_mut().insert(HOST, self.shared.host.clone());
        let mut sent = Sent::No;
        let exchange = self.exchange(request, &mut sent);
        let (connection, answer) = match deadline.within(exchange).await {
            Ok(answer) => answer?,
            Err(error) => return Err(Unanswered::new(sent, error)),
        };

        let (head, mut incoming) = answer.into_parts();
        let mut body = Collected::new(head.status, limits);
        let end = match deadline.within(collect(&mut incoming, &mut body)).await {
            Ok(Ok(Next::More)) => {
                // It was read to its end; a connection that still has something to say is not used again.
                if !connection.is_closed() {
                    self.shared.idle.put(connection);
                }
                Ok(())
            }
            Ok(end) => end.map(drop),
            Err(error) => Err(Unanswered::new(Sent::Maybe, error)),
        };
        Ok(Response::from_parts(head, body.finish(end)?))
    }

    /// Sends the request on a connection that was kept, or else on a new one. `sent` is true to what happened at any time,
    /// also when this is given up.
    async fn exchange(
        &self,
        mut request: Request<Whole>,
        sent: &mut Sent,
    ) -> Result<(SendRequest<Whole>, http::Response<Incoming>), Unanswered> {
        loop {
            let kept = self.shared.idle.take();
            let is_kept = kept.is_some();
            let mut connection = match kept {
                Some(connection) => connection,
                None => self
                    .shared
                    .connector
                    .connect()
                    .await
                    .map_err(|error| Unanswered::new(Sent::No, error))?,
            };
            match connection.ready().await {
                Err(_) if is_kept => continue,
                Err(error) => return Err(Unanswered::new(Sent::No, error)),
                Ok(()) => {}
            }
            *sent = Sent::Maybe;
            match connection.try_send_request(request).await {
                Ok(answer) => return Ok((connection, answer)),
                // A kept connection that the server closed is found out when it is used. hyper gives the request back only
                // if it was still in its queue (no byte was written, not even begun), and only such a request goes to
                // the next connection. From its first byte on, a request that fails stays failed.
                Err(mut failure) => match failure.take_message() {
                    Some(untouched) if is_kept => {
                        *sent = Sent::No;
                        request = untouched;
                    }
                    Some(_) => return Err(Unanswered::new(Sent::No, failure.into_error())),
                    None => return Err(Unanswered::new(Sent::Maybe, failure.into_error())),
                },
            }
        }
    }
}

/// Reads a body to its end (`Next::More`: there was none left), or as far as is wanted.
async fn collect(incoming: &mut Incoming, body: &mut Collected) -> Result<Next, Unanswered> {
    loop {
        let frame = std::future::poll_fn(|context| Pin::new(&mut *incoming).poll_frame(context)).await;
        let Some(frame) = frame else { return Ok(Next::More) };
        let frame = frame.map_err(|error| Unanswered::new(Sent::Maybe, error))?;
        if let Ok(piece) = frame.into_data() {
            let next = body.push(piece, incoming.size_hint().lower());
            if next.map_err(|error| Unanswered::new(Sent::Maybe, error))? == Next::Enough {
                return Ok(Next::Enough);
            }
        }
    }
}

/// The body of a request, in one piece.
pub(super) struct Whole(Bytes);

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
