//! Payouts: a stablecoin becomes money in a bank account, once its owner has said so twice.

use dfns::types::{
    CancelPayout, ConfirmPayout, Erc20PayoutTransfer, FiatProvider, Network, NewErc20PayoutAsset, NewPayoutAsset,
    PaymentPurpose, Payout, PayoutExecutionStatus, PayoutStatus, PayoutTransfer, Wallet,
};
use dfns_tests::World;
use serde_json::json;

const TOKEN: &str = "0x5fbdb2315678afecb367f032d93f642f64180aa3";

/// A wallet with 100 USDC, and what it takes to send them.
async fn rich_wallet(world: &World) -> Wallet {
    let wallet = world.funded(Network::EthereumSepolia, 1_000_000_000_000_000_000).await;
    let token = json!({ "kind": "Erc20", "contract": TOKEN, "symbol": "USDC", "decimals": 6 });
    world
        .emulator
        .admin()
        .fund_asset(&wallet.id, &token, 100_000_000_u64)
        .await
        .unwrap();
    wallet
}

fn asset() -> NewPayoutAsset {
    NewPayoutAsset::Erc20(NewErc20PayoutAsset::new(TOKEN, 40_000_000_u64))
}

/// A payout that waits to be confirmed.
async fn waiting(world: &World, wallet: &Wallet) -> Payout {
    let payouts = world.dfns.payouts();
    let (provider, purpose) = (FiatProvider::Borderless, PaymentPurpose::SalaryPayment);
    let made = payouts.create(&wallet.id, asset(), "EUR", provider, "DE", "ba-1", "pi-1", purpose);
    let made = made.send().await.unwrap();
    world.pass_blocks(2);
    let payout = payouts.get(&made.id).send().await.unwrap();
    assert_eq!(
        payout.data.execution_status,
        PayoutExecutionStatus::AwaitingPayoutConfirmation
    );
    payout
}

/// Covers: createPayoutQuote, createPayout, createPayoutAction, getPayout, listPayouts, getWalletTransfer.
#[tokio::test]
async fn a_payout_is_quoted_ordered_confirmed_and_waited_for() {
    let world = World::new().await;
    let (wallet, payouts) = (rich_wallet(&world).await, world.dfns.payouts());
    let quotes = payouts
        .quote(&wallet.id, asset(), "EUR", FiatProvider::Borderless, "DE")
        .send()
        .await
        .unwrap();
    assert!(
        quotes.quotes[0].offer.amount > 30.0 && quotes.quotes[0].offer.fees > 0.0,
        "{quotes:?}"
    );
    let payout = waiting(&world, &wallet).await;
    let deposit = payout.data.deposit_address.unwrap();
    let transfer = PayoutTransfer::Erc20(Erc20PayoutTransfer::new(TOKEN, 40_000_000_u64, deposit));
    payouts
        .act(&payout.id, ConfirmPayout::new(&wallet.id, transfer))
        .send()
        .await
        .unwrap();

    let clock = world.emulator.clock().clone();
    let wait = payouts.get(&payout.id).wait().pause_with(move |pause| {
        clock.advance(pause);
        async {}
    });
    let done = wait.await.unwrap();
    let transfer = done.data.transfer_id.unwrap();
    let transfer = world.dfns.transfers().get(&wallet.id, &transfer).send().await.unwrap();
    assert_eq!(
        (done.status, done.data.transaction_hash),
        (PayoutStatus::Completed, transfer.tx_hash)
    );
    let listed = payouts
        .list()
        .status([PayoutStatus::Completed])
        .send()
        .await
        .unwrap()
        .items;
    assert_eq!(listed.iter().map(|payout| &payout.id).collect::<Vec<_>>(), [&payout.id]);
}

/// Covers: createPayout, createPayoutAction, getPayout.
#[tokio::test]
async fn a_payout_is_given_up_and_nothing_was_sent() {
    let world = World::new().await;
    let (wallet, payouts) = (rich_wallet(&world).await, world.dfns.payouts());
    let payout = waiting(&world, &wallet).await;
    payouts.act(&payout.id, CancelPayout::new()).send().await.unwrap();
    let seen = payouts.get(&payout.id).send().await.unwrap();
    assert_eq!(
        (seen.status, seen.data.date_canceled.is_some()),
        (PayoutStatus::Canceled, true)
    );
    assert!(
        world
            .dfns
            .transfers()
            .list(&wallet.id)
            .send()
            .await
            .unwrap()
            .items
            .is_empty()
    );
}
