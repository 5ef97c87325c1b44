//! User action signing: proof that a credential holder approved one exact request.
//!
//! Three steps: the API is told method, path and body of the request to come and answers a challenge; the signer signs
//! the challenge; the API takes the signature and answers a token. The request goes out with that token.
//!
//! Invariant: what is declared is what is sent. The payload is the bytes of the request's own body, never a second
//! serialisation; a token is for one attempt and is never used again.

use dfns_api::Request;
use dfns_types::operation::Method;
use dfns_types::{
    AuthenticationChallenge, CompleteChallengeRequest, CreateUserActionChallengeRequest, Secret, UserActionHttpMethod,
    UserActionSignature,
};
use http::header::HeaderValue;
use http::uri::PathAndQuery;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{DecodeError, Error, Sent, Step};
use crate::signer::Signer;
use crate::wire::{JSON, Outgoing, Wire};

/// Has `request` approved by the signer; the value of the header that carries the token.
pub(crate) async fn sign(wire: &Wire<'_>, signer: &dyn Signer, request: &Request) -> Result<HeaderValue, Error> {
    let operation = request.operation();
    let declared = declare(request)?;
    let challenge: AuthenticationChallenge =
        exchange(wire, operation.id, Step::Challenge, "/auth/action/init", &declared).await?;
    let answer = signer.sign(&challenge).await.map_err(|source| Error::Signer {
        operation: operation.id,
        source,
    })?;
    let completion = CompleteChallengeRequest::new(challenge.challenge_identifier, answer);
    let token: UserActionSignature = exchange(wire, operation.id, Step::Signature, "/auth/action", &completion).await?;

    let mut header = HeaderValue::from_str(token.user_action.expose_secret()).map_err(|_| Error::Decode {
        operation: operation.id,
        step: Step::Signature,
        source: DecodeError::because("the user action token cannot be sent in a header"),
    })?;
    header.set_sensitive(true);
    Ok(header)
}

fn declare(request: &Request) -> Result<CreateUserActionChallengeRequest, Error> {
    let operation = request.operation();
    let payload = std::str::from_utf8(request.body().map_or(&[], |body| body))
        .map_err(|_| Error::argument(operation.id, "body", "it is not UTF-8, and cannot be signed"))?;
    let method = match operation.method {
        Method::Get => UserActionHttpMethod::GET,
        Method::Post => UserActionHttpMethod::POST,
        Method::Put => UserActionHttpMethod::PUT,
        Method::Delete => UserActionHttpMethod::DELETE,
    };
    Ok(CreateUserActionChallengeRequest::new(
        method,
        request.path().to_owned(),
        Secret::new(payload),
    ))
}

/// One of the two requests that prepare the call. Without their answers, the call itself is not sent.
async fn exchange<A: DeserializeOwned>(
    wire: &Wire<'_>,
    operation: &'static str,
    step: Step,
    path: &'static str,
    body: &impl Serialize,
) -> Result<A, Error> {
    let body = serde_json::to_vec(body).map_err(|error| Error::argument(operation, "challenge", error.to_string()))?;
    let outgoing = Outgoing {
        operation,
        step,
        method: Method::Post,
        target: &PathAndQuery::from_static(path),
        accept: JSON,
        with_token: true,
        user_action: None,
        body: Some(body.into()),
    };
    let response = wire.send(outgoing).await.map_err(|error| match error {
        Error::Transport {
            operation,
            step,
            external_id,
            source,
            ..
        } => Error::Transport {
            operation,
            step,
            sent: Sent::No,
            external_id,
            source,
        },
        Error::TimedOut {
            operation,
            step,
            limit,
            external_id,
            ..
        } => Error::TimedOut {
            operation,
            step,
            limit,
            sent: Sent::No,
            external_id,
            last: None,
        },
        other => other,
    })?;
    serde_json::from_slice(response.body()).map_err(|error| Error::Decode {
        operation,
        step,
        source: DecodeError::new(&error, response.body()),
    })
}
