//! Transactions that the libraries of each chain built, signed and hashed: `vectors.json` says by which and how.

use serde_json::Value;

use super::{Owner, Payment, Reading, read};
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::material::{Curve, KeyMaterial, Scheme};
use crate::keys::raw::{Raw, ready};
use crate::keys::transaction::nonce_accounts;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn key_of(network: &str) -> KeyMaterial {
    if ["CosmosHub4", "TronNile", "XrpLedgerTestnet"].contains(&network) {
        KeyMaterial::from_secret(Scheme::Ecdsa, Curve::Secp256k1, &[0x11; 32], None).unwrap()
    } else {
        KeyMaterial::from_secret(Scheme::EdDsa, Curve::Ed25519, &[7; 32], None).unwrap()
    }
}

/// What becomes of a transaction: its bytes, its hash and what it does.
fn made(network: &str, address: &Value, transaction: &Value) -> Result<(String, String, Reading), KeyError> {
    let raw = match network {
        "CosmosHub4" => Raw::SignDoc(transaction.as_str().unwrap()),
        _ => Raw::Transaction(transaction),
    };
    let (signed, reading) = ready(network, &key_of(network), address.as_str().unwrap(), raw)?.unwrap();
    Ok((hex::encode(&signed.bytes), signed.hash, reading))
}

fn reading(network: &str, address: &Value, transaction: &Value) -> Reading {
    made(network, address, transaction).unwrap().2
}

fn native(to: &Value, amount: u128) -> Payment {
    Payment::native(to.as_str().unwrap().to_owned(), amount)
}

fn token(to: &Value, amount: u128, kind: &'static str, fields: &[(&'static str, &str)]) -> Payment {
    Payment {
        token: Some(super::Token {
            kind,
            fields: fields
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
        }),
        ..native(to, amount)
    }
}

fn clear(payments: &[Payment], fee: u128) -> (Vec<Payment>, Option<u128>, bool) {
    (payments.to_vec(), Some(fee), false)
}

fn told(reading: Reading) -> (Vec<Payment>, Option<u128>, bool) {
    (reading.payments, reading.fee, reading.is_opaque)
}

#[test]
fn payments_of_stellar_are_read_and_signed_as_its_library_signs_them() {
    let case = &vectors()["stellar"];
    let (bytes, hash, reading) = made("StellarTestnet", &case["from"], &case["unsigned"]).unwrap();
    assert_eq!((bytes, hash), (text(&case["signed"]), text(&case["hash"])));
    assert_eq!(reading.memo.as_deref(), Some("hi"));
    let issuer = case["to"].as_str().unwrap();
    let asset = token(&case["to"], 7, "Sep41", &[("issuer", issuer), ("assetCode", "USDC")]);
    assert_eq!(told(reading), clear(&[native(&case["to"], 15_000_000), asset], 200));
    assert!(self::reading("StellarTestnet", &case["from"], &case["opaque"]).is_opaque);
}

#[test]
fn a_payment_of_the_xrp_ledger_is_read_and_signed_as_its_library_signs_it() {
    let case = &vectors()["xrpl"];
    let (bytes, hash, reading) = made("XrpLedgerTestnet", &case["from"], &case["unsigned"]).unwrap();
    assert_eq!(
        (bytes.to_uppercase(), hash),
        (text(&case["signed"]), text(&case["hash"]))
    );
    let to = Value::from("rrrrrrrrrrrrrrrrrrrrBZbvji");
    assert_eq!(told(reading), clear(&[native(&to, 25_000_000)], 12));
    assert!(self::reading("XrpLedgerTestnet", &case["from"], &case["opaque"]).is_opaque);
}

#[test]
fn payments_of_algorand_are_read_and_signed_as_its_library_signs_them() {
    let case = &vectors()["algorand"];
    let (bytes, hash, reading) = made("AlgorandTestnet", &case["from"], &case["pay"]).unwrap();
    assert_eq!((bytes, hash), (text(&case["signed"]), text(&case["hash"])));
    assert_eq!(reading.memo.as_deref(), Some("note"));
    assert_eq!(told(reading), clear(&[native(&case["to"], 123_456)], 1_000));
    let asset = token(&case["to"], 7, "Asa", &[("assetId", "31566704")]);
    let read = self::reading("AlgorandTestnet", &case["from"], &case["asset"]);
    assert_eq!(told(read), clear(&[asset], 1_000));
    assert!(
        self::reading("AlgorandTestnet", &case["from"], &case["opaque"]).is_opaque,
        "it closes the account"
    );
}

#[test]
fn operations_of_tezos_are_read() {
    let case = &vectors()["tezos"];
    let read = |name: &str| reading("TezosShadownet", &case["from"], &case[name]);
    assert_eq!(told(read("pay")), clear(&[native(&case["to"], 1_500_000)], 794));
    assert!(read("call").is_opaque && read("delegation").is_opaque);
}

#[test]
fn transactions_of_aptos_are_read_and_signed_as_its_library_signs_them() {
    let case = &vectors()["aptos"];
    let (bytes, hash, reading) = made("AptosTestnet", &case["from"], &case["pay"]).unwrap();
    assert_eq!((bytes, hash), (text(&case["signed"]), text(&case["hash"])));
    assert_eq!(told(reading), clear(&[native(&case["to"], 1_234)], 100_000));
    let read = |name: &str| self::reading("AptosTestnet", &case["from"], &case[name]);
    assert_eq!(told(read("coin")), clear(&[native(&case["to"], 77)], 100_000));
    let metadata = format!("0x{}", "0a".repeat(32));
    let fungible = token(&case["to"], 9, "Aip21", &[("metadata", &metadata)]);
    assert_eq!(told(read("fungible")), clear(&[fungible], 100_000));
    assert!(read("other").is_opaque && read("vote").is_opaque);
    let elsewhere = made("Aptos", &case["from"], &case["pay"]).unwrap_err();
    assert!(
        elsewhere
            .to_string()
            .contains("not a serialised, unsigned transaction of Aptos"),
        "{elsewhere}"
    );
}

#[test]
fn transactions_of_tron_are_read_and_have_the_id_that_its_library_computes() {
    let case = &vectors()["tron"];
    let made = |name: &str| made("TronNile", &case["from"], &case[name]["raw"]).unwrap();
    for name in ["pay", "trc20", "trc10", "freeze"] {
        assert_eq!(format!("0x{}", made(name).1), text(&case[name]["id"]), "{name}");
    }
    let pay = made("pay").2;
    assert_eq!((pay.memo.as_deref(), pay.fee), (Some("memo"), None));
    assert_eq!((pay.payments, pay.is_opaque), (vec![native(&case["to"], 1_234)], false));
    let contract = case["contract"].as_str().unwrap();
    for (name, payment) in [
        ("trc20", token(&case["to"], 77, "Trc20", &[("contract", contract)])),
        ("trc10", token(&case["to"], 7, "Trc10", &[("tokenId", "1002000")])),
    ] {
        let read = made(name).2;
        assert_eq!((read.payments, read.is_opaque), (vec![payment], false), "{name}");
    }
    assert!(made("freeze").2.is_opaque);
}

#[test]
fn documents_of_cosmos_are_read_and_signed_as_its_library_signs_them() {
    let case = &vectors()["cosmos"];
    let (bytes, hash, reading) = made("CosmosHub4", &case["from"], &case["one"]["doc"]).unwrap();
    assert_eq!((bytes, hash), (text(&case["one"]["raw"]), text(&case["one"]["hash"])));
    assert_eq!(reading.memo.as_deref(), Some("memo"));
    assert_eq!(told(reading), clear(&[native(&case["to"], 1_000)], 2_500));
    let read = |name: &str| self::reading("CosmosHub4", &case["from"], &case[name]);
    assert_eq!(
        told(read("many")),
        clear(&[native(&case["to"], 1), native(&case["to"], 2)], 2_500)
    );
    assert!(read("other").is_opaque && read("delegate").is_opaque);
    assert!(
        made("CosmosHub4", &case["from"], &case["chain"]).is_err(),
        "another chain"
    );
}

#[test]
fn transactions_of_cardano_are_read_and_signed_as_its_library_signs_them() {
    let case = &vectors()["cardano"];
    let (bytes, hash, reading) = made("CardanoPreprod", &case["from"], &case["unsigned"]).unwrap();
    assert_eq!((bytes, hash), (text(&case["signed"]), text(&case["id"])));
    let id = format!("{}4142", "02".repeat(28));
    let payments = [
        native(&case["to"], 1_500_000),
        native(&case["to"], 1_200_000),
        token(&case["to"], 42, "Asset", &[("assetId", &id)]),
    ];
    assert_eq!(told(reading), clear(&payments, 170_000));
    assert!(
        self::reading("CardanoPreprod", &case["from"], &case["opaque"]).is_opaque,
        "it takes rewards"
    );
}

#[test]
fn extrinsics_of_substrate_are_read_in_bytes_and_as_an_object() {
    let case = &vectors()["substrate"];
    let expected = made("Polkadot", &case["from"], &case["json"]).unwrap();
    assert_eq!(made("Polkadot", &case["from"], &case["payload"]).unwrap(), expected);
    let (bytes, _, reading) = expected;
    let (signature, method) = (text(&case["sig"]), text(&case["json"]["method"])[2..].to_owned());
    // Length, version, signer, signature, era, nonce, tip, mode, call.
    let public_key = hex::encode(key_of("Polkadot").public_key());
    assert_eq!(
        bytes,
        format!("49028400{public_key}00{signature}8500190100 00{method}").replace(' ', "")
    );
    assert_eq!(
        (reading.payments, reading.fee),
        (vec![native(&case["to"], 1_000_000_000_000)], None)
    );
    assert!(!reading.is_opaque);
    let mut remark = case["json"].clone();
    remark["method"] = "0x00000c616263".into();
    assert!(self::reading("Polkadot", &case["from"], &remark).is_opaque);
    for (field, value) in [
        ("surprise", Value::from(1)),
        ("address", case["to"].clone()),
        ("signedExtensions", serde_json::json!(["CheckMoon"])),
        ("version", Value::from(5)),
        ("genesisHash", Value::from("0x22")),
    ] {
        let mut changed = case["json"].clone();
        changed[field] = value;
        let refused = made("Polkadot", &case["from"], &changed).unwrap_err();
        assert!(
            matches!(refused, KeyError::InvalidInput { field: "payload", .. }),
            "{field}: {refused}"
        );
    }
}

#[test]
fn transactions_of_solana_are_read_instruction_by_instruction() {
    let case = &vectors()["solana"];
    let read = |name: &str| reading("SolanaDevnet", &case["from"], &case[name]);
    let pay = read("pay");
    assert_eq!(pay.memo.as_deref(), Some("hey"));
    // One signature, and 100000 units at 20000 millionths of a lamport.
    assert_eq!(
        told(pay),
        clear(&[native(&case["to"], 1_000), native(&case["to"], 2)], 7_000)
    );
    assert_eq!(told(read("v0")), clear(&[native(&case["to"], 5)], 5_000));
    assert!(read("token").is_opaque && read("assign").is_opaque);
}

#[test]
fn the_transaction_that_makes_nonce_accounts_is_the_one_of_the_library() {
    let case = &vectors()["nonces"];
    let built = nonce_accounts(&key_of("Solana"), None, 2, 1_447_680, &[0x0b; 32]).unwrap();
    assert_eq!(serde_json::json!(built.accounts), case["accs"]);
    let unsigned = hex::encode(&built.unsigned);
    for data in case["ixData"].as_array().unwrap() {
        assert!(unsigned.contains(data.as_str().unwrap()), "{data}");
    }
    let from = Value::from(bs58::encode(key_of("Solana").public_key()).into_string());
    // Whoever sends it elsewhere gets it signed, but policies do not know what it does.
    assert!(reading("Solana", &from, &Value::from(unsigned)).is_opaque);
}

#[test]
fn partially_signed_transactions_of_bitcoin_are_finished_as_its_library_finishes_them() {
    let key = key_of("TronNile");
    let pay = |network: &str, case: &Value| {
        let (signed, reading) = ready(network, &key, "", Raw::Psbt(case["psbt"].as_str().unwrap()))
            .unwrap()
            .unwrap();
        assert_eq!(
            (hex::encode(&signed.bytes), signed.hash),
            (text(&case["signed"]), text(&case["id"]))
        );
        told(reading)
    };
    let case = &vectors()["bitcoin"];
    let segwit = &case["segwit"];
    let payments = [native(&segwit["to"], 6_000), native(&segwit["toScript"], 1_000)];
    assert_eq!(
        pay("Bitcoin", segwit),
        clear(&payments, 500),
        "change and data pay nobody"
    );
    let (payments, fee, is_opaque) = pay("Dogecoin", &case["legacy"]);
    assert_eq!((payments[0].amount, fee, is_opaque), (8_000, Some(1_000), false));
    assert!(payments[0].to.starts_with('D'), "{payments:?}");
}

#[test]
fn what_is_cut_off_or_of_another_wallet_is_refused_on_every_chain() {
    let all = vectors();
    for (network, chain, name) in [
        ("StellarTestnet", "stellar", "unsigned"),
        ("XrpLedgerTestnet", "xrpl", "unsigned"),
        ("AlgorandTestnet", "algorand", "pay"),
        ("TezosShadownet", "tezos", "pay"),
        ("AptosTestnet", "aptos", "pay"),
        ("CardanoPreprod", "cardano", "unsigned"),
        ("SolanaDevnet", "solana", "pay"),
    ] {
        let case = &all[chain];
        let whole = hex::decode(case[name].as_str().unwrap()).unwrap();
        let key = key_of(network);
        let owner = Owner {
            address: case["from"].as_str().unwrap(),
            public_key: key.public_key(),
        };
        for end in 0..whole.len() {
            match read(network, owner, &whole[..end]) {
                Err(KeyError::InvalidInput { .. }) => {}
                // A list that ends early may still be one, but nothing of it is taken for a payment.
                Ok(Some(reading)) if reading.is_opaque => {}
                // The memo, which need not be there.
                Ok(Some(_)) if network == "XrpLedgerTestnet" && whole[end..].starts_with(&[0xf9, 0xea]) => {}
                other => panic!("{network}, {end} of {}: {other:?}", whole.len()),
            }
        }
        let stranger = Owner {
            address: case["to"].as_str().unwrap_or("rrrrrrrrrrrrrrrrrrrrBZbvji"),
            public_key: &[3; 32],
        };
        let foreign = read(network, stranger, &whole);
        match network {
            // Their transactions do not say whose they are; the signature of the key is what counts.
            "CardanoPreprod" => assert!(foreign.is_ok()),
            "SolanaDevnet" => assert!(foreign.unwrap().unwrap().is_opaque),
            _ => assert!(foreign.unwrap_err().to_string().contains("it spends from"), "{network}"),
        }
    }
}

/// Every text of hexadecimal digits in the vectors of a chain.
fn all_bytes(case: &Value) -> Vec<Vec<u8>> {
    match case {
        Value::String(text) => hex::decode(text).filter(|bytes| bytes.len() > 40).into_iter().collect(),
        Value::Object(fields) => fields.values().flat_map(all_bytes).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_byte_that_is_changed_is_read_or_refused_and_never_more() {
    let all = vectors();
    for (network, chain) in [
        ("StellarTestnet", "stellar"),
        ("XrpLedgerTestnet", "xrpl"),
        ("AlgorandTestnet", "algorand"),
        ("TezosShadownet", "tezos"),
        ("AptosTestnet", "aptos"),
        ("CardanoPreprod", "cardano"),
        ("SolanaDevnet", "solana"),
        ("TronNile", "tron"),
        ("CosmosHub4", "cosmos"),
    ] {
        let key = key_of(network);
        let owner = Owner {
            address: all[chain]["from"].as_str().unwrap(),
            public_key: key.public_key(),
        };
        let mut read_again = 0;
        for whole in all_bytes(&all[chain]) {
            for place in 0..whole.len() {
                for change in [0x01, 0x80, 0xff] {
                    let mut changed = whole.clone();
                    changed[place] ^= change;
                    read_again += usize::from(read(network, owner, &changed).is_ok());
                }
            }
        }
        assert!(read_again > 0, "{network}: amounts and receivers may be others");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
