//! One HTTP exchange: the headers that every request carries, and what the status of the answer means.
//!
//! Invariant: the token and the user action are marked sensitive, so that no `Debug` of a request shows them.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Request, Response};

use crate::base_url::BaseUrl;
use crate::engine::{Engine, Unanswered, is_timeout};
use crate::error::{Error, Refusal, Step};

/// How much of the answer to a refused request is read.
const LONGEST_REFUSAL: usize = 64 * 1024;

/// Progenitor sends the version of the description; the API knows no such header.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// What all requests of a client have in common.
pub(crate) struct Wire<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) base_url: &'a BaseUrl,
    pub(crate) bearer: Option<&'a HeaderValue>,
    pub(crate) user_agent: &'a HeaderValue,
    pub(crate) timeout: Duration,
}

impl Wire<'_> {
    /// Puts on the headers that every request carries, and the token where it is wanted.
    pub(crate) fn dress(&self, request: &mut Request, with_token: bool) {
        request.timeout_mut().get_or_insert(self.timeout);
        let has_body = request.body().is_some();
        let headers = request.headers_mut();
        headers.remove(API_VERSION);
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("application/json"));
        if has_body {
            headers
                .entry(CONTENT_TYPE)
                .or_insert(HeaderValue::from_static("application/json"));
        }
        if let Some(bearer) = self.bearer.filter(|_| with_token) {
            headers.insert(AUTHORIZATION, bearer.clone());
        }
    }

    /// Sends the request; any answer but 2xx is an error.
    pub(crate) async fn send(&self, operation: &'static str, step: Step, request: Request) -> Result<Response, Error> {
        let response = self
            .engine
            .execute(request)
            .await
            .map_err(|error| Error::unanswered(operation, step, self.timeout, error))?;
        let status = response.status();
        tracing::debug!(operation, ?step, status = status.as_u16(), "answered");
        if status.is_success() {
            return Ok(response);
        }
        let headers = response.headers().clone();
        let body = beginning(response).await;
        let refusal = Refusal::read(status.as_u16(), &body).with_headers(&headers);
        Err(Error::refused(operation, step, refusal))
    }
}

/// What could be read of the body. The status already says that the request was refused; a cut body says no more.
async fn beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= LONGEST_REFUSAL {
            body.truncate(LONGEST_REFUSAL);
            break;
        }
    }
    body
}

impl Error {
    /// The request went out, or was about to, and no whole answer came back.
    pub(crate) fn unanswered(
        operation: &'static str,
        step: Step,
        limit: Duration,
        cause: impl Into<Unanswered>,
    ) -> Self {
        let Unanswered { sent, source } = cause.into();
        tracing::debug!(operation, ?step, ?sent, "no answer");
        if is_timeout(source.as_ref()) {
            return Self::TimedOut {
                operation,
                step,
                limit,
                sent,
                external_id: None,
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
