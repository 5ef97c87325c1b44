//! Types that the generated code brings.
#![expect(missing_docs, reason = "replaced by the generated types")]
use dfns_types::Secret;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationChallenge {
    pub challenge: String,
    pub challenge_identifier: Secret,
    pub allow_credentials: AllowedCredentials,
}
#[derive(Clone, Debug, Deserialize)]
pub struct AllowedCredentials {
    pub key: Vec<CredentialDescriptor>,
}
#[derive(Clone, Debug, Deserialize)]
pub struct CredentialDescriptor {
    pub id: String,
}
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind")]
pub enum FirstFactorAssertion {
    Key(KeyFirstFactor),
}
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyFirstFactor {
    pub credential_assertion: KeyAssertion,
}
impl KeyFirstFactor {
    pub fn new(credential_assertion: KeyAssertion) -> Self {
        Self { credential_assertion }
    }
}
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyAssertion {
    pub client_data: String,
    pub cred_id: String,
    pub signature: String,
}
impl KeyAssertion {
    pub fn new(client_data: String, cred_id: String, signature: String) -> Self {
        Self {
            client_data,
            cred_id,
            signature,
        }
    }
}
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateUserActionChallengeRequest {
    pub user_action_http_method: UserActionHttpMethod,
    pub user_action_http_path: String,
    pub user_action_payload: Secret,
}
impl CreateUserActionChallengeRequest {
    pub fn new(method: UserActionHttpMethod, path: String, payload: Secret) -> Self {
        Self {
            user_action_http_method: method,
            user_action_http_path: path,
            user_action_payload: payload,
        }
    }
}
#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UserActionHttpMethod {
    Get,
    Post,
    Put,
    Delete,
}
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompleteChallengeRequest {
    pub challenge_identifier: Secret,
    pub first_factor: FirstFactorAssertion,
}
impl CompleteChallengeRequest {
    pub fn new(challenge_identifier: Secret, first_factor: FirstFactorAssertion) -> Self {
        Self {
            challenge_identifier,
            first_factor,
        }
    }
}
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserActionSignature {
    pub user_action: Secret,
}
