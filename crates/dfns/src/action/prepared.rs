//! A signed call between its two steps.

use dfns_api::Request;
use dfns_types::{AuthenticationChallenge, Secret};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// A signed call that waits for its user's signature: what was declared to the API, and the challenge that it answered.
///
/// The `init` of every signed call makes one, its `complete` takes it. It is plain data that can be kept as JSON (or in
/// any other form of serde) between the two, so that the server that completes need not be the one that began.
///
/// Give the user's device the [`challenge`](Self::challenge), and keep the whole on the server: it holds the body of the
/// request. Nothing is lost if it comes back changed, since `complete` compares it with the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PreparedAction {
    operation: String,
    /// Path and query.
    target: String,
    payload: Secret,
    challenge: AuthenticationChallenge,
}

impl PreparedAction {
    pub(super) fn new(request: &Request, challenge: AuthenticationChallenge) -> Self {
        Self {
            operation: request.operation().id.to_owned(),
            target: request.target().as_str().to_owned(),
            payload: Secret::new(String::from_utf8_lossy(payload(request))),
            challenge,
        }
    }

    /// What the user has to sign, with everything that the API says about it: relying party, allowed credentials, user
    /// verification. It serialises to the JSON of the API.
    pub fn challenge(&self) -> &AuthenticationChallenge {
        &self.challenge
    }

    /// The id of the operation that is called, such as `createWallet`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// What the call is held against when it is completed. The challenge, which is for its user, is not copied.
    pub(super) fn declared(&self) -> Declared {
        Declared {
            operation: self.operation.clone(),
            target: self.target.clone(),
            payload: self.payload.clone(),
        }
    }
}

/// The request that was declared.
pub(crate) struct Declared {
    operation: String,
    target: String,
    payload: Secret,
}

impl Declared {
    pub(crate) fn payload(&self) -> &str {
        self.payload.expose_secret()
    }

    /// Refuses another request than the one that was declared.
    pub(super) fn check(&self, request: &Request) -> Result<(), Error> {
        let operation = request.operation().id;
        let changed = |part| Err(Error::ActionChanged { operation, part });
        if self.operation != operation {
            return changed("operation");
        }
        if self.target != request.target().as_str() {
            return changed("path");
        }
        if self.payload.expose_secret().as_bytes() != payload(request) {
            return changed("body");
        }
        Ok(())
    }
}

fn payload(request: &Request) -> &[u8] {
    request.body().map_or(&[], |body| body)
}
