//! Linked exchanges: deposits, withdrawals, and what an account holds meanwhile.

use serde_json::{Value, json};

use crate::scene::{BLOCK, Scene, Wallet};
use crate::support::{Answer, Signer, send};

const ETHER: u128 = 1_000_000_000_000_000_000;

fn link(scene: &Scene, kind: &str) -> Answer {
    let keys =
        json!({ "publicApiKey": "public-part", "privateApiKey": "very-private-part", "password": "pass-phrase" });
    let body = json!({ "kind": kind, "name": "desk", "readConfiguration": keys, "writeConfiguration": keys });
    Signer::employee(&scene.emulator).signed("POST", "/exchanges", &body.to_string())
}

fn linked(scene: &Scene) -> String {
    let answer = link(scene, "Kraken");
    format!(
        "/exchanges/{}",
        answer.body["id"].as_str().unwrap_or_else(|| panic!("{answer:?}"))
    )
}

fn assets(scene: &Scene, exchange: &str) -> Value {
    scene.get(&format!("{exchange}/accounts/spot/assets"))["items"].clone()
}

fn movement(scene: &Scene, exchange: &str, what: &str, body: &Value) -> Answer {
    let path = format!("{exchange}/accounts/spot/{what}");
    scene.service.signed("POST", &path, &body.to_string())
}

fn credit(scene: &Scene, exchange: &str, symbol: &str, amount: &str) {
    let id = exchange.trim_start_matches("/exchanges/");
    let body = json!({ "exchangeId": id, "symbol": symbol, "amount": amount }).to_string();
    let answer = send(
        &scene.emulator.url(),
        "POST",
        "/__admin/exchanges/credit",
        &[],
        body.as_bytes(),
    );
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn native(wallet: &Wallet, amount: u128) -> Value {
    json!({ "kind": "Native", "amount": amount.to_string(), "walletId": wallet.id })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_linked_exchange_is_shown_without_its_keys_and_can_be_unlinked() {
    let scene = Scene::new().await;
    let employee = Signer::employee(&scene.emulator);
    for kind in ["Kraken", "Binance", "CoinbasePrime", "CoinbaseApp"] {
        let made = link(&scene, kind);
        assert_eq!(made.status, 200, "{made:?}");
        assert_eq!(made.body["kind"], kind);
        assert!(!made.body.to_string().contains("part"), "{made:?}");
    }
    let list = employee.call("GET", "/exchanges", "").body;
    assert_eq!(list["items"].as_array().unwrap().len(), 4);
    let path = format!("/exchanges/{}", list["items"][0]["id"].as_str().unwrap());
    assert_eq!(employee.call("GET", &path, "").body, list["items"][0]);
    assert_eq!(employee.signed("DELETE", &path, "").body, json!({ "deleted": true }));
    assert_eq!(employee.call("GET", &path, "").refusal(), (404, "exchange not found"));
    let accounts = format!("/exchanges/{}/accounts", list["items"][1]["id"].as_str().unwrap());
    let accounts = employee.call("GET", &accounts, "").body;
    assert_eq!(accounts["items"][0]["id"], "spot");
    assert_eq!(accounts["items"][0]["exchangeName"], "desk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_no_exchange_would_take_is_refused() {
    let scene = Scene::new().await;
    assert_eq!(link(&scene, "CornerShop").refusal().0, 400);
    let keys = json!({ "publicApiKey": " ", "privateApiKey": "x" });
    let body = json!({ "kind": "Kraken", "readConfiguration": keys, "writeConfiguration": keys }).to_string();
    let refused = Signer::employee(&scene.emulator).signed("POST", "/exchanges", &body);
    assert_eq!(refused.refusal(), (400, "readConfiguration.publicApiKey: it is empty"));
    let exchange = linked(&scene);
    let other = scene
        .service
        .call("GET", &format!("{exchange}/accounts/margin/assets"), "");
    assert_eq!(other.refusal(), (404, "exchange account not found"));
    let wallet = scene.wallet("Ethereum");
    let mut body = native(&wallet, 5);
    body["otp"] = "12345".into();
    assert_eq!(movement(&scene, &exchange, "withdrawals", &body).status, 400);
    assert_eq!(movement(&scene, &exchange, "deposits", &native(&wallet, 0)).status, 400);
    let unknown =
        json!({ "kind": "Erc20", "contract": format!("0x{}", "1".repeat(40)), "amount": "1", "walletId": wallet.id });
    assert_eq!(movement(&scene, &exchange, "deposits", &unknown).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deposit_is_a_transfer_and_is_credited_once_when_it_is_confirmed() {
    let scene = Scene::new().await;
    let (exchange, wallet) = (linked(&scene), scene.wallet("EthereumSepolia"));
    scene.fund(&wallet, &(2 * ETHER).to_string());
    let mut body = native(&wallet, ETHER / 2);
    body["externalId"] = "deposit-1".into();
    body["otp"] = "123456".into();
    let made = movement(&scene, &exchange, "deposits", &body);
    assert_eq!((made.status, &made.body["kind"]), (200, &json!("Deposit")), "{made:?}");
    assert!(!made.body.to_string().contains("123456"), "{made:?}");
    assert_eq!(
        movement(&scene, &exchange, "deposits", &body).body,
        made.body,
        "the same request again"
    );
    assert_eq!(assets(&scene, &exchange), json!([]));
    scene.clock.advance(2 * BLOCK);
    for _ in 0..2 {
        let held = assets(&scene, &exchange);
        assert_eq!(held, json!([{ "symbol": held[0]["symbol"], "balance": "0.5" }]));
    }
    let transfers = scene.get(&format!("{}/transfers", wallet.path));
    assert_eq!(transfers["items"].as_array().unwrap().len(), 1);
    assert_eq!(transfers["items"][0]["id"], made.body["transferId"]);
    assert_eq!(transfers["items"][0]["status"], "Confirmed");
    assert!(scene.balance(&wallet) < 2 * ETHER - ETHER / 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deposit_that_fails_is_never_credited() {
    let scene = Scene::new().await;
    let (exchange, wallet) = (linked(&scene), scene.wallet("EthereumSepolia"));
    assert_eq!(movement(&scene, &exchange, "deposits", &native(&wallet, 5)).status, 200);
    scene.clock.advance(2 * BLOCK);
    scene.fund(&wallet, &ETHER.to_string());
    scene.clock.advance(2 * BLOCK);
    assert_eq!(assets(&scene, &exchange), json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_withdrawal_takes_from_the_account_what_the_wallet_gets() {
    let scene = Scene::new().await;
    let (exchange, wallet) = (linked(&scene), scene.wallet("Ethereum"));
    credit(&scene, &exchange, "ETH", "3");
    let made = movement(&scene, &exchange, "withdrawals", &native(&wallet, ETHER));
    assert_eq!(
        (made.status, &made.body["kind"]),
        (200, &json!("Withdrawal")),
        "{made:?}"
    );
    assert_eq!(scene.balance(&wallet), ETHER);
    assert_eq!(assets(&scene, &exchange), json!([{ "symbol": "ETH", "balance": "2" }]));
    let history = scene.history(&wallet, "");
    assert_eq!(history[0]["txHash"], made.body["exchangeReference"]);
    let refused = movement(&scene, &exchange, "withdrawals", &native(&wallet, 3 * ETHER));
    assert_eq!(
        refused.refusal(),
        (400, "insufficient balance at the exchange: 3 ETH needed, 2 held")
    );
    assert_eq!(scene.balance(&wallet), ETHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_networks_of_a_withdrawal_are_those_that_know_the_asset() {
    let scene = Scene::new().await;
    let (exchange, wallet) = (linked(&scene), scene.wallet("Ethereum"));
    let contract = format!("0x{}", "a".repeat(40));
    let token = json!({
        "walletId": wallet.id, "amount": "7",
        "asset": { "kind": "Erc20", "contract": contract, "symbol": "USDX", "decimals": 6 },
    });
    assert_eq!(scene.faucet(&token).status, 200);
    let networks = |symbol: &str| scene.get(&format!("{exchange}/accounts/spot/assets/{symbol}/withdrawal-networks"));
    assert_eq!(
        networks("USDX"),
        json!([{ "kind": "Erc20", "contract": contract, "network": "Ethereum", "decimals": 6 }])
    );
    let sol = networks("SOL");
    assert_eq!(sol[0], json!({ "kind": "Native", "network": "Solana", "decimals": 9 }));
    assert_eq!(networks("NONE"), json!([]));
}
