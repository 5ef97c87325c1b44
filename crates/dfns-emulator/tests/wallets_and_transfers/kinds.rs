//! Every kind of asset can be given, held, sent, received and found in the history.

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
