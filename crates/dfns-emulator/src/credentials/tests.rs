//! Test vectors made by other implementations: every one verifies, and no longer does with one bit changed.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::*;

pub(super) const KEYS: &str = include_str!("../../tests/data/key-credentials.json");
pub(super) const WEBAUTHN: &str = include_str!("../../tests/data/webauthn.json");

pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no text at {pointer}"))
}

/// The same base64url text with one bit of what it encodes changed.
fn flipped(encoded: &str, byte: usize) -> String {
    let mut bytes = decode_base64url(encoded, "vector").unwrap();
    let at = byte % bytes.len();
    bytes[at] ^= 1;
    BASE64URL.encode(bytes)
}

/// The challenge in client data, without checking anything.
fn challenge_of(client_data: &str) -> String {
    let bytes = decode_base64url(client_data, "vector").unwrap();
    let parsed: Value = serde_json::from_slice(&bytes).unwrap();
    parsed["challenge"].as_str().unwrap().to_owned()
}

fn each_key(mut visit: impl FnMut(&str, &Value)) {
    let vectors: Value = serde_json::from_str(KEYS).unwrap();
    let keys = vectors["keys"].as_object().unwrap();
    assert_eq!(
        keys.keys().map(String::as_str).collect::<Vec<_>>(),
        ["Ed25519", "P-256", "RSA-2048", "secp256k1"]
    );
    for (name, key) in keys {
        visit(name, key);
    }
}

#[test]
fn every_key_assertion_verifies_in_all_five_serialisations_and_no_changed_one_does() {
    let mut count = 0;
    each_key(|name, key| {
        let pem = text(key, "/publicKeySpkiPem");
        for vector in key["assertions"].as_array().unwrap() {
            let (client_data, signature) = (text(vector, "/clientData"), text(vector, "/signature"));
            let challenge = challenge_of(client_data);
            let verify = |client_data: &str, signature: &str, challenge: &str| {
                verify_key_assertion(
                    KeyAssertion {
                        client_data,
                        signature,
                        algorithm: None,
                    },
                    pem,
                    challenge,
                )
            };
            let case = format!("{name} {}", text(vector, "/serialization"));
            assert_eq!(verify(client_data, signature, &challenge), Ok(()), "{case}");
            let padded = format!("{signature}{}", "=".repeat((4 - signature.len() % 4) % 4));
            assert_eq!(verify(client_data, &padded, &challenge), Ok(()), "{case}, padded");
            for byte in [1, 20, 40, 63] {
                assert!(
                    verify(client_data, &flipped(signature, byte), &challenge).is_err(),
                    "{case}, byte {byte}"
                );
                assert!(
                    verify(&flipped(client_data, byte), signature, &challenge).is_err(),
                    "{case}, byte {byte}"
                );
            }
            assert_eq!(
                verify(client_data, signature, "other"),
                Err(CredentialError::Challenge),
                "{case}"
            );
            count += 1;
        }
    });
    assert_eq!(count, 20);
}

#[test]
fn every_key_attestation_verifies_and_no_changed_one_does() {
    let mut count = 0;
    each_key(|name, key| {
        for vector in key["attestations"].as_array().unwrap() {
            let (client_data, attestation_data) = (text(vector, "/clientData"), text(vector, "/attestationData"));
            let challenge = challenge_of(client_data);
            let verify = |client_data: &str, attestation_data: &str| {
                verify_key_attestation(
                    &KeyAttestation {
                        client_data,
                        attestation_data,
                    },
                    &challenge,
                )
            };
            let case = format!("{name} {}", text(vector, "/serialization"));
            let pem = text(key, "/publicKeySpkiPem").to_owned();
            assert_eq!(verify(client_data, attestation_data), Ok(pem.clone()), "{case}");
            assert!(verify(&flipped(client_data, 3), attestation_data).is_err(), "{case}");
            let changed_signature = |hex: &str| {
                let last = if hex.ends_with('0') { "1" } else { "0" };
                let data =
                    serde_json::json!({ "publicKey": pem, "signature": format!("{}{last}", &hex[..hex.len() - 1]) });
                BASE64URL.encode(data.to_string())
            };
            let changed = changed_signature(text(vector, "/signatureHex"));
            assert_eq!(verify(client_data, &changed), Err(CredentialError::Signature), "{case}");
            count += 1;
        }
    });
    assert_eq!(count, 12);
}

#[test]
fn the_attestation_of_the_official_browser_signer_verifies() {
    let vectors: Value = serde_json::from_str(KEYS).unwrap();
    let sample = &vectors["browserSignerCreateSample"]["credentialInfo"];
    let (client_data, attestation_data) = (text(sample, "/clientData"), text(sample, "/attestationData"));
    let verified = verify_key_attestation(
        &KeyAttestation {
            client_data,
            attestation_data,
        },
        &challenge_of(client_data),
    );
    assert!(!verified.unwrap().ends_with('\n'), "the PEM is kept exactly as it came");
}

#[test]
fn a_public_key_is_read_in_every_accepted_shape() {
    let mut count = 0;
    each_key(|name, key| {
        let pem = text(key, "/publicKeySpkiPem");
        let expected = format!("SHA256:{}", text(key, "/spkiSha256Base64"));
        let lines: Vec<&str> = pem.lines().collect();
        let one_line = format!(
            "{}\n{}\n{}",
            lines[0],
            lines[1..lines.len() - 1].concat(),
            lines[lines.len() - 1]
        );
        let shapes = [
            pem.to_owned(),
            pem.trim_end().to_owned(),
            pem.replace('\n', "\r\n"),
            one_line.clone(),
            one_line.replace('\n', ""),
            pem.trim_end().replace('\n', "\\n"),
        ];
        for shape in shapes {
            assert_eq!(
                PublicKey::from_pem(&shape).map(|key| key.fingerprint()),
                Ok(expected.clone()),
                "{name}: {shape}"
            );
            count += 1;
        }
    });
    assert_eq!(count, 24);
}

#[test]
fn an_rsa_key_is_read_as_pkcs1_too_and_has_the_same_fingerprint() {
    let vectors: Value = serde_json::from_str(KEYS).unwrap();
    let pem = text(&vectors, "/keys/RSA-2048/publicKeySpkiPem");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let spki = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
    // The PKCS#1 key is what the bit string at the end of the SPKI holds.
    let pkcs1 = base64::engine::general_purpose::STANDARD.encode(&spki[24..]);
    let pkcs1 = format!("-----BEGIN RSA PUBLIC KEY-----\n{pkcs1}\n-----END RSA PUBLIC KEY-----\n");
    let fingerprints = [pem, &pkcs1].map(|pem| PublicKey::from_pem(pem).unwrap().fingerprint());
    assert_eq!(fingerprints[0], fingerprints[1]);
}

#[test]
fn what_is_no_public_key_is_refused() {
    let begin = "-----BEGIN PUBLIC KEY-----";
    let end = "-----END PUBLIC KEY-----";
    let cases = [
        (String::new(), CredentialError::Pem),
        (format!("{begin}AAAA"), CredentialError::Pem),
        (format!("{begin}!!!!{end}"), CredentialError::Pem),
        (format!("{begin}{end}"), CredentialError::PublicKey),
        (format!("{begin}AAAA{end}"), CredentialError::PublicKey),
        (format!("{begin}AAAA-----END RSA PUBLIC KEY-----"), CredentialError::Pem),
    ];
    for (pem, expected) in cases {
        assert_eq!(
            PublicKey::from_pem(&pem).map(|key| key.fingerprint()),
            Err(expected),
            "{pem}"
        );
    }
}

#[test]
fn a_webauthn_attestation_verifies_without_statement_and_with_its_own() {
    let vectors: Value = serde_json::from_str(WEBAUTHN).unwrap();
    let challenge = text(&vectors, "/create/challenge");
    let verify = |attestation_data: &str, origin: &str| {
        let attestation = WebauthnAttestation {
            credential_id: text(&vectors, "/credId"),
            client_data: text(&vectors, "/create/credentialInfo/clientData"),
            attestation_data,
            relying_party_id: text(&vectors, "/rpId"),
            origin,
        };
        verify_webauthn_attestation(attestation, challenge)
    };
    let (origin, pem) = (
        text(&vectors, "/origin"),
        text(&vectors, "/publicKeySpkiPem").to_owned(),
    );
    assert_eq!(
        verify(text(&vectors, "/create/credentialInfo/attestationData"), origin),
        Ok((pem.clone(), 0))
    );
    let packed = text(&vectors, "/create/attestationDataPackedSelf");
    assert_eq!(verify(packed, origin), Ok((pem, 0)));
    assert_eq!(verify(packed, "https://evil.test"), Err(CredentialError::Origin));
    let length = decode_base64url(packed, "vector").unwrap().len();
    let accepted = (0..length)
        .filter(|byte| verify(&flipped(packed, *byte), origin).is_ok())
        .count();
    assert_eq!(accepted, 0, "of {length} changed attestations");
}

fn decode_hex(text: &str) -> Vec<u8> {
    let pair = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(pair).collect()
}

/// A DER value of less than 64 KiB.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82][..], &length, content].concat()
}

/// The head of a CBOR byte string of less than 64 KiB, and the bytes.
pub(super) fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&[0x59][..], &length, bytes].concat()
}

#[test]
fn a_webauthn_attestation_by_a_certificate_is_held_to_the_key_in_it() {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

    let vectors: Value = serde_json::from_str(WEBAUTHN).unwrap();
    let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
    let maker = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    let maker = EcdsaKeyPair::from_pkcs8(algorithm, maker.as_ref(), &random).unwrap();
    // SubjectPublicKeyInfo: ecPublicKey on P-256, and the point of the maker's key.
    let algorithm = [
        0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
        0x03, 0x01, 0x07,
    ];
    let point = der(0x03, &[&[0][..], maker.public_key().as_ref()].concat());
    let spki = der(0x30, &[&algorithm[..], &point].concat());
    // Version, serial number, algorithm, issuer, validity, subject, key.
    let fields = [&der(0xa0, &[2, 1, 2])[..], &[2, 1, 7], &[0x30, 0].repeat(4), &spki].concat();
    let certificate = der(0x30, &[&der(0x30, &fields)[..], &[0x30, 0, 0x03, 1, 0]].concat());

    let client_data = text(&vectors, "/create/credentialInfo/clientData");
    let data = decode_hex(text(&vectors, "/create/authDataHex"));
    let hash = Sha256::digest(decode_base64url(client_data, "vector").unwrap());
    let signature = maker.sign(&random, &[&data[..], &hash].concat()).unwrap();
    let attest = |certificate: &[u8], signature: &[u8]| {
        let object = [
            &b"\xa3\x63fmt\x66packed\x67attStmt\xa3\x63alg\x26\x63sig"[..],
            &cbor_bytes(signature),
            b"\x63x5c\x81",
            &cbor_bytes(certificate),
            b"\x68authData",
            &cbor_bytes(&data),
        ];
        let attestation = WebauthnAttestation {
            credential_id: text(&vectors, "/credId"),
            client_data,
            attestation_data: &URL_SAFE_NO_PAD.encode(object.concat()),
            relying_party_id: text(&vectors, "/rpId"),
            origin: text(&vectors, "/origin"),
        };
        verify_webauthn_attestation(attestation, text(&vectors, "/create/challenge")).map(|(pem, _)| pem)
    };
    let pem = text(&vectors, "/publicKeySpkiPem").to_owned();
    assert_eq!(
        attest(&certificate, signature.as_ref()),
        Ok(pem),
        "the key of the passkey, not of the certificate"
    );
    let by_another = decode_hex(text(&vectors, "/create/packedSelfSignatureHex"));
    assert_eq!(attest(&certificate, &by_another), Err(CredentialError::Signature));
    for length in 0..certificate.len() - 5 {
        assert_eq!(
            attest(&certificate[..length], signature.as_ref()),
            Err(CredentialError::PublicKey),
            "{length}"
        );
    }
}

#[test]
fn a_webauthn_assertion_verifies_and_no_changed_one_does() {
    let vectors: Value = serde_json::from_str(WEBAUTHN).unwrap();
    let field = |name: &str| text(&vectors, &format!("/get/credentialAssertion/{name}"));
    let assertion = WebauthnAssertion {
        client_data: field("clientData"),
        authenticator_data: field("authenticatorData"),
        signature: field("signature"),
        user_handle: Some(field("userHandle")),
    };
    let registered = Authenticator {
        public_key: text(&vectors, "/publicKeySpkiPem"),
        relying_party_id: text(&vectors, "/rpId"),
        origin: text(&vectors, "/origin"),
        user_id: text(&vectors, "/userId"),
        sign_count: 0,
    };
    let challenge = text(&vectors, "/get/challenge");
    let verify = |assertion: WebauthnAssertion<'_>, registered: Authenticator<'_>| {
        verify_webauthn_assertion(assertion, registered, challenge)
    };
    assert_eq!(verify(assertion, registered), Ok(1));
    let error = |result: Result<u32, CredentialError>| result.unwrap_err();
    assert_eq!(
        error(verify(
            assertion,
            Authenticator {
                user_id: "us-other",
                ..registered
            }
        )),
        CredentialError::UserHandle
    );
    assert_eq!(
        error(verify(
            assertion,
            Authenticator {
                origin: "https://evil.test",
                ..registered
            }
        )),
        CredentialError::Origin
    );
    let stale = Authenticator {
        sign_count: 1,
        ..registered
    };
    assert!(matches!(
        error(verify(assertion, stale)),
        CredentialError::AuthenticatorData(_)
    ));
    for byte in 0..70 {
        let (signature, authenticator_data) = (
            flipped(assertion.signature, byte),
            flipped(assertion.authenticator_data, byte),
        );
        assert!(
            verify(
                WebauthnAssertion {
                    signature: &signature,
                    ..assertion
                },
                registered
            )
            .is_err(),
            "signature byte {byte}"
        );
        let changed = WebauthnAssertion {
            authenticator_data: &authenticator_data,
            ..assertion
        };
        assert!(verify(changed, registered).is_err(), "data byte {byte}");
    }
}

#[test]
fn authenticator_data_are_as_long_as_their_flags_say_and_backed_up_only_if_they_may_be() {
    let vectors: Value = serde_json::from_str(WEBAUTHN).unwrap();
    let created = decode_hex(text(&vectors, "/create/authDataHex"));
    let create = |flags: u8, rest: &[u8]| {
        let data = [&created[..32], &[flags], &created[33..], rest].concat();
        let object = [
            &b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData"[..],
            &cbor_bytes(&data),
        ]
        .concat();
        let attestation = WebauthnAttestation {
            credential_id: text(&vectors, "/credId"),
            client_data: text(&vectors, "/create/credentialInfo/clientData"),
            attestation_data: &URL_SAFE_NO_PAD.encode(object),
            relying_party_id: text(&vectors, "/rpId"),
            origin: text(&vectors, "/origin"),
        };
        verify_webauthn_attestation(attestation, text(&vectors, "/create/challenge")).map(|_| ())
    };
    let field = |name: &str| text(&vectors, &format!("/get/credentialAssertion/{name}"));
    let got = decode_base64url(field("authenticatorData"), "vector").unwrap();
    let get = |flags: u8, rest: &[u8]| {
        let assertion = WebauthnAssertion {
            client_data: field("clientData"),
            authenticator_data: &URL_SAFE_NO_PAD.encode([&got[..32], &[flags], &got[33..], rest].concat()),
            signature: field("signature"),
            user_handle: None,
        };
        let registered = Authenticator {
            public_key: text(&vectors, "/publicKeySpkiPem"),
            relying_party_id: text(&vectors, "/rpId"),
            origin: text(&vectors, "/origin"),
            user_id: text(&vectors, "/userId"),
            sign_count: 0,
        };
        verify_webauthn_assertion(assertion, registered, text(&vectors, "/get/challenge")).map(|_| ())
    };
    // What is changed and allowed fails at the signature alone, and at nothing where nobody signed.
    for (flags, rest, is_good) in [
        (0x05, &[][..], true),
        (0x85, &[0xa0], true),
        (0x1d, &[], true),
        (0x05, &[0], false),
        (0x85, &[], false),
        (0x15, &[], false),
    ] {
        let (created, got) = (create(flags | 0x40, rest), get(flags, rest));
        assert_eq!(created.is_ok(), is_good, "{flags:x}: {created:?}");
        let is_refused = matches!(got, Err(CredentialError::AuthenticatorData(_)));
        assert_eq!(!is_refused, is_good, "{flags:x}: {got:?}");
    }
}
