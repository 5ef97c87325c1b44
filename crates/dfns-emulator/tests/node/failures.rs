//! A node that is gone, says no, or says nothing: requests end with a reason, and nobody waits for ever.

use std::time::Duration;

use dfns_emulator::{Emulator, StartError};
use serde_json::json;

use crate::scene::{SHOP, Scene, TOKEN};
use crate::stub::{Node, Say};
use crate::support::Signer;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_to_a_node_that_is_gone_fails_with_the_reason() {
    let scene = Scene::without_node().await;
    let seen = scene.look(&scene.pay());
    let reason = seen["reason"].as_str().unwrap_or_else(|| panic!("{seen}"));
    assert_eq!(seen["status"], "Failed");
    assert!(
        reason.starts_with("the node of EthereumSepolia at 127.0.0.1:") && reason.ends_with("connection refused"),
        "{reason}"
    );
    assert!(!reason.contains("secret"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_only_a_node_that_is_gone_can_tell_is_502_and_all_else_goes_on() {
    let scene = Scene::without_node().await;
    let body = json!({ "kind": "Evm", "network": "EthereumSepolia", "contract": TOKEN, "data": "0x01" }).to_string();
    for answer in [
        scene.get_of_wallet("assets"),
        scene.get_of_wallet("nfts"),
        scene.get("/networks/fees?network=EthereumSepolia"),
        scene.service.call("POST", "/networks/read-contract", &body),
    ] {
        assert_eq!(answer.status, 502, "{answer:?}");
        assert!(answer.message().ends_with("connection refused"), "{answer:?}");
        assert_eq!(answer.body["error"]["status"], 502);
    }
    for path in ["history", "transfers", "transactions"] {
        assert_eq!(scene.get_of_wallet(path).status, 200, "{path}");
    }
    assert_eq!(scene.get("/networks/fees?network=Ethereum").status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_that_the_node_refuses_fails_in_its_words() {
    let scene = Scene::new().await;
    scene.node.says("eth_estimateGas", &[Say::No("insufficient funds")]);
    let seen = scene.look(&scene.pay());
    assert_eq!(
        (&seen["status"], &seen["reason"]),
        (&json!("Failed"), &json!("insufficient funds"))
    );
    scene.node.says("eth_estimateGas", &[Say::Yes(json!("0x5208"))]);
    scene.node.says("eth_sendRawTransaction", &[Say::No("nonce too low")]);
    scene.node.says("eth_getTransactionByHash", &[Say::Yes(json!(null))]);
    let seen = scene.look(&scene.pay());
    assert_eq!(
        (&seen["status"], &seen["reason"]),
        (&json!("Failed"), &json!("nonce too low"))
    );
    assert!(seen.get("txHash").is_none(), "{seen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transaction_that_the_node_has_already_is_broadcast_whatever_it_says() {
    let scene = Scene::new().await;
    scene.node.says("eth_sendRawTransaction", &[Say::No("already known")]);
    assert_eq!(scene.look(&scene.pay())["status"], "Broadcasted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transaction_whose_answer_is_lost_is_sent_again_and_is_the_same() {
    let scene = Scene::new().await;
    scene
        .node
        .says("eth_sendRawTransaction", &[Say::HangUp, Say::Yes(json!("0x00"))]);
    let path = scene.pay();
    assert_eq!(scene.look(&path)["status"], "Executing");
    let abort = scene.service.signed("PUT", &format!("{path}/abort"), "");
    assert_eq!(abort.status, 400, "nobody knows whether it came: {abort:?}");
    assert_eq!(scene.look(&path)["status"], "Broadcasted");
    let sent = scene.node.heard("eth_sendRawTransaction");
    assert!(sent.len() == 2 && sent[0] == sent[1], "{sent:?}");
    assert_eq!(scene.node.heard("eth_getTransactionCount").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_node_that_never_says_anything_holds_nobody_up_for_ever() {
    let scene = Scene::with_limit(Duration::from_millis(100)).await;
    scene.node.says("eth_getBalance", &[Say::Nothing]);
    let refused = scene.get_of_wallet("assets");
    assert!(
        refused.status == 502 && refused.message().ends_with("nothing within 100 ms"),
        "{refused:?}"
    );

    scene.node.says("eth_sendRawTransaction", &[Say::Nothing]);
    let path = scene.pay();
    assert_eq!(
        [scene.look(&path), scene.look(&path)].map(|seen| seen["status"].clone()),
        ["Executing", "Executing"]
    );
    let seen = scene.look(&path);
    assert_eq!(seen["status"], "Failed");
    let reason = seen["reason"].as_str().unwrap();
    assert!(
        reason.contains("whether it took the transaction 0x") && reason.ends_with("is not known"),
        "{reason}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn while_a_node_is_asked_nobody_else_waits() {
    let scene = Scene::new().await;
    scene.node.says("eth_getBalance", &[Say::Nothing]);
    let (service, path) = (scene.service.clone(), format!("/wallets/{}/assets", scene.wallet));
    // It waits until the emulator ends; nobody waits for it.
    std::thread::spawn(move || service.call("GET", &path, ""));
    scene.node.wait_for("eth_getBalance");
    assert_eq!(scene.get("/wallets").status, 200);
    let other = scene
        .service
        .signed("POST", "/wallets", r#"{"network":"Bitcoin"}"#)
        .body;
    let other = other["id"].as_str().unwrap();
    assert_eq!(scene.get(&format!("/wallets/{other}/assets")).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_confirmation_waits_for_better_times_and_not_for_ever_for_what_is_gone() {
    let scene = Scene::new().await;
    let path = scene.pay();
    scene.look(&path);
    for no_answer in [
        Say::HangUp,
        Say::Page,
        Say::No("try again later"),
        Say::Yes(json!({ "status": 7 })),
    ] {
        scene
            .node
            .says("eth_getTransactionReceipt", std::slice::from_ref(&no_answer));
        assert_eq!(scene.look(&path)["status"], "Broadcasted", "{no_answer:?}");
    }
    scene.node.says("eth_getTransactionReceipt", &[Say::Yes(json!(null))]);
    scene.node.says("eth_getTransactionByHash", &[Say::Yes(json!(null))]);
    let seen = scene.look(&path);
    let gone = json!("the node does not know the transaction any more");
    assert_eq!((&seen["status"], &seen["reason"]), (&json!("Failed"), &gone));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_answer_that_is_none_is_no_balance() {
    let scene = Scene::new().await;
    for answer in [Say::Page, Say::Yes(json!("much")), Say::Yes(json!(7)), Say::HangUp] {
        scene.node.says("eth_getBalance", std::slice::from_ref(&answer));
        let refused = scene.get_of_wallet("assets");
        assert!(
            refused.status == 502 && !refused.message().contains("secret"),
            "{answer:?}: {refused:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_the_emulators_ledger_would_do_is_refused_on_a_network_with_a_node() {
    let scene = Scene::new().await;
    let token = json!({ "kind": "Erc20", "contract": TOKEN, "decimals": 6 });
    let faucet = json!({ "walletId": scene.wallet, "amount": "7", "asset": token }).to_string();
    let refused = crate::support::send(&scene.emulator.url(), "POST", "/__admin/faucet", &[], faucet.as_bytes());
    assert!(
        refused.status == 400 && refused.message().contains("has a node"),
        "{refused:?}"
    );
    let sponsored =
        json!({ "kind": "Native", "to": SHOP, "amount": "7", "feeSponsorId": "fs-00000-00000-0000000000000000" });
    let path = format!("/wallets/{}/transfers", scene.wallet);
    let refused = scene.service.signed("POST", &path, &sponsored.to_string());
    assert!(
        refused.status == 400 && refused.message().contains("the node of"),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_page_for_people_says_what_it_cannot_know() {
    let scene = Scene::without_node().await;
    let page = crate::support::send(&scene.emulator.url(), "GET", "/__admin/", &[], b"");
    assert!(
        page.status == 200 && page.body.as_str().unwrap().contains("connection refused"),
        "{page:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_request_of_a_data_file_waits_until_its_network_has_a_node_again() {
    let folder = tempfile::tempdir().unwrap();
    let (file, node) = (folder.path().join("emulator.db"), Node::start());
    let start = || Emulator::builder().data_file(&file);
    let first = start().rpc("EthereumSepolia", &*node.url).start().await.unwrap();
    let service = Signer::service_account(&first);
    let wallet = service
        .signed("POST", "/wallets", r#"{"network":"EthereumSepolia"}"#)
        .body;
    let path = format!("/wallets/{}/transfers", wallet["id"].as_str().unwrap());
    let body = json!({ "kind": "Native", "to": SHOP, "amount": "7" }).to_string();
    let path = format!(
        "{path}/{}",
        service.signed("POST", &path, &body).body["id"].as_str().unwrap()
    );
    first.stop().await.unwrap();
    for (nodes, status) in [
        (&[][..], "Executing"),
        (&["Base"], "Executing"),
        (&["EthereumSepolia"], "Broadcasted"),
    ] {
        let again = nodes
            .iter()
            .fold(start(), |builder, network| builder.rpc(*network, &*node.url));
        let again = again.start().await.unwrap();
        crate::support::advance(&again.url(), 60);
        let seen = Signer::service_account(&again).call("GET", &path, "").body;
        assert_eq!(seen["status"], status, "{seen}");
        again.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_node_that_cannot_be_one_is_refused_at_the_start() {
    let error = Emulator::builder()
        .rpc("Bitcoin", "http://127.0.0.1:1")
        .start()
        .await
        .unwrap_err();
    assert!(matches!(error, StartError::Node { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the node of Bitcoin: only EVM networks can have a node"
    );
}
