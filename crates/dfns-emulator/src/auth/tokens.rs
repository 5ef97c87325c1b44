//! Signed tokens (JWT, EdDSA): access tokens, challenge identifiers and user actions.
//!
//! Invariant: a token names its audience, and is worth nothing to another one. What it stands for is in the store; the
//! token alone opens nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::Timestamp;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::entropy::Seed;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Audience {
    /// Calls of the API.
    #[serde(rename = "dfns:auth:token")]
    Access,
    /// Completing a challenge.
    #[serde(rename = "dfns:auth:challenge")]
    Challenge,
    /// One signed request.
    #[serde(rename = "dfns:auth:user-action")]
    UserAction,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The URL of the emulator that made the token.
    pub(crate) iss: String,
    pub(crate) aud: Audience,
    /// The organisation.
    pub(crate) sub: String,
    /// The id of what the token stands for: access token, challenge or user action.
    pub(crate) jti: String,
    /// Unix seconds.
    pub(crate) iat: i64,
    /// Unix seconds.
    pub(crate) exp: i64,
    /// The name by which the user logs in; access tokens only.
    #[serde(rename = "https://custom/username", skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<String>,
    /// Whose token it is; access tokens only.
    #[serde(rename = "https://custom/app_metadata", skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<Metadata>,
}

/// Whose access token it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub(crate) user_id: String,
    pub(crate) org_id: String,
    pub(crate) token_kind: String,
    pub(crate) token_id: String,
}

/// Makes tokens and recognises its own.
pub(crate) struct TokenKey {
    pair: Ed25519KeyPair,
}

impl TokenKey {
    /// The key that belongs to a seed.
    pub(crate) fn new(seed: &Seed) -> Result<Self, ring::error::KeyRejected> {
        Ed25519KeyPair::from_seed_unchecked(&seed.derive("token key", &[])).map(|pair| Self { pair })
    }

    /// Signs claims.
    ///
    /// # Errors
    /// If the claims cannot be written as JSON.
    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, serde_json::Error> {
        let header = json!({ "alg": "EdDSA", "kid": self.id(), "typ": "JWT" }).to_string();
        let claims = serde_json::to_vec(claims)?;
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(signed.as_bytes()));
        Ok(format!("{signed}.{signature}"))
    }

    /// The claims of a token, if this key signed it, it is for this audience, and it has not expired.
    pub(crate) fn verify(&self, token: &str, audience: Audience, now: Timestamp) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (_header, claims) = signed.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let key = UnparsedPublicKey::new(&ED25519, self.pair.public_key());
        // Whatever the header says, only our own algorithm and key are tried.
        key.verify(signed.as_bytes(), &signature).ok()?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (claims.aud == audience && claims.exp > now.unix_seconds()).then_some(claims)
    }

    /// The public half as a JWK set.
    pub(crate) fn key_set(&self) -> Value {
        json!({ "keys": [{
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.id(),
            "x": URL_SAFE_NO_PAD.encode(self.pair.public_key()),
        }] })
    }

    /// The thumbprint of RFC 7638, by which verifiers choose the key.
    fn id(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key());
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, members.as_bytes()))
    }
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "TokenKey({})", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            iss: "http://127.0.0.1:1".to_owned(),
            aud: Audience::Access,
            sub: "or-1".to_owned(),
            jti: "to-1".to_owned(),
            iat: 100,
            exp: 200,
            username: None,
            metadata: None,
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_millis(seconds * 1000).unwrap()
    }

    fn key(seed: u64) -> TokenKey {
        TokenKey::new(&Seed::of_number(seed)).unwrap()
    }

    #[test]
    fn a_token_verifies_until_it_expires() {
        let token = key(7).sign(&claims()).unwrap();
        assert_eq!(key(7).verify(&token, Audience::Access, at(199)), Some(claims()));
        assert_eq!(key(7).verify(&token, Audience::Access, at(200)), None);
    }

    #[test]
    fn a_token_of_another_key_or_audience_does_not_verify() {
        let token = key(7).sign(&claims()).unwrap();
        assert_eq!(key(8).verify(&token, Audience::Access, at(150)), None);
        assert_eq!(key(7).verify(&token, Audience::UserAction, at(150)), None);
    }

    #[test]
    fn a_changed_token_does_not_verify() {
        let token = key(7).sign(&claims()).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let other = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Claims { exp: 900, ..claims() }).unwrap());
        for changed in [
            format!("{}.{other}.{}", parts[0], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
        ] {
            assert_eq!(key(7).verify(&changed, Audience::Access, at(150)), None);
        }
        for garbage in ["", ".", "..", "a.b.c", parts[1]] {
            assert_eq!(key(7).verify(garbage, Audience::Access, at(150)), None);
        }
    }
}
