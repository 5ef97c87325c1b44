//! The client.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use dfns_api::{Answer, Call, CallError};
use dfns_types::{FirstFactorAssertion, Secret};

use crate::action::{Completion, PreparedAction};
use crate::builder::DfnsBuilder;
use crate::config::{self, Settings};
use crate::error::{DecodeError, Error, Result, Step};
use crate::retry::RetryPolicy;
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
    transport: Arc<SigningTransport>,
    api: dfns_api::Client,
}

impl Dfns {
    /// Starts the settings of a client; [`DfnsBuilder::build`] ends them.
    pub fn builder() -> DfnsBuilder {
        DfnsBuilder::new()
    }

    pub(crate) fn new(settings: Settings) -> Self {
        let transport = Arc::new(SigningTransport { settings });
        let api = dfns_api::Client::new(transport.clone());
        Self {
            inner: Arc::new(Inner { transport, api }),
        }
    }

    fn settings(&self) -> &Settings {
        &self.inner.transport.settings
    }

    /// The same client with another token, such as the temporary token of a registration; it shares the connections.
    ///
    /// # Errors
    /// [`Error::Config`] if the token is empty or cannot be sent in a header.
    pub fn with_auth_token(&self, auth_token: impl Into<Secret>) -> Result<Self> {
        let bearer = Some(config::bearer(&auth_token.into())?);
        Ok(self.with(|settings| settings.bearer = bearer))
    }

    /// The same client with changed settings.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.settings().clone();
        change(&mut settings);
        Self::new(settings)
    }

    /// The same client with another signer, for a server that signs for many; it shares the connections.
    #[must_use]
    pub fn with_signer(&self, signer: impl Signer + 'static) -> Self {
        self.with_shared_signer(Arc::new(signer))
    }

    pub(crate) fn with_shared_signer(&self, signer: Arc<dyn Signer>) -> Self {
        self.with(|settings| settings.signer = Some(signer))
    }

    /// The address of the API, without a slash at its end.
    pub fn base_url(&self) -> &str {
        self.settings().shared.base_url.as_str()
    }

    /// The low-level calls, one function per operation. They are authenticated and signed like all others; an [`Error`]
    /// is the source of their [`CallError::Transport`](dfns_api::CallError::Transport).
    pub fn api(&self) -> &dfns_api::Client {
        &self.inner.api
    }

    /// The first of two steps: declares a call that its user signs elsewhere.
    #[allow(dead_code, reason = "without a domain there are no calls")]
    pub(crate) async fn init<T: Answer>(&self, call: Call<'_, T>) -> Result<PreparedAction> {
        let request = call.into_request().map_err(Error::unmade)?;
        self.inner.transport.begin(request).await
    }

    /// The second step: the client whose next call is the one that was prepared, signed by its user.
    #[allow(dead_code, reason = "without a domain there are no calls")]
    pub(crate) fn completing(&self, prepared: &PreparedAction, assertion: FirstFactorAssertion) -> Self {
        // A challenge is answered once, so there is one attempt.
        self.with(|settings| {
            settings.retry = RetryPolicy::none();
            settings.completion = Some(Arc::new(Completion::new(prepared, assertion)));
        })
    }

    /// Sends a generated call, and reads its answer.
    #[allow(dead_code, reason = "without a domain there are no calls")]
    pub(crate) async fn finish<T: Answer>(&self, call: Call<'_, T>) -> Result<T> {
        let operation = call.operation().id;
        let request = call.into_request().map_err(Error::unmade)?;
        let response = self.inner.transport.carry(request).await?;
        let status = response.status().as_u16();
        let unreadable = |source| Error::Decode {
            operation,
            step: Step::Call,
            source,
        };
        if !T::accepts(status) {
            let problem = format!("status {status} is not expected of this operation");
            return Err(unreadable(DecodeError::because(problem)));
        }
        T::read(status, response.body()).map_err(|error| unreadable(DecodeError::new(&error, response.body())))
    }
}

impl Error {
    /// There is no request.
    fn unmade(error: CallError) -> Self {
        match error {
            CallError::Argument {
                operation,
                argument,
                problem,
            } => Self::argument(operation, argument, problem),
            other => Self::argument(other.operation(), "request", other.to_string()),
        }
    }
}

impl fmt::Debug for Dfns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = self.settings();
        formatter
            .debug_struct("Dfns")
            .field("base_url", &settings.shared.base_url.as_str())
            .field("auth_token", &config::set(settings.bearer.is_some()))
            .field("signer", &config::set(settings.signer.is_some()))
            .finish_non_exhaustive()
    }
}
