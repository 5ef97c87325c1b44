//! Keys are deterministic, and their signatures verify with the standard libraries.

use ed25519_dalek::Verifier as _;
use k256::ecdsa::signature::hazmat::PrehashVerifier as _;

use super::{Curve, KeyMaterial, Scheme};
use crate::keys::error::KeyError;
use crate::keys::hex::{decode_array, encode};
use crate::keys::taproot::{MerkleRoot, output_key};

const DIGEST: [u8; 32] = [0x5a; 32];

fn key(id: &str, scheme: Scheme, curve: Curve) -> KeyMaterial {
    KeyMaterial::derive(b"seed", id, scheme, curve).unwrap()
}

#[test]
fn a_key_depends_on_seed_id_and_scheme_and_on_nothing_else() {
    let first = key("key-1", Scheme::Ecdsa, Curve::Secp256k1);
    assert_eq!(
        first.public_key(),
        key("key-1", Scheme::Ecdsa, Curve::Secp256k1).public_key()
    );
    assert_ne!(
        first.public_key(),
        key("key-2", Scheme::Ecdsa, Curve::Secp256k1).public_key()
    );
    assert_ne!(
        first.public_key(),
        key("key-1", Scheme::Schnorr, Curve::Secp256k1).public_key()
    );
    let other = KeyMaterial::derive(b"other seed", "key-1", Scheme::Ecdsa, Curve::Secp256k1).unwrap();
    assert_ne!(first.public_key(), other.public_key());
}

#[test]
fn public_keys_have_the_length_of_their_curve() {
    assert_eq!(key("k", Scheme::Ecdsa, Curve::Secp256k1).public_key().len(), 33);
    assert_eq!(key("k", Scheme::Schnorr, Curve::Secp256k1).public_key().len(), 33);
    assert_eq!(key("k", Scheme::EdDsa, Curve::Ed25519).public_key().len(), 32);
}

#[test]
fn debug_shows_no_secret() {
    let key = key("key-1", Scheme::Ecdsa, Curve::Secp256k1);
    let shown = format!("{key:?}");
    assert!(
        !shown.contains(&encode(&key.secret()[..])) && !shown.contains(&encode(&key.chain_code[..])),
        "{shown}"
    );
    assert!(!shown.contains(&format!("{:?}", key.secret())), "{shown}");
}

#[test]
fn a_curve_that_is_not_held_is_refused() {
    for (scheme, curve) in [(Scheme::EdDsa, Curve::Stark), (Scheme::EdDsa, Curve::Secp256k1)] {
        let refused = KeyMaterial::derive(b"seed", "key-1", scheme, curve).unwrap_err();
        assert_eq!(refused, KeyError::UnsupportedKey { scheme, curve });
    }
}

#[test]
fn a_secret_outside_the_group_is_refused() {
    for secret in [[0; 32], [0xff; 32]] {
        let refused = KeyMaterial::from_secret(Scheme::Ecdsa, Curve::Secp256k1, &secret, None);
        assert!(matches!(refused, Err(KeyError::InvalidPrivateKey { .. })));
    }
}

#[test]
fn ecdsa_signatures_verify_are_low_and_recover_the_key() {
    for number in 0..32 {
        let key = key(&format!("key-{number}"), Scheme::Ecdsa, Curve::Secp256k1);
        let raw = key.sign_digest(&DIGEST, MerkleRoot::None).unwrap();
        let signature = k256::ecdsa::Signature::from_slice(&raw.to_bytes()).unwrap();
        assert_eq!(signature.normalize_s(), signature);
        let verifying = k256::ecdsa::VerifyingKey::from_sec1_bytes(key.public_key()).unwrap();
        verifying.verify_prehash(&DIGEST, &signature).unwrap();
        let recovery = k256::ecdsa::RecoveryId::from_byte(raw.recovery_id.unwrap()).unwrap();
        let recovered = k256::ecdsa::VerifyingKey::recover_from_prehash(&DIGEST, &signature, recovery).unwrap();
        assert_eq!(recovered, verifying);
    }
}

#[test]
fn schnorr_signatures_verify_under_the_output_key() {
    for number in 0..16 {
        let key = key(&format!("key-{number}"), Scheme::Schnorr, Curve::Secp256k1);
        for root in [MerkleRoot::None, MerkleRoot::Root([9; 32])] {
            let raw = key.sign_digest(&DIGEST, root).unwrap();
            assert_eq!(raw.recovery_id, None);
            let output = output_key(key.public_key(), root).unwrap();
            let verifying = k256::schnorr::VerifyingKey::from_slice(&output).unwrap();
            let signature = k256::schnorr::Signature::from_slice(&raw.to_bytes()).unwrap();
            verifying.verify_prehash(&DIGEST, &signature).unwrap();
        }
    }
}

#[test]
fn the_output_key_is_that_of_bip341() {
    // The first two key-path vectors of BIP-341: without, and with a script tree.
    let none = decode_array::<33>("02d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d").unwrap();
    let expected = "53a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343";
    assert_eq!(encode(&output_key(&none, MerkleRoot::None).unwrap()), expected);
    let tree = decode_array::<33>("02187791b6f712a8ea41c8ecdd0ee77fab3e85263b37e1ec18a3651926b3a6cf27").unwrap();
    let root = MerkleRoot::parse("5b75adecf53548f3ec6ad7d78383bf84cc57b55a3127c72b9a2481752dd88b21").unwrap();
    let expected = "147c9c57132f6e7ecddba9800bb0c4449251c92a1e60371ee77557b6620f3ea3";
    assert_eq!(encode(&output_key(&tree, root).unwrap()), expected);
}

#[test]
fn ed25519_signatures_verify() {
    let key = key("key-1", Scheme::EdDsa, Curve::Ed25519);
    let verifying = ed25519_dalek::VerifyingKey::from_bytes(key.public_key().try_into().unwrap()).unwrap();
    for message in [&b""[..], b"hello", &DIGEST] {
        let raw = key.sign_message(message).unwrap();
        verifying
            .verify(message, &ed25519_dalek::Signature::from_bytes(&raw.to_bytes()))
            .unwrap();
    }
}

#[test]
fn only_ed25519_signs_messages_and_diffie_hellman_signs_nothing() {
    let ecdsa = key("k", Scheme::Ecdsa, Curve::Secp256k1);
    assert!(matches!(ecdsa.sign_message(b"m"), Err(KeyError::UnsupportedKey { .. })));
    let exchange = key("k", Scheme::DiffieHellman, Curve::Secp256k1);
    assert!(matches!(
        exchange.sign_digest(&DIGEST, MerkleRoot::None),
        Err(KeyError::UnsupportedKey { .. })
    ));
}
