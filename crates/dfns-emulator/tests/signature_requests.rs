//! What is kept of signatures, which are refused, and which are the same one.

mod crypto;
mod support;

use crypto::{bytes, evm_signer, halves, hex, keccak};
use dfns_emulator::Emulator;
use serde_json::{Value, json};
use support::{Answer, Signer};

fn evm_key(service: &Signer) -> String {
    let made = service.signed("POST", "/keys", r#"{"scheme":"ECDSA","curve":"secp256k1"}"#);
    made.body["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{made:?}"))
        .to_owned()
}

fn evm_wallet(service: &Signer) -> Value {
    service
        .signed("POST", "/wallets", r#"{"network":"EthereumSepolia"}"#)
        .body
}

fn sign(service: &Signer, key_id: &str, body: &Value) -> Answer {
    service.signed("POST", &format!("/keys/{key_id}/signatures"), &body.to_string())
}

fn hash(byte: u8) -> Value {
    json!({ "kind": "Hash", "hash": hex(&[byte; 32]) })
}

fn refused_field(answer: &Answer) -> (u16, &str) {
    (
        answer.status,
        answer.body["error"]["details"]["field"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer:?}")),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn signatures_are_kept_under_their_key_newest_first() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (key, other) = (evm_key(&service), evm_key(&service));
    let first = sign(&service, &key, &hash(1)).body;
    let second = sign(&service, &key, &hash(2)).body;
    sign(&service, &other, &hash(3));
    assert_eq!(first["requester"]["userId"], emulator.service_account_id());
    let path = format!("/keys/{key}/signatures");
    let listed = service.call("GET", &path, "").body;
    assert_eq!(listed, json!({ "keyId": key, "items": [second, first] }));
    let page = service.call("GET", &format!("{path}?limit=1"), "").body;
    assert_eq!(page["items"], json!([second]));
    let id = first["id"].as_str().unwrap();
    assert_eq!(service.call("GET", &format!("{path}/{id}"), "").body, first);
    let foreign = service.call("GET", &format!("/keys/{other}/signatures/{id}"), "");
    assert_eq!(foreign.refusal(), (404, "signature not found"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_same_request_with_the_same_external_id_is_the_same_signature() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (key, other) = (evm_key(&service), evm_key(&service));
    let mut body = hash(1);
    body["externalId"] = json!("mine");
    let first = sign(&service, &key, &body);
    assert_eq!(first.body["externalId"], "mine");
    assert_eq!(sign(&service, &key, &body).body, first.body);
    let conflict = "Conflicting signature with same externalId";
    let elsewhere = sign(&service, &other, &body);
    assert_eq!(elsewhere.refusal(), (409, conflict));
    let duplicate = json!({ "id": first.body["id"], "externalId": "mine" });
    assert_eq!(elsewhere.body["error"]["details"]["duplicate"], duplicate);
    body["hash"] = json!(hex(&[2; 32]));
    assert_eq!(sign(&service, &key, &body).refusal(), (409, conflict));
    assert_eq!(
        service.call("GET", &format!("/keys/{key}/signatures"), "").body["items"],
        json!([first.body])
    );
    for length in [0, 51] {
        body["externalId"] = json!("x".repeat(length));
        assert_eq!(refused_field(&sign(&service, &key, &body)), (400, "externalId"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_network_that_takes_no_such_key_and_one_that_is_not_there_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let key = evm_key(&service);
    for (network, kind, field) in [
        (Some("Solana"), None, "network"),
        (Some("Atlantis"), None, "network"),
        (None, Some("Solana"), "blockchainKind"),
        (None, Some("Atlantis"), "blockchainKind"),
        (Some("Ethereum"), Some("Tron"), "blockchainKind"),
    ] {
        let mut body = hash(1);
        if let Some(network) = network {
            body["network"] = json!(network);
        }
        if let Some(kind) = kind {
            body["blockchainKind"] = json!(kind);
        }
        assert_eq!(refused_field(&sign(&service, &key, &body)), (400, field), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_cannot_be_signed_is_refused_and_leaves_nothing_behind() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let key = evm_key(&service);
    let refused = |body: Value| sign(&service, &key, &body);
    assert_eq!(refused(json!({ "kind": "Hash", "hash": "0x5a" })).status, 400);
    assert_eq!(refused(json!({ "kind": "Hash" })).status, 400);
    assert_eq!(refused(json!({ "hash": hex(&[1; 32]) })).status, 400);
    assert_eq!(refused_field(&refused(json!({ "kind": "Scribble" }))), (400, "kind"));
    let message = json!({ "kind": "Eip712", "domain": {}, "types": {}, "message": {} });
    let missing = refused(json!({
        "kind": "DfnsSmartAccountTransaction", "network": "Ethereum", "signatures": {}, "transactionReference": "t",
        "structured": { "address": "0x00", "userOperations": [], "message": message },
    }));
    assert_eq!(
        missing.refusal(),
        (
            501,
            "not implemented by the emulator: signatures of kind DfnsSmartAccountTransaction"
        )
    );
    let message = json!({ "kind": "Message", "message": "0x01", "blockchainKind": "Bitcoin" });
    assert_eq!(
        refused(message).status,
        400,
        "ECDSA keys sign messages of EVM networks and Tron"
    );
    assert_eq!(
        refused_field(&refused(json!({ "kind": "SignerPayload", "payload": "0x01" }))),
        (400, "network")
    );
    assert_eq!(
        service.call("GET", &format!("/keys/{key}/signatures"), "").body["items"],
        json!([])
    );
    let unknown = sign(&service, "key-00000-00000-0000000000000000", &hash(1));
    assert_eq!(unknown.refusal(), (404, "key not found"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wallet_signs_for_its_own_network() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let wallet = evm_wallet(&service);
    let (id, key) = (
        wallet["id"].as_str().unwrap(),
        wallet["signingKey"]["id"].as_str().unwrap(),
    );
    let path = format!("/wallets/{id}/signatures");
    let body = json!({ "kind": "Message", "message": hex(b"hello") });
    let signed = service.signed("POST", &path, &body.to_string()).body;
    assert_eq!(
        (&signed["walletId"], &signed["keyId"]),
        (&json!(id), &json!(key)),
        "{signed}"
    );
    assert_eq!(signed["network"], "EthereumSepolia");
    let digest = keccak(b"\x19Ethereum Signed Message:\n5hello");
    let encoded = bytes(&signed["signature"]["encoded"]);
    assert_eq!(evm_signer(&digest, &encoded), wallet["address"]);
    assert_eq!(encoded[..64], halves(&signed));

    let elsewhere = json!({ "kind": "Message", "message": "0x01", "network": "Polygon" }).to_string();
    assert_eq!(
        refused_field(&service.signed("POST", &path, &elsewhere)),
        (400, "network")
    );
    let of_key = sign(&service, key, &hash(1)).body;
    let listed = service.call("GET", &path, "").body;
    assert_eq!(listed["keyId"], key);
    assert_eq!(
        listed["items"].as_array().unwrap().len(),
        1,
        "what was asked of the key alone is not the wallet's"
    );
    let signature_id = signed["id"].as_str().unwrap();
    assert_eq!(service.call("GET", &format!("{path}/{signature_id}"), "").body, signed);
    let of_key = of_key["id"].as_str().unwrap();
    assert_eq!(service.call("GET", &format!("{path}/{of_key}"), "").status, 404);
}
