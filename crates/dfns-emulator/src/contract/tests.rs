//! Requests that break their contract, and what is said of them.

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;

fn call(method: &str, target: &str, body: &Value) -> Call {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let bytes = Bytes::from(body.to_string());
    let mut call = Call::new(method, path, query, http::HeaderMap::new(), bytes).unwrap();
    if let Some(id) = path.strip_prefix("/wallets/") {
        call.parameters.insert("walletId", id.to_owned());
    }
    call
}

/// Pointer and message of the refusal of a body.
fn refused(operation: &str, body: &Value) -> (String, String) {
    refusal(check(operation, &call("POST", "/", body)).unwrap_err())
}

fn refusal(refusal: Refusal) -> (String, String) {
    assert_eq!(refusal.status, 400);
    let body = refusal.body();
    let pointer = body["error"]["details"]["pointer"].as_str().unwrap().to_owned();
    (pointer, refusal.message)
}

#[test]
fn a_body_that_fits_passes_with_fields_that_nobody_knows() {
    let body = json!({ "network": "EthereumSepolia", "name": "n", "colour": null, "tags": ["a"] });
    check("createWallet", &call("POST", "/wallets", &body)).unwrap();
}

#[test]
fn null_clears_what_can_be_cleared_and_is_no_word_for_absence() {
    check("updateWallet", &call("PUT", "/wallets/wa-1", &json!({ "name": null }))).unwrap();
    let body = json!({ "network": "EthereumSepolia", "name": null });
    assert_eq!(
        refused("createWallet", &body),
        (
            "/body/name".to_owned(),
            "invalid body: name must not be null".to_owned()
        )
    );
}

#[test]
fn what_is_missing_or_of_another_kind_is_named_by_its_pointer() {
    for (body, pointer, message) in [
        (json!({}), "/body/network", "invalid body: network is missing"),
        (
            json!({ "network": null }),
            "/body/network",
            "invalid body: network must not be null",
        ),
        (
            json!({ "network": 7 }),
            "/body/network",
            "invalid body: network must be text, not a number",
        ),
        (json!([]), "/body", "invalid body: must be an object, not a list"),
        (
            json!({ "network": "EthereumSepolia", "tags": ["a", {}] }),
            "/body/tags/1",
            "invalid body: tags[1] must be text, not an object",
        ),
    ] {
        assert_eq!(refused("createWallet", &body), (pointer.to_owned(), message.to_owned()));
    }
}

#[test]
fn a_value_that_is_none_of_a_choice_is_refused_without_being_quoted() {
    let (pointer, message) = refused("createWallet", &json!({ "network": "Narnia" }));
    assert_eq!(pointer, "/body/network");
    assert!(
        message.starts_with("invalid body: network is none of the ") && !message.contains("Narnia"),
        "{message}"
    );
    let (pointer, message) = refused("createKey", &json!({ "scheme": "ECDSA", "curve": "x" }));
    assert_eq!(pointer, "/body/curve");
    assert!(
        message.contains("must be one of ") && message.contains("secp256k1"),
        "{message}"
    );
}

#[test]
fn a_member_of_a_union_is_found_by_its_tag() {
    let transfer = |body: Value| refused("transferAsset", &body);
    assert_eq!(transfer(json!({})).0, "/body/kind");
    assert_eq!(transfer(json!({ "kind": "Gift" })).0, "/body/kind");
    assert_eq!(
        transfer(json!({ "kind": "Native", "to": "0x1", "amount": "1.5" })).0,
        "/body/amount"
    );
}

#[test]
fn limits_of_length_and_number_are_kept() {
    let long = "x".repeat(101);
    let (pointer, message) = refused("createWallet", &json!({ "network": "EthereumSepolia", "name": long }));
    assert_eq!(
        (pointer.as_str(), message.as_str()),
        ("/body/name", "invalid body: name must have at most 100 characters")
    );
}

#[test]
fn a_body_that_is_no_json_is_refused_at_its_root() {
    let mut broken = call("POST", "/wallets", &json!({}));
    broken.body = Bytes::from_static(b"{\"network\":");
    assert_eq!(refusal(check("createWallet", &broken).unwrap_err()).0, "/body");
}

#[test]
fn parameters_of_path_and_query_are_checked_too() {
    let of = |target: &str, operation: &str| refusal(check(operation, &call("GET", target, &json!({}))).unwrap_err());
    let long = "a".repeat(65);
    assert_eq!(of(&format!("/wallets/{long}"), "getWallet").0, "/path/walletId");
    let (pointer, message) = of("/wallets?limit=many", "listWallets");
    assert_eq!(pointer, "/query/limit");
    assert!(
        message.starts_with("invalid query: limit must be a whole number"),
        "{message}"
    );
    assert_eq!(of("/estimate-fees", "estimateFees").0, "/query/network");
}

#[test]
fn names_with_slashes_are_escaped_in_pointers() {
    let wrong = Wrong::new("is wrong").under("a/b~c").under("map");
    assert_eq!(wrong.pointer(), "/map/a~1b~0c");
}

#[test]
fn every_operation_has_a_contract() {
    for operation in &dfns_types::operation::OPERATIONS {
        assert!(of(operation.id).is_some(), "{}", operation.id);
    }
    assert_eq!(CONTRACTS.len(), dfns_types::operation::OPERATIONS.len());
}

#[test]
fn the_first_choice_of_an_answer_is_the_highest_one() {
    let wallet =
        json!({ "id": "wa-1", "network": "EthereumSepolia", "status": "Active", "signingKey": { "scheme": "ECDSA" } });
    let pointer = first_choice("getWallet", &wallet).unwrap();
    assert!(["/network", "/status"].contains(&pointer.as_str()), "{pointer}");
    let list = json!({ "items": [wallet] });
    assert!(
        first_choice("listWallets", &list).unwrap().starts_with("/items/0/"),
        "{list}"
    );
    assert_eq!(first_choice("getWallet", &json!({ "id": "wa-1" })), None);
}
