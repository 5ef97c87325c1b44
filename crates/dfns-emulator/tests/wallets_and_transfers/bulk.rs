//! Many wallets at once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::scene::{BLOCK, Scene};
use crate::support::Answer;

fn begin(scene: &Scene, body: &Value) -> Answer {
    scene.service.signed("POST", "/wallets/bulk-create", &body.to_string())
}

/// A job that begins, and its path.
fn begun(scene: &Scene, network: &str, count: i32) -> String {
    let made = begin(
        scene,
        &json!({ "network": network, "count": count, "name": "customer", "tags": ["new"] }),
    );
    assert_eq!(made.body["status"], "Pending", "{made:?}");
    format!("/wallets/bulk-create/{}", made.body["id"].as_str().unwrap())
}

fn progress(job: &Value) -> (&str, i64) {
    (job["status"].as_str().unwrap(), job["completedCount"].as_i64().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_job_creates_its_wallets_block_by_block_from_one_master_key() {
    let scene = Scene::new().await;
    let path = begun(&scene, "EthereumSepolia", 45);
    assert_eq!(progress(&scene.get(&path)), ("Pending", 0));
    let mut seen = Vec::new();
    for _ in 0..4 {
        scene.clock.advance(BLOCK);
        let job = scene.get(&path);
        let (status, count) = progress(&job);
        seen.push((status.to_owned(), count));
    }
    let expected = [
        ("InProgress", 0),
        ("InProgress", 20),
        ("InProgress", 40),
        ("Completed", 45),
    ];
    assert_eq!(seen, expected.map(|(status, count)| (status.to_owned(), count)));
    let job = scene.get(&path);
    assert!(job["dateCompleted"].is_string() && job.get("reason").is_none(), "{job}");

    let wallets = scene.get(&format!("{path}/wallets?limit=100"))["items"]
        .as_array()
        .unwrap()
        .clone();
    let addresses: BTreeSet<&str> = wallets
        .iter()
        .map(|wallet| wallet["address"].as_str().unwrap())
        .collect();
    assert_eq!((wallets.len(), addresses.len()), (45, 45));
    assert_eq!(
        (&wallets[44]["name"], &wallets[44]["tags"]),
        (&json!("customer 1"), &json!(["new"]))
    );
    assert_eq!(scene.get("/wallets?limit=500")["items"].as_array().unwrap().len(), 45);
    let master = scene.get(&format!("/keys/{}", job["masterKeyId"].as_str().unwrap()));
    assert_eq!(master["masterKey"], true);
    let key = scene.get(&format!("/keys/{}", wallets[44]["signingKey"]["id"].as_str().unwrap()));
    assert_eq!(
        key["derivedFrom"],
        json!({ "keyId": master["id"], "path": "m/44'/60'/0'/0/0" })
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_becomes_of_a_job_does_not_depend_on_who_looks_when() {
    let (often, once) = (Scene::new().await, Scene::new().await);
    let (path, same) = (begun(&often, "SolanaDevnet", 25), begun(&once, "SolanaDevnet", 25));
    for _ in 0..3 {
        often.clock.advance(BLOCK);
        often.get(&path);
    }
    once.clock.advance(BLOCK * 3);
    assert_eq!(often.get(&path), once.get(&same));
    assert_eq!(
        often.get(&format!("{path}/wallets"))["items"],
        once.get(&format!("{same}/wallets"))["items"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn wallets_of_a_job_are_wallets_like_any_other() {
    let scene = Scene::new().await;
    let path = begun(&scene, "TronNile", 1);
    scene.clock.advance(BLOCK * 2);
    let wallet = scene.get(&format!("{path}/wallets"))["items"][0].clone();
    let wallet = crate::scene::Wallet {
        id: wallet["id"].as_str().unwrap().to_owned(),
        path: format!("/wallets/{}", wallet["id"].as_str().unwrap()),
        address: wallet["address"].as_str().unwrap().to_owned(),
    };
    scene.fund(&wallet, "100000000");
    let other = scene.wallet("TronNile");
    let made = scene.transfer(
        &wallet,
        &json!({ "kind": "Native", "to": other.address, "amount": "5" }),
    );
    scene.clock.advance(BLOCK * 2);
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Confirmed");
    assert_eq!(scene.balance(&other), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_job_ends_with_its_master_key() {
    let scene = Scene::new().await;
    for (blocks, status) in [(1, "Failed"), (2, "PartiallyCompleted")] {
        let path = begun(&scene, "Base", 45);
        scene.clock.advance(BLOCK * blocks);
        let master = scene.get(&path)["masterKeyId"].as_str().unwrap().to_owned();
        assert_eq!(
            scene.service.signed("DELETE", &format!("/keys/{master}"), "").status,
            200
        );
        scene.clock.advance(BLOCK * 9);
        let job = scene.get(&path);
        assert_eq!(job["status"], status);
        assert!(job["reason"].as_str().unwrap().contains(&master), "{job}");
        assert!(job.get("dateCompleted").is_none(), "{job}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn jobs_are_listed_newest_first_and_by_status() {
    let scene = Scene::new().await;
    let first = begun(&scene, "Bsc", 1);
    scene.clock.advance(BLOCK * 2);
    let second = begun(&scene, "Bsc", 1);
    let ids = |query: &str| -> Vec<String> {
        let items = scene.get(&format!("/wallets/bulk-create{query}"))["items"]
            .as_array()
            .unwrap()
            .clone();
        items
            .iter()
            .map(|job| format!("/wallets/bulk-create/{}", job["id"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(ids(""), [second.clone(), first.clone()]);
    assert_eq!(ids("?status=Completed"), [first]);
    assert_eq!(ids("?status=Pending"), [second]);
    assert_eq!(
        scene.service.call("GET", "/wallets/bulk-create?status=Lost", "").status,
        400
    );
    assert_eq!(
        scene
            .service
            .call("GET", "/wallets/bulk-create/bwj-00000-00000-0000000000000000", "")
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_job_that_cannot_be_done_is_refused_with_the_field() {
    let scene = Scene::new().await;
    let good = json!({ "network": "Ethereum", "count": 1, "name": "customer" });
    for (field, value) in [
        ("network", json!("Bitcoin")),
        ("network", json!("EthereumHolesky")),
        ("count", json!(0)),
        ("count", json!(10_001)),
        ("name", json!("")),
        ("keystoreId", json!("ks-00000-00000-0000000000000000")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let refused = begin(&scene, &body);
        assert_eq!(
            (refused.status, &refused.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{refused:?}"
        );
    }
    assert_eq!(scene.get("/wallets/bulk-create")["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn webhooks_are_told_of_every_key_and_wallet() {
    let scene = Scene::new().await;
    let body = json!({ "url": "http://127.0.0.1:1/", "events": ["wallet.created", "key.created"] });
    let webhook = scene.service.signed("POST", "/webhooks", &body.to_string()).body["id"].clone();
    begun(&scene, "Optimism", 3);
    scene.clock.advance(BLOCK * 2);
    scene.emulator.admin().flush_webhooks().await.unwrap();
    let events = scene.get(&format!("/webhooks/{}/events?limit=100", webhook.as_str().unwrap()));
    let kinds: Vec<&str> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    let count = |kind: &str| kinds.iter().filter(|found| **found == kind).count();
    assert_eq!((count("key.created"), count("wallet.created")), (4, 3), "{kinds:?}");
}
