//! Private keys, in each form in which they are read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dfns::{KeyKind, KeyPair, KeySigner};

const PASSPHRASE: &str = "correct horse battery staple";

/// Reads the bytes as DER, as text, as the inside of PEM text, and as a raw key; true if it is one.
///
/// # Panics
/// If a key on a curve that was read cannot sign, or any is another one once it was written and read again.
pub fn key(bytes: &[u8]) -> bool {
    let mut is_key = hold(KeyPair::from_der(bytes));
    if let Ok(signer) = KeySigner::from_pkcs8_der("cr-1", bytes) {
        let pair = KeyPair::from_der(bytes).expect("what is read as PKCS#8 is read as DER of any form");
        assert_eq!(signer.key_pair().public_key_der(), pair.public_key_der());
    }
    is_key |= hold(KeyPair::from_encrypted_der(bytes, PASSPHRASE));
    for kind in [KeyKind::Ed25519, KeyKind::P256, KeyKind::Rsa, KeyKind::Secp256k1] {
        is_key |= hold(KeyPair::from_raw(kind, bytes));
    }
    let text = String::from_utf8_lossy(bytes);
    is_key |= hold(KeyPair::from_pem(&text));
    is_key |= hold(KeyPair::from_encrypted_pem(&text, PASSPHRASE));
    for label in ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"] {
        let inside = STANDARD.encode(bytes);
        is_key |= hold(KeyPair::from_pem(format!(
            "-----BEGIN {label}-----\n{inside}\n-----END {label}-----\n"
        )));
    }
    is_key
}

fn hold(read: Result<KeyPair, dfns::KeyError>) -> bool {
    let pair = match read {
        Ok(pair) => pair,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "an error without words: {error:?}");
            return false;
        }
    };
    match pair.sign(b"message") {
        Ok(signature) => assert!(!signature.is_empty()),
        // That the numbers of an RSA key do not fit together may only be seen when what they signed is checked.
        Err(error) => assert_eq!(pair.kind(), KeyKind::Rsa, "{error:?}"),
    }
    let again = KeyPair::from_pem(pair.private_key_pem().expose_secret()).expect("what was written can be read");
    assert_eq!(again.kind(), pair.kind());
    assert_eq!(again.public_key_der(), pair.public_key_der());
    true
}
