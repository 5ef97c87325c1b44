//! Clients and answers that several tests use.

use dfns::types::{KeyId, WalletId};
use dfns::{Dfns, DfnsBuilder, KeySigner, RetryPolicy};
use serde_json::{Value, json};

use super::keys;
use super::server::{self, Answer, Server};

pub(crate) const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.the-auth-token.c2lnbmF0dXJl";
pub(crate) const USER_ACTION: &str = "eyJhbGciOiJFZERTQSJ9.the-user-action.c2lnbmF0dXJl";
pub(crate) const CREDENTIAL: &str = "credential-1";

pub(crate) fn wallet_id() -> WalletId {
    "wa-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse().expect("an id")
}

pub(crate) fn key_id() -> KeyId {
    "key-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse().expect("an id")
}

pub(crate) fn signer() -> KeySigner {
    KeySigner::from_pkcs8_der(CREDENTIAL, keys::named("Ed25519").pkcs8).expect("a key")
}

/// A client with token and signer, which tries everything once.
pub(crate) fn client(server: &Server) -> Dfns {
    builder(server).retry(RetryPolicy::none()).build().expect("a client")
}

/// The settings of a client with token and signer.
pub(crate) fn builder(server: &Server) -> DfnsBuilder {
    Dfns::builder().base_url(&server.url).auth_token(TOKEN).signer(signer())
}

pub(crate) fn wallet() -> Value {
    json!({
        "id": wallet_id(),
        "network": "EthereumSepolia",
        "signingKey": {"id": key_id(), "scheme": "ECDSA", "curve": "secp256k1", "publicKey": "02ab"},
        "status": "Active",
        "dateCreated": "2026-11-22T14:56:55.123Z",
        "custodial": true,
        "tags": [],
    })
}

pub(crate) fn challenge() -> Value {
    json!({
        "challenge": keys::vectors()["challengeForGet"],
        "challengeIdentifier": "eyJ.the-challenge-identifier.x",
        "supportedCredentialKinds": [{"kind": "Key", "factor": "either", "requiresSecondFactor": false}],
        "userVerification": "required",
        "attestation": "direct",
        "externalAuthenticationUrl": "",
        "allowCredentials": {"key": [{"type": "public-key", "id": CREDENTIAL}], "webauthn": []},
    })
}

/// The answers of the API to a signed call.
pub(crate) fn signed(last: Answer) -> Vec<Answer> {
    vec![
        server::json(200, challenge()),
        server::json(200, json!({"userAction": USER_ACTION})),
        last,
    ]
}

pub(crate) fn refusal(status: u16, message: &str) -> Answer {
    server::json(status, json!({"error": {"message": message}}))
}
