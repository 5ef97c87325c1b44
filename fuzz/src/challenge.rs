//! Challenges, which a signer answers with its key.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns::credential::PasswordSigner;
use dfns::types::AuthenticationChallenge;
use dfns::{FirstFactorAssertion, KeyKind, KeyPair, KeySigner, Signer as _};

use crate::offline::finished;

/// The credential of the signer.
const CREDENTIAL: &str = "cr-1";

static SIGNER: LazyLock<KeySigner> = LazyLock::new(|| {
    let pair = KeyPair::from_raw(KeyKind::Ed25519, [7; 32]).expect("a key");
    KeySigner::new(CREDENTIAL, pair).expect("a signer")
});

/// Reads the bytes as a challenge, and has it answered by a key and by a password; true if the key did.
///
/// # Panics
/// If the key answers a challenge that does not allow it, does not answer one that does, or signs something else.
pub fn challenge(bytes: &[u8]) -> bool {
    let Ok(challenge) = serde_json::from_slice::<AuthenticationChallenge>(bytes) else {
        return false;
    };
    let allowed = &challenge.allow_credentials.key;
    let is_allowed = allowed.iter().any(|credential| credential.id == CREDENTIAL);
    let answer = finished(SIGNER.sign(&challenge));
    assert_eq!(answer.is_ok(), is_allowed, "{answer:?}");
    if let Ok(FirstFactorAssertion::Key(factor)) = answer {
        let signed = &factor.credential_assertion;
        assert_eq!(signed.cred_id, CREDENTIAL);
        let client_data = URL_SAFE_NO_PAD.decode(&signed.client_data).expect("base64url");
        let client_data: serde_json::Value = serde_json::from_slice(&client_data).expect("JSON");
        assert_eq!(client_data["type"], "key.get");
        assert_eq!(client_data["challenge"], challenge.challenge);
    }
    // Nobody who does not know the password can make a key that it opens.
    let signer = PasswordSigner::new("jane@example.test", "password");
    let answer = finished(signer.sign(&challenge));
    assert!(answer.is_err(), "{answer:?}");
    is_allowed
}
