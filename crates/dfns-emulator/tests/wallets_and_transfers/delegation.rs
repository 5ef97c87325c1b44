//! What an end user sees and may use.

use serde_json::json;

use crate::people::end_user;
use crate::scene::{BLOCK, Scene};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_delegated_wallet_is_seen_and_used_by_its_end_user_only() {
    let scene = Scene::new().await;
    let (ann, ann_id) = end_user(&scene.emulator, "ann@example.com");
    let (bob, _) = end_user(&scene.emulator, "bob@example.com");
    let own = scene.wallet("Solana");
    let request = json!({ "network": "Solana", "delegateTo": ann_id }).to_string();
    let made = scene.service.signed("POST", "/wallets", &request);
    assert_eq!((made.status, &made.body["custodial"]), (200, &json!(false)), "{made:?}");
    assert_eq!(made.body["signingKey"]["delegatedTo"], ann_id.as_str());
    let path = format!("/wallets/{}", made.body["id"].as_str().unwrap());

    assert_eq!(ann.call("GET", &path, "").body, made.body);
    for (stranger, path) in [(&bob, &path), (&ann, &own.path)] {
        assert_eq!(stranger.call("GET", path, "").refusal(), (404, "wallet not found"));
    }
    let listed = |target: &str| scene.get(target)["items"].as_array().unwrap().len();
    assert_eq!(
        ann.call("GET", "/wallets", "").body["items"].as_array().unwrap().len(),
        1
    );
    assert_eq!(
        bob.call("GET", "/wallets", "").body["items"].as_array().unwrap().len(),
        0
    );
    assert_eq!(listed("/wallets"), 2);
    assert_eq!(listed(&format!("/wallets?owner={ann_id}")), 1);
    assert_eq!(listed("/wallets?owner=ann%40example.com"), 1);
    assert_eq!(listed("/wallets?owner=nobody"), 0);

    let fund = json!({ "walletId": made.body["id"], "amount": "1000000" });
    assert_eq!(scene.faucet(&fund).status, 200);
    let transfer = json!({ "kind": "Native", "to": own.address, "amount": "7" }).to_string();
    let transfers = format!("{path}/transfers");
    assert_eq!(scene.service.signed("POST", &transfers, &transfer).status, 403);
    assert_eq!(ann.signed("POST", &transfers, &transfer).status, 200);
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.balance(&own), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wallet_that_waited_for_it_is_delegated_for_good() {
    let scene = Scene::new().await;
    let (ann, ann_id) = end_user(&scene.emulator, "ann@example.com");
    let request = json!({ "network": "Solana", "delayDelegation": true }).to_string();
    let made = scene.service.signed("POST", "/wallets", &request);
    assert_eq!(made.body["custodial"], true);
    let id = made.body["id"].as_str().unwrap();
    assert_eq!(ann.call("GET", &format!("/wallets/{id}"), "").status, 404);
    let delegate = || {
        let body = json!({ "userId": ann_id }).to_string();
        scene.service.signed("POST", &format!("/wallets/{id}/delegate"), &body)
    };
    let delegated = delegate();
    assert_eq!(
        (delegated.status, delegated.body),
        (200, json!({ "walletId": id, "status": "Delegated" }))
    );
    assert_eq!(ann.call("GET", &format!("/wallets/{id}"), "").body["custodial"], false);
    assert_eq!(delegate().status, 400);
}
