//! User action signing: proof that a credential holder approved one exact request.
//!
//! Three steps: the API is told method, path and body of the request to come and answers a challenge; the signer signs
//! the challenge; the API takes the signature and answers a token. The request goes out with that token.
//!
//! Where the signer is a person at another device, the steps are taken apart: `begin` asks for the challenge, `complete`
//! hands in what came back.
//!
//! Invariant: what is declared is what is sent. The payload is the bytes of the request's own body, never a second
//! serialisation; a token is for one attempt and is never used again.

mod assertion;
mod prepared;

use bytes::Bytes;
use dfns_api::{Content, Request};
use dfns_types::operation::Method;
use dfns_types::{
    AuthenticationChallenge, CompleteChallengeRequest, CreateUserActionChallengeRequest, FirstFactorAssertion, Secret,
    UserActionHttpMethod, UserActionSignature,
};
use http::header::HeaderValue;
use http::uri::PathAndQuery;
use serde_json::Result as Written;

use prepared::Declared;
pub use prepared::PreparedAction;

use crate::error::{DecodeError, Error, Sent, Step};
use crate::json;
use crate::signer::Signer;
use crate::wire::{JSON, Outgoing, Wire};

/// Has `request` approved by the signer; the value of the header that carries the token.
pub(crate) async fn sign(wire: &Wire<'_>, signer: &dyn Signer, request: &Request) -> Result<HeaderValue, Error> {
    let challenge = ask(wire, request).await?;
    let signing = signer.sign(&challenge);
    let answer = match wire.deadline {
        None => signing.await,
        Some(deadline) => match deadline.within(signing).await {
            Some(answer) => answer,
            None => return Err(wire.late(deadline, Step::Signature, Sent::No)),
        },
    };
    let answer = answer.map_err(|source| Error::Signer {
        operation: request.operation().id,
        source,
    })?;
    hand_in(
        wire,
        &CompleteChallengeRequest::new(challenge.challenge_identifier, answer),
    )
    .await
}

/// The answer of a user to the challenge of a call that was begun earlier.
pub(crate) struct Completion {
    pub(crate) declared: Declared,
    challenge: String,
    answer: CompleteChallengeRequest,
}

impl Completion {
    pub(crate) fn new(prepared: &PreparedAction, assertion: FirstFactorAssertion) -> Self {
        let challenge = prepared.challenge();
        Self {
            declared: prepared.declared(),
            challenge: challenge.challenge.clone(),
            answer: CompleteChallengeRequest::new(challenge.challenge_identifier.clone(), assertion),
        }
    }
}

/// Declares `request`, for a user who signs elsewhere.
pub(crate) async fn begin(wire: &Wire<'_>, request: &Request) -> Result<PreparedAction, Error> {
    let challenge = ask(wire, request).await?;
    Ok(PreparedAction::new(request, challenge))
}

/// Trades the answer of the user for the value of the header that carries the token, if `request` is what was declared.
pub(crate) async fn complete(
    wire: &Wire<'_>,
    completion: &Completion,
    request: &Request,
) -> Result<HeaderValue, Error> {
    let Completion {
        declared,
        challenge,
        answer,
    } = completion;
    declared.check(request)?;
    assertion::check(request.operation().id, challenge, &answer.first_factor)?;
    hand_in(wire, answer).await
}

async fn ask(wire: &Wire<'_>, request: &Request) -> Result<AuthenticationChallenge, Error> {
    let step = Step::Challenge;
    let body = serde_json::to_vec(&declare(request)?);
    let answer = exchange(wire, step, "/auth/action/init", body).await?;
    json::read(&answer).map_err(|source| unreadable(wire, step, source))
}

async fn hand_in(wire: &Wire<'_>, answer: &CompleteChallengeRequest) -> Result<HeaderValue, Error> {
    let step = Step::Signature;
    let token = exchange(wire, step, "/auth/action", serde_json::to_vec(answer)).await?;
    let token: UserActionSignature = json::read(&token).map_err(|source| unreadable(wire, step, source))?;
    let mut header = HeaderValue::from_str(token.user_action.expose_secret()).map_err(|_| {
        let problem = "the user action token cannot be sent in a header";
        unreadable(wire, step, DecodeError::because(problem))
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
async fn exchange(wire: &Wire<'_>, step: Step, path: &'static str, body: Written<Vec<u8>>) -> Result<Bytes, Error> {
    let operation = wire.operation.id;
    let body = body.map_err(|error| Error::argument(operation, "challenge", error.to_string()))?;
    let outgoing = Outgoing {
        step,
        method: Method::Post,
        target: &PathAndQuery::from_static(path),
        accept: JSON,
        with_token: true,
        user_action: None,
        content: Some(Content::json(body)),
    };
    Ok(wire.send(outgoing).await?.into_body())
}

fn unreadable(wire: &Wire<'_>, step: Step, source: DecodeError) -> Error {
    Error::Decode {
        operation: wire.operation.id,
        step,
        source,
    }
}
