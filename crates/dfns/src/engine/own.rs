//! The engine that an application brings: its own `reqwest::Client`.

use bytes::Bytes;
use dfns_api::Response;
use http::Request;

use super::answer::{Collected, Next};
use super::{Limits, Unanswered};
use crate::base_url::BaseUrl;
use crate::error::Sent;

/// Cheap to clone; clones share what the client shares.
#[derive(Clone)]
pub(crate) struct Own {
    client: reqwest::Client,
    base_url: BaseUrl,
}

impl Own {
    pub(crate) fn new(client: reqwest::Client, base_url: BaseUrl) -> Self {
        Self { client, base_url }
    }

    pub(super) async fn execute(&self, mut request: Request<Bytes>, limits: Limits) -> Result<Response, Unanswered> {
        *request.uri_mut() = self
            .base_url
            .absolute(std::mem::take(request.uri_mut()))
            .map_err(|error| Unanswered::new(Sent::No, error))?;
        let mut request = reqwest::Request::try_from(request)?;
        request.timeout_mut().get_or_insert(limits.timeout);
        let mut answer = self.client.execute(request).await?;
        let mut body = Collected::new(answer.status(), limits);
        let end = loop {
            match answer.chunk().await {
                Ok(None) => break Ok(()),
                Ok(Some(piece)) => match body.push(piece, answer.content_length().unwrap_or(0)) {
                    Ok(Next::More) => {}
                    Ok(Next::Enough) => break Ok(()),
                    Err(error) => break Err(Unanswered::new(Sent::Maybe, error)),
                },
                Err(error) => break Err(Unanswered::from(error)),
            }
        };
        let body = body.finish(end)?;
        let mut response = Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

impl From<reqwest::Error> for Unanswered {
    fn from(error: reqwest::Error) -> Self {
        let sent = if error.is_connect() || error.is_builder() {
            Sent::No
        } else {
            Sent::Maybe
        };
        Self::new(sent, error.without_url())
    }
}
