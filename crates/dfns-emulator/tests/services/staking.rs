//! Stakes, on a clock that the tests move.

use std::time::Duration;

use serde_json::{Value, json};

use crate::scene::{BLOCK, Scene, Wallet};
use crate::support::Answer;

const ETHER: u128 = 1_000_000_000_000_000_000;
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn stake(scene: &Scene, body: &Value) -> Answer {
    scene.service.signed("POST", "/staking/stakes", &body.to_string())
}

fn act(scene: &Scene, stake: &str, body: &Value) -> Answer {
    scene
        .service
        .signed("POST", &format!("{stake}/actions"), &body.to_string())
}

fn path(stake: &Answer) -> String {
    format!(
        "/staking/stakes/{}",
        stake.body["id"].as_str().unwrap_or_else(|| panic!("{stake:?}"))
    )
}

fn ether(wallet: &Wallet, amount: u128) -> Value {
    json!({ "protocol": "Ethereum", "provider": "Figment", "walletId": wallet.id, "amount": amount.to_string() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn ether_is_staked_earns_and_comes_back_with_what_it_earned() {
    let scene = Scene::new().await;
    let wallet = scene.wallet("EthereumHoodi");
    scene.fund(&wallet, &(33 * ETHER).to_string());
    let made = stake(&scene, &ether(&wallet, 32 * ETHER));
    assert_eq!(
        (made.status, &made.body["status"]),
        (200, &json!("Staking")),
        "{made:?}"
    );
    assert_eq!(made.body["data"], Value::Null);
    assert_eq!(made.body["actions"][0]["kind"], "Stake");
    let stake = path(&made);
    scene.clock.advance(2 * BLOCK);
    let active = scene.get(&stake);
    assert_eq!(active["status"], "Active", "{active}");
    assert_eq!(active["data"]["validator"]["withdrawalAddress"], wallet.address);
    assert_eq!(active["actions"][0]["status"], "Completed");
    let transaction = active["actions"][0]["transactionId"].as_str().unwrap();
    let transaction = scene.get(&format!("{}/transactions/{transaction}", wallet.path));
    assert_eq!(transaction["txHash"], active["actions"][0]["transactionHash"]);
    assert!(scene.balance(&wallet) < ETHER);

    scene.clock.advance(YEAR);
    let rewards = scene.get(&format!("{stake}/rewards"));
    assert_eq!(rewards["symbol"], "ETH");
    assert_eq!(rewards["balance"], "1.28", "four percent of 32");

    let before = scene.balance(&wallet);
    let ended = act(&scene, &stake, &json!({ "protocol": "Ethereum", "kind": "Withdraw" }));
    assert_eq!(
        (ended.status, &ended.body["status"]),
        (200, &json!("Withdrawing")),
        "{ended:?}"
    );
    let again = act(&scene, &stake, &json!({ "protocol": "Ethereum", "kind": "Withdraw" }));
    assert_eq!(again.status, 400, "{again:?}");
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.get(&stake)["status"], "Withdrawn");
    let gained = scene.balance(&wallet) - before;
    assert!(gained > 33 * ETHER && gained < 34 * ETHER, "{gained}");
    assert_eq!(scene.get(&format!("{stake}/rewards"))["balance"], "0");
    assert_eq!(
        scene.get(&format!("{stake}/actions"))["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_stake_that_cannot_be_paid_fails() {
    let scene = Scene::new().await;
    let wallet = scene.wallet("Ethereum");
    let made = stake(&scene, &ether(&wallet, 32 * ETHER));
    scene.clock.advance(2 * BLOCK);
    let failed = scene.get(&path(&made));
    assert_eq!(
        (&failed["status"], &failed["actions"][0]["status"]),
        (&json!("Failed"), &json!("Failed"))
    );
    assert!(
        failed["actions"][0]["failureReason"]
            .as_str()
            .unwrap()
            .starts_with("insufficient balance")
    );
    assert_eq!(scene.get(&format!("{}/rewards", path(&made)))["balance"], "0");
    let refused = act(
        &scene,
        &path(&made),
        &json!({ "protocol": "Ethereum", "kind": "Withdraw" }),
    );
    assert_eq!(refused.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_stake_of_iota_grows_by_deposits_and_shrinks_by_withdrawals() {
    let scene = Scene::new().await;
    let (wallet, validator) = (scene.wallet("IotaTestnet"), scene.wallet("IotaTestnet"));
    scene.fund(&wallet, "100000000000");
    let body =
        json!({ "protocol": "Iota", "walletId": wallet.id, "validator": validator.address, "amount": "10000000000" });
    let made = stake(&scene, &body);
    assert_eq!(made.status, 200, "{made:?}");
    let stake = path(&made);
    scene.clock.advance(2 * BLOCK);
    let change = |kind: &str, amount: &str| {
        let answer = act(
            &scene,
            &stake,
            &json!({ "protocol": "Iota", "kind": kind, "amount": amount }),
        );
        scene.clock.advance(2 * BLOCK);
        answer
    };
    assert_eq!(change("Deposit", "5000000000").status, 200);
    let grown = scene.get(&stake);
    assert_eq!(
        (&grown["status"], &grown["data"]["amount"]),
        (&json!("Active"), &json!("15000000000")),
        "{grown}"
    );
    assert_eq!(change("Withdraw", "6000000000").status, 200);
    assert_eq!(scene.get(&stake)["data"]["amount"], "9000000000");
    assert_eq!(change("Withdraw", "9000000001").status, 400);
    assert_eq!(change("Withdraw", "9000000000").status, 200);
    assert_eq!(scene.get(&stake)["status"], "Withdrawn");
    let rest = scene.balance(&wallet);
    assert!(
        rest > 99_000_000_000 && rest < 100_000_000_000,
        "only fees are gone: {rest}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_same_external_id_stakes_once() {
    let scene = Scene::new().await;
    let wallet = scene.wallet("Ethereum");
    scene.fund(&wallet, &(100 * ETHER).to_string());
    let mut body = ether(&wallet, 32 * ETHER);
    body["externalId"] = "stake-1".into();
    let (first, second) = (stake(&scene, &body), stake(&scene, &body));
    assert_eq!(first.body, second.body, "with the actions, which clients insist on");
    assert_eq!(scene.get("/staking/stakes")["items"].as_array().unwrap().len(), 1);
    body["amount"] = "1".into();
    assert_eq!(stake(&scene, &body).status, 409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_cannot_be_staked_is_named() {
    let scene = Scene::new().await;
    let (ethereum, solana) = (scene.wallet("Ethereum"), scene.wallet("Solana"));
    let refused = stake(&scene, &ether(&solana, ETHER));
    assert!(
        refused.status == 400 && refused.message().starts_with("walletId: "),
        "{refused:?}"
    );
    let refused = stake(&scene, &ether(&ethereum, 0));
    assert_eq!(refused.refusal(), (400, "amount: must be more than 0"));
    let babylon =
        json!({ "protocol": "Babylon", "provider": "Figment", "walletId": ethereum.id, "amount": "1", "duration": 1 });
    assert_eq!(stake(&scene, &babylon).status, 400);
    let iota = scene.wallet("Iota");
    let nobody = json!({ "protocol": "Iota", "walletId": iota.id, "validator": "nobody", "amount": "1" });
    let refused = stake(&scene, &nobody);
    assert!(
        refused.status == 400 && refused.message().starts_with("validator: "),
        "{refused:?}"
    );
    assert_eq!(
        scene.get("/staking/stakes")["items"],
        json!([]),
        "nothing half-done is left"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn no_deposit_makes_room_for_a_second_withdrawal_while_the_first_one_is_under_way() {
    let scene = Scene::new().await;
    // The first deposit fails for want of money, the second one is made.
    for (deposit, left) in [("1000000000000", 0), ("50000000000", 50_000_000_000_u64)] {
        let wallet = scene.wallet("Iota");
        scene.fund(&wallet, "1000000000000");
        let made = stake(
            &scene,
            &json!({
                "protocol": "Iota", "walletId": wallet.id, "amount": "100000000000",
                "validator": format!("0x{}", "11".repeat(32)),
            }),
        );
        let stake = path(&made);
        scene.clock.advance(2 * BLOCK);
        let withdrawal = json!({ "protocol": "Iota", "kind": "Withdraw", "amount": "100000000000" });
        for (body, status) in [
            (json!({ "protocol": "Iota", "kind": "Deposit", "amount": deposit }), 200),
            (withdrawal.clone(), 200),
        ] {
            assert_eq!(act(&scene, &stake, &body).status, status);
        }
        for _ in 0..2 {
            let second = act(&scene, &stake, &withdrawal);
            assert_eq!(second.status, 400, "{second:?}");
            scene.clock.advance(BLOCK);
        }
        let seen = scene.get(&stake);
        assert_eq!(seen["data"]["amount"], left.to_string(), "{seen}");
        let spent = 1_000_000_000_000 - scene.balance(&wallet);
        assert!(spent < u128::from(left) + 1_000_000_000, "{spent}");
    }
}
