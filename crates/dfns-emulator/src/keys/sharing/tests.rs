//! The shares of a key, cut and put together in every way that the protocol allows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::hex::{decode_array, encode};
use super::super::material::Curve;
use super::super::stark;
use super::envelope::DecryptionKey;
use super::group::{Ed25519, Group, Stark};
use super::{EncryptedShare, EncryptionKey, SharingError, Signers, shamir};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/data/key-import-export.json")).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

/// A private form of a key: the version byte, then the scalar.
fn private(text: &str) -> [u8; 32] {
    decode_array(text.strip_prefix("01").unwrap()).unwrap()
}

fn signers_of(case: &Value) -> Signers {
    let ids = case["signers"].as_array().unwrap().iter();
    let keys = case["decryptionKeysHex"].as_array().unwrap().iter();
    let signer = |(signer, key): (&Value, &Value)| {
        (
            STANDARD.decode(text(signer, "signerId")).unwrap().try_into().unwrap(),
            private(key.as_str().unwrap()),
        )
    };
    Signers::new(ids.zip(keys).map(signer).collect()).unwrap()
}

fn shares_of(message: &Value) -> Vec<EncryptedShare> {
    let share = |share: &Value| EncryptedShare {
        signer_id: text(share, "signerId").to_owned(),
        ciphertext: text(share, "encryptedKeyShare").to_owned(),
    };
    message["encryptedKeyShares"]
        .as_array()
        .unwrap()
        .iter()
        .map(share)
        .collect()
}

fn import_case(number: usize) -> (Signers, Curve, Vec<EncryptedShare>, Value) {
    let case = vectors()["import"][number].clone();
    let curve = Curve::from_name(text(&case["request"], "curve")).unwrap();
    (signers_of(&case), curve, shares_of(&case["request"]), case)
}

/// The shares of the first case, re-encrypted after `change`.
fn tampered(change: impl Fn(usize, &mut Value)) -> Result<(), SharingError> {
    let (signers, curve, mut shares, case) = import_case(0);
    for (number, share) in shares.iter_mut().enumerate() {
        let mut plaintext = case["decryptedSharesInSignerOrder"][number].clone();
        change(number, &mut plaintext);
        let key = EncryptionKey::parse(text(&case["signers"][number], "encryptionKey")).unwrap();
        share.ciphertext = key.seal(plaintext.to_string().as_bytes(), &[9; 32]).unwrap();
    }
    signers.combine(curve, &shares).map(drop)
}

#[test]
fn shares_of_the_official_library_give_the_key_back() {
    for number in [0, 1] {
        let (signers, curve, shares, case) = import_case(number);
        assert_eq!(
            encode(&signers.combine(curve, &shares).unwrap()[..]),
            text(&case, "secretScalarHex")
        );
    }
}

#[test]
fn shares_on_the_curve_of_starknet_give_the_key_back() {
    let (signers, _, _, case) = import_case(0);
    let secret = Stark::random_scalar(&[0xb5; 32]);
    let coefficients = [secret, Stark::random_scalar(&[1; 32]), Stark::random_scalar(&[2; 32])];
    let keys = case["signers"].as_array().unwrap();
    let dealt = shamir::split::<Stark>(&coefficients, keys.len() as u64);
    let points: Vec<Value> = dealt
        .iter()
        .map(|(_, share)| json!({ "curve": "stark", "point": encode(&stark::compressed(&Stark::generate(share))) }))
        .collect();
    let sealed = |(signer, (_, share)): (&Value, &(u64, stark::Scalar))| {
        let secret_share = json!({ "curve": "stark", "scalar": encode(&Stark::bytes(share)) });
        let plaintext = json!({ "version": 1, "secret_share": secret_share, "public_shares": points });
        let key = EncryptionKey::parse(text(signer, "encryptionKey")).unwrap();
        EncryptedShare {
            signer_id: text(signer, "signerId").to_owned(),
            ciphertext: key.seal(plaintext.to_string().as_bytes(), &[9; 32]).unwrap(),
        }
    };
    let shares: Vec<EncryptedShare> = keys.iter().zip(&dealt).map(sealed).collect();
    assert_eq!(*signers.combine(Curve::Stark, &shares).unwrap(), Stark::bytes(&secret));
    assert!(signers.combine(Curve::Secp256k1, &shares).is_err());
    // Zero is a scalar, and no share of this key.
    let mut zero = json!({ "version": 1, "public_shares": points });
    zero["secret_share"] = json!({ "curve": "stark", "scalar": "00".repeat(32) });
    let mut changed = shares;
    let key = EncryptionKey::parse(text(&keys[0], "encryptionKey")).unwrap();
    changed[0].ciphertext = key.seal(zero.to_string().as_bytes(), &[9; 32]).unwrap();
    assert!(matches!(
        signers.combine(Curve::Stark, &changed),
        Err(SharingError::WrongCommitment { .. })
    ));
}

#[test]
fn the_order_of_the_shares_does_not_matter() {
    let (signers, curve, mut shares, case) = import_case(0);
    shares.reverse();
    assert_eq!(
        encode(&signers.combine(curve, &shares).unwrap()[..]),
        text(&case, "secretScalarHex")
    );
}

#[test]
fn the_encryption_keys_are_those_of_the_official_library() {
    let (signers, _, _, case) = import_case(0);
    let keys: Vec<Value> = signers
        .encryption_keys()
        .map(|(id, key)| json!({ "signerId": id, "encryptionKey": key.to_text() }))
        .collect();
    assert_eq!(Value::Array(keys), case["signers"]);
}

#[test]
fn exported_shares_that_the_official_library_accepted_can_be_read() {
    let case = &vectors()["export"];
    let key = DecryptionKey::new(&private(text(case, "decryptionKeyHex"))).unwrap();
    assert_eq!(key.encryption_key().to_text(), text(case, "requestEncryptionKey"));
    for (share, plaintext) in shares_of(&case["response"])
        .iter()
        .zip(case["sharePlaintexts"].as_array().unwrap())
    {
        let opened: Value = serde_json::from_slice(&key.open(&share.ciphertext).unwrap()).unwrap();
        assert_eq!(opened, *plaintext);
    }
}

#[test]
fn an_export_has_the_form_of_one_that_the_official_library_accepted() {
    let case = &vectors()["export"];
    let signers = import_case(0).0;
    let recipient = EncryptionKey::parse(text(case, "requestEncryptionKey")).unwrap();
    let key = DecryptionKey::new(&private(text(case, "decryptionKeyHex"))).unwrap();
    let mut draw = 0;
    let random = || {
        draw += 1;
        Ok::<_, SharingError>([draw; 32])
    };
    let secret = decode_array(text(case, "secretScalarHex")).unwrap();
    let shares = signers.split(Curve::Secp256k1, &secret, &recipient, random).unwrap();
    assert_eq!(shares.len(), 5);
    for (share, plaintext) in shares.iter().zip(case["sharePlaintexts"].as_array().unwrap()) {
        let opened: Value = serde_json::from_slice(&key.open(&share.ciphertext).unwrap()).unwrap();
        assert_eq!(opened["index"], plaintext["index"]);
        assert_eq!(opened["version"], plaintext["version"]);
        assert_eq!(opened["secret_share"]["curve"], plaintext["secret_share"]["curve"]);
        assert_eq!(text(&opened["secret_share"], "scalar").len(), 64);
    }
}

#[test]
fn a_seed_of_ed25519_becomes_the_scalar_of_the_official_library() {
    let (_, _, _, case) = import_case(1);
    let seed: [u8; 32] = decode_array(text(&case, "eddsaSeedHex")).unwrap();
    let key = super::super::KeyMaterial::from_secret(super::super::Scheme::EdDsa, Curve::Ed25519, &seed, None).unwrap();
    let scalar = key.shared_scalar();
    assert_eq!(encode(&scalar[..]), text(&case, "secretScalarHex"));
    let public = Ed25519::generate(&Ed25519::scalar(*scalar).unwrap());
    assert_eq!(public.compress().to_bytes(), key.public_key());
}

#[test]
fn a_share_for_a_stranger_is_refused() {
    let (signers, curve, mut shares, _) = import_case(0);
    shares[2].signer_id = STANDARD.encode([9; 32]);
    let refused = signers.combine(curve, &shares).unwrap_err();
    assert_eq!(
        refused,
        SharingError::UnknownSigner {
            signer_id: STANDARD.encode([9; 32])
        }
    );
}

#[test]
fn a_missing_and_a_repeated_share_are_refused() {
    let (signers, curve, mut shares, _) = import_case(0);
    shares.push(shares[1].clone());
    assert!(matches!(
        signers.combine(curve, &shares),
        Err(SharingError::RepeatedSigner { .. })
    ));
    shares.truncate(4);
    assert!(matches!(
        signers.combine(curve, &shares),
        Err(SharingError::MissingShare { .. })
    ));
}

#[test]
fn a_share_for_another_signer_and_a_changed_one_cannot_be_decrypted() {
    let (signers, curve, shares, _) = import_case(0);
    let mut swapped = shares.clone();
    swapped[0].ciphertext.clone_from(&shares[1].ciphertext);
    let mut changed = shares.clone();
    let mut bytes = STANDARD.decode(&shares[0].ciphertext).unwrap();
    bytes[0] ^= 1;
    changed[0].ciphertext = STANDARD.encode(bytes);
    let mut short = shares.clone();
    short[0].ciphertext = "AAAA".to_owned();
    let mut no_text = shares;
    no_text[0].ciphertext = "*".to_owned();
    for shares in [swapped, changed, short, no_text] {
        assert!(matches!(
            signers.combine(curve, &shares),
            Err(SharingError::Undecryptable { .. })
        ));
    }
}

#[test]
fn a_share_of_another_curve_is_refused() {
    let (signers, _, shares, _) = import_case(0);
    assert!(matches!(
        signers.combine(Curve::Ed25519, &shares),
        Err(SharingError::InvalidShare { .. })
    ));
}

#[test]
fn re_encrypted_shares_are_accepted_as_they_are() {
    tampered(|_, _| {}).unwrap();
}

#[test]
fn a_share_that_breaks_its_commitment_is_refused() {
    let refused = tampered(|number, share| {
        if number == 3 {
            share["secret_share"]["scalar"] = json!("01".repeat(32));
        }
    });
    assert!(matches!(refused, Err(SharingError::WrongCommitment { .. })));
}

#[test]
fn signers_who_were_told_different_things_refuse() {
    let refused = tampered(|number, share| {
        if number == 3 {
            share["public_shares"][0] = share["public_shares"][1].clone();
        }
    });
    assert_eq!(refused, Err(SharingError::DifferentCommitments));
}

#[test]
fn shares_off_the_polynomial_are_refused_even_with_matching_commitments() {
    let one = "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    let refused = tampered(|number, share| {
        share["public_shares"][4]["point"] = json!(one);
        if number == 4 {
            share["secret_share"]["scalar"] = json!(format!("{:064x}", 1));
        }
    });
    assert_eq!(refused, Err(SharingError::WrongThreshold { threshold: 3 }));
}

#[test]
fn another_version_of_a_share_is_refused() {
    let refused = tampered(|_, share| share["version"] = json!(2));
    assert!(matches!(
        refused,
        Err(SharingError::InvalidShare {
            problem: "its version is not 1",
            ..
        })
    ));
}

#[test]
fn an_encryption_key_of_another_version_or_length_is_refused() {
    let good = STANDARD
        .decode(text(&vectors()["export"], "requestEncryptionKey"))
        .unwrap();
    let mut version = good.clone();
    version[0] = 2;
    for bytes in [version, good[..33].to_vec(), good[1..].to_vec(), Vec::new()] {
        assert_eq!(
            EncryptionKey::parse(&STANDARD.encode(bytes)),
            Err(SharingError::InvalidEncryptionKey)
        );
    }
    assert_eq!(
        EncryptionKey::parse("no base64"),
        Err(SharingError::InvalidEncryptionKey)
    );
}

#[test]
fn debug_of_the_signers_shows_ids_only() {
    let (signers, _, _, case) = import_case(0);
    let ids: Vec<&str> = case["signers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|signer| text(signer, "signerId"))
        .collect();
    assert_eq!(format!("{signers:?}"), format!("{ids:?}"));
}
