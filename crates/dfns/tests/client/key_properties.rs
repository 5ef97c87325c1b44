//! Whatever stands in a key file: an answer or an error, never a panic, and never a byte of the key in the error.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dfns::{KeyKind, KeyPair};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::keys;

/// A good key file, in DER, of any kind and form.
fn any_der() -> impl Strategy<Value = Vec<u8>> {
    let mut forms = Vec::new();
    for key in keys::all() {
        match key.name.as_str() {
            "P-256" | "secp256k1" => forms.push(keys::sec1_der(&key.pkcs8)),
            "RSA-2048" => forms.push(keys::pkcs1_der(&key.pkcs8)),
            _ => {}
        }
        forms.push(key.pkcs8);
    }
    proptest::sample::select(forms)
}

/// A label that PEM text may have, or none that it has.
fn any_label() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "PRIVATE KEY",
        "EC PRIVATE KEY",
        "RSA PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "PUBLIC KEY",
        "EC PARAMETERS",
        "CERTIFICATE",
        "",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn der_with_some_bytes_changed_is_a_key_or_an_error(
        mut der in any_der(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..8),
    ) {
        for (at, byte) in changes {
            let at = at.index(der.len());
            der[at] = byte;
        }
        // A change may go unnoticed, for example in a number of RSA that is not used; the key signs then.
        if let Ok(pair) = KeyPair::from_der(&der) {
            let _signature_or_error = pair.sign(b"message");
        }
        let _key_or_error = KeyPair::from_encrypted_der(&der, "passphrase");
    }

    #[test]
    fn arbitrary_bytes_are_no_key(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(KeyPair::from_der(&bytes).is_err());
    }

    #[test]
    fn nested_lengths_that_lie_are_an_error(
        heads in prop::collection::vec((any::<u8>(), any::<u8>()), 1..64),
    ) {
        let bytes: Vec<u8> = heads.into_iter().flat_map(|(tag, length)| [tag & 0x3f, length]).collect();
        prop_assert!(KeyPair::from_der(&bytes).is_err());
    }

    #[test]
    fn arbitrary_text_is_no_key(text in any::<String>()) {
        prop_assert!(KeyPair::from_pem(&text).is_err());
    }

    #[test]
    fn pem_with_a_wrong_label_or_body_never_shows_what_stood_there(
        label in any_label(),
        der in any_der(),
        cut in any::<Index>(),
        stray in any::<char>(),
    ) {
        let mut pem = keys::pem(label, &der);
        let at = cut.index(pem.len());
        let at = (0..=at).rev().find(|at| pem.is_char_boundary(*at)).unwrap_or(0);
        pem.insert(at, stray);
        if let Err(error) = KeyPair::from_encrypted_pem(&pem, "passphrase") {
            let shown = format!("{error} {error:?}");
            let body = STANDARD.encode(&der);
            let windows = body.as_bytes().windows(16);
            for window in windows {
                let window = std::str::from_utf8(window).expect("base64 is ASCII");
                prop_assert!(!shown.contains(window), "{shown}");
            }
        }
    }

    #[test]
    fn der_signatures_of_any_two_numbers_are_minimal(numbers in prop::collection::vec(any::<u8>(), 64)) {
        let der = dfns::ecdsa_signature_der(&numbers).expect("64 bytes");
        let signature = p256::ecdsa::DerSignature::from_bytes(&der);
        // The library refuses what is not minimal, and numbers out of range, which these may be.
        let in_range = p256::ecdsa::Signature::from_slice(&numbers).is_ok();
        prop_assert_eq!(signature.is_ok(), in_range);
    }
}

proptest! {
    // Three scalar multiplications each, without optimisation.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_seed_reads_back_from_its_own_pem(seed in any::<[u8; 32]>()) {
        for kind in [KeyKind::Ed25519, KeyKind::P256, KeyKind::Secp256k1] {
            let Ok(pair) = KeyPair::from_raw(kind, seed) else { continue };
            let again = KeyPair::from_pem(pair.private_key_pem().expose_secret()).expect("its own PEM");
            prop_assert_eq!(again.public_key_pem(), pair.public_key_pem());
        }
    }
}
