//! Passkeys: an end user registers with one, signs in without a name, and approves what they do with it.

use std::sync::Arc;

use dfns::testing::SoftwareAuthenticator;
use dfns::types::{
    CreateCredentialRequest, CredentialChallenge, FirstFactorAssertion, Network, NewCredentialKind, NewFido2Credential,
    UserVerification,
};
use dfns::{Dfns, Signer, Step};
use dfns_tests::World;

const ORIGIN: &str = "https://app.example.test";
const EVE: &str = "eve@example.test";

fn phone() -> SoftwareAuthenticator {
    SoftwareAuthenticator::at(ORIGIN).unwrap().relying_party("example.test")
}

/// Signs in with nothing but a passkey.
async fn log_in(world: &World, phone: &impl Signer) -> dfns::Result<Dfns> {
    let open = world.stranger();
    let challenge = open.login().challenge().org_id(world.org_id()).send().await?;
    let answer = phone.sign(&challenge).await.unwrap();
    let login = open.login().complete(challenge.challenge_identifier, answer);
    open.with_auth_token(login.send().await?.token.unwrap())
}

/// Covers: createDelegatedRegistrationChallenge, completeRegistration, createLoginChallenge, completeLogin.
/// Covers: createWallet, createUserActionChallenge, createUserActionSignature.
#[tokio::test]
async fn a_passkey_registers_signs_in_without_a_name_and_signs_a_wallet() {
    let world = World::new().await;
    let phone = Arc::new(phone());
    world.end_user_with_passkey(EVE, &phone).await;
    log_in(&world, &phone).await.unwrap();

    let token = world.dfns.login().delegated(EVE).send().await.unwrap().token;
    let hers = world.client_as(token.expose_secret(), Arc::clone(&phone));
    let wallet = hers
        .wallets()
        .create(Network::SolanaDevnet)
        .name("hers")
        .send()
        .await
        .unwrap();
    assert!(!wallet.custodial, "it is hers");
    assert_eq!(hers.wallets().list().send().await.unwrap().items.len(), 1);
}

/// Covers: createWallet, createUserActionChallenge, createUserActionSignature.
#[tokio::test]
async fn a_signature_of_an_unverified_user_or_from_another_page_opens_nothing() {
    let world = World::new().await;
    let phone = phone();
    world.end_user_with_passkey(EVE, &phone).await;
    let token = world.dfns.login().delegated(EVE).send().await.unwrap().token;
    let unverified = phone.user_verified(false);
    let signing = Arc::new(unverified);
    let hers = world.client_as(token.expose_secret(), Arc::clone(&signing));
    let refused = hers.wallets().create(Network::SolanaDevnet).send().await.unwrap_err();
    assert!(refused.is_unauthorized(), "{}", refused.report());
    assert!(
        matches!(
            refused,
            dfns::Error::Refused {
                step: Step::Signature,
                ..
            }
        ),
        "{refused:?}"
    );
    drop(hers);

    let elsewhere = Arc::into_inner(signing).unwrap().user_verified(true);
    let elsewhere = Arc::new(elsewhere.visiting("https://shop.example.test").unwrap());
    let hers = world.client_as(token.expose_secret(), Arc::clone(&elsewhere));
    let refused = hers.wallets().create(Network::SolanaDevnet).send().await.unwrap_err();
    assert!(refused.is_unauthorized(), "{}", refused.report());
    assert!(world.wallets().await.is_empty());
}

/// Covers: createCredentialChallenge, createCredential, listCredentials.
#[tokio::test]
async fn a_second_passkey_is_added_with_the_first_and_the_same_device_is_not_asked_twice() {
    let world = World::new().await;
    let phone = Arc::new(phone());
    world.end_user_with_passkey(EVE, &phone).await;
    let token = world.dfns.login().delegated(EVE).send().await.unwrap().token;
    let hers = world.client_as(token.expose_secret(), Arc::clone(&phone));
    let challenge = hers
        .credentials()
        .challenge(NewCredentialKind::Fido2)
        .send()
        .await
        .unwrap();
    let CredentialChallenge::Fido2(challenge) = challenge else {
        panic!("a challenge for a passkey was asked for: {challenge:?}")
    };
    assert_eq!(
        challenge.authenticator_selection.user_verification,
        UserVerification::Required
    );
    phone.register(&challenge).unwrap_err();
    let laptop = self::phone();
    let proof = laptop.register(&challenge).unwrap();
    let request = NewFido2Credential::new(proof, "laptop", challenge.challenge_identifier);
    hers.credentials()
        .create(CreateCredentialRequest::Fido2(request))
        .send()
        .await
        .unwrap();

    assert_eq!(hers.credentials().list().send().await.unwrap().items.len(), 2);
    log_in(&world, &laptop).await.unwrap();
}

/// Covers: createUserActionChallenge.
#[tokio::test]
async fn a_challenge_names_the_relying_party_of_the_callers_passkeys() {
    let world = World::new().await;
    let phone = phone();
    let hers = world.end_user_with_passkey(EVE, &phone).await;
    let challenge = hers
        .user_actions()
        .challenge(dfns::types::UserActionHttpMethod::POST, "/wallets", "{}")
        .send()
        .await
        .unwrap();
    assert_eq!(
        challenge.rp.as_ref().map(|party| party.id.as_str()),
        Some("example.test")
    );
    let allowed = &challenge.allow_credentials;
    assert_eq!(
        allowed
            .webauthn
            .iter()
            .map(|known| known.id.as_str())
            .collect::<Vec<_>>(),
        phone.credential_ids()
    );
    assert!(allowed.key.is_empty());
    let answer = phone.sign(&challenge).await.unwrap();
    let FirstFactorAssertion::Fido2(answer) = answer else {
        panic!("a passkey answers as Fido2: {answer:?}")
    };
    let completed = hers
        .user_actions()
        .complete(challenge.challenge_identifier, FirstFactorAssertion::Fido2(answer));
    completed.send().await.unwrap();
}
