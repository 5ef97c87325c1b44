//! One admin request over HTTP.

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::{Admin, AdminError};
use crate::admin::PREFIX;

/// The most that an answer may hold, in bytes.
const LIMIT: usize = 1 << 30;

/// Status and body.
type Answer = (StatusCode, Vec<u8>);
/// What happened to a connection.
type Problem = Box<dyn std::error::Error + Send + Sync>;

impl Admin {
    /// Sends a request and reads the JSON of its answer.
    ///
    /// # Errors
    /// [`AdminError::Refused`] for a status that is no success; [`AdminError::Unreachable`] for anything else.
    pub(super) async fn send<A: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<A, AdminError> {
        let body = body.map(ToString::to_string).unwrap_or_default();
        let answer = self.fetch(method, path, body.into_bytes()).await?;
        serde_json::from_slice(&answer).map_err(|error| AdminError::Unreachable {
            request: format!("{method} {PREFIX}{path}"),
            source: error.into(),
        })
    }

    /// Sends a request and reads its answer as it is.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub(super) async fn fetch(&self, method: &str, path: &str, body: Vec<u8>) -> Result<Vec<u8>, AdminError> {
        let request = format!("{method} {PREFIX}{path}");
        let answered = self.exchange(method, path, body).await;
        let (status, answer) = answered.map_err(|source| AdminError::Unreachable {
            request: request.clone(),
            source,
        })?;
        if status.is_success() {
            return Ok(answer);
        }
        let refusal: serde_json::Value = serde_json::from_slice(&answer).unwrap_or_default();
        let message = refusal["error"]["message"]
            .as_str()
            .unwrap_or("no reason given")
            .to_owned();
        Err(AdminError::Refused {
            request,
            status: status.as_u16(),
            message,
        })
    }

    /// One request on a connection of its own: an admin request is rare, and a test should leave nothing open.
    async fn exchange(&self, method: &str, path: &str, body: Vec<u8>) -> Result<Answer, Problem> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{PREFIX}{path}"))
            .header(header::HOST, &self.authority)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::<bytes::Bytes>::from(body))?;
        let stream = TcpStream::connect(&self.authority).await?;
        match &self.trust {
            Some(trust) => converse(trust.connect(&self.authority, stream).await?, request).await,
            None => converse(stream, request).await,
        }
    }
}

async fn converse<S>(stream: S, request: Request<Full<bytes::Bytes>>) -> Result<Answer, Problem>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let answered = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), LIMIT).collect().await?;
        Ok::<_, Problem>((status, body.to_bytes().to_vec()))
    };
    // The connection must be driven while the request is under way; it ends when the sender is dropped.
    tokio::pin!(answered, connection);
    tokio::select! {
        answer = &mut answered => answer,
        closed = &mut connection => {
            closed?;
            answered.await
        }
    }
}
