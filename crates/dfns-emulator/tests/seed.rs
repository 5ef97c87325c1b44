//! Filling an organisation with what a document describes.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use dfns_emulator::{AdminError, Clock, Emulator, Seeded, SeededPerson};
use serde_json::{Value, json};
use support::Signer;

const CONTRACT: &str = "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

async fn emulator() -> Emulator {
    let start = serde_json::from_value(json!("2026-01-02T03:04:05.000Z")).unwrap();
    Emulator::builder()
        .seed(7)
        .clock(Clock::fixed(start))
        .start()
        .await
        .unwrap()
}

fn document() -> Value {
    json!({
        "permissions": [{ "as": "payer", "name": "Payer", "operations": ["Wallets:Read", "Wallets:Transfers:Create"] }],
        "users": [
            { "as": "anna", "email": "anna@example.com", "kind": "CustomerEmployee", "permissions": ["@payer"] },
            { "as": "eve", "email": "eve@example.com", "kind": "EndUser" },
            { "email": "bob@example.com", "kind": "CustomerEmployee", "isRegistered": false },
        ],
        "serviceAccounts": [{ "as": "robot", "name": "robot", "permissions": ["@payer"] }],
        "wallets": [
            { "as": "hot", "network": "EthereumSepolia", "name": "hot", "tags": ["eu"], "balance": "1000000000000000000",
              "assets": [{ "kind": "Erc20", "contract": CONTRACT, "symbol": "USDX", "decimals": 6, "amount": "250" }] },
            { "as": "hers", "network": "Solana", "delegateTo": "@eve", "balance": "7" },
        ],
        "feeSponsors": [{ "walletId": "@hot" }],
        "webhooks": [{ "url": "http://127.0.0.1:1/hooks", "events": ["*"] }],
        "policies": [{
            "name": "everything to Anna", "activityKind": "Wallets:Sign",
            "rule": { "kind": "AlwaysTrigger", "configuration": {} },
            "action": { "kind": "RequestApproval", "approvalGroups": [
                { "quorum": 1, "approvers": { "userId": { "in": ["@anna"] } } },
            ] },
            "filters": { "walletId": { "in": ["@hot"] } },
        }],
    })
}

fn acting(emulator: &Emulator, person: &SeededPerson) -> Signer {
    let (token, key) = (person.token.as_ref().unwrap(), person.private_key.as_ref().unwrap());
    let credential = person.credential_id.as_deref().unwrap();
    Signer::new(&emulator.url(), token.expose_secret(), credential, key.expose_secret())
}

fn get(emulator: &Emulator, path: &str) -> Value {
    let answer = Signer::service_account(emulator).call("GET", path, "");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_described_is_there() {
    let emulator = emulator().await;
    let seeded: Seeded = emulator.admin().seed(&document()).await.unwrap();
    let hot = seeded.id("hot").unwrap();
    let wallet = get(&emulator, &format!("/wallets/{hot}"));
    assert_eq!((&wallet["name"], &wallet["tags"]), (&json!("hot"), &json!(["eu"])));
    assert_eq!(seeded.wallets[0].id.as_str(), hot);
    let assets = get(&emulator, &format!("/wallets/{hot}/assets"))["assets"].clone();
    assert_eq!(assets[0]["balance"], "1000000000000000000");
    assert_eq!(
        (&assets[1]["symbol"], &assets[1]["balance"]),
        (&json!("USDX"), &json!("250"))
    );
    assert_eq!(get(&emulator, "/fee-sponsors")["items"][0]["walletId"], hot);
    assert!(seeded.webhooks[0].secret.expose_secret().starts_with("whs-"));
    let policy = get(&emulator, "/v2/policies")["items"][0].clone();
    assert_eq!(policy["filters"]["walletId"]["in"], json!([hot]));
    let approvers = &policy["action"]["approvalGroups"][0]["approvers"]["userId"]["in"];
    assert_eq!(*approvers, json!([seeded.id("anna")]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn people_act_with_what_is_answered_and_only_as_far_as_they_may() {
    let emulator = emulator().await;
    let seeded = emulator.admin().seed(&document()).await.unwrap();
    let [anna, eve, bob] = &seeded.users[..] else {
        panic!("three users were described: {seeded:?}")
    };
    let anna = acting(&emulator, anna);
    assert_eq!(anna.call("GET", "/wallets", "").status, 200);
    assert_eq!(anna.signed("POST", "/wallets", r#"{"network":"Solana"}"#).status, 403);
    let own = acting(&emulator, eve).call("GET", "/wallets", "").body["items"].clone();
    assert_eq!(own.as_array().map(Vec::len), Some(1));
    assert_eq!(own[0]["id"], seeded.wallets[1].id.as_str());
    assert!(bob.token.is_none() && bob.private_key.is_none());
    let robot = acting(&emulator, &seeded.service_accounts[0]);
    let payment = json!({ "kind": "Native", "to": CONTRACT, "amount": "1" }).to_string();
    let path = format!("/wallets/{}/transfers", seeded.wallets[0].id);
    let made = robot.signed("POST", &path, &payment);
    assert_eq!(
        (made.status, &made.body["status"]),
        (200, &json!("Pending")),
        "{made:?}"
    );
    assert_eq!(robot.signed("POST", "/wallets", r#"{"network":"Solana"}"#).status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_same_document_makes_the_same_things() {
    let ids = async || emulator().await.admin().seed(&document()).await.unwrap().ids;
    assert_eq!(ids().await, ids().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_wrong_is_named_by_its_pointer_and_nothing_is_made() {
    let emulator = emulator().await;
    // What is put at which place of the document, and where and of what the refusal speaks.
    for (pointer, value, said) in [
        ("/wallet", json!([]), "/wallet is none of permissions, "),
        ("/users", json!({}), "/users must be a list"),
        ("/wallets/1", json!("Solana"), "/wallets/1 must be an object"),
        (
            "/wallets/1/network",
            json!("Narnia"),
            "/wallets/1/network: invalid body: network is none of ",
        ),
        (
            "/wallets/1/delegateTo",
            json!("@adam"),
            "/wallets/1/delegateTo refers to \"adam\"",
        ),
        ("/wallets/1/balance", json!("much"), "/wallets/1/balance: "),
        (
            "/wallets/0/assets/0/contract",
            json!("0x1"),
            "/wallets/0/assets/0/contract: ",
        ),
        (
            "/wallets/0/assets/0/amount",
            json!("-1"),
            "/wallets/0/assets/0/amount: ",
        ),
        (
            "/wallets/0/balanse",
            json!("1"),
            "/wallets/0/balanse is no field of this",
        ),
        ("/users/1/as", json!("anna"), "/users/1/as names a second thing"),
        (
            "/users/0/permissions/0",
            json!(1),
            "/users/0/permissions/0 must be text",
        ),
        (
            "/users/0/isRegistered",
            json!("yes"),
            "/users/0/isRegistered must be true or false",
        ),
        (
            "/serviceAccounts/0/permissions",
            json!([]),
            "/serviceAccounts/0/permissions must have at least 1 item",
        ),
        ("/policies/0/rule/kind", json!("Whim"), "/policies/0/rule/kind: "),
    ] {
        let mut document = document();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap() {
            Value::Array(items) => items[field.parse::<usize>().unwrap()] = value,
            parent => parent[field] = value,
        }
        match emulator.admin().seed(&document).await {
            Err(AdminError::Refused { message, .. }) => assert!(message.starts_with(said), "{pointer}: {message}"),
            other => panic!("{pointer}: {other:?}"),
        }
    }
    assert_eq!(get(&emulator, "/wallets")["items"], json!([]));
    assert_eq!(get(&emulator, "/auth/users")["items"].as_array().map(Vec::len), Some(1));
    assert!(emulator.admin().seed(&document()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn keys_and_tokens_are_not_shown_when_what_was_made_is_printed() {
    let emulator = emulator().await;
    let seeded = emulator.admin().seed(&document()).await.unwrap();
    let shown = format!("{seeded:?}");
    for person in seeded.users.iter().chain(&seeded.service_accounts) {
        for secret in [&person.token, &person.private_key].into_iter().flatten() {
            assert!(!shown.contains(secret.expose_secret()));
        }
    }
}
