//! One HTTP exchange: the headers that every request carries, and what the status of the answer means.
//!
//! Invariant: the token and the user action are marked sensitive, so that no `Debug` of a request shows them.

use std::time::Duration;

use bytes::Bytes;
use dfns_api::Response;
use dfns_types::operation::Method;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;

use crate::base_url::BaseUrl;
use crate::engine::{Engine, Limits, Unanswered, is_timeout};
use crate::error::{Error, Refusal, Step};

/// The media type of every body, and of all answers but a few.
pub(crate) const JSON: &str = "application/json";

/// The header that carries the token of a signed user action.
const USER_ACTION: HeaderName = HeaderName::from_static("x-dfns-useraction");

/// What all requests of a client have in common.
pub(crate) struct Wire<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) base_url: &'a BaseUrl,
    pub(crate) bearer: Option<&'a HeaderValue>,
    pub(crate) user_agent: &'a HeaderValue,
    pub(crate) limits: Limits,
}

/// What is different from one request to the next.
pub(crate) struct Outgoing<'a> {
    pub(crate) operation: &'static str,
    pub(crate) step: Step,
    pub(crate) method: Method,
    pub(crate) target: &'a PathAndQuery,
    pub(crate) accept: &'static str,
    pub(crate) with_token: bool,
    pub(crate) user_action: Option<HeaderValue>,
    pub(crate) body: Option<Bytes>,
}

impl Wire<'_> {
    /// Sends the request; any answer but 2xx is an error.
    pub(crate) async fn send(&self, outgoing: Outgoing<'_>) -> Result<Response, Error> {
        let Outgoing { operation, step, .. } = outgoing;
        let request = self.request(outgoing)?;
        let response = self
            .engine
            .execute(request, self.limits)
            .await
            .map_err(|error| Error::unanswered(operation, step, self.limits.timeout, error))?;
        let status = response.status();
        tracing::debug!(operation, ?step, status = status.as_u16(), "answered");
        if status.is_success() {
            return Ok(response);
        }
        let refusal = Refusal::read(status.as_u16(), response.body()).with_headers(response.headers());
        Err(Error::refused(operation, step, refusal))
    }

    /// The whole request but for the address of the API. Nothing in it is copied: path, values of headers and body are
    /// shared.
    fn request(&self, outgoing: Outgoing<'_>) -> Result<http::Request<Bytes>, Error> {
        let target = self
            .base_url
            .target(outgoing.target)
            .map_err(|error| Error::argument(outgoing.operation, "path", format!("it cannot be sent: {error}")))?;
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static(outgoing.accept));
        if outgoing.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        }
        if let Some(bearer) = self.bearer.filter(|_| outgoing.with_token) {
            headers.insert(AUTHORIZATION, bearer.clone());
        }
        if let Some(user_action) = outgoing.user_action {
            headers.insert(USER_ACTION, user_action);
        }
        let mut request = http::Request::new(outgoing.body.unwrap_or_default());
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

impl Error {
    /// The request went out, or was about to, and no whole answer came back.
    pub(crate) fn unanswered(operation: &'static str, step: Step, limit: Duration, cause: Unanswered) -> Self {
        let Unanswered { sent, source } = cause;
        tracing::debug!(operation, ?step, ?sent, "no answer");
        if is_timeout(source.as_ref()) {
            return Self::TimedOut {
                operation,
                step,
                limit,
                sent,
                external_id: None,
                last: None,
            };
        }
        Self::Transport {
            operation,
            step,
            sent,
            external_id: None,
            source,
        }
    }
}
