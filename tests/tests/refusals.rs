//! Everything that user action signing must refuse, provoked with the real client: by a proxy that changes one thing on
//! its way, by a signer that forges, by time that passes.
//!
//! Invariant: each test shows the documented refusal, and that nothing happened.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dfns::types::{AuthenticationChallenge, FirstFactorAssertion, KeyCurve, KeyScheme, KeyStatus, Network};
use dfns::types::{NativeTransfer, Transfer, UserActionHttpMethod};
use dfns::{Dfns, Error, KeySigner, Result, Signer, Step};
use dfns_emulator::Clock;
use dfns_tests::{Fate, Meddler, Person, Tamperer, Underway, World};

const MISSING_OR_INVALID: (Step, u16, &str) = (Step::Call, 403, "user action signature is missing or invalid");
const ALREADY_USED: (Step, u16, &str) = (Step::Call, 400, "user action has already been used");
const CHALLENGE_NOT_VALID: (Step, u16, &str) = (Step::Signature, 400, "Challenge token is not valid.");
const INVALID_SIGNATURE: (Step, u16, &str) = (Step::Signature, 401, "Invalid signature.");
const NO_CREDENTIAL: (Step, u16, &str) = (
    Step::Signature,
    401,
    "User does not have a credential that can be used for the application.",
);
/// An action, and what is made of a challenge, is good for this long.
const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);

/// Checks what was refused, and how.
fn assert_refused<T: std::fmt::Debug>(result: Result<T>, expected: (Step, u16, &str)) {
    match result.unwrap_err() {
        Error::Refused { step, refusal, .. } => {
            assert_eq!((step, refusal.status(), refusal.message()), expected);
        }
        other => panic!("refused was expected, but: {}", other.report()),
    }
}

/// Creating a wallet through a proxy that changes the signed request is refused so, and makes no wallet.
async fn assert_create_is_refused(
    world: &World,
    expected: (Step, u16, &str),
    change: impl Fn(&mut Underway) + Send + Sync + 'static,
) {
    let proxy = Tamperer::of_signed(&world.emulator.url(), change).await;
    let before = world.wallets().await;
    assert_refused(create(&world.client_through(&proxy.url())).await, expected);
    assert_eq!(world.wallets().await, before);
}

async fn create(dfns: &Dfns) -> Result<dfns::types::Wallet> {
    dfns.wallets()
        .create(Network::EthereumSepolia)
        .name("treasury")
        .send()
        .await
}

/// A user action that somebody else has signed for exactly the request of [`create`].
async fn action_of(somebody: &Dfns, key: &dyn Signer) -> String {
    let payload = r#"{"network":"EthereumSepolia","name":"treasury"}"#;
    let actions = somebody.user_actions();
    let challenge = actions
        .challenge(UserActionHttpMethod::POST, "/wallets", payload)
        .send()
        .await
        .unwrap();
    let answer = key.sign(&challenge).await.unwrap();
    let signed = actions
        .complete(challenge.challenge_identifier, answer)
        .send()
        .await
        .unwrap();
    signed.user_action.expose_secret().to_owned()
}

/// A client of the service account whose signer meddles.
fn meddling(
    world: &World,
    meddle: impl Fn(&mut AuthenticationChallenge) -> Option<FirstFactorAssertion> + Send + Sync + 'static,
) -> Dfns {
    let signer = world.signer();
    world.client_signing(Meddler::new(signer, meddle))
}

/// Covers: createWallet.
#[tokio::test]
async fn a_proxy_that_changes_nothing_is_no_reason_to_refuse() {
    let world = World::new().await;
    let proxy = Tamperer::of_signed(&world.emulator.url(), |_| {}).await;
    create(&world.client_through(&proxy.url())).await.unwrap();
    assert_eq!(world.wallets().await.len(), 1);
}

/// Covers: createWallet.
#[tokio::test]
async fn a_body_of_which_one_byte_was_changed_is_refused() {
    let world = World::new().await;
    assert_create_is_refused(&world, MISSING_OR_INVALID, |request| {
        request.replace("treasury", "treasurz");
    })
    .await;
}

/// Covers: createWallet.
#[tokio::test]
async fn a_body_that_was_taken_away_is_refused() {
    let world = World::new().await;
    assert_create_is_refused(&world, MISSING_OR_INVALID, |request| request.body.clear()).await;
}

/// Covers: transferAsset, listWalletTransfers, getWalletAssets.
#[tokio::test]
async fn an_amount_that_was_changed_moves_no_money() {
    let world = World::new().await;
    let (sender, receiver) = (
        world.funded(Network::EthereumSepolia, 1_000_000_000_000_000_000).await,
        world.wallet(Network::EthereumSepolia).await,
    );
    let proxy = Tamperer::of_signed(&world.emulator.url(), |request| request.replace("\"1000\"", "\"9000\"")).await;
    let transfer = Transfer::Native(NativeTransfer::new(receiver.address.unwrap(), 1_000_u64));
    let client = world.client_through(&proxy.url());
    assert_refused(
        client.transfers().create(&sender.id, transfer).send().await,
        MISSING_OR_INVALID,
    );
    world.pass_blocks(3);
    assert_eq!(world.balance(&sender.id).await, 1_000_000_000_000_000_000);
    assert!(
        world
            .dfns
            .transfers()
            .list(&sender.id)
            .send()
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

/// Covers: updateWallet.
#[tokio::test]
async fn another_path_is_refused() {
    let world = World::new().await;
    let (ours, theirs) = (
        world.wallet(Network::Bitcoin).await.id,
        world.wallet(Network::Bitcoin).await.id,
    );
    let target = format!("/wallets/{theirs}");
    let proxy = Tamperer::of_signed(&world.emulator.url(), move |request| request.target.clone_from(&target)).await;
    let before = world.wallets().await;
    let client = world.client_through(&proxy.url());
    assert_refused(
        client.wallets().update(&ours).name("x").send().await,
        MISSING_OR_INVALID,
    );
    assert_eq!(world.wallets().await, before);
}

/// Covers: deleteKey, getKey.
#[tokio::test]
async fn another_method_is_refused() {
    let world = World::new().await;
    let key = world
        .dfns
        .keys()
        .create(KeyScheme::ECDSA, KeyCurve::Secp256k1)
        .name("cold")
        .send()
        .await
        .unwrap();
    let proxy = Tamperer::of_signed(&world.emulator.url(), |request| {
        "DELETE".clone_into(&mut request.method);
    })
    .await;
    let client = world.client_through(&proxy.url());
    assert_refused(
        client.keys().update(&key.id, Some("x".to_owned())).send().await,
        MISSING_OR_INVALID,
    );
    let read = world.dfns.keys().get(&key.id).send().await.unwrap();
    assert_eq!((read.status, read.name.as_deref()), (KeyStatus::Active, Some("cold")));
}

/// Covers: createUserActionChallenge, createWallet.
#[tokio::test]
async fn what_was_declared_otherwise_than_sent_is_refused() {
    let world = World::new().await;
    let proxy = Tamperer::start(&world.emulator.url(), |request| {
        if request.target == "/auth/action/init" {
            request.replace("treasury", "treasurz");
        }
        Fate::PassOn
    })
    .await;
    assert_refused(create(&world.client_through(&proxy.url())).await, MISSING_OR_INVALID);
    assert!(world.wallets().await.is_empty());
}

/// Covers: createWallet.
#[tokio::test]
async fn a_request_without_its_action_is_refused() {
    let world = World::new().await;
    assert_create_is_refused(&world, MISSING_OR_INVALID, Underway::remove_user_action).await;
}

/// Covers: createWallet.
#[tokio::test]
async fn a_garbage_action_is_refused() {
    for garbage in ["garbage", "a.b.c", "null"] {
        let world = World::new().await;
        assert_create_is_refused(&world, MISSING_OR_INVALID, |request| request.set_user_action(garbage)).await;
    }
}

/// Covers: createWallet.
#[tokio::test]
async fn the_token_of_the_caller_is_no_action() {
    let world = World::new().await;
    let token = world.emulator.auth_token().to_owned();
    assert_create_is_refused(&world, MISSING_OR_INVALID, move |request| {
        request.set_user_action(&token);
    })
    .await;
}

/// Covers: createWallet.
#[tokio::test]
async fn an_action_of_which_one_character_was_changed_is_refused() {
    let world = World::new().await;
    assert_create_is_refused(&world, MISSING_OR_INVALID, |request| {
        let mut action = request.user_action().unwrap().to_owned().into_bytes();
        let middle = action.len() - 20;
        action[middle] = if action[middle] == b'A' { b'B' } else { b'A' };
        request.set_user_action(&String::from_utf8(action).unwrap());
    })
    .await;
}

/// Covers: createWallet.
#[tokio::test]
async fn the_action_of_another_caller_is_refused() {
    let world = World::new().await;
    let employee = world.emulator.employee();
    let key = KeySigner::from_pem(employee.credential_id(), employee.private_key_pem()).unwrap();
    let action = action_of(&world.employee().await, &key).await;
    assert_create_is_refused(&world, MISSING_OR_INVALID, move |request| {
        request.set_user_action(&action);
    })
    .await;
}

/// Covers: createUserActionChallenge, createUserActionSignature, createWallet.
#[tokio::test]
async fn the_same_action_of_the_caller_itself_is_taken() {
    let world = World::new().await;
    let action = action_of(&world.dfns, &world.signer()).await;
    let proxy = Tamperer::of_signed(&world.emulator.url(), move |request| request.set_user_action(&action)).await;
    create(&world.client_through(&proxy.url())).await.unwrap();
    assert_eq!(
        world.wallets().await.len(),
        1,
        "so it is the caller that the tests above are about"
    );
}

/// Covers: createWallet.
#[tokio::test]
async fn the_action_of_another_emulator_is_refused() {
    let (world, foreign) = (World::new().await, World::with_seed(8).await);
    let action = action_of(&foreign.dfns, &foreign.signer()).await;
    assert_create_is_refused(&world, MISSING_OR_INVALID, move |request| {
        request.set_user_action(&action);
    })
    .await;
}

/// Covers: createWallet.
#[tokio::test]
async fn an_action_that_was_used_is_refused() {
    let world = World::new().await;
    let first: Arc<Mutex<Option<String>>> = Arc::default();
    let proxy = Tamperer::of_signed(&world.emulator.url(), move |request| {
        let mut first = first.lock().unwrap();
        match first.as_deref() {
            None => *first = request.user_action().map(str::to_owned),
            Some(used) => request.set_user_action(used),
        }
    })
    .await;
    let client = world.client_through(&proxy.url());
    create(&client).await.unwrap();
    assert_refused(create(&client).await, ALREADY_USED);
    assert_eq!(world.wallets().await.len(), 1);
}

/// Covers: createWallet.
#[tokio::test]
async fn an_action_is_refused_after_five_minutes() {
    let world = World::new().await;
    let clock: Clock = world.emulator.clock().clone();
    assert_create_is_refused(&world, MISSING_OR_INVALID, move |_| clock.advance(FIVE_MINUTES)).await;
}

/// Covers: createUserActionSignature.
#[tokio::test]
async fn a_challenge_is_refused_after_five_minutes() {
    let world = World::new().await;
    let clock: Clock = world.emulator.clock().clone();
    let slow = meddling(&world, move |_| {
        clock.advance(FIVE_MINUTES);
        None
    });
    assert_refused(create(&slow).await, CHALLENGE_NOT_VALID);
    assert!(world.wallets().await.is_empty());
}

/// Covers: createUserActionSignature.
#[tokio::test]
async fn a_signature_of_which_one_bit_was_flipped_is_refused() {
    let world = World::new().await;
    let proxy = Tamperer::start(&world.emulator.url(), |request| {
        if request.target == "/auth/action" {
            let mut body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
            let signature = &mut body["firstFactor"]["credentialAssertion"]["signature"];
            let text = signature.as_str().unwrap();
            // The first six bits: one of them is flipped.
            let first = if text.starts_with('A') { "B" } else { "A" };
            *signature = format!("{first}{}", &text[1..]).into();
            request.body = body.to_string().into_bytes();
        }
        Fate::PassOn
    })
    .await;
    assert_refused(create(&world.client_through(&proxy.url())).await, INVALID_SIGNATURE);
    assert!(world.wallets().await.is_empty());
}

/// Covers: createUserActionSignature.
#[tokio::test]
async fn a_signature_by_another_key_is_refused() {
    let world = World::new().await;
    let mut mallory = Person::new("mallory");
    world.emulator.credential_id().clone_into(&mut mallory.credential_id);
    let forging = meddling(&world, move |challenge| Some(mallory.answer(challenge)));
    assert_refused(create(&forging).await, INVALID_SIGNATURE);
    assert!(world.wallets().await.is_empty());
}

/// Covers: createUserActionSignature.
#[tokio::test]
async fn a_signature_over_another_challenge_is_refused() {
    let world = World::new().await;
    let confused = meddling(&world, |challenge| {
        challenge.challenge.push('x');
        None
    });
    assert_refused(create(&confused).await, INVALID_SIGNATURE);
    assert!(world.wallets().await.is_empty());
}

/// Covers: createUserActionSignature.
#[tokio::test]
async fn the_credential_of_another_caller_is_refused() {
    let world = World::new().await;
    let eve = Person::new("eve");
    world.end_user(&eve).await;
    let thief = meddling(&world, move |challenge| Some(eve.answer(challenge)));
    assert_refused(create(&thief).await, NO_CREDENTIAL);
    assert!(world.wallets().await.is_empty());
}

/// Covers: createUserActionSignature.
#[tokio::test]
async fn a_challenge_that_was_answered_is_not_answered_again() {
    let world = World::new().await;
    let actions = world.dfns.user_actions();
    let challenge = actions
        .challenge(UserActionHttpMethod::POST, "/wallets", "{}")
        .send()
        .await
        .unwrap();
    let complete = || async {
        let answer = world.signer().sign(&challenge).await.unwrap();
        actions
            .complete(challenge.challenge_identifier.expose_secret(), answer)
            .send()
            .await
    };
    complete().await.unwrap();
    assert_refused(
        complete().await,
        (Step::Call, CHALLENGE_NOT_VALID.1, CHALLENGE_NOT_VALID.2),
    );
}

/// Covers: createUserActionChallenge.
#[tokio::test]
async fn the_token_of_another_emulator_is_refused_at_the_first_step() {
    let (world, foreign) = (World::new().await, World::with_seed(8).await);
    let client = world.client_as(foreign.emulator.auth_token(), world.signer());
    let expected = (Step::Challenge, 401, "user token is missing or invalid");
    assert_refused(create(&client).await, expected);
    assert!(world.wallets().await.is_empty());
}
