//! What goes wrong on the way, and that one transfer comes of one call all the same.

use std::time::Duration;

use dfns::types::{KeyCurve, KeyScheme, NativeTransfer, Network, SignatureBody, Transfer, TransferRequest, Wallet};
use dfns::{Dfns, Error, Result, RetryPolicy, Sent};
use dfns_emulator::{Fault, When};
use dfns_tests::World;

const ETHER: u128 = 1_000_000_000_000_000_000;

/// Everything after which the transfer exists and nobody has heard of it, or may have.
fn losses() -> [Fault; 4] {
    [
        Fault::drop(When::After),
        Fault::truncate(),
        Fault::status_after(502),
        Fault::status_after(504),
    ]
}

async fn two_wallets(world: &World) -> (Wallet, Wallet) {
    let network = Network::EthereumSepolia;
    (world.funded(network.clone(), ETHER).await, world.wallet(network).await)
}

async fn transfer(dfns: &Dfns, from: &Wallet, to: &Wallet, external_id: Option<&str>) -> Result<TransferRequest> {
    let mut native = NativeTransfer::new(to.address.as_ref().unwrap(), 1_000_u64);
    native.external_id = external_id.map(str::to_owned);
    dfns.transfers()
        .create(&from.id, Transfer::from(native))
        .send()
        .await?
        .done()
}

async fn count(world: &World, wallet: &Wallet) -> usize {
    world
        .dfns
        .transfers()
        .list(&wallet.id)
        .send()
        .await
        .unwrap()
        .items
        .len()
}

/// Covers: transferAsset, listWalletTransfers.
#[tokio::test]
async fn one_transfer_exists_after_an_answer_was_lost_in_any_way() {
    let world = World::new().await;
    let (sender, receiver) = two_wallets(&world).await;
    for (made, fault) in losses().into_iter().enumerate() {
        // Lost twice: the third attempt brings the answer.
        let fault = world
            .emulator
            .admin()
            .faults()
            .arm(fault.on("transferAsset").times(2))
            .await
            .unwrap();
        let request = transfer(&world.dfns, &sender, &receiver, None).await.unwrap();
        assert_eq!(request.external_id.as_ref().unwrap().len(), 36);
        world.emulator.admin().faults().struck(&fault, 2).await.unwrap();
        assert_eq!(count(&world, &sender).await, made + 1, "{fault}");
    }
    world.pass_blocks(3);
    assert_eq!(world.balance(&receiver.id).await, 4_000);
}

/// Covers: transferAsset, listWalletTransfers.
#[tokio::test]
async fn without_an_external_id_a_lost_answer_is_the_callers_to_clear_up() {
    let world = World::new().await;
    let (sender, receiver) = two_wallets(&world).await;
    let fault = Fault::drop(When::After).on("transferAsset").times(1);
    world.emulator.admin().faults().arm(fault).await.unwrap();
    let dfns = world.dfns.with_external_ids(false);
    let error = transfer(&dfns, &sender, &receiver, None).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Transport {
                sent: Sent::Maybe,
                external_id: None,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(count(&world, &sender).await, 1);
}

/// Covers: transferAsset, listWalletTransfers.
#[tokio::test]
async fn a_call_that_ended_in_doubt_is_made_again_with_the_id_that_its_error_names() {
    let world = World::new().await;
    let (sender, receiver) = two_wallets(&world).await;
    world
        .emulator
        .admin()
        .faults()
        .arm(Fault::drop(When::After).on("transferAsset").times(1))
        .await
        .unwrap();
    let once = world.dfns.with_retry(RetryPolicy::none());
    let error = transfer(&once, &sender, &receiver, None).await.unwrap_err();
    assert_eq!(error.sent(), Sent::Maybe);
    let again = transfer(&once, &sender, &receiver, error.external_id()).await.unwrap();
    assert_eq!(again.external_id.as_deref(), error.external_id());
    assert_eq!(count(&world, &sender).await, 1);
}

/// Covers: transferAsset.
#[tokio::test]
async fn another_transfer_under_the_callers_id_is_a_conflict_that_names_the_first() {
    let world = World::new().await;
    let (sender, receiver) = two_wallets(&world).await;
    let first = transfer(&world.dfns, &sender, &receiver, Some("order-1"))
        .await
        .unwrap();
    let error = transfer(&world.dfns, &sender, &sender, Some("order-1"))
        .await
        .unwrap_err();
    assert!(error.is_conflict(), "{error:?}");
    let duplicate = error.duplicate().unwrap();
    assert_eq!(
        (duplicate.id, duplicate.external_id),
        (first.id.as_str(), Some("order-1"))
    );
}

/// Covers: generateKeySignature, listKeySignatures.
#[tokio::test]
async fn one_signature_exists_after_an_answer_was_lost() {
    let world = World::new().await;
    let key = world
        .dfns
        .keys()
        .create(KeyScheme::EdDSA, KeyCurve::Ed25519)
        .send()
        .await
        .unwrap();
    for (made, fault) in losses().into_iter().enumerate() {
        world
            .emulator
            .admin()
            .faults()
            .arm(fault.on("generateKeySignature").times(1))
            .await
            .unwrap();
        let body = SignatureBody::message(&[1_u8, 2][..]);
        let signature = world.dfns.signatures().create(&key.id, body).send().await.unwrap();
        signature.done().unwrap();
        let signatures = world.dfns.signatures().list(&key.id).send().await.unwrap().items;
        assert_eq!(signatures.len(), made + 1);
    }
}

/// Covers: createWallet.
#[tokio::test]
async fn a_wallet_whose_answer_was_lost_is_not_made_a_second_time() {
    let world = World::new().await;
    world
        .emulator
        .admin()
        .faults()
        .arm(Fault::drop(When::After).on("createWallet"))
        .await
        .unwrap();
    // On wallets an external id is a label, by which the API recognises nothing.
    let create = world.dfns.wallets().create(Network::Bitcoin).external_id("a");
    let error = create.send().await.unwrap_err();
    assert_eq!((error.sent(), error.external_id()), (Sent::Maybe, None));
    assert_eq!(world.wallets().await.len(), 1);
}

/// Covers: createWallet.
#[tokio::test]
async fn a_write_that_was_told_to_come_later_comes_later_and_is_signed_afresh() {
    let world = World::new().await;
    let faults = world.emulator.admin();
    let fault = Fault::too_many_requests(Duration::ZERO).on("createWallet").times(3);
    let fault = faults.faults().arm(fault).await.unwrap();
    world.dfns.wallets().create(Network::Bitcoin).send().await.unwrap();
    faults.faults().struck(&fault, 3).await.unwrap();
    assert_eq!(world.wallets().await.len(), 1);
}

/// Covers: createWallet.
#[tokio::test]
async fn the_steps_of_signing_are_tried_again_too() {
    let world = World::new().await;
    for operation in ["createUserActionChallenge", "createUserActionSignature"] {
        for fault in [Fault::drop(When::After), Fault::status(503), Fault::truncate()] {
            world
                .emulator
                .admin()
                .faults()
                .arm(fault.on(operation).times(1))
                .await
                .unwrap();
            world.dfns.wallets().create(Network::Bitcoin).send().await.unwrap();
        }
    }
    assert_eq!(world.wallets().await.len(), 6);
}

/// Covers: getWallet.
#[tokio::test]
async fn a_call_ends_with_its_own_time_when_the_server_does_not_answer() {
    let world = World::new().await;
    let wallet = world.wallet(Network::Bitcoin).await;
    let admin = world.emulator.admin();
    let fault = admin
        .faults()
        .arm(Fault::delay(When::Before).on("getWallet"))
        .await
        .unwrap();
    let limit = Duration::from_millis(50);
    let hasty = world.dfns.with_call_timeout(limit).unwrap();
    let error = hasty.wallets().get(&wallet.id).send().await.unwrap_err();
    let Error::TimedOut { limit: found, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(found, limit);
    admin.faults().remove(&fault).await.unwrap();
    hasty
        .with_call_timeout(Duration::from_secs(60))
        .unwrap()
        .wallets()
        .get(&wallet.id)
        .send()
        .await
        .unwrap();
}

/// Covers: getWallet.
#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up_and_asked_again() {
    let world = World::new().await;
    let wallet = world.wallet(Network::Bitcoin).await;
    let fault = Fault::delay(When::Before).on("getWallet").times(1);
    world.emulator.admin().faults().arm(fault).await.unwrap();
    let dfns = world.dfns.with_timeout(Duration::from_millis(500)).unwrap();
    dfns.wallets().get(&wallet.id).send().await.unwrap();
}

/// Covers: getWallet.
#[tokio::test]
async fn a_value_of_tomorrow_does_not_fail_the_call_of_today() {
    let world = World::new().await;
    let wallet = world.wallet(Network::Bitcoin).await;
    let fault = Fault::unknown_value_in("network").on("getWallet").times(1);
    world.emulator.admin().faults().arm(fault).await.unwrap();
    let found = world.dfns.wallets().get(&wallet.id).send().await.unwrap();
    assert_eq!(found.network.as_str(), "ValueOfTomorrow");
}
