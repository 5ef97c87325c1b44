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

/// Covers: createCredentialCode, createCredentialChallengeWithCode, createCredentialWithCode.
#[tokio::test]
async fn another_device_registers_its_key_with_a_code_which_works_once() {
    let world = World::new().await;
    let (employee, open) = (world.employee().await, world.stranger());
    let soon = world
        .emulator
        .clock()
        .now()
        .checked_add(Duration::from_secs(30))
        .unwrap();
    let code = employee.credentials().create_code(soon).await.unwrap().code;
    let begin = || {
        let credentials = open.credentials();
        credentials
            .challenge_with_code(NewCredentialKind::Key, code.clone())
            .send()
    };
    let CredentialChallenge::Key(challenge) = begin().await.unwrap() else {
        panic!("a challenge for a key was asked for")
    };
    let again = begin().await.unwrap_err();
    assert!(again.refusal().unwrap().is_forbidden(), "{}", again.report());

    let phone = KeySigner::new("phone", KeyPair::generate(KeyKind::P256).unwrap()).unwrap();
    let new = phone.attest(&challenge.challenge).unwrap().named("phone");
    let request = new.into_request(challenge.challenge_identifier);
    // Nobody is logged in there, and nothing is signed with a key that is known already.
    let added = open.credentials().create_with_code(request).await.unwrap();
    assert_eq!(added.name, "phone");
    let by_phone = employee.with_signer(phone);
    by_phone.wallets().create(Network::EthereumSepolia).await.unwrap();
}

/// Covers: deactivateCredential, activateCredential, deleteCredential, listCredentials.
#[tokio::test]
async fn a_key_signs_only_while_it_is_active_and_never_again_once_deleted() {
    let world = World::new().await;
    let employee = world.employee().await;
    let credentials = employee.credentials();
    let CredentialChallenge::Key(challenge) = credentials.challenge(NewCredentialKind::Key).await.unwrap() else {
        panic!("a challenge for a key was asked for")
    };
    let phone = KeySigner::new("phone", KeyPair::generate(KeyKind::Ed25519).unwrap()).unwrap();
    let new = phone.attest(&challenge.challenge).unwrap().named("phone");
    let request = new.into_request(challenge.challenge_identifier);
    let added = credentials.create(request).await.unwrap().credential_uuid;
    let by_phone = employee.with_signer(phone);
    let signs = async || by_phone.wallets().create(Network::EthereumSepolia).await.is_ok();
    assert!(signs().await);
    credentials.deactivate(&added).await.unwrap();
    assert!(!signs().await);
    credentials.activate(&added).await.unwrap();
    assert!(signs().await);
    credentials.delete(&added).await.unwrap();
    assert!(!signs().await);
    let left = credentials.list().await.unwrap().items;
    assert!(
        left.iter().all(|credential| credential.credential_uuid != added),
        "{left:?}"
    );
    let last = credentials.delete(&left[0].credential_uuid).await.unwrap_err();
    assert_eq!(
        last.refusal().unwrap().status(),
        400,
        "the last one stays: {}",
        last.report()
    );
}
