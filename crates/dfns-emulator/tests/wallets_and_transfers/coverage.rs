//! Which kinds of signatures and transactions the emulator does not have, network by network. The list is exact: a kind
//! that is missing and not named here fails the test, and so does one that is named and works.

use std::collections::BTreeSet;

use dfns_types::network::NetworkInfo;
use serde_json::{Value, json};

use crate::scene::Scene;

/// Signatures, by kind and family: what is signed was never published.
const SIGNATURES: [(&str, &str); 1] = [("DfnsSmartAccountTransaction", "Evm")];
/// Transactions, by kind and family: the prepared transactions of Canton are not read, and what a `FunctionCall` holds
/// was never published.
const TRANSACTIONS: [(&str, &str); 2] = [("FunctionCall", "Starknet"), ("Transaction", "Canton")];

/// A request that has what the form of the kind asks for, and mostly nothing that can be signed.
fn signature(kind: &str) -> Value {
    let mut body = match kind {
        "Hash" => json!({ "hash": "05".repeat(32) }),
        "Message" | "Eip191" | "Bip322" => json!({ "message": "0x01" }),
        "Transaction" => json!({ "transaction": "0x01" }),
        "Eip712" => json!({ "types": {}, "domain": {}, "message": {} }),
        "Eip7702" => json!({ "address": "0x01", "chainId": 1, "nonce": 0 }),
        "Psbt" => json!({ "psbt": "0x01" }),
        "SignDocDirect" => json!({ "signDoc": "0x01" }),
        "SignerPayload" => json!({ "payload": "0x01" }),
        "Cip8" => json!({ "payload": "0x01", "context": "Signature1" }),
        "Snip12" => json!({ "types": {}, "domain": {}, "primaryType": "X", "message": {} }),
        "StellarFeeBumpTransaction" => json!({ "innerTransaction": "01", "transactionReference": "t" }),
        "DfnsSmartAccountTransaction" => {
            let message = json!({ "kind": "Eip712", "types": {}, "domain": {}, "message": {} });
            let structured = json!({ "address": "0x01", "userOperations": [], "message": message });
            json!({ "structured": structured, "signatures": {}, "transactionReference": "t" })
        }
        other => panic!("a kind of signature that this test does not know: {other}"),
    };
    body["kind"] = json!(kind);
    body
}

fn transaction(kind: &str) -> Value {
    let mut body = match kind {
        "Transaction" => json!({ "transaction": "0x01" }),
        "Psbt" => json!({ "psbt": "0x01" }),
        "SignDocDirect" => json!({ "signDoc": "0x01" }),
        "UserOperations" => json!({ "userOperations": [], "feeSponsorId": "fs-1" }),
        "Evm" | "Eip1559" => json!({ "to": "0x00000000000000000000000000000000000000aa" }),
        "TransferPreapproval" | "CreateSolanaNonceAccounts" => json!({}),
        "FunctionCall" => json!({ "call": {} }),
        other => panic!("a kind of transaction that this test does not know: {other}"),
    };
    body["kind"] = json!(kind);
    body
}

/// Every kind of transaction that can be asked for.
const KINDS: [&str; 9] = [
    "CreateSolanaNonceAccounts",
    "Eip1559",
    "Evm",
    "FunctionCall",
    "Psbt",
    "SignDocDirect",
    "Transaction",
    "TransferPreapproval",
    "UserOperations",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_kinds_that_are_missing_are_these_and_no_others() {
    let scene = Scene::new().await;
    let (mut signatures, mut transactions) = (BTreeSet::new(), BTreeSet::new());
    let mut families = BTreeSet::new();
    for info in NetworkInfo::all() {
        let (network, family) = (info.network.as_str(), info.family.as_str());
        // One network of a family and of a set of kinds stands for all that are alike.
        if !families.insert((family, info.signature_kinds, info.broadcast_kinds)) {
            continue;
        }
        let wallet = scene.wallet(network);
        let is_missing = |path: &str, body: &Value| {
            let answer = scene
                .service
                .signed("POST", &format!("{}/{path}", wallet.path), &body.to_string());
            let said = answer.body["error"]["message"].as_str().unwrap_or_default();
            answer.status == 501 || said.contains("supported by the emulator on")
        };
        for kind in info.signature_kinds {
            if is_missing("signatures", &signature(kind)) {
                signatures.insert((*kind, family));
            }
        }
        for kind in KINDS {
            let is_missing = is_missing("transactions", &transaction(kind));
            let is_listed = info.broadcast_kinds.contains(&kind);
            assert!(is_missing || is_listed, "{network} has no transactions of kind {kind}");
            if is_missing && is_listed {
                transactions.insert((kind, family));
            }
        }
    }
    assert_eq!(signatures, BTreeSet::from(SIGNATURES));
    assert_eq!(transactions, BTreeSet::from(TRANSACTIONS));
}
