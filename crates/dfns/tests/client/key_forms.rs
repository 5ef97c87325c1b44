//! Every form in which a key can come, and the ones that it is written in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dfns::{KeyError, KeyKind, KeyPair, KeySigner};
use serde_json::Value;

use crate::support::keys;

fn encrypted() -> Value {
    serde_json::from_str(include_str!("../data/encrypted-keys.json")).expect("the vectors are JSON")
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("text")
}

fn der(value: &Value) -> Vec<u8> {
    STANDARD.decode(text(value, "der")).expect("base64")
}

#[test]
fn key_is_read_from_der_of_any_form() {
    for key in keys::all() {
        let mut forms = vec![key.pkcs8.clone()];
        match key.name.as_str() {
            "P-256" | "secp256k1" => forms.push(keys::sec1_der(&key.pkcs8)),
            "RSA-2048" => forms.push(keys::pkcs1_der(&key.pkcs8)),
            _ => {}
        }
        for form in forms {
            assert_eq!(KeyPair::from_der(form).expect("a key").public_key_pem(), key.public_pem);
        }
    }
}

#[test]
fn encrypted_key_is_read_with_its_passphrase() {
    let vectors = encrypted();
    let passphrase = text(&vectors, "passphrase");
    let all = vectors["keys"].as_array().expect("keys");
    assert_eq!(all.len(), 8);
    for vector in all {
        let expected = keys::named(text(vector, "key")).public_pem;
        let pem = keys::pem("ENCRYPTED PRIVATE KEY", &der(vector));
        let pair = KeyPair::from_encrypted_pem(&pem, passphrase).unwrap_or_else(|error| panic!("{vector}: {error}"));
        assert_eq!(pair.public_key_pem(), expected, "{vector}");
        let pair = KeyPair::from_encrypted_der(der(vector), passphrase).expect("a key");
        assert_eq!(pair.public_key_pem(), expected, "{vector}");
    }
    let signer = KeySigner::from_encrypted_pem("c", keys::pem("ENCRYPTED PRIVATE KEY", &der(&all[0])), passphrase);
    assert_eq!(signer.expect("a signer").key_pair().kind(), KeyKind::Ed25519);
}

#[test]
fn encrypted_key_is_refused_with_another_passphrase_and_without_one() {
    let vectors = encrypted();
    let first = der(&vectors["keys"][0]);
    let error = KeyPair::from_encrypted_der(&first, "another").expect_err("a refusal");
    assert_eq!(error, KeyError::WrongPassphrase);
    assert_eq!(
        error.to_string(),
        "the passphrase is not the one of this private key, or the key is damaged"
    );
    assert_eq!(KeyPair::from_der(&first).expect_err("a refusal"), KeyError::Encrypted);
    let pem = keys::pem("ENCRYPTED PRIVATE KEY", &first);
    let error = KeyPair::from_pem(pem).expect_err("a refusal");
    assert_eq!(error, KeyError::Encrypted);
    assert!(error.to_string().contains("KeyPair::from_encrypted_pem"), "{error}");
}

#[test]
fn encryption_that_is_weak_or_takes_forever_is_refused_at_once() {
    let vectors = encrypted();
    let refused = vectors["refused"].as_array().expect("keys");
    assert_eq!(refused.len(), 4);
    for vector in refused {
        let error = KeyPair::from_encrypted_der(der(vector), text(&vectors, "passphrase")).expect_err("a refusal");
        let because = text(vector, "because");
        assert!(
            matches!(error, KeyError::UnsupportedEncryption { found } if found == because),
            "{vector}: {error:?}"
        );
    }
}

#[test]
fn key_that_is_not_encrypted_needs_no_passphrase() {
    let key = keys::named("P-256");
    let pair = KeyPair::from_encrypted_pem(keys::pem("PRIVATE KEY", &key.pkcs8), "whatever").expect("a key");
    assert_eq!(pair.public_key_pem(), key.public_pem);
}

#[test]
fn key_is_made_of_its_32_raw_bytes() {
    // The seed is the end of PKCS#8 of Ed25519; the number of a curve stands after `04 20`.
    for (kind, name) in [
        (KeyKind::Ed25519, "Ed25519"),
        (KeyKind::P256, "P-256"),
        (KeyKind::Secp256k1, "secp256k1"),
    ] {
        let key = keys::named(name);
        let at = key
            .pkcs8
            .windows(2)
            .position(|window| window == [0x04, 0x20])
            .expect("a seed")
            + 2;
        let pair = KeyPair::from_raw(kind, &key.pkcs8[at..at + 32]).expect("a key");
        assert_eq!((pair.kind(), pair.public_key_pem()), (kind, key.public_pem));
    }
}

#[test]
fn raw_bytes_that_are_no_key_are_refused() {
    let refusal = |kind, bytes: &[u8]| KeyPair::from_raw(kind, bytes).expect_err("a refusal").to_string();
    assert_eq!(
        refusal(KeyKind::Ed25519, &[7; 31]),
        "the raw private key is damaged: it is not 32 bytes long"
    );
    let range = "the raw private key is damaged: its number is not of the length or not in the range of the curve";
    for kind in [KeyKind::P256, KeyKind::Secp256k1] {
        assert_eq!(refusal(kind, &[0; 32]), range);
        assert_eq!(refusal(kind, &[0xff; 32]), range);
    }
    assert_eq!(
        refusal(KeyKind::Rsa, &[7; 32]),
        "an RSA key is not made of raw bytes, expected PKCS#8 or PKCS#1"
    );
}

#[test]
fn new_keys_differ_and_read_back_from_their_own_pem() {
    for kind in [KeyKind::Ed25519, KeyKind::P256, KeyKind::Secp256k1] {
        let (one, other) = (
            KeyPair::generate(kind).expect("a key"),
            KeyPair::generate(kind).expect("a key"),
        );
        assert_ne!(one.public_key_pem(), other.public_key_pem());
        let again = KeyPair::from_pem(one.private_key_pem().expose_secret()).expect("a key");
        assert_eq!((again.kind(), again.public_key_pem()), (kind, one.public_key_pem()));
    }
}

#[test]
fn rsa_keys_are_not_made_here() {
    let error = KeyPair::generate(KeyKind::Rsa).expect_err("a refusal");
    assert!(matches!(error, KeyError::NotPossible { .. }), "{error:?}");
}

#[test]
fn key_is_written_as_it_was_read() {
    for key in keys::all() {
        let pair = KeyPair::from_der(&key.pkcs8).expect("a key");
        assert_eq!(
            pair.private_key_pem().expose_secret(),
            keys::pem("PRIVATE KEY", &key.pkcs8),
            "{}",
            key.name
        );
    }
}

#[test]
fn private_keys_are_not_shown() {
    let pair = KeyPair::from_raw(KeyKind::Ed25519, [7; 32]).expect("a key");
    assert_eq!(format!("{pair:?}"), "KeyPair { kind: Ed25519, .. }");
    assert_eq!(format!("{:?}", pair.private_key_pem()), "PrivateKeyPem(…)");
}

#[test]
fn ecdsa_signatures_of_two_numbers_become_der() {
    let vectors = keys::vectors();
    let cases = vectors["rawToDer"].as_array().expect("cases");
    assert_eq!(cases.len(), 4);
    let bytes = |value: &Value| -> Vec<u8> {
        let hex = value.as_str().expect("hex");
        let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
        (0..hex.len()).step_by(2).map(digits).collect()
    };
    for case in cases {
        let der = dfns::ecdsa_signature_der(&bytes(&case["rawHex"]));
        assert_eq!(der, Some(bytes(&case["derHex"])), "{case}");
    }
}

#[test]
fn public_key_of_a_key_management_service_becomes_pem() {
    for key in keys::all() {
        let der = KeyPair::from_der(&key.pkcs8).expect("a key").public_key_der();
        assert_eq!(dfns::public_key_pem(&der), key.public_pem);
    }
}
