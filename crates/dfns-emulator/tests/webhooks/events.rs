//! What webhooks are told, and how.

use dfns_emulator::Emulator;
use ring::hmac;
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::scene::{BEGINNING, BLOCK, Scene};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_delivery_is_signed_over_its_very_bytes_with_the_whole_secret() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    let wallet = scene.wallet();
    let delivery = receiver.next();
    let key = hmac::Key::new(hmac::HMAC_SHA256, webhook.secret.as_bytes());
    let code = hmac::sign(&key, delivery.body.as_bytes());
    let code = dfns_types::Hex::from_bytes_bare(code);
    assert_eq!(
        delivery.header("x-dfns-webhook-signature"),
        Some(format!("sha256={code}").as_str())
    );
    assert!(
        delivery.head.starts_with("POST /hooks?tenant=7 HTTP/1.1\r\n"),
        "{}",
        delivery.head
    );
    assert_eq!(delivery.header("content-type"), Some("application/json"));
    let event = delivery.json();
    assert_eq!(event["data"]["wallet"]["id"], wallet.as_str());
    assert_eq!(event["date"], "2026-01-02T03:04:05.000Z");
    assert_eq!(event["timestampSent"], BEGINNING);
    assert_eq!(event["deliveryAttempt"], 1);
    assert!(event["id"].as_str().unwrap().starts_with("whe-"));
    assert!(
        delivery.body.starts_with("{\"id\":\"whe-"),
        "in the order of the API: {}",
        delivery.body
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_receiver_that_asks_back_finds_what_it_was_told() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    scene.webhook(&receiver, &["wallet.created"]);
    scene.wallet();
    let told = receiver.next().json()["data"]["wallet"].clone();
    let path = format!("/wallets/{}", told["id"].as_str().unwrap());
    assert_eq!(scene.service.call("GET", &path, "").body, told);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_is_told_step_by_step_in_the_state_of_each() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    scene.webhook(&receiver, &["*"]);
    let wallet = scene.wallet();
    scene.fund(&wallet, "1000000000000000000");
    assert_eq!(
        receiver.kinds(3),
        ["key.created", "wallet.created", "wallet.blockchainevent.detected"]
    );
    let transfer = scene.transfer(&wallet, "5").body;
    let requested = receiver.next().json();
    assert_eq!(requested["kind"], "wallet.transfer.requested");
    assert_eq!(requested["data"]["transferRequest"], transfer);
    scene.pass(BLOCK * 10);
    scene.flush();
    let steps: Vec<Value> = receiver.rest().iter().map(crate::receiver::Delivery::json).collect();
    let told: Vec<(&str, &str)> = steps
        .iter()
        .map(|step| (step["kind"].as_str().unwrap(), step["date"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("wallet.transfer.broadcasted", "2026-01-02T03:04:05.100Z"),
            ("wallet.blockchainevent.detected", "2026-01-02T03:04:05.200Z"),
            ("wallet.transfer.confirmed", "2026-01-02T03:04:05.200Z"),
        ]
    );
    assert_eq!(steps[0]["data"]["transferRequest"]["status"], "Broadcasted");
    assert_eq!(steps[1]["data"]["blockchainEvent"]["direction"], "Out");
    assert_eq!(steps[1]["data"]["blockchainEvent"]["kind"], "NativeTransfer");
    assert_eq!(steps[2]["data"]["transferRequest"]["status"], "Confirmed");
    assert_eq!(steps[2]["data"]["transferRequest"]["id"], transfer["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_that_cannot_be_paid_for_is_told_as_failed() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    scene.webhook(&receiver, &["wallet.transfer.failed"]);
    let wallet = scene.wallet();
    scene.transfer(&wallet, "5");
    scene.pass(BLOCK * 2);
    let failed = receiver.next().json();
    assert_eq!(failed["data"]["transferRequest"]["status"], "Failed");
    assert!(failed["data"]["transferRequest"]["reason"].is_string(), "{failed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wallet_that_has_to_be_activated_is_told_as_activated_once_it_is() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    scene.webhook(&receiver, &["wallet.created", "wallet.activated"]);
    let made = scene
        .service
        .signed("POST", "/wallets", r#"{"network":"Concordium"}"#)
        .body;
    assert_eq!(receiver.next().json()["data"]["wallet"]["status"], "Inactive");
    let path = format!("/wallets/{}/activate", made["id"].as_str().unwrap());
    let body = json!({ "expiry": 1_800_000_000, "unsignedCdiStr": r#"{"credId":"a1"}"# }).to_string();
    assert_eq!(scene.service.signed("POST", &path, &body).status, 200);
    scene.flush();
    assert!(receiver.rest().is_empty(), "it was only asked for");
    scene.pass(BLOCK * 2);
    let activated = receiver.next().json();
    assert_eq!(activated["kind"], "wallet.activated");
    assert_eq!(activated["data"]["wallet"]["id"], made["id"]);
    assert_eq!(activated["data"]["wallet"]["status"], "Active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transaction_that_is_aborted_is_told_as_failed() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    scene.webhook(
        &receiver,
        &["wallet.transaction.requested", "wallet.transaction.failed"],
    );
    let wallet = scene.wallet();
    let body = json!({ "kind": "Evm", "to": format!("0x{:040x}", 0xaa), "value": "1" }).to_string();
    let path = format!("/wallets/{wallet}/transactions");
    let made = scene.service.signed("POST", &path, &body).body;
    let abort = format!("{path}/{}/abort", made["id"].as_str().unwrap());
    assert_eq!(scene.service.signed("PUT", &abort, "").status, 200);
    assert_eq!(
        receiver.next().json()["data"]["transactionRequest"]["status"],
        "Executing"
    );
    assert_eq!(receiver.next().json()["data"]["transactionRequest"]["status"], "Failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_signature_is_told_as_requested_and_as_signed() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    let wallet = scene.wallet();
    scene.webhook(&receiver, &["*"]);
    let body = json!({ "kind": "Message", "message": "0x00" }).to_string();
    let path = format!("/wallets/{wallet}/signatures");
    assert_eq!(scene.service.signed("POST", &path, &body).status, 200);
    let (requested, signed) = (receiver.next().json(), receiver.next().json());
    assert_eq!(requested["kind"], "wallet.signature.requested");
    assert_eq!(requested["data"]["signatureRequest"]["signature"], Value::Null);
    assert_eq!(signed["kind"], "wallet.signature.signed");
    assert_eq!(signed["data"]["signatureRequest"]["status"], "Signed");
    assert!(
        signed["data"]["signatureRequest"]["signature"]["r"].is_string(),
        "{signed}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn tags_and_keys_are_told_when_they_change_and_not_otherwise() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    let wallet = scene.wallet();
    scene.webhook(&receiver, &["wallet.tags.modified", "key.created", "key.deleted"]);
    let tags = format!("/wallets/{wallet}/tags");
    let body = json!({ "tags": ["cold"] }).to_string();
    scene.service.signed("PUT", &tags, &body);
    scene.service.signed("PUT", &tags, &body);
    let made = scene.service.signed(
        "POST",
        "/keys",
        &json!({ "scheme": "EdDSA", "curve": "ed25519" }).to_string(),
    );
    let key = format!("/keys/{}", made.body["id"].as_str().unwrap());
    scene.service.signed("DELETE", &key, "");
    scene.flush();
    let told = receiver.rest();
    let kinds: Vec<Value> = told.iter().map(|delivery| delivery.json()["kind"].clone()).collect();
    assert_eq!(kinds, ["wallet.tags.modified", "key.created", "key.deleted"]);
    assert_eq!(told[0].json()["data"]["wallet"]["tags"], json!(["cold"]));
    assert_eq!(told[2].json()["data"]["key"]["status"], "Archived");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_webhook_is_told_of_the_kinds_it_asked_for() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    let webhook = scene.webhook(&receiver, &["wallet.tags.modified"]);
    scene.wallet();
    scene.update(&webhook, &json!({ "events": ["wallet.created"] }));
    scene.wallet();
    scene.flush();
    let kinds: Vec<Value> = receiver
        .rest()
        .iter()
        .map(|delivery| delivery.json()["kind"].clone())
        .collect();
    assert_eq!(kinds, ["wallet.created"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_clock_that_runs_tells_of_every_step_without_a_request() {
    let emulator = Emulator::builder().block_time(std::time::Duration::from_millis(5));
    let scene = Scene::of(emulator.start().await.unwrap());
    let receiver = Receiver::new();
    let wallet = scene.wallet();
    scene.fund(&wallet, "1000000000000000000");
    scene.webhook(&receiver, &["wallet.transfer.confirmed"]);
    scene.transfer(&wallet, "5");
    assert_eq!(receiver.next().json()["data"]["transferRequest"]["status"], "Confirmed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_not_sent_when_the_emulator_stopped_is_sent_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Emulator::builder().data_file(folder.path().join("data")).start();
    let scene = Scene::of(start().await.unwrap());
    let receiver = Receiver::answering([crate::receiver::Answer::Status(500)]);
    scene.webhook(&receiver, &["wallet.created"]);
    let wallet = scene.wallet();
    scene.flush();
    let first = receiver.next().json();
    scene.emulator.stop().await.unwrap();

    let scene = Scene::of(start().await.unwrap());
    scene.pass(std::time::Duration::from_secs(60));
    let second = receiver.next().json();
    assert_eq!(second["retryOf"], first["id"]);
    assert_eq!(second["data"]["wallet"]["id"], wallet.as_str());
}
