//! An OpenID Connect provider, which the emulator plays itself so that people can log in through one.
//!
//! It knows everybody: whoever names an e-mail address is taken for its owner. Its key is not the one of the API, and the
//! API believes its ID tokens for the reason that it would believe those of any provider: their signature verifies.
//!
//! Invariant: an ID token is believed by the API only if this key signed it for this API, it has not expired, and it
//! carries the nonce of the login that it answers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::admin;
use crate::context::{Context, Services};
use crate::server::{Refusal, encode};
use crate::store::{Challenge, ChallengePurpose};

mod code;

pub(crate) use code::{Authorization, authorize, is_address, redeem};

/// The client id by which the provider knows the API.
pub(crate) const CLIENT_ID: &str = "dfns-emulator";
/// Where the provider stands below the admin prefix.
pub(crate) const PATH: &str = "/identity-provider";
/// How long an ID token is good for, in seconds.
const LIFETIME: i64 = 300;

/// What an ID token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IdToken {
    iss: String,
    aud: String,
    /// The provider's own name for somebody.
    sub: String,
    pub(crate) email: String,
    email_verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    iat: i64,
    exp: i64,
}

/// The URL of the provider.
pub(crate) fn url(services: &Services) -> String {
    format!("{}{}{PATH}", services.config.base_url, admin::PREFIX)
}

/// The page of the provider where a login goes on.
pub(crate) fn authorize_url(services: &Services, redirect_uri: &str, state: &str, nonce: Option<&str>) -> String {
    let mut url = format!(
        "{}/authorize?response_type=code&scope=openid%20email&client_id={CLIENT_ID}&redirect_uri={}&state={}",
        url(services),
        encode(redirect_uri),
        encode(state)
    );
    if let Some(nonce) = nonce {
        url.push_str("&nonce=");
        url.push_str(&encode(nonce));
    }
    url
}

/// Signs an ID token for somebody.
///
/// # Errors
/// 500 if it cannot be written.
pub(crate) fn issue(context: &Context<'_>, email: &str, nonce: Option<String>) -> Result<String, Refusal> {
    let services = context.services;
    let now = context.now.unix_seconds();
    let token = IdToken {
        iss: url(services),
        aud: CLIENT_ID.to_owned(),
        sub: URL_SAFE_NO_PAD.encode(email.to_lowercase()),
        email: email.to_owned(),
        email_verified: true,
        nonce,
        iat: now,
        exp: now + LIFETIME,
    };
    let claims = serde_json::to_vec(&token).map_err(|error| Refusal::internal(&error))?;
    let header = json!({ "alg": "EdDSA", "kid": "emulator", "typ": "JWT" }).to_string();
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(pair(services)?.sign(signed.as_bytes()));
    Ok(format!("{signed}.{signature}"))
}

/// Whom an ID token vouches for, if it is good: signed by this provider for this API, not expired, and with this nonce.
///
/// # Errors
/// 401 if it is not good.
pub(crate) fn verify(context: &Context<'_>, token: &str, nonce: Option<&str>) -> Result<IdToken, Refusal> {
    let services = context.services;
    let public = pair(services)?.public_key().as_ref().to_vec();
    let read = || {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // Whatever the header says, only this algorithm and this key are tried.
        let key = UnparsedPublicKey::new(&ED25519, &public);
        key.verify(signed.as_bytes(), &signature).ok()?;
        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()?;
        serde_json::from_slice::<IdToken>(&claims).ok()
    };
    let is_good = |token: &IdToken| {
        token.iss == url(services)
            && token.aud == CLIENT_ID
            && token.email_verified
            && token.exp > context.now.unix_seconds()
            && (nonce.is_none() || token.nonce.as_deref() == nonce)
    };
    read()
        .filter(is_good)
        .ok_or_else(|| Refusal::unauthorized("Invalid ID token."))
}

/// The public key of the provider, as a JWK set.
///
/// # Errors
/// 500 if the key cannot be made.
pub(crate) fn key_set(services: &Services) -> Result<Value, Refusal> {
    let x = URL_SAFE_NO_PAD.encode(pair(services)?.public_key());
    Ok(json!({ "keys": [{
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "emulator", "x": x,
    }] }))
}

fn pair(services: &Services) -> Result<Ed25519KeyPair, Refusal> {
    Ed25519KeyPair::from_seed_unchecked(&services.seed.derive("identity provider key", &[]))
        .map_err(|rejected| Refusal::internal(&std::io::Error::other(rejected.to_string())))
}
