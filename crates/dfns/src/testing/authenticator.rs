//! The authenticator itself: it makes passkeys for challenges and signs with them.
//!
//! Invariant: a passkey answers for its own relying party only, and no answer says the same count as the one before.

use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_types::{
    AttestationConveyance, AuthenticationChallenge, CredentialInfo, Fido2Assertion, Fido2FirstFactor,
    FirstFactorAssertion,
};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use super::authenticator_data::Ceremony;
use super::cbor::Value;
use super::page::Page;
use super::passkey::{Key, Passkey};
use super::{AuthenticatorError, Creation, PasskeyAlgorithm};
use crate::signer::{Signer, SignerError, SignerFuture};

/// The longest id that WebAuthn allows, in bytes.
const LONGEST_ID: usize = 1023;

/// A browser page and the WebAuthn authenticator behind it, in software, for tests.
///
/// It holds any number of passkeys. As a [`Signer`] it signs the user actions of a client with them.
#[derive(Debug)]
pub struct SoftwareAuthenticator {
    page: Page,
    relying_party: Option<String>,
    algorithms: Vec<PasskeyAlgorithm>,
    attests_itself: Option<bool>,
    ceremony: Ceremony,
    counts: bool,
    passkeys: Mutex<Vec<Passkey>>,
    prepared: Mutex<Option<(Vec<u8>, Key)>>,
}

impl SoftwareAuthenticator {
    /// An authenticator without passkeys, asked by a page of this origin, such as `https://app.example.test`.
    ///
    /// # Errors
    /// [`AuthenticatorError::Origin`] if it is no origin, or one where browsers offer no WebAuthn.
    pub fn at(origin: impl AsRef<str>) -> Result<Self, AuthenticatorError> {
        Ok(Self {
            page: Page::of(origin.as_ref())?,
            relying_party: None,
            algorithms: PasskeyAlgorithm::ALL.to_vec(),
            attests_itself: None,
            ceremony: Ceremony {
                user_present: true,
                user_verified: true,
            },
            counts: true,
            passkeys: Mutex::default(),
            prepared: Mutex::default(),
        })
    }

    /// The relying party that the page asks for (default: the one of the challenge, or the host of the page).
    #[must_use]
    pub fn relying_party(mut self, id: impl Into<String>) -> Self {
        self.relying_party = Some(id.into());
        self
    }

    /// The algorithms that new passkeys may have (default: all of [`PasskeyAlgorithm`]). Of these, the first one that the
    /// challenge offers is taken.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl Into<Vec<PasskeyAlgorithm>>) -> Self {
        self.algorithms = algorithms.into();
        self
    }

    /// Whether new passkeys come with a statement that they signed themselves, `packed`, or with none (default: what the
    /// challenge asks for).
    #[must_use]
    pub fn attests_itself(mut self, attests_itself: bool) -> Self {
        self.attests_itself = Some(attests_itself);
        self
    }

    /// Whether the user is there (default: true). A server must refuse what is signed without one.
    #[must_use]
    pub fn user_present(mut self, user_present: bool) -> Self {
        self.ceremony.user_present = user_present;
        self
    }

    /// Whether the user is verified, by PIN or biometry (default: true). The authenticator answers either way, even where
    /// the challenge requires it: a server must refuse that.
    #[must_use]
    pub fn user_verified(mut self, user_verified: bool) -> Self {
        self.ceremony.user_verified = user_verified;
        self
    }

    /// Whether signatures are counted (default: true). Many passkeys do not count, and always say zero.
    #[must_use]
    pub fn counts(mut self, counts: bool) -> Self {
        self.counts = counts;
        self
    }

    /// Hands the bytes of the challenge to the authenticator, as apps on phones do, instead of its text.
    #[must_use]
    pub fn as_app(mut self) -> Self {
        self.page.is_app = true;
        self
    }

    /// The same authenticator, asked by a page of another origin.
    ///
    /// # Errors
    /// [`AuthenticatorError::Origin`], as in [`SoftwareAuthenticator::at`].
    pub fn visiting(mut self, origin: impl AsRef<str>) -> Result<Self, AuthenticatorError> {
        let is_app = self.page.is_app;
        self.page = Page::of(origin.as_ref())?;
        self.page.is_app = is_app;
        Ok(self)
    }

    /// The id (1 to 1023 bytes) and the private key (PKCS#8 DER, with the public key if it is P-256) of the next passkey,
    /// for tests whose results must be the same each time (default: random ones).
    ///
    /// # Errors
    /// [`AuthenticatorError::PrivateKey`] if the key cannot be read; [`AuthenticatorError::Failed`] if the id is too long
    /// or empty.
    pub fn next_passkey(
        self,
        algorithm: PasskeyAlgorithm,
        id: impl Into<Vec<u8>>,
        pkcs8_der: impl AsRef<[u8]>,
    ) -> Result<Self, AuthenticatorError> {
        let id = id.into();
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(AuthenticatorError::Failed("the id of a passkey has 1 to 1023 bytes"));
        }
        let key = Key::from_pkcs8(algorithm, pkcs8_der.as_ref())?;
        *lock(&self.prepared) = Some((id, key));
        Ok(self)
    }

    /// The ids of the passkeys, base64url, oldest first.
    pub fn credential_ids(&self) -> Vec<String> {
        lock(&self.passkeys).iter().map(Passkey::credential_id).collect()
    }

    /// Makes a passkey for the user of a challenge, and the proof to register it with.
    ///
    /// # Errors
    /// [`AuthenticatorError`], by what a browser would refuse.
    pub fn register<'a>(&self, challenge: impl Into<Creation<'a>>) -> Result<CredentialInfo, AuthenticatorError> {
        let creation = challenge.into();
        let relying_party = self.party(creation.relying_party)?;
        let mut passkeys = lock(&self.passkeys);
        let excluded = passkeys.iter().find(|passkey| {
            let id = passkey.credential_id();
            passkey.relying_party == relying_party && creation.excluded.iter().any(|credential| credential.id == id)
        });
        if let Some(passkey) = excluded {
            return Err(AuthenticatorError::Registered {
                credential_id: passkey.credential_id(),
            });
        }
        let (id, key) = self.new_key(&creation)?;
        let passkey = Passkey {
            id,
            relying_party,
            user_handle: creation.user_id.as_bytes().to_vec(),
            sign_count: 0,
            key,
        };
        let client_data = self.page.client_data("webauthn.create", creation.challenge);
        let data = self.ceremony.registration(&passkey);
        let (format, statement) = self.statement(&passkey, creation.attestation, &data, &client_data)?;
        let object = Value::Map(vec![
            (Value::Text("fmt"), Value::Text(format)),
            (Value::Text("attStmt"), Value::Map(statement)),
            (Value::Text("authData"), Value::Bytes(data)),
        ]);
        let credential_id = passkey.credential_id();
        passkeys.push(passkey);
        Ok(CredentialInfo::new(
            credential_id,
            URL_SAFE_NO_PAD.encode(client_data),
            URL_SAFE_NO_PAD.encode(object.encode()),
        ))
    }

    /// Answers a challenge (of a login or a user action) with the newest passkey that it allows, or with the newest of the
    /// relying party if it names none.
    ///
    /// # Errors
    /// [`AuthenticatorError`], by what a browser would refuse.
    pub fn assert(&self, challenge: &AuthenticationChallenge) -> Result<Fido2Assertion, AuthenticatorError> {
        let relying_party = self.party(challenge.rp.as_ref().map(|party| party.id.as_str()))?;
        let allowed = &challenge.allow_credentials.webauthn;
        let mut passkeys = lock(&self.passkeys);
        let found = passkeys.iter_mut().rev().find(|passkey| {
            let id = passkey.credential_id();
            passkey.relying_party == relying_party
                && (allowed.is_empty() || allowed.iter().any(|credential| credential.id == id))
        });
        let Some(passkey) = found else {
            return Err(AuthenticatorError::NoPasskey {
                relying_party,
                allowed: allowed.iter().map(|credential| credential.id.clone()).collect(),
            });
        };
        if self.counts {
            passkey.sign_count += 1;
        }
        let client_data = self.page.client_data("webauthn.get", &challenge.challenge);
        let data = self.ceremony.assertion(passkey);
        let signature = passkey.key.sign(&signed(&data, &client_data))?;
        let assertion = Fido2Assertion::new(
            passkey.credential_id(),
            URL_SAFE_NO_PAD.encode(client_data),
            URL_SAFE_NO_PAD.encode(signature),
            URL_SAFE_NO_PAD.encode(data),
        );
        Ok(assertion.with_user_handle(URL_SAFE_NO_PAD.encode(&passkey.user_handle)))
    }

    fn party(&self, of_challenge: Option<&str>) -> Result<String, AuthenticatorError> {
        self.page.relying_party(self.relying_party.as_deref().or(of_challenge))
    }

    /// The key that was handed in, or a new one.
    fn new_key(&self, creation: &Creation<'_>) -> Result<(Vec<u8>, Key), AuthenticatorError> {
        let is_offered = |algorithm: PasskeyAlgorithm| {
            let number = algorithm.cose_number();
            creation.parameters.iter().any(|parameters| parameters.alg == number)
        };
        let not_offered = |available: &[PasskeyAlgorithm]| AuthenticatorError::Algorithm {
            offered: creation.parameters.iter().map(|parameters| parameters.alg).collect(),
            available: available.to_vec(),
        };
        let mut prepared = lock(&self.prepared);
        if let Some((_, key)) = prepared.as_ref()
            && !is_offered(key.algorithm())
        {
            return Err(not_offered(&[key.algorithm()]));
        }
        if let Some(prepared) = prepared.take() {
            return Ok(prepared);
        }
        let algorithm = self.algorithms.iter().copied().find(|algorithm| is_offered(*algorithm));
        let algorithm = algorithm.ok_or_else(|| not_offered(&self.algorithms))?;
        let mut id = vec![0; 32];
        let failed = |_| AuthenticatorError::Failed("the system has no randomness");
        SystemRandom::new().fill(&mut id).map_err(failed)?;
        Ok((id, Key::generate(algorithm)?))
    }

    /// The format of the attestation and its statement.
    fn statement(
        &self,
        passkey: &Passkey,
        wanted: &AttestationConveyance,
        data: &[u8],
        client_data: &str,
    ) -> Result<Statement, AuthenticatorError> {
        if !self.attests_itself.unwrap_or(*wanted != AttestationConveyance::None) {
            return Ok(("none", Vec::new()));
        }
        let algorithm = passkey.key.algorithm().cose_number();
        let signature = passkey.key.sign(&signed(data, client_data))?;
        let statement = vec![
            (Value::Text("alg"), Value::Integer(algorithm)),
            (Value::Text("sig"), Value::Bytes(signature)),
        ];
        Ok(("packed", statement))
    }
}

impl Signer for SoftwareAuthenticator {
    fn sign<'a>(&'a self, challenge: &'a AuthenticationChallenge) -> SignerFuture<'a> {
        Box::pin(async move {
            let assertion = self.assert(challenge).map_err(SignerError::failed)?;
            Ok(FirstFactorAssertion::Fido2(Fido2FirstFactor::new(assertion)))
        })
    }
}

/// The format of an attestation, and the entries of its statement.
type Statement = (&'static str, Vec<(Value, Value)>);

/// What the signatures of WebAuthn are over.
fn signed(data: &[u8], client_data: &str) -> Vec<u8> {
    [data, digest(&SHA256, client_data.as_bytes()).as_ref()].concat()
}

/// What is behind a mutex here is whole after every statement, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
