//! Transfers through real HTTP, on a clock that the tests move.

use std::time::Duration;

use crate::scene::{BLOCK, Scene};
use crate::support::{Answer, Signer, advance};
use dfns_emulator::{Clock, Emulator};
use serde_json::{Value, json};

fn number(value: &Value) -> u128 {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .parse()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_goes_from_executing_over_broadcasted_to_confirmed() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("EthereumSepolia"), scene.wallet("EthereumSepolia"));
    scene.fund(&sender, "1000000000000000000");
    let made = scene.transfer(
        &sender,
        &json!({ "kind": "Native", "to": receiver.address, "amount": "1000" }),
    );
    assert_eq!(
        (made.status, &made.body["status"]),
        (200, &json!("Executing")),
        "{made:?}"
    );
    assert_eq!(scene.balance(&sender), 1_000_000_000_000_000_000);

    scene.clock.advance(BLOCK);
    let broadcast = scene.transfer_state(&sender, &made);
    assert_eq!(broadcast["status"], "Broadcasted");
    assert_eq!(broadcast["dateBroadcasted"], "2026-01-02T03:04:05.100Z");
    assert_eq!(broadcast["txHash"].as_str().unwrap().len(), 66);
    assert!(scene.balance(&sender) < 1_000_000_000_000_000_000 - 1_000);
    assert_eq!(scene.balance(&receiver), 0);

    scene.clock.advance(BLOCK);
    let confirmed = scene.transfer_state(&sender, &made);
    assert_eq!(
        (&confirmed["status"], &confirmed["dateConfirmed"]),
        (&json!("Confirmed"), &json!("2026-01-02T03:04:05.200Z"))
    );
    let fee = number(&confirmed["fee"]);
    assert_eq!(scene.balance(&sender), 1_000_000_000_000_000_000 - 1_000 - fee);
    assert_eq!(scene.balance(&receiver), 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_late_look_finds_the_dates_of_the_blocks() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Solana"), scene.wallet("Solana"));
    scene.fund(&sender, "1000000000");
    let made = scene.transfer(
        &sender,
        &json!({ "kind": "Native", "to": receiver.address, "amount": "5" }),
    );
    advance(&scene.emulator.url(), 3_600);
    let confirmed = scene.transfer_state(&sender, &made);
    assert_eq!(confirmed["dateBroadcasted"], "2026-01-02T03:04:05.100Z");
    assert_eq!(confirmed["dateConfirmed"], "2026-01-02T03:04:05.200Z");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn both_sides_find_a_confirmed_transfer_in_their_history() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    scene.fund(&sender, "1000000000000000000");
    let made = scene.transfer(
        &sender,
        &json!({ "kind": "Native", "to": receiver.address, "amount": "9" }),
    );
    scene.clock.advance(2 * BLOCK);
    let confirmed = scene.transfer_state(&sender, &made);
    let (out, into) = (scene.history(&sender, "?direction=Out"), scene.history(&receiver, ""));
    for (items, direction) in [(&out, "Out"), (&into, "In")] {
        assert_eq!(items.len(), 1, "{items:?}");
        assert_eq!(
            (&items[0]["kind"], &items[0]["direction"]),
            (&json!("NativeTransfer"), &json!(direction))
        );
        assert_eq!(
            (&items[0]["txHash"], &items[0]["value"]),
            (&confirmed["txHash"], &json!("9"))
        );
        assert_eq!(
            (&items[0]["from"], &items[0]["to"]),
            (&json!(sender.address), &json!(receiver.address))
        );
        assert_eq!(items[0]["symbol"], "ETH");
    }
    assert!(scene.history(&receiver, "?direction=Out").is_empty());
    assert_eq!(scene.history(&sender, "").len(), 2);
    let all = "/wallets/all/history?startTime=2026-01-01T00:00:00Z&endTime=2026-12-31T00:00:00Z";
    assert_eq!(scene.get(all)["items"].as_array().unwrap().len(), 3);
    assert_eq!(
        scene
            .service
            .call("GET", "/wallets/all/history?startTime=2026-01-01T00:00:00Z", "")
            .status,
        400
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_beyond_the_balance_fails_and_costs_nothing() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Solana"), scene.wallet("Solana"));
    scene.fund(&sender, "100");
    let made = scene.transfer(
        &sender,
        &json!({ "kind": "Native", "to": receiver.address, "amount": "100" }),
    );
    scene.clock.advance(10 * BLOCK);
    let failed = scene.transfer_state(&sender, &made);
    assert_eq!(failed["status"], "Failed");
    assert_eq!(failed["reason"], "insufficient balance: 7100 of SOL needed, 100 held");
    assert!(failed.get("txHash").is_none(), "{failed}");
    assert_eq!((scene.balance(&sender), scene.balance(&receiver)), (100, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn of_two_transfers_that_race_for_the_same_money_the_first_wins() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Stellar"), scene.wallet("Stellar"));
    scene.fund(&sender, "1000");
    let body = json!({ "kind": "Native", "to": receiver.address, "amount": "600" });
    let (first, second) = (scene.transfer(&sender, &body), scene.transfer(&sender, &body));
    assert_ne!(first.body["id"], second.body["id"]);
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.transfer_state(&sender, &first)["status"], "Confirmed");
    assert_eq!(scene.transfer_state(&sender, &second)["status"], "Failed");
    assert_eq!((scene.balance(&sender), scene.balance(&receiver)), (300, 600));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_same_external_id_moves_money_once_for_ever() {
    let scene = Scene::new().await;
    let (sender, receiver, other) = (scene.wallet("Solana"), scene.wallet("Solana"), scene.wallet("Solana"));
    scene.fund(&sender, "1000000");
    let body = json!({ "kind": "Native", "to": receiver.address, "amount": "7", "externalId": "pay-1" });
    let first = scene.transfer(&sender, &body);
    scene.clock.advance(2 * BLOCK);
    let reordered = format!(
        r#"{{ "externalId":"pay-1", "amount":"7","to":"{}","kind":"Native" }}"#,
        receiver.address
    );
    let again = scene
        .service
        .signed("POST", &format!("{}/transfers", sender.path), &reordered);
    assert_eq!(
        (again.status, &again.body["id"], &again.body["status"]),
        (200, &first.body["id"], &json!("Confirmed"))
    );
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.balance(&receiver), 7);

    let mut changed = body.clone();
    changed["amount"] = json!("8");
    for refused in [scene.transfer(&sender, &changed), scene.transfer(&other, &body)] {
        assert_eq!(refused.refusal(), (409, "Conflicting transfer with same externalId"));
        let duplicate = json!({ "id": first.body["id"], "externalId": "pay-1" });
        assert_eq!(refused.body["error"]["details"]["duplicate"], duplicate);
    }
    let too_long = json!({ "kind": "Native", "to": receiver.address, "amount": "7", "externalId": "x".repeat(51) });
    assert_eq!(scene.transfer(&sender, &too_long).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_wrong_with_a_transfer_is_named() {
    let scene = Scene::new().await;
    let (ethereum, bitcoin) = (scene.wallet("Ethereum"), scene.wallet("Bitcoin"));
    let stellar = scene.wallet("Stellar");
    let to = &ethereum.address;
    for (wallet, body, field) in [
        (
            &stellar,
            json!({ "kind": "Native", "to": stellar.address, "amount": "1", "memo": "x".repeat(29) }),
            "memo",
        ),
        (
            &ethereum,
            json!({ "kind": "Native", "to": "0x12", "amount": "1" }),
            "to",
        ),
        (
            &ethereum,
            json!({ "kind": "Native", "to": bitcoin.address, "amount": "1" }),
            "to",
        ),
        (
            &ethereum,
            json!({ "kind": "Native", "to": to, "amount": "0" }),
            "amount",
        ),
        (
            &ethereum,
            json!({ "kind": "Native", "to": to, "amount": format!("2{}", "0".repeat(77)) }),
            "amount",
        ),
        (
            &ethereum,
            json!({ "kind": "Teleport", "to": to, "amount": "1" }),
            "kind",
        ),
        (
            &ethereum,
            json!({ "kind": "Erc20", "contract": "0x1", "to": to, "amount": "1" }),
            "contract",
        ),
        (
            &bitcoin,
            json!({ "kind": "Erc20", "contract": to, "to": to, "amount": "1" }),
            "kind",
        ),
        (
            &ethereum,
            json!({ "kind": "Native", "to": to, "amount": "1", "priority": "Warp" }),
            "priority",
        ),
    ] {
        let refused = scene.transfer(wallet, &body);
        assert_eq!(
            (refused.status, &refused.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{refused:?}"
        );
    }
    for amount in [json!("-1"), json!("1.5"), json!("1e3"), json!(1), json!("")] {
        let refused = scene.transfer(&ethereum, &json!({ "kind": "Native", "to": to, "amount": amount }));
        assert_eq!(refused.status, 400, "{amount}: {refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_an_executing_transfer_can_be_aborted() {
    let scene = Scene::new().await;
    let wallet = scene.wallet("Solana");
    scene.fund(&wallet, "1000000");
    let body = json!({ "kind": "Native", "to": wallet.address, "amount": "7" });
    let abort = |transfer: &Answer| {
        let path = format!(
            "{}/transfers/{}/abort",
            wallet.path,
            transfer.body["id"].as_str().unwrap()
        );
        scene.service.signed("PUT", &path, "")
    };
    let early = scene.transfer(&wallet, &body);
    let aborted = abort(&early);
    assert_eq!(
        (aborted.status, &aborted.body["status"]),
        (200, &json!("Failed")),
        "{aborted:?}"
    );
    let late = scene.transfer(&wallet, &body);
    scene.clock.advance(BLOCK);
    assert_eq!(abort(&late).status, 400);
    scene.clock.advance(BLOCK);
    assert_eq!(scene.transfer_state(&wallet, &early)["status"], "Failed");
    assert_eq!(scene.balance(&wallet), 1_000_000 - 7_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_whose_key_is_deleted_before_it_is_signed_fails_and_costs_nothing() {
    let scene = Scene::new().await;
    let wallet = scene.wallet("Solana");
    scene.fund(&wallet, "1000000000");
    let body = json!({ "kind": "Native", "to": scene.wallet("Solana").address, "amount": "5" });
    let broadcast = scene.transfer(&wallet, &body);
    scene.clock.advance(BLOCK);
    let held = scene.balance(&wallet);
    let executing = scene.transfer(&wallet, &body);
    let key = scene.get(&wallet.path)["signingKey"]["id"].clone();
    let key = format!("/keys/{}", key.as_str().unwrap());
    assert_eq!(scene.service.signed("DELETE", &key, "").status, 200);
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.transfer_state(&wallet, &broadcast)["status"], "Confirmed");
    let failed = scene.transfer_state(&wallet, &executing);
    assert_eq!(failed["status"], "Failed", "{failed}");
    assert_eq!(failed["reason"], "the wallet can no longer be used");
    assert_eq!(scene.balance(&wallet), held);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn tokens_are_listed_moved_and_kept_apart() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    let token = json!({ "kind": "Erc20", "contract": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "symbol": "USDC", "decimals": 6 });
    let picture = json!({ "kind": "Erc721", "contract": "0x00000000000000000000000000000000000000aa", "tokenId": "42", "symbol": "ART" });
    scene.fund(&sender, "1000000000000000000");
    let answer = scene.faucet(&json!({ "walletId": sender.id, "amount": "500", "asset": token }));
    assert_eq!(
        (answer.status, &answer.body["balance"]),
        (200, &json!("500")),
        "{answer:?}"
    );
    assert_eq!(
        scene.faucet(&json!({ "walletId": sender.id, "asset": picture })).status,
        200
    );
    let assets = scene.get(&format!("{}/assets", sender.path));
    let expected = json!({
        "kind": "Erc20", "contract": "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "symbol": "USDC", "decimals": 6, "balance": "500",
    });
    assert_eq!(assets["assets"][1], expected);
    assert_eq!(scene.get(&format!("{}/nfts", sender.path))["nfts"][0]["tokenId"], "42");

    let contract = &expected["contract"];
    let moved = scene.transfer(
        &sender,
        &json!({ "kind": "Erc20", "contract": contract, "to": receiver.address, "amount": "200" }),
    );
    assert_eq!(
        moved.body["metadata"]["asset"],
        json!({ "symbol": "USDC", "decimals": 6 })
    );
    let gift = json!({ "kind": "Erc721", "contract": picture["contract"], "tokenId": "42", "to": receiver.address });
    assert_eq!(scene.transfer(&sender, &gift).status, 200);
    let nothing_left = scene.transfer(&sender, &gift);
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.transfer_state(&sender, &nothing_left)["status"], "Failed");
    assert_eq!(
        scene.get(&format!("{}/assets", receiver.path))["assets"][1]["balance"],
        "200"
    );
    assert_eq!(
        scene.get(&format!("{}/nfts", receiver.path))["nfts"][0]["symbol"],
        "ART"
    );
    assert!(
        scene.get(&format!("{}/nfts", sender.path))["nfts"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let kinds: Vec<Value> = scene
        .history(&receiver, "")
        .iter()
        .map(|item| item["kind"].clone())
        .collect();
    assert_eq!(kinds, ["Erc721Transfer", "Erc20Transfer"]);
    let of_token = scene.history(&receiver, &format!("?contract={}", contract.as_str().unwrap()));
    assert_eq!(of_token.len(), 1);
    assert_eq!(scene.history(&receiver, "?kind=Erc721Transfer").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_faucet_says_what_it_does_not_understand() {
    let scene = Scene::new().await;
    let wallet = scene.wallet("Ethereum");
    let contract = "0x00000000000000000000000000000000000000aa";
    for (body, field) in [
        (json!({ "amount": "1" }), "walletId"),
        (json!({ "walletId": "wa-1", "amount": "1" }), "walletId"),
        (
            json!({ "network": "Atlantis", "address": "x", "amount": "1" }),
            "network",
        ),
        (
            json!({ "network": "Ethereum", "address": "x", "amount": "1" }),
            "address",
        ),
        (json!({ "walletId": wallet.id, "amount": 1 }), "amount"),
        (json!({ "walletId": wallet.id, "amount": "0" }), "amount"),
        (
            json!({ "walletId": wallet.id, "amount": "1", "asset": "USDC" }),
            "asset",
        ),
        (
            json!({ "walletId": wallet.id, "amount": "1", "asset": { "kind": "Spl" } }),
            "asset.kind",
        ),
        (
            json!({ "walletId": wallet.id, "amount": "1", "asset": { "kind": "Erc20", "contract": contract } }),
            "asset.decimals",
        ),
    ] {
        let refused = scene.faucet(&body);
        assert_eq!(
            (refused.status, &refused.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{refused:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn balances_and_transfers_under_way_survive_a_restart() {
    let file = std::env::temp_dir().join(format!("dfns-emulator-transfers-{}.db", std::process::id()));
    let start = || {
        Emulator::builder()
            .data_file(&file)
            .block_time(Duration::from_secs(3_600))
            .start()
    };
    let emulator = start().await.unwrap();
    let (clock, service) = (Clock::system(), Signer::service_account(&emulator));
    let scene = Scene {
        emulator,
        service,
        clock,
    };
    let (sender, receiver) = (scene.wallet("Stellar"), scene.wallet("Stellar"));
    scene.fund(&sender, "1000");
    let made = scene.transfer(
        &sender,
        &json!({ "kind": "Native", "to": receiver.address, "amount": "600" }),
    );
    scene.emulator.stop().await.unwrap();

    let emulator = start().await.unwrap();
    let (clock, service) = (Clock::system(), Signer::service_account(&emulator));
    let scene = Scene {
        emulator,
        service,
        clock,
    };
    assert_eq!(scene.balance(&sender), 1_000);
    advance(&scene.emulator.url(), 2 * 3_600);
    assert_eq!(scene.transfer_state(&sender, &made)["status"], "Confirmed");
    assert_eq!((scene.balance(&sender), scene.balance(&receiver)), (300, 600));
    scene.emulator.stop().await.unwrap();
    std::fs::remove_file(&file).unwrap();
}
