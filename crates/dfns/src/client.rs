//! The client.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use dfns_api::ResponseValue;
use dfns_types::Secret;
use serde::Serialize;

use crate::builder::DfnsBuilder;
use crate::config::{self, Settings};
use crate::error::{DecodeError, Error, Refusal, Result, Step};
use crate::signer::Signer;
use crate::transport::SigningTransport;

/// A call under way, as `.await` makes it. The future of `send()` is the same without the box.
pub type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// A client of the Dfns API. Cheap to clone; all clones share one pool of connections.
#[derive(Clone)]
pub struct Dfns {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Arc<Settings>,
    http: reqwest::Client,
    api: dfns_api::Client,
}

impl Dfns {
    /// Starts the settings of a client; [`DfnsBuilder::build`] ends them.
    pub fn builder() -> DfnsBuilder {
        DfnsBuilder::new()
    }

    pub(crate) fn new(http: reqwest::Client, settings: Settings) -> Self {
        let settings = Arc::new(settings);
        let transport = Arc::new(SigningTransport {
            settings: Arc::clone(&settings),
        });
        let api = dfns_api::Client::new_with_client(settings.base_url.as_str(), http.clone(), transport);
        Self {
            inner: Arc::new(Inner { settings, http, api }),
        }
    }

    /// The same client with another token, such as the temporary token of a registration; it shares the connections.
    ///
    /// # Errors
    /// [`Error::Config`] if the token is empty or cannot be sent in a header.
    pub fn with_auth_token(&self, auth_token: impl Into<Secret>) -> Result<Self> {
        let bearer = Some(config::bearer(&auth_token.into())?);
        let settings = Settings {
            bearer,
            ..(*self.inner.settings).clone()
        };
        Ok(Self::new(self.inner.http.clone(), settings))
    }

    /// How long one HTTP request may take.
    pub(crate) fn timeout(&self) -> std::time::Duration {
        self.inner.settings.timeout
    }

    /// The same client with another signer, for a server that signs for many; it shares the connections.
    #[must_use]
    pub fn with_signer(&self, signer: impl Signer + 'static) -> Self {
        self.with_shared_signer(Arc::new(signer))
    }

    pub(crate) fn with_shared_signer(&self, signer: Arc<dyn Signer>) -> Self {
        let settings = Settings {
            signer: Some(signer),
            ..(*self.inner.settings).clone()
        };
        Self::new(self.inner.http.clone(), settings)
    }

    /// The address of the API, without a slash at its end.
    pub fn base_url(&self) -> &str {
        self.inner.settings.base_url.as_str()
    }

    /// The low-level calls, one function per operation. They are authenticated and signed like all others; their errors
    /// are progenitor's, which may print whole answers.
    pub fn api(&self) -> &dfns_api::Client {
        &self.inner.api
    }

    /// Turns the result of a generated call into ours.
    #[allow(dead_code, reason = "without a domain there are no calls")]
    pub(crate) fn finish<T, E: Serialize>(
        &self,
        operation: &'static str,
        result: Result<ResponseValue<T>, dfns_api::Error<E>>,
    ) -> Result<T> {
        use dfns_api::{Error as ApiError, Failure};

        let error = match result {
            Ok(answer) => return Ok(answer.into_inner()),
            Err(error) => error,
        };
        Err(match error {
            ApiError::UnexpectedResponse(response) => match Failure::<Error>::take(response) {
                Ok(error) => error,
                Err(response) => Error::Decode {
                    operation,
                    step: Step::Call,
                    source: DecodeError::because(format!(
                        "status {} is not expected of this operation",
                        response.status().as_u16()
                    )),
                },
            },
            ApiError::InvalidResponsePayload(body, error) => Error::Decode {
                operation,
                step: Step::Call,
                source: DecodeError::new(&error, &body),
            },
            ApiError::CommunicationError(error) if error.is_builder() => {
                Error::argument(operation, "request", error.without_url().to_string())
            }
            ApiError::CommunicationError(error)
            | ApiError::ResponseBodyError(error)
            | ApiError::InvalidUpgrade(error) => Error::unanswered(operation, Step::Call, self.timeout(), error),
            ApiError::InvalidRequest(problem) | ApiError::Custom(problem) => {
                Error::argument(operation, "request", problem)
            }
            // Ours is the transport, which turns a refusal into `Failure`; kept for the sake of whoever puts in another.
            ApiError::ErrorResponse(answer) => {
                let body = serde_json::to_vec(answer.as_ref()).unwrap_or_default();
                let refusal = Refusal::read(answer.status().as_u16(), &body).with_headers(answer.headers());
                Error::refused(operation, Step::Call, refusal)
            }
        })
    }
}

impl fmt::Debug for Dfns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.inner.settings;
        formatter
            .debug_struct("Dfns")
            .field("base_url", &settings.base_url.as_str())
            .field("auth_token", &config::set(settings.bearer.is_some()))
            .field("signer", &config::set(settings.signer.is_some()))
            .finish_non_exhaustive()
    }
}
