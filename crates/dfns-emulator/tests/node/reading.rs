//! What is read from a node.

use serde_json::{Value, json};

use crate::scene::{SHOP, Scene, TOKEN};
use crate::stub::Say;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wallet_holds_what_the_node_says() {
    let scene = Scene::new().await;
    let assets = scene.get_of_wallet("assets").body["assets"].clone();
    assert_eq!(
        assets,
        json!([{ "kind": "Native", "symbol": "ETH", "decimals": 18, "balance": "1000000000000000000" }]),
    );
    assert_eq!(scene.node.heard("eth_getBalance"), [json!([scene.address, "latest"])]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn tokens_that_a_wallet_received_are_found_in_the_logs() {
    let scene = Scene::new().await;
    let topic = format!("0x{:0>64}", "1");
    let log =
        |topics: usize| json!({ "address": TOKEN.to_uppercase().replace("0X", "0x"), "topics": vec![&topic; topics] });
    scene.node.says("eth_getLogs", &[Say::Yes(json!([log(3), log(3)]))]);
    // Balance, symbol, decimals.
    let text = format!("0x{:0>64}{:0>64}{:0<64}", "20", "3", "544b4e");
    let answers = [format!("0x{:0>64}", "7"), text, format!("0x{:0>64}", "2")];
    scene
        .node
        .says("eth_call", &answers.map(|answer| Say::Yes(json!(answer))));
    let assets = scene.get_of_wallet("assets").body["assets"].clone();
    assert_eq!(
        assets[1],
        json!({ "kind": "Erc20", "contract": TOKEN, "symbol": "TKN", "decimals": 2, "balance": "7" })
    );
    let filter = &scene.node.heard("eth_getLogs")[0][0];
    assert_eq!(filter["topics"][2], json!(format!("0x{:0>64}", &scene.address[2..])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_that_exists_once_is_listed_while_the_wallet_owns_it() {
    let scene = Scene::new().await;
    let topics = vec![format!("0x{:0>64}", "9"); 4];
    scene.node.says(
        "eth_getLogs",
        &[Say::Yes(json!([{ "address": TOKEN, "topics": topics }]))],
    );
    scene.node.says(
        "eth_call",
        &[Say::Yes(json!(format!("0x{:0>64}", &scene.address[2..])))],
    );
    let tokens = scene.get_of_wallet("nfts").body["nfts"].clone();
    assert_eq!(
        (&tokens[0]["kind"], &tokens[0]["tokenId"]),
        (&json!("Erc721"), &json!("9")),
        "{tokens}"
    );
    scene
        .node
        .says("eth_call", &[Say::Yes(json!(format!("0x{:0>64}", &SHOP[2..])))]);
    assert_eq!(scene.get_of_wallet("nfts").body["nfts"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn fees_are_those_of_the_node() {
    let scene = Scene::new().await;
    let fees = scene.get("/networks/fees?network=EthereumSepolia").body;
    assert_eq!(
        (&fees["baseFeePerGas"], &fees["blockNumber"]),
        (&json!("1000000000"), &json!(16))
    );
    assert_eq!(
        fees["fast"],
        json!({ "maxPriorityFeePerGas": "3", "maxFeePerGas": "2000000003" })
    );
    scene
        .node
        .says("eth_feeHistory", &[Say::No("the method eth_feeHistory does not exist")]);
    scene.node.says("eth_gasPrice", &[Say::Yes(json!("0x7"))]);
    scene.node.says("eth_blockNumber", &[Say::Yes(json!("0x2"))]);
    let fees = scene.get("/networks/fees?network=EthereumSepolia").body;
    assert_eq!(
        (&fees["slow"]["maxFeePerGas"], &fees["blockNumber"]),
        (&json!("7"), &json!(2))
    );
}

fn read(scene: &Scene, network: &str) -> crate::support::Answer {
    let body = json!({ "kind": "Evm", "network": network, "contract": TOKEN, "data": "0x18160ddd" });
    scene.service.call("POST", "/networks/read-contract", &body.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_contract_is_read_on_the_node_of_its_network_and_nowhere_else() {
    let scene = Scene::new().await;
    scene.node.says("eth_call", &[Say::Yes(json!("0x0102"))]);
    assert_eq!(
        read(&scene, "EthereumSepolia").body,
        json!({ "kind": "Evm", "data": "0x0102" })
    );
    assert_eq!(
        scene.node.heard("eth_call"),
        [json!([{ "to": TOKEN, "data": "0x18160ddd" }, "latest"])]
    );
    assert_eq!(
        read(&scene, "Ethereum").status,
        400,
        "the emulator was not told what it answers there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_read_that_reverts_is_refused_with_the_reason() {
    let scene = Scene::new().await;
    let reason = format!("0x08c379a0{:0>64}{:0>64}{:0<64}", "20", "2", "6e6f");
    scene.node.says("eth_call", &[Say::Reverted(reason)]);
    assert_eq!(
        read(&scene, "EthereumSepolia").refusal(),
        (400, "execution reverted: no")
    );
}

fn call(scene: &Scene, calldata: &Value) -> crate::support::Answer {
    let abi = json!({
        "type": "function", "name": "balanceOf", "stateMutability": "view",
        "inputs": [{ "name": "account", "type": "address" }], "outputs": [{ "name": "", "type": "uint256" }],
    });
    let body = json!({ "contract": TOKEN, "abi": abi, "calldata": calldata });
    let path = "/networks/EthereumSepolia/call-function";
    scene.service.call("POST", path, &body.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_function_is_called_by_name_and_answers_a_value() {
    let scene = Scene::new().await;
    scene
        .node
        .says("eth_call", &[Say::Yes(json!(format!("0x{:0>64}", "ff")))]);
    assert_eq!(call(&scene, &json!({ "account": SHOP })).body, json!("255"));
    let input = format!("0x70a08231{:0>64}", &SHOP[2..]);
    assert_eq!(scene.node.heard("eth_call")[0][0]["data"], json!(input));
    let refused = call(&scene, &json!({ "account": "0x1" }));
    assert!(
        refused.status == 400 && refused.message().contains("calldata.account"),
        "{refused:?}"
    );
    scene.node.says("eth_call", &[Say::Yes(json!("0x"))]);
    assert_eq!(
        call(&scene, &json!({ "account": SHOP })).status,
        400,
        "there is no such contract"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_node_for_tests_is_told_what_a_wallet_holds_from_now_on() {
    let scene = Scene::new().await;
    scene.node.says("hardhat_setBalance", &[Say::Yes(json!(true))]);
    scene
        .emulator
        .admin()
        .fund(&scene.wallet.parse().unwrap(), 1_u64)
        .await
        .unwrap();
    assert_eq!(
        scene.node.heard("hardhat_setBalance"),
        [json!([scene.address, "0xde0b6b3a7640001"])]
    );
    scene
        .node
        .says("hardhat_setBalance", &[Say::No("the method does not exist")]);
    let refused = scene.emulator.admin().fund(&scene.wallet.parse().unwrap(), 1_u64).await;
    assert!(refused.unwrap_err().to_string().contains("the method does not exist"));
}
