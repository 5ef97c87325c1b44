//! Keys that are no good: each refusal says what was found and what is accepted.

use base64::Engine;
use dfns::{KeyError, KeySigner};

use crate::support::keys;

const CREDENTIAL: &str = "credential-1";

fn refusal(pem: &str) -> String {
    KeySigner::from_pem(CREDENTIAL, pem).expect_err("a refusal").to_string()
}

/// A PKCS#8 key with other bytes in it; the lengths stay.
fn replaced(key: &str, from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut der = keys::named(key).pkcs8;
    let at = der
        .windows(from.len())
        .position(|window| window == from)
        .expect("the bytes to replace");
    der[at..at + to.len()].copy_from_slice(to);
    der
}

#[test]
fn pem_errors_name_the_line_and_the_problem() {
    let good = keys::pem("PRIVATE KEY", &keys::named("P-256").pkcs8);
    let lines: Vec<&str> = good.lines().collect();
    let cases = [
        (
            String::new(),
            "line 1 of the PEM text: no `-----BEGIN … PRIVATE KEY-----` line in the whole text",
        ),
        (
            good.replace('\n', "\\n"),
            "line 1 of the PEM text: line breaks are written as the two characters \\n, expected real line breaks",
        ),
        (
            good.replace('\n', " "),
            "line 1 of the PEM text: the key stands on the BEGIN line, expected it on the lines below",
        ),
        (
            good.replacen("KEY-----", "KEY", 1),
            "line 1 of the PEM text: the BEGIN line does not end in -----",
        ),
        (
            good.replacen(lines[2], &lines[2].replacen(&lines[2][5..6], "*", 1), 1),
            "line 3 of the PEM text: a character that is not base64",
        ),
        (
            lines[..2].join("\n"),
            "line 2 of the PEM text: the text ends without an END line",
        ),
        (
            good.replace("END PRIVATE", "END PUBLIC"),
            "line 5 of the PEM text: the END line does not repeat the label of the BEGIN line",
        ),
        (
            good.replacen(lines[1], &lines[1][1..], 1),
            "line 5 of the PEM text: the base64 text before END is cut short or badly padded",
        ),
        (
            keys::pem("PRIVATE KEY", &[]),
            "line 3 of the PEM text: there is nothing between BEGIN and END",
        ),
    ];
    for (pem, expected) in cases {
        assert_eq!(refusal(&pem), expected);
    }
}

#[test]
fn encrypted_pem_is_refused_as_such() {
    let encrypted = keys::pem("ENCRYPTED PRIVATE KEY", b"x");
    assert_eq!(
        KeySigner::from_pem(CREDENTIAL, encrypted).expect_err("a refusal"),
        KeyError::Encrypted
    );
    let traditional = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let error = KeySigner::from_encrypted_pem(CREDENTIAL, traditional, "x").expect_err("a refusal");
    let expected =
        "the private key is encrypted with the traditional OpenSSL encryption, which is too weak, expected PBES2 ";
    assert!(error.to_string().starts_with(expected), "{error}");
}

#[test]
fn public_key_is_refused_as_such() {
    let error = KeySigner::from_pem(CREDENTIAL, keys::named("P-256").public_pem).expect_err("a refusal");
    assert_eq!(error, KeyError::PublicKey);
    assert_eq!(
        error.to_string(),
        "found a public key, expected the private key that belongs to it"
    );
}

#[test]
fn other_pem_is_refused_by_its_label() {
    let expected = "expected `PRIVATE KEY` (PKCS#8), `EC PRIVATE KEY` (SEC1) or `RSA PRIVATE KEY` (PKCS#1) in PEM text";
    assert_eq!(
        refusal(&keys::pem("CERTIFICATE", b"x")),
        format!("found `CERTIFICATE`, {expected}")
    );
    let stray = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg";
    assert_eq!(
        refusal(&keys::pem(stray, b"x")),
        format!("found an unknown PEM label, {expected}")
    );
}

#[test]
fn unsupported_curve_is_named() {
    let p256 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    let other = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x01];
    let expected = "found a key on the curve P-192 (1.2.840.10045.3.1.1), expected P-256 (1.2.840.10045.3.1.7) or secp256k1 (1.3.132.0.10)";
    assert_eq!(
        refusal(&keys::pem("PRIVATE KEY", &replaced("P-256", &p256, &other))),
        expected
    );

    let secp256k1 = [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
    let p384 = [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
    let error = refusal(&keys::pem("PRIVATE KEY", &replaced("secp256k1", &secp256k1, &p384)));
    assert!(
        error.starts_with("found a key on the curve P-384 (1.3.132.0.34), "),
        "{error}"
    );
}

#[test]
fn unsupported_algorithm_is_named() {
    let der = replaced(
        "Ed25519",
        &[0x06, 0x03, 0x2b, 0x65, 0x70],
        &[0x06, 0x03, 0x2b, 0x65, 0x6e],
    );
    let expected = "found a key of X25519 (1.3.101.110), expected Ed25519, ECDSA (P-256 or secp256k1) or RSA";
    assert_eq!(refusal(&keys::pem("PRIVATE KEY", &der)), expected);
}

#[test]
fn short_rsa_key_is_refused_with_its_length() {
    // A PKCS#1 key of which only the first two numbers are there: version, and a modulus of 1024 bits.
    let mut der = vec![0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x02, 0x81, 0x81, 0x00, 0xc0];
    der.resize(3 + 0x87, 0x01);
    assert_eq!(
        refusal(&keys::pem("RSA PRIVATE KEY", &der)),
        "found an RSA key of 1024 bits, expected 2048 to 4096"
    );
}

#[test]
fn ec_key_with_the_public_key_of_another_is_refused() {
    let mut der = keys::named("P-256").pkcs8;
    let other = p256::ecdsa::SigningKey::from_slice(&[7; 32])
        .expect("a key")
        .verifying_key()
        .to_sec1_point(false);
    let start = der.len() - 65;
    der[start..].copy_from_slice(other.as_bytes());
    let expected = "the PKCS#8 private key is damaged: the public key in it belongs to another private key";
    assert_eq!(refusal(&keys::pem("PRIVATE KEY", &der)), expected);
}

#[test]
fn sec1_key_without_a_curve_is_refused() {
    let bare = keys::pkcs1_der(&keys::named("P-256").pkcs8);
    let expected = "the SEC1 private key is damaged: it names no curve, and nothing else does";
    assert_eq!(refusal(&keys::pem("EC PRIVATE KEY", &bare)), expected);
}

#[test]
fn der_of_another_form_is_named() {
    let key = keys::named("P-256");
    let public = key
        .public_pem
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect::<String>();
    let public = base64::engine::general_purpose::STANDARD
        .decode(public)
        .expect("base64");
    let cases = [
        (
            keys::sec1_der(&key.pkcs8),
            "found a SEC1 private key, expected a PKCS#8 private key",
        ),
        (
            keys::pkcs1_der(&keys::named("RSA-2048").pkcs8),
            "found a PKCS#1 private key, expected a PKCS#8 private key",
        ),
        (
            public,
            "found a public key, expected the private key that belongs to it",
        ),
        (
            keys::pem("PRIVATE KEY", &key.pkcs8).into_bytes(),
            "found PEM text, expected DER bytes",
        ),
        (
            key.pkcs8[..40].to_vec(),
            "the PKCS#8 private key is damaged: it is no valid PrivateKeyInfo",
        ),
        (
            Vec::new(),
            "the PKCS#8 private key is damaged: it is no valid PrivateKeyInfo",
        ),
    ];
    for (der, expected) in cases {
        assert_eq!(
            KeySigner::from_pkcs8_der(CREDENTIAL, der)
                .expect_err("a refusal")
                .to_string(),
            expected
        );
    }
}

#[test]
fn cutting_a_key_anywhere_is_an_error_and_never_a_panic() {
    for key in keys::all() {
        for length in 0..key.pkcs8.len() {
            KeySigner::from_pkcs8_der(CREDENTIAL, &key.pkcs8[..length]).expect_err("a refusal");
        }
    }
}
