//! Keys that come in and go out in encrypted shares.

mod crypto;
mod dealer;
mod support;

use crypto::{bytes, evm_signer, halves, hex};
use dealer::{deal, encryption_key, recover, recover_ed25519};
use dfns_emulator::Emulator;
use ed25519_dalek::Verifier;
use k256::Secp256k1;
use k256::hash2curve::GroupDigest;
use serde_json::{Value, json};
use support::{Answer, Signer};

const SECRET: [u8; 32] = [0x0f; 32];
const HASH: [u8; 32] = [0x5a; 32];

/// The signers, in the order of the raw bytes of their ids.
fn signers(service: &Signer) -> Value {
    let answer = service.call("GET", "/signers", "").body;
    let signers = answer["clusters"][0]["signers"].clone();
    assert_eq!(signers.as_array().map(Vec::len), Some(5), "{answer}");
    signers
}

fn import_request(service: &Signer, protocol: &str, curve: &str) -> Value {
    let shares = deal(&signers(service), curve, &SECRET);
    json!({ "curve": curve, "protocol": protocol, "minSigners": 3, "encryptedKeyShares": shares })
}

fn import(service: &Signer, request: &Value) -> Answer {
    service.signed("POST", "/keys/import", &request.to_string())
}

fn sign(service: &Signer, key: &Value) -> Answer {
    let path = format!(
        "/keys/{}/signatures",
        key["id"].as_str().unwrap_or_else(|| panic!("{key}"))
    );
    service.signed(
        "POST",
        &path,
        &json!({ "kind": "Hash", "hash": hex(&HASH) }).to_string(),
    )
}

/// An export with what the official library offers.
fn export(service: &Signer, path: &str) -> Answer {
    let offered: Vec<Value> = [
        ("CGGMP21", "secp256k1"),
        ("CGGMP21", "stark"),
        ("FROST", "ed25519"),
        ("FROST_BITCOIN", "secp256k1"),
        ("GLOW20_DH", "secp256k1"),
    ]
    .iter()
    .map(|(protocol, curve)| json!({ "protocol": protocol, "curve": curve }))
    .collect();
    let request = json!({ "encryptionKey": encryption_key(), "supportedSchemes": offered });
    service.signed("POST", path, &request.to_string())
}

fn new_key(service: &Signer, scheme: &str, curve: &str) -> Value {
    service
        .signed(
            "POST",
            "/keys",
            &json!({ "scheme": scheme, "curve": curve }).to_string(),
        )
        .body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_imported_key_is_the_original_and_signs() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let mut request = import_request(&service, "CGGMP21", "secp256k1");
    request["name"] = json!("old");
    let key = import(&service, &request).body;
    let original = k256::SecretKey::from_slice(&SECRET).unwrap().public_key();
    assert_eq!(bytes(&key["publicKey"])[..], original.to_sec1_bytes()[..], "{key}");
    assert_eq!(
        (&key["imported"], &key["name"], &key["scheme"]),
        (&json!(true), &json!("old"), &json!("ECDSA"))
    );
    let wallet = json!({ "network": "Ethereum", "signingKey": { "id": key["id"] } });
    let wallet = service.signed("POST", "/wallets", &wallet.to_string()).body;
    let signed = sign(&service, &key).body;
    let recovery = u8::try_from(signed["signature"]["recid"].as_u64().unwrap()).unwrap();
    assert_eq!(
        evm_signer(&HASH, &[halves(&signed), vec![27 + recovery]].concat()),
        wallet["address"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_imported_ed25519_key_signs_without_a_seed() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let key = import(&service, &import_request(&service, "FROST", "ed25519")).body;
    let public: [u8; 32] = bytes(&key["publicKey"]).try_into().unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&halves(&sign(&service, &key).body)).unwrap();
    ed25519_dalek::VerifyingKey::from_bytes(&public)
        .unwrap()
        .verify(&HASH, &signature)
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_imported_wallet_has_the_address_of_its_key() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let mut request = import_request(&service, "CGGMP24", "secp256k1");
    request["network"] = json!("EthereumSepolia");
    request["name"] = json!("old");
    let wallet = service.signed("POST", "/wallets/import", &request.to_string()).body;
    let key = k256::ecdsa::SigningKey::from_slice(&SECRET).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    assert_eq!(
        wallet["address"],
        hex(&crypto::keccak(&point.as_bytes()[1..])[12..]),
        "{wallet}"
    );
    assert_eq!(wallet["name"], "old");
    request["network"] = json!("Solana");
    request["protocol"] = json!("FROST_BITCOIN");
    assert_eq!(
        service.signed("POST", "/wallets/import", &request.to_string()).status,
        400
    );
    let keys = service.call("GET", "/keys", "").body;
    assert_eq!(
        keys["items"].as_array().unwrap().len(),
        1,
        "a refused import leaves no key behind"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_key_that_is_there_already_is_not_imported_again() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let request = import_request(&service, "CGGMP21", "secp256k1");
    let key = import(&service, &request).body;
    let again = import(&service, &request);
    assert_eq!(
        (again.status, &again.body["error"]["details"]["keyId"]),
        (409, &key["id"])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_import_that_does_not_fit_together_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let good = import_request(&service, "CGGMP21", "secp256k1");
    let refused = |field: &str, change: &dyn Fn(&mut Value)| {
        let mut request = good.clone();
        change(&mut request);
        let answer = import(&service, &request);
        assert_eq!(
            (answer.status, &answer.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{answer:?}"
        );
    };
    refused("minSigners", &|request| request["minSigners"] = json!(2));
    refused("protocol", &|request| request["protocol"] = json!("FROST"));
    refused("protocol", &|request| request["protocol"] = json!("CARRIER_PIGEON"));
    refused("encryptedKeyShares", &|request| {
        drop(request["encryptedKeyShares"].as_array_mut().unwrap().pop());
    });
    refused("encryptedKeyShares", &|request| {
        request["encryptedKeyShares"][0]["signerId"] = json!("AAAA");
    });
    refused("encryptedKeyShares", &|request| {
        request["encryptedKeyShares"][0]["encryptedKeyShare"] =
            request["encryptedKeyShares"][1]["encryptedKeyShare"].take();
        request["encryptedKeyShares"][1]["encryptedKeyShare"] = json!("AAAA");
    });
    assert_eq!(import(&service, &good).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_exported_key_can_be_recovered_and_signs_no_more() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    for (scheme, protocol) in [("ECDSA", "CGGMP21"), ("Schnorr", "FROST_BITCOIN")] {
        let key = new_key(&service, scheme, "secp256k1");
        let path = format!("/keys/{}", key["id"].as_str().unwrap());
        let exported = export(&service, &format!("{path}/export")).body;
        let head = json!([
            exported["protocol"],
            exported["curve"],
            exported["minSigners"],
            exported["publicKey"]
        ]);
        assert_eq!(head, json!([protocol, "secp256k1", 3, key["publicKey"]]));
        assert_eq!(
            recover(&exported).public_key().to_sec1_bytes()[..],
            bytes(&key["publicKey"])[..]
        );
        let read = service.call("GET", &path, "").body;
        assert_eq!(read["exported"], true);
        assert!(read["dateExported"].is_string());
        let refused = format!(
            "key {} was exported and can no longer be used",
            key["id"].as_str().unwrap()
        );
        let mut body = json!({ "kind": "Hash", "hash": hex(&HASH), "taprootMerkleRoot": "" });
        if scheme == "ECDSA" {
            body.as_object_mut().unwrap().remove("taprootMerkleRoot");
        }
        let answer = service.signed("POST", &format!("{path}/signatures"), &body.to_string());
        assert_eq!(answer.refusal(), (400, &*refused));
        assert_eq!(
            recover(&export(&service, &format!("{path}/export")).body),
            recover(&exported)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_exported_ed25519_key_is_a_scalar_and_so_is_one_exported_with_its_wallet() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let wallet = service.signed("POST", "/wallets", r#"{"network":"Solana"}"#).body;
    let path = format!("/wallets/{}", wallet["id"].as_str().unwrap());
    let exported = export(&service, &format!("{path}/export")).body;
    assert_eq!(
        (&exported["protocol"], &exported["curve"]),
        (&json!("FROST"), &json!("ed25519")),
        "{exported}"
    );
    assert_eq!(recover_ed25519(&exported), bytes(&wallet["signingKey"]["publicKey"]));
    let body = json!({ "kind": "Message", "message": "0x01" }).to_string();
    assert_eq!(service.signed("POST", &format!("{path}/signatures"), &body).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_export_without_a_fitting_scheme_or_a_good_encryption_key_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let key = new_key(&service, "ECDSA", "secp256k1");
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    for (encryption_key, protocol, field) in [
        (encryption_key(), "FROST", "supportedSchemes"),
        ("AAAA".to_owned(), "CGGMP21", "encryptionKey"),
    ] {
        let offered = json!([{ "protocol": protocol, "curve": "secp256k1" }]);
        let request = json!({ "encryptionKey": encryption_key, "supportedSchemes": offered }).to_string();
        let refused = service.signed("POST", &format!("{path}/export"), &request);
        assert_eq!(
            (refused.status, &refused.body["error"]["details"]["field"]),
            (400, &json!(field))
        );
    }
    assert_eq!(sign(&service, &key).status, 200, "nothing went out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_diffie_hellman_key_derives_is_the_key_times_the_hashed_point() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let key = new_key(&service, "DH", "secp256k1");
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    let request = json!({ "domain": hex(b"domain"), "seed": hex(b"seed") }).to_string();
    let derived = service.signed("POST", &format!("{path}/derive"), &request).body;
    let secret = recover(&export(&service, &format!("{path}/export")).body);
    let point = Secp256k1::hash_from_bytes(&[b"seed"], &[b"domain"]).unwrap() * *secret.to_nonzero_scalar();
    let point = k256::PublicKey::from_affine(point.to_affine()).unwrap();
    assert_eq!(derived["output"], hex(&point.to_sec1_bytes()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn webhooks_are_not_told_of_a_key_whose_wallet_was_refused() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    // Nobody listens there; what was sent is in the log all the same.
    let webhook = json!({ "url": "http://127.0.0.1:1", "events": ["*"] });
    let webhook = service.signed("POST", "/webhooks", &webhook.to_string()).body;
    let told = || {
        support::send(&emulator.url(), "POST", "/__admin/webhooks/flush", &[], b"");
        let path = format!("/webhooks/{}/events", webhook["id"].as_str().unwrap());
        let events = service.call("GET", &path, "").body["items"].clone();
        events
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["kind"].clone())
            .collect::<Vec<_>>()
    };
    let mut request = import_request(&service, "CGGMP21", "secp256k1");
    // The key comes in, and then there is no wallet for it.
    request["network"] = json!("Solana");
    let refused = service.signed("POST", "/wallets/import", &request.to_string());
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(told(), Vec::<Value>::new());
    request["network"] = json!("Ethereum");
    assert_eq!(
        service.signed("POST", "/wallets/import", &request.to_string()).status,
        200
    );
    assert_eq!(told(), ["wallet.created", "key.created"]);
}
