//! Sends a delivery over HTTP and says what became of it.
//!
//! It follows no redirect and opens a connection for each delivery, so that none fails because an idle one was closed.
//!
//! Invariant: only the status 200, within the time limit, counts as delivered; nothing here fails.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Uri, header};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::Parcel;
use crate::outgoing;

/// The status of what was delivered.
pub(crate) const DELIVERED: &str = "200";

/// What a receiver made of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The HTTP status, or the code of a network error as Node names it.
    pub(crate) status: String,
    /// What went wrong, for people.
    pub(crate) error: Option<String>,
}

impl Verdict {
    fn network(code: &str, problem: impl ToString) -> Self {
        Self {
            status: code.to_owned(),
            error: Some(problem.to_string()),
        }
    }
}

/// Sends a delivery; a receiver that has not answered after `limit` has failed.
pub(crate) async fn post(parcel: &Parcel, limit: Duration) -> Verdict {
    match tokio::time::timeout(limit, exchange(parcel)).await {
        Ok(verdict) => verdict,
        Err(_elapsed) => Verdict::network("ETIMEDOUT", format!("no answer within {} ms", limit.as_millis())),
    }
}

async fn exchange(parcel: &Parcel) -> Verdict {
    let settings = Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .to_owned();
    let client = match outgoing::client(&settings) {
        Ok(client) => client,
        Err(error) => return Verdict::network("EPROTO", error),
    };
    let uri: Uri = match parcel.url.parse() {
        Ok(uri) => uri,
        Err(error) => return Verdict::network("ERR_INVALID_URL", error),
    };
    let request = Request::post(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("dfns-emulator/", env!("CARGO_PKG_VERSION")))
        .header("x-dfns-webhook-signature", &parcel.signature)
        .body(Full::new(Bytes::from(parcel.body.clone())));
    let request = match request {
        Ok(request) => request,
        Err(error) => return Verdict::network("ERR_INVALID_URL", error),
    };
    match client.request(request).await {
        Ok(answer) => {
            let status = answer.status().as_str().to_owned();
            let error = (status != DELIVERED).then(|| format!("the receiver answered {}", answer.status()));
            Verdict { status, error }
        }
        Err(error) => Verdict::network(code_of(&error), outgoing::chain(&error)),
    }
}

/// The name that Node has for a network error.
fn code_of(error: &hyper_util::client::legacy::Error) -> &'static str {
    let causes = || std::iter::successors(Some(error as &(dyn Error + 'static)), |&cause| cause.source());
    let kind = causes().find_map(|cause| cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind));
    let is_tls = causes().any(|cause| {
        cause.is::<rustls::Error>()
            || cause
                .downcast_ref::<std::io::Error>()
                .and_then(std::io::Error::get_ref)
                .is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>)
    });
    match kind {
        _ if is_tls => "EPROTO",
        Some(ErrorKind::ConnectionRefused) => "ECONNREFUSED",
        Some(ErrorKind::TimedOut) => "ETIMEDOUT",
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => "EHOSTUNREACH",
        _ if causes().any(|cause| cause.to_string().contains("dns error")) => "ENOTFOUND",
        _ => "ECONNRESET",
    }
}
