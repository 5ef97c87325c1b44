//! Passkeys whose authenticator makes an RSA key, for which there is no vector of others.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::tests::{KEYS, WEBAUTHN, cbor_bytes, text};
use super::*;

#[test]
fn a_passkey_with_an_rsa_key_registers_with_and_without_statement_and_signs() {
    use base64::engine::general_purpose::STANDARD;
    use ring::rand::SystemRandom;
    use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};

    let (keys, vectors): (Value, Value) = (
        serde_json::from_str(KEYS).unwrap(),
        serde_json::from_str(WEBAUTHN).unwrap(),
    );
    let private = text(&keys, "/keys/RSA-2048/privateKeyPkcs8Base64");
    let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(private).unwrap()).unwrap();
    let sign = |message: &[u8]| {
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .unwrap();
        signature
    };
    let numbers: ring::rsa::PublicKeyComponents<Vec<u8>> = key.public_key().into();
    // {1: 3 (RSA), 3: -257 (RS256), -1: modulus, -2: exponent}
    let cose = |algorithm: &[u8]| {
        let (modulus, exponent) = (cbor_bytes(&numbers.n), cbor_bytes(&numbers.e));
        [
            &[0xa4, 0x01, 0x03, 0x03],
            algorithm,
            &[0x20],
            &modulus,
            &[0x21],
            &exponent,
        ]
        .concat()
    };
    let (rs256, rs512) = ([0x39, 0x01, 0x00], [0x39, 0x01, 0x02]);
    let client_data = text(&vectors, "/create/credentialInfo/clientData");
    let hash = Sha256::digest(decode_base64url(client_data, "vector").unwrap());
    let id = decode_base64url(text(&vectors, "/credId"), "vector").unwrap();
    let data = |algorithm: &[u8]| {
        let relying_party = Sha256::digest(text(&vectors, "/rpId"));
        let length = u16::try_from(id.len()).unwrap().to_be_bytes();
        [
            &relying_party[..],
            &[0x45, 0, 0, 0, 0],
            &[0; 16],
            &length,
            &id,
            &cose(algorithm),
        ]
        .concat()
    };
    let attest = |data: &[u8], statement: &[u8]| {
        let object = [&b"\xa3\x63fmt"[..], statement, b"\x68authData", &cbor_bytes(data)].concat();
        let attestation = WebauthnAttestation {
            credential_id: text(&vectors, "/credId"),
            client_data,
            attestation_data: &URL_SAFE_NO_PAD.encode(object),
            relying_party_id: text(&vectors, "/rpId"),
            origin: text(&vectors, "/origin"),
        };
        verify_webauthn_attestation(attestation, text(&vectors, "/create/challenge"))
    };
    let packed = |signature: &[u8]| {
        let head = b"\x66packed\x67attStmt\xa2\x63alg\x39\x01\x00\x63sig";
        [&head[..], &cbor_bytes(signature)].concat()
    };
    let (pem, _) = attest(&data(&rs256), b"\x64none\x67attStmt\xa0").unwrap();
    let expected = PublicKey::from_pem(text(&keys, "/keys/RSA-2048/publicKeySpkiPem")).unwrap();
    assert_eq!(PublicKey::from_pem(&pem).unwrap().fingerprint(), expected.fingerprint());
    let signature = sign(&[&data(&rs256)[..], &hash].concat());
    assert_eq!(attest(&data(&rs256), &packed(&signature)), Ok((pem.clone(), 0)));
    assert_eq!(
        attest(&data(&rs256), &packed(&sign(b"else"))),
        Err(CredentialError::Signature)
    );
    let other = attest(&data(&rs512), b"\x64none\x67attStmt\xa0");
    assert_eq!(other, Err(CredentialError::PublicKey), "it was not offered");

    let message = b"authenticator data and the hash of the client data";
    let verify = |signature: &[u8]| {
        PublicKey::from_pem(&pem)
            .unwrap()
            .verify(message, signature, public_key::Digest::Sha256)
    };
    assert_eq!(verify(&sign(message)), Ok(()));
    assert_eq!(verify(&sign(b"else")), Err(CredentialError::Signature));
}
