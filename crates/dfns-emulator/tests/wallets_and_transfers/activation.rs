//! The activation of wallets, on the networks that must hear of them first.

use serde_json::json;

use crate::scene::{BLOCK, Scene};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wallet_is_active_once_its_activation_is_confirmed() {
    let scene = Scene::new().await;
    for network in ["Canton", "Concordium", "Starknet"] {
        let wallet = scene.new_wallet(network);
        assert_eq!(scene.get(&wallet.path)["status"], "Inactive", "{network}");
        let transfer = json!({ "kind": "Native", "to": wallet.address, "amount": "1" });
        let refused = scene.transfer(&wallet, &transfer);
        assert!(
            refused.status == 400 && refused.message().contains("is Inactive"),
            "{refused:?}"
        );
        if network == "Starknet" {
            scene.fund(&wallet, "1000000000000000");
        }
        let body = scene.activation(network);
        let made = scene.activate(&wallet, &body);
        assert_eq!(made.status, 200, "{network}: {made:?}");
        assert_eq!(
            made.body["requestBody"],
            json!({ "kind": "ActivateAccount", "args": body }),
            "{network}"
        );
        let again = scene.activate(&wallet, &body);
        assert_eq!(again.status, 409, "{network}: {again:?}");
        assert_eq!(again.body["error"]["details"]["transactionId"], made.body["id"]);
        scene.clock.advance(BLOCK);
        assert_eq!(scene.get(&wallet.path)["status"], "Inactive", "{network}");
        scene.clock.advance(BLOCK);
        let path = format!("{}/transactions/{}", wallet.path, made.body["id"].as_str().unwrap());
        let confirmed = scene.get(&path);
        assert_eq!(confirmed["status"], "Confirmed", "{network}: {confirmed}");
        assert_eq!(scene.get(&wallet.path)["status"], "Active", "{network}");
        let refused = scene.activate(&wallet, &body);
        assert!(
            refused.status == 400 && refused.message().contains("is Active"),
            "{refused:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_account_of_starknet_pays_for_its_activation_or_stays_inactive() {
    let scene = Scene::new().await;
    let wallet = scene.new_wallet("StarknetSepolia");
    let made = scene.activate(&wallet, &json!({}));
    scene.clock.advance(2 * BLOCK);
    let path = format!("{}/transactions/{}", wallet.path, made.body["id"].as_str().unwrap());
    assert_eq!(
        scene.get(&path)["reason"],
        "insufficient balance: 1000000000000000 of STRK needed, 0 held"
    );
    assert_eq!(scene.get(&wallet.path)["status"], "Inactive");
    scene.fund(&wallet, "1000000000000007");
    assert_eq!(scene.activate(&wallet, &json!({})).status, 200);
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.get(&wallet.path)["status"], "Active");
    assert_eq!(scene.balance(&wallet), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_party_of_canton_gets_its_name_with_its_validator() {
    let scene = Scene::new().await;
    let wallet = scene.new_wallet("Canton");
    assert!(wallet.address.starts_with("1220"), "{}", wallet.address);
    let faucet = json!({ "walletId": wallet.id, "amount": "1" });
    assert_eq!(scene.faucet(&faucet).status, 400, "nobody hosts it yet");
    let body = scene.activation("Canton");
    scene.activate(&wallet, &body);
    scene.clock.advance(2 * BLOCK);
    let active = scene.get(&wallet.path);
    assert_eq!(active["validatorId"], body["validatorId"]);
    assert!(
        active["address"]
            .as_str()
            .unwrap()
            .ends_with(&format!("::{}", wallet.address))
    );
    assert_eq!(scene.faucet(&faucet).status, 200);
    assert_eq!(scene.balance(&wallet), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_an_activation_lacks_is_said() {
    let scene = Scene::new().await;
    for (network, body, part) in [
        ("Ethereum", json!({}), "wallets on Ethereum need no activation"),
        ("Canton", json!({}), "validatorId: is missing"),
        ("Canton", json!({ "validatorId": "cv-1" }), "validatorId: "),
        ("Concordium", json!({}), "expiry: is missing"),
        (
            "Concordium",
            json!({ "expiry": 1, "unsignedCdiStr": "{}" }),
            "lies in the past",
        ),
        (
            "Concordium",
            json!({ "expiry": 1_800_000_000, "unsignedCdiStr": "no" }),
            "unsignedCdiStr: expected an object in JSON",
        ),
    ] {
        let refused = scene.activate(&scene.new_wallet(network), &body);
        assert!(refused.status == 400 && refused.message().contains(part), "{refused:?}");
    }
}
