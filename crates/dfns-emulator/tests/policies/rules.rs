//! The rules about amounts, counts and recipients, with what wallets really did.

use std::time::Duration;

use serde_json::{Value, json};

use crate::scene::{Scene, Wallet};
use crate::scenery::{ETHER, RECEIVER, always, anybody, ask, signing, text};

const TOKEN: &str = "0x00000000000000000000000000000000000000bb";

fn block() -> Value {
    json!({ "kind": "Block" })
}

fn status(scene: &Scene, wallet: &Wallet, amount: &str) -> String {
    scene.pay(wallet, amount).body["status"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_limit_goes_by_the_price_of_the_asset() {
    let scene = Scene::new().await;
    let rule = json!({ "kind": "TransactionAmountLimit", "configuration": { "limit": 1000, "currency": "USD" } });
    scene.policy(&signing(&rule, &block()));
    let wallet = scene.funded("EthereumSepolia", &format!("{ETHER}0"));
    // 2500 dollars an ether from the start: 0.4 ether are the limit.
    assert_eq!(status(&scene, &wallet, "400000000000000000"), "Executing");
    assert_eq!(status(&scene, &wallet, "400000000000000001"), "Rejected");
    let set = |usd: Value| scene.admin("PUT", "/prices", &json!({ "network": "EthereumSepolia", "usd": usd }));
    assert_eq!(set(json!(100)).status, 200);
    assert_eq!(status(&scene, &wallet, ETHER), "Executing");
    assert_eq!(set(json!(null)).status, 200);
    assert_eq!(status(&scene, &wallet, "1"), "Rejected", "an unknown value");
    assert_eq!(set(json!(-1)).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_has_no_value_until_a_price_is_set() {
    let scene = Scene::new().await;
    let rule = json!({ "kind": "TransactionAmountLimit", "configuration": { "limit": 10, "currency": "USD" } });
    scene.policy(&signing(&rule, &block()));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let asset = json!({ "kind": "Erc20", "contract": TOKEN });
    let mut described = asset.clone();
    described["decimals"] = json!(6);
    scene.faucet(&json!({ "walletId": wallet.id, "amount": "100000000", "asset": described }));
    let pay = |amount: &str| {
        let body = json!({ "kind": "Erc20", "contract": TOKEN, "to": RECEIVER, "amount": amount });
        scene.transfer(&wallet, &body).body["status"].clone()
    };
    assert_eq!(pay("1"), "Rejected");
    let set = json!({ "network": "EthereumSepolia", "asset": asset, "usd": 1 });
    assert_eq!(scene.admin("PUT", "/prices", &set).status, 200);
    assert_eq!(
        (pay("10000000"), pay("10000001")),
        (json!("Executing"), json!("Rejected"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_count_in_a_window_goes_down_as_time_goes_by_and_leaves_out_what_was_rejected() {
    let scene = Scene::new().await;
    let rule = json!({ "kind": "TransactionCountVelocity", "configuration": { "limit": 2, "timeframe": 10 } });
    scene.policy(&signing(&rule, &block()));
    let (wallet, other) = (
        scene.funded("EthereumSepolia", ETHER),
        scene.funded("EthereumSepolia", ETHER),
    );
    assert_eq!(status(&scene, &wallet, "1"), "Executing");
    scene.clock.advance(Duration::from_secs(60));
    assert_eq!(status(&scene, &wallet, "1"), "Executing");
    let third = scene.pay(&wallet, "1").body;
    assert_eq!(third["status"], "Rejected");
    let reason = third["reason"].as_str().unwrap();
    assert!(
        reason.ends_with("Number of transactions (2) is above limit (2)."),
        "{reason}"
    );
    assert_eq!(
        status(&scene, &other, "1"),
        "Executing",
        "every wallet counts for itself"
    );
    scene.clock.advance(Duration::from_secs(9 * 60));
    assert_eq!(
        status(&scene, &wallet, "1"),
        "Executing",
        "the first is ten minutes old"
    );
    assert_eq!(status(&scene, &wallet, "1"), "Rejected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn amounts_in_a_window_add_up_over_transfers_and_transactions() {
    let scene = Scene::new().await;
    let configuration = json!({ "limit": 2500, "currency": "USD", "timeframe": 60 });
    let rule = json!({ "kind": "TransactionAmountVelocity", "configuration": configuration });
    scene.policy(&signing(&rule, &block()));
    let wallet = scene.funded("EthereumSepolia", &format!("{ETHER}0"));
    assert_eq!(status(&scene, &wallet, "600000000000000000"), "Executing");
    let body = json!({ "kind": "Transaction", "transaction": { "to": RECEIVER, "value": "400000000000000000" } });
    let path = format!("{}/transactions", wallet.path);
    let transaction = scene.service.signed("POST", &path, &body.to_string());
    assert_eq!(transaction.body["status"], "Executing", "{transaction:?}");
    assert_eq!(status(&scene, &wallet, "1"), "Rejected");
    scene.clock.advance(Duration::from_secs(3_600));
    assert_eq!(status(&scene, &wallet, ETHER), "Executing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_counts_as_long_as_its_cancellation_waits_for_an_approval() {
    let scene = Scene::new().await;
    let wallet = scene.funded("EthereumSepolia", &format!("{ETHER}0"));
    let paid = scene.pay(&wallet, "600000000000000000");
    scene.pass_blocks(1);
    let configuration = json!({ "limit": 2500, "currency": "USD", "timeframe": 60 });
    let rule = json!({ "kind": "TransactionAmountVelocity", "configuration": configuration });
    scene.policy(&signing(&rule, &block()));
    let asking = scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let path = format!("{}/transfers/{}/cancel", wallet.path, text(&paid, "id"));
    let waiting = scene.service.signed("POST", &path, "");
    assert_eq!(waiting.body["status"], "Pending", "{waiting:?}");
    let path = format!("/v2/policies/{asking}");
    assert_eq!(scene.service.signed("DELETE", &path, "").status, 200);
    assert_eq!(status(&scene, &wallet, "600000000000000000"), "Rejected");
    assert_eq!(
        status(&scene, &wallet, "400000000000000000"),
        "Executing",
        "it counts once"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_whitelist_is_not_passed_by_signing_what_it_cannot_read() {
    let scene = Scene::new().await;
    let configuration = json!({ "addresses": [RECEIVER.to_uppercase().replace('X', "x")] });
    let rule = json!({ "kind": "TransactionRecipientWhitelist", "configuration": configuration });
    let mut policy = signing(&rule, &block());
    let wallet = scene.funded("EthereumSepolia", ETHER);
    policy["filters"] = json!({ "walletId": { "in": [wallet.id] } });
    scene.policy(&policy);
    assert_eq!(status(&scene, &wallet, "1"), "Executing");
    let body = json!({ "kind": "Native", "to": TOKEN, "amount": "1" });
    assert_eq!(scene.transfer(&wallet, &body).body["status"], "Rejected");
    let hash = json!({ "kind": "Hash", "hash": format!("0x{}", "11".repeat(32)) }).to_string();
    let key = scene.get(&wallet.path)["signingKey"]["id"].as_str().unwrap().to_owned();
    for path in [format!("{}/signatures", wallet.path), format!("/keys/{key}/signatures")] {
        let made = scene.service.signed("POST", &path, &hash);
        assert_eq!(made.body["status"], "Rejected", "{path}: {made:?}");
    }
    let unwatched = scene.funded("EthereumSepolia", ETHER);
    assert_eq!(scene.transfer(&unwatched, &body).body["status"], "Executing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn tags_decide_which_wallets_a_policy_is_about() {
    let scene = Scene::new().await;
    let mut policy = always("Wallets:Sign", &block());
    policy["filters"] = json!({ "walletTags": { "hasAny": ["hot", "warm"], "hasAll": ["eu"] } });
    scene.policy(&policy);
    let wallet = scene.funded("EthereumSepolia", ETHER);
    assert_eq!(status(&scene, &wallet, "1"), "Executing");
    let tag = |tags: Value| {
        let body = json!({ "tags": tags }).to_string();
        assert_eq!(
            scene
                .service
                .signed("PUT", &format!("{}/tags", wallet.path), &body)
                .status,
            200
        );
    };
    tag(json!(["hot"]));
    assert_eq!(status(&scene, &wallet, "1"), "Executing");
    tag(json!(["eu"]));
    assert_eq!(status(&scene, &wallet, "1"), "Rejected");
}
