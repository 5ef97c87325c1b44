//! HTTP: from bytes to a [`Call`], and from [`Reply`] or [`Refusal`] to bytes.
//!
//! Invariant: nothing here knows an entity of the API.

mod call;
mod encoding;
mod pipeline;
mod refusal;
mod reply;
mod route;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};

pub(crate) use call::Call;
pub(crate) use encoding::{decode, decode_query};
pub(crate) use pipeline::Emulation;
pub(crate) use refusal::Refusal;
pub(crate) use reply::Reply;
pub(crate) use route::{Match, Table};

/// The longest body that is read: 10 MB.
const BODY_LIMIT: usize = 10 * 1000 * 1000;

const ALLOWED_METHODS: &str = "GET, POST, PUT, DELETE, OPTIONS";
const ALLOWED_HEADERS: &str = "authorization, content-type, user-agent, x-dfns-useraction, x-dfns-appid, x-dfns-nonce, \
                               x-dfns-appsecret, x-dfns-apisignature, x-dfns-sdk-version, x-dfns-version";

/// The service that answers everything.
pub(crate) fn router(emulation: Arc<Emulation>) -> Router {
    Router::new().fallback(answer).with_state(emulation)
}

async fn answer(State(emulation): State<Arc<Emulation>>, request: Request<Body>) -> Response {
    if request.method() == Method::OPTIONS {
        return write(Ok(Reply::empty()));
    }
    let call = match read(request).await {
        Ok(call) => call,
        Err(refusal) => return write(Err(refusal)),
    };
    // SQLite and signatures block; the executor's own threads stay free.
    let answered = tokio::task::spawn_blocking(move || emulation.answer(call)).await;
    write(answered.unwrap_or_else(|panic| Err(Refusal::internal(&panic))))
}

async fn read(request: Request<Body>) -> Result<Call, Refusal> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            let message = format!("the body is longer than {BODY_LIMIT} bytes");
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message)
        } else {
            Refusal::invalid("the body could not be read to its end")
        }
    })?;
    let query = parts.uri.query().unwrap_or_default();
    Call::new(
        parts.method.as_str(),
        parts.uri.path(),
        query,
        parts.headers,
        body.to_bytes(),
    )
}

fn write(answered: Result<Reply, Refusal>) -> Response {
    let (status, content_type, body) = match answered {
        Ok(reply) => (reply.status, reply.content_type, reply.body),
        Err(refusal) => (
            refusal.status,
            "application/json; charset=utf-8",
            refusal.body().to_string().into_bytes(),
        ),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let mut set = |name, value| response.headers_mut().insert(name, HeaderValue::from_static(value));
    if !content_type.is_empty() {
        set(header::CONTENT_TYPE, content_type);
    }
    // Browsers with the official SDKs must be able to talk to the emulator from any page.
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS);
    set(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
    set(header::ACCESS_CONTROL_MAX_AGE, "86400");
    response
}
