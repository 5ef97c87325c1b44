//! What can be wrong with a private key. Says what was found and what is accepted; never shows a byte of the key.

use super::KeyKind;

/// Why a private key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not well-formed PEM.
    #[error("line {line} of the PEM text: {problem}")]
    Pem {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// The key is protected by a passphrase, and none was given.
    #[error(
        "the private key is encrypted: read it with its passphrase (`KeyPair::from_encrypted_pem`), or decrypt it (`openssl pkey -in encrypted.pem -out plain.pem`)"
    )]
    Encrypted,
    /// The key is encrypted in a way that is not supported.
    #[error(
        "the private key is encrypted with {found}, expected PBES2 with PBKDF2 or scrypt, and AES (`openssl pkcs8 -topk8 -v2 aes-256-cbc`)"
    )]
    UnsupportedEncryption {
        /// What was found.
        found: &'static str,
    },
    /// The passphrase opens nothing.
    #[error("the passphrase is not the one of this private key, or the key is damaged")]
    WrongPassphrase,
    /// The other half of the key pair was given.
    #[error("found a public key, expected the private key that belongs to it")]
    PublicKey,
    /// Something else than a private key, or a key in another form.
    #[error("found {found}, expected {expected}")]
    WrongForm {
        /// What was found.
        found: String,
        /// What is accepted there.
        expected: &'static str,
    },
    /// The form is right, the content is not.
    #[error("the {form} private key is damaged: {problem}")]
    Damaged {
        /// The form: PKCS#8, SEC1, PKCS#1, or raw.
        form: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// A key of an algorithm that a credential cannot have.
    #[error("found a key of {found}, expected Ed25519, ECDSA (P-256 or secp256k1) or RSA")]
    UnsupportedAlgorithm {
        /// Name and object identifier of the algorithm.
        found: String,
    },
    /// An elliptic curve that is not supported.
    #[error("found a key on the curve {found}, expected P-256 (1.2.840.10045.3.1.7) or secp256k1 (1.3.132.0.10)")]
    UnsupportedCurve {
        /// Name and object identifier of the curve.
        found: String,
    },
    /// The key is fine, but this build of the crate has no code for its kind.
    #[error("found a {kind} key, which needs the feature `{feature}` of the crate `dfns`: turn it on in Cargo.toml")]
    FeatureMissing {
        /// The kind of the key.
        kind: KeyKind,
        /// The feature to turn on.
        feature: &'static str,
    },
    /// An RSA key that is too short to be safe, or too long to be used.
    #[error("found an RSA key of {bits} bits, expected 2048 to 4096")]
    RsaSize {
        /// The length of the modulus.
        bits: usize,
    },
    /// A key of this kind cannot be made here, or not of raw bytes.
    #[error("{problem}")]
    NotPossible {
        /// What is not possible, and what is.
        problem: &'static str,
    },
    /// The operating system has no randomness to make a key of.
    #[error("the operating system gave no randomness to make a key of")]
    NoRandomness,
    /// No credential id was given.
    #[error("the credential id is empty, expected the `credentialId` that Dfns shows for the key")]
    NoCredentialId,
}
