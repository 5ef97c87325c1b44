//! Transfers, from the request to both balances and histories.

use std::time::Duration;

use dfns::types::{
    Erc20Transfer, FeeEstimate, FeeNetwork, NativeTransfer, Network, Transfer, TransferDirection, TransferStatus,
    WalletHistoryItem,
};
use dfns_tests::World;

const ETHER: u128 = 1_000_000_000_000_000_000;

fn native(to: Option<&String>, amount: u64) -> Transfer {
    Transfer::Native(NativeTransfer::new(to.unwrap(), amount))
}

fn with_external_id(transfer: Transfer, id: &str) -> Transfer {
    match transfer {
        Transfer::Native(mut native) => {
            native.external_id = Some(id.to_owned());
            Transfer::Native(native)
        }
        other => other,
    }
}

/// Covers: transferAsset, getWalletTransfer, listWalletTransfers, getWalletAssets, getWalletHistory.
#[tokio::test]
async fn a_transfer_is_confirmed_after_two_blocks_and_both_sides_see_it() {
    let world = World::new().await;
    let (sender, receiver) = (
        world.funded(Network::EthereumSepolia, ETHER).await,
        world.wallet(Network::EthereumSepolia).await,
    );
    let transfers = world.dfns.transfers();
    let made = transfers
        .create(&sender.id, native(receiver.address.as_ref(), 1_000))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(made.status, TransferStatus::Executing);
    assert_eq!(made.requester.user_id.as_str(), world.emulator.service_account_id());

    world.pass_blocks(1);
    let underway = transfers.get(&sender.id, &made.id).send().await.unwrap();
    assert_eq!(underway.status, TransferStatus::Broadcasted);
    assert!(underway.tx_hash.is_some() && underway.date_confirmed.is_none());
    assert_eq!(world.balance(&receiver.id).await, 0);

    world.pass_blocks(1);
    let done = transfers.get(&sender.id, &made.id).send().await.unwrap();
    assert_eq!(done.status, TransferStatus::Confirmed);
    assert!(done.date_confirmed > done.date_broadcasted);
    let fee = done.fee.as_ref().unwrap().to_u128().unwrap();
    assert_eq!(world.balance(&sender.id).await, ETHER - 1_000 - fee);
    assert_eq!(world.balance(&receiver.id).await, 1_000);

    for (wallet, direction) in [(&sender, TransferDirection::Out), (&receiver, TransferDirection::In)] {
        let history = world.dfns.wallets().history(&wallet.id).direction(direction.clone());
        let items = history.send().await.unwrap().items;
        let [WalletHistoryItem::NativeTransfer(item)] = &items[..] else {
            panic!("{direction}: {items:?}")
        };
        assert_eq!((item.value.as_str(), &item.direction), ("1000", &direction));
        assert_eq!((&item.from, &item.to), (&sender.address, &receiver.address));
        assert_eq!(Some(&item.tx_hash), done.tx_hash.as_ref());
    }
    let listed = transfers.list(&sender.id).send().await.unwrap().items;
    assert_eq!(
        listed.iter().map(|transfer| &transfer.id).collect::<Vec<_>>(),
        [&made.id]
    );
}

/// Covers: transferAsset, getWalletTransfer, getWalletAssets.
#[tokio::test]
async fn money_moves_on_every_family_where_addresses_are_known() {
    let world = World::new().await;
    for network in [
        Network::Solana,
        Network::Stellar,
        Network::XrpLedger,
        Network::Algorand,
        Network::Tron,
    ] {
        let (sender, receiver) = (
            world.funded(network.clone(), ETHER).await,
            world.wallet(network.clone()).await,
        );
        let transfer = native(receiver.address.as_ref(), 2_000_000);
        let made = world
            .dfns
            .transfers()
            .create(&sender.id, transfer)
            .send()
            .await
            .unwrap()
            .done()
            .unwrap();
        world.pass_blocks(2);
        let done = world.dfns.transfers().get(&sender.id, &made.id).send().await.unwrap();
        assert_eq!(done.status, TransferStatus::Confirmed, "{network}: {done:?}");
        assert_eq!(world.balance(&receiver.id).await, 2_000_000, "{network}");
    }
}

/// Covers: transferAsset, getWalletTransfer, getWalletAssets.
#[tokio::test]
async fn a_transfer_beyond_the_balance_fails_with_a_reason_and_moves_nothing() {
    let world = World::new().await;
    let (poor, receiver) = (
        world.funded(Network::Solana, 100).await,
        world.wallet(Network::Solana).await,
    );
    let transfer = native(receiver.address.as_ref(), 100);
    let made = world
        .dfns
        .transfers()
        .create(&poor.id, transfer)
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(3);
    let failed = world.dfns.transfers().get(&poor.id, &made.id).send().await.unwrap();
    assert_eq!(failed.status, TransferStatus::Failed);
    assert!(failed.reason.unwrap().starts_with("insufficient balance"));
    assert_eq!(
        (world.balance(&poor.id).await, world.balance(&receiver.id).await),
        (100, 0)
    );
}

/// Covers: abortWalletTransfer, getWalletAssets.
#[tokio::test]
async fn an_aborted_transfer_moves_nothing() {
    let world = World::new().await;
    let (sender, receiver) = (
        world.funded(Network::Solana, ETHER).await,
        world.wallet(Network::Solana).await,
    );
    let transfer = native(receiver.address.as_ref(), 7);
    let made = world
        .dfns
        .transfers()
        .create(&sender.id, transfer.clone())
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    let aborted = world.dfns.transfers().abort(&sender.id, &made.id).send().await.unwrap();
    assert_eq!(aborted.status, TransferStatus::Failed);
    world.pass_blocks(3);
    assert_eq!(world.balance(&receiver.id).await, 0);

    let late = world
        .dfns
        .transfers()
        .create(&sender.id, transfer)
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(1);
    let error = world
        .dfns
        .transfers()
        .abort(&sender.id, &late.id)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.refusal().unwrap().status(), 400, "{}", error.report());
}

/// Covers: transferAsset, listWalletTransfers, getWalletAssets.
#[tokio::test]
async fn the_same_external_id_moves_money_once_and_another_request_under_it_is_a_conflict() {
    let world = World::new().await;
    let (sender, receiver) = (
        world.funded(Network::Solana, ETHER).await,
        world.wallet(Network::Solana).await,
    );
    let pay = |amount| {
        let transfer = with_external_id(native(receiver.address.as_ref(), amount), "pay-1");
        world.dfns.transfers().create(&sender.id, transfer).send()
    };
    let first = pay(7).await.unwrap().done().unwrap();
    world.pass_blocks(2);
    let again = pay(7).await.unwrap().done().unwrap();
    assert_eq!((&again.id, again.status), (&first.id, TransferStatus::Confirmed));
    world.pass_blocks(2);
    assert_eq!(world.balance(&receiver.id).await, 7);

    let error = pay(8).await.unwrap_err();
    assert!(error.is_conflict(), "{}", error.report());
    let duplicate = &error.refusal().unwrap().details().as_map()["duplicate"];
    assert_eq!(
        (&duplicate["id"], &duplicate["externalId"]),
        (&first.id.as_str().into(), &"pay-1".into())
    );
    assert_eq!(
        world
            .dfns
            .transfers()
            .list(&sender.id)
            .send()
            .await
            .unwrap()
            .items
            .len(),
        1
    );
}

/// Covers: transferAsset.
#[tokio::test]
async fn what_is_wrong_with_a_transfer_is_refused_with_the_field() {
    let world = World::new().await;
    let (ethereum, bitcoin) = (
        world.wallet(Network::Ethereum).await,
        world.wallet(Network::Bitcoin).await,
    );
    let contract = "0x00000000000000000000000000000000000000aa";
    let token = Erc20Transfer::new(contract, ethereum.address.as_deref().unwrap(), 1_u64);
    for (wallet, transfer, field) in [
        (&ethereum, native(bitcoin.address.as_ref(), 1), "to"),
        (&ethereum, native(ethereum.address.as_ref(), 0), "amount"),
        (&bitcoin, Transfer::Erc20(token), "kind"),
    ] {
        let error = world
            .dfns
            .transfers()
            .create(&wallet.id, transfer)
            .send()
            .await
            .unwrap_err();
        let refusal = error.refusal().unwrap();
        assert_eq!(
            (refusal.status(), refusal.details().text("field")),
            (400, Some(field)),
            "{}",
            error.report()
        );
    }
}

/// Covers: listOrgWalletHistory.
#[tokio::test]
async fn the_history_of_the_organisation_holds_both_sides_of_a_transfer() {
    let world = World::new().await;
    let begin = world.emulator.clock().now();
    let (sender, receiver) = (
        world.funded(Network::Solana, ETHER).await,
        world.wallet(Network::Solana).await,
    );
    let transfer = native(receiver.address.as_ref(), 7);
    world
        .dfns
        .transfers()
        .create(&sender.id, transfer)
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(2);
    let end = begin.checked_add(Duration::from_secs(3_600)).unwrap();
    let history = world
        .dfns
        .wallets()
        .organisation_history(begin, end)
        .send()
        .await
        .unwrap();
    assert_eq!(history.items.len(), 3, "the faucet, out and in");
}

/// Covers: estimateFees.
#[tokio::test]
async fn fees_are_estimated_in_the_form_of_the_family() {
    let world = World::new().await;
    let estimate = |network| world.dfns.networks().estimate_fees(network).send();
    let FeeEstimate::Eip1559(evm) = estimate(FeeNetwork::Ethereum).await.unwrap() else {
        panic!("an EVM network has a base fee")
    };
    assert!(!evm.base_fee_per_gas.is_zero());
    assert!(matches!(
        estimate(FeeNetwork::Bitcoin).await.unwrap(),
        FeeEstimate::Bitcoin(_)
    ));
    assert!(matches!(
        estimate(FeeNetwork::Solana).await.unwrap(),
        FeeEstimate::Solana(_)
    ));
}
