//! Keys: which there are, who sees them, and what becomes of them.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod people;
mod support;

use dfns_emulator::Emulator;
use people::end_user;
use serde_json::{Value, json};
use support::{Answer, Signer};

fn create(signer: &Signer, body: &Value) -> Answer {
    signer.signed("POST", "/keys", &body.to_string())
}

fn id(answer: &Answer) -> &str {
    answer.body["id"].as_str().unwrap_or_else(|| panic!("{answer:?}"))
}

fn ids(answer: &Answer) -> Vec<&str> {
    let items = answer.body["items"].as_array().unwrap_or_else(|| panic!("{answer:?}"));
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}

fn evm_key() -> Value {
    json!({ "scheme": "ECDSA", "curve": "secp256k1" })
}

fn sign_hash(signer: &Signer, key_id: &str) -> Answer {
    let body = json!({ "kind": "Hash", "hash": "5a".repeat(32) });
    signer.signed("POST", &format!("/keys/{key_id}/signatures"), &body.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_format_makes_a_key_that_can_be_read_again() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    for (scheme, curve, digits) in [
        ("ECDSA", "secp256k1", 66),
        ("Schnorr", "secp256k1", 66),
        ("DH", "secp256k1", 66),
        ("EdDSA", "ed25519", 64),
    ] {
        let made = create(&service, &json!({ "scheme": scheme, "curve": curve, "name": "mine" }));
        assert_eq!(made.status, 200, "{made:?}");
        assert_eq!(
            (&made.body["scheme"], &made.body["curve"]),
            (&json!(scheme), &json!(curve))
        );
        assert_eq!(
            (&made.body["status"], &made.body["custodial"]),
            (&json!("Active"), &json!(true))
        );
        assert_eq!(made.body["publicKey"].as_str().unwrap().len(), digits);
        let mut expected = made.body.clone();
        let read = service.call("GET", &format!("/keys/{}", id(&made)), "").body;
        expected["wallets"] = json!([]);
        expected["store"] = json!({ "id": read["store"]["id"], "kind": "Mpc", "keyId": id(&made) });
        assert_eq!(read, expected);
        let stores = service.call("GET", "/key-stores", "").body;
        assert_eq!(
            stores,
            json!({ "items": [{ "id": read["store"]["id"], "kind": "Mpc", "primary": true }] })
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_pair_that_does_not_exist_is_refused_with_those_that_do() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    for (scheme, curve) in [("EdDSA", "secp256k1"), ("Schnorr", "ed25519"), ("DH", "stark")] {
        let refused = create(&service, &json!({ "scheme": scheme, "curve": curve }));
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(
            refused.message().contains("EdDSA/ed25519 and Schnorr/secp256k1"),
            "{refused:?}"
        );
    }
    let refused = create(&service, &json!({ "scheme": "RSA", "curve": "secp256k1" }));
    assert_eq!(
        refused.body["error"]["details"]["pointer"], "/body/scheme",
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_key_store_that_is_not_there_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let mut request = evm_key();
    request["storeId"] = json!("ks-00000-00000-0000000000000000");
    assert_eq!(create(&service, &request).status, 400);
    request["storeId"] = service.call("GET", "/key-stores", "").body["items"][0]["id"].clone();
    assert_eq!(create(&service, &request).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn children_of_a_master_key_take_the_first_free_path() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let mut request = evm_key();
    request["masterKey"] = json!(true);
    let master = create(&service, &request);
    assert_eq!(master.body["masterKey"], true);
    let child = |path: Option<&str>| {
        let mut request = evm_key();
        request["deriveFrom"] = json!({ "keyId": id(&master) });
        if let Some(path) = path {
            request["deriveFrom"]["path"] = json!(path);
        }
        create(&service, &request)
    };
    let second = child(Some("m/44'/60'/0'/0/1"));
    assert_eq!(
        second.body["derivedFrom"],
        json!({ "keyId": id(&master), "path": "m/44'/60'/0'/0/1" })
    );
    let (first, third) = (child(None), child(None));
    assert_eq!(first.body["derivedFrom"]["path"], "m/44'/60'/0'/0/0");
    assert_eq!(third.body["derivedFrom"]["path"], "m/44'/60'/0'/0/2");
    assert_ne!(first.body["publicKey"], third.body["publicKey"]);
    assert_eq!(child(Some("m/44'/60'/0'/0/0")).status, 409);
    assert_eq!(child(Some("44/60")).status, 400);
    let other_spelling = child(Some("m/044h/60H/00'/0/0"));
    assert_eq!(other_spelling.status, 409, "{other_spelling:?}");
    assert_eq!(child(Some("m/7h")).body["derivedFrom"]["path"], "m/7'");
    let itself = child(Some("m"));
    assert_eq!(itself.status, 400, "{itself:?}");
    let store = &service.call("GET", &format!("/keys/{}", id(&first)), "").body["store"];
    assert_eq!(
        (&store["keyId"], &store["derivationPath"]),
        (&json!(id(&master)), &json!("m/44'/60'/0'/0/0"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_a_master_key_of_the_same_format_has_children() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let plain = create(&service, &evm_key());
    let mut request = evm_key();
    request["deriveFrom"] = json!({ "keyId": id(&plain) });
    let refused = create(&service, &request);
    assert_eq!(
        (refused.status, &refused.body["error"]["details"]["field"]),
        (400, &json!("deriveFrom.keyId"))
    );
    let master = create(
        &service,
        &json!({ "scheme": "EdDSA", "curve": "ed25519", "masterKey": true }),
    );
    request["deriveFrom"]["keyId"] = json!(id(&master));
    assert_eq!(create(&service, &request).status, 400);
    request["deriveFrom"]["keyId"] = json!("key-00000-00000-0000000000000000");
    assert_eq!(create(&service, &request).status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_name_is_set_and_taken_away_and_must_be_given() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let key = create(&service, &evm_key());
    let path = format!("/keys/{}", id(&key));
    let update = |body: Value| service.signed("PUT", &path, &body.to_string());
    assert_eq!(update(json!({ "name": "hot" })).body["name"], "hot");
    assert_eq!(service.call("GET", &path, "").body["name"], "hot");
    assert_eq!(update(json!({})).status, 400);
    assert_eq!(update(json!({ "name": "n".repeat(101) })).status, 400);
    assert_eq!(update(json!({ "name": null })).body, key.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn lists_go_from_new_to_old_in_pages() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let made: Vec<String> = (0..3).map(|_| id(&create(&service, &evm_key())).to_owned()).collect();
    let first = service.call("GET", "/keys?limit=2", "");
    assert_eq!(ids(&first), [&*made[2], &*made[1]]);
    let token = first.body["nextPageToken"].as_str().unwrap();
    let last = service.call("GET", &format!("/keys?limit=2&paginationToken={token}"), "");
    assert_eq!(
        (ids(&last), &last.body["nextPageToken"]),
        (vec![&*made[0]], &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deleted_key_and_its_wallets_are_archived_and_sign_no_more() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let wallet = service.signed("POST", "/wallets", &json!({ "network": "EthereumSepolia" }).to_string());
    let key_id = wallet.body["signingKey"]["id"].as_str().unwrap();
    let path = format!("/keys/{key_id}");
    let read = service.call("GET", &path, "").body;
    assert_eq!(
        read["wallets"],
        json!([{ "id": id(&wallet), "network": "EthereumSepolia" }])
    );
    assert_eq!(sign_hash(&service, key_id).status, 200);

    let deleted = service.signed("DELETE", &path, "");
    assert_eq!(deleted.body["status"], "Archived", "{deleted:?}");
    assert!(deleted.body["dateDeleted"].is_string());
    let wallet = service.call("GET", &format!("/wallets/{}", id(&wallet)), "");
    assert_eq!(wallet.body["status"], "Archived");
    assert_eq!(wallet.body["dateDeleted"], deleted.body["dateDeleted"]);
    let refused = format!("key {key_id} is archived");
    assert_eq!(sign_hash(&service, key_id).refusal(), (400, &*refused));
    assert_eq!(service.signed("DELETE", &path, "").refusal(), (400, &*refused));
    assert_eq!(
        service.signed("PUT", &path, r#"{"name":"x"}"#).refusal(),
        (400, &*refused)
    );
    let reuse = json!({ "network": "Polygon", "signingKey": { "id": key_id } });
    assert_eq!(service.signed("POST", "/wallets", &reuse.to_string()).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_delegated_key_moves_with_its_wallets_and_serves_its_end_user_only() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (user, user_id) = end_user(&emulator, "ada@example.com");
    let request = json!({ "network": "EthereumSepolia", "delayDelegation": true });
    let wallet = service.signed("POST", "/wallets", &request.to_string());
    let key_id = wallet.body["signingKey"]["id"].as_str().unwrap();
    assert_eq!(user.call("GET", &format!("/keys/{key_id}"), "").status, 404);
    assert_eq!(sign_hash(&user, key_id).status, 404);

    let path = format!("/keys/{key_id}/delegate");
    let request = json!({ "delegateTo": user_id }).to_string();
    let delegated = service.signed("POST", &path, &request);
    assert_eq!(delegated.body, json!({ "keyId": key_id, "status": "Delegated" }));
    let moved = user.call("GET", &format!("/wallets/{}", id(&wallet)), "").body;
    assert_eq!(
        (&moved["custodial"], &moved["signingKey"]["delegatedTo"]),
        (&json!(false), &json!(user_id))
    );
    let refused = format!("key {key_id} is delegated to another user");
    assert_eq!(sign_hash(&service, key_id).refusal(), (403, &*refused));
    assert_eq!(sign_hash(&user, key_id).status, 200);
    assert_eq!(
        service.signed("POST", &path, &request).status,
        400,
        "delegation is for good"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_key_that_was_not_made_for_it_and_a_user_of_the_organisation_are_no_match_for_delegation() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (_, user_id) = end_user(&emulator, "ada@example.com");
    let delegate = |key: &Answer, user_id: &str| {
        let request = json!({ "delegateTo": user_id }).to_string();
        service.signed("POST", &format!("/keys/{}/delegate", id(key)), &request)
    };
    let plain = create(&service, &evm_key());
    let message = format!("key {} was not made with delayDelegation", id(&plain));
    assert_eq!(delegate(&plain, &user_id).refusal(), (400, &*message));
    let mut request = evm_key();
    request["delayDelegation"] = json!(true);
    let delayed = create(&service, &request);
    for nobody in [emulator.employee().user_id(), "us-00000-00000-0000000000000000"] {
        let refused = delegate(&delayed, nobody);
        assert_eq!(
            (refused.status, &refused.body["error"]["details"]["field"]),
            (400, &json!("delegateTo"))
        );
    }
    assert_eq!(delegate(&delayed, &user_id).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_end_user_sees_the_keys_delegated_to_them_and_no_others() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let (ada, ada_id) = end_user(&emulator, "ada@example.com");
    let (ben, ben_id) = end_user(&emulator, "ben@example.com");
    let mut request = evm_key();
    request["delegateTo"] = json!(ada_id);
    let hers = create(&service, &request);
    assert_eq!(hers.body["custodial"], false);
    let ours = create(&service, &evm_key());
    assert_eq!(ids(&service.call("GET", "/keys", "")), [id(&ours), id(&hers)]);
    for owner in [&*ada_id, "ada@example.com"] {
        assert_eq!(
            ids(&service.call("GET", &format!("/keys?owner={owner}"), "")),
            [id(&hers)]
        );
    }
    assert_eq!(ids(&ada.call("GET", "/keys", "")), [id(&hers)]);
    assert_eq!(ids(&ada.call("GET", &format!("/keys?owner={ben_id}"), "")), [""; 0]);
    assert_eq!(ids(&ben.call("GET", &format!("/keys?owner={ada_id}"), "")), [""; 0]);
    assert_eq!(ben.call("GET", &format!("/keys/{}", id(&hers)), "").status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_a_diffie_hellman_key_derives_and_it_does_not_sign() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let derive = |key: &Answer, domain: &str| {
        let request = json!({ "domain": domain, "seed": "0x0102" }).to_string();
        service.signed("POST", &format!("/keys/{}/derive", id(key)), &request)
    };
    let key = create(&service, &json!({ "scheme": "DH", "curve": "secp256k1" }));
    let output = derive(&key, "0xaa");
    assert_eq!(output.body["output"].as_str().unwrap().len(), 68, "{output:?}");
    assert_eq!(derive(&key, "0xaa").body, output.body);
    assert_ne!(derive(&key, "0xab").body, output.body);
    assert_eq!(derive(&key, "").status, 400);
    assert_eq!(sign_hash(&service, id(&key)).status, 400);
    assert_eq!(derive(&create(&service, &evm_key()), "0xaa").status, 400);
}
