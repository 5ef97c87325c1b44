//! Every kind of asset can be given, held, sent, received and found in the history.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::scene::{BLOCK, Scene};

const WORD: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";
const WORD_OF_STARKNET: &str = "0x0111111111111111111111111111111111111111111111111111111111111111";
const CONTRACT: &str = "0x00000000000000000000000000000000000000aa";
const TRON: &str = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
const MINT: &str = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
const ISSUER: &str = "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN";

/// Network, and the fields of an asset of each kind other than native.
fn assets() -> Vec<(&'static str, Value)> {
    vec![
        ("Aptos", json!({ "kind": "Aip21", "metadata": WORD })),
        ("Algorand", json!({ "kind": "Asa", "assetId": "31566704" })),
        ("Cardano", json!({ "kind": "Asset", "assetId": "f43a62" })),
        (
            "Canton",
            json!({ "kind": "Cip56", "instrumentId": "i", "instrumentAdmin": "a::1" }),
        ),
        ("Concordium", json!({ "kind": "Cis2", "tokenAddress": "t" })),
        ("Concordium", json!({ "kind": "Cis7", "tokenId": "t" })),
        ("Sui", json!({ "kind": "Coin", "coin": "0x2::usdc::USDC" })),
        ("Ethereum", json!({ "kind": "Erc20", "contract": CONTRACT })),
        (
            "Ethereum",
            json!({ "kind": "Erc721", "contract": CONTRACT, "tokenId": "1" }),
        ),
        ("Ethereum", json!({ "kind": "Erc7984", "contract": CONTRACT })),
        (
            "Hedera",
            json!({ "kind": "Hip17", "tokenId": "0.0.5", "serialNumber": "7" }),
        ),
        ("Hedera", json!({ "kind": "Hts", "tokenId": "0.0.5" })),
        (
            "XrpLedger",
            json!({ "kind": "Iou", "currency": "USD", "issuer": "rrrrrrrrrrrrrrrrrrrrBZbvji" }),
        ),
        ("XrpLedger", json!({ "kind": "Xls33", "issuanceId": "00" })),
        (
            "Stellar",
            json!({ "kind": "Sep41", "issuer": ISSUER, "assetCode": "USDC" }),
        ),
        ("Solana", json!({ "kind": "Spl", "mint": MINT })),
        ("Starknet", json!({ "kind": "Snip2", "contract": WORD_OF_STARKNET })),
        (
            "Starknet",
            json!({ "kind": "Snip3", "contract": WORD_OF_STARKNET, "tokenId": "1" }),
        ),
        ("Solana", json!({ "kind": "Spl2022", "mint": MINT })),
        (
            "Ton",
            json!({ "kind": "Tep74", "master": "EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs" }),
        ),
        ("Tron", json!({ "kind": "Trc10", "tokenId": "1002000" })),
        ("Tron", json!({ "kind": "Trc20", "contract": TRON })),
        ("Tron", json!({ "kind": "Trc721", "contract": TRON, "tokenId": "5" })),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_kind_of_token_is_held_moved_and_remembered() {
    let scene = Scene::new().await;
    for (network, asset) in assets() {
        let (sender, receiver) = (scene.wallet(network), scene.wallet(network));
        let kind = asset["kind"].as_str().unwrap();
        let is_unique = ["Erc721", "Hip17", "Snip3", "Trc721"].contains(&kind);
        let mut given = json!({ "walletId": sender.id, "asset": asset });
        if !is_unique {
            given["amount"] = json!("10");
            given["asset"]["decimals"] = json!(2);
        }
        let answer = scene.faucet(&given);
        assert_eq!(answer.status, 200, "{kind}: {answer:?}");
        scene.fund(&sender, "1000000000000000000000000");
        let mut transfer = asset.clone();
        transfer["to"] = json!(receiver.address);
        if !is_unique {
            transfer["amount"] = json!("4");
        }
        let made = scene.transfer(&sender, &transfer);
        assert_eq!(made.status, 200, "{kind}: {made:?}");
        scene.clock.advance(2 * BLOCK);
        let confirmed = scene.transfer_state(&sender, &made);
        assert_eq!(confirmed["status"], "Confirmed", "{kind}: {confirmed}");
        let item = &scene.history(&receiver, "?direction=In")[0];
        assert_eq!(item["kind"], format!("{kind}Transfer"), "{item}");
        assert_eq!(item["txHash"], confirmed["txHash"]);
        // Some kinds of transfers can have several receivers.
        let receivers = item.get("tos").cloned().unwrap_or_else(|| json!([item["to"]]));
        assert_eq!(receivers, json!([receiver.address]), "{kind}: {item}");
        let held = if is_unique {
            scene.get(&format!("{}/nfts", receiver.path))["nfts"][0].clone()
        } else {
            scene.get(&format!("{}/assets", receiver.path))["assets"][1].clone()
        };
        let expected: Value = asset.clone();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&held[name], value, "{kind}: {held}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_native_asset_of_every_family_is_moved_and_remembered() {
    let scene = Scene::new().await;
    let networks = [
        "Algorand",
        "Aptos",
        "Bitcoin",
        "BitcoinCash",
        "Canton",
        "Cardano",
        "Concordium",
        "CosmosHub4",
        "Dogecoin",
        "Ethereum",
        "Hedera",
        "InternetComputer",
        "Iota",
        "Litecoin",
        "Near",
        "Polkadot",
        "Polymesh",
        "Solana",
        "Starknet",
        "Stellar",
        "Sui",
        "Tezos",
        "Ton",
        "Tron",
        "XrpLedger",
        "Arc",
    ];
    for network in networks {
        let (sender, receiver) = (scene.wallet(network), scene.wallet(network));
        scene.fund(&sender, "1000000000000000000000000");
        let transfer = json!({ "kind": "Native", "to": receiver.address, "amount": "1000" });
        let made = scene.transfer(&sender, &transfer);
        assert_eq!(made.status, 200, "{network}: {made:?}");
        scene.clock.advance(2 * BLOCK);
        assert_eq!(scene.transfer_state(&sender, &made)["status"], "Confirmed", "{network}");
        assert_eq!(scene.balance(&receiver), 1_000, "{network}");
        assert_eq!(
            scene.history(&sender, "?direction=Out")[0]["value"],
            "1000",
            "{network}"
        );
    }
}

/// Other texts of an account, as other wallets write them.
fn other_texts(network: &str, address: &str) -> Vec<String> {
    match network {
        "Ton" => {
            let text = address.replace('-', "+").replace('_', "/");
            let bytes = STANDARD.decode(text).unwrap();
            vec![format!("0:{}", dfns_types::Hex::from_bytes_bare(&bytes[2..34]))]
        }
        "BitcoinCash" => vec![address.trim_start_matches("bitcoincash:").to_owned()],
        "Starknet" => vec![format!(
            "0x{}",
            address.trim_start_matches("0x").trim_start_matches('0').to_uppercase()
        )],
        "Hedera" => {
            let number: u64 = address.trim_start_matches("0.0.").parse().unwrap();
            vec![format!("0x{number:040x}")]
        }
        _ => vec![],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_account_is_paid_whatever_the_text_that_names_it_and_a_whitelist_knows_it_by_all_of_them() {
    let scene = Scene::new().await;
    for network in ["Ton", "BitcoinCash", "Starknet", "Hedera"] {
        let (sender, receiver) = (scene.wallet(network), scene.wallet(network));
        scene.fund(&sender, "1000000000000000000");
        let texts = other_texts(network, &receiver.address);
        let policy = json!({
            "name": "known", "activityKind": "Wallets:Sign", "action": { "kind": "Block" },
            "rule": { "kind": "TransactionRecipientWhitelist", "configuration": { "addresses": texts } },
            "filters": { "walletId": { "in": [sender.id] } },
        });
        assert_eq!(
            scene.service.signed("POST", "/v2/policies", &policy.to_string()).status,
            200
        );
        for to in texts.iter().chain([&receiver.address]) {
            let before = scene.balance(&receiver);
            let made = scene.transfer(&sender, &json!({ "kind": "Native", "to": to, "amount": "1000" }));
            scene.clock.advance(2 * BLOCK);
            let state = scene.transfer_state(&sender, &made);
            assert_eq!(state["status"], "Confirmed", "{network} {to}: {state}");
            assert_eq!(scene.balance(&receiver), before + 1_000, "{network} {to}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_that_exists_once_is_held_by_one_whatever_its_number_is_written_like() {
    let scene = Scene::new().await;
    let (sender, receiver) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    scene.fund(&sender, "1000000000000000000");
    let given = |wallet: &crate::scene::Wallet, number: &str| {
        let asset = json!({ "kind": "Erc721", "contract": CONTRACT, "tokenId": number });
        scene.faucet(&json!({ "walletId": wallet.id, "asset": asset })).status
    };
    assert_eq!(
        (given(&sender, "7"), given(&receiver, "7"), given(&receiver, "007")),
        (200, 400, 400)
    );
    let body = json!({ "kind": "Erc721", "contract": CONTRACT, "tokenId": "07", "to": receiver.address });
    let (first, second) = (scene.transfer(&sender, &body), scene.transfer(&sender, &body));
    scene.clock.advance(2 * BLOCK);
    assert_eq!(scene.transfer_state(&sender, &first)["status"], "Confirmed");
    assert_eq!(scene.transfer_state(&sender, &second)["status"], "Failed");
    let held = |wallet: &crate::scene::Wallet| scene.get(&format!("{}/nfts", wallet.path))["nfts"].clone();
    assert_eq!(
        (held(&sender), &held(&receiver)[0]["tokenId"]),
        (json!([]), &json!("7"))
    );
}
