//! Accounts at exchanges: linked, filled from a wallet, and emptied into one.

use dfns::types::{
    ExchangeConfiguration, ExchangeId, ExchangeKind, ExchangeTransferKind, NativeMovement, Network, TransferStatus,
    WithdrawalAsset,
};
use dfns_tests::World;

const ETHER: u128 = 10_u128.pow(18);
const ACCOUNT: &str = "spot";

fn keys() -> ExchangeConfiguration {
    ExchangeConfiguration::new("public-part", "very-private-part")
}

/// Links an account, as only a person may.
async fn link(world: &World, kind: ExchangeKind) -> ExchangeId {
    let exchanges = world.employee().await.exchanges();
    exchanges.create(kind, keys(), keys()).name("desk").await.unwrap().id
}

/// What the account holds, by symbol.
async fn held(world: &World, exchange: &ExchangeId) -> Vec<(String, String)> {
    let assets = world.dfns.exchanges().account_assets(exchange, ACCOUNT).await.unwrap();
    let pairs = assets.items.into_iter().map(|asset| (asset.symbol, asset.balance));
    pairs.collect()
}

/// Covers: createExchange, getExchange, listExchanges, listExchangeAccounts, deleteExchange.
#[tokio::test]
async fn an_account_at_each_exchange_is_linked_shown_without_its_keys_and_unlinked() {
    let world = World::new().await;
    let exchanges = world.employee().await.exchanges();
    let kinds = [ExchangeKind::Kraken, ExchangeKind::Binance, ExchangeKind::CoinbasePrime];
    for kind in kinds.clone() {
        let id = link(&world, kind.clone()).await;
        let read = exchanges.get(&id).await.unwrap();
        assert_eq!((&read.kind, read.name.as_deref()), (&kind, Some("desk")));
        assert!(!format!("{read:?}").contains("part"), "{read:?}");
        let accounts = exchanges.accounts(&id).await.unwrap().items;
        let [account] = &accounts[..] else {
            panic!("{kind} has one account: {accounts:?}")
        };
        assert_eq!((account.id.as_str(), &account.exchange_id), (ACCOUNT, &id));
    }
    let listed = exchanges.list().await.unwrap().items;
    let mut linked: Vec<_> = listed.iter().map(|exchange| exchange.kind.clone()).collect();
    linked.reverse();
    assert_eq!(linked, kinds);

    let gone = &listed[0].id;
    assert!(exchanges.delete(gone).await.unwrap().deleted);
    assert!(exchanges.get(gone).await.unwrap_err().is_not_found());
    assert_eq!(exchanges.list().await.unwrap().items.len(), 2);
}

/// Covers: createExchangeDeposit, listExchangeAccountAssets, getWalletTransfer.
#[tokio::test]
async fn a_deposit_is_a_transfer_of_the_wallet_and_is_credited_when_it_is_confirmed() {
    let world = World::new().await;
    let exchange = link(&world, ExchangeKind::Kraken).await;
    let wallet = world.funded(Network::EthereumSepolia, 2 * ETHER).await;
    let deposit = NativeMovement::new(ETHER / 2, &wallet.id).with_external_id("deposit-1");
    let send = || {
        world
            .dfns
            .exchanges()
            .deposit(&exchange, ACCOUNT, deposit.clone())
            .send()
    };
    let made = send().await.unwrap();
    assert_eq!(
        (&made.kind, &made.wallet_id),
        (&ExchangeTransferKind::Deposit, &wallet.id)
    );
    assert_eq!(send().await.unwrap().id, made.id, "the same request again");
    assert!(held(&world, &exchange).await.is_empty());

    world.pass_blocks(2);
    assert_eq!(held(&world, &exchange).await, [("ETH".to_owned(), "0.5".to_owned())]);
    let transfer = made.transfer_id.unwrap();
    let transfer = world.dfns.transfers().get(&wallet.id, &transfer).await.unwrap();
    assert_eq!(transfer.status, TransferStatus::Confirmed);
    let fee = transfer.fee.unwrap().to_u128().unwrap();
    assert_eq!(world.balance(&wallet.id).await, 2 * ETHER - ETHER / 2 - fee);
}

/// Covers: createExchangeWithdrawal, listExchangeAccountAssets, listExchangeWithdrawalNetworks, getWalletAssets.
#[tokio::test]
async fn a_withdrawal_pays_the_wallet_what_the_account_loses_and_no_more_than_it_has() {
    let world = World::new().await;
    let exchange = link(&world, ExchangeKind::Binance).await;
    let wallet = world.wallet(Network::Ethereum).await;
    let admin = world.emulator.admin();
    admin.credit_exchange(&exchange, "ETH", 3_u64).await.unwrap();
    let exchanges = world.dfns.exchanges();
    let networks = exchanges.withdrawal_networks(&exchange, ACCOUNT, "ETH").await.unwrap();
    let has_ethereum = networks
        .iter()
        .any(|form| matches!(form, WithdrawalAsset::Native(native) if native.network == Network::Ethereum));
    assert!(has_ethereum, "{networks:?}");

    let withdraw = |amount| {
        exchanges
            .withdraw(&exchange, ACCOUNT, NativeMovement::new(amount, &wallet.id))
            .send()
    };
    let made = withdraw(ETHER).await.unwrap();
    assert_eq!(made.kind, ExchangeTransferKind::Withdrawal);
    assert!(made.exchange_reference.is_some(), "{made:?}");
    assert_eq!(world.balance(&wallet.id).await, ETHER);
    let rest = [("ETH".to_owned(), "2".to_owned())];
    assert_eq!(held(&world, &exchange).await, rest);
    let refused = withdraw(3 * ETHER).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().status(), 400, "{}", refused.report());
    assert_eq!(
        (world.balance(&wallet.id).await, held(&world, &exchange).await),
        (ETHER, rest.to_vec())
    );
}
