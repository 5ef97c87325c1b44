//! One HTTP exchange: the headers that every request carries, and what the status of the answer means.
//!
//! Invariant: the token and the user action are marked sensitive, so that no `Debug` of a request shows them.

use bytes::Bytes;
use dfns_api::{Content, Response};
use dfns_types::operation::{Method, Operation};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;

use crate::clock::{self, Deadline, Instant};
use crate::config::Settings;
use crate::engine::{Limits, Unanswered, is_timeout, too_long};
use crate::error::{DecodeError, Error, Refusal, Sent, Step};
use crate::limiter::{Limiter, Permit};
use crate::metrics::{Metrics, RequestReport};
use crate::middleware::{Next, OutgoingRequest};

/// The media type of all answers but a few.
pub(crate) const JSON: &str = "application/json";

/// The header that carries the token of a signed user action.
const USER_ACTION: HeaderName = HeaderName::from_static("x-dfns-useraction");

/// What all requests of an attempt have in common.
pub(crate) struct Wire<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) operation: &'static Operation,
    /// From 1.
    pub(crate) attempt: u32,
    /// When the call has to be over.
    pub(crate) deadline: Option<Deadline>,
}

/// What is different from one request to the next.
pub(crate) struct Outgoing<'a> {
    pub(crate) step: Step,
    pub(crate) method: Method,
    pub(crate) target: &'a PathAndQuery,
    pub(crate) accept: &'static str,
    pub(crate) with_token: bool,
    pub(crate) user_action: Option<HeaderValue>,
    pub(crate) content: Option<Content>,
}

impl Wire<'_> {
    /// Sends the request; any answer but 2xx is an error.
    pub(crate) async fn send(&self, outgoing: Outgoing<'_>) -> Result<Response, Error> {
        let (operation, step) = (self.operation.id, outgoing.step);
        let request = self.request(outgoing)?;
        let response = match self.settings.middleware.as_deref() {
            None => self.exchange(step, request).await?,
            Some(middleware) => {
                let request = OutgoingRequest {
                    operation: self.operation,
                    step,
                    attempt: self.attempt,
                    request,
                };
                let answer = Next::new(middleware, self).run(request);
                // It stays on its thread, the only one there is.
                #[cfg(target_arch = "wasm32")]
                let answer = send_wrapper::SendWrapper::new(answer);
                answer.await?
            }
        };
        let status = response.status();
        tracing::debug!(operation, ?step, status = status.as_u16(), "answered");
        if status.is_success() {
            return Ok(response);
        }
        let refusal = Refusal::read(status.as_u16(), response.body()).with_headers(response.headers());
        Err(Error::refused(operation, step, refusal))
    }

    /// Sends the request, when it may be sent, and waits for the whole answer, of whatever status.
    pub(crate) async fn exchange(&self, step: Step, request: http::Request<Bytes>) -> Result<Response, Error> {
        let _permit = match self.settings.limiter.as_deref() {
            None => None,
            Some(limiter) => Box::pin(self.admit(limiter, step)).await?,
        };
        let limits = self.limits(step)?;
        let start = self.settings.metrics.as_ref().map(|_| clock::now());
        let answer = self.settings.shared.engine.execute(request, limits).await;
        if let (Some(metrics), Some(start)) = (self.settings.metrics.as_deref(), start) {
            self.tell(metrics, step, start, answer.as_ref().ok());
        }
        answer.map_err(|error| self.unanswered(step, limits, error))
    }

    async fn admit<'l>(&self, limiter: &'l Limiter, step: Step) -> Result<Permit<'l>, Error> {
        match self.deadline {
            None => Ok(limiter.admit().await),
            Some(deadline) => deadline
                .within(limiter.admit())
                .await
                .ok_or_else(|| self.late(deadline, step, Sent::No)),
        }
    }

    /// The limits of a request: it must be over when its own time is, and when that of the call is.
    fn limits(&self, step: Step) -> Result<Limits, Error> {
        let mut limits = self.settings.limits;
        if let Some(deadline) = self.deadline {
            let left = deadline.left();
            if left.is_zero() {
                return Err(self.late(deadline, step, Sent::No));
            }
            limits.timeout = limits.timeout.min(left);
        }
        Ok(limits)
    }

    #[cold]
    fn tell(&self, metrics: &dyn Metrics, step: Step, start: Instant, answer: Option<&Response>) {
        metrics.request(&RequestReport {
            operation: self.operation,
            step,
            attempt: self.attempt,
            status: answer.map(|answer| answer.status().as_u16()),
            elapsed: start.elapsed(),
        });
    }

    /// The time of the call is over.
    pub(crate) fn late(&self, deadline: Deadline, step: Step, sent: Sent) -> Error {
        Error::TimedOut {
            operation: self.operation.id,
            step,
            limit: deadline.limit(),
            sent,
            external_id: None,
            last: None,
        }
    }

    /// The request went out, or was about to, and no whole answer came back.
    fn unanswered(&self, step: Step, limits: Limits, cause: Unanswered) -> Error {
        let operation = self.operation.id;
        let Unanswered { sent, source } = cause;
        // Whatever became of the requests that sign a call: the call itself was not sent.
        let sent = if step == Step::Call { sent } else { Sent::No };
        tracing::debug!(operation, ?step, ?sent, "no answer");
        if let Some(problem) = too_long(source.as_ref()) {
            return Error::Decode {
                operation,
                step,
                source: DecodeError::because(problem),
            };
        }
        if !is_timeout(source.as_ref()) {
            return Error::Transport {
                operation,
                step,
                sent,
                external_id: None,
                source,
            };
        }
        match self.deadline {
            Some(deadline) if limits.timeout < self.settings.limits.timeout => self.late(deadline, step, sent),
            _ => Error::TimedOut {
                operation,
                step,
                limit: limits.timeout,
                sent,
                external_id: None,
                last: None,
            },
        }
    }

    /// The whole request but for the address of the API. Nothing in it is copied: path, values of headers and body are
    /// shared.
    fn request(&self, outgoing: Outgoing<'_>) -> Result<http::Request<Bytes>, Error> {
        let shared = &self.settings.shared;
        let target = shared
            .base_url
            .target(outgoing.target)
            .map_err(|error| Error::argument(self.operation.id, "path", format!("it cannot be sent: {error}")))?;
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(USER_AGENT, shared.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static(outgoing.accept));
        let body = outgoing.content.map_or_else(Bytes::new, |content| {
            headers.insert(CONTENT_TYPE, content.media_type);
            content.bytes
        });
        if let Some(bearer) = self.settings.bearer.as_ref().filter(|_| outgoing.with_token) {
            headers.insert(AUTHORIZATION, bearer.clone());
        }
        if let Some(user_action) = outgoing.user_action {
            headers.insert(USER_ACTION, user_action);
        }
        let mut request = http::Request::new(body);
        *request.method_mut() = match outgoing.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Delete => http::Method::DELETE,
        };
        *request.uri_mut() = target.into();
        *request.headers_mut() = headers;
        Ok(request)
    }
}
