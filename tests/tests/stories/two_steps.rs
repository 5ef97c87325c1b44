//! Calls in two steps: a server begins, its user signs on a device of their own, and the server completes.

use std::time::Duration;

use dfns::testing::SoftwareAuthenticator;
use dfns::types::{FirstFactorAssertion, Network, WalletId};
use dfns::{Dfns, Error, PreparedAction, Signer as _, Step};
use dfns_tests::{Person, Recorder, World};
use serde_json::Value;

const EVE: &str = "eve@example.test";
const NETWORK: Network = Network::SolanaDevnet;

fn phone() -> SoftwareAuthenticator {
    SoftwareAuthenticator::at("https://app.example.test").unwrap()
}

/// An end user with a passkey, and the client with which a server acts for them: their token, no signer, overheard.
async fn acting_for_eve(world: &World, phone: &SoftwareAuthenticator) -> (Recorder, Dfns) {
    world.end_user_with_passkey(EVE, phone).await;
    let recorder = Recorder::start(&world.emulator.url()).await;
    let token = world.dfns.login().delegated(EVE).send().await.unwrap().token;
    let server = Dfns::builder()
        .base_url(recorder.url())
        .auth_token(token)
        .build()
        .unwrap();
    (recorder, server)
}

/// What another server of the same product makes of what the first one kept.
fn carried_over(prepared: &PreparedAction) -> PreparedAction {
    serde_json::from_str(&serde_json::to_string(prepared).unwrap()).unwrap()
}

async fn answer(phone: &SoftwareAuthenticator, prepared: &PreparedAction) -> FirstFactorAssertion {
    phone.sign(prepared.challenge()).await.unwrap()
}

fn assert_changed(error: &Error, expected: &str) {
    let Error::ActionChanged { part, .. } = error else {
        panic!("{}", error.report())
    };
    assert_eq!(*part, expected);
}

fn assert_refused(error: &Error, at: Step, status: u16) {
    let Error::Refused { step, refusal, .. } = error else {
        panic!("{}", error.report())
    };
    assert_eq!((*step, refusal.status()), (at, status), "{}", error.report());
}

/// Covers: createWallet, createUserActionChallenge, createUserActionSignature.
#[tokio::test]
async fn a_passkey_elsewhere_signs_exactly_the_bytes_that_are_sent_later() {
    let world = World::new().await;
    let phone = phone();
    let (recorder, server) = acting_for_eve(&world, &phone).await;
    let call = || server.wallets().create(NETWORK).name("h\u{e9}rs \u{1f511}");
    let prepared = call().init().await.unwrap();
    assert_eq!(prepared.operation(), "createWallet");
    let [asked] = &recorder.take()[..] else {
        panic!("one request begins a call")
    };
    let sent: Value = serde_json::from_str(&asked.answer).unwrap();
    assert_eq!(
        serde_json::to_value(prepared.challenge()).unwrap(),
        sent,
        "all that the API says about the challenge"
    );
    assert_eq!(sent["rp"]["id"], "app.example.test");

    let prepared = carried_over(&prepared);
    let wallet = call()
        .complete(&prepared, answer(&phone, &prepared).await)
        .await
        .unwrap();
    assert!(!wallet.custodial, "it is hers");
    let [handed_in, made] = &recorder.take()[..] else {
        panic!("two requests complete a call")
    };
    let declared: Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(declared["userActionPayload"], made.body.as_str());
    let assertion: Value = serde_json::from_str(&handed_in.body).unwrap();
    let assertion = &assertion["firstFactor"];
    assert_eq!(assertion["kind"], "Fido2");
    for field in ["authenticatorData", "userHandle", "signature", "clientData", "credId"] {
        assert!(
            assertion["credentialAssertion"][field].is_string(),
            "{field}: {assertion}"
        );
    }
}

/// Covers: createWallet, deactivateUser, createUserActionChallenge, createUserActionSignature.
#[tokio::test]
async fn a_key_elsewhere_signs_as_well_and_a_call_without_a_body() {
    let world = World::new().await;
    let bob = Person::new("bob");
    let server = world.end_user(&bob).await;
    let call = server.wallets().create(NETWORK);
    let prepared = call.init().await.unwrap();
    let answer = bob.signer().sign(prepared.challenge()).await.unwrap();
    let FirstFactorAssertion::Key(_) = &answer else {
        panic!("a key answers as a key: {answer:?}")
    };
    call.complete(&prepared, answer).await.unwrap();

    let employee = world.employee().await;
    let users = employee.users().list().send().await.unwrap().items;
    let bob_id = &users.iter().find(|user| user.username == bob.email).unwrap().user_id;
    let call = world.dfns.users().deactivate(bob_id);
    let prepared = call.init().await.unwrap();
    let answer = world.signer().sign(prepared.challenge()).await.unwrap();
    assert!(!call.complete(&prepared, answer).await.unwrap().is_active);
}

/// Covers: createWallet, updateWallet.
#[tokio::test]
async fn another_call_than_the_one_that_was_begun_is_not_sent() {
    let world = World::new().await;
    let phone = phone();
    let (recorder, server) = acting_for_eve(&world, &phone).await;
    let prepared = server.wallets().create(NETWORK).name("savings").init().await.unwrap();
    let answer = answer(&phone, &prepared).await;
    recorder.take();

    let wallets = server.wallets();
    let another = wallets
        .create(NETWORK)
        .name("another")
        .complete(&prepared, answer.clone())
        .await;
    assert_changed(&another.unwrap_err(), "body");
    let another = server.keys().list().send().await.unwrap();
    assert!(another.items.is_empty());
    let some_wallet = "wa-4op0d-7m9kb-9pho7tbamrm4klr4".parse::<WalletId>().unwrap();
    let another = wallets.update(some_wallet).name("savings");
    assert_changed(
        &another.complete(&prepared, answer.clone()).await.unwrap_err(),
        "operation",
    );
    assert_eq!(recorder.take().len(), 1, "only the list was asked for");

    // Also if what was kept is what somebody changed.
    let mut kept = serde_json::to_value(&prepared).unwrap();
    kept["payload"] = kept["payload"].as_str().unwrap().replace("savings", "another").into();
    let changed: PreparedAction = serde_json::from_value(kept.clone()).unwrap();
    let call = || wallets.create(NETWORK).name("savings");
    assert_changed(&call().complete(&changed, answer.clone()).await.unwrap_err(), "body");
    assert!(recorder.take().is_empty());

    // And if both agree, the API does not.
    let another = wallets.create(NETWORK).name("another").complete(&changed, answer).await;
    assert_refused(&another.unwrap_err(), Step::Call, 403);
    assert!(world.wallets().await.is_empty());
}

/// Covers: updateWallet.
#[tokio::test]
async fn another_path_than_the_one_that_was_begun_is_not_sent() {
    let world = World::new().await;
    let (one, two) = (world.wallet(NETWORK).await, world.wallet(NETWORK).await);
    let prepared = world.dfns.wallets().update(&one.id).name("mine").init().await.unwrap();
    let answer = world.signer().sign(prepared.challenge()).await.unwrap();
    let another = world.dfns.wallets().update(&two.id).name("mine");
    assert_changed(&another.complete(&prepared, answer.clone()).await.unwrap_err(), "path");
    let renamed = world.dfns.wallets().update(&one.id).name("mine");
    let renamed = renamed.complete(&prepared, answer).await.unwrap();
    assert_eq!(renamed.name.as_deref(), Some("mine"));
}

/// Covers: createUserActionSignature.
#[tokio::test]
async fn a_challenge_that_is_stale_or_used_opens_nothing() {
    let world = World::new().await;
    let phone = phone();
    let (_recorder, server) = acting_for_eve(&world, &phone).await;
    let call = || server.wallets().create(NETWORK);
    let prepared = call().init().await.unwrap();
    world.emulator.clock().advance(Duration::from_secs(5 * 60));
    let late = call().complete(&prepared, answer(&phone, &prepared).await).await;
    assert_refused(&late.unwrap_err(), Step::Signature, 400);

    let prepared = call().init().await.unwrap();
    call()
        .complete(&prepared, answer(&phone, &prepared).await)
        .await
        .unwrap();
    let again = call().complete(&prepared, answer(&phone, &prepared).await).await;
    assert_refused(&again.unwrap_err(), Step::Signature, 400);
    assert_eq!(world.wallets().await.len(), 1);
}

/// Covers: createUserActionSignature.
#[tokio::test]
async fn a_challenge_of_one_user_is_not_completed_for_another_nor_by_another() {
    let world = World::new().await;
    let (phone, bob) = (phone(), Person::new("bob"));
    let (recorder, for_eve) = acting_for_eve(&world, &phone).await;
    let for_bob = world.end_user(&bob).await;
    let prepared = for_eve.wallets().create(NETWORK).init().await.unwrap();
    let by_eve = answer(&phone, &prepared).await;
    let stolen = for_bob.wallets().create(NETWORK).complete(&prepared, by_eve).await;
    assert_refused(&stolen.unwrap_err(), Step::Signature, 400);

    let by_bob = bob.answer(prepared.challenge());
    let foreign = for_eve.wallets().create(NETWORK).complete(&prepared, by_bob).await;
    assert_refused(&foreign.unwrap_err(), Step::Signature, 401);

    recorder.take();
    let other = for_eve.wallets().create(NETWORK).init().await.unwrap();
    let for_the_other = answer(&phone, &other).await;
    assert_eq!(recorder.take().len(), 1);
    let mixed_up = for_eve
        .wallets()
        .create(NETWORK)
        .complete(&prepared, for_the_other)
        .await;
    let mixed_up = mixed_up.unwrap_err();
    assert!(matches!(mixed_up, Error::Argument { .. }), "{}", mixed_up.report());
    assert!(mixed_up.to_string().contains("answers another challenge"), "{mixed_up}");
    assert!(recorder.take().is_empty(), "what is mixed up is noticed here");
    assert!(world.wallets().await.is_empty());
}

/// Covers: createUserActionChallenge.
#[tokio::test]
async fn a_call_in_two_steps_needs_a_token_and_no_signer() {
    let world = World::new().await;
    let error = world.stranger().wallets().create(NETWORK).init().await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Config {
                field: "auth_token",
                ..
            }
        ),
        "{}",
        error.report()
    );
    let token = world.emulator.auth_token();
    let server = world.stranger().with_auth_token(token).unwrap();
    server.wallets().create(NETWORK).init().await.unwrap();
}

/// Covers: createUserActionChallenge.
#[tokio::test]
async fn a_prepared_action_does_not_show_what_is_signed() {
    let world = World::new().await;
    let prepared = world
        .dfns
        .wallets()
        .create(NETWORK)
        .name("treasury")
        .init()
        .await
        .unwrap();
    let shown = format!("{prepared:?}");
    assert!(shown.contains("createWallet") && !shown.contains("treasury"), "{shown}");
}
