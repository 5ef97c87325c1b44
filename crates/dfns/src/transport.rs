//! Carries out the requests that the generated calls make.
//!
//! Invariant: an attempt is authenticated and signed from scratch; nothing of one attempt is used in another.

use std::sync::Arc;

use dfns_api::{Failure, Transport, TransportFuture};
use dfns_types::operation::{Authentication, Operation};
use reqwest::header::HeaderName;
use reqwest::{Client, Request, Response};
use tracing::Instrument;

use crate::action;
use crate::config::Settings;
use crate::error::{Error, Step};

pub(crate) struct SigningTransport {
    pub(crate) settings: Arc<Settings>,
}

impl Transport for SigningTransport {
    fn execute<'a>(&'a self, _: &'a Client, operation: &'static Operation, request: Request) -> TransportFuture<'a> {
        let span = tracing::debug_span!("dfns", operation = operation.id);
        let call = async move {
            match self.attempt(operation, request).await {
                Ok(response) => Ok(response),
                Err(error) => Ok(Failure(error).into_response()),
            }
        };
        Box::pin(call.instrument(span))
    }
}

impl SigningTransport {
    async fn attempt(&self, operation: &'static Operation, mut request: Request) -> Result<Response, Error> {
        let wire = self.settings.wire();
        check_path(operation, wire.base_url.api_path(request.url()))?;
        let with_token = operation.authentication != Authentication::None;
        if with_token && wire.bearer.is_none() {
            return Err(Error::needs(operation.id, "auth_token", "a token"));
        }
        wire.dress(&mut request, with_token);
        if operation.user_action {
            let signer = self
                .settings
                .signer
                .as_deref()
                .ok_or_else(|| Error::needs(operation.id, "signer", "a user action signature"))?;
            let token = action::sign(&wire, signer, operation, &request).await?;
            request
                .headers_mut()
                .insert(HeaderName::from_static(action::USER_ACTION_HEADER), token);
        }
        wire.send(operation.id, Step::Call, request).await
    }
}

/// Refuses a path that became another one: an empty argument, `.` or `..` would reach another operation.
fn check_path(operation: &'static Operation, path: &str) -> Result<(), Error> {
    let matches = path.split('/').count() == operation.path.split('/').count()
        && path.split('/').zip(operation.path.split('/')).all(|(sent, template)| {
            if template.starts_with('{') {
                !sent.is_empty()
            } else {
                sent == template
            }
        });
    if matches {
        return Ok(());
    }
    Err(Error::argument(
        operation.id,
        operation.path,
        "an argument in the path is empty, `.` or `..`, expected a name",
    ))
}

#[cfg(test)]
mod tests {
    use dfns_types::operation::by_function;

    use super::check_path;
    use crate::error::Error;

    #[test]
    fn path_is_sent_only_if_it_is_the_path_of_the_operation() {
        let operation = by_function("get_wallet_assets").expect("an operation");
        assert_eq!(operation.path, "/wallets/{walletId}/assets");
        check_path(operation, "/wallets/wa-1/assets").expect("its path");
        for path in [
            "/wallets//assets",
            "/wallets/assets",
            "/assets",
            "/wallets/wa-1",
            "/wallets/wa-1/assets/x",
            "/keys/wa-1/assets",
            "",
        ] {
            let error = check_path(operation, path).expect_err(path);
            assert!(
                matches!(
                    error,
                    Error::Argument {
                        operation: "getWalletAssets",
                        ..
                    }
                ),
                "{error:?}"
            );
        }
    }
}
