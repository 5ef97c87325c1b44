//! Transactions, and the replacement of what is not confirmed yet, through real HTTP.

use crate::scene::{BLOCK, Scene, Wallet};
use crate::support::Answer;
use serde_json::{Value, json};

const ETHER: &str = "1000000000000000000";

fn broadcast(scene: &Scene, wallet: &Wallet, body: &Value) -> Answer {
    scene
        .service
        .signed("POST", &format!("{}/transactions", wallet.path), &body.to_string())
}

fn state(scene: &Scene, wallet: &Wallet, transaction: &Answer) -> Value {
    scene.get(&format!(
        "{}/transactions/{}",
        wallet.path,
        transaction.body["id"].as_str().unwrap()
    ))
}

fn post(scene: &Scene, wallet: &Wallet, kind: &str, of: &Answer, what: &str) -> Answer {
    let path = format!("{}/{kind}/{}/{what}", wallet.path, of.body["id"].as_str().unwrap());
    scene.service.signed("POST", &path, "")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_evm_object_is_filled_in_signed_and_pays() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("EthereumSepolia"), scene.wallet("EthereumSepolia"));
    scene.fund(&sender, ETHER);
    let body =
        json!({ "kind": "Transaction", "transaction": { "to": receiver.address, "value": "0x10" }, "externalId": "t" });
    let made = broadcast(&scene, &sender, &body);
    assert_eq!(
        (made.status, &made.body["status"]),
        (200, &json!("Executing")),
        "{made:?}"
    );
    assert_eq!(made.body["requestBody"]["transaction"]["value"], "0x10");
    assert_eq!(broadcast(&scene, &sender, &body).body["id"], made.body["id"]);
    scene.clock.advance(2 * BLOCK);
    let confirmed = state(&scene, &sender, &made);
    assert_eq!(confirmed["status"], "Confirmed", "{confirmed}");
    let fee: u128 = confirmed["fee"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        (scene.balance(&sender), scene.balance(&receiver)),
        (1_000_000_000_000_000_000 - 16 - fee, 16)
    );
    assert_eq!(
        scene.get(&format!("{}/transactions", sender.path))["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn flat_and_serialised_evm_transactions_pay_too() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    scene.fund(&sender, ETHER);
    let flat = broadcast(
        &scene,
        &sender,
        &json!({ "kind": "Evm", "to": receiver.address, "value": "5" }),
    );
    assert_eq!(flat.status, 200, "{flat:?}");
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.balance(&receiver), 5);
    // Legacy, nonce 1, 20 gwei, 21000 gas, value 7, chain 1.
    let to = &receiver.address[2..];
    let hex = format!("0xe4018504a817c80082520894{to}0780018080");
    let raw = broadcast(&scene, &sender, &json!({ "kind": "Transaction", "transaction": hex }));
    assert_eq!(raw.status, 200, "{raw:?}");
    let again = broadcast(&scene, &sender, &json!({ "kind": "Transaction", "transaction": hex }));
    scene.clock.advance(2 * BLOCK);
    assert_eq!(state(&scene, &sender, &raw)["status"], "Confirmed");
    assert_eq!(scene.balance(&receiver), 12);
    let failed = state(&scene, &sender, &again);
    assert_eq!(
        failed["reason"], "the nonce is 1, the next one of the wallet is 2",
        "{failed}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_call_of_a_known_token_moves_the_token() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    scene.fund(&sender, ETHER);
    let contract = "0x00000000000000000000000000000000000000aa";
    let asset = json!({ "kind": "Erc20", "contract": contract, "symbol": "T", "decimals": 0 });
    assert_eq!(
        scene
            .faucet(&json!({ "walletId": sender.id, "amount": "9", "asset": asset }))
            .status,
        200
    );
    let data = format!("0xa9059cbb{:0>64}{:064x}", &receiver.address[2..], 4);
    let body = json!({ "kind": "Transaction", "transaction": { "to": contract, "data": data } });
    assert_eq!(broadcast(&scene, &sender, &body).status, 200);
    scene.clock.advance(2 * BLOCK);
    assert_eq!(
        scene.get(&format!("{}/assets", receiver.path))["assets"][1]["balance"],
        "4"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_signature_of_a_transaction_is_confirmed_once_that_is_in_a_block() {
    let scene = Scene::new().await;
    let wallet = scene.wallet("Ethereum");
    scene.fund(&wallet, ETHER);
    let transaction = json!({ "to": wallet.address, "value": "5", "nonce": 0 });
    let body = json!({ "kind": "Transaction", "transaction": transaction });
    let path = format!("{}/signatures", wallet.path);
    let signed = scene.service.signed("POST", &path, &body.to_string());
    let other = json!({ "kind": "Transaction", "transaction": { "to": wallet.address, "value": "6", "nonce": 0 } });
    let never_sent = scene.service.signed("POST", &path, &other.to_string());
    let sent = broadcast(&scene, &wallet, &body);
    scene.clock.advance(BLOCK);
    let now = |answer: &Answer| scene.get(&format!("{path}/{}", answer.body["id"].as_str().unwrap()));
    assert_eq!(now(&signed)["status"], "Signed");
    scene.clock.advance(BLOCK);
    let (confirmed, sent) = (now(&signed), state(&scene, &wallet, &sent));
    assert_eq!(confirmed["status"], "Confirmed", "{confirmed}");
    for field in ["txHash", "fee", "dateConfirmed"] {
        assert_eq!(confirmed[field], sent[field], "{field}");
    }
    assert_eq!(now(&never_sent)["status"], "Signed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_wrong_with_a_transaction_is_said() {
    let scene = Scene::new().await;
    let (ethereum, stellar) = (scene.wallet("Ethereum"), scene.wallet("Stellar"));
    // As above, but for chain 5.
    let other_chain = format!("0xe4018504a817c80082520894{}0780058080", &ethereum.address[2..]);
    // Type 2, for chain 1, with a priority fee of 2 and 1 in all.
    let more_for_the_maker = format!("0x02df0180020182520894{}0180c0", &ethereum.address[2..]);
    for (wallet, body, part) in [
        (
            &ethereum,
            json!({ "kind": "Transaction", "transaction": "0x00" }),
            "transaction: ",
        ),
        (
            &ethereum,
            json!({ "kind": "Transaction", "transaction": other_chain }),
            "it is for the chain 5",
        ),
        (
            &ethereum,
            json!({ "kind": "Transaction", "transaction": { "gasLimit": 20_999, "to": ethereum.address } }),
            "gas limit",
        ),
        (
            &ethereum,
            json!({ "kind": "Transaction", "transaction": more_for_the_maker }),
            "maxPriorityFeePerGas: more than maxFeePerGas",
        ),
        (
            &ethereum,
            json!({ "kind": "Psbt", "psbt": "0x00" }),
            "transactions of kind Psbt are not supported by the emulator on Ethereum",
        ),
        (
            &stellar,
            json!({ "kind": "Transaction", "transaction": "0x00" }),
            "transaction: not a serialised, unsigned transaction of Stellar",
        ),
    ] {
        let refused = broadcast(&scene, wallet, &body);
        assert!(refused.status == 400 && refused.message().contains(part), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_cancelled_transfer_fails_and_costs_only_the_fee_of_the_cancellation() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    scene.fund(&sender, ETHER);
    let made = scene.transfer(
        &sender,
        &json!({ "kind": "Native", "to": receiver.address, "amount": "1000" }),
    );
    assert_eq!(post(&scene, &sender, "transfers", &made, "cancel").status, 400);
    scene.clock.advance(BLOCK);
    let replacement = post(&scene, &sender, "transfers", &made, "cancel");
    assert_eq!(
        (replacement.status, &replacement.body["requestBody"]["kind"]),
        (200, &json!("CancelTransaction")),
        "{replacement:?}"
    );
    let held = scene.transfer_state(&sender, &made);
    assert_eq!(
        (&held["status"], &held["replacementId"]),
        (&json!("Broadcasted"), &replacement.body["id"])
    );
    assert_eq!(post(&scene, &sender, "transfers", &made, "speed-up").status, 400);
    scene.clock.advance(2 * BLOCK);
    let confirmed = state(&scene, &sender, &replacement);
    assert_eq!(confirmed["status"], "Confirmed", "{confirmed}");
    assert_ne!(confirmed["txHash"], held["txHash"]);
    assert_eq!(scene.transfer_state(&sender, &made)["status"], "Failed");
    let fee: u128 = confirmed["fee"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        (scene.balance(&sender), scene.balance(&receiver)),
        (1_000_000_000_000_000_000 - fee, 0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_that_is_sped_up_pays_the_receiver_once_for_a_higher_fee() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    scene.fund(&sender, ETHER);
    let slow = json!({ "kind": "Native", "to": receiver.address, "amount": "1000", "priority": "Slow" });
    let usual = scene.transfer(&sender, &slow);
    scene.clock.advance(2 * BLOCK);
    let usual_fee: u128 = scene.transfer_state(&sender, &usual)["fee"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let made = scene.transfer(&sender, &slow);
    scene.clock.advance(BLOCK);
    let replacement = post(&scene, &sender, "transfers", &made, "speed-up");
    assert_eq!(
        replacement.body["requestBody"]["kind"], "SpeedUpTransaction",
        "{replacement:?}"
    );
    scene.clock.advance(2 * BLOCK);
    let confirmed = state(&scene, &sender, &replacement);
    let fee: u128 = confirmed["fee"].as_str().unwrap().parse().unwrap();
    assert!(fee > usual_fee, "{fee} {usual_fee}");
    assert_eq!(scene.transfer_state(&sender, &made)["status"], "Failed");
    assert_eq!(scene.balance(&receiver), 2_000);
    assert_eq!(
        scene.balance(&sender),
        1_000_000_000_000_000_000 - 2_000 - usual_fee - fee
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_replacement_that_is_aborted_lets_the_original_go_on() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    scene.fund(&sender, ETHER);
    let made = broadcast(
        &scene,
        &sender,
        &json!({ "kind": "Eip1559", "to": receiver.address, "value": "3" }),
    );
    scene.clock.advance(BLOCK);
    let replacement = post(&scene, &sender, "transactions", &made, "cancel");
    let path = format!(
        "{}/transactions/{}/abort",
        sender.path,
        replacement.body["id"].as_str().unwrap()
    );
    assert_eq!(scene.service.signed("PUT", &path, "").body["status"], "Failed");
    assert_eq!(state(&scene, &sender, &replacement)["status"], "Failed");
    scene.clock.advance(BLOCK);
    let confirmed = state(&scene, &sender, &made);
    assert_eq!(confirmed["status"], "Confirmed");
    assert!(confirmed.get("replacementId").is_none(), "{confirmed}");
    assert_eq!(scene.balance(&receiver), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_replacement_that_cannot_be_paid_lets_the_original_go_on() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    let body = json!({ "kind": "Native", "to": receiver.address, "amount": "1000", "priority": "Slow" });
    scene.fund(&sender, ETHER);
    let usual = scene.transfer(&sender, &body);
    scene.clock.advance(2 * BLOCK);
    let fee: u128 = scene.transfer_state(&sender, &usual)["fee"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let poor = scene.wallet("Ethereum");
    scene.fund(&poor, &(fee + 1_000).to_string());
    let made = scene.transfer(&poor, &body);
    scene.clock.advance(BLOCK);
    let replacement = post(&scene, &poor, "transfers", &made, "speed-up");
    assert_eq!(replacement.status, 200, "{replacement:?}");
    scene.clock.advance(3 * BLOCK);
    assert_eq!(state(&scene, &poor, &replacement)["status"], "Failed");
    assert_eq!(scene.transfer_state(&poor, &made)["status"], "Confirmed");
    assert_eq!((scene.balance(&poor), scene.balance(&receiver)), (0, 2_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_evm_transfers_can_be_replaced() {
    let scene = Scene::new().await;
    let wallet = scene.wallet("Solana");
    scene.fund(&wallet, "1000000");
    let made = scene.transfer(
        &wallet,
        &json!({ "kind": "Native", "to": wallet.address, "amount": "7" }),
    );
    scene.clock.advance(BLOCK);
    let refused = post(&scene, &wallet, "transfers", &made, "cancel");
    assert_eq!(
        refused.refusal(),
        (400, "transfer on Solana cannot be cancelled: only on EVM networks")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn numbers_of_a_transaction_are_in_decimal_or_hexadecimal_digits() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    scene.fund(&sender, ETHER);
    for number in ["3", "0x3"] {
        let price = if number == "3" { "50000000000" } else { "0xba43b7400" };
        let limit = if number == "3" { "21000" } else { "0x5208" };
        let made = broadcast(
            &scene,
            &sender,
            &json!({
                "kind": "Eip1559", "to": receiver.address, "value": number, "gasLimit": limit,
                "maxFeePerGas": price, "maxPriorityFeePerGas": number,
            }),
        );
        scene.clock.advance(2 * BLOCK);
        assert_eq!(state(&scene, &sender, &made)["status"], "Confirmed", "{number}");
    }
    assert_eq!(scene.balance(&receiver), 6);
}
