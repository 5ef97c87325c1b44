//! The settings of a client: checked when it is built, unchanged afterwards.
//!
//! Invariant: `Debug` says whether a token is set, never which.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dfns_types::Secret;
use http::header::HeaderValue;

use crate::action::Completion;
use crate::base_url::BaseUrl;
use crate::engine::{Engine, Limits};
use crate::error::Error;
use crate::limiter::Limiter;
use crate::metrics::Metrics;
use crate::middleware::Middleware;
use crate::random::Random;
use crate::retry::RetryPolicy;
use crate::signer::Signer;

/// The name and version that every request carries.
const PRODUCT: &str = concat!("dfns-rs/", env!("CARGO_PKG_VERSION"));

/// Settings that passed their checks. Cheap to clone, for a call whose settings differ.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) shared: Arc<Shared>,
    pub(crate) bearer: Option<HeaderValue>,
    pub(crate) signer: Option<Arc<dyn Signer>>,
    /// Signs in place of the signer, for one call.
    pub(crate) completion: Option<Arc<Completion>>,
    pub(crate) limits: Limits,
    /// How long a whole call may take.
    pub(crate) call_timeout: Option<Duration>,
    pub(crate) retry: RetryPolicy,
    /// Whether external ids are made up.
    pub(crate) external_ids: bool,
    /// Whether bodies are held against the limits of the API.
    pub(crate) check_arguments: bool,
    pub(crate) random: Random,
    pub(crate) limiter: Option<Arc<Limiter>>,
    pub(crate) metrics: Option<Arc<dyn Metrics>>,
    /// `None` if there is none, so that it costs nothing.
    pub(crate) middleware: Option<Arc<[Arc<dyn Middleware>]>>,
}

/// What is the same for a client and all that are made from it.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) base_url: BaseUrl,
    pub(crate) user_agent: HeaderValue,
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("base_url", &self.shared.base_url.as_str())
            .field("auth_token", &set(self.bearer.is_some()))
            .field("signer", &set(self.signer.is_some()))
            .field("user_agent", &self.shared.user_agent)
            .field("timeout", &self.limits.timeout)
            .field("call_timeout", &self.call_timeout)
            .field("retry", &self.retry)
            .field("external_ids", &self.external_ids)
            .finish_non_exhaustive()
    }
}

/// How `Debug` shows what it must not show.
pub(crate) fn set(is_set: bool) -> &'static str {
    if is_set { "set" } else { "not set" }
}

/// A time limit, which leaves some time.
pub(crate) fn timeout(field: &'static str, timeout: Duration) -> Result<Duration, Error> {
    if timeout.is_zero() {
        return Err(Error::setting(field, "it is zero, expected some time"));
    }
    Ok(timeout)
}

/// The `Authorization` header of a token.
pub(crate) fn bearer(token: &Secret) -> Result<HeaderValue, Error> {
    let wrong = |problem: String| Error::setting("auth_token", problem);
    let token = token.expose_secret();
    if token.is_empty() {
        return Err(wrong("it is empty".to_owned()));
    }
    if let Some(position) = token.bytes().position(|byte| !byte.is_ascii_graphic()) {
        let problem = "is a space, a line break or not ASCII, which a header cannot carry";
        return Err(wrong(format!(
            "character {} of {} {problem}",
            position + 1,
            token.len()
        )));
    }
    let mut header = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| wrong("it cannot be sent in a header".to_owned()))?;
    header.set_sensitive(true);
    Ok(header)
}

/// The `User-Agent` header: the application's own product first, then ours.
pub(crate) fn user_agent(product: Option<&str>) -> Result<HeaderValue, Error> {
    let text = match product {
        None => PRODUCT.to_owned(),
        Some(product) if product.trim().is_empty() => {
            return Err(Error::setting("user_agent", "it is empty"));
        }
        Some(product) => format!("{product} {PRODUCT}"),
    };
    HeaderValue::from_str(&text).map_err(|_| {
        let problem = "it holds characters that a header cannot carry, expected visible ASCII";
        Error::setting("user_agent", problem)
    })
}
