//! Makes a client out of settings.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dfns_types::Secret;

use crate::base_url::BaseUrl;
use crate::client::Dfns;
use crate::config::{self, Settings, set};
#[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
use crate::engine::Own;
#[cfg(not(target_arch = "wasm32"))]
use crate::engine::{Builtin, RootCertificates};
use crate::engine::{Engine, Limits};
use crate::error::Error;
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
    timeout: Duration,
    user_agent: Option<String>,
    #[cfg(not(target_arch = "wasm32"))]
    root_certificates: Vec<Vec<u8>>,
    #[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
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
            #[cfg(not(target_arch = "wasm32"))]
            root_certificates: Vec::new(),
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

    /// Trusts the certificates of this PEM text too, beside Mozilla's certificate authorities, which are compiled in.
    ///
    /// For networks that open TLS on its way out: nothing is read from the operating system. May be called repeatedly.
    /// A browser has its own, and no such method.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn root_certificate_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.root_certificates.push(pem.as_ref().to_vec());
        self
    }

    /// An HTTP client with your own proxy, TLS or connection pool in place of the built-in one.
    ///
    /// The built-in one goes to the API directly, whatever `HTTPS_PROXY` says. `dfns` takes reqwest without TLS: turn on
    /// one of its TLS features in your own `Cargo.toml`. Your client should follow no redirects: the API sends none, and
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
        if self.timeout.is_zero() {
            return Err(wrong("timeout", "it is zero".to_owned()));
        }
        let engine = self.engine(&base_url)?;
        Ok(Dfns::new(Settings {
            engine,
            base_url,
            bearer,
            signer: self.signer,
            user_agent,
            limits: Limits {
                timeout: self.timeout,
                answer: LONGEST_ANSWER,
            },
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
            return Ok(Engine::Own(Own::new(http.clone(), base_url.clone())));
        }
        Ok(Engine::Builtin(Builtin::new(base_url, roots)?))
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
        formatter
            .debug_struct("DfnsBuilder")
            .field("auth_token", &set(self.auth_token.is_some()))
            .field("signer", &set(self.signer.is_some()))
            .field("timeout", &self.timeout)
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}
