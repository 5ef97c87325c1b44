//! Signed tokens (JWT, EdDSA): access tokens, challenge identifiers and user actions.
//!
//! Invariant: a token names its audience, and is worth nothing to another one. What it stands for is in the store; the
//! token alone opens nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// The header of every token, as it stands in them.
    header: String,
    seen: Mutex<Seen>,
}

impl TokenKey {
    /// The key that belongs to a seed.
    pub(crate) fn new(seed: &Seed) -> Result<Self, ring::error::KeyRejected> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed.derive("token key", &[]))?;
        let header = json!({ "alg": "EdDSA", "kid": id(&pair), "typ": "JWT" }).to_string();
        Ok(Self {
            pair,
            header: URL_SAFE_NO_PAD.encode(header),
            seen: Mutex::default(),
        })
    }

    /// Signs claims.
    ///
    /// # Errors
    /// If the claims cannot be written as JSON.
    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, serde_json::Error> {
        let encoded = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims)?);
        let signed = format!("{}.{encoded}", self.header);
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(signed.as_bytes()));
        let token = format!("{signed}.{signature}");
        self.lock().remember(digest(&token), &Arc::new(claims.clone()));
        Ok(token)
    }

    /// The claims of a token, if this key signed it, it is for this audience, and it has not expired. In the second in
    /// which it does, the store decides, where what it stands for expires to the millisecond.
    pub(crate) fn verify(&self, token: &str, audience: Audience, now: Timestamp) -> Option<Arc<Claims>> {
        let name = digest(token);
        let known = self.lock().find(&name);
        let claims = if let Some(claims) = known {
            claims
        } else {
            let claims = Arc::new(self.read(token)?);
            self.lock().remember(name, &claims);
            claims
        };
        (claims.aud == audience && claims.exp >= now.unix_seconds()).then_some(claims)
    }

    /// The claims of a token that this key signed.
    fn read(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (_header, claims) = signed.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let key = UnparsedPublicKey::new(&ED25519, self.pair.public_key());
        // Whatever the header says, only our own algorithm and key are tried.
        key.verify(signed.as_bytes(), &signature).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The public half as a JWK set.
    pub(crate) fn key_set(&self) -> Value {
        json!({ "keys": [{
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": id(&self.pair),
            "x": URL_SAFE_NO_PAD.encode(self.pair.public_key()),
        }] })
    }
}

/// The thumbprint of RFC 7638, by which verifiers choose the key.
fn id(pair: &Ed25519KeyPair) -> String {
    let x = URL_SAFE_NO_PAD.encode(pair.public_key());
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, members.as_bytes()))
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "TokenKey({})", id(&self.pair))
    }
}

/// What stands for a token where the token itself must not be kept.
type Name = [u8; 32];

fn digest(token: &str) -> Name {
    let mut name = [0; 32];
    name.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, token.as_bytes()).as_ref());
    name
}

/// How many tokens are known by sight, twice: those that were seen lately, and those before them.
const SEEN: usize = 4_096;

/// The tokens whose signatures are known to be good, so that the same text is not verified time and again: a signature
/// that was good stays good. What changes (expiry, revocation) is no matter of the signature, and looked at each time.
#[derive(Default)]
struct Seen {
    lately: HashMap<Name, Arc<Claims>>,
    before: HashMap<Name, Arc<Claims>>,
}

impl Seen {
    fn find(&mut self, name: &Name) -> Option<Arc<Claims>> {
        if let Some(claims) = self.lately.get(name) {
            return Some(Arc::clone(claims));
        }
        let claims = self.before.remove(name)?;
        self.remember(*name, &claims);
        Some(claims)
    }

    fn remember(&mut self, name: Name, claims: &Arc<Claims>) {
        if self.lately.len() >= SEEN {
            self.before = std::mem::take(&mut self.lately);
        }
        self.lately.insert(name, Arc::clone(claims));
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
    fn a_token_verifies_until_the_second_in_which_it_expires_is_over() {
        let token = key(7).sign(&claims()).unwrap();
        assert_eq!(key(7).verify(&token, Audience::Access, at(200)), Some(claims().into()));
        assert_eq!(key(7).verify(&token, Audience::Access, at(201)), None);
    }

    #[test]
    fn a_token_of_another_key_or_audience_does_not_verify() {
        let token = key(7).sign(&claims()).unwrap();
        assert_eq!(key(8).verify(&token, Audience::Access, at(150)), None);
        assert_eq!(key(7).verify(&token, Audience::UserAction, at(150)), None);
    }

    #[test]
    fn a_token_that_was_seen_before_is_still_held_against_audience_and_time() {
        let (maker, key) = (key(7), key(7));
        let token = maker.sign(&claims()).unwrap();
        for key in [&maker, &key] {
            assert_eq!(key.verify(&token, Audience::Access, at(150)), Some(claims().into()));
            assert_eq!(key.verify(&token, Audience::Access, at(201)), None);
            assert_eq!(key.verify(&token, Audience::Challenge, at(150)), None);
            assert_eq!(key.verify(&format!("{token}x"), Audience::Access, at(150)), None);
        }
    }

    #[test]
    fn only_so_many_tokens_are_known_by_sight_and_the_others_verify_too() {
        let key = key(7);
        let first = key.sign(&claims()).unwrap();
        for number in 0..2 * SEEN {
            key.lock().remember(digest(&number.to_string()), &Arc::new(claims()));
        }
        let known = {
            let seen = key.lock();
            seen.lately.len() + seen.before.len()
        };
        assert!(known <= 2 * SEEN);
        assert!(key.lock().find(&digest(&first)).is_none());
        assert!(key.verify(&first, Audience::Access, at(150)).is_some());
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
