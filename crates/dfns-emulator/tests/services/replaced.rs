//! What hangs on a transaction of a wallet when that is sped up or cancelled: stakes, deposits, payouts.

use serde_json::{Value, json};

use crate::bank::Bank;
use crate::scene::{BLOCK, Scene, Wallet};
use crate::support::Signer;

const ETHER: u128 = 1_000_000_000_000_000_000;

/// A stake of 32 ether that is active, and its wallet, which has little more.
fn staked(scene: &Scene) -> (Wallet, String) {
    let wallet = scene.wallet("Ethereum");
    scene.fund(&wallet, &(33 * ETHER).to_string());
    let body = json!({
        "protocol": "Ethereum", "provider": "Figment", "walletId": wallet.id, "amount": (32 * ETHER).to_string(),
    });
    let made = scene.service.signed("POST", "/staking/stakes", &body.to_string());
    let stake = format!("/staking/stakes/{}", made.body["id"].as_str().unwrap());
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.get(&stake)["status"], "Active");
    (wallet, stake)
}

/// Asks for the stake back, and answers the path of the transaction, which is broadcast.
fn withdrawing(scene: &Scene, wallet: &Wallet, stake: &str) -> String {
    let body = json!({ "protocol": "Ethereum", "kind": "Withdraw" }).to_string();
    let made = scene.service.signed("POST", &format!("{stake}/actions"), &body);
    assert_eq!(made.status, 200, "{made:?}");
    let actions = made.body["actions"].as_array().unwrap();
    let transaction = actions.last().unwrap()["transactionId"].as_str().unwrap().to_owned();
    scene.clock.advance(BLOCK);
    format!("{}/transactions/{transaction}", wallet.path)
}

fn replace(service: &Signer, request: &str, how: &str) -> Value {
    let made = service.signed("POST", &format!("{request}/{how}"), "");
    assert_eq!(
        (made.status, &made.body["status"]),
        (200, &json!("Executing")),
        "{made:?}"
    );
    made.body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_withdrawal_that_is_cancelled_gives_nothing_back_and_can_be_asked_for_again() {
    let scene = Scene::new().await;
    let (wallet, stake) = staked(&scene);
    let transaction = withdrawing(&scene, &wallet, &stake);
    replace(&scene.service, &transaction, "cancel");
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.get(&transaction)["status"], "Failed");
    assert_eq!(scene.get(&stake)["status"], "Active");
    assert!(scene.balance(&wallet) < ETHER);
    withdrawing(&scene, &wallet, &stake);
    scene.clock.advance(BLOCK);
    assert_eq!(scene.get(&stake)["status"], "Withdrawn");
    assert!(scene.balance(&wallet) < 33 * ETHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_withdrawal_that_is_sped_up_gives_back_once() {
    let scene = Scene::new().await;
    let (wallet, stake) = staked(&scene);
    let transaction = withdrawing(&scene, &wallet, &stake);
    // Twice, so that the one that counts replaces a replacement.
    let first = replace(&scene.service, &transaction, "speed-up");
    scene.clock.advance(BLOCK);
    let first = format!("{}/transactions/{}", wallet.path, first["id"].as_str().unwrap());
    let second = replace(&scene.service, &first, "speed-up");
    scene.clock.advance(2 * BLOCK);
    for replaced in [&transaction, &first] {
        assert_eq!(scene.get(replaced)["status"], "Failed");
    }
    let ended = scene.get(&stake);
    assert_eq!(ended["status"], "Withdrawn", "{ended}");
    let second = format!("{}/transactions/{}", wallet.path, second["id"].as_str().unwrap());
    assert_eq!(ended["actions"][1]["transactionHash"], scene.get(&second)["txHash"]);
    let held = scene.balance(&wallet);
    assert!(held > 32 * ETHER && held < 33 * ETHER, "{held}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deposit_that_is_sped_up_is_credited_once_and_one_that_is_cancelled_never() {
    let scene = Scene::new().await;
    let keys = json!({ "publicApiKey": "public-part", "privateApiKey": "private-part" });
    let body = json!({ "kind": "Kraken", "readConfiguration": keys, "writeConfiguration": keys });
    let linked = Signer::employee(&scene.emulator).signed("POST", "/exchanges", &body.to_string());
    let account = format!("/exchanges/{}/accounts/spot", linked.body["id"].as_str().unwrap());
    let wallet = scene.wallet("EthereumSepolia");
    scene.fund(&wallet, &(2 * ETHER).to_string());
    let body = json!({ "kind": "Native", "walletId": wallet.id, "amount": (ETHER / 2).to_string() }).to_string();
    for how in ["speed-up", "cancel"] {
        let made = scene.service.signed("POST", &format!("{account}/deposits"), &body);
        let transfer = format!(
            "{}/transfers/{}",
            wallet.path,
            made.body["transferId"].as_str().unwrap_or_else(|| panic!("{made:?}"))
        );
        scene.clock.advance(BLOCK);
        replace(&scene.service, &transfer, how);
        scene.clock.advance(2 * BLOCK);
        assert_eq!(scene.get(&transfer)["status"], "Failed");
        assert_eq!(scene.get(&format!("{account}/assets"))["items"][0]["balance"], "0.5");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payout_whose_transfer_is_sped_up_is_paid() {
    let bank = Bank::with("100000000").await;
    let payout = bank.waiting();
    assert_eq!(bank.act(&payout, &bank.confirmation(&payout)).status, 200);
    let transfer = bank.payout(&payout)["data"]["transferId"].as_str().unwrap().to_owned();
    bank.clock.advance(BLOCK);
    let transfer = format!("/wallets/{}/transfers/{transfer}", bank.wallet);
    let faster = replace(&bank.service, &transfer, "speed-up");
    bank.clock.advance(3 * BLOCK);
    let done = bank.payout(&payout);
    assert_eq!(
        (&done["status"], bank.held()),
        (&json!("Completed"), json!("60000000")),
        "{done}"
    );
    let faster = format!(
        "/wallets/{}/transactions/{}",
        bank.wallet,
        faster["id"].as_str().unwrap()
    );
    assert_eq!(done["data"]["transactionHash"], bank.get(&faster)["txHash"]);
}
