//! Key pairs: read from files, made anew, and written.
//!
//! Invariant: a private key is never shown by `Debug`; what is written of it is wiped from memory on drop.

use std::fmt;

use zeroize::Zeroizing;

use super::backend::PrivateKey;
use super::{KeyError, KeyKind, parse, pem};
use crate::signer::SignerError;

/// A private key with its public half.
///
/// Ed25519, ECDSA on P-256 or secp256k1, and RSA of 2048 to 4096 bits, each behind a feature of its own. The key is
/// wiped from memory on drop; for RSA the library that signs keeps a copy that is not. `Debug` shows the kind only.
///
/// ```
/// use dfns::{KeyKind, KeyPair};
///
/// # fn main() -> Result<(), dfns::KeyError> {
/// let pair = KeyPair::generate(KeyKind::Ed25519)?;
/// println!("register this: {}", pair.public_key_pem());
/// let kept = pair.private_key_pem();
/// assert_eq!(KeyPair::from_pem(kept.expose_secret())?.public_key_pem(), pair.public_key_pem());
/// # Ok(())
/// # }
/// ```
pub struct KeyPair {
    key: PrivateKey,
}

impl KeyPair {
    /// Makes a new key pair with randomness of the operating system.
    ///
    /// # Errors
    /// [`KeyError::NotPossible`] for RSA, whose keys are only read; [`KeyError::FeatureMissing`];
    /// [`KeyError::NoRandomness`].
    pub fn generate(kind: KeyKind) -> Result<Self, KeyError> {
        Self::new(parse::generate(kind))
    }

    /// Reads a private key from PEM text: `PRIVATE KEY` (PKCS#8), `EC PRIVATE KEY` (SEC1) or `RSA PRIVATE KEY` (PKCS#1).
    ///
    /// # Errors
    /// [`KeyError`] says what was found and what is accepted.
    pub fn from_pem(pem: impl AsRef<str>) -> Result<Self, KeyError> {
        Self::new(parse::from_pem(pem.as_ref(), None))
    }

    /// Reads a private key from PEM text that may be encrypted (`ENCRYPTED PRIVATE KEY`): PKCS#8 with PBES2, PBKDF2 or
    /// scrypt, and AES. The passphrase is not looked at if the key is not encrypted.
    ///
    /// It takes as long as the file asks for, tens of milliseconds with the defaults of OpenSSL; the limit is ten million
    /// rounds of PBKDF2 and 256 MiB for scrypt. Needs the feature `protected-keys`.
    ///
    /// # Errors
    /// [`KeyError::WrongPassphrase`], [`KeyError::UnsupportedEncryption`], and those of [`KeyPair::from_pem`].
    pub fn from_encrypted_pem(pem: impl AsRef<str>, passphrase: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::new(parse::from_pem(pem.as_ref(), Some(passphrase.as_ref())))
    }

    /// Reads a private key from DER bytes: PKCS#8, SEC1 or PKCS#1, whichever they are.
    ///
    /// # Errors
    /// [`KeyError`] says what was found and what is accepted.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::new(parse::from_der(der.as_ref(), None))
    }

    /// Reads a private key from DER bytes that may be encrypted; see [`KeyPair::from_encrypted_pem`].
    ///
    /// # Errors
    /// Those of [`KeyPair::from_encrypted_pem`].
    pub fn from_encrypted_der(der: impl AsRef<[u8]>, passphrase: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::new(parse::from_der(der.as_ref(), Some(passphrase.as_ref())))
    }

    /// Takes the 32 bytes that a key is made of: the seed of Ed25519, the number of a key on a curve, big-endian.
    ///
    /// # Errors
    /// [`KeyError::Damaged`] if it is not 32 bytes, or not in the range of the curve; [`KeyError::NotPossible`] for RSA;
    /// [`KeyError::FeatureMissing`].
    pub fn from_raw(kind: KeyKind, bytes: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::new(parse::from_raw(kind, bytes.as_ref()))
    }

    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        Self::new(parse::from_pkcs8(der))
    }

    fn new(key: Result<PrivateKey, KeyError>) -> Result<Self, KeyError> {
        Ok(Self { key: key? })
    }

    /// The kind of the key.
    pub fn kind(&self) -> KeyKind {
        self.key.kind()
    }

    /// The public key as PEM text (`PUBLIC KEY`, lines of 64 characters): what is registered with Dfns.
    pub fn public_key_pem(&self) -> String {
        pem::write("PUBLIC KEY", &self.public_key_der()).to_string()
    }

    /// The public key as DER `SubjectPublicKeyInfo`.
    pub fn public_key_der(&self) -> Vec<u8> {
        self.key.public_key_der()
    }

    /// The private key as PEM text, PKCS#8, not encrypted: what has to be kept.
    pub fn private_key_pem(&self) -> PrivateKeyPem {
        PrivateKeyPem(pem::write("PRIVATE KEY", &self.private_key_der()))
    }

    pub(crate) fn private_key_der(&self) -> Zeroizing<Vec<u8>> {
        self.key.private_key_der()
    }

    /// Signs bytes in the form that Dfns takes: Ed25519 as 64 bytes; ECDSA over their SHA-256, in DER; RSA PKCS#1 v1.5
    /// over their SHA-256.
    ///
    /// # Errors
    /// [`SignerError::Failed`] if there is no randomness, or the numbers of an RSA key are bad all the same.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignerError> {
        self.key.sign(message).map_err(SignerError::failed)
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyPair")
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

/// The PEM text of a private key. It is wiped from memory on drop, and `Debug` does not show it.
pub struct PrivateKeyPem(Zeroizing<String>);

impl PrivateKeyPem {
    /// The text itself. The name is long so that its use stands out in review.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PrivateKeyPem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PrivateKeyPem(…)")
    }
}
