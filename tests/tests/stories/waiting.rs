//! Handles, waiting for an end, and going through a list page by page.

use std::time::Duration;

use dfns::types::{
    Hex, KeyCurve, KeyScheme, Network, Progress, SignatureBody, SignatureStatus, Tracked, Transfer, TransferRequest,
    TransferStatus,
};
use dfns::{Error, Wait};
use dfns_tests::World;

const ETHER: u128 = 1_000_000_000_000_000_000;

/// Passes the pauses by moving the clock of the world.
fn in_its_time<T>(world: &World, wait: Wait<T>) -> Wait<T> {
    let clock = world.emulator.clock().clone();
    wait.pause_with(move |pause| {
        clock.advance(pause);
        async {}
    })
}

/// Covers: transferAsset, getWalletTransfer, getWalletAssets, getWalletHistory, listWalletTransfers, getWallet.
#[tokio::test]
async fn calls_about_one_wallet_hang_on_its_handle_and_a_transfer_is_waited_for() {
    let world = World::new().await;
    let (sender, receiver) = (
        world.funded(Network::EthereumSepolia, ETHER).await,
        world.wallet(Network::EthereumSepolia).await,
    );
    let wallet = world.dfns.wallet(&sender.id);
    let order = Transfer::native(receiver.address.unwrap(), 1_000_u64);
    let sent = wallet.transfer(order).await.unwrap().done().unwrap();
    assert_eq!(sent.progress(), Progress::Underway);

    let done = in_its_time(&world, wallet.get_transfer(&sent.id).wait()).await.unwrap();
    assert_eq!((done.id, done.status), (sent.id, TransferStatus::Confirmed));
    assert_eq!(wallet.get().await.unwrap().id, *wallet.id());
    assert_eq!(wallet.assets().await.unwrap().assets.len(), 1);
    assert_eq!(wallet.transfers().await.unwrap().items.len(), 1);
    assert_eq!(wallet.history().await.unwrap().items.len(), 2);
    assert_eq!(world.balance(&receiver.id).await, 1_000);
}

/// Covers: transferAsset, getWalletTransfer.
#[tokio::test]
async fn waiting_for_a_transfer_that_fails_is_an_error_with_its_last_state() {
    let world = World::new().await;
    let poor = world.funded(Network::Solana, 100).await;
    let wallet = world.dfns.wallet(&poor.id);
    let receiver = world.wallet(Network::Solana).await.address.unwrap();
    let sent = wallet
        .transfer(Transfer::native(receiver, 100_u64))
        .await
        .unwrap()
        .into_inner();

    let error = in_its_time(&world, wallet.get_transfer(&sent.id).wait())
        .await
        .unwrap_err();
    let Error::Failed { operation, last } = error else {
        panic!("{}", error.report())
    };
    assert_eq!((operation, last.status()), ("getWalletTransfer", "Failed"));
    let transfer: &TransferRequest = last.get().unwrap();
    assert_eq!(transfer.id, sent.id);
    assert_eq!(transfer.reason.as_deref(), last.reason());
}

/// Covers: transferAsset, getWalletTransfer.
#[tokio::test]
async fn waiting_is_over_at_its_limit_or_as_soon_as_it_is_enough() {
    let world = World::new().await;
    let sender = world.funded(Network::EthereumSepolia, ETHER).await;
    let wallet = world.dfns.wallet(&sender.id);
    let order = Transfer::native(sender.address.unwrap(), 1_u64);
    let sent = wallet.transfer(order).await.unwrap().into_inner();

    // The clock of the world stands still, so nothing ever happens.
    let stands_still = wallet.get_transfer(&sent.id).wait().pause_with(|_| async {});
    let error = stands_still.limit(Duration::from_secs(30)).await.unwrap_err();
    assert!(error.is_timeout(), "{}", error.report());
    assert_eq!(error.last_state().unwrap().status(), "Executing");

    let wait = wallet
        .get_transfer(&sent.id)
        .wait()
        .until(|transfer| transfer.tx_hash.is_some());
    let clock = world.emulator.clock().clone();
    let block_by_block = wait.pause_with(move |_| {
        clock.advance(dfns_tests::BLOCK);
        async {}
    });
    assert_eq!(block_by_block.await.unwrap().status, TransferStatus::Broadcasted);
}

/// Covers: createKey, generateKeySignature, getKeySignature, listKeySignatures, getKey.
#[tokio::test]
async fn calls_about_one_key_hang_on_its_handle() {
    let world = World::new().await;
    let made = world
        .dfns
        .keys()
        .create(KeyScheme::ECDSA, KeyCurve::Secp256k1)
        .await
        .unwrap();
    let key = world.dfns.key(&made.id);
    let body = SignatureBody::hash(Hex::from_bytes([7; 32]));
    let asked = key.sign(body).await.unwrap().done().unwrap();
    let signed = key.get_signature(&asked.id).wait().await.unwrap();
    assert_eq!(signed.status, SignatureStatus::Signed);
    assert_eq!(key.signatures().await.unwrap().items.len(), 1);
    assert_eq!(key.get().await.unwrap().id, made.id);
}

/// Covers: createWallet, listWallets.
#[tokio::test]
async fn a_list_is_gone_on_with_another_time_from_the_token_of_its_last_page() {
    let world = World::new().await;
    for _ in 0..5 {
        world.wallet(Network::Bitcoin).await;
    }
    let mut all = Vec::new();
    let mut stream = world.dfns.wallets().list().stream();
    while let Some(wallet) = stream.try_next().await.unwrap() {
        all.push(wallet.id);
    }

    let mut pages = world.dfns.wallets().list().page_size(2).pages();
    let mut found = Vec::new();
    let mut token = None;
    for _ in 0..2 {
        let page = pages.try_next().await.unwrap().unwrap();
        assert_eq!(page.items.len(), 2);
        found.extend(page.items.into_iter().map(|wallet| wallet.id));
        token = page.next;
    }
    drop(pages);
    let mut pages = world
        .dfns
        .wallets()
        .list()
        .page_size(2)
        .page_token(token.unwrap())
        .pages();
    while let Some(page) = pages.try_next().await.unwrap() {
        found.extend(page.items.into_iter().map(|wallet| wallet.id));
    }
    assert_eq!(found, all);
    assert_eq!(found.len(), 5);
}
