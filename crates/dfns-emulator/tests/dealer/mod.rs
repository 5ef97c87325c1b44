//! The other side of import and export, as the official libraries do it: keys cut into shares and put together again.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use curve25519_dalek::EdwardsPoint;
use hmac::{Hmac, KeyInit, Mac};
use k256::elliptic_curve::PrimeField;
use k256::{ProjectivePoint, PublicKey, Scalar, SecretKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::crypto::{bytes, hex};

fn bare(bytes: &[u8]) -> String {
    hex(bytes)[2..].to_owned()
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn cipher(public: &PublicKey, secret: &SecretKey) -> LessSafeKey {
    let shared = public.to_projective() * *secret.to_nonzero_scalar();
    let shared = PublicKey::from_affine(shared.to_affine()).unwrap().to_sec1_bytes();
    let key = hmac(&hmac(b"DFNS_KEY_IMPORT", &shared), b"ENCRYPTION_KEY\x01");
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap())
}

fn seal(encryption_key: &Value, plaintext: &Value, ephemeral: u8) -> String {
    let recipient = STANDARD.decode(encryption_key.as_str().unwrap()).unwrap();
    assert_eq!((recipient[0], recipient.len()), (1, 34));
    let secret = SecretKey::from_slice(&[ephemeral; 32]).unwrap();
    let mut sealed = plaintext.to_string().into_bytes();
    cipher(&PublicKey::from_sec1_bytes(&recipient[1..]).unwrap(), &secret)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::empty(), &mut sealed)
        .unwrap();
    sealed.extend_from_slice(&secret.public_key().to_sec1_bytes());
    STANDARD.encode(sealed)
}

/// The `encryptedKeyShares` of a key for the signers of a cluster, which must stand in their order.
pub(crate) fn deal(signers: &Value, curve: &str, secret: &[u8; 32]) -> Value {
    let signers = signers.as_array().unwrap();
    let places = 1..=signers.len() as u64;
    let (scalars, points): (Vec<String>, Vec<String>) = match curve {
        "secp256k1" => places
            .map(|place| {
                let (place, secret) = (Scalar::from(place), Scalar::from_repr((*secret).into()).unwrap());
                let share = secret + place * (Scalar::from(11_u64) + place * Scalar::from(13_u64));
                let point = PublicKey::from_affine((ProjectivePoint::GENERATOR * share).to_affine()).unwrap();
                (bare(&share.to_bytes()), bare(&point.to_sec1_bytes()))
            })
            .unzip(),
        _ => places
            .map(|place| {
                use curve25519_dalek::Scalar;
                let mut secret = *secret;
                secret.reverse();
                let (place, secret) = (Scalar::from(place), Scalar::from_canonical_bytes(secret).unwrap());
                let share = secret + place * (Scalar::from(11_u64) + place * Scalar::from(13_u64));
                let mut scalar = share.to_bytes();
                scalar.reverse();
                (
                    bare(&scalar),
                    bare(&EdwardsPoint::mul_base(&share).compress().to_bytes()),
                )
            })
            .unzip(),
    };
    let points: Vec<Value> = points
        .iter()
        .map(|point| json!({ "curve": curve, "point": point }))
        .collect();
    let share = |((signer, scalar), ephemeral): ((&Value, &String), u8)| {
        let secret_share = json!({ "curve": curve, "scalar": scalar });
        let plaintext = json!({ "version": 1, "secret_share": secret_share, "public_shares": points });
        let ciphertext = seal(&signer["encryptionKey"], &plaintext, ephemeral);
        json!({ "signerId": signer["signerId"], "encryptedKeyShare": ciphertext })
    };
    signers.iter().zip(&scalars).zip(1..).map(share).collect()
}

/// The `encryptionKey` for an export that [`recover`] can read.
pub(crate) fn encryption_key() -> String {
    let public = SecretKey::from_slice(&[7; 32]).unwrap().public_key();
    STANDARD.encode([&[1], &public.to_sec1_bytes()[..]].concat())
}

/// The shares of an export, decrypted: place and value, both as 32 bytes.
fn opened(export: &Value) -> Vec<(Vec<u8>, Vec<u8>)> {
    let secret = SecretKey::from_slice(&[7; 32]).unwrap();
    let open = |share: &Value| {
        let mut sealed = STANDARD.decode(share["encryptedKeyShare"].as_str().unwrap()).unwrap();
        let ephemeral = PublicKey::from_sec1_bytes(&sealed.split_off(sealed.len() - 33)).unwrap();
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        let plaintext = cipher(&ephemeral, &secret)
            .open_in_place(nonce, Aad::empty(), &mut sealed)
            .unwrap();
        let plaintext: Value = serde_json::from_slice(plaintext).unwrap();
        assert_eq!(plaintext["version"], 1);
        assert_eq!(plaintext["index"]["curve"], export["curve"]);
        (
            bytes(&plaintext["index"]["scalar"]),
            bytes(&plaintext["secret_share"]["scalar"]),
        )
    };
    export["encryptedKeyShares"]
        .as_array()
        .unwrap()
        .iter()
        .map(open)
        .collect()
}

/// The private key of an export on secp256k1, by Lagrange interpolation at zero over all shares.
pub(crate) fn recover(export: &Value) -> SecretKey {
    let scalar = |bytes: &[u8]| Scalar::from_repr(<[u8; 32]>::try_from(bytes).unwrap().into()).unwrap();
    let shares: Vec<(Scalar, Scalar)> = opened(export)
        .iter()
        .map(|(place, value)| (scalar(place), scalar(value)))
        .collect();
    let mut secret = Scalar::ZERO;
    for (place, value) in &shares {
        let others = shares.iter().filter(|(other, _)| other != place);
        secret += others.fold(*value, |product, (other, _)| {
            product * other * (other - place).invert().unwrap()
        });
    }
    SecretKey::from_slice(&secret.to_bytes()).unwrap()
}

/// The same on ed25519: the public key that belongs to the scalar.
pub(crate) fn recover_ed25519(export: &Value) -> Vec<u8> {
    use curve25519_dalek::Scalar;
    let scalar = |bytes: &[u8]| {
        let mut bytes = <[u8; 32]>::try_from(bytes).unwrap();
        bytes.reverse();
        Scalar::from_canonical_bytes(bytes).unwrap()
    };
    let shares: Vec<(Scalar, Scalar)> = opened(export)
        .iter()
        .map(|(place, value)| (scalar(place), scalar(value)))
        .collect();
    let mut secret = Scalar::ZERO;
    for (place, value) in &shares {
        let others = shares.iter().filter(|(other, _)| other != place);
        secret += others.fold(*value, |product, (other, _)| product * other * (other - place).invert());
    }
    EdwardsPoint::mul_base(&secret).compress().to_bytes().to_vec()
}
