//! Makes a client out of settings.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dfns_types::Secret;

use crate::base_url::BaseUrl;
use crate::client::Dfns;
use crate::config::{self, Settings, set};
use crate::error::Error;
use crate::signer::Signer;
use crate::tls;

/// Production.
const DEFAULT_BASE_URL: &str = "https://api.dfns.io";
/// How long a request may take, from connecting to the last byte of the answer.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of a client to be; made by [`Dfns::builder`].
#[must_use = "nothing happens before `build`"]
pub struct DfnsBuilder {
    base_url: String,
    auth_token: Option<Secret>,
    signer: Option<Arc<dyn Signer>>,
    timeout: Duration,
    user_agent: Option<String>,
    http_client: Option<reqwest::Client>,
}

impl DfnsBuilder {
    pub(crate) fn new() -> Self {
        Self {
            base_url: DEFAULT_BASE_URL.to_owned(),
            auth_token: None,
            signer: None,
            timeout: DEFAULT_TIMEOUT,
            user_agent: None,
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
    /// A signed call makes three requests.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Names the application, as `name/version`, in front of `dfns-rs/version` in the `User-Agent` header.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// An HTTP client with your own proxy, TLS or connection pool in place of the built-in one.
    ///
    /// It should follow no redirects: the API sends none, and a signed request is for one address.
    pub fn http_client(mut self, http_client: reqwest::Client) -> Self {
        self.http_client = Some(http_client);
        self
    }

    /// Checks the settings and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Config`] names the setting that is wrong, or says that the certificates of the operating system cannot
    /// be read.
    pub fn build(self) -> Result<Dfns, Error> {
        let base_url = BaseUrl::parse(&self.base_url)?;
        let bearer = self.auth_token.as_ref().map(config::bearer).transpose()?;
        let user_agent = config::user_agent(self.user_agent.as_deref())?;
        if self.timeout.is_zero() {
            return Err(Error::Config {
                field: "timeout",
                problem: "it is zero".to_owned(),
            });
        }
        let http = match self.http_client {
            Some(http) => http,
            None => http_client(&base_url)?,
        };
        Ok(Dfns::new(
            http,
            Settings {
                base_url,
                bearer,
                signer: self.signer,
                user_agent,
                timeout: self.timeout,
            },
        ))
    }
}

fn http_client(base_url: &BaseUrl) -> Result<reqwest::Client, Error> {
    let wrong = |problem: String| Error::Config {
        field: "http_client",
        problem,
    };
    let tls = if base_url.is_tls() {
        tls::platform()
    } else {
        tls::none()
    }
    .map_err(|error| wrong(format!("TLS cannot be set up: {error}")))?;
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(base_url.is_tls())
        // A token must not follow wherever a redirect points.
        .redirect(reqwest::redirect::Policy::none());
    if !base_url.is_tls() {
        // Without TLS a request must not leave this machine, which a proxy of the environment would make it do.
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| wrong(error.to_string()))
}

impl fmt::Debug for DfnsBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is not checked yet: it may hold credentials.
        formatter
            .debug_struct("DfnsBuilder")
            .field("auth_token", &set(self.auth_token.is_some()))
            .field("signer", &set(self.signer.is_some()))
            .field("timeout", &self.timeout)
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}
