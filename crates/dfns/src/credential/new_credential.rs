//! A credential that is about to be registered, and the bodies that it fits into.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use dfns_types::{
    CompleteRegistrationRequest, CreateCredentialRequest, CredentialInfo, Fido2FirstFactorCredential,
    Fido2SecondFactorCredential, FirstFactorCredential, KeyFirstFactorCredential, KeySecondFactorCredential,
    NewFido2Credential, NewKeyCredential, NewPasswordProtectedKeyCredential, NewRecoveryKeyCredential,
    PasswordProtectedKeyFirstFactorCredential, PasswordProtectedKeySecondFactorCredential, RecoveryCredential,
    RecoveryCredentialKind, SecondFactorCredential, Secret,
};
use serde::Deserialize;

/// Browsers leave the padding out, some libraries put it in.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A credential that logs in and signs, with the proof that its private half is at hand.
///
/// It fits wherever the API takes one: as first or second factor of a registration or a recovery, and into
/// `credentials().create(…)` by [`NewCredential::into_request`].
#[derive(Clone, Debug)]
pub struct NewCredential {
    kind: Kind,
    info: CredentialInfo,
    name: Option<String>,
}

#[derive(Clone, Debug)]
enum Kind {
    Key,
    Fido2,
    PasswordProtectedKey(Secret),
}

impl NewCredential {
    /// A key, with what [`KeyAttestation::finish`](super::KeyAttestation::finish) answered.
    pub fn key(info: CredentialInfo) -> Self {
        Self::new(Kind::Key, info)
    }

    /// A key whose private half the API keeps, encrypted.
    pub fn password_protected_key(info: CredentialInfo, encrypted_private_key: impl Into<Secret>) -> Self {
        Self::new(Kind::PasswordProtectedKey(encrypted_private_key.into()), info)
    }

    /// A passkey, with the raw bytes that `navigator.credentials.create` answered: `rawId`, `response.clientDataJSON`
    /// and `response.attestationObject`.
    pub fn fido2(
        raw_id: impl AsRef<[u8]>,
        client_data_json: impl AsRef<[u8]>,
        attestation_object: impl AsRef<[u8]>,
    ) -> Self {
        let info = CredentialInfo::new(
            URL_SAFE_NO_PAD.encode(raw_id),
            URL_SAFE_NO_PAD.encode(client_data_json),
            URL_SAFE_NO_PAD.encode(attestation_object),
        );
        Self::new(Kind::Fido2, info)
    }

    /// A passkey, with the JSON that `PublicKeyCredential.toJSON()` makes of it in a browser. Unknown fields are ignored.
    ///
    /// # Errors
    /// [`PasskeyError`] names the field that is missing or not base64url.
    pub fn fido2_from_json(json: impl AsRef<[u8]>) -> Result<Self, PasskeyError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Passkey {
            raw_id: String,
            response: Response,
        }
        #[derive(Deserialize)]
        struct Response {
            #[serde(rename = "clientDataJSON")]
            client_data_json: String,
            #[serde(rename = "attestationObject")]
            attestation_object: String,
        }
        let passkey: Passkey = serde_json::from_slice(json.as_ref()).map_err(|error| PasskeyError {
            problem: error.to_string(),
        })?;
        let bytes = |field: &str, text: &str| {
            let decoded = BASE64URL.decode(text).ok().filter(|bytes| !bytes.is_empty());
            decoded.ok_or_else(|| PasskeyError {
                problem: format!("{field} is empty or not base64url"),
            })
        };
        Ok(Self::fido2(
            bytes("rawId", &passkey.raw_id)?,
            bytes("response.clientDataJSON", &passkey.response.client_data_json)?,
            bytes("response.attestationObject", &passkey.response.attestation_object)?,
        ))
    }

    fn new(kind: Kind, info: CredentialInfo) -> Self {
        Self { kind, info, name: None }
    }

    /// Names the credential, for people. Dfns names it otherwise.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The id under which it will be known.
    pub fn credential_id(&self) -> &str {
        &self.info.cred_id
    }

    /// The proof, as it goes over the wire.
    pub fn info(&self) -> &CredentialInfo {
        &self.info
    }

    /// The body of `credentials().create(…)`, for a user who has a credential already. `challenge_identifier` is that of
    /// the credential challenge; the name is what [`NewCredential::named`] said, or else the credential's id.
    pub fn into_request(self, challenge_identifier: impl Into<Secret>) -> CreateCredentialRequest {
        let Self { kind, info, name } = self;
        let name = name.unwrap_or_else(|| info.cred_id.clone());
        let identifier = challenge_identifier.into();
        match kind {
            Kind::Key => NewKeyCredential::new(info, name, identifier).into(),
            Kind::Fido2 => NewFido2Credential::new(info, name, identifier).into(),
            Kind::PasswordProtectedKey(key) => {
                NewPasswordProtectedKeyCredential::new(info, key, name, identifier).into()
            }
        }
    }
}

impl From<NewCredential> for FirstFactorCredential {
    fn from(new: NewCredential) -> Self {
        let NewCredential { kind, info, name } = new;
        match kind {
            Kind::Key => {
                let mut credential = KeyFirstFactorCredential::new(info);
                credential.credential_name = name;
                credential.into()
            }
            Kind::Fido2 => {
                let mut credential = Fido2FirstFactorCredential::new(info);
                credential.credential_name = name;
                credential.into()
            }
            Kind::PasswordProtectedKey(key) => {
                let mut credential = PasswordProtectedKeyFirstFactorCredential::new(info, key);
                credential.credential_name = name;
                credential.into()
            }
        }
    }
}

impl From<NewCredential> for SecondFactorCredential {
    fn from(new: NewCredential) -> Self {
        let NewCredential { kind, info, name } = new;
        match kind {
            Kind::Key => {
                let mut credential = KeySecondFactorCredential::new(info);
                credential.credential_name = name;
                credential.into()
            }
            Kind::Fido2 => {
                let mut credential = Fido2SecondFactorCredential::new(info);
                credential.credential_name = name;
                credential.into()
            }
            Kind::PasswordProtectedKey(key) => {
                let mut credential = PasswordProtectedKeySecondFactorCredential::new(info, key);
                credential.credential_name = name;
                credential.into()
            }
        }
    }
}

/// The one credential that a registration cannot do without.
impl From<NewCredential> for CompleteRegistrationRequest {
    fn from(new: NewCredential) -> Self {
        Self::new(new)
    }
}

/// A recovery key that is about to be registered, with the proof that its private half is at hand.
#[derive(Clone, Debug)]
pub struct NewRecoveryCredential {
    info: CredentialInfo,
    encrypted_private_key: Option<Secret>,
    name: Option<String>,
}

impl NewRecoveryCredential {
    /// A recovery key, with what [`KeyAttestation::finish`](super::KeyAttestation::finish) answered. `None` if the API
    /// shall not keep the private half for its owner.
    pub fn new(info: CredentialInfo, encrypted_private_key: Option<Secret>) -> Self {
        Self {
            info,
            encrypted_private_key,
            name: None,
        }
    }

    /// Names the credential, for people. Dfns names it otherwise.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The id under which it will be known.
    pub fn credential_id(&self) -> &str {
        &self.info.cred_id
    }

    /// The body of `credentials().create(…)`; see [`NewCredential::into_request`].
    pub fn into_request(self, challenge_identifier: impl Into<Secret>) -> CreateCredentialRequest {
        let name = self.name.unwrap_or_else(|| self.info.cred_id.clone());
        let mut request = NewRecoveryKeyCredential::new(self.info, name, challenge_identifier);
        request.encrypted_private_key = self.encrypted_private_key;
        request.into()
    }
}

impl From<NewRecoveryCredential> for RecoveryCredential {
    fn from(new: NewRecoveryCredential) -> Self {
        let mut credential = Self::new(RecoveryCredentialKind::RecoveryKey, new.info);
        credential.encrypted_private_key = new.encrypted_private_key;
        credential.credential_name = new.name;
        credential
    }
}

/// What came from the browser is no new passkey.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no passkey as `PublicKeyCredential.toJSON()` writes it: {problem}")]
#[non_exhaustive]
pub struct PasskeyError {
    /// What is wrong, and where.
    pub problem: String,
}
