//! Wallets through real HTTP: making, finding, labelling and delegating them.

use crate::scene::{BLOCK, Scene, Wallet};
use crate::support::{Answer, Signer, send};
use dfns_emulator::Emulator;
use serde_json::{Value, json};

async fn service() -> (Emulator, Signer) {
    let emulator = Emulator::builder().seed(7).start().await.unwrap();
    let service = Signer::service_account(&emulator);
    (emulator, service)
}

fn create(signer: &Signer, body: &Value) -> Answer {
    signer.signed("POST", "/wallets", &body.to_string())
}

fn text<'a>(answer: &'a Answer, pointer: &str) -> &'a str {
    answer
        .body
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer} of {answer:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wallet_has_what_was_asked_for_and_reads_back() {
    let (_emulator, service) = service().await;
    let asked =
        json!({ "network": "EthereumSepolia", "name": "treasury", "externalId": "t-1", "tags": ["a", "b", "a"] });
    let made = create(&service, &asked);
    assert_eq!(made.status, 200, "{made:?}");
    let expected = json!({
        "network": "EthereumSepolia", "name": "treasury", "externalId": "t-1", "tags": ["a", "b"],
        "status": "Active", "custodial": true,
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&made.body[field], value, "{field}");
    }
    assert_eq!(made.body["signingKey"]["scheme"], "ECDSA");
    assert_eq!(text(&made, "/signingKey/publicKey").len(), 66);
    let read = service.call("GET", &format!("/wallets/{}", text(&made, "/id")), "");
    assert_eq!((read.status, &read.body), (200, &made.body));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_address_of_an_evm_wallet_is_that_of_its_public_key() {
    use k256::elliptic_curve::sec1::ToSec1Point as _;
    use sha3::Digest as _;
    let (_emulator, service) = service().await;
    let made = create(&service, &json!({ "network": "Ethereum" }));
    let hex = text(&made, "/signingKey/publicKey");
    let compressed: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&hex[place..place + 2], 16).unwrap())
        .collect();
    let point = k256::PublicKey::from_sec1_bytes(&compressed)
        .unwrap()
        .to_sec1_point(false);
    let hash = sha3::Keccak256::digest(&point.as_bytes()[1..]);
    assert_eq!(
        text(&made, "/address"),
        dfns_types::Hex::from_bytes(&hash[12..]).as_str()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_same_seed_gives_the_same_wallets() {
    let (_first, one) = service().await;
    let (_second, other) = service().await;
    let body = json!({ "network": "Solana" });
    assert_eq!(
        create(&one, &body).body["address"],
        create(&other, &body).body["address"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_network_gives_a_wallet_or_says_why_not() {
    let (_emulator, service) = service().await;
    for network in [
        "Bitcoin",
        "Solana",
        "Stellar",
        "Algorand",
        "Tron",
        "XrpLedger",
        "CosmosHub4",
        "Polkadot",
        "Ton",
    ] {
        let made = create(&service, &json!({ "network": network }));
        assert_eq!(made.status, 200, "{network}: {made:?}");
        assert!(!text(&made, "/address").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_schnorr_key_gives_a_taproot_address() {
    let (_emulator, service) = service().await;
    let made = create(
        &service,
        &json!({ "network": "Bitcoin", "signingKey": { "scheme": "Schnorr" } }),
    );
    assert!(text(&made, "/address").starts_with("bc1p"), "{made:?}");
    let usual = create(&service, &json!({ "network": "Bitcoin" }));
    assert!(text(&usual, "/address").starts_with("bc1q"), "{usual:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_network_with_two_kinds_of_keys_takes_either_and_pays_with_either() {
    let scene = Scene::new().await;
    for (network, usual, other, start) in [
        ("XrpLedger", "ECDSA", ("EdDSA", "ed25519"), "r"),
        ("Tezos", "EdDSA", ("ECDSA", "secp256k1"), "tz2"),
    ] {
        let made = create(&scene.service, &json!({ "network": network }));
        assert_eq!(made.body["signingKey"]["scheme"], usual, "{made:?}");
        let key = json!({ "scheme": other.0, "curve": other.1 });
        let made = create(&scene.service, &json!({ "network": network, "signingKey": key }));
        let wallet = Wallet {
            id: text(&made, "/id").to_owned(),
            path: format!("/wallets/{}", text(&made, "/id")),
            address: text(&made, "/address").to_owned(),
        };
        assert_eq!(made.body["signingKey"]["curve"], other.1);
        assert!(wallet.address.starts_with(start), "{made:?}");
        scene.fund(&wallet, "1000000");
        let receiver = scene.wallet(network);
        let paid = scene.transfer(
            &wallet,
            &json!({ "kind": "Native", "to": receiver.address, "amount": "1000" }),
        );
        scene.clock.advance(2 * BLOCK);
        assert_eq!(scene.transfer_state(&wallet, &paid)["status"], "Confirmed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_wallet_holds_is_worth_what_prices_say_if_that_is_asked_for() {
    let scene = Scene::new().await;
    let wallet = scene.wallet("Ethereum");
    scene.fund(&wallet, "1500000000000000000");
    let token = json!({ "kind": "Erc20", "contract": format!("0x{}", "cc".repeat(20)) });
    let mut described = token.clone();
    (described["symbol"], described["decimals"]) = (json!("COIN"), json!(6));
    let given = scene.faucet(&json!({ "walletId": wallet.id, "amount": "2000000", "asset": described }));
    assert_eq!(given.status, 200, "{given:?}");
    let path = format!("{}/assets", wallet.path);
    let asked = scene.get(&format!("{path}?netWorth=true"));
    assert_eq!(asked["assets"][0]["quotes"], json!({ "USD": 3750.0 }));
    assert!(asked["assets"][1].get("quotes").is_none(), "nobody knows a price of it");
    assert_eq!(asked["netWorth"], json!({ "USD": 3750.0 }));
    let price = json!({ "network": "Ethereum", "asset": token, "usd": 1.25 }).to_string();
    let set = send(&scene.emulator.url(), "PUT", "/__admin/prices", &[], price.as_bytes());
    assert_eq!(set.status, 200, "{set:?}");
    let asked = scene.get(&format!("{path}?netWorth=true"));
    assert_eq!(
        (&asked["assets"][1]["quotes"], &asked["netWorth"]),
        (&json!({ "USD": 2.5 }), &json!({ "USD": 3752.5 }))
    );
    let silent = scene.get(&path);
    assert!(
        silent.get("netWorth").is_none() && silent["assets"][0].get("quotes").is_none(),
        "{silent}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn one_key_gives_one_address_on_all_evm_networks_and_one_wallet_on_each() {
    let (_emulator, service) = service().await;
    let first = create(&service, &json!({ "network": "Ethereum" }));
    let key = json!({ "id": text(&first, "/signingKey/id") });
    let second = create(&service, &json!({ "network": "Base", "signingKey": key }));
    assert_eq!(second.body["address"], first.body["address"]);
    assert_eq!(
        create(&service, &json!({ "network": "Base", "signingKey": key })).status,
        409
    );
    let wrong = create(&service, &json!({ "network": "Solana", "signingKey": key }));
    assert_eq!(
        wrong.refusal(),
        (
            400,
            "signingKey: Solana takes keys of the format EdDSA/ed25519, not ECDSA/secp256k1"
        )
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_wrong_with_a_request_is_named() {
    let (_emulator, service) = service().await;
    let long = "x".repeat(101);
    for (body, field) in [
        (json!({ "network": "Atlantis" }), "network"),
        (json!({ "network": "Ethereum", "name": long }), "name"),
        (json!({ "network": "Ethereum", "externalId": long }), "externalId"),
        (json!({ "network": "Ethereum", "tags": ["ok", "not ok"] }), "tags[1]"),
        (
            json!({ "network": "Ethereum", "signingKey": { "scheme": "EdDSA" } }),
            "signingKey.scheme",
        ),
        (
            json!({ "network": "Ethereum", "delegateTo": "us-00000-00000-0000000000000000" }),
            "delegateTo",
        ),
        (
            json!({ "network": "Ethereum", "signingKey": { "storeId": "ks-00000-00000-00000000000000" } }),
            "signingKey.storeId",
        ),
    ] {
        let refused = create(&service, &body);
        assert_eq!(
            (refused.status, &refused.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{refused:?}"
        );
    }
    let missing = create(&service, &json!({ "name": "x" }));
    assert_eq!(missing.status, 400);
    assert_eq!(missing.message(), "invalid body: network is missing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn pages_of_wallets_go_from_new_to_old() {
    let (_emulator, service) = service().await;
    let made: Vec<String> = (0..5)
        .map(|_| text(&create(&service, &json!({ "network": "Solana" })), "/id").to_owned())
        .collect();
    let (mut seen, mut token, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = service.call("GET", &format!("/wallets?limit=2{token}"), "");
        assert_eq!(page.status, 200, "{page:?}");
        let ids = page.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|wallet| wallet["id"].as_str().unwrap().to_owned());
        seen.extend(ids);
        pages += 1;
        match page.body.get("nextPageToken") {
            Some(next) => token = format!("&paginationToken={}", next.as_str().unwrap()),
            None => break,
        }
    }
    let newest_first: Vec<String> = made.into_iter().rev().collect();
    assert_eq!((seen, pages), (newest_first, 3));
    assert_eq!(
        service
            .call("GET", &format!("/wallets?limit=2&owner=x{token}"), "")
            .status,
        400
    );
    assert_eq!(service.call("GET", "/wallets?limit=0", "").status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn names_are_set_kept_and_cleared() {
    let (_emulator, service) = service().await;
    let made = create(
        &service,
        &json!({ "network": "Solana", "name": "a", "externalId": "e" }),
    );
    let path = format!("/wallets/{}", text(&made, "/id"));
    let changed = service.signed("PUT", &path, r#"{"name":"b"}"#);
    assert_eq!(
        (&changed.body["name"], &changed.body["externalId"]),
        (&json!("b"), &json!("e"))
    );
    let cleared = service.signed("PUT", &path, r#"{"name":null}"#);
    assert!(cleared.body.get("name").is_none(), "{cleared:?}");
    assert_eq!(service.call("GET", &path, "").body, cleared.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn tags_are_added_and_taken_away() {
    let (_emulator, service) = service().await;
    let made = create(&service, &json!({ "network": "Solana", "tags": ["a"] }));
    let path = format!("/wallets/{}", text(&made, "/id"));
    let tags = format!("{path}/tags");
    let added = service.signed("PUT", &tags, r#"{"tags":["b","a","c"]}"#);
    assert_eq!((added.status, added.body), (200, json!({})));
    assert_eq!(service.signed("DELETE", &tags, r#"{"tags":["a","never"]}"#).status, 200);
    assert_eq!(service.call("GET", &path, "").body["tags"], json!(["b", "c"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_unknown_wallet_is_not_found() {
    let (emulator, service) = service().await;
    let id = "wa-00000-00000-0000000000000000";
    let answer = service.call("GET", &format!("/wallets/{id}"), "");
    assert_eq!(answer.refusal(), (404, "wallet not found"));
    assert_eq!(
        answer.body["error"]["details"],
        json!({ "walletId": id, "orgId": emulator.org_id() })
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wallet_that_was_not_made_for_it_cannot_be_delegated() {
    let (emulator, service) = service().await;
    let made = create(&service, &json!({ "network": "Solana", "delayDelegation": true }));
    let body = json!({ "userId": emulator.employee().user_id() }).to_string();
    let refused = service.signed("POST", &format!("/wallets/{}/delegate", text(&made, "/id")), &body);
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains("is no end user"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn fees_are_estimated_where_the_network_has_them() {
    let (_emulator, service) = service().await;
    for (network, kind) in [("Ethereum", "Eip1559"), ("Bitcoin", "Bitcoin"), ("Solana", "Solana")] {
        let answer = service.call("GET", &format!("/networks/fees?network={network}"), "");
        assert_eq!((answer.status, &answer.body["kind"]), (200, &json!(kind)), "{answer:?}");
    }
    assert_eq!(service.call("GET", "/networks/fees?network=Stellar", "").status, 400);
    assert_eq!(service.call("GET", "/networks/fees", "").status, 400);
}
