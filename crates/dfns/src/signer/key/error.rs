//! What can be wrong with a private key. Says what was found and what is accepted; never shows a byte of the key.

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
    /// The key is protected by a passphrase.
    #[error("the private key is encrypted, expected it decrypted (`openssl pkey -in encrypted.pem -out plain.pem`)")]
    Encrypted,
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
        /// The form: PKCS#8, SEC1 or PKCS#1.
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
    /// An RSA key that is too short to be safe, or too long to be used.
    #[error("found an RSA key of {bits} bits, expected 2048 to 4096")]
    RsaSize {
        /// The length of the modulus.
        bits: usize,
    },
    /// No credential id was given.
    #[error("the credential id is empty, expected the `credentialId` that Dfns shows for the key")]
    NoCredentialId,
}
