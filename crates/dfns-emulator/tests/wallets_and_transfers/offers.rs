//! Offers on Canton: transfers that the receiver has to accept.

use serde_json::{Value, json};

use crate::scene::{BLOCK, Scene, Wallet};
use crate::support::{Answer, send};

const NETWORK: &str = "Canton";

/// Two wallets on Canton that can be used, one of them with money.
async fn scene() -> (Scene, Wallet, Wallet) {
    let scene = Scene::new().await;
    let (from, to) = (scene.wallet(NETWORK), scene.wallet(NETWORK));
    scene.fund(&from, "1000");
    (scene, from, to)
}

/// Offers 70 to a wallet, and answers the offer.
fn offered(scene: &Scene, from: &Wallet, to: &Wallet, more: &Value) -> Value {
    let mut body = json!({ "kind": "Native", "to": to.address, "amount": "70", "offer": true });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = scene.transfer(from, &body);
    scene.clock.advance(BLOCK * 2);
    assert_eq!(scene.transfer_state(from, &made)["status"], "Confirmed", "{made:?}");
    scene.get(&format!("{}/offers", to.path))["items"][0].clone()
}

fn settle(scene: &Scene, to: &Wallet, offer: &Value, end: &str) -> Answer {
    let path = format!("{}/offers/{}/{end}", to.path, offer["id"].as_str().unwrap());
    scene.service.signed("PUT", &path, "")
}

fn seen(scene: &Scene, to: &Wallet, offer: &Value) -> Value {
    scene.get(&format!("{}/offers/{}", to.path, offer["id"].as_str().unwrap()))
}

fn balances(scene: &Scene, from: &Wallet, to: &Wallet) -> (u128, u128) {
    (scene.balance(from), scene.balance(to))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_offered_is_the_receivers_once_it_is_accepted() {
    let (scene, from, to) = scene().await;
    let offer = offered(&scene, &from, &to, &json!({ "memo": "rent" }));
    assert_eq!(
        (&offer["status"], &offer["value"], &offer["kind"], &offer["memo"]),
        (
            &json!("Pending"),
            &json!("0.000000007"),
            &json!("Native"),
            &json!("rent")
        )
    );
    assert_eq!(
        (&offer["from"], &offer["to"]),
        (&json!(from.address), &json!(to.address))
    );
    assert_eq!(balances(&scene, &from, &to), (930, 0));
    assert!(scene.history(&to, "?direction=In").is_empty());

    let accepted = settle(&scene, &to, &offer, "accept").body;
    assert_eq!(accepted["status"], "Pending", "its transaction is on its way");
    let transaction = accepted["settlementTransactionId"].as_str().unwrap();
    let transaction = scene.get(&format!("{}/transactions/{transaction}", to.path));
    assert_eq!(
        (
            &transaction["requestBody"]["kind"],
            &transaction["requestBody"]["decision"]
        ),
        (&json!("SettleOffer"), &json!("Accept"))
    );
    scene.clock.advance(BLOCK * 2);
    let settled = seen(&scene, &to, &offer);
    assert_eq!(settled["status"], "Accepted");
    assert!(settled["dateSettled"].is_string(), "{settled}");
    assert_eq!(balances(&scene, &from, &to), (930, 70));
    let [received] = &scene.history(&to, "?direction=In")[..] else {
        panic!("one thing was received")
    };
    assert_eq!(
        (&received["direction"], &received["from"]),
        (&json!("In"), &json!(from.address))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_rejected_is_the_senders_again() {
    let (scene, from, to) = scene().await;
    let offer = offered(&scene, &from, &to, &json!({}));
    settle(&scene, &to, &offer, "reject");
    scene.clock.advance(BLOCK * 2);
    assert_eq!(seen(&scene, &to, &offer)["status"], "Rejected");
    assert_eq!(balances(&scene, &from, &to), (1000, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_offer_is_settled_once() {
    let (scene, from, to) = scene().await;
    let offer = offered(&scene, &from, &to, &json!({}));
    assert_eq!(settle(&scene, &to, &offer, "accept").status, 200);
    for end in ["accept", "reject"] {
        assert_eq!(settle(&scene, &to, &offer, end).status, 409, "it is being settled");
    }
    scene.clock.advance(BLOCK * 2);
    for end in ["accept", "reject"] {
        assert_eq!(settle(&scene, &to, &offer, end).status, 400, "it is settled");
    }
    assert_eq!(balances(&scene, &from, &to), (930, 70));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_offer_that_expires_is_the_senders_again_and_cannot_be_accepted() {
    let (scene, from, to) = scene().await;
    let expires_at = json!({ "expiresAt": "2026-01-02T03:05:00.000Z" });
    let (offer, late) = (
        offered(&scene, &from, &to, &expires_at),
        offered(&scene, &from, &to, &expires_at),
    );
    assert_eq!(offer["expiresAt"], expires_at["expiresAt"]);
    let end: dfns_types::Timestamp = "2026-01-02T03:04:59.950Z".parse().unwrap();
    scene.clock.set(end);
    let settlement = settle(&scene, &to, &late, "accept").body["settlementTransactionId"].clone();
    scene.clock.advance(BLOCK * 2);
    for offer in [&offer, &late] {
        assert_eq!(seen(&scene, &to, offer)["status"], "Expired");
    }
    assert_eq!(balances(&scene, &from, &to), (1000, 0));
    let transaction = scene.get(&format!("{}/transactions/{}", to.path, settlement.as_str().unwrap()));
    assert_eq!(transaction["status"], "Failed", "{transaction}");
    assert_eq!(settle(&scene, &to, &offer, "accept").status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_is_offered_like_money() {
    let (scene, from, to) = scene().await;
    let token = json!({ "kind": "Cip56", "instrumentId": "Gold", "instrumentAdmin": from.address });
    let mut described = token.clone();
    described["decimals"] = json!(2);
    described["symbol"] = json!("GLD");
    scene.faucet(&json!({ "walletId": from.id, "amount": "70", "asset": described }));
    let offer = offered(&scene, &from, &to, &token);
    assert_eq!(
        (&offer["kind"], &offer["metadata"]["asset"]["symbol"]),
        (&json!("Cip56"), &json!("GLD"))
    );
    settle(&scene, &to, &offer, "accept");
    scene.clock.advance(BLOCK * 2);
    let held = scene.get(&format!("{}/assets", to.path))["assets"][1].clone();
    assert_eq!(
        (&held["kind"], &held["balance"]),
        (&json!("Cip56"), &json!("70")),
        "{held}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_without_an_offer_arrives_by_itself() {
    let (scene, from, to) = scene().await;
    scene.transfer(&from, &json!({ "kind": "Native", "to": to.address, "amount": "70" }));
    scene.clock.advance(BLOCK * 2);
    assert_eq!(balances(&scene, &from, &to), (930, 70));
    assert_eq!(scene.get(&format!("{}/offers", to.path))["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_offer_elsewhere_or_in_the_past_is_refused() {
    let (scene, from, to) = scene().await;
    let past = json!({
        "kind": "Native", "to": to.address, "amount": "70", "offer": true, "expiresAt": "2026-01-01T00:00:00.000Z",
    });
    let refused = scene.transfer(&from, &past);
    assert_eq!(
        (refused.status, &refused.body["error"]["details"]["field"]),
        (400, &json!("expiresAt")),
        "{refused:?}"
    );
    let stellar = (scene.wallet("Stellar"), scene.wallet("Stellar"));
    let body = json!({ "kind": "Native", "to": stellar.1.address, "amount": "70", "offer": true });
    let refused = scene.transfer(&stellar.0, &body);
    assert_eq!(
        (refused.status, &refused.body["error"]["details"]["field"]),
        (400, &json!("offer")),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_offer_from_outside_is_received_and_taken_back() {
    let (scene, from, to) = scene().await;
    let post = |path: &str, body: &Value| send(&scene.emulator.url(), "POST", path, &[], body.to_string().as_bytes());
    for insider in [&from, &to] {
        let body = json!({ "walletId": to.id, "amount": "5", "from": insider.address });
        assert_eq!(
            post("/__admin/offers", &body).status,
            400,
            "a wallet has to give what it offers"
        );
    }
    let before = scene.balance(&to);
    let offer = post("/__admin/offers", &json!({ "walletId": to.id, "amount": "5" }));
    let id = offer.body["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{offer:?}"))
        .to_owned();
    let withdrawn = post(&format!("/__admin/offers/{id}/withdraw"), &json!({}));
    assert_eq!(withdrawn.body["status"], "Withdrawn", "{withdrawn:?}");
    assert_eq!(post(&format!("/__admin/offers/{id}/withdraw"), &json!({})).status, 400);
    assert_eq!(settle(&scene, &to, &offer.body, "accept").status, 400);
    assert_eq!(scene.balance(&to), before, "what is taken back goes to who offered it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_policy_decides_on_the_settlement_and_the_offer_stays_open_meanwhile() {
    let (scene, from, to) = scene().await;
    let offer = offered(&scene, &from, &to, &json!({}));
    let policy = json!({
        "name": "nobody signs", "activityKind": "Wallets:Sign", "rule": { "kind": "AlwaysTrigger" },
        "action": { "kind": "Block" },
    });
    let policy = scene.service.signed("POST", "/v2/policies", &policy.to_string());
    assert_eq!(policy.status, 200, "{policy:?}");
    let held = settle(&scene, &to, &offer, "accept").body;
    let transaction = held["settlementTransactionId"].as_str().unwrap();
    let transaction = scene.get(&format!("{}/transactions/{transaction}", to.path));
    assert_eq!(
        (&held["status"], &transaction["status"]),
        (&json!("Pending"), &json!("Rejected"))
    );
    scene.service.signed(
        "DELETE",
        &format!("/v2/policies/{}", policy.body["id"].as_str().unwrap()),
        "",
    );
    assert_eq!(
        settle(&scene, &to, &offer, "accept").status,
        200,
        "it can be settled once more"
    );
    scene.clock.advance(BLOCK * 2);
    assert_eq!(seen(&scene, &to, &offer)["status"], "Accepted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wallet_that_takes_everything_accepts_at_once() {
    let (scene, from, to) = scene().await;
    let path = format!("{}/transactions", to.path);
    let approved = scene.service.signed("POST", &path, r#"{"kind":"TransferPreapproval"}"#);
    assert_eq!(approved.status, 200, "{approved:?}");
    scene.clock.advance(BLOCK * 2);
    let offer = offered(&scene, &from, &to, &json!({}));
    assert_eq!(
        (&offer["status"], balances(&scene, &from, &to)),
        (&json!("Accepted"), (930, 70))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_offer_is_settled_by_a_transaction_that_names_it_too() {
    let (scene, from, to) = scene().await;
    let offer = offered(&scene, &from, &to, &json!({}));
    let path = format!("{}/transactions", to.path);
    let body = json!({ "kind": "SettleOffer", "txHash": offer["txHash"], "decision": "Reject" });
    let sent = scene.service.signed("POST", &path, &body.to_string());
    scene.clock.advance(BLOCK * 2);
    let settled = seen(&scene, &to, &offer);
    assert_eq!(
        (&settled["status"], &settled["settlementTransactionId"]),
        (&json!("Rejected"), &sent.body["id"])
    );
    assert_eq!(balances(&scene, &from, &to), (1000, 0));
    assert_eq!(
        scene.service.signed("POST", &path, &body.to_string()).status,
        400,
        "it waits no longer"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn webhooks_are_told_of_offers() {
    let (scene, from, to) = scene().await;
    let body = json!({ "url": "http://127.0.0.1:1/", "events": [
        "wallet.offer.received", "wallet.offer.accepted", "wallet.offer.rejected", "wallet.offer.withdrawn",
    ] });
    let webhook = scene.service.signed("POST", "/webhooks", &body.to_string()).body["id"].clone();
    for end in ["accept", "reject", "withdraw"] {
        let offer = offered(&scene, &from, &to, &json!({}));
        if end == "withdraw" {
            let path = format!("/__admin/offers/{}/withdraw", offer["id"].as_str().unwrap());
            send(&scene.emulator.url(), "POST", &path, &[], b"{}");
        } else {
            settle(&scene, &to, &offer, end);
        }
        scene.clock.advance(BLOCK * 2);
    }
    scene.emulator.admin().flush_webhooks().await.unwrap();
    let events = scene.get(&format!("/webhooks/{}/events?limit=100", webhook.as_str().unwrap()));
    let mut kinds: Vec<&str> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    let received = "wallet.offer.received";
    assert_eq!(
        kinds,
        [
            "wallet.offer.accepted",
            received,
            received,
            received,
            "wallet.offer.rejected",
            "wallet.offer.withdrawn"
        ]
    );
    let accepted = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|event| event["kind"] == "wallet.offer.accepted")
        .unwrap();
    assert_eq!(accepted["data"]["offer"]["status"], "Accepted");
}
