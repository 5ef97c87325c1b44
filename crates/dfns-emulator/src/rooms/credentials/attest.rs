//! New credentials, checked before they are kept.
//!
//! Invariant: nothing is kept whose private half did not sign the challenge of this very session.

use dfns_types::{CredentialInfo, NewCredentialKind, Secret};
use serde::Deserialize;
use serde_json::Value;

use crate::action::complete::without_padding;
use crate::context::Context;
use crate::credentials::{
    CredentialError, KeyAttestation, WebauthnAttestation, decode_base64url, verify_key_attestation,
    verify_webauthn_attestation,
};
use crate::rooms::refusals::invalid_field;
use crate::server::Refusal;
use crate::store::{Credential, CredentialKind, UserRecord};

/// A new credential as it is received, in any of the flows that take one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewCredential {
    pub(crate) credential_kind: NewCredentialKind,
    /// Read only once the kind is known: those that are not supported have another form.
    pub(super) credential_info: Value,
    #[serde(default)]
    pub(crate) credential_name: Option<String>,
    #[serde(default)]
    pub(super) encrypted_private_key: Option<Secret>,
}

/// The kind of a new credential.
///
/// # Errors
/// 400 for passwords, one-time passwords and whatever else is not supported.
pub(crate) fn supported(field: &str, kind: &NewCredentialKind) -> Result<CredentialKind, Refusal> {
    match kind {
        NewCredentialKind::Fido2 => Ok(CredentialKind::Fido2),
        NewCredentialKind::Key => Ok(CredentialKind::Key),
        NewCredentialKind::PasswordProtectedKey => Ok(CredentialKind::PasswordProtectedKey),
        NewCredentialKind::RecoveryKey => Ok(CredentialKind::RecoveryKey),
        other => Err(invalid_field(field, &format!("{} is not supported", other.as_str()))),
    }
}

/// Checks a new credential over a challenge and keeps it. `field` is where it stands in the body, and is empty or ends
/// in a dot.
///
/// # Errors
/// 400 if it is not supported, incomplete, or not attested over this challenge; 409 if its id is taken.
pub(crate) fn keep(
    context: &Context<'_>,
    user: &UserRecord,
    field: &str,
    new: NewCredential,
    default_name: &str,
    challenge: &str,
) -> Result<Credential, Refusal> {
    let at = |name: &str| format!("{field}{name}");
    let kind = supported(&at("credentialKind"), &new.credential_kind)?;
    let mut info: CredentialInfo = serde_json::from_value(new.credential_info)
        .map_err(|error| invalid_field(&at("credentialInfo"), &error.to_string()))?;
    if kind == CredentialKind::Fido2 {
        let length = without_padding(&info.cred_id).len();
        info.cred_id.truncate(length);
    }
    let encrypted_private_key = new.encrypted_private_key.map(|key| key.expose_secret().to_owned());
    let must_be_given = kind == CredentialKind::PasswordProtectedKey;
    if encrypted_private_key.as_deref().map_or(must_be_given, str::is_empty) {
        return Err(invalid_field(&at("encryptedPrivateKey"), "must not be empty"));
    }
    for (name, text) in [
        ("credentialInfo.credId", Some(&info.cred_id)),
        ("credentialName", new.credential_name.as_ref()),
    ] {
        if text.is_some_and(String::is_empty) {
            return Err(invalid_field(&at(name), "must not be empty"));
        }
    }
    let verified =
        verify(kind, &info, challenge).map_err(|error| invalid_field(&at("credentialInfo"), &error.to_string()))?;
    if context.store.credential_by_credential_id(&info.cred_id)?.is_some() {
        return Err(Refusal::conflict("a credential with this credId exists already")
            .with("field", at("credentialInfo.credId")));
    }
    let credential = Credential {
        uuid: context.new_id("cr")?,
        credential_id: info.cred_id,
        org: user.org.clone(),
        user_id: user.id.clone(),
        token_id: None,
        kind,
        name: new.credential_name.unwrap_or_else(|| default_name.to_owned()),
        public_key: verified.public_key,
        is_active: true,
        relying_party_id: verified.relying_party_id,
        origin: verified.origin,
        encrypted_private_key,
        sign_count: verified.sign_count,
        created_at: context.now.unix_millis(),
    };
    context.store.insert_credential(&credential)?;
    Ok(credential)
}

/// What a good attestation proves.
#[derive(Debug)]
struct Verified {
    /// PEM.
    public_key: String,
    relying_party_id: String,
    origin: String,
    sign_count: u32,
}

fn verify(kind: CredentialKind, info: &CredentialInfo, challenge: &str) -> Result<Verified, CredentialError> {
    if kind == CredentialKind::Fido2 {
        return verify_fido2(info, challenge);
    }
    let received = KeyAttestation {
        client_data: &info.client_data,
        attestation_data: &info.attestation_data,
    };
    let public_key = verify_key_attestation(&received, challenge)?;
    Ok(Verified {
        public_key,
        relying_party_id: String::new(),
        origin: String::new(),
        sign_count: 0,
    })
}

/// The emulator has no list of relying parties: any is welcome to which the origin belongs.
fn verify_fido2(info: &CredentialInfo, challenge: &str) -> Result<Verified, CredentialError> {
    let origin = origin_of(&info.client_data)?;
    let mut refused = CredentialError::Origin;
    for relying_party_id in relying_parties_of(&origin) {
        let received = WebauthnAttestation {
            credential_id: &info.cred_id,
            client_data: &info.client_data,
            attestation_data: &info.attestation_data,
            relying_party_id,
            origin: &origin,
        };
        match verify_webauthn_attestation(received, challenge) {
            Ok((public_key, sign_count)) => {
                let relying_party_id = relying_party_id.to_owned();
                return Ok(Verified {
                    public_key,
                    relying_party_id,
                    origin,
                    sign_count,
                });
            }
            // The next of them may be meant. Anything else is wrong for all.
            Err(error @ CredentialError::RelyingParty) => refused = error,
            Err(error) => return Err(error),
        }
    }
    Err(refused)
}

fn origin_of(client_data: &str) -> Result<String, CredentialError> {
    #[derive(Deserialize)]
    struct Origin {
        origin: String,
    }
    let bytes = decode_base64url(client_data, "clientData")?;
    let parsed: Origin = serde_json::from_slice(&bytes).map_err(|_| CredentialError::Origin)?;
    Ok(parsed.origin)
}

/// The relying party ids that a page may use: its host, and the domains that the host is in, down to two labels.
fn relying_parties_of(origin: &str) -> Vec<&str> {
    let Some((scheme, rest)) = origin.split_once("://") else {
        return Vec::new();
    };
    let (host, port) = rest.split_once(':').unwrap_or((rest, "443"));
    let is_origin = !host.contains(['/', '?', '#', '@']) && port.parse::<u16>().is_ok();
    if !is_origin || (scheme != "https" && (scheme, host) != ("http", "localhost")) {
        return Vec::new();
    }
    let starts = std::iter::once(0).chain(host.match_indices('.').map(|(dot, _)| dot + 1));
    starts
        .map(|start| &host[start..])
        .filter(|name| *name == host || name.contains('.'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_use_its_host_and_the_domains_above_it() {
        assert_eq!(
            relying_parties_of("https://a.b.example.test:8443"),
            ["a.b.example.test", "b.example.test", "example.test"]
        );
        assert_eq!(relying_parties_of("http://localhost:3000"), ["localhost"]);
    }

    #[test]
    fn what_is_more_than_an_origin_may_use_none() {
        for origin in [
            "https://example.test/page",
            "https://example.test@other.test",
            "https://example.test?x",
            "https://example.test:port",
            "https://example.test:443/",
        ] {
            assert!(relying_parties_of(origin).is_empty(), "{origin}");
        }
    }

    #[test]
    fn a_page_without_tls_may_use_none() {
        assert!(relying_parties_of("http://example.test").is_empty());
        assert!(relying_parties_of("android:apk-key-hash:abc").is_empty());
    }
}
