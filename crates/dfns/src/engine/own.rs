//! The engine that an application brings, its own `reqwest::Client`; in a browser, where reqwest is a layer over `fetch`, the
//! only one.

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
        // What JavaScript holds stays on its thread, the only one there is.
        #[cfg(target_arch = "wasm32")]
        return send_wrapper::SendWrapper::new(exchange(&self.client, request, limits)).await;
        #[cfg(not(target_arch = "wasm32"))]
        exchange(&self.client, request, limits).await
    }
}

async fn exchange(client: &reqwest::Client, request: reqwest::Request, limits: Limits) -> Result<Response, Unanswered> {
    let mut answer = client.execute(request).await?;
    let status = answer.status();
    let headers = std::mem::take(answer.headers_mut());
    let mut body = Collected::new(status, limits);
    let end = collect(answer, &mut body).await;
    let mut response = Response::new(body.finish(end)?);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// Reads a body to its end, or as far as is wanted.
#[cfg(not(target_arch = "wasm32"))]
async fn collect(mut answer: reqwest::Response, body: &mut Collected) -> Result<(), Unanswered> {
    while let Some(piece) = answer.chunk().await? {
        let next = body.push(piece, answer.content_length().unwrap_or(0));
        if next.map_err(|error| Unanswered::new(Sent::Maybe, error))? == Next::Enough {
            break;
        }
    }
    Ok(())
}

/// Takes a body in one piece, as `fetch` gives it.
#[cfg(target_arch = "wasm32")]
async fn collect(answer: reqwest::Response, body: &mut Collected) -> Result<(), Unanswered> {
    let whole = answer.bytes().await?;
    match body.push(whole, 0) {
        Ok(Next::More | Next::Enough) => Ok(()),
        Err(error) => Err(Unanswered::new(Sent::Maybe, error)),
    }
}

impl From<reqwest::Error> for Unanswered {
    fn from(error: reqwest::Error) -> Self {
        // `fetch` does not say whether it had a connection.
        #[cfg(target_arch = "wasm32")]
        let is_connect = false;
        #[cfg(not(target_arch = "wasm32"))]
        let is_connect = error.is_connect();
        let sent = if is_connect || error.is_builder() {
            Sent::No
        } else {
            Sent::Maybe
        };
        Self::new(sent, error.without_url())
    }
}
