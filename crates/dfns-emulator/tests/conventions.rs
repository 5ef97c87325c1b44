//! What holds for every operation: lists and their tokens, ids, times, errors; and input that must lead nowhere.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod support;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_emulator::Emulator;
use dfns_types::operation::{Method, OPERATIONS, Operation};
use serde_json::{Value, json};
use support::{Answer, Declared, Signer, send};

async fn start() -> (Emulator, Signer) {
    let emulator = Emulator::builder().seed(7).start().await.unwrap();
    let caller = Signer::service_account(&emulator);
    (emulator, caller)
}

/// The lists that need nothing in their path and can be read at once.
fn lists() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS
        .iter()
        .filter(|operation| operation.paged && operation.method == Method::Get && !operation.path.contains('{'))
}

/// Reads as the service account, or as the first employee where only people may.
fn read(emulator: &Emulator, service: &Signer, target: &str) -> Answer {
    match service.call("GET", target, "") {
        refused if refused.status == 403 => Signer::employee(emulator).call("GET", target, ""),
        answer => answer,
    }
}

fn is_refusal(answer: &Answer) -> bool {
    let error = &answer.body["error"];
    error["status"] == answer.status && error["message"].as_str().is_some_and(|message| !message.is_empty())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_answers_items_and_takes_no_token_that_it_has_not_given() {
    let (emulator, service) = start().await;
    let mut answered = 0;
    for list in lists() {
        let answer = read(&emulator, &service, list.path);
        if answer.status == 501 {
            continue;
        }
        if answer.status == 400 {
            // It asks for a parameter, which its own tests give.
            assert!(is_refusal(&answer), "{}: {answer:?}", list.id);
            continue;
        }
        assert!(
            answer.status == 200 && answer.body["items"].is_array(),
            "{}: {answer:?}",
            list.id
        );
        for token in ["forged", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%00", "'%20OR%201=1--"] {
            let refused = read(&emulator, &service, &format!("{}?paginationToken={token}", list.path));
            assert!(
                refused.status == 400 && is_refusal(&refused),
                "{} {token}: {refused:?}",
                list.id
            );
        }
        for limit in ["0", "-1", "many", "1e9", "999999", "99999999999999999999"] {
            let refused = read(&emulator, &service, &format!("{}?limit={limit}", list.path));
            assert!(
                refused.status == 400 && is_refusal(&refused),
                "{} {limit}: {refused:?}",
                list.id
            );
            assert_eq!(
                refused.body["error"]["details"]["pointer"], "/query/limit",
                "{}",
                list.id
            );
        }
        answered += 1;
    }
    assert!(answered >= 4, "only {answered} lists answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_list_is_worth_nothing_to_another_filter_or_list() {
    let (_emulator, service) = start().await;
    for _ in 0..3 {
        service.signed("POST", "/wallets", r#"{"network":"EthereumSepolia"}"#);
        service.signed("POST", "/keys", r#"{"scheme":"ECDSA","curve":"secp256k1"}"#);
    }
    let first = service.call("GET", "/wallets?limit=1", "");
    let token = first.body["nextPageToken"].as_str().unwrap();
    let next = service.call("GET", &format!("/wallets?limit=2&paginationToken={token}"), "");
    assert_eq!(
        (next.status, next.body["items"].as_array().map(Vec::len)),
        (200, Some(2))
    );
    assert!(
        next.body.get("nextPageToken").is_none(),
        "the last page has no token: {next:?}"
    );
    for target in [
        format!("/keys?paginationToken={token}"),
        format!("/wallets?owner=us-1&paginationToken={token}"),
    ] {
        assert_eq!(service.call("GET", &target, "").status, 400, "{target}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_callers_list_is_worth_nothing_to_another_caller() {
    let (emulator, service) = start().await;
    for _ in 0..2 {
        service.signed("POST", "/wallets", r#"{"network":"EthereumSepolia"}"#);
    }
    let first = service.call("GET", "/wallets?limit=1", "");
    let target = format!(
        "/wallets?paginationToken={}",
        first.body["nextPageToken"].as_str().unwrap()
    );
    assert_eq!(Signer::employee(&emulator).call("GET", &target, "").status, 400);
    assert_eq!(service.call("GET", &target, "").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_emulator_does_not_have_is_501_to_everybody_with_a_token_and_to_nobody_else() {
    let (emulator, service) = start().await;
    for (method, path) in [("GET", "/vaults"), ("POST", "/vaults"), ("POST", "/auth/tokens")] {
        let stranger = send(&emulator.url(), method, path, &[], b"");
        assert_eq!(stranger.refusal(), (401, "user token is missing or invalid"), "{path}");
        let answer = service.call(method, path, "");
        assert!(answer.status == 501 && is_refusal(&answer), "{path}: {answer:?}");
        assert!(answer.body["error"]["details"]["operationId"].is_string(), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_have_their_prefix_and_times_have_milliseconds_and_a_zone() {
    let (_emulator, service) = start().await;
    let wallet = service
        .signed("POST", "/wallets", r#"{"network":"EthereumSepolia"}"#)
        .body;
    let id = wallet["id"].as_str().unwrap();
    assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [2, 5, 5, 16]);
    assert!(id.starts_with("wa-"), "{id}");
    assert!(
        wallet["signingKey"]["id"].as_str().unwrap().starts_with("key-"),
        "{wallet}"
    );
    let created = wallet["dateCreated"].as_str().unwrap();
    assert!(
        created.len() == 24 && created.as_bytes()[19] == b'.' && created.ends_with('Z'),
        "{created}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_refuses_a_stranger_in_the_same_envelope() {
    let (emulator, _) = start().await;
    for operation in &OPERATIONS {
        let path = operation.path.replace(['{', '}'], "");
        let answer = send(&emulator.url(), operation.method.as_str(), &path, &[], b"{}");
        assert!(
            answer.status >= 400 || operation.permissions.is_empty(),
            "{}: {answer:?}",
            operation.id
        );
        assert!(
            answer.status < 400 || is_refusal(&answer),
            "{}: {answer:?}",
            operation.id
        );
        assert_ne!(answer.status, 500, "{}: {answer:?}", operation.id);
    }
}

/// Something of every kind that a path can name, by the name of its parameter.
async fn inventory(emulator: &Emulator) -> Vec<(&'static str, String)> {
    let policy = json!({
        "as": "plc", "name": "p", "activityKind": "Wallets:Sign", "rule": { "kind": "AlwaysTrigger", "configuration": {} },
        "action": { "kind": "RequestApproval", "approvalGroups": [{ "quorum": 1, "approvers": {} }] },
    });
    let document = json!({
        "permissions": [{ "as": "pm", "name": "p", "operations": ["Wallets:Read"] }],
        "users": [{ "as": "us", "email": "eve@example.com", "kind": "EndUser" }],
        "serviceAccounts": [{ "as": "robot", "name": "robot" }],
        "keys": [{ "as": "key", "scheme": "EdDSA", "curve": "ed25519" }],
        "wallets": [{ "as": "wa", "network": "EthereumSepolia", "balance": "1000000000000000000" }],
        "feeSponsors": [{ "as": "fs", "walletId": "@wa" }],
        "webhooks": [{ "as": "wh", "url": "http://127.0.0.1:1", "events": ["*"] }],
        "policies": [policy],
    });
    let seeded = emulator.admin().seed(&document).await.unwrap();
    let id = |name: &str| seeded.id(name).unwrap().to_owned();
    let service = Signer::service_account(emulator);
    let body = json!({ "kind": "Native", "to": format!("0x{:040x}", 0xaa), "amount": "1" }).to_string();
    let transfer = service
        .signed("POST", &format!("/wallets/{}/transfers", id("wa")), &body)
        .body;
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{transfer}")).to_owned();
    vec![
        ("permissionId", id("pm")),
        ("userId", id("us")),
        ("serviceAccountId", id("robot")),
        ("keyId", id("key")),
        ("walletId", id("wa")),
        ("feeSponsorId", id("fs")),
        ("webhookId", id("wh")),
        ("policyId", id("plc")),
        ("transferId", text(&transfer["id"])),
        ("approvalId", text(&transfer["approvalId"])),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_organisation_leads_nowhere_whatever_is_asked_of_it() {
    let (ours, service) = start().await;
    let theirs = Emulator::builder().seed(8).start().await.unwrap();
    let known = inventory(&theirs).await;
    let employee = Signer::employee(&ours);
    let mut asked = 0;
    for operation in OPERATIONS.iter().filter(|operation| operation.path.contains('{')) {
        let fill = |path: String, (name, id): &(&str, String)| path.replace(&format!("{{{name}}}"), id);
        let path = known.iter().fold(operation.path.to_owned(), fill);
        // What needs a body is refused for want of it before anything is looked for.
        if path.contains('{') || operation.method == Method::Post {
            continue;
        }
        let method = operation.method.as_str();
        let call = |caller: &Signer| {
            if operation.user_action {
                caller.signed(method, &path, "")
            } else {
                caller.call(method, &path, "")
            }
        };
        let answer = match call(&service) {
            refused if refused.status == 403 => call(&employee),
            answer => answer,
        };
        assert!(
            [400, 404, 501].contains(&answer.status) && is_refusal(&answer),
            "{method} {path}: {answer:?}"
        );
        asked += usize::from(answer.status == 404);
    }
    assert!(asked > 30, "only {asked} operations looked for it");
    let theirs = Signer::service_account(&theirs);
    for (name, path) in [
        ("walletId", "/wallets/"),
        ("policyId", "/v2/policies/"),
        ("webhookId", "/webhooks/"),
    ] {
        let id = &known.iter().find(|(known, _)| *known == name).unwrap().1;
        assert_eq!(
            theirs.call("GET", &format!("{path}{id}"), "").status,
            200,
            "it is there"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_climb_or_quote_find_nothing_and_break_nothing() {
    let (_emulator, service) = start().await;
    service.signed("POST", "/wallets", r#"{"network":"EthereumSepolia"}"#);
    for id in [
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "wa-1'%20OR%20'1'='1",
        "%27;DROP%20TABLE%20entity;--",
        "%00",
        "%25",
        "all%2fhistory",
    ] {
        for path in [
            format!("/wallets/{id}"),
            format!("/keys/{id}"),
            format!("/wallets/{id}/transfers/{id}"),
        ] {
            let answer = service.call("GET", &path, "");
            assert!(
                [400, 404].contains(&answer.status) && is_refusal(&answer),
                "{path}: {answer:?}"
            );
        }
    }
    for path in [
        "/wallets/../__admin/employee",
        "/../wallets",
        "/wallets//",
        "/wallets/%zz",
    ] {
        let answer = service.call("GET", path, "");
        assert!(
            [400, 404].contains(&answer.status) && is_refusal(&answer),
            "{path}: {answer:?}"
        );
    }
    let filtered = service.call("GET", "/wallets?owner=%27%20OR%201=1--", "");
    assert!(
        filtered.status == 400 || filtered.body["items"] == json!([]),
        "{filtered:?}"
    );
    assert_eq!(
        service.call("GET", "/wallets", "").body["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_long_or_too_deep_is_refused() {
    let (_emulator, service) = start().await;
    let long = format!(r#"{{"network":"EthereumSepolia","name":"{}"}}"#, "x".repeat(10_000_001));
    let refused = service.call("POST", "/wallets", &long);
    assert!(refused.status == 413 && is_refusal(&refused), "{}", refused.status);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let refused = service.call("POST", "/auth/action/init", &deep);
    assert!(refused.status == 400 && is_refusal(&refused), "{refused:?}");
    assert_eq!(service.call("GET", "/wallets", "").status, 200);
}

fn claims(token: &str) -> Value {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_unsigned_changed_or_of_another_maker_opens_nothing() {
    let (_emulator, service) = start().await;
    let other = Emulator::builder().seed(8).start().await.unwrap();
    let parts: Vec<&str> = service.token.split('.').collect();
    let unsigned = encoded(&json!({ "alg": "none", "typ": "JWT" }));
    let symmetric = encoded(&json!({ "alg": "HS256", "typ": "JWT" }));
    let mut later = claims(&service.token);
    later["exp"] = json!(later["exp"].as_i64().unwrap() + 1_000_000);
    for token in [
        format!("{unsigned}.{}.", parts[1]),
        format!("{unsigned}.{}.{}", parts[1], parts[2]),
        format!("{symmetric}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], encoded(&later), parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        other.auth_token().to_owned(),
        String::new(),
    ] {
        let bearer = format!("Bearer {token}");
        let answer = send(&service.url, "GET", "/wallets", &[("authorization", &bearer)], b"");
        assert_eq!(answer.refusal(), (401, "user token is missing or invalid"), "{token}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_kind_is_worth_nothing_as_another() {
    let (_emulator, service) = start().await;
    let declared = Declared {
        method: "POST",
        path: "/wallets",
        payload: r#"{"network":"Bitcoin"}"#,
    };
    let (identifier, text) = support::challenge(&service.init(declared));
    let action = service.sign(declared);
    for token in [&identifier, &action] {
        let bearer = format!("Bearer {token}");
        let answer = send(&service.url, "GET", "/wallets", &[("authorization", &bearer)], b"");
        assert_eq!(answer.status, 401);
    }
    for token in [&identifier, &service.token] {
        let answer = service.call_with("POST", "/wallets", declared.payload, Some(token));
        assert_eq!(answer.refusal(), (403, "user action signature is missing or invalid"));
    }
    let factor = service.assertion(&support::client_data(&text));
    for token in [&action, &service.token] {
        assert_eq!(
            service.complete(token, &factor).refusal(),
            (400, "Challenge token is not valid.")
        );
    }
    assert_eq!(service.call("GET", "/wallets", "").body["items"], json!([]));
}
