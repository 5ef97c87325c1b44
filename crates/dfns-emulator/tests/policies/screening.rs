//! Policies that ask others: Chainalysis, Global Ledger, the travel rule; and what they tell.

use std::time::Duration;

use serde_json::{Value, json};

use crate::scene::{Scene, Wallet};
use crate::scenery::{ETHER, RECEIVER, anybody, ask, decide, signing, text};

fn fallback(failure: &str) -> Value {
    let mut fallback = json!({
        "skipUnscreenableTransaction": true, "skipUnsupportedNetwork": true, "skipUnsupportedAsset": true,
    });
    fallback[failure] = json!(false);
    fallback
}

fn chainalysis(kind: &str) -> Value {
    json!({ "kind": kind, "configuration": {
        "alerts": { "alertLevel": "HIGH", "categoryIds": [] },
        "exposures": { "direct": { "categoryIds": [5] } },
        "addresses": { "categoryIds": [7] },
        "fallbackBehaviours": fallback("skipChainalysisFailure"),
    } })
}

fn status(scene: &Scene, wallet: &Wallet) -> Value {
    scene.pay(wallet, "1").body["status"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn chainalysis_stops_a_transfer_to_whom_it_suspects() {
    let scene = Scene::new().await;
    scene.policy(&signing(
        &chainalysis("ChainalysisTransactionPrescreening"),
        &json!({ "kind": "Block" }),
    ));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let suspect = |said: Value| {
        let set = scene.admin("PUT", "/screening/chainalysis", &said);
        assert_eq!(set.status, 200, "{set:?}");
        status(&scene, &wallet)
    };
    assert_eq!(status(&scene, &wallet), "Executing");
    assert_eq!(
        suspect(json!({ "address": RECEIVER, "alerts": [{ "level": "SEVERE" }] })),
        "Rejected"
    );
    assert_eq!(
        suspect(json!({ "address": RECEIVER, "alerts": [{ "level": "LOW" }] })),
        "Executing"
    );
    assert_eq!(suspect(json!({ "address": RECEIVER, "exposures": [5] })), "Rejected");
    assert_eq!(
        suspect(json!({ "address": RECEIVER, "identifications": [7] })),
        "Rejected"
    );
    assert_eq!(suspect(json!({ "address": RECEIVER })), "Executing");
    let down = json!({ "isDown": true });
    scene.admin("PUT", "/screening/providers/Chainalysis", &down);
    assert_eq!(status(&scene, &wallet), "Rejected", "it must not fail");
    scene.admin(
        "PUT",
        "/screening/providers/Chainalysis",
        &json!({ "unsupportedNetworks": ["EthereumSepolia"] }),
    );
    assert_eq!(status(&scene, &wallet), "Executing", "the network may be unknown");
    assert_eq!(scene.admin("PUT", "/screening/providers/Nobody", &down).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn everybody_whom_a_transaction_pays_is_screened() {
    let scene = Scene::new().await;
    scene.policy(&signing(
        &chainalysis("ChainalysisTransactionPrescreening"),
        &json!({ "kind": "Block" }),
    ));
    let (wallet, paying) = (
        scene.funded("EthereumSepolia", ETHER),
        scene.funded("EthereumSepolia", ETHER),
    );
    let sponsor = json!({ "walletId": paying.id, "name": "gas" }).to_string();
    let sponsor = scene.service.signed("POST", "/fee-sponsors", &sponsor).body["id"].clone();
    let to = |address: &str, data: &str| json!({ "to": address, "value": "1", "data": data });
    let other = "0x00000000000000000000000000000000000000aa";
    let status = |operations: &[Value]| {
        let body = json!({ "kind": "UserOperations", "feeSponsorId": sponsor, "userOperations": operations });
        let path = format!("{}/transactions", wallet.path);
        scene.service.signed("POST", &path, &body.to_string()).body["status"].clone()
    };
    let two = [to(other, "0x"), to(RECEIVER, "0x")];
    let with_a_call = [to(RECEIVER, "0x"), to(other, "0x01020304")];
    assert_eq!(
        (status(&two), status(&with_a_call)),
        (json!("Executing"), json!("Executing"))
    );
    let suspect = json!({ "address": RECEIVER, "alerts": [{ "level": "SEVERE" }] });
    scene.admin("PUT", "/screening/chainalysis", &suspect);
    assert_eq!(
        (status(&two), status(&with_a_call)),
        (json!("Rejected"), json!("Rejected"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn global_ledger_stops_a_transfer_to_whom_it_scores_high() {
    let scene = Scene::new().await;
    let rule = json!({ "kind": "GlobalLedgerTransactionPrescreening", "configuration": {
        "riskScoreThreshold": 70, "fallbackBehaviours": fallback("skipGlobalLedgerFailure"),
    } });
    scene.policy(&signing(&rule, &json!({ "kind": "Block" })));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let score = |score: f64| {
        let said = json!({ "address": RECEIVER, "riskScore": score });
        scene.admin("PUT", "/screening/global-ledger", &said);
        status(&scene, &wallet)
    };
    assert_eq!([score(69.0), score(70.0)], ["Executing", "Rejected"]);
    let wrong = json!({ "address": RECEIVER, "riskScore": 101 });
    assert_eq!(scene.admin("PUT", "/screening/global-ledger", &wrong).status, 400);
}

fn travel_rule(scene: &Scene, action: &Value) {
    let configuration = json!({ "vendor": "Notabene", "autoTriggerTimeoutSeconds": 60 });
    let rule = json!({ "kind": "TravelRuleTransactionPrescreening", "configuration": configuration });
    scene.policy(&signing(&rule, action));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_waits_for_its_travel_rule_message_and_goes_on_once_that_is_cleared() {
    let scene = Scene::new().await;
    travel_rule(&scene, &json!({ "kind": "Block" }));
    let said = json!({ "address": RECEIVER, "clearedAfterSeconds": 30 });
    scene.admin("PUT", "/screening/travel-rule", &said);
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "1");
    assert_eq!(
        (&made.body["status"], made.body.get("approvalId")),
        (&json!("Pending"), None)
    );
    scene.clock.advance(Duration::from_millis(29_999));
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Pending");
    scene.clock.advance(Duration::from_millis(1));
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Executing");
    scene.pass_blocks(2);
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Confirmed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_travel_rule_message_that_nobody_clears_leads_to_what_the_policy_says() {
    let scene = Scene::new().await;
    travel_rule(&scene, &ask(&[anybody()]));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let employee = scene.employee();
    let made = scene.pay(&wallet, "1");
    scene.clock.advance(Duration::from_secs(61));
    let waiting = scene.transfer_state(&wallet, &made);
    assert_eq!(waiting["status"], "Pending");
    let approval = waiting["approvalId"].as_str().unwrap();
    let shown = scene.approval(approval);
    assert_eq!(shown["dateCreated"], "2026-01-02T03:05:05.000Z", "when it was known");
    assert_eq!(shown["initiatorId"], scene.emulator.service_account_id());
    decide(&employee, approval, "Approved");
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Executing");

    let scene = Scene::new().await;
    travel_rule(&scene, &json!({ "kind": "Block" }));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "1");
    scene.clock.advance(Duration::from_secs(61));
    let refused = scene.transfer_state(&wallet, &made);
    assert_eq!(refused["status"], "Rejected");
    assert_eq!(refused["datePolicyResolved"], "2026-01-02T03:05:05.000Z");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn incoming_funds_of_a_suspect_are_told_of_and_kept() {
    let scene = Scene::new().await;
    let policy = scene.policy(&json!({
        "name": "incoming", "activityKind": "Wallets:IncomingTransaction", "action": { "kind": "NoAction" },
        "rule": chainalysis("ChainalysisTransactionScreening"),
    }));
    let (from, to) = (scene.funded("EthereumSepolia", ETHER), scene.wallet("EthereumSepolia"));
    let pay = || {
        scene.transfer(&from, &json!({ "kind": "Native", "to": to.address, "amount": "5" }));
        scene.pass_blocks(2);
        scene.admin("GET", "/policy-evaluations", &json!(null)).body["items"].clone()
    };
    assert_eq!(pay(), json!([]), "nobody is suspected yet");
    let said = json!({ "address": from.address, "exposures": [5] });
    scene.admin("PUT", "/screening/chainalysis", &said);
    let told = pay()[0].clone();
    assert_eq!(
        (&told["policy"]["id"], &told["triggered"]),
        (&json!(policy), &json!(true))
    );
    assert_eq!(told["activity"]["kind"], "Wallets:IncomingTransaction");
    assert_eq!(told["activity"]["blockchainEvent"]["from"], from.address.as_str());
    assert_eq!(scene.balance(&to), 10, "nothing is held back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_policy_that_triggers_is_told_of_with_what_it_looked_at() {
    let scene = Scene::new().await;
    let rule = json!({ "kind": "TransactionAmountLimit", "configuration": { "limit": 1, "currency": "USD" } });
    scene.policy(&signing(&rule, &ask(&[anybody()])));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "400000000000000000");
    let told = scene.admin("GET", "/policy-evaluations", &json!(null)).body["items"][0].clone();
    assert_eq!(told["reason"], "Transfer amount (USD 1000) is above limit (USD 1).");
    assert_eq!(
        told["context"]["transactionAmount"],
        json!({ "value": 1000.0, "currency": "USD" })
    );
    assert_eq!(told["activity"]["transferRequest"]["id"], text(&made, "id"));
    assert_eq!(
        told["activity"]["transferRequest"]["approvalId"],
        made.body["approvalId"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_key_for_travel_rule_messages_is_an_rsa_key() {
    let scene = Scene::new().await;
    let key = scene.get("/v2/policies/travel-rule/sumsub/public-key");
    assert_eq!((&key["kty"], &key["e"]), (&json!("RSA"), &json!("AQAB")));
    assert_eq!(key["n"].as_str().unwrap().len(), 342, "2048 bits in base64url");
}
