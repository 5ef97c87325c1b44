//! What new credentials prove, and how they are kept under a secret, against the vectors.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dfns::credential::{KeyAttestation, NewCredential, OpenError, PasswordProtectedKey, PasswordSigner, RecoveryKey};
use dfns::types::{
    AuthenticationChallenge, CompleteRegistrationRequest, CreateCredentialRequest, FirstFactorCredential,
    RecoveryCredential, RecoveryKeyDescriptor, SecondFactorCredential,
};
use dfns::{KeyKind, KeyPair, KeySigner, Signer, SignerError};
use serde_json::{Value, json};

use crate::support::keys;

fn recovery_vectors() -> Value {
    serde_json::from_str(include_str!("../data/recovery-and-password-key.json")).expect("the vectors are JSON")
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("text")
}

/// The bytes of base64url, as text.
fn decoded(value: &Value) -> String {
    let bytes = URL_SAFE_NO_PAD
        .decode(value.as_str().expect("base64url"))
        .expect("base64url");
    String::from_utf8(bytes).expect("UTF-8")
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
    (0..hex.len()).step_by(2).map(digits).collect()
}

fn json_of(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("JSON")
}

/// The attestations of the vectors are in three serialisations; ours is that of the official signers.
fn attestation_of(name: &str) -> Value {
    let all = keys::vectors()["keys"][name]["attestations"].clone();
    let is_ours = |vector: &&Value| vector["serialization"] == "minimal_type_first";
    all.as_array()
        .expect("attestations")
        .iter()
        .find(is_ours)
        .expect("ours")
        .clone()
}

#[test]
fn attestation_signs_the_fingerprints_of_the_vectors() {
    let challenge = keys::vectors()["challengeForCreate"].clone();
    for key in keys::all() {
        let expected = attestation_of(&key.name);
        let attestation = KeyAttestation::new(challenge.as_str().expect("text"), "c", key.public_pem);
        let signed = std::str::from_utf8(attestation.as_bytes()).expect("UTF-8");
        assert_eq!(signed, text(&expected, "fingerprintUtf8"), "{}", key.name);
        let proof = attestation.finish(unhex(text(&expected, "signatureHex")));
        assert_eq!(
            (proof.cred_id.as_str(), &*proof.client_data),
            ("c", text(&expected, "clientData"))
        );
        let data: Value = serde_json::from_str(&decoded(&proof.attestation_data.into())).expect("JSON");
        let expected: Value = serde_json::from_str(text(&expected, "attestationDataUtf8")).expect("JSON");
        assert_eq!(data, expected, "{}", key.name);
    }
}

#[test]
fn signer_attests_as_the_vectors_where_signatures_are_deterministic() {
    let challenge = keys::vectors()["challengeForCreate"].clone();
    for key in keys::all().into_iter().filter(|key| key.deterministic) {
        let signer = KeySigner::from_pkcs8_der("c", &key.pkcs8).expect("a key");
        let new = signer.attest(challenge.as_str().expect("text")).expect("a proof");
        let data: Value = serde_json::from_str(&decoded(&json!(new.info().attestation_data))).expect("JSON");
        assert_eq!(
            data["signature"],
            attestation_of(&key.name)["signatureHex"],
            "{}",
            key.name
        );
    }
}

#[test]
fn new_credential_fits_wherever_one_is_taken() {
    let signer = KeySigner::new("c", KeyPair::from_raw(KeyKind::Ed25519, [7; 32]).expect("a key")).expect("a signer");
    let key = || signer.attest("challenge").expect("a proof").named("laptop");
    let first = json_of(&FirstFactorCredential::from(key()));
    assert_eq!(
        (&first["credentialKind"], &first["credentialName"]),
        (&json!("Key"), &json!("laptop"))
    );
    assert_eq!(first["credentialInfo"]["credId"], "c");
    assert_eq!(json_of(&SecondFactorCredential::from(key())), first);
    let request = json_of(&key().into_request("identifier"));
    assert_eq!(request["challengeIdentifier"], "identifier");
    assert_eq!(request["credentialInfo"], first["credentialInfo"]);
    let unnamed = signer.attest("challenge").expect("a proof").into_request("identifier");
    assert_eq!(json_of(&unnamed)["credentialName"], "c");
}

#[test]
fn password_protected_key_carries_its_encrypted_half_wherever_it_goes() {
    let key = PasswordProtectedKey::generate("jane@example.test", "password").expect("a key");
    let new = || key.attest("challenge").expect("a proof");
    let first = json_of(&FirstFactorCredential::from(new()));
    assert_eq!(first["credentialKind"], "PasswordProtectedKey");
    let encrypted = text(&first, "encryptedPrivateKey").to_owned();
    assert_eq!(
        json_of(&SecondFactorCredential::from(new()))["encryptedPrivateKey"],
        encrypted
    );
    let request = new().named("password").into_request("identifier");
    assert!(matches!(request, CreateCredentialRequest::PasswordProtectedKey(_)));
    assert_eq!(json_of(&request)["encryptedPrivateKey"], encrypted);
}

#[test]
fn passkey_is_taken_as_bytes_and_as_the_json_of_a_browser() {
    let from_bytes = NewCredential::fido2([1, 2, 3, 4], b"{}", [0xa3]);
    let json = r#"{"id":"AQIDBA","rawId":"AQIDBA==","type":"public-key","clientExtensionResults":{},
        "response":{"clientDataJSON":"e30","attestationObject":"ow","transports":["internal"]}}"#;
    let from_json = NewCredential::fido2_from_json(json).expect("a passkey");
    for new in [from_bytes, from_json] {
        let first = json_of(&FirstFactorCredential::from(new));
        let info = json!({"credId": "AQIDBA", "clientData": "e30", "attestationData": "ow"});
        assert_eq!(first, json!({"credentialKind": "Fido2", "credentialInfo": info}));
    }
}

#[test]
fn json_that_is_no_passkey_says_what_is_wrong() {
    let refusal = |json: &str| NewCredential::fido2_from_json(json).expect_err("a refusal").to_string();
    let missing = refusal(r#"{"rawId":"AQID","response":{"clientDataJSON":"e30"}}"#);
    assert!(missing.contains("missing field `attestationObject`"), "{missing}");
    let not_base64 = refusal(r#"{"rawId":"AQID","response":{"clientDataJSON":"e3+","attestationObject":"ow"}}"#);
    assert!(
        not_base64.ends_with("response.clientDataJSON is empty or not base64url"),
        "{not_base64}"
    );
}

#[test]
fn recovery_key_of_the_vectors_opens_with_its_code() {
    let vectors = recovery_vectors();
    let allowed = RecoveryKeyDescriptor::new(text(&vectors, "credId"), text(&vectors, "encryptedPrivateKey"));
    let key = RecoveryKey::open(text(&vectors, "username"), text(&vectors, "secret"), &allowed).expect("a key");
    assert_eq!(key.credential_id(), text(&vectors, "credId"));
    assert_eq!(
        key.public_key_pem().replace('\n', ""),
        text(&vectors, "publicKeyPem").replace('\n', "")
    );
}

#[test]
fn recovery_key_of_the_official_example_opens_with_its_code() {
    let vectors = recovery_vectors();
    let sample = &vectors["officialWorkerSample"];
    let allowed = RecoveryKeyDescriptor::new(text(sample, "credentialId"), text(sample, "encryptedPrivateKey"));
    let key = RecoveryKey::open(text(&vectors, "username"), text(sample, "recoveryKey"), &allowed).expect("a key");
    let data: Value = serde_json::from_str(text(sample, "attestationDataUtf8")).expect("JSON");
    assert_eq!(
        key.public_key_pem().replace('\n', ""),
        text(&data, "publicKey").replace('\n', "")
    );
}

#[test]
fn key_under_a_secret_is_known_by_the_hash_of_its_text() {
    let vectors = recovery_vectors();
    let pair = KeyPair::from_der(unhex(text(&vectors, "pkcs8Hex"))).expect("a key");
    let key = RecoveryKey::under(text(&vectors, "username"), text(&vectors, "secret"), pair).expect("a key");
    let credential = json_of(&RecoveryCredential::from(key.attest("challenge").expect("a proof")));
    let encrypted = text(&credential, "encryptedPrivateKey");
    let hash = <sha2::Sha256 as sha2::Digest>::digest(encrypted);
    assert_eq!(key.credential_id(), URL_SAFE_NO_PAD.encode(hash));
    let form: Value = serde_json::from_slice(&STANDARD.decode(encrypted).expect("base64")).expect("JSON");
    assert_eq!(STANDARD.decode(text(&form, "iv")).expect("base64").len(), 16);
    let ciphertext = STANDARD.decode(text(&form, "key")).expect("base64");
    assert_eq!(ciphertext.len(), unhex(text(&vectors, "ciphertextWithTagHex")).len());
}

#[test]
fn recovery_of_the_vectors_is_approved_over_the_json_of_its_new_credentials() {
    use p256::ecdsa::signature::Verifier;

    let vectors = recovery_vectors();
    let recovery = &vectors["recovery"];
    let pair = KeyPair::from_der(unhex(text(&vectors, "pkcs8Hex"))).expect("a key");
    let key = RecoveryKey::kept_by_owner(text(&vectors, "credId"), pair).expect("a key");
    let new: CompleteRegistrationRequest =
        serde_json::from_value(recovery["newCredentials"].clone()).expect("new credentials");
    let request = json_of(&key.approve(new).expect("an approval"));
    assert_eq!(request["newCredentials"], recovery["newCredentials"]);
    let assertion = &request["recovery"]["credentialAssertion"];
    assert_eq!(
        assertion["credId"],
        recovery["requestBody"]["recovery"]["credentialAssertion"]["credId"]
    );
    let client_data = decoded(&assertion["clientData"]);
    let expected = format!(
        r#"{{"type":"key.get","challenge":"{}"}}"#,
        text(recovery, "assertionChallenge")
    );
    assert_eq!(client_data, expected);
    let signature = URL_SAFE_NO_PAD.decode(text(assertion, "signature")).expect("base64url");
    let signature = p256::ecdsa::DerSignature::from_bytes(&signature).expect("DER");
    let secret = p256::ecdsa::SigningKey::from_slice(&unhex(text(&vectors, "pkcs8Hex"))[36..68]).expect("a number");
    secret
        .verifying_key()
        .verify(client_data.as_bytes(), &signature)
        .expect("the signature verifies");
}

#[test]
fn recovery_code_has_its_form_and_opens_its_key_for_its_user_only() {
    let (key, code) = RecoveryKey::generate("Jane@example.test").expect("a key");
    let groups: Vec<usize> = code.expose_secret().split('-').map(str::len).collect();
    assert_eq!(groups, [2, 6, 5, 5, 5, 5, 6]);
    assert!(code.expose_secret().starts_with("D1-"));
    assert_eq!(format!("{code:?}"), "RecoveryCode(…)");

    let credential = RecoveryCredential::from(key.attest("challenge").expect("a proof"));
    let encrypted = credential.encrypted_private_key.expect("an encrypted key");
    let allowed = RecoveryKeyDescriptor::new(key.credential_id(), encrypted);
    let opened = RecoveryKey::open(" jane@EXAMPLE.test ", code.expose_secret(), &allowed).expect("the same key");
    assert_eq!(opened.public_key_pem(), key.public_key_pem());
    let refusal = |name: &str, code: &str| RecoveryKey::open(name, code, &allowed).expect_err("a refusal");
    assert_eq!(
        refusal("joan@example.test", code.expose_secret()),
        OpenError::WrongSecret
    );
    assert_eq!(refusal("jane@example.test", "D1-AAAAAA"), OpenError::WrongSecret);
}

#[test]
fn encrypted_key_of_another_construction_is_refused_as_such() {
    for text in [
        "",
        "c2hvcnQ",
        "e30=",
        "LsXVskHYqqrKKxBC9KvqStLEmxak5Y7NaboDDlRSIW7evUJpQTT1AYvx0EsFskmriaVb3AjTCGEv7gqUKokml1USL7+dVmrUVhV+cNWtS5AorvRuZr1FMGVKFkW1pKJhFNH2e2O661UhpyXsRXzcmksA7ZN/V37ZK7ITue0gs6I=",
    ] {
        let allowed = RecoveryKeyDescriptor::new("c", text);
        assert_eq!(
            RecoveryKey::open("jane", "code", &allowed).expect_err("a refusal"),
            OpenError::Form
        );
    }
}

fn challenge_with(keys: Value) -> AuthenticationChallenge {
    serde_json::from_value(json!({
        "challenge": "Y2gtMQ", "challengeIdentifier": "eyJ.identifier", "supportedCredentialKinds": [],
        "userVerification": "required", "attestation": "direct", "externalAuthenticationUrl": "",
        "allowCredentials": {"key": [], "webauthn": [], "passwordProtectedKey": keys},
    }))
    .expect("a challenge")
}

#[tokio::test]
async fn password_signer_opens_the_key_of_the_challenge_that_is_under_its_password() {
    let descriptor = |key: &PasswordProtectedKey| {
        let credential = json_of(&FirstFactorCredential::from(key.attest("x").expect("a proof")));
        json!({"type": "public-key", "id": key.credential_id(), "encryptedPrivateKey": credential["encryptedPrivateKey"]})
    };
    let other = PasswordProtectedKey::generate("jane", "another password").expect("a key");
    let hers = PasswordProtectedKey::generate("jane", "password").expect("a key");
    let signer = PasswordSigner::new("jane", "password");
    let challenge = challenge_with(json!([descriptor(&other), descriptor(&hers)]));
    let answer = json_of(&signer.sign(&challenge).await.expect("an answer"));
    assert_eq!(answer["kind"], "PasswordProtectedKey");
    assert_eq!(answer["credentialAssertion"]["credId"], hers.credential_id());
    let client_data = decoded(&answer["credentialAssertion"]["clientData"]);
    assert_eq!(client_data, r#"{"type":"key.get","challenge":"Y2gtMQ"}"#);

    let wrong = PasswordSigner::new("jane", "wrong")
        .sign(&challenge)
        .await
        .expect_err("a refusal");
    assert!(matches!(wrong, SignerError::Failed(_)), "{wrong:?}");
    assert!(!format!("{wrong:?} {signer:?}").contains("password\""), "{signer:?}");
    let none = signer.sign(&challenge_with(json!([]))).await.expect_err("a refusal");
    assert!(matches!(none, SignerError::NoPasswordProtectedKey), "{none:?}");
}
