//! What can be asked of networks: contracts, transactions that were missed, validators.

use serde_json::{Value, json};

use crate::scene::{BLOCK, Scene};
use crate::support::{Answer, advance, send};

const CONTRACT: &str = "0xAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAa";

fn tell(scene: &Scene, answer: &Value) -> Answer {
    send(
        &scene.emulator.url(),
        "POST",
        "/__admin/contracts",
        &[],
        answer.to_string().as_bytes(),
    )
}

fn read(scene: &Scene, data: &str) -> Answer {
    let body =
        json!({ "kind": "Evm", "network": "EthereumSepolia", "contract": CONTRACT.to_lowercase(), "data": data });
    scene.service.call("POST", "/networks/read-contract", &body.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_contract_answers_what_the_emulator_was_told() {
    let scene = Scene::new().await;
    let told = |data: &str, result: &str| {
        tell(
            &scene,
            &json!({ "network": "EthereumSepolia", "contract": CONTRACT, "data": data, "result": result }),
        )
    };
    let contract = CONTRACT.to_lowercase();
    assert_eq!(
        tell(
            &scene,
            &json!({ "network": "EthereumSepolia", "contract": contract, "data": "0x18160ddd", "result": "0x2a" })
        )
        .status,
        200
    );
    assert_eq!(
        read(&scene, "0x18160DDD").body,
        json!({ "kind": "Evm", "data": "0x2a" })
    );
    assert_eq!(
        read(&scene, "0x18160ddd00ff").body["data"],
        "0x2a",
        "by its first four bytes"
    );
    let reverted = read(&scene, "0x70a08231");
    assert!(
        reverted.status == 400 && reverted.message().starts_with("execution reverted"),
        "{reverted:?}"
    );
    assert_eq!(told("0x70a08231", "forty-two").status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_function_answers_decoded_and_wants_its_arguments() {
    let scene = Scene::new().await;
    let contract = CONTRACT.to_lowercase();
    let told =
        json!({ "network": "Base", "contract": contract, "function": "balanceOf", "result": "1000000000000000000000" });
    assert_eq!(tell(&scene, &told).status, 200);
    let call = |calldata: Value, mutability: &str| {
        let abi = json!({
            "type": "function", "name": "balanceOf", "stateMutability": mutability,
            "inputs": [{ "name": "owner", "type": "address" }], "outputs": [{ "name": "", "type": "uint256" }],
        });
        let body = json!({ "contract": contract, "abi": abi, "calldata": calldata }).to_string();
        scene.service.call("POST", "/networks/Base/call-function", &body)
    };
    assert_eq!(
        call(json!({ "owner": contract }), "view").body,
        json!("1000000000000000000000")
    );
    assert_eq!(call(json!({}), "view").refusal(), (400, "calldata.owner: missing"));
    assert_eq!(call(json!({ "owner": contract }), "payable").status, 400);
    let elsewhere = scene.service.call("POST", "/networks/Solana/call-function", &json!({
        "contract": contract, "abi": { "type": "function", "name": "f", "stateMutability": "view", "inputs": [], "outputs": [] },
    }).to_string());
    assert_eq!(elsewhere.refusal(), (400, "network: \"Solana\" is no EVM network"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_known_transaction_is_looked_at_again_ten_times_in_ten_minutes() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    scene.fund(&sender, "1000000000000000000");
    let made = scene.transfer(
        &sender,
        &json!({ "kind": "Native", "to": receiver.address, "amount": "1" }),
    );
    scene.clock.advance(2 * BLOCK);
    let hash = scene.transfer_state(&sender, &made)["txHash"].clone();
    let reindex = |hash: &Value| {
        let body = json!({ "txHash": hash }).to_string();
        scene
            .service
            .signed("POST", "/networks/Ethereum/transactions/reindex", &body)
    };
    for _ in 0..10 {
        assert_eq!(reindex(&hash).body, json!({ "success": true }));
    }
    assert_eq!(reindex(&hash).status, 429);
    advance(&scene.emulator.url(), 600);
    assert_eq!(reindex(&json!("0x00")).refusal(), (404, "transaction not found"));
    assert_eq!(reindex(&hash).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn validators_of_canton_are_kept_by_network_and_never_show_their_secrets() {
    let scene = Scene::new().await;
    let oauth2 =
        json!({ "domain": "https://id.example", "audience": "ledger", "clientId": "c", "clientSecret": "hush" });
    let endpoint = json!({ "url": "https://validator.example", "oauth2": oauth2 });
    let custom = json!({ "kind": "Custom", "name": "ours", "validator": endpoint, "ledger": endpoint }).to_string();
    let made = scene
        .service
        .signed("POST", "/networks/canton-testnet/validators", &custom);
    assert_eq!(
        (made.status, &made.body["network"]),
        (200, &json!("CantonTestnet")),
        "{made:?}"
    );
    assert!(!made.body.to_string().contains("hush"));
    let shared = scene
        .service
        .signed("POST", "/networks/canton/validators", r#"{"kind":"Shared"}"#);
    assert_eq!(shared.body["kind"], "Shared", "{shared:?}");
    let list = scene.get("/networks/canton-testnet/validators");
    assert_eq!(list["items"], json!([made.body]));

    let path = format!(
        "/networks/canton-testnet/validators/{}",
        made.body["id"].as_str().unwrap()
    );
    let renamed = scene.service.signed("PUT", &path, r#"{"name":"theirs"}"#);
    assert_eq!(renamed.body["name"], "theirs");
    assert_eq!(scene.get(&path), renamed.body);
    let elsewhere = path.replace("canton-testnet", "canton");
    assert_eq!(
        scene.service.call("GET", &elsewhere, "").refusal(),
        (404, "validator not found")
    );
    let wrong = json!({ "validator": { "url": "validator", "oauth2": oauth2 } }).to_string();
    assert_eq!(
        scene.service.signed("PUT", &path, &wrong).refusal(),
        (400, "validator.url: expected a URL")
    );
    assert_eq!(scene.service.signed("DELETE", &path, "").body, renamed.body);
    assert_eq!(scene.service.call("GET", &path, "").status, 404);
    assert_eq!(
        scene.service.call("GET", "/networks/ethereum/validators", "").status,
        400
    );
}
