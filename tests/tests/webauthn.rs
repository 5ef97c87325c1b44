//! The software authenticator against the vectors: the same bytes, and signatures that verify.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dfns::Signer as _;
use dfns::testing::{AuthenticatorError, PasskeyAlgorithm, SoftwareAuthenticator};
use dfns::types::{AuthenticationChallenge, RegistrationChallenge};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

fn vectors() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/webauthn.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    dfns::types::Hex::from_bytes_bare(bytes).to_string()
}

/// The page of the vectors, and an authenticator that makes their passkey next.
fn authenticator(vectors: &Value) -> SoftwareAuthenticator {
    let key = STANDARD
        .decode(vectors["privateKeyPkcs8Base64"].as_str().unwrap())
        .unwrap();
    page(vectors)
        .next_passkey(PasskeyAlgorithm::Es256, decode(&vectors["credId"]), key)
        .unwrap()
}

fn page(vectors: &Value) -> SoftwareAuthenticator {
    let page = SoftwareAuthenticator::at(vectors["origin"].as_str().unwrap()).unwrap();
    page.relying_party(vectors["rpId"].as_str().unwrap())
}

/// A registration that offers these algorithms.
fn creation(vectors: &Value, algorithms: &[i64]) -> RegistrationChallenge {
    let offered: Vec<Value> = algorithms
        .iter()
        .map(|alg| json!({ "type": "public-key", "alg": alg }))
        .collect();
    let challenge = json!({
        "user": { "id": vectors["userId"], "name": "eve@example.test", "displayName": "eve@example.test" },
        "temporaryAuthenticationToken": "eyJ.temporary.token",
        "challenge": vectors["create"]["challenge"],
        "supportedCredentialKinds": { "firstFactor": ["Fido2"], "secondFactor": ["Fido2"] },
        "authenticatorSelection": { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
        "attestation": "direct",
        "pubKeyCredParams": offered,
        "excludeCredentials": [],
        "otpUrl": "",
    });
    serde_json::from_value(challenge).unwrap()
}

fn challenge(vectors: &Value, allowed: &[&Value]) -> AuthenticationChallenge {
    let allowed: Vec<Value> = allowed
        .iter()
        .map(|id| json!({ "type": "public-key", "id": id }))
        .collect();
    let challenge = json!({
        "challenge": vectors["get"]["challenge"],
        "challengeIdentifier": "eyJ.challenge.identifier",
        "supportedCredentialKinds": [{ "kind": "Fido2", "factor": "either", "requiresSecondFactor": false }],
        "userVerification": "required",
        "attestation": "direct",
        "externalAuthenticationUrl": "",
        "rp": { "id": vectors["rpId"], "name": "Example" },
        "allowCredentials": { "key": [], "webauthn": allowed },
    });
    serde_json::from_value(challenge).unwrap()
}

/// The uncompressed point of the vectors' public key: the end of its SubjectPublicKeyInfo.
fn public_point(vectors: &Value) -> Vec<u8> {
    let pem = vectors["publicKeySpkiPem"].as_str().unwrap();
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let spki = STANDARD.decode(text).unwrap();
    spki[spki.len() - 65..].to_vec()
}

fn verify_es256(vectors: &Value, message: &[u8], signature: &[u8]) {
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public_point(vectors));
    key.verify(message, signature).expect("the signature verifies");
}

#[test]
fn a_registration_without_a_statement_is_the_one_of_the_vectors() {
    let vectors = vectors();
    let made = authenticator(&vectors)
        .attests_itself(false)
        .register(&creation(&vectors, &[-7, -257]))
        .unwrap();
    assert_eq!(serde_json::to_value(made).unwrap(), vectors["create"]["credentialInfo"]);
}

#[test]
fn a_packed_self_attestation_differs_from_the_vectors_in_its_signature_only() {
    let vectors = vectors();
    let made = authenticator(&vectors).register(&creation(&vectors, &[-7])).unwrap();
    let (made, expected) = (
        URL_SAFE_NO_PAD.decode(&made.attestation_data).unwrap(),
        decode(&vectors["create"]["attestationDataPackedSelf"]),
    );
    let client_data = vectors["create"]["clientDataJsonUtf8"].as_str().unwrap();
    let data = vectors["create"]["authDataHex"].as_str().unwrap();
    let signature_of = |object: &[u8]| {
        let head = object.windows(5).position(|window| window == b"csigX").unwrap() + 5;
        let signature = object[head + 1..=head + usize::from(object[head])].to_vec();
        (
            object[..head].to_vec(),
            object[head + 1 + signature.len()..].to_vec(),
            signature,
        )
    };
    let ((made_head, made_tail, made_signature), (head, tail, signature)) =
        (signature_of(&made), signature_of(&expected));
    assert_eq!((hex(&made_head), hex(&made_tail)), (hex(&head), hex(&tail)));
    assert!(hex(&tail).ends_with(data), "what follows is the authenticator data");
    let signed = [&tail[tail.len() - data.len() / 2..], &Sha256::digest(client_data)[..]].concat();
    for signature in [made_signature, signature] {
        verify_es256(&vectors, &signed, &signature);
    }
}

#[test]
fn the_first_assertion_is_the_one_of_the_vectors_and_its_signature_verifies() {
    let vectors = vectors();
    let authenticator = authenticator(&vectors);
    authenticator.register(&creation(&vectors, &[-7])).unwrap();
    let made = authenticator
        .assert(&challenge(&vectors, &[&vectors["credId"]]))
        .unwrap();
    let mut made = serde_json::to_value(made).unwrap();
    let mut expected = vectors["get"]["credentialAssertion"].clone();
    let signatures = [made["signature"].take(), expected["signature"].take()];
    assert_eq!(made, expected);
    let signed = [
        &decode(&made["authenticatorData"])[..],
        &Sha256::digest(decode(&made["clientData"])),
    ]
    .concat();
    assert_eq!(hex(&signed), vectors["get"]["signedBytesHex"]);
    for signature in signatures {
        verify_es256(&vectors, &signed, &decode(&signature));
    }
}

#[test]
fn every_assertion_counts_and_a_passkey_that_does_not_count_says_zero() {
    let vectors = vectors();
    let count = |authenticator: &SoftwareAuthenticator| {
        let made = authenticator.assert(&challenge(&vectors, &[])).unwrap();
        let data = URL_SAFE_NO_PAD.decode(made.authenticator_data).unwrap();
        u32::from_be_bytes(data[33..37].try_into().unwrap())
    };
    for (counts, expected) in [(true, [1, 2, 3]), (false, [0, 0, 0])] {
        let authenticator = authenticator(&vectors).counts(counts);
        authenticator.register(&creation(&vectors, &[-7])).unwrap();
        assert_eq!([(); 3].map(|()| count(&authenticator)), expected);
    }
}

#[test]
fn the_flags_say_whether_the_user_was_there_and_verified() {
    let vectors = vectors();
    for (present, verified, flags) in [(true, true, 5), (true, false, 1), (false, true, 4), (false, false, 0)] {
        let authenticator = authenticator(&vectors).user_present(present).user_verified(verified);
        let registered = authenticator.attests_itself(false);
        let info = registered.register(&creation(&vectors, &[-7])).unwrap();
        let object = URL_SAFE_NO_PAD.decode(info.attestation_data).unwrap();
        let data = object.len() - vectors["create"]["authDataHex"].as_str().unwrap().len() / 2;
        assert_eq!(object[data + 32], flags | 0x40);
        let made = registered.assert(&challenge(&vectors, &[])).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(made.authenticator_data).unwrap()[32], flags);
    }
}

#[test]
fn an_app_hands_over_the_bytes_of_the_challenge() {
    let vectors = vectors();
    let authenticator = authenticator(&vectors).as_app();
    authenticator.register(&creation(&vectors, &[-7])).unwrap();
    let made = authenticator.assert(&challenge(&vectors, &[])).unwrap();
    let client_data: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(made.client_data).unwrap()).unwrap();
    assert_eq!(client_data["challenge"], vectors["get"]["challenge"]);
    assert_eq!(client_data["origin"], vectors["origin"]);
}

#[test]
fn an_eddsa_passkey_signs_with_ed25519_and_says_so() {
    let vectors = vectors();
    let authenticator = page(&vectors).algorithms([PasskeyAlgorithm::EdDsa]);
    let info = authenticator.register(&creation(&vectors, &[-7, -8])).unwrap();
    let object = URL_SAFE_NO_PAD.decode(info.attestation_data).unwrap();
    // The COSE key stands at the end: type 1, algorithm -8, curve 6, and the 32 bytes of the public key.
    let (rest, public_key) = object.split_at(object.len() - 32);
    assert!(
        rest.ends_with(&[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20]),
        "{}",
        hex(rest)
    );
    let made = authenticator.assert(&challenge(&vectors, &[])).unwrap();
    let client_data = URL_SAFE_NO_PAD.decode(made.client_data).unwrap();
    let data = URL_SAFE_NO_PAD.decode(made.authenticator_data).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(made.signature).unwrap();
    let signed = [&data[..], &Sha256::digest(client_data)].concat();
    UnparsedPublicKey::new(&ED25519, public_key)
        .verify(&signed, &signature)
        .expect("the signature verifies");
}

#[test]
fn an_authenticator_makes_the_first_of_its_algorithms_that_is_offered_or_none() {
    let vectors = vectors();
    let authenticator = page(&vectors).algorithms([PasskeyAlgorithm::EdDsa, PasskeyAlgorithm::Es256]);
    let info = authenticator.register(&creation(&vectors, &[-257, -7])).unwrap();
    assert_eq!(authenticator.credential_ids(), [info.cred_id]);
    let refused = authenticator.register(&creation(&vectors, &[-257])).unwrap_err();
    let available = vec![PasskeyAlgorithm::EdDsa, PasskeyAlgorithm::Es256];
    let offered = vec![-257];
    assert_eq!(refused, AuthenticatorError::Algorithm { offered, available });
    assert_eq!(authenticator.credential_ids().len(), 1);
}

#[test]
fn a_passkey_that_the_challenge_excludes_is_not_made_again() {
    let vectors = vectors();
    let authenticator = page(&vectors);
    let mut creation = creation(&vectors, &[-7]);
    let first = authenticator.register(&creation).unwrap();
    let described = json!({ "type": "public-key", "id": first.cred_id, "transports": ["internal"] });
    creation.exclude_credentials = vec![serde_json::from_value(described).unwrap()];
    let refused = authenticator.register(&creation).unwrap_err();
    assert_eq!(
        refused,
        AuthenticatorError::Registered {
            credential_id: first.cred_id
        }
    );
}

#[tokio::test]
async fn an_authenticator_answers_only_for_its_relying_party_and_the_allowed_passkeys() {
    let vectors = vectors();
    let authenticator = authenticator(&vectors);
    authenticator.register(&creation(&vectors, &[-7])).unwrap();
    let other = json!("another");
    let refused = authenticator.sign(&challenge(&vectors, &[&other])).await.unwrap_err();
    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert_eq!(
        source,
        r#"no passkey for example.test; the challenge allows ["another"]"#
    );
    let elsewhere = authenticator.visiting("https://example.com").unwrap();
    let refused = elsewhere
        .assert(&challenge(&vectors, &[&vectors["credId"]]))
        .unwrap_err();
    assert!(
        matches!(refused, AuthenticatorError::RelyingParty { .. }),
        "{refused:?}"
    );
    let at_home = elsewhere.visiting("https://shop.example.test").unwrap();
    let answer = at_home
        .assert(&challenge(&vectors, &[&other, &vectors["credId"]]))
        .unwrap();
    assert_eq!(answer.cred_id, vectors["credId"]);
}

#[test]
fn an_authenticator_takes_no_key_of_another_kind_and_no_id_without_bytes() {
    let vectors = vectors();
    let key = STANDARD
        .decode(vectors["privateKeyPkcs8Base64"].as_str().unwrap())
        .unwrap();
    let refused = page(&vectors)
        .next_passkey(PasskeyAlgorithm::EdDsa, [1], &key)
        .unwrap_err();
    assert_eq!(refused, AuthenticatorError::PrivateKey(PasskeyAlgorithm::EdDsa));
    for id in [Vec::new(), vec![0; 1024]] {
        let refused = page(&vectors)
            .next_passkey(PasskeyAlgorithm::Es256, id, &key)
            .unwrap_err();
        assert!(matches!(refused, AuthenticatorError::Failed(_)), "{refused:?}");
    }
}

#[test]
fn no_private_key_of_an_authenticator_is_shown() {
    let vectors = vectors();
    let shown = format!("{:?}", authenticator(&vectors));
    assert!(shown.contains("Es256(…)"), "{shown}");
}
