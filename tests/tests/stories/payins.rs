//! Payins: money at a provider becomes a stablecoin of a wallet.

use dfns::types::{
    Erc20PayinAsset, FiatCurrency, FiatProvider, Network, NewBorderlessPayin, NewCircleMintPayin, Payin, PayinAsset,
    PayinRecipientStatus, PaymentMethod, Progress, Tracked as _, Wallet,
};
use dfns_tests::World;
use serde_json::json;

const TOKEN: &str = "0x5fbdb2315678afecb367f032d93f642f64180aa3";

/// A wallet on a network that knows USDC.
async fn wallet(world: &World) -> Wallet {
    let wallet = world.wallet(Network::EthereumSepolia).await;
    let token = json!({ "kind": "Erc20", "contract": TOKEN, "symbol": "USDC", "decimals": 6 });
    world
        .emulator
        .admin()
        .fund_asset(&wallet.id, &token, 1_u64)
        .await
        .unwrap();
    wallet
}

fn asset() -> PayinAsset {
    PayinAsset::Erc20(Erc20PayinAsset::new(TOKEN))
}

/// Covers: createPayinRecipient, getPayinRecipient, listPayinBalances, createPayin, getPayin, listPayins.
#[tokio::test]
async fn circle_mint_agrees_to_a_wallet_and_a_payin_without_money_fails() {
    let world = World::new().await;
    let (wallet, payins) = (wallet(&world).await, world.dfns.payins());
    let provider = || FiatProvider::CircleMint;
    let asked = payins
        .register_recipient(provider(), &wallet.id, FiatCurrency::USD)
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status, PayinRecipientStatus::PendingVerification);
    world.pass_blocks(2);
    let agreed = payins
        .recipient(provider(), &wallet.id, FiatCurrency::USD)
        .send()
        .await
        .unwrap();
    assert_eq!(agreed.status, PayinRecipientStatus::Active);
    let balances = payins.balances(provider()).send().await.unwrap().items;
    assert_eq!(balances[0].amount, "0");

    let made = payins
        .create(NewCircleMintPayin::new(&wallet.id, "5", FiatCurrency::USD))
        .send()
        .await
        .unwrap();
    world.pass_blocks(1);
    let listed = payins.list().send().await.unwrap().items;
    let [Payin::CircleMint(failed)] = &listed[..] else {
        panic!("one payin was made: {listed:?}")
    };
    assert_eq!(
        (made.progress(), listed[0].progress()),
        (Progress::Underway, Progress::Failed)
    );
    assert!(
        failed.data.status_reason.as_deref().unwrap().contains("balance"),
        "{failed:?}"
    );
    assert!(payins.get(&failed.id).wait().await.is_err());
}

/// Covers: listPayinOptions, listPayinAccounts, registerPayinAccountAsset, createPayinQuote, createPayin, getPayin.
#[tokio::test]
async fn borderless_says_where_it_wants_the_money() {
    let world = World::new().await;
    let (wallet, payins) = (wallet(&world).await, world.dfns.payins());
    let provider = || FiatProvider::Borderless;
    let options = payins.options(provider()).send().await.unwrap();
    assert_eq!(options.assets, ["USDC_EthereumSepolia"]);
    let account = payins
        .accounts(provider())
        .send()
        .await
        .unwrap()
        .items
        .remove(0)
        .account_id;
    let registered = payins.register_account_asset(provider(), &account, &wallet.id, asset());
    assert_eq!(registered.send().await.unwrap().assets.len(), 1);
    let sepa = PaymentMethod::Sepa;
    let quotes = payins.quote(
        &wallet.id,
        "90",
        FiatCurrency::EUR,
        provider(),
        "DE",
        &account,
        sepa.clone(),
        asset(),
    );
    let quote = quotes.send().await.unwrap().quotes.remove(0).quote_id.unwrap();
    let new = NewBorderlessPayin::new(&wallet.id, "90", FiatCurrency::EUR, "DE", &account, sepa, asset());
    let made = payins.create(new.with_quote_id(quote)).send().await.unwrap();
    let Payin::Borderless(made) = made else {
        panic!("another provider: {made:?}")
    };
    world.pass_blocks(1);
    let waiting = payins.get(&made.id).send().await.unwrap();
    let Payin::Borderless(waiting) = waiting else {
        panic!("another provider: {waiting:?}")
    };
    assert!(waiting.data.deposit_instruction.is_some(), "{waiting:?}");
}
