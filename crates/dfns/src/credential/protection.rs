//! How a private key is kept under a secret that a person remembers or has written down.
//!
//! PBKDF2-HMAC-SHA256 of the secret (salt: SHA-256 of the username, trimmed, in lower case; 100,000 rounds), then
//! AES-256-GCM with a nonce of 16 bytes over PKCS#8. It is the construction of the official recovery example, so that
//! either side opens what the other has closed.
//!
//! Invariant: what is opened is wiped from memory on drop; no error tells a wrong secret from damaged bytes.

use std::num::NonZeroU32;

use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::{AesGcm, Nonce, aes::Aes256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::signer::{KeyError, KeyPair};

const ROUNDS: NonZeroU32 = NonZeroU32::new(100_000).unwrap();
const NONCE: usize = 16;

/// Why a private key that is kept under a secret was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The text is of another form: it was not closed by this construction.
    #[error(
        "the encrypted private key is not of the form {{\"key\":…,\"iv\":…}} in base64: it was made by something else"
    )]
    Form,
    /// The secret, or the username, is another one.
    #[error("the secret or the username is not the one that the private key was encrypted with")]
    WrongSecret,
    /// It opened, but what is inside cannot be used.
    #[error("what was encrypted is no usable private key")]
    Key(#[source] KeyError),
}

/// Encrypts the private key of a pair.
pub(super) fn close(username: &str, secret: &str, pair: &KeyPair) -> Result<String, KeyError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| KeyError::NoRandomness)?;
    close_with(username, secret, pair, nonce)
}

fn close_with(username: &str, secret: &str, pair: &KeyPair, nonce: [u8; NONCE]) -> Result<String, KeyError> {
    let problem = "the private key is too long to be encrypted";
    let sealed = cipher(username, secret)
        .encrypt(&Nonce::<U16>::from(nonce), pair.private_key_der().as_slice())
        .map_err(|_| KeyError::NotPossible { problem })?;
    let (key, iv) = (STANDARD.encode(sealed), STANDARD.encode(nonce));
    Ok(STANDARD.encode(format!(r#"{{"key":"{key}","iv":"{iv}"}}"#)))
}

/// Decrypts a private key. Takes the time of 100,000 rounds of PBKDF2, some tens of milliseconds.
pub(super) fn open(username: &str, secret: &str, encrypted: &str) -> Result<KeyPair, OpenError> {
    #[derive(Deserialize)]
    struct Closed {
        key: String,
        iv: String,
    }
    let decode = |text: &str| STANDARD.decode(text).map_err(|_| OpenError::Form);
    let closed: Closed = serde_json::from_slice(&decode(encrypted)?).map_err(|_| OpenError::Form)?;
    let nonce: [u8; NONCE] = decode(&closed.iv)?.try_into().map_err(|_| OpenError::Form)?;
    let opened = cipher(username, secret)
        .decrypt(&Nonce::<U16>::from(nonce), decode(&closed.key)?.as_slice())
        .map_err(|_| OpenError::WrongSecret)?;
    KeyPair::from_der(&*Zeroizing::new(opened)).map_err(OpenError::Key)
}

/// The id of a credential that is known by its encrypted key: base64url of the SHA-256 of that text.
pub(super) fn credential_id(encrypted: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(encrypted))
}

fn cipher(username: &str, secret: &str) -> AesGcm<Aes256, U16> {
    let salt = Sha256::digest(username.trim().to_lowercase());
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2::derive(PBKDF2_HMAC_SHA256, ROUNDS, &salt, secret.as_bytes(), &mut *key);
    AesGcm::new((&*key).into())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn unhex(hex: &str) -> Vec<u8> {
        let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
        (0..hex.len()).step_by(2).map(digits).collect()
    }

    #[test]
    fn a_key_is_closed_into_the_text_of_the_vectors() {
        let vectors: Value =
            serde_json::from_str(include_str!("../../tests/data/recovery-and-password-key.json")).expect("JSON");
        let text = |field: &str| vectors[field].as_str().expect("text");
        let pair = KeyPair::from_der(unhex(text("pkcs8Hex"))).expect("a key");
        let nonce = unhex(text("ivHex")).try_into().expect("16 bytes");
        let closed = close_with(text("username"), text("secret"), &pair, nonce).expect("a text");
        assert_eq!(closed, text("encryptedPrivateKey"));
        assert_eq!(credential_id(&closed), text("credId"));
    }
}
