//! What the proxies have in common: a port of their own, and passing a request on.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, HOST};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A proxy that listens. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Proxy {
    /// Hands every request to `handle`; where that fails, the connection is closed without an answer.
    #[expect(clippy::expect_used, reason = "without a port there is no story to tell")]
    pub(crate) async fn start<H, F>(handle: H) -> Self
    where
        H: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Response<Full<Bytes>>, BoxError>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let handle = Arc::new(handle);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let handle = Arc::clone(&handle);
                tokio::spawn(async move {
                    // A client that closes its connection ends it, which is no matter to anybody.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service_fn(move |request| handle(request)))
                        .await;
                });
            }
        });
        Self { address, server }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Host and port of a base URL.
pub(crate) fn authority(url: &str) -> String {
    url.trim_start_matches("http://").to_owned()
}

/// Sends the request to the server at `target` and answers what it answers.
pub(crate) async fn pass_on(
    mut request: Request<Full<Bytes>>,
    target: &str,
) -> Result<Response<Full<Bytes>>, BoxError> {
    request.headers_mut().insert(HOST, target.parse()?);
    // A body that was changed has a length of its own.
    request.headers_mut().remove(CONTENT_LENGTH);
    let stream = TcpStream::connect(target).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let (head, answer) = sender.send_request(request).await?.into_parts();
    let answer = answer.collect().await?.to_bytes();
    driver.abort();
    Ok(Response::from_parts(head, Full::from(answer)))
}
