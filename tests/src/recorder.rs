//! A proxy that passes everything on and keeps a copy.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, HOST};
use hyper::{Request, Response};

use crate::proxy::{BoxError, Proxy, authority, pass_on};

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
    proxy: Proxy,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Recorder {
    /// Starts one in front of the server at `target`, `http://127.0.0.1:41234`.
    ///
    /// # Panics
    /// If the loopback interface has no free port.
    pub async fn start(target: &str) -> Self {
        let exchanges = Arc::new(Mutex::new(Vec::new()));
        let (kept, target) = (Arc::clone(&exchanges), authority(target));
        let proxy = Proxy::start(move |request| record(request, target.clone(), Arc::clone(&kept))).await;
        Self { proxy, exchanges }
    }

    /// The base URL to give to the client.
    pub fn url(&self) -> String {
        self.proxy.url()
    }

    /// Takes what was recorded so far, in order.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.exchanges.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn record(
    request: Request<Incoming>,
    target: String,
    kept: Arc<Mutex<Vec<Exchange>>>,
) -> Result<Response<Full<Bytes>>, BoxError> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let mut headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter(|(name, _)| *name != HOST && *name != CONTENT_LENGTH)
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    let line = format!("{} {}", parts.method, parts.uri);
    let response = pass_on(Request::from_parts(parts, Full::from(body.clone())), &target).await?;
    let (head, answer) = response.into_parts();
    let answer = answer.collect().await?.to_bytes();
    kept.lock().unwrap_or_else(PoisonError::into_inner).push(Exchange {
        request: line,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        status: head.status.as_u16(),
        answer: String::from_utf8_lossy(&answer).into_owned(),
    });
    Ok(Response::from_parts(head, Full::from(answer)))
}
