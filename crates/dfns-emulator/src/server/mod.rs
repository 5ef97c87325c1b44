//! HTTP: from bytes to a [`Call`], and from [`Reply`] or [`Refusal`] to bytes.
//!
//! Invariant: nothing here knows an entity of the API.

mod body;
mod call;
mod encoding;
mod listen;
mod pipeline;
mod refusal;
mod reply;
mod route;
mod turn;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};

use body::Outgoing;
pub(crate) use call::Call;
pub(crate) use encoding::{decode, decode_query, encode};
pub(crate) use listen::serve;
pub(crate) use pipeline::Emulation;
pub(crate) use refusal::Refusal;
pub(crate) use reply::Reply;
pub(crate) use route::{Match, Table, operation as operation_of};

use crate::admin;
use crate::fault::Outcome;

/// The longest body that is read: 10 MB.
const BODY_LIMIT: usize = 10 * 1000 * 1000;
/// The longest one of the admin interface, which takes whole states back: 1 GB.
const ADMIN_BODY_LIMIT: usize = 1000 * 1000 * 1000;

/// How much of a body that is too long is read on, without being kept: 100 MB.
const PATIENCE: usize = 100 * 1000 * 1000;

const ALLOWED_METHODS: &str = "GET, POST, PUT, DELETE, OPTIONS";
const ALLOWED_HEADERS: &str = "authorization, content-type, user-agent, x-dfns-useraction, x-dfns-appid, x-dfns-nonce, \
                               x-dfns-appsecret, x-dfns-apisignature, x-dfns-sdk-version, x-dfns-version";

/// The page runs no script, loads nothing, and shows itself in no other page.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A request that is not answered: the connection is closed.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
struct Unanswered;

async fn answer(emulation: Arc<Emulation>, request: Request<Incoming>) -> Result<Response<Outgoing>, Unanswered> {
    // What only a test can do is open to no page of another site, and so no header lets one in.
    let is_admin = request.uri().path().starts_with(admin::PREFIX);
    let mut answered = respond(emulation, request).await?;
    if !is_admin {
        open_to_pages(answered.headers_mut());
    }
    Ok(answered)
}

async fn respond(emulation: Arc<Emulation>, request: Request<Incoming>) -> Result<Response<Outgoing>, Unanswered> {
    if request.method() == Method::OPTIONS {
        return Ok(write(Ok(Reply::empty())));
    }
    let call = match read(request).await {
        Ok(call) => call,
        Err(refusal) => return Ok(write(Err(refusal))),
    };
    if let Some(waited) = admin::faults::wait(&emulation, &call).await {
        return Ok(write(waited));
    }
    let Some(strike) = emulation.strike(&call) else {
        return Ok(write(perform(emulation, call).await));
    };
    tracing::info!(fault = strike.fault(), path = call.path, "a fault strikes");
    let fault = Some(strike.fault().to_owned());
    let call = Call { fault, ..call };
    if !strike.performs() {
        emulation.note_unperformed(&call);
    }
    // A task of its own: a client that gives up does not take back what it has sent.
    let clock = emulation.services().clock.clone();
    let played = tokio::spawn(async move { strike.play(&clock, || perform(emulation, call)).await });
    match played.await.unwrap_or(Outcome::Nothing) {
        Outcome::Answer(answered) => Ok(write(answered)),
        Outcome::Later(answered, retry_after) => {
            let mut response = write(answered);
            let retry_after = HeaderValue::try_from(retry_after).map_err(|_| Unanswered)?;
            response.headers_mut().insert(header::RETRY_AFTER, retry_after);
            Ok(response)
        }
        Outcome::Part(answered, bytes) => Ok(write(answered).map(|body| body.cut(bytes))),
        Outcome::Nothing => Err(Unanswered),
    }
}

/// Answers a call when it is its turn. What is left to do with the network is done last.
async fn perform(emulation: Arc<Emulation>, call: Call) -> Result<Reply, Refusal> {
    match turn::answer(Arc::clone(&emulation), call).await? {
        Reply {
            errand: Some(errand), ..
        } => emulation.services().outbound.run(errand).await,
        reply => Ok(reply),
    }
}

async fn read(request: Request<Incoming>) -> Result<Call, Refusal> {
    let (parts, mut body) = request.into_parts();
    let limit = match parts.uri.path().strip_prefix(admin::PREFIX) {
        Some(_) => ADMIN_BODY_LIMIT,
        None => BODY_LIMIT,
    };
    let too_long = || {
        let message = format!("the body is longer than {limit} bytes");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    };
    // Who asks first whether to send it is told at once.
    if parts.headers.contains_key(header::EXPECT) && body.size_hint().lower() > limit as u64 {
        return Err(too_long());
    }
    let body = match Limited::new(&mut body, limit).collect().await {
        Ok(body) => body,
        Err(error) if error.is::<LengthLimitError>() => {
            discard(&mut body).await;
            return Err(too_long());
        }
        Err(_) => return Err(Refusal::invalid("the body could not be read to its end")),
    };
    let query = parts.uri.query().unwrap_or_default();
    Call::new(
        parts.method.as_str(),
        parts.uri.path(),
        query,
        parts.headers,
        body.to_bytes(),
    )
}

/// Reads on for a while without keeping anything: most clients hear an answer only once they have said everything.
async fn discard(body: &mut Incoming) {
    let mut left = PATIENCE;
    while let (1.., Some(Ok(frame))) = (left, body.frame().await) {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
    }
}

fn write(answered: Result<Reply, Refusal>) -> Response<Outgoing> {
    let (mut location, mut allow) = (None, None);
    let (status, content_type, body) = match answered {
        Ok(reply) => {
            // One that cannot be a header is left out, and the page shows nothing.
            location = reply.location.and_then(|location| HeaderValue::try_from(location).ok());
            (reply.status, reply.content_type, reply.body)
        }
        Err(refusal) => {
            if !refusal.allowed.is_empty() {
                allow = HeaderValue::try_from(refusal.allowed.join(", ")).ok();
            }
            let body = refusal.body().to_string().into_bytes();
            (refusal.status, "application/json; charset=utf-8", body)
        }
    };
    let mut response = Response::new(Outgoing::whole(body));
    *response.status_mut() = status;
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    if let Some(allow) = allow {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    let mut set = |name, value| response.headers_mut().insert(name, HeaderValue::from_static(value));
    if !content_type.is_empty() {
        set(header::CONTENT_TYPE, content_type);
    }
    if content_type.starts_with("text/html") {
        set(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
        set(header::CACHE_CONTROL, "no-store");
    }
    response
}

/// Browsers with the official SDKs must be able to talk to the emulator from any page.
fn open_to_pages(headers: &mut HeaderMap) {
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS);
    set(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
    set(header::ACCESS_CONTROL_MAX_AGE, "86400");
    // Of what else stands in an answer, a page sees nothing otherwise, not even when to come back.
    set(header::ACCESS_CONTROL_EXPOSE_HEADERS, "*");
}
