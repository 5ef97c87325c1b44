//! Many emulators in one process: each its own world, each started in no time; and the same world for the same seed.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use dfns_emulator::{Clock, Emulator};
use dfns_types::Timestamp;
use serde_json::{Value, json};
use support::{Declared, Signer, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_emulators_start_and_answer_each_for_itself() {
    let mut emulators = Vec::new();
    for _ in 0..200 {
        emulators.push(Emulator::start().await.unwrap());
    }
    let mut organisations = BTreeSet::new();
    for emulator in &emulators {
        let answer = Signer::service_account(emulator).call("GET", "/wallets", "");
        assert_eq!((answer.status, &answer.body["items"]), (200, &json!([])));
        organisations.insert(emulator.org_id().to_owned());
    }
    assert_eq!(organisations.len(), 200);
    let (first, second) = (&emulators[0], &emulators[1]);
    let stranger = Signer::service_account(first);
    let bearer = format!("Bearer {}", stranger.token);
    let refused = send(&second.url(), "GET", "/wallets", &[("authorization", &bearer)], b"");
    assert_eq!(refused.status, 401, "a token of one is worth nothing to another");
}

/// A long scenario of everything that draws ids, keys and times; answers all that was answered.
async fn story(seed: u64) -> Vec<Value> {
    let clock = Clock::fixed(Timestamp::from_unix_millis(1_767_225_600_000).unwrap());
    let emulator = Emulator::builder().seed(seed).clock(clock).start().await.unwrap();
    let (service, admin) = (Signer::service_account(&emulator), emulator.admin());
    let mut told = vec![json!([
        emulator.org_id(),
        emulator.auth_token(),
        emulator.credential_id()
    ])];
    let mut wallets = Vec::new();
    for network in [
        "EthereumSepolia",
        "Bitcoin",
        "Solana",
        "Stellar",
        "XrpLedger",
        "Tron",
        "Polkadot",
        "Algorand",
    ] {
        let made = service.signed(
            "POST",
            "/wallets",
            &json!({ "network": network, "name": network }).to_string(),
        );
        wallets.push(made.body["id"].as_str().unwrap().to_owned());
        told.push(made.body);
    }
    admin
        .fund(&wallets[0].parse().unwrap(), 1_000_000_000_000_000_000_u64)
        .await
        .unwrap();
    for turn in 0..10_u64 {
        let transfer =
            json!({ "kind": "Native", "to": "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf", "amount": turn.to_string() });
        told.push(
            service
                .signed(
                    "POST",
                    &format!("/wallets/{}/transfers", wallets[0]),
                    &transfer.to_string(),
                )
                .body,
        );
        admin.advance(Duration::from_millis(70)).await.unwrap();
        told.push(
            service
                .call("GET", &format!("/wallets/{}/transfers?limit=3", wallets[0]), "")
                .body,
        );
    }
    for (scheme, curve) in [("ECDSA", "secp256k1"), ("EdDSA", "ed25519"), ("Schnorr", "secp256k1")] {
        let key = service
            .signed(
                "POST",
                "/keys",
                &json!({ "scheme": scheme, "curve": curve }).to_string(),
            )
            .body;
        let hash = json!({ "kind": "Hash", "hash": format!("0x{}", "ab".repeat(32)) });
        let path = format!("/keys/{}/signatures", key["id"].as_str().unwrap());
        told.push(service.signed("POST", &path, &hash.to_string()).body);
        told.push(key);
    }
    for person in ["anna@example.com", "bert@example.com"] {
        let user = json!({ "email": person, "kind": "CustomerEmployee" });
        told.push(service.signed("POST", "/auth/users", &user.to_string()).body);
    }
    told.push(send(&emulator.url(), "GET", "/__admin/outbox", &[], b"").body);
    told.push(
        service
            .init(Declared {
                method: "POST",
                path: "/wallets",
                payload: "{}",
            })
            .body,
    );
    told.push(service.call("GET", "/wallets?limit=2", "").body);
    told.push(
        service
            .call("GET", &format!("/wallets/{}/history", wallets[0]), "")
            .body,
    );
    // The port is the only thing that the operating system chooses; tokens name it as their issuer.
    told.iter().map(|answer| without_tokens(answer.clone())).collect()
}

/// Takes the texts of tokens out, which say which emulator made them.
fn without_tokens(mut value: Value) -> Value {
    match &mut value {
        Value::String(text) if text.starts_with("eyJ") => value = json!("a token"),
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without_tokens(item.take())),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| *field = without_tokens(field.take())),
        _ => {}
    }
    value
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_and_the_same_calls_give_the_same_answers() {
    let (first, second, other) = (story(7).await, story(7).await, story(8).await);
    assert!(first.len() > 35, "{}", first.len());
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first, second);
    }
    assert_ne!(first[1]["id"], other[1]["id"]);
    assert_ne!(first[1]["address"], other[1]["address"]);
}
