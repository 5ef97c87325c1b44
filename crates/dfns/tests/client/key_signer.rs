//! Key signers against the vectors: what they sign, and in which forms they take a key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns::types::AuthenticationChallenge;
use dfns::{KeyError, KeySigner, Signer, SignerError};
use p256::pkcs8::ObjectIdentifier;
use sec1::der::Encode;
use serde_json::{Value, json};

use crate::support::keys;

const CREDENTIAL: &str = "credential-1";

fn challenge(credential_id: &str) -> AuthenticationChallenge {
    serde_json::from_value(json!({
        "challenge": keys::vectors()["challengeForGet"],
        "challengeIdentifier": "eyJ.challenge.identifier",
        "supportedCredentialKinds": [{"kind": "Key", "factor": "either", "requiresSecondFactor": false}],
        "userVerification": "required",
        "attestation": "direct",
        "externalAuthenticationUrl": "",
        "allowCredentials": {"key": [{"type": "public-key", "id": credential_id}], "webauthn": []},
    }))
    .expect("a challenge")
}

/// The answer of the signer to the challenge of the vectors, as it goes over the wire.
async fn answer(signer: &KeySigner) -> Value {
    let answer = signer.sign(&challenge(CREDENTIAL)).await.expect("an answer");
    serde_json::to_value(answer).expect("JSON")
}

fn signature(answer: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(answer["credentialAssertion"]["signature"].as_str().expect("text"))
        .expect("base64url")
}

#[tokio::test]
async fn signer_answers_with_the_client_data_of_the_vectors() {
    for key in keys::all() {
        let signer = KeySigner::from_pkcs8_der(CREDENTIAL, &key.pkcs8).expect("a key");
        let answer = answer(&signer).await;
        assert_eq!(answer["kind"], "Key");
        assert_eq!(answer["credentialAssertion"]["credId"], CREDENTIAL);
        assert_eq!(
            answer["credentialAssertion"]["clientData"], key.assertion["clientData"],
            "{}",
            key.name
        );
    }
}

#[tokio::test]
async fn signer_makes_the_signatures_of_the_vectors_where_they_are_deterministic() {
    let keys: Vec<_> = keys::all().into_iter().filter(|key| key.deterministic).collect();
    assert_eq!(keys.len(), 2, "Ed25519 and RSA");
    for key in keys {
        let signer = KeySigner::from_pkcs8_der(CREDENTIAL, &key.pkcs8).expect("a key");
        assert_eq!(
            answer(&signer).await["credentialAssertion"]["signature"],
            key.assertion["signature"],
            "{}",
            key.name
        );
    }
}

#[tokio::test]
async fn signer_makes_der_signatures_that_verify_with_p256() {
    use p256::ecdsa::signature::Verifier;
    use p256::pkcs8::DecodePublicKey;

    let key = keys::named("P-256");
    let signer = KeySigner::from_pkcs8_der(CREDENTIAL, &key.pkcs8).expect("a key");
    let signature = p256::ecdsa::DerSignature::from_bytes(&signature(&answer(&signer).await)).expect("DER");
    let spki = key
        .public_pem
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect::<String>();
    let spki = base64::engine::general_purpose::STANDARD.decode(spki).expect("base64");
    let public = p256::ecdsa::VerifyingKey::from_public_key_der(&spki).expect("a public key");
    let message = key.assertion["clientDataUtf8"].as_str().expect("text");
    public
        .verify(message.as_bytes(), &signature)
        .expect("the signature verifies");
}

#[tokio::test]
async fn signer_makes_der_signatures_that_verify_with_secp256k1() {
    use k256::ecdsa::signature::Verifier;
    use k256::pkcs8::DecodePublicKey;

    let key = keys::named("secp256k1");
    let signer = KeySigner::from_pkcs8_der(CREDENTIAL, &key.pkcs8).expect("a key");
    let signature = k256::ecdsa::DerSignature::from_bytes(&signature(&answer(&signer).await)).expect("DER");
    let spki = key
        .public_pem
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect::<String>();
    let spki = base64::engine::general_purpose::STANDARD.decode(spki).expect("base64");
    let public = k256::ecdsa::VerifyingKey::from_public_key_der(&spki).expect("a public key");
    let message = key.assertion["clientDataUtf8"].as_str().expect("text");
    public
        .verify(message.as_bytes(), &signature)
        .expect("the signature verifies");
}

#[test]
fn signer_shows_the_public_keys_of_the_vectors() {
    for key in keys::all() {
        let signer = KeySigner::from_pkcs8_der(CREDENTIAL, &key.pkcs8).expect("a key");
        assert_eq!(signer.public_key_pem(), key.public_pem, "{}", key.name);
    }
}

#[test]
fn signer_reads_pkcs8_pem() {
    for key in keys::all() {
        let signer = KeySigner::from_pem(CREDENTIAL, keys::pem("PRIVATE KEY", &key.pkcs8)).expect("a key");
        assert_eq!(signer.public_key_pem(), key.public_pem, "{}", key.name);
    }
}

#[test]
fn signer_reads_sec1_pem() {
    for name in ["P-256", "secp256k1"] {
        let key = keys::named(name);
        let pem = keys::pem("EC PRIVATE KEY", &keys::sec1_der(&key.pkcs8));
        let signer = KeySigner::from_pem(CREDENTIAL, pem).expect("a key");
        assert_eq!(signer.public_key_pem(), key.public_pem);
    }
}

#[test]
fn signer_reads_the_two_blocks_that_openssl_writes() {
    let key = keys::named("P-256");
    let curve = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7")
        .to_der()
        .expect("DER");
    let pem = keys::pem("EC PARAMETERS", &curve) + &keys::pem("EC PRIVATE KEY", &keys::sec1_der(&key.pkcs8));
    assert_eq!(
        KeySigner::from_pem(CREDENTIAL, pem).expect("a key").public_key_pem(),
        key.public_pem
    );
}

#[test]
fn signer_reads_pkcs1_pem() {
    let key = keys::named("RSA-2048");
    let signer =
        KeySigner::from_pem(CREDENTIAL, keys::pem("RSA PRIVATE KEY", &keys::pkcs1_der(&key.pkcs8))).expect("a key");
    assert_eq!(signer.public_key_pem(), key.public_pem);
}

#[test]
fn signer_reads_windows_line_ends_indentation_a_byte_order_mark_and_a_body_in_one_line() {
    let key = keys::named("Ed25519");
    let pem = keys::pem("PRIVATE KEY", &key.pkcs8);
    for pem in [
        pem.replace('\n', "\r\n"),
        format!("\u{feff}{pem}"),
        pem.replace('\n', "\n    "),
        format!("\n\n{}", pem.trim_end()),
    ] {
        assert_eq!(
            KeySigner::from_pem(CREDENTIAL, pem).expect("a key").public_key_pem(),
            key.public_pem
        );
    }
}

#[tokio::test]
async fn signer_refuses_a_challenge_for_another_credential() {
    let signer = KeySigner::from_pkcs8_der(CREDENTIAL, keys::named("Ed25519").pkcs8).expect("a key");
    let error = signer.sign(&challenge("credential-2")).await.expect_err("a refusal");
    assert!(matches!(error, SignerError::CredentialNotAllowed { .. }), "{error:?}");
    let expected = "the challenge allows the key credentials [\"credential-2\"], not \"credential-1\" of the signer";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn signer_shows_kind_and_credential_only() {
    for key in keys::all() {
        let signer = KeySigner::from_pkcs8_der(CREDENTIAL, &key.pkcs8).expect("a key");
        let kind = key.name.trim_end_matches("-2048");
        let expected = format!("KeySigner {{ kind: {kind:?}, credential_id: \"credential-1\", .. }}");
        assert_eq!(format!("{signer:?}"), expected);
    }
}

#[test]
fn signer_refuses_an_empty_credential_id() {
    let error = KeySigner::from_pkcs8_der("", keys::named("Ed25519").pkcs8).expect_err("a refusal");
    assert_eq!(error, KeyError::NoCredentialId);
}
