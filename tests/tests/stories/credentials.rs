//! Credentials of every kind of key: registered, signing, added, and those of service accounts.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dfns::types::{CredentialChallenge, Network, NewCredentialKind, NewUserKind};
use dfns::{KeyKind, KeyPair, KeySigner};
use dfns_tests::World;

/// A pair of every kind.
fn pairs() -> Vec<KeyPair> {
    let vectors = include_str!("../../../crates/dfns/tests/data/key-credentials.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    let rsa = vectors["keys"]["RSA-2048"]["privateKeyPkcs8Base64"].as_str().unwrap();
    let mut pairs = vec![KeyPair::from_der(STANDARD.decode(rsa).unwrap()).unwrap()];
    for kind in [KeyKind::Ed25519, KeyKind::P256, KeyKind::Secp256k1] {
        pairs.push(KeyPair::generate(kind).unwrap());
    }
    pairs
}

/// Covers: createDelegatedRegistrationChallenge, completeRegistration, createLoginChallenge, completeLogin.
/// Covers: createCredentialCode.
#[tokio::test]
async fn a_key_of_every_kind_registers_logs_in_and_signs() {
    let world = World::new().await;
    for pair in pairs() {
        let kind = pair.kind();
        let email = format!("{kind}@example.test");
        let signer = KeySigner::new(format!("key-{kind}"), pair).unwrap();
        let registration = world.dfns.registration();
        let begun = registration
            .delegated(email.as_str(), NewUserKind::EndUser)
            .send()
            .await
            .unwrap();
        let complete = world.stranger().continue_registration(&begun).unwrap();
        complete
            .complete(signer.attest(&begun.challenge).unwrap())
            .send()
            .await
            .unwrap();
        let login = world.stranger().log_in(signer).username(email).org_id(world.org_id());
        let hers = login.send().await.unwrap().into_session().unwrap().dfns;
        let soon = world
            .emulator
            .clock()
            .now()
            .checked_add(Duration::from_secs(30))
            .unwrap();
        let made = hers.credentials().create_code(soon).send().await;
        assert!(made.is_ok(), "{kind}: {made:?}");
    }
}

/// Covers: createCredentialChallenge, createCredential.
#[tokio::test]
async fn a_second_key_is_added_and_signs() {
    let world = World::new().await;
    let employee = world.employee().await;
    let challenge = employee
        .credentials()
        .challenge(NewCredentialKind::Key)
        .send()
        .await
        .unwrap();
    let CredentialChallenge::Key(challenge) = challenge else {
        panic!("a challenge for a key was asked for: {challenge:?}")
    };
    let phone = KeySigner::new("phone", KeyPair::generate(KeyKind::P256).unwrap()).unwrap();
    let new = phone.attest(&challenge.challenge).unwrap().named("phone");
    let added = employee
        .credentials()
        .create(new.into_request(challenge.challenge_identifier))
        .send()
        .await
        .unwrap();
    assert_eq!(added.name, "phone");
    let by_phone = employee.with_signer(phone);
    assert!(by_phone.wallets().create(Network::EthereumSepolia).send().await.is_ok());
}
