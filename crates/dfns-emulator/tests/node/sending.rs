//! What is sent to a node, and what is made of its receipts.

use serde_json::{Value, json};
use sha3::{Digest, Keccak256};

use crate::scene::{SHOP, Scene, TOKEN};
use crate::stub::Say;

/// A receipt: 21000 gas at 2 gwei in block 18.
fn receipt(status: &str) -> Say {
    Say::Yes(json!({
        "status": status, "blockNumber": "0x12", "gasUsed": "0x5208", "effectiveGasPrice": "0x77359400",
    }))
}

fn hexadecimal(bytes: &[u8]) -> String {
    dfns_types::Hex::from_bytes(bytes).to_string()
}

/// The transaction that was sent, in hexadecimal, and its hash.
fn sent(scene: &Scene, number: usize) -> (String, String) {
    let text = scene.node.heard("eth_sendRawTransaction")[number][0]
        .as_str()
        .unwrap()
        .to_owned();
    let hash = Keccak256::digest(text.parse::<dfns_types::Hex>().unwrap().to_bytes());
    (text, hexadecimal(&hash))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_is_sent_to_the_node_and_confirmed_by_its_receipt() {
    let scene = Scene::new().await;
    let path = scene.pay();
    assert!(
        scene.node.heard("eth_sendRawTransaction").is_empty(),
        "nothing is sent before a block has passed"
    );
    let seen = scene.look(&path);
    let (bytes, hash) = sent(&scene, 0);
    assert_eq!(
        (&seen["status"], &seen["txHash"]),
        (&json!("Broadcasted"), &json!(hash))
    );
    // Type 2, chain 31337, number 5: what the node has said, not what the network would.
    assert!(bytes.starts_with("0x02f8") && bytes.contains("827a6905"), "{bytes}");
    assert!(bytes.contains(&SHOP[2..]), "{bytes}");
    assert_eq!(scene.look(&path)["status"], "Broadcasted", "it is in no block yet");

    scene.node.says("eth_getTransactionReceipt", &[receipt("0x1")]);
    let seen = scene.look(&path);
    assert_eq!(
        (&seen["status"], &seen["fee"]),
        (&json!("Confirmed"), &json!("42000000000000"))
    );
    let history = scene.get_of_wallet("history").body["items"][0].clone();
    assert_eq!(
        (
            &history["txHash"],
            &history["blockNumber"],
            &history["value"],
            &history["fee"]
        ),
        (&json!(hash), &json!(18), &json!("7"), &json!("42000000000000"))
    );
    assert_eq!(scene.node.heard("eth_sendRawTransaction").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn two_transfers_are_sent_one_after_the_other_with_the_numbers_that_the_node_gives() {
    let scene = Scene::new().await;
    let (first, second) = (scene.pay(), scene.pay());
    scene.node.says(
        "eth_getTransactionCount",
        &[Say::Yes(json!("0x5")), Say::Yes(json!("0x6"))],
    );
    scene.look(&first);
    assert_eq!(scene.get(&second).body["status"], "Broadcasted");
    assert!(sent(&scene, 0).0.contains("827a6905") && sent(&scene, 1).0.contains("827a6906"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_request_says_of_gas_is_what_is_offered() {
    let scene = Scene::new().await;
    let body = json!({
        "kind": "Native", "to": SHOP, "amount": "7", "gasLimit": "50000", "maxFeePerGas": "2000000001",
        "maxPriorityFeePerGas": "1000000001",
    });
    let (_, path) = scene.ask("transfers", &body);
    scene.look(&path);
    let bytes = sent(&scene, 0).0;
    // Priority fee, fee and limit, each behind its length.
    assert!(bytes.contains("843b9aca01847735940182c350"), "{bytes}");
    assert!(
        scene.node.heard("eth_estimateGas").is_empty(),
        "nobody need ask what is known"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_is_transferred_by_a_call_of_its_contract() {
    let scene = Scene::new().await;
    scene
        .node
        .says("eth_call", &[Say::Yes(json!(format!("0x{:0>64}", "6")))]);
    let body = json!({ "kind": "Erc20", "contract": TOKEN, "to": SHOP, "amount": "1000" });
    let (made, path) = scene.ask("transfers", &body);
    assert_eq!(made["metadata"]["asset"]["decimals"], 6);
    scene.node.says("eth_estimateGas", &[Say::Yes(json!("0xea60"))]);
    scene.look(&path);
    let bytes = sent(&scene, 0).0;
    let input = format!("a9059cbb{:0>64}{:0>64}", &SHOP[2..], "3e8");
    assert!(bytes.contains(&format!("94{}80b844{input}", &TOKEN[2..])), "{bytes}");
    assert!(
        bytes.contains("83011940"),
        "a fifth more gas than the 60000 that it would use: {bytes}"
    );
    let asked = &scene.node.heard("eth_estimateGas")[0][0];
    assert_eq!(
        (&asked["from"], &asked["data"]),
        (&json!(scene.address), &json!(format!("0x{input}")))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_that_exists_once_is_handed_over_by_its_owner() {
    let scene = Scene::new().await;
    let body = json!({ "kind": "Erc721", "contract": TOKEN, "to": SHOP, "tokenId": "9" });
    let (_, path) = scene.ask("transfers", &body);
    scene.look(&path);
    let input = format!("42842e0e{:0>64}{:0>64}{:0>64}", &scene.address[2..], &SHOP[2..], "9");
    assert!(sent(&scene, 0).0.contains(&input), "{:?}", sent(&scene, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_described_transaction_is_filled_in_by_the_node() {
    let scene = Scene::new().await;
    let body = json!({ "kind": "Evm", "to": TOKEN, "value": "3", "data": "0xd0e30db0", "nonce": 9 });
    let (_, path) = scene.ask("transactions", &body);
    let seen = scene.look(&path);
    assert_eq!(seen["txHash"], json!(sent(&scene, 0).1));
    let bytes = sent(&scene, 0).0;
    assert!(bytes.contains("827a6909") && bytes.contains("0384d0e30db0"), "{bytes}");
    assert!(
        scene.node.heard("eth_getTransactionCount").is_empty(),
        "the number was given"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_finished_transaction_is_signed_as_it_is() {
    let scene = Scene::new().await;
    // Type 2: chain 31337, number 7, fees 1 and 2, 21000 gas, 1 wei to the shop.
    let unsigned = format!("0x02e1827a6907010282520894{}0180c0", &SHOP[2..]);
    let (_, path) = scene.ask(
        "transactions",
        &json!({ "kind": "Transaction", "transaction": unsigned }),
    );
    let seen = scene.look(&path);
    assert_eq!(seen["status"], "Broadcasted", "{seen}");
    assert!(
        sent(&scene, 0)
            .0
            .contains(&format!("827a6907010282520894{}0180c0", &SHOP[2..]))
    );
    assert!(scene.node.heard("eth_feeHistory").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_that_reverts_has_failed_with_the_reason_and_the_fee() {
    let scene = Scene::new().await;
    let path = scene.pay();
    scene.look(&path);
    let reason = format!("0x08c379a0{:0>64}{:0>64}{:0<64}", "20", "9", "6e6f20746f6b656e73");
    scene.node.says("eth_call", &[Say::Reverted(reason)]);
    scene.node.says("eth_getTransactionReceipt", &[receipt("0x0")]);
    let seen = scene.look(&path);
    assert_eq!(
        (&seen["status"], &seen["reason"], &seen["fee"]),
        (
            &json!("Failed"),
            &json!("execution reverted: no tokens"),
            &json!("42000000000000")
        )
    );
    assert_eq!(scene.node.heard("eth_call")[0][1], "0x11", "as it was before the block");
    assert_eq!(scene.get_of_wallet("history").body["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_is_sped_up_with_the_number_that_it_has() {
    let scene = Scene::new().await;
    let path = scene.pay();
    scene.look(&path);
    let replacement = scene.service.signed("POST", &format!("{path}/speed-up"), "").body;
    let id = replacement["id"].as_str().unwrap_or_else(|| panic!("{replacement}"));
    let replacement = format!("/wallets/{}/transactions/{id}", scene.wallet);
    assert_eq!(scene.look(&replacement)["txHash"], json!(sent(&scene, 1).1));
    assert!(sent(&scene, 1).0.contains("827a6905") && sent(&scene, 0).1 != sent(&scene, 1).1);
    scene.node.says("eth_getTransactionReceipt", &[receipt("0x1")]);
    assert_eq!(scene.look(&replacement)["status"], "Confirmed");
    assert_eq!(scene.get(&path).body["status"], "Failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn webhooks_are_told_without_anybody_looking() {
    let scene = Scene::new().await;
    let body = json!({ "url": "http://127.0.0.1:1/", "events": ["wallet.transfer.broadcasted"] });
    let webhook = scene.service.signed("POST", "/webhooks", &body.to_string()).body["id"].clone();
    scene.pay();
    scene.emulator.clock().advance(std::time::Duration::from_secs(1));
    scene.node.wait_for("eth_sendRawTransaction");
    scene.emulator.admin().flush_webhooks().await.unwrap();
    let events = scene
        .get(&format!("/webhooks/{}/events", webhook.as_str().unwrap()))
        .body;
    let kinds: Vec<&Value> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["kind"])
        .collect();
    assert_eq!(kinds, ["wallet.transfer.broadcasted"]);
}
