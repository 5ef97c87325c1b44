//! A proxy that passes everything on and keeps a copy.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, HOST};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// One request and the answer to it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The request line: method and path with query.
    pub request: String,
    /// The request's headers in the order of their names, without `host` and `content-length`.
    pub headers: Vec<(String, String)>,
    /// The request's body.
    pub body: String,
    /// The status of the answer.
    pub status: u16,
    /// The body of the answer.
    pub answer: String,
}

impl fmt::Display for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.request)?;
        for (name, value) in &self.headers {
            writeln!(formatter, "{name}: {value}")?;
        }
        if !self.body.is_empty() {
            writeln!(formatter, "\n{}", self.body)?;
        }
        writeln!(formatter, "--> {}", self.status)
    }
}

/// A proxy in front of an emulator. It stops when it is dropped.
#[derive(Debug)]
pub struct Recorder {
    address: SocketAddr,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
    server: JoinHandle<()>,
}

impl Recorder {
    /// Starts one in front of the server at `target`, `http://127.0.0.1:41234`.
    ///
    /// # Panics
    /// If the loopback interface has no free port.
    #[expect(clippy::expect_used, reason = "without a port there is no story to tell")]
    pub async fn start(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let exchanges = Arc::new(Mutex::new(Vec::new()));
        let target = target.trim_start_matches("http://").to_owned();
        let kept = Arc::clone(&exchanges);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, target) = (Arc::clone(&kept), target.clone());
                tokio::spawn(async move {
                    let service = service_fn(move |request| pass_on(request, target.clone(), Arc::clone(&kept)));
                    // A client that closes its connection ends it, which is no matter to anybody.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self {
            address,
            exchanges,
            server,
        }
    }

    /// The base URL to give to the client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes what was recorded so far, in order.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.exchanges.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn pass_on(
    request: Request<Incoming>,
    target: String,
    kept: Arc<Mutex<Vec<Exchange>>>,
) -> Result<Response<Full<Bytes>>, BoxError> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let mut headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter(|(name, _)| *name != HOST && *name != CONTENT_LENGTH)
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    let line = format!("{} {}", parts.method, parts.uri);

    parts.headers.insert(HOST, target.parse()?);
    let stream = TcpStream::connect(&target).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let response = sender
        .send_request(Request::from_parts(parts, Full::from(body.clone())))
        .await?;
    let (head, answer) = response.into_parts();
    let answer = answer.collect().await?.to_bytes();
    driver.abort();

    kept.lock().unwrap_or_else(PoisonError::into_inner).push(Exchange {
        request: line,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        status: head.status.as_u16(),
        answer: String::from_utf8_lossy(&answer).into_owned(),
    });
    Ok(Response::from_parts(head, Full::from(answer)))
}
