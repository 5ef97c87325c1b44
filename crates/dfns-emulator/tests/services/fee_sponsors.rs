//! Fee sponsors: who may be one, who may use one, and whose money pays.

use serde_json::{Value, json};

use crate::people;
use crate::scene::{BLOCK, Scene, Wallet};
use crate::support::Answer;

const ETHER: u128 = 1_000_000_000_000_000_000;

fn sponsor(scene: &Scene, wallet: &Wallet, more: &Value) -> Answer {
    let mut body = json!({ "walletId": wallet.id });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    scene.service.signed("POST", "/fee-sponsors", &body.to_string())
}

fn id(answer: &Answer) -> String {
    answer.body["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer:?}"))
        .to_owned()
}

/// A sponsor with money, a wallet with exactly what it sends, and somebody who is paid.
fn sponsored(scene: &Scene) -> (Wallet, String, Wallet, Wallet) {
    let paying = scene.wallet("EthereumSepolia");
    let (sender, receiver) = (scene.wallet("EthereumSepolia"), scene.wallet("EthereumSepolia"));
    scene.fund(&paying, &ETHER.to_string());
    scene.fund(&sender, "1000");
    let sponsor = id(&sponsor(scene, &paying, &json!({ "name": "gas" })));
    (paying, sponsor, sender, receiver)
}

fn send(scene: &Scene, from: &Wallet, to: &Wallet, sponsor: &str) -> Answer {
    let body = json!({ "kind": "Native", "to": to.address, "amount": "1000", "feeSponsorId": sponsor });
    scene.transfer(from, &body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_sponsor_pays_the_fee_and_the_wallet_pays_the_amount() {
    let scene = Scene::new().await;
    let (paying, sponsor, sender, receiver) = sponsored(&scene);
    let made = send(&scene, &sender, &receiver, &sponsor);
    assert_eq!(
        (made.status, &made.body["feeSponsorId"]),
        (200, &json!(sponsor)),
        "{made:?}"
    );
    scene.clock.advance(2 * BLOCK);
    let confirmed = scene.transfer_state(&sender, &made);
    assert_eq!(confirmed["status"], "Confirmed", "{confirmed}");
    let fee: u128 = confirmed["fee"].as_str().unwrap().parse().unwrap();
    assert!(fee > 0);
    assert_eq!(scene.balance(&sender), 0);
    assert_eq!(scene.balance(&receiver), 1_000);
    assert_eq!(scene.balance(&paying), ETHER - fee);
    assert_eq!(scene.history(&sender, "?direction=Out")[0]["fee"], fee.to_string());
    let fees = scene.get(&format!("/fee-sponsors/{sponsor}/fees"));
    assert_eq!(
        fees["items"],
        json!([{
            "feeSponsorId": sponsor, "sponsoreeId": sender.id, "requestId": made.body["id"], "fee": fee.to_string(),
            "dateRequested": made.body["dateRequested"], "dateConfirmed": confirmed["dateConfirmed"],
        }])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_fails_whole_when_its_sponsor_cannot_pay() {
    let scene = Scene::new().await;
    let (paying, sponsor, sender, receiver) = sponsored(&scene);
    let drain = scene.transfer(
        &paying,
        &json!({ "kind": "Native", "to": receiver.address, "amount": (ETHER - 50_000_000_000_000_000).to_string() }),
    );
    assert_eq!(drain.status, 200, "{drain:?}");
    scene.clock.advance(2 * BLOCK);
    // The rest is taken away by a second transfer that leaves less than a fee.
    let rest = scene.balance(&paying);
    let fee: u128 = scene.transfer_state(&paying, &drain)["fee"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let last = scene.transfer(
        &paying,
        &json!({ "kind": "Native", "to": receiver.address, "amount": (rest - fee).to_string() }),
    );
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.transfer_state(&paying, &last)["status"], "Confirmed");
    let made = send(&scene, &sender, &receiver, &sponsor);
    scene.clock.advance(2 * BLOCK);
    let failed = scene.transfer_state(&sender, &made);
    assert_eq!(failed["status"], "Failed");
    assert!(
        failed["reason"].as_str().unwrap().starts_with("insufficient balance"),
        "{failed}"
    );
    assert_eq!(scene.balance(&sender), 1_000, "the amount stays where it was");
    assert_eq!(scene.get(&format!("/fee-sponsors/{sponsor}/fees"))["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_an_active_sponsor_can_be_used_and_an_archived_one_stays_archived() {
    let scene = Scene::new().await;
    let (_, sponsor, sender, receiver) = sponsored(&scene);
    let path = format!("/fee-sponsors/{sponsor}");
    let put = |what: &str| scene.service.signed("PUT", &format!("{path}/{what}"), "");
    assert_eq!(put("deactivate").body["status"], "Deactivated");
    let refused = send(&scene, &sender, &receiver, &sponsor);
    assert_eq!(
        refused.refusal(),
        (
            400,
            format!("feeSponsorId: fee sponsor {sponsor} is Deactivated").as_str()
        )
    );
    assert_eq!(put("activate").body["status"], "Active");
    assert_eq!(send(&scene, &sender, &receiver, &sponsor).status, 200);
    assert_eq!(scene.service.signed("DELETE", &path, "").body["status"], "Archived");
    for what in ["activate", "deactivate"] {
        assert_eq!(put(what).status, 400, "{what}");
    }
    assert_eq!(scene.get(&path)["status"], "Archived");
    assert_eq!(scene.get("/fee-sponsors")["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_sponsor_pays_on_its_own_network_only_and_never_for_itself() {
    let scene = Scene::new().await;
    let (paying, sponsor, ..) = sponsored(&scene);
    let (elsewhere, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    let refused = send(&scene, &elsewhere, &receiver, &sponsor);
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains("pays on EthereumSepolia"), "{refused:?}");
    let itself = send(&scene, &paying, &paying, &sponsor);
    assert_eq!(
        (itself.status, itself.message().contains("cannot sponsor itself")),
        (400, true)
    );
    let unknown = send(&scene, &elsewhere, &receiver, "fs-00000-00000-00000000000000");
    assert_eq!(unknown.refusal(), (404, "fee sponsor not found"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wallet_on_a_network_without_sponsored_fees_is_no_sponsor() {
    let scene = Scene::new().await;
    let refused = sponsor(&scene, &scene.wallet("BitcoinSignet"), &json!({}));
    assert_eq!(refused.status, 400);
    assert!(refused.message().starts_with("walletId: "), "{refused:?}");
    let long = sponsor(&scene, &scene.wallet("Solana"), &json!({ "name": "n".repeat(51) }));
    assert_eq!(long.refusal().0, 400);
    let missing = json!({ "walletId": "wa-00000-00000-00000000000000" }).to_string();
    assert_eq!(
        scene.service.signed("POST", "/fee-sponsors", &missing).refusal(),
        (404, "wallet not found")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_end_user_uses_a_sponsor_only_if_it_is_open_to_end_users() {
    let scene = Scene::new().await;
    let paying = scene.wallet("EthereumSepolia");
    scene.fund(&paying, &ETHER.to_string());
    let (closed, open) = (
        id(&sponsor(&scene, &paying, &json!({}))),
        id(&sponsor(&scene, &paying, &json!({ "allowEndUser": true }))),
    );
    let (user, user_id) = people::end_user(&scene.emulator, "ada@example.com");
    let own = scene.service.signed(
        "POST",
        "/wallets",
        &json!({ "network": "EthereumSepolia", "delegateTo": user_id }).to_string(),
    );
    let own = Wallet {
        id: id(&own),
        path: format!("/wallets/{}", id(&own)),
        address: own.body["address"].as_str().unwrap().to_owned(),
    };
    scene.fund(&own, "2000");
    let body = |sponsor: &str| {
        json!({ "kind": "Native", "to": paying.address, "amount": "1000", "feeSponsorId": sponsor }).to_string()
    };
    let path = format!("{}/transfers", own.path);
    let refused = user.signed("POST", &path, &body(&closed));
    assert_eq!(refused.status, 401, "{refused:?}");
    let taken = user.signed("POST", &path, &body(&open));
    assert_eq!(taken.status, 200, "{taken:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_policy_about_the_wallet_of_a_sponsor_looks_at_whatever_that_pays_for() {
    let scene = Scene::new().await;
    let (paying, sponsor, sender, receiver) = sponsored(&scene);
    scene.fund(&sender, "9000");
    let policy = |rule: Value| {
        let body = json!({
            "name": "gas", "activityKind": "Wallets:Sign", "rule": rule, "action": { "kind": "Block" },
            "filters": { "walletId": { "in": [paying.id] } },
        });
        let made = scene.service.signed("POST", "/v2/policies", &body.to_string());
        assert_eq!(made.status, 200, "{made:?}");
        format!("/v2/policies/{}", id(&made))
    };
    let count = policy(json!({ "kind": "TransactionCountVelocity", "configuration": { "limit": 1, "timeframe": 5 } }));
    assert_eq!(send(&scene, &sender, &receiver, &sponsor).body["status"], "Executing");
    let second = send(&scene, &sender, &receiver, &sponsor);
    assert_eq!(second.body["status"], "Rejected", "{second:?}");
    let own = json!({ "kind": "Native", "to": receiver.address, "amount": "1" });
    assert_eq!(
        scene.transfer(&paying, &own).body["status"],
        "Rejected",
        "what it paid for counts as its own"
    );
    assert_eq!(scene.service.signed("DELETE", &count, "").status, 200);
    policy(json!({ "kind": "AlwaysTrigger" }));
    assert_eq!(send(&scene, &sender, &receiver, &sponsor).body["status"], "Rejected");
    scene.fund(&sender, "1000000000000000000");
    assert_eq!(
        scene.transfer(&sender, &own).body["status"],
        "Executing",
        "without a sponsor it is none of its business"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_sponsors_with_what_belongs_to_an_end_user() {
    let scene = Scene::new().await;
    let (_, end_user) = people::end_user(&scene.emulator, "ada@example.com");
    let (_, sponsor_before, sender, receiver) = sponsored(&scene);
    let body = json!({ "network": "EthereumSepolia", "delayDelegation": true }).to_string();
    let made = scene.service.signed("POST", "/wallets", &body);
    let wallet = Wallet {
        id: id(&made),
        path: format!("/wallets/{}", id(&made)),
        address: made.body["address"].as_str().unwrap().to_owned(),
    };
    scene.fund(&wallet, &ETHER.to_string());
    let gas = id(&sponsor(&scene, &wallet, &json!({})));
    assert_eq!(send(&scene, &sender, &receiver, &gas).status, 200);
    let path = format!("/keys/{}/delegate", made.body["signingKey"]["id"].as_str().unwrap());
    let body = json!({ "delegateTo": end_user }).to_string();
    assert_eq!(scene.service.signed("POST", &path, &body).status, 200);
    let refused = send(&scene, &sender, &receiver, &gas);
    assert_eq!(refused.status, 400, "{refused:?}");
    let refused = sponsor(&scene, &wallet, &json!({}));
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(send(&scene, &sender, &receiver, &sponsor_before).status, 200);
}
