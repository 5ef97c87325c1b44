//! Carries out the requests that the generated calls make.
//!
//! Invariant: an attempt is authenticated and signed from scratch; nothing of one attempt is used in another.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use dfns_api::{Request, Response, Transport, TransportFuture};
use dfns_types::operation::Authentication;
use tracing::Instrument;

use crate::action::{self, Completion, PreparedAction};
use crate::config::Settings;
use crate::error::{Error, Step};
use crate::wire::Outgoing;

pub(crate) struct SigningTransport {
    pub(crate) settings: Arc<Settings>,
    /// Signs in place of the signer, once.
    pub(crate) completion: Option<Completion>,
}

/// What [`SigningTransport::carry`] returns.
pub(crate) type Carrying<'a> = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send + 'a>>;

impl Transport for SigningTransport {
    fn execute(&self, request: Request) -> TransportFuture<'_> {
        Box::pin(async move { Ok(self.carry(request).await?) })
    }
}

impl SigningTransport {
    /// Sends the request of a call; any answer but 2xx is an error. Boxed, so that all that a call does is compiled once
    /// and never moved.
    pub(crate) fn carry(&self, request: Request) -> Carrying<'_> {
        let span = tracing::debug_span!("dfns", operation = request.operation().id);
        Box::pin(self.attempt(request).instrument(span))
    }

    /// Declares the request of a call, for a user who signs elsewhere.
    pub(crate) async fn begin(&self, request: Request) -> Result<PreparedAction, Error> {
        let wire = self.settings.wire();
        if wire.bearer.is_none() {
            return Err(Error::needs(request.operation().id, "auth_token", "a token"));
        }
        action::begin(&wire, &request).await
    }

    async fn attempt(&self, request: Request) -> Result<Response, Error> {
        let wire = self.settings.wire();
        let operation = request.operation();
        let with_token = operation.authentication != Authentication::None;
        if with_token && wire.bearer.is_none() {
            return Err(Error::needs(operation.id, "auth_token", "a token"));
        }
        let user_action = if let Some(completion) = &self.completion {
            Some(action::complete(&wire, completion, &request).await?)
        } else if operation.user_action {
            let signer = self
                .settings
                .signer
                .as_deref()
                .ok_or_else(|| Error::needs(operation.id, "signer", "a user action signature"))?;
            Some(action::sign(&wire, signer, &request).await?)
        } else {
            None
        };
        wire.send(Outgoing {
            operation: operation.id,
            step: Step::Call,
            method: operation.method,
            target: request.target(),
            accept: request.accept(),
            with_token,
            user_action,
            body: request.body().cloned(),
        })
        .await
    }
}
