//! A proxy that changes a request on its way, loses it, or answers in the server's stead.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response};

use crate::proxy::{BoxError, Proxy, authority, pass_on};

/// The header that carries the token of a signed user action.
const USER_ACTION: &str = "x-dfns-useraction";

/// A request on its way, to be changed.
#[derive(Debug)]
pub struct Underway {
    /// The method: `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Underway {
    /// True for a request that a user action opens: not for the two that prepare it.
    pub fn is_signed(&self) -> bool {
        self.headers.contains_key(USER_ACTION)
    }

    /// The user action that opens the request.
    pub fn user_action(&self) -> Option<&str> {
        self.headers.get(USER_ACTION)?.to_str().ok()
    }

    /// Puts another user action in.
    ///
    /// # Panics
    /// If a header cannot carry it.
    #[expect(clippy::expect_used, reason = "stories use tokens that a header can carry")]
    pub fn set_user_action(&mut self, action: &str) {
        let value = HeaderValue::from_str(action).expect("a token that a header can carry");
        self.headers.insert(USER_ACTION, value);
    }

    /// Takes the user action away.
    pub fn remove_user_action(&mut self) {
        self.headers.remove(USER_ACTION);
    }

    /// Replaces text in the body.
    ///
    /// # Panics
    /// If the body does not hold it: the story would prove nothing.
    pub fn replace(&mut self, from: &str, to: &str) {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        assert!(body.contains(from), "{from:?} is not in {body}");
        self.body = body.replace(from, to).into_bytes();
    }
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Fate {
    /// It goes on, as changed.
    PassOn,
    /// The connection is closed; the server never hears of it.
    Lose,
    /// The server hears of it and does as asked; then the connection is closed without an answer.
    LoseAnswer,
    /// The proxy answers itself, with this status and this JSON.
    Answer(u16, String),
}

/// A proxy in front of an emulator. It stops when it is dropped.
#[derive(Debug)]
pub struct Tamperer {
    proxy: Proxy,
}

impl Tamperer {
    /// Starts one in front of the server at `target`, `http://127.0.0.1:41234`, that does this to every request.
    ///
    /// # Panics
    /// If the loopback interface has no free port.
    pub async fn start(target: &str, change: impl Fn(&mut Underway) -> Fate + Send + Sync + 'static) -> Self {
        let (target, change) = (authority(target), Arc::new(change));
        let proxy = Proxy::start(move |request| {
            let (target, change) = (target.clone(), Arc::clone(&change));
            async move { tamper(request, &target, &*change).await }
        })
        .await;
        Self { proxy }
    }

    /// Starts one that changes signed requests only; all others pass on as they are.
    ///
    /// # Panics
    /// As [`Tamperer::start`].
    pub async fn of_signed(target: &str, change: impl Fn(&mut Underway) + Send + Sync + 'static) -> Self {
        Self::start(target, move |request| {
            if request.is_signed() {
                change(request);
            }
            Fate::PassOn
        })
        .await
    }

    /// The base URL to give to the client.
    pub fn url(&self) -> String {
        self.proxy.url()
    }
}

async fn tamper(
    request: Request<Incoming>,
    target: &str,
    change: &(impl Fn(&mut Underway) -> Fate + Sync),
) -> Result<Response<Full<Bytes>>, BoxError> {
    let (mut parts, body) = request.into_parts();
    let mut underway = Underway {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: std::mem::take(&mut parts.headers),
        body: body.collect().await?.to_bytes().to_vec(),
    };
    let fate = change(&mut underway);
    parts.method = Method::from_bytes(underway.method.as_bytes())?;
    parts.uri = underway.target.parse()?;
    parts.headers = underway.headers;
    let request = Request::from_parts(parts, Full::from(underway.body));
    match fate {
        Fate::PassOn => pass_on(request, target).await,
        Fate::Lose => Err("lost".into()),
        Fate::LoseAnswer => {
            pass_on(request, target).await?;
            Err("lost".into())
        }
        Fate::Answer(status, json) => Ok(Response::builder()
            .status(status)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(json))?),
    }
}
