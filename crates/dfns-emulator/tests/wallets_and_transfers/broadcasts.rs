//! Transactions of every family that callers build themselves: they move what they say, once, and cost what they say.
//!
//! They are those that the libraries of the chains built (see the file of vectors), with the keys of the vectors
//! replaced by the wallets of the test.

use serde_json::{Value, json};

use crate::scene::{BLOCK, Scene, Wallet};
use crate::support::{Answer, send};

const FUNDS: u128 = 1_000_000_000_000_000;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../src/keys/reading/vectors.json")).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    dfns_types::Hex::from_bytes_bare(bytes).to_string()
}

fn public_key(scene: &Scene, wallet: &Wallet) -> String {
    scene.get(&wallet.path)["signingKey"]["publicKey"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// An address of a network as its transactions hold it.
fn held(network: &str, address: &str) -> String {
    let base58 = |alphabet| bs58::decode(address).with_alphabet(alphabet).into_vec().unwrap();
    match network {
        "AptosTestnet" => address[2..].to_owned(),
        "CardanoPreprod" => hex(&bech32::decode(address).unwrap().1),
        "CosmosHub4" => hex(address.as_bytes()),
        "TezosShadownet" => hex(&base58(bs58::Alphabet::BITCOIN)[3..23]),
        "TronNile" => hex(&base58(bs58::Alphabet::BITCOIN)[..21]),
        "XrpLedgerTestnet" => hex(&base58(bs58::Alphabet::RIPPLE)[1..21]),
        _ => panic!("{network}"),
    }
}

fn broadcast(scene: &Scene, wallet: &Wallet, body: &Value) -> Answer {
    scene
        .service
        .signed("POST", &format!("{}/transactions", wallet.path), &body.to_string())
}

fn state(scene: &Scene, wallet: &Wallet, made: &Answer) -> Value {
    let id = made.body["id"].as_str().unwrap_or_else(|| panic!("{made:?}"));
    scene.get(&format!("{}/transactions/{id}", wallet.path))
}

/// A transaction of the vectors between two wallets.
fn between(scene: &Scene, network: &str, case: &Value, template: &Value, from: &Wallet, to: &Wallet) -> String {
    /// The keys of the vectors.
    const ED25519: &str = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";
    const SECP256K1: &str = "034f355bdcb7cc0af728ef3cceb9615d90684bb5b2ca5f859ab0f0b704075871aa";
    let mut text = template.as_str().unwrap().to_lowercase();
    let mut replace = |old: &str, new: &str| {
        assert_eq!(old.len(), new.len(), "{network}");
        text = text.replace(old, new);
    };
    let (sender, receiver) = (public_key(scene, from), public_key(scene, to));
    match network {
        "AlgorandTestnet" | "SolanaDevnet" | "StellarTestnet" | "Polkadot" => {
            // Stellar's vectors pay a real key, the others 32 bytes of nine.
            let paid = if network == "StellarTestnet" {
                "fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618".to_owned()
            } else {
                "09".repeat(32)
            };
            replace(&paid, &receiver);
        }
        "XrpLedgerTestnet" => replace(
            &format!("8314{}01", "00".repeat(19)),
            &format!("8314{}", held(network, &to.address)),
        ),
        _ => replace(
            &held(network, case["to"].as_str().unwrap()),
            &held(network, &to.address),
        ),
    }
    if !["AlgorandTestnet", "SolanaDevnet", "StellarTestnet", "Polkadot"].contains(&network) {
        replace(
            &held(network, case["from"].as_str().unwrap()),
            &held(network, &from.address),
        );
    }
    replace(if sender.len() == 64 { ED25519 } else { SECP256K1 }, &sender);
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payment_of_every_family_moves_what_it_says_once() {
    let scene = Scene::new().await;
    let all = vectors();
    for (network, chain, name, paid, fee) in [
        ("AlgorandTestnet", "algorand", "pay", 123_456, Some(1_000)),
        ("AptosTestnet", "aptos", "pay", 1_234, Some(100_000)),
        ("CosmosHub4", "cosmos", "many", 3, Some(2_500)),
        ("Polkadot", "substrate", "payload", 1_000_000_000_000, None),
        ("SolanaDevnet", "solana", "pay", 1_002, Some(7_000)),
        ("TezosShadownet", "tezos", "pay", 1_500_000, Some(794)),
        ("TronNile", "tron", "pay", 1_234, None),
        ("XrpLedgerTestnet", "xrpl", "unsigned", 25_000_000, Some(12)),
    ] {
        let (sender, receiver) = (scene.wallet(network), scene.wallet(network));
        scene.fund(&sender, &FUNDS.to_string());
        let case = &all[chain];
        let template = case[name].get("raw").unwrap_or(&case[name]);
        let text = between(&scene, network, case, template, &sender, &receiver);
        let body = if network == "CosmosHub4" {
            json!({ "kind": "SignDocDirect", "signDoc": text })
        } else {
            json!({ "kind": "Transaction", "transaction": text })
        };
        let made = broadcast(&scene, &sender, &body);
        assert_eq!(
            (made.status, &made.body["status"]),
            (200, &json!("Executing")),
            "{network}: {made:?}"
        );
        scene.clock.advance(2 * BLOCK);
        let confirmed = state(&scene, &sender, &made);
        assert_eq!(confirmed["status"], "Confirmed", "{network}: {confirmed}");
        let spent: u128 = confirmed["fee"].as_str().unwrap().parse().unwrap();
        assert!(fee.is_none_or(|fee| fee == spent) && spent > 0, "{network}: {spent}");
        assert_eq!(scene.balance(&receiver), paid, "{network}");
        assert_eq!(scene.balance(&sender), FUNDS - paid - spent, "{network}");
        let again = broadcast(&scene, &sender, &body);
        scene.clock.advance(BLOCK);
        let failed = state(&scene, &sender, &again);
        assert_eq!(
            failed["reason"], "the transaction was broadcast already",
            "{network}: {failed}"
        );
        assert_eq!(scene.balance(&sender), FUNDS - paid - spent, "{network}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn tokens_go_along_with_native_payments() {
    let scene = Scene::new().await;
    let all = vectors();
    let cardano_id = format!("{}4142", "02".repeat(28));
    for (network, chain, name, asset, native, tokens) in [
        (
            "CardanoPreprod",
            "cardano",
            "unsigned",
            json!({ "kind": "Asset", "assetId": cardano_id }),
            2_700_000,
            "42",
        ),
        (
            "AlgorandTestnet",
            "algorand",
            "asset",
            json!({ "kind": "Asa", "assetId": "31566704" }),
            0,
            "7",
        ),
    ] {
        let (sender, receiver) = (scene.wallet(network), scene.wallet(network));
        scene.fund(&sender, &FUNDS.to_string());
        let mut described = asset.clone();
        described["decimals"] = json!(0);
        let given = json!({ "walletId": sender.id, "amount": "100", "asset": described });
        assert_eq!(scene.faucet(&given).status, 200);
        let case = &all[chain];
        let text = between(&scene, network, case, &case[name], &sender, &receiver);
        let made = broadcast(&scene, &sender, &json!({ "kind": "Transaction", "transaction": text }));
        scene.clock.advance(2 * BLOCK);
        assert_eq!(
            state(&scene, &sender, &made)["status"],
            "Confirmed",
            "{network}: {made:?}"
        );
        let assets = scene.get(&format!("{}/assets", receiver.path));
        assert_eq!(
            assets["assets"][0]["balance"],
            native.to_string(),
            "{network}: {assets}"
        );
        assert_eq!(assets["assets"][1]["balance"], tokens, "{network}: {assets}");
        let items = scene.history(&receiver, "?direction=In").len();
        assert_eq!(items, if native == 0 { 1 } else { 3 }, "{network}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transaction_of_another_wallet_is_refused() {
    let scene = Scene::new().await;
    let all = vectors();
    for (network, chain, name) in [
        ("AlgorandTestnet", "algorand", "pay"),
        ("AptosTestnet", "aptos", "pay"),
        ("StellarTestnet", "stellar", "unsigned"),
        ("TezosShadownet", "tezos", "pay"),
        ("TronNile", "tron", "freeze"),
    ] {
        let wallet = scene.wallet(network);
        let transaction = all[chain][name].get("raw").unwrap_or(&all[chain][name]);
        let refused = broadcast(
            &scene,
            &wallet,
            &json!({ "kind": "Transaction", "transaction": transaction }),
        );
        assert!(
            refused.status == 400 && refused.message().contains("it spends from"),
            "{network}: {refused:?}"
        );
    }
}

/// A PSBT that spends an output of a segwit wallet: so much to a receiver, so much back, the rest for the fee.
fn psbt(sender: &Wallet, receiver: &Wallet, [spent, paid, back]: [u64; 3]) -> String {
    let script = |wallet: &Wallet| {
        let (_, _, program) = bech32::segwit::decode(&wallet.address).unwrap();
        [&[0, 0x14][..], &program].concat()
    };
    let output = |amount: u64, script: &[u8]| {
        let length = u8::try_from(script.len()).unwrap();
        [&amount.to_le_bytes()[..], &[length], script].concat()
    };
    let transaction = [
        &[2, 0, 0, 0, 1][..],
        &[7; 32],
        &[1, 0, 0, 0, 0],
        &[0xff; 4],
        &[2],
        &output(paid, &script(receiver)),
        &output(back, &script(sender)),
        &[0; 4],
    ]
    .concat();
    let spent = output(spent, &script(sender));
    let field = |kind: u8, value: &[u8]| [&[1, kind, u8::try_from(value.len()).unwrap()][..], value].concat();
    let whole = [
        &b"psbt\xff"[..],
        &field(0, &transaction),
        &[0],
        &field(1, &spent),
        &[0, 0, 0],
    ]
    .concat();
    hex(&whole)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_psbt_pays_others_and_its_fee_and_gets_its_change_back() {
    let scene = Scene::new().await;
    for network in ["BitcoinTestnet4", "Litecoin"] {
        let (sender, receiver) = (scene.wallet(network), scene.wallet(network));
        scene.fund(&sender, "10000");
        let body = json!({ "kind": "Psbt", "psbt": psbt(&sender, &receiver, [10_000, 6_000, 3_700]) });
        let made = broadcast(&scene, &sender, &body);
        assert_eq!(made.status, 200, "{network}: {made:?}");
        scene.clock.advance(2 * BLOCK);
        let confirmed = state(&scene, &sender, &made);
        assert_eq!(
            (&confirmed["status"], &confirmed["fee"]),
            (&json!("Confirmed"), &json!("300"))
        );
        assert_eq!(
            (scene.balance(&sender), scene.balance(&receiver)),
            (3_700, 6_000),
            "{network}"
        );
        assert_eq!(confirmed["txHash"].as_str().unwrap().len(), 64);
    }
    let (sender, receiver) = (scene.wallet("Bitcoin"), scene.wallet("Bitcoin"));
    for (psbt, part) in [
        (psbt(&sender, &receiver, [10, 6, 5]), "it pays 11 and spends 10"),
        (
            psbt(&receiver, &sender, [10, 6, 3]),
            "no input spends an output of the key",
        ),
    ] {
        let refused = broadcast(&scene, &sender, &json!({ "kind": "Psbt", "psbt": psbt }));
        assert!(refused.status == 400 && refused.message().contains(part), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn user_operations_are_paid_by_the_sponsor_and_move_what_they_say() {
    let scene = Scene::new().await;
    let network = "EthereumSepolia";
    let (paying, sender) = (scene.wallet(network), scene.wallet(network));
    let (first, second) = (scene.wallet(network), scene.wallet(network));
    scene.fund(&paying, "1000000000000000000");
    scene.fund(&sender, "1000");
    let sponsor = scene.service.signed(
        "POST",
        "/fee-sponsors",
        &json!({ "walletId": paying.id, "name": "gas" }).to_string(),
    );
    let body = json!({
        "kind": "UserOperations",
        "feeSponsorId": sponsor.body["id"],
        "userOperations": [
            { "to": first.address, "value": "300" },
            { "to": second.address, "value": "700" },
            { "to": second.address, "data": "0x01020304" },
        ],
    });
    let made = broadcast(&scene, &sender, &body);
    assert_eq!(made.status, 200, "{made:?}");
    scene.clock.advance(2 * BLOCK);
    let confirmed = state(&scene, &sender, &made);
    assert_eq!(confirmed["status"], "Confirmed", "{confirmed}");
    let fee: u128 = confirmed["fee"].as_str().unwrap().parse().unwrap();
    assert_eq!((scene.balance(&first), scene.balance(&second)), (300, 700));
    assert_eq!(
        (scene.balance(&sender), scene.balance(&paying)),
        (0, 1_000_000_000_000_000_000 - fee)
    );
    let mut none = body.clone();
    none["userOperations"] = json!([]);
    assert_eq!(broadcast(&scene, &sender, &none).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nonce_accounts_of_solana_hold_what_they_must() {
    let scene = Scene::new().await;
    let wallet = scene.wallet("SolanaDevnet");
    scene.fund(&wallet, "10000000");
    let made = broadcast(
        &scene,
        &wallet,
        &json!({ "kind": "CreateSolanaNonceAccounts", "count": 3 }),
    );
    assert_eq!(made.status, 200, "{made:?}");
    scene.clock.advance(2 * BLOCK);
    assert_eq!(state(&scene, &wallet, &made)["status"], "Confirmed");
    assert_eq!(scene.balance(&wallet), 10_000_000 - 3 * 1_447_680 - 5_000);
    let made: std::collections::BTreeSet<String> = scene
        .history(&wallet, "?direction=Out")
        .iter()
        .map(|item| item["to"].to_string())
        .collect();
    assert_eq!(made.len(), 3);
    for body in [
        json!({ "kind": "CreateSolanaNonceAccounts", "count": 6 }),
        json!({ "kind": "CreateSolanaNonceAccounts", "nonceAuthority": "nobody" }),
    ] {
        assert_eq!(broadcast(&scene, &wallet, &body).status, 400, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_cannot_be_read_counts_as_unknown_for_policies() {
    let scene = Scene::new().await;
    let all = vectors();
    block_above(&scene, 1_000_000.0);
    // It has no price of its own.
    let price = json!({ "network": "TezosShadownet", "usd": 1 }).to_string();
    assert_eq!(
        send(&scene.emulator.url(), "PUT", "/__admin/prices", &[], price.as_bytes()).status,
        200
    );
    for (network, chain, plain, opaque) in [
        ("AlgorandTestnet", "algorand", "pay", "opaque"),
        ("AptosTestnet", "aptos", "pay", "vote"),
        ("CosmosHub4", "cosmos", "many", "delegate"),
        ("SolanaDevnet", "solana", "v0", "token"),
        ("StellarTestnet", "stellar", "", "opaque"),
        ("TezosShadownet", "tezos", "pay", "delegation"),
        ("CardanoPreprod", "cardano", "", "opaque"),
    ] {
        let (sender, receiver) = (scene.wallet(network), scene.wallet(network));
        let case = &all[chain];
        let status = |name: &str| {
            let text = between(&scene, network, case, &case[name], &sender, &receiver);
            let body = match network {
                "CosmosHub4" => json!({ "kind": "SignDocDirect", "signDoc": text }),
                _ => json!({ "kind": "Transaction", "transaction": text }),
            };
            let made = broadcast(&scene, &sender, &body);
            made.body["status"]
                .as_str()
                .unwrap_or_else(|| panic!("{network}: {made:?}"))
                .to_owned()
        };
        if !plain.is_empty() {
            assert_eq!(status(plain), "Executing", "{network}");
        }
        assert_eq!(status(opaque), "Rejected", "{network}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn code_that_an_evm_account_takes_on_or_runs_counts_as_unknown_for_policies() {
    let scene = Scene::new().await;
    block_above(&scene, 1_000_000.0);
    let (wallet, paying) = (scene.wallet("Ethereum"), scene.wallet("Ethereum"));
    let sponsor = json!({ "walletId": paying.id, "name": "gas" }).to_string();
    let sponsor = scene.service.signed("POST", "/fee-sponsors", &sponsor).body["id"].clone();
    let authorization = json!({
        "chainId": 1, "address": paying.address, "nonce": 0, "yParity": 0, "r": "0x01", "s": "0x01",
    });
    let transaction = json!({ "to": paying.address, "value": "1" });
    let mut with_code = transaction.clone();
    with_code["type"] = json!(4);
    with_code["gasLimit"] = json!("100000");
    with_code["authorizationList"] = json!([authorization]);
    let operation = json!({ "to": paying.address, "value": "1" });
    let call = json!({ "to": paying.address, "data": "0x01020304" });
    let sent = |transaction: Value| json!({ "kind": "Transaction", "transaction": transaction });
    let sponsored =
        |operations: Value| json!({ "kind": "UserOperations", "feeSponsorId": sponsor, "userOperations": operations });
    for (body, status) in [
        (sent(transaction), "Executing"),
        (sent(with_code), "Rejected"),
        (sponsored(json!([operation])), "Executing"),
        (sponsored(json!([operation, call])), "Rejected"),
    ] {
        let made = broadcast(&scene, &wallet, &body);
        assert_eq!(made.body["status"], status, "{body}: {made:?}");
    }
}

/// A policy that blocks what is worth more, or of unknown worth.
fn block_above(scene: &Scene, limit: f64) {
    let policy = json!({
        "name": "limit", "activityKind": "Wallets:Sign", "action": { "kind": "Block" },
        "rule": { "kind": "TransactionAmountLimit", "configuration": { "limit": limit, "currency": "USD" } },
    });
    let made = scene.service.signed("POST", "/v2/policies", &policy.to_string());
    assert_eq!(made.status, 200, "{made:?}");
}
