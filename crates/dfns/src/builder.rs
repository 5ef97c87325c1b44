//! Makes a client out of settings.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dfns_types::Secret;
use tokio::sync::Semaphore;

use crate::base_url::BaseUrl;
use crate::client::Dfns;
use crate::config::{self, Settings, Shared, set};
#[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
use crate::engine::Own;
#[cfg(not(target_arch = "wasm32"))]
use crate::engine::{Builtin, ProxyChoice, RootCertificates};
use crate::engine::{Engine, Limits};
use crate::error::Error;
use crate::limiter::{Limiter, Rate};
use crate::metrics::Metrics;
use crate::middleware::Middleware;
use crate::random::Random;
use crate::retry::RetryPolicy;
use crate::signer::Signer;

/// Production.
const DEFAULT_BASE_URL: &str = "https://api.dfns.io";
/// How long a request may take, from connecting to the last byte of the answer.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// How many bytes an answer may have.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// The settings of a client to be; made by [`Dfns::builder`].
#[must_use = "nothing happens before `build`"]
pub struct DfnsBuilder {
    base_url: String,
    auth_token: Option<Secret>,
    signer: Option<Arc<dyn Signer>>,
    limits: Limits,
    call_timeout: Option<Duration>,
    retry: RetryPolicy,
    external_ids: bool,
    check_arguments: bool,
    random: Random,
    rate: Option<(u32, Duration)>,
    concurrency: Option<usize>,
    metrics: Option<Arc<dyn Metrics>>,
    middleware: Vec<Arc<dyn Middleware>>,
    user_agent: Option<String>,
    #[cfg(not(target_arch = "wasm32"))]
    root_certificates: Vec<Vec<u8>>,
    #[cfg(not(target_arch = "wasm32"))]
    proxy: ProxyChoice,
    #[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
    http_client: Option<reqwest::Client>,
}

impl DfnsBuilder {
    pub(crate) fn new() -> Self {
        Self {
            base_url: DEFAULT_BASE_URL.to_owned(),
            auth_token: None,
            signer: None,
            limits: Limits {
                timeout: DEFAULT_TIMEOUT,
                answer: LONGEST_ANSWER,
            },
            call_timeout: None,
            retry: RetryPolicy::new(),
            external_ids: true,
            check_arguments: true,
            random: Random::default(),
            rate: None,
            concurrency: None,
            metrics: None,
            middleware: Vec::new(),
            user_agent: None,
            #[cfg(not(target_arch = "wasm32"))]
            root_certificates: Vec::new(),
            #[cfg(not(target_arch = "wasm32"))]
            proxy: ProxyChoice::None,
            #[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
            http_client: None,
        }
    }

    /// Where the API is: `https://api.dfns.io` by default. `http` is accepted for this machine only; a path is kept.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The token of a service account, a personal access token, or that of a user who has logged in.
    ///
    /// Without one, only the operations that are open to everybody can be called.
    pub fn auth_token(mut self, auth_token: impl Into<Secret>) -> Self {
        self.auth_token = Some(auth_token.into());
        self
    }

    /// Who approves requests. Without one, only operations that need no user action signature can be called.
    pub fn signer(mut self, signer: impl Signer + 'static) -> Self {
        self.signer = Some(Arc::new(signer));
        self
    }

    /// How long one HTTP request may take, from connecting to the last byte of the answer; 30 s by default.
    ///
    /// A signed call makes three requests, and each of its attempts as many. [`Dfns::with_timeout`] sets another limit for
    /// single calls.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long a whole call may take, with all attempts, the waits between them and the signer; not limited by default.
    ///
    /// What is too late ends in [`Error::TimedOut`]. [`Dfns::with_call_timeout`] sets another limit for single calls.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }

    /// How many bytes the body of an answer may have; 64 MiB by default. Of a refusal, only the beginning is read.
    pub fn longest_answer(mut self, bytes: usize) -> Self {
        self.limits.answer = bytes;
        self
    }

    /// How often a call is tried, and how long is waited in between; four times by default.
    ///
    /// Never repeated is a write that may have taken effect, unless it carries an `externalId` by which the API knows it
    /// again. [`Dfns::with_retry`] sets another policy for single calls.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Whether transfers, transactions, signatures and the other requests that can carry an `externalId` for it get one
    /// when the caller gives none: a UUID of version 4. They do by default.
    ///
    /// It makes the request one that can be repeated, so that exactly one transfer exists after an answer was lost and
    /// asked for again. It helps within one call. For a program that may end in the middle of one, give the request an
    /// `externalId` of your own, and keep that before you send.
    pub fn external_ids(mut self, make: bool) -> Self {
        self.external_ids = make;
        self
    }

    /// Whether body and query are held against the limits that the API documents, before anything is sent; they are by
    /// default.
    ///
    /// Turn it off if the API takes more than this release knows.
    pub fn check_arguments(mut self, check: bool) -> Self {
        self.check_arguments = check;
        self
    }

    /// Where the randomness of delays and made-up external ids comes from; the operating system by default. For tests that
    /// must be the same every time.
    pub fn randomness(mut self, fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        self.random = Random::from(fill);
        self
    }

    /// Sends at most so many requests in any such time, after a first burst of as many; not limited by default.
    ///
    /// What comes too early waits for its turn. The limit is one for all clones of the client. A signed call makes three
    /// requests.
    pub fn rate_limit(mut self, requests: u32, per: Duration) -> Self {
        self.rate = Some((requests, per));
        self
    }

    /// Has at most so many requests under way at a time, over all clones of the client; not limited by default.
    pub fn concurrency_limit(mut self, requests: usize) -> Self {
        self.concurrency = Some(requests);
        self
    }

    /// Who is told of every request and call.
    pub fn metrics(mut self, metrics: impl Metrics + 'static) -> Self {
        self.metrics = Some(Arc::new(metrics));
        self
    }

    /// Puts middleware around every HTTP request; the first that is added is the outermost.
    pub fn middleware(mut self, middleware: impl Middleware + 'static) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// Names the application, as `name/version`, in front of `dfns-rs/version` in the `User-Agent` header.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Trusts the certificates of this PEM text too, beside Mozilla's certificate authorities, which are compiled in.
    ///
    /// For networks that open TLS on its way out: nothing is read from the operating system. May be called repeatedly.
    /// A browser has its own, and no such method.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn root_certificate_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.root_certificates.push(pem.as_ref().to_vec());
        self
    }

    /// Goes to the API through a proxy, `http://host:port` or `http://user:password@host:port`, which opens a tunnel
    /// (`CONNECT`); user and password are percent-encoded. By default there is none, whatever the environment says.
    ///
    /// TLS goes through the tunnel, to the API: the proxy sees its host, and no request. A proxy that is spoken to with TLS
    /// or SOCKS needs `http_client`. A browser has its own proxy, and no such method.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn proxy(mut self, proxy: impl Into<Secret>) -> Self {
        self.proxy = ProxyChoice::This(proxy.into());
        self
    }

    /// Goes to the API through the proxy that the environment names, if it does: `HTTPS_PROXY` or else `ALL_PROXY`, but not
    /// to what `NO_PROXY` lists (hosts, domains, addresses, networks, `*`); also in small letters.
    ///
    /// They are read once, by [`build`](Self::build). A base URL of `http`, which is on this machine, is reached directly.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn proxy_from_environment(mut self) -> Self {
        self.proxy = ProxyChoice::Environment;
        self
    }

    /// An HTTP client with your own proxy, TLS or connection pool in place of the built-in one.
    ///
    /// `dfns` takes reqwest without TLS: turn on one of its TLS features in your own `Cargo.toml`. Your client should follow no redirects: the API sends none, and
    /// a signed request is for one address.
    ///
    /// Needs the feature `reqwest`, except in a browser, where `fetch` is all there is.
    #[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
    pub fn http_client(mut self, http_client: reqwest::Client) -> Self {
        self.http_client = Some(http_client);
        self
    }

    /// Checks the settings and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Config`] names the setting that is wrong.
    pub fn build(self) -> Result<Dfns, Error> {
        let base_url = BaseUrl::parse(&self.base_url)?;
        let bearer = self.auth_token.as_ref().map(config::bearer).transpose()?;
        let user_agent = config::user_agent(self.user_agent.as_deref())?;
        config::timeout("timeout", self.limits.timeout)?;
        let call_timeout = self.call_timeout.map(|limit| config::timeout("call_timeout", limit));
        let call_timeout = call_timeout.transpose()?;
        let limiter = limiter(self.rate, self.concurrency)?;
        let engine = self.engine(&base_url)?;
        Ok(Dfns::new(Settings {
            shared: Arc::new(Shared {
                engine,
                base_url,
                user_agent,
            }),
            bearer,
            signer: self.signer,
            completion: None,
            limits: self.limits,
            call_timeout,
            retry: self.retry,
            external_ids: self.external_ids,
            check_arguments: self.check_arguments,
            random: self.random,
            limiter,
            metrics: self.metrics,
            middleware: (!self.middleware.is_empty()).then(|| self.middleware.into()),
        }))
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn engine(&self, base_url: &BaseUrl) -> Result<Engine, Error> {
        let roots = roots(&self.root_certificates)?;
        #[cfg(feature = "reqwest")]
        if let Some(http) = &self.http_client {
            if !self.root_certificates.is_empty() {
                let problem =
                    "it is for the built-in HTTP client, but `http_client` is set: give the certificate to that";
                return Err(wrong("root_certificate_pem", problem.to_owned()));
            }
            if let Some(setting) = self.proxy.setting() {
                let problem = "it is for the built-in HTTP client, but `http_client` is set: give the proxy to that";
                return Err(wrong(setting, problem.to_owned()));
            }
            return Ok(Engine::Own(Own::new(http.clone(), base_url.clone())));
        }
        let proxy = self.proxy.find(base_url, &|name| {
            // What is no Unicode is no proxy either, and is found out as that.
            std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })?;
        Ok(Engine::Builtin(Builtin::new(base_url, roots, proxy)?))
    }

    #[cfg(target_arch = "wasm32")]
    fn engine(&self, base_url: &BaseUrl) -> Result<Engine, Error> {
        let http = self.http_client.clone().unwrap_or_default();
        Ok(Engine::Own(Own::new(http, base_url.clone())))
    }
}

fn wrong(field: &'static str, problem: String) -> Error {
    Error::setting(field, problem)
}

fn limiter(rate: Option<(u32, Duration)>, concurrency: Option<usize>) -> Result<Option<Arc<Limiter>>, Error> {
    if rate.is_none() && concurrency.is_none() {
        return Ok(None);
    }
    let rate = match rate {
        Some((requests, per)) if requests == 0 || per.is_zero() => {
            let problem = "it lets nothing through, expected at least one request in some time";
            return Err(wrong("rate_limit", problem.to_owned()));
        }
        Some((requests, per)) => Some(Rate::new(requests, per)),
        None => None,
    };
    let concurrency = match concurrency {
        Some(0) => {
            let problem = "it is 0, expected at least one request at a time";
            return Err(wrong("concurrency_limit", problem.to_owned()));
        }
        Some(requests) => Some(Semaphore::new(requests.min(Semaphore::MAX_PERMITS))),
        None => None,
    };
    Ok(Some(Arc::new(Limiter { concurrency, rate })))
}

#[cfg(not(target_arch = "wasm32"))]
fn roots(texts: &[Vec<u8>]) -> Result<RootCertificates, Error> {
    let mut roots = RootCertificates::none();
    for text in texts {
        roots
            .add_pem(text)
            .map_err(|problem| wrong("root_certificate_pem", problem.to_string()))?;
    }
    Ok(roots)
}

impl fmt::Debug for DfnsBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is not checked yet: it may hold credentials.
        let mut shown = formatter.debug_struct("DfnsBuilder");
        #[cfg(not(target_arch = "wasm32"))]
        shown.field("proxy", &self.proxy.shown());
        shown
            .field("auth_token", &set(self.auth_token.is_some()))
            .field("signer", &set(self.signer.is_some()))
            .field("timeout", &self.limits.timeout)
            .field("call_timeout", &self.call_timeout)
            .field("retry", &self.retry)
            .field("external_ids", &self.external_ids)
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}
