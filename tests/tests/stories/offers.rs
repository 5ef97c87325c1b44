//! Offers on Canton: nothing arrives that the receiver has not accepted.

use dfns::types::{
    CantonNetworkName, NativeTransfer, Network, Offer, OfferStatus, SharedValidator, Transfer, Wallet, WalletStatus,
};
use dfns_tests::World;

/// A wallet on Canton that can be used.
async fn canton_wallet(world: &World) -> Wallet {
    let wallet = world.wallet(Network::CantonTestnet).await;
    if wallet.status == WalletStatus::Active {
        return wallet;
    }
    let validators = world.dfns.validators();
    let validator = validators
        .create(CantonNetworkName::CantonTestnet, SharedValidator::new())
        .send()
        .await
        .unwrap();
    world
        .dfns
        .wallets()
        .activate(&wallet.id)
        .validator_id(validator.id)
        .send()
        .await
        .unwrap();
    world.pass_blocks(2);
    world.dfns.wallets().get(&wallet.id).send().await.unwrap()
}

/// A wallet that was offered 70 by another, both with their ids and the offer.
async fn offered(world: &World) -> (Wallet, Wallet, Offer) {
    let (from, to) = (canton_wallet(world).await, canton_wallet(world).await);
    world.emulator.admin().fund(&from.id, 1_000_u64).await.unwrap();
    let transfer = NativeTransfer::new(to.address.as_deref().unwrap(), 70_u64).with_offer(true);
    let transfers = world.dfns.transfers();
    transfers
        .create(&from.id, Transfer::Native(transfer))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(2);
    let offers = world.dfns.offers().list(&to.id).send().await.unwrap().items;
    let [offer] = &offers[..] else {
        panic!("one offer was made: {offers:?}")
    };
    assert_eq!((&offer.status, world.balance(&to.id).await), (&OfferStatus::Pending, 0));
    (from, to, offer.clone())
}

/// Covers: listWalletOffers, acceptWalletOffer, getWalletOffer, getWalletTransaction, transferAsset.
#[tokio::test]
async fn an_offer_is_accepted_and_arrives() {
    let world = World::new().await;
    let (from, to, offer) = offered(&world).await;
    let accepted = world.dfns.offers().accept(&to.id, &offer.id).send().await.unwrap();
    let settlement = accepted.settlement_transaction_id.unwrap();
    world.pass_blocks(2);
    let transaction = world.dfns.transactions().get(&to.id, &settlement).send().await.unwrap();
    assert_eq!(transaction.request_body.kind(), "SettleOffer");
    let settled = world.dfns.offers().get(&to.id, &offer.id).send().await.unwrap();
    assert_eq!(
        (settled.status, settled.date_settled.is_some()),
        (OfferStatus::Accepted, true)
    );
    assert_eq!((world.balance(&from.id).await, world.balance(&to.id).await), (930, 70));
}

/// Covers: listWalletOffers, rejectWalletOffer, getWalletOffer.
#[tokio::test]
async fn an_offer_is_rejected_and_goes_back() {
    let world = World::new().await;
    let (from, to, offer) = offered(&world).await;
    world.dfns.offers().reject(&to.id, &offer.id).send().await.unwrap();
    world.pass_blocks(2);
    let settled = world.dfns.offers().get(&to.id, &offer.id).send().await.unwrap();
    assert_eq!(settled.status, OfferStatus::Rejected);
    assert_eq!((world.balance(&from.id).await, world.balance(&to.id).await), (1_000, 0));
    let again = world.dfns.offers().accept(&to.id, &offer.id).send().await.unwrap_err();
    assert_eq!(again.refusal().unwrap().status(), 400, "{}", again.report());
}
