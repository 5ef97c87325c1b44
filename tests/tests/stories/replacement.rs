//! Transactions, and what replaces them while they wait for a block.

use dfns::types::{
    EvmTransactionFields, NativeTransfer, Network, RawTransaction, Transaction, Transfer, TransferStatus, Wallet,
};
use dfns_tests::World;

const ETHER: u128 = 1_000_000_000_000_000_000;

async fn pair(world: &World) -> (Wallet, Wallet) {
    (
        world.funded(Network::EthereumSepolia, ETHER).await,
        world.wallet(Network::EthereumSepolia).await,
    )
}

fn payment(receiver: &Wallet, value: u64) -> Transaction {
    let mut fields = EvmTransactionFields::new();
    fields.to.clone_from(&receiver.address);
    fields.value = Some(value.into());
    let mut transaction = RawTransaction::new(fields);
    transaction.external_id = Some("tx-1".to_owned());
    Transaction::Transaction(transaction)
}

fn transfer(receiver: &Wallet, amount: u64) -> Transfer {
    Transfer::Native(NativeTransfer::new(receiver.address.as_deref().unwrap(), amount))
}

/// Covers: broadcastTransaction, getWalletTransaction, listWalletTransactions, getWalletAssets.
#[tokio::test]
async fn a_transaction_is_broadcast_once_under_its_external_id() {
    let world = World::new().await;
    let (sender, receiver) = pair(&world).await;
    let transactions = world.dfns.transactions();
    let made = transactions
        .broadcast(&sender.id, payment(&receiver, 16))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(made.status, TransferStatus::Executing);
    let again = transactions
        .broadcast(&sender.id, payment(&receiver, 16))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(again.id, made.id);
    let other = transactions
        .broadcast(&sender.id, payment(&receiver, 17))
        .send()
        .await
        .unwrap_err();
    assert!(other.is_conflict(), "{}", other.report());

    world.pass_blocks(2);
    let done = transactions.get(&sender.id, &made.id).send().await.unwrap();
    assert_eq!(done.status, TransferStatus::Confirmed);
    let fee = done.fee.unwrap().to_u128().unwrap();
    assert_eq!(world.balance(&sender.id).await, ETHER - 16 - fee);
    assert_eq!(world.balance(&receiver.id).await, 16);
    assert_eq!(transactions.list(&sender.id).send().await.unwrap().items.len(), 1);
}

/// Covers: cancelWalletTransfer, getWalletTransfer, getWalletTransaction, getWalletAssets.
#[tokio::test]
async fn a_cancelled_transfer_fails_and_costs_only_the_fee() {
    let world = World::new().await;
    let (sender, receiver) = pair(&world).await;
    let made = world
        .dfns
        .transfers()
        .create(&sender.id, transfer(&receiver, 1_000))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(1);
    let cancellation = world
        .dfns
        .transfers()
        .cancel(&sender.id, &made.id)
        .send()
        .await
        .unwrap();
    assert!(
        matches!(cancellation.request_body, Transaction::CancelTransaction(_)),
        "{cancellation:?}"
    );
    world.pass_blocks(2);
    let failed = world.dfns.transfers().get(&sender.id, &made.id).send().await.unwrap();
    assert_eq!(failed.status, TransferStatus::Failed);
    assert_eq!(failed.replacement_id.as_ref(), Some(&cancellation.id));
    let done = world
        .dfns
        .transactions()
        .get(&sender.id, &cancellation.id)
        .send()
        .await
        .unwrap();
    assert_eq!(done.status, TransferStatus::Confirmed);
    let fee = done.fee.unwrap().to_u128().unwrap();
    assert_eq!(
        (world.balance(&sender.id).await, world.balance(&receiver.id).await),
        (ETHER - fee, 0)
    );
}

/// Covers: speedUpWalletTransfer, getWalletTransaction, getWalletAssets.
#[tokio::test]
async fn a_transfer_that_is_sped_up_pays_the_receiver_once() {
    let world = World::new().await;
    let (sender, receiver) = pair(&world).await;
    let made = world
        .dfns
        .transfers()
        .create(&sender.id, transfer(&receiver, 1_000))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(1);
    let faster = world
        .dfns
        .transfers()
        .speed_up(&sender.id, &made.id)
        .send()
        .await
        .unwrap();
    assert!(
        matches!(faster.request_body, Transaction::SpeedUpTransaction(_)),
        "{faster:?}"
    );
    world.pass_blocks(2);
    let done = world
        .dfns
        .transactions()
        .get(&sender.id, &faster.id)
        .send()
        .await
        .unwrap();
    assert_eq!(done.status, TransferStatus::Confirmed);
    assert_eq!(world.balance(&receiver.id).await, 1_000);
}

/// Covers: speedUpWalletTransaction, cancelWalletTransaction, abortWalletTransaction, getWalletTransaction.
/// Covers: getWalletAssets.
#[tokio::test]
async fn a_transaction_is_sped_up_cancelled_and_aborted_like_a_transfer() {
    let world = World::new().await;
    let (sender, receiver) = pair(&world).await;
    let transactions = world.dfns.transactions();
    let first = transactions
        .broadcast(&sender.id, payment(&receiver, 3))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(1);
    let cancellation = transactions.cancel(&sender.id, &first.id).send().await.unwrap();
    let aborted = transactions.abort(&sender.id, &cancellation.id).send().await.unwrap();
    assert_eq!(
        aborted.status,
        TransferStatus::Failed,
        "the cancellation itself is called off"
    );
    let faster = transactions.speed_up(&sender.id, &first.id).send().await.unwrap();
    world.pass_blocks(2);
    let done = transactions.get(&sender.id, &faster.id).send().await.unwrap();
    assert_eq!(done.status, TransferStatus::Confirmed);
    assert_eq!(world.balance(&receiver.id).await, 3);
}

/// Covers: cancelWalletTransfer.
#[tokio::test]
async fn only_evm_networks_replace_transfers() {
    let world = World::new().await;
    let (sender, receiver) = (
        world.funded(Network::Solana, ETHER).await,
        world.wallet(Network::Solana).await,
    );
    let made = world
        .dfns
        .transfers()
        .create(&sender.id, transfer(&receiver, 7))
        .send()
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(1);
    let error = world
        .dfns
        .transfers()
        .cancel(&sender.id, &made.id)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error.refusal().unwrap().message(),
        "transfer on Solana cannot be cancelled: only on EVM networks"
    );
}
