//! User action signing: proof that a credential holder approved one exact request.
//!
//! Three steps: the API is told method, path and body of the request to come and answers a challenge; the signer signs
//! the challenge; the API takes the signature and answers a token. The request goes out with that token.
//!
//! Invariant: what is declared is what is sent. The payload is the bytes of the request's own body, never a second
//! serialisation; a token is for one attempt and is never used again.

use dfns_types::operation::{Method, Operation};
use dfns_types::{
    AuthenticationChallenge, CompleteChallengeRequest, CreateUserActionChallengeRequest, Secret, UserActionHttpMethod,
    UserActionSignature,
};
use reqwest::Request;
use reqwest::header::HeaderValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{DecodeError, Error, Sent, Step};
use crate::signer::Signer;
use crate::wire::Wire;

/// The header that carries the token of a signed user action.
pub(crate) const USER_ACTION_HEADER: &str = "x-dfns-useraction";

/// Has `request` approved by the signer; the value for [`USER_ACTION_HEADER`].
pub(crate) async fn sign(
    wire: &Wire<'_>,
    signer: &dyn Signer,
    operation: &'static Operation,
    request: &Request,
) -> Result<HeaderValue, Error> {
    let declared = declare(wire, operation, request)?;
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

fn declare(
    wire: &Wire<'_>,
    operation: &'static Operation,
    request: &Request,
) -> Result<CreateUserActionChallengeRequest, Error> {
    let wrong = |problem: &str| Error::argument(operation.id, "body", problem);
    let payload = match request.body() {
        None => "",
        Some(body) => {
            let bytes = body
                .as_bytes()
                .ok_or_else(|| wrong("a streamed body cannot be signed"))?;
            std::str::from_utf8(bytes).map_err(|_| wrong("a body that is not UTF-8 cannot be signed"))?
        }
    };
    let method = match operation.method {
        Method::Get => UserActionHttpMethod::GET,
        Method::Post => UserActionHttpMethod::POST,
        Method::Put => UserActionHttpMethod::PUT,
        Method::Delete => UserActionHttpMethod::DELETE,
    };
    let path = wire.base_url.api_path(request.url());
    Ok(CreateUserActionChallengeRequest::new(
        method,
        path.to_owned(),
        Secret::new(payload),
    ))
}

/// One of the two requests that prepare the call. Without their answers, the call itself is not sent.
async fn exchange<A: DeserializeOwned>(
    wire: &Wire<'_>,
    operation: &'static str,
    step: Step,
    path: &str,
    body: &impl Serialize,
) -> Result<A, Error> {
    let wrong = |problem: String| Error::argument(operation, "challenge", problem);
    let body = serde_json::to_vec(body).map_err(|error| wrong(error.to_string()))?;
    let url = wire.base_url.join(path).map_err(|error| wrong(error.to_string()))?;
    let mut request = Request::new(reqwest::Method::POST, url);
    *request.body_mut() = Some(body.into());
    wire.dress(&mut request, true);

    let not_sent = |error| match error {
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
        },
        other => other,
    };
    let response = wire.send(operation, step, request).await.map_err(not_sent)?;
    let answer = response
        .bytes()
        .await
        .map_err(|error| not_sent(Error::unanswered(operation, step, wire.timeout, error)))?;
    serde_json::from_slice(&answer).map_err(|error| Error::Decode {
        operation,
        step,
        source: DecodeError::new(&error, &answer),
    })
}
