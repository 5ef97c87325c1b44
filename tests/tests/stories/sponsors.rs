//! Fee sponsors: a wallet that pays the fees of others, for as long as it is active.

use dfns::types::{FeeSponsorStatus, NativeTransfer, Network, Transfer, TransferStatus, Wallet, WalletId};
use dfns_tests::{Person, World};

const ETHER: u128 = 10_u128.pow(18);

/// A payment of exactly what the sender has.
fn payment(to: &Wallet, sponsor: &dfns::types::FeeSponsorId) -> Transfer {
    let to = to.address.as_deref().unwrap();
    Transfer::Native(NativeTransfer::new(to, 1_000_u64).with_fee_sponsor_id(sponsor.clone()))
}

async fn send(world: &World, from: &WalletId, payment: Transfer) -> dfns::Result<dfns::types::TransferRequest> {
    let made = world.dfns.transfers().create(from, payment).await?;
    Ok(made.done().unwrap())
}

/// Covers: createFeeSponsor, getFeeSponsor, listSponsoredFees, transferAsset, getWalletTransfer.
#[tokio::test]
async fn a_sponsor_pays_the_fee_and_finds_it_in_its_list() {
    let world = World::new().await;
    let paying = world.funded(Network::EthereumSepolia, ETHER).await;
    let sender = world.funded(Network::EthereumSepolia, 1_000).await;
    let shop = world.wallet(Network::EthereumSepolia).await;
    let sponsors = world.dfns.fee_sponsors();
    let sponsor = sponsors.create(&paying.id).name("gas").await.unwrap();
    assert_eq!(sponsor.status, FeeSponsorStatus::Active);
    let read = sponsors.get(&sponsor.id).await.unwrap();
    assert_eq!((read.name.as_deref(), &read.wallet_id), (Some("gas"), &paying.id));

    let sent = send(&world, &sender.id, payment(&shop, &sponsor.id)).await.unwrap();
    world.pass_blocks(2);
    let done = world.dfns.transfers().get(&sender.id, &sent.id).await.unwrap();
    assert_eq!(done.status, TransferStatus::Confirmed);
    let fee = done.fee.unwrap();
    assert_eq!(world.balance(&sender.id).await, 0);
    assert_eq!(world.balance(&shop.id).await, 1_000);
    assert_eq!(world.balance(&paying.id).await, ETHER - fee.to_u128().unwrap());
    let fees = sponsors.fees(&sponsor.id).await.unwrap().items;
    let [paid] = &fees[..] else {
        panic!("one fee was paid: {fees:?}")
    };
    assert_eq!(
        (paid.request_id.as_str(), paid.fee.as_ref()),
        (sent.id.as_str(), Some(&fee))
    );
    assert_eq!(paid.sponsoree_id, sender.id.as_str());
}

/// Covers: deactivateFeeSponsor, activateFeeSponsor, deleteFeeSponsor, getFeeSponsor, listFeeSponsors.
#[tokio::test]
async fn a_sponsor_pays_only_while_it_is_active_and_never_again_once_deleted() {
    let world = World::new().await;
    let paying = world.funded(Network::EthereumSepolia, ETHER).await;
    let sender = world.funded(Network::EthereumSepolia, 2_000).await;
    let shop = world.wallet(Network::EthereumSepolia).await;
    let sponsors = world.dfns.fee_sponsors();
    let sponsor = sponsors.create(&paying.id).await.unwrap().id;

    let off = sponsors.deactivate(&sponsor).await.unwrap();
    assert_eq!(off.status, FeeSponsorStatus::Deactivated);
    let refused = send(&world, &sender.id, payment(&shop, &sponsor)).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().status(), 400, "{}", refused.report());
    assert_eq!(
        sponsors.activate(&sponsor).await.unwrap().status,
        FeeSponsorStatus::Active
    );
    send(&world, &sender.id, payment(&shop, &sponsor)).await.unwrap();

    let gone = sponsors.delete(&sponsor).await.unwrap();
    assert_eq!(gone.status, FeeSponsorStatus::Archived);
    let refused = sponsors.activate(&sponsor).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().status(), 400, "{}", refused.report());
    let listed = sponsors.list().await.unwrap().items;
    assert!(
        listed.iter().all(|listed| listed.status == FeeSponsorStatus::Archived),
        "{listed:?}"
    );
    assert_eq!(sponsors.get(&sponsor).await.unwrap().status, FeeSponsorStatus::Archived);
}

/// Covers: createFeeSponsor, transferAsset.
#[tokio::test]
async fn an_end_user_is_sponsored_only_where_end_users_are_allowed() {
    let world = World::new().await;
    let paying = world.funded(Network::EthereumSepolia, ETHER).await;
    let sponsors = world.dfns.fee_sponsors();
    let closed = sponsors.create(&paying.id).await.unwrap().id;
    let open = sponsors.create(&paying.id).allow_end_user(true).await.unwrap().id;
    let eve = Person::new("eve");
    let theirs = world.end_user(&eve).await;
    let own = theirs.wallets().create(Network::EthereumSepolia).await.unwrap();
    world.emulator.admin().fund(&own.id, 1_000_u64).await.unwrap();
    let pay = |sponsor| theirs.transfers().create(&own.id, payment(&paying, sponsor)).send();
    assert!(pay(&closed).await.unwrap_err().is_unauthorized());
    pay(&open).await.unwrap().done().unwrap();
}
