//! Held against values that starknet.js 7.1.0 computes for the same key: `ec.starkCurve`, `hash`, `typedData`.

use serde_json::json;
use starknet_crypto::Felt;

use super::account::{Call, address, deployment_hash, invocation_hash};
use super::{TypedData, compressed, point, point_of, public_felt, transaction_hash, typed_data_hash};
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::material::{Curve, KeyMaterial, Scheme};
use crate::keys::taproot::MerkleRoot;

const SECRET: &str = "0023456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const HASH: &str = "04a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5";

fn key() -> KeyMaterial {
    KeyMaterial::from_secret(Scheme::Ecdsa, Curve::Stark, &hex::decode_array(SECRET).unwrap(), None).unwrap()
}

#[test]
fn the_public_key_is_the_compressed_point() {
    let expected = "0201daff485737ae7d77f11c6ee0db520c785ca854912e786f6e82ffe0529c31f2";
    assert_eq!(hex::encode(key().public_key()), expected);
}

#[test]
fn a_point_is_found_again_in_both_of_its_forms() {
    let secret = super::Scalar::from_random(&[0x5a; 32]);
    let point = point(secret);
    let whole = [&[4][..], &point.x().to_bytes_be(), &point.y().to_bytes_be()].concat();
    for bytes in [compressed(&point), whole] {
        assert_eq!(point_of(&bytes).unwrap(), point);
    }
    assert!(point_of(&[2; 32]).is_none() && point_of(&[0xff; 33]).is_none());
}

#[test]
fn a_signature_is_the_one_of_other_clients() {
    let signature = key()
        .sign_digest(&hex::decode_array(HASH).unwrap(), MerkleRoot::None)
        .unwrap();
    assert_eq!(
        (
            hex::encode(&signature.r),
            hex::encode(&signature.s),
            signature.recovery_id
        ),
        (
            "04d49e47801444d263b2805ae595012bcc483b3e923a2a2bd9f2e88acd12888b".to_owned(),
            "0492d16ddb590f4677acf0061923f31508606b6c752462f107b038cc21d5cb68".to_owned(),
            Some(0)
        )
    );
}

#[test]
fn every_signature_verifies_and_names_its_key() {
    for number in 0..8_u8 {
        let key = KeyMaterial::derive(b"seed", &number.to_string(), Scheme::Ecdsa, Curve::Stark).unwrap();
        let signature = key.sign_digest(&[number; 32], MerkleRoot::None).unwrap();
        let felt = |bytes: &[u8; 32]| Felt::from_bytes_be(bytes);
        let (r, s, hash) = (felt(&signature.r), felt(&signature.s), felt(&[number; 32]));
        let public_key = public_felt(key.public_key()).unwrap();
        assert!(starknet_crypto::verify(&public_key, &hash, &r, &s).unwrap());
        let recovery = Felt::from(u64::from(signature.recovery_id.unwrap()));
        assert_eq!(starknet_crypto::recover(&hash, &r, &s, &recovery).unwrap(), public_key);
    }
}

#[test]
fn a_hash_of_more_than_251_bits_is_refused() {
    let refused = key().sign_digest(&[8; 32], MerkleRoot::None).unwrap_err();
    assert!(matches!(refused, KeyError::InvalidInput { field: "hash", .. }));
}

#[test]
fn the_account_and_its_transactions_are_those_of_other_clients() {
    let public_key = key().public_key().to_vec();
    let expected = "0x00a25461c01bfd2cb94312f99fe57abaf7f6e1f6fb461b24bf583f31076d120f";
    assert_eq!(address(&public_key).unwrap(), expected);
    assert_eq!(
        deployment_hash("StarknetSepolia", &public_key).unwrap(),
        "0x02c336946d7864ed44d0fae5e28263c73f2edadde250a28ed3858bdc8af85af4"
    );
    let call = Call::transfer(None, "0x1234", "1000").unwrap();
    assert_eq!(
        invocation_hash("StarknetSepolia", &public_key, 1, &call).unwrap(),
        "0x07b84cb9138a8117b36eb066257f97806f7962f7edbeef610eb105189c9d30b1"
    );
    assert_ne!(
        invocation_hash("Starknet", &public_key, 1, &call),
        invocation_hash("StarknetSepolia", &public_key, 1, &call)
    );
}

/// A transaction in JSON, as the adapter for starknet.js writes it.
fn in_json(kind: &str, more: &serde_json::Value) -> serde_json::Value {
    let bound = |amount: u64, price: u64| json!({ "maxAmount": format!("{amount:#x}"), "maxPricePerUnit": format!("{price:#x}") });
    let mut transaction = json!({
        "type": kind, "version": "0x3", "chainId": "0x534e5f5345504f4c4941", "tip": "0x0", "paymasterData": [],
        "resourceBounds": {
            "l1Gas": bound(0, 0), "l2Gas": bound(2_000_000, 1_000_000_000), "l1DataGas": bound(500, 1_000_000_000_000),
        },
        "nonceDataAvailabilityMode": "L1", "feeDataAvailabilityMode": "L1",
    });
    let fields = transaction.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    transaction
}

#[test]
fn a_transaction_in_json_has_the_hash_of_its_fields() {
    let public_key = key().public_key().to_vec();
    let of = |transaction: &serde_json::Value| {
        transaction_hash(Some("StarknetSepolia"), transaction).map(|hash| hex::encode_prefixed(&hash))
    };
    let call = Call::transfer(None, "0x1234", "1000").unwrap();
    let mut calldata = vec![json!("1"), json!(super::account::text(call.contract))];
    calldata.push(json!(super::account::text(call.selector)));
    calldata.extend([json!("3"), json!("0x1234"), json!(1000), json!("0")]);
    let sender = address(&public_key).unwrap();
    let invoke = in_json(
        "INVOKE",
        &json!({ "senderAddress": sender, "nonce": "0x1", "calldata": calldata, "accountDeploymentData": [] }),
    );
    let expected = invocation_hash("StarknetSepolia", &public_key, 1, &call).unwrap();
    assert_eq!(of(&invoke).unwrap(), expected);
    let owner = super::account::text(public_felt(&public_key).unwrap());
    let class = "0x0540d7f5ec7ecf317e68d48564934cb99259781b1ee3cedbbc37ec5337f8e688";
    let deploy = json!({
        "nonce": "0x0", "contractAddressSalt": owner, "classHash": class, "constructorCalldata": [owner],
    });
    let expected = deployment_hash("StarknetSepolia", &public_key).unwrap();
    assert_eq!(of(&in_json("DEPLOY_ACCOUNT", &deploy)).unwrap(), expected);

    for (field, value) in [
        ("version", json!("0x1")),
        ("chainId", json!("0x534e5f4d41494e")),
        ("nonce", json!("many")),
        ("type", json!("DECLARE")),
        ("nonceDataAvailabilityMode", json!("L3")),
        (
            "calldata",
            json!(["0x800000000000011000000000000000000000000000000000000000000000001"]),
        ),
    ] {
        let mut other = invoke.clone();
        other[field] = value;
        let refused = of(&other).unwrap_err();
        assert!(
            matches!(
                refused,
                KeyError::InvalidInput {
                    field: "transaction",
                    ..
                }
            ),
            "{field}: {refused}"
        );
    }
}

fn hash_of(
    types: &serde_json::Value,
    domain: &serde_json::Value,
    primary: &str,
    message: &serde_json::Value,
) -> Result<String, KeyError> {
    let data = TypedData {
        types,
        domain,
        primary_type: primary,
        message,
    };
    typed_data_hash(key().public_key(), data).map(|hash| hex::encode_prefixed(&hash))
}

#[test]
fn a_message_of_the_first_revision_has_the_hash_of_other_clients() {
    let types = json!({
        "StarkNetDomain": [
            { "name": "name", "type": "felt" }, { "name": "version", "type": "felt" }, { "name": "chainId", "type": "felt" },
        ],
        "Person": [{ "name": "name", "type": "felt" }, { "name": "wallet", "type": "felt" }],
        "Mail": [
            { "name": "from", "type": "Person" }, { "name": "to", "type": "Person*" },
            { "name": "contents", "type": "felt" }, { "name": "call", "type": "selector" },
        ],
    });
    let domain = json!({ "name": "StarkNet Mail", "version": "1", "chainId": 1 });
    let message = json!({
        "from": { "name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
        "to": [{ "name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" }],
        "contents": "Hello, Bob!",
        "call": "transfer",
    });
    let expected = "0x0307573ed4c2f9b52e47ac78a20dd9b6f167ff37c0cb73f6ca0c4c8b8dd8891d";
    assert_eq!(hash_of(&types, &domain, "Mail", &message).unwrap(), expected);
    let mut without = types.clone();
    without.as_object_mut().unwrap().remove("StarkNetDomain");
    assert_eq!(hash_of(&without, &domain, "Mail", &message).unwrap(), expected);
}

fn order() -> (serde_json::Value, serde_json::Value, serde_json::Value) {
    let types = json!({
        "StarknetDomain": [
            { "name": "name", "type": "shortstring" }, { "name": "version", "type": "shortstring" },
            { "name": "chainId", "type": "shortstring" }, { "name": "revision", "type": "shortstring" },
        ],
        "Order": [
            { "name": "note", "type": "string" }, { "name": "price", "type": "TokenAmount" },
            { "name": "until", "type": "timestamp" }, { "name": "change", "type": "i128" },
            { "name": "open", "type": "bool" }, { "name": "tags", "type": "shortstring*" },
            { "name": "by", "type": "ContractAddress" }, { "name": "inner", "type": "Inner" },
        ],
        "Inner": [{ "name": "a", "type": "felt" }, { "name": "b", "type": "u128*" }],
    });
    let domain = json!({ "name": "Shop", "version": "1", "chainId": "SN_SEPOLIA", "revision": "1" });
    let message = json!({
        "note": "a text that is longer than thirty-one bytes, by some",
        "price": { "token_address": "0x1234", "amount": { "low": "1000", "high": "0" } },
        "until": 1_700_000_000, "change": "-5", "open": true, "tags": ["x", "yy"], "by": "0xabc",
        "inner": { "a": "0x7", "b": [1, 2, 3] },
    });
    (types, domain, message)
}

#[test]
fn a_message_of_the_present_revision_has_the_hash_of_other_clients() {
    let (types, domain, message) = order();
    let expected = "0x02bcf570ecbdefe848eab7bae9bceaf0571c3f5fb57dd95d3133567bfdf1db7c";
    assert_eq!(hash_of(&types, &domain, "Order", &message).unwrap(), expected);
}

#[test]
fn an_enum_has_the_hash_of_other_clients() {
    let (mut types, domain, _) = order();
    types["Example"] = json!([
        { "name": "choice", "type": "enum", "contains": "Choice" },
        { "name": "second", "type": "enum", "contains": "Choice" },
        { "name": "third", "type": "enum", "contains": "Choice" },
    ]);
    types["Choice"] = json!([
        { "name": "Nothing", "type": "()" }, { "name": "Pair", "type": "(u128,Note*)" },
        { "name": "One", "type": "(Note)" },
    ]);
    types["Note"] = json!([{ "name": "text", "type": "string" }]);
    let message = json!({
        "choice": { "Pair": ["5", [{ "text": "a" }, { "text": "b" }]] },
        "second": { "Nothing": [] }, "third": { "One": [{ "text": "c" }] },
    });
    let expected = "0x01af9a0f32e4b94d2c6c76a55f4285aae24b470613f9fc12ff95ccc5da925c86";
    assert_eq!(hash_of(&types, &domain, "Example", &message).unwrap(), expected);
    for wrong in [
        json!({ "Other": [] }),
        json!({ "Pair": ["5"] }),
        json!({ "Nothing": [1] }),
        json!({ "Nothing": [], "One": [{ "text": "c" }] }),
        json!("Nothing"),
    ] {
        let mut message = message.clone();
        message["choice"] = wrong;
        let refused = hash_of(&types, &domain, "Example", &message).unwrap_err().to_string();
        assert!(refused.contains("choice: expected one variant"), "{refused}");
    }
    types["Example"][0].as_object_mut().unwrap().remove("contains");
    let refused = hash_of(&types, &domain, "Example", &message).unwrap_err().to_string();
    assert!(refused.contains("choice: contains names no type"), "{refused}");
}

#[test]
fn a_tree_has_the_root_of_other_clients_in_both_revisions() {
    let (mut types, present, _) = order();
    let first = json!({ "name": "Shop", "version": "1", "chainId": "SN_SEPOLIA" });
    types["Session"] =
        json!([{ "name": "key", "type": "felt" }, { "name": "root", "type": "merkletree", "contains": "Policy" }]);
    let leaf = |number: u32| json!({ "contract_address": format!("0x{}", number + 1), "selector": "transfer", "amount": number });
    for (count, in_first, in_present) in [
        (
            1,
            "66191bf2a800d6fb239dc5fad7fd8c5ad4bdc14f9d8dc7d00044907350d4d43",
            "4ea5610bdf8d9409d9044419315c27ff0a35ce08482cde576586fe4fabf97f2",
        ),
        (
            2,
            "4eefe597642de2131f32f855bdb5dcadcfc6970d87f9d6238787f782cd9adcc",
            "61819a478936dbf8b1f8bba92ddb2db6109777ba48eefee0077683edce06e02",
        ),
        (
            3,
            "685863daa6bdc3ed6ab58a7ba5979ca9ea1810dc80af4904a1c645a48942e61",
            "1af2a2a256908e1f5db0b0f506ac2e7f7018c95c31ecdbdd8f7738de9f01167",
        ),
        (
            5,
            "7059a5481d0a22bd59abcefd09ffb0eb18f96eb9ca84b37564ad643e4da8238",
            "28175fa19e07fa7d894f816bccfef13d49ef9923496ee4040cd58973d43496",
        ),
    ] {
        let leaves: Vec<serde_json::Value> = (0..count).map(leaf).collect();
        let message = json!({ "key": "0x7", "root": leaves });
        for (domain, address, expected) in [(&first, "felt", in_first), (&present, "ContractAddress", in_present)] {
            types["Policy"] = json!([
                { "name": "contract_address", "type": address }, { "name": "selector", "type": "selector" },
                { "name": "amount", "type": "felt" },
            ]);
            let hash = hash_of(&types, domain, "Session", &message).unwrap();
            assert_eq!(hash.trim_start_matches("0x").trim_start_matches('0'), expected);
        }
    }
    let none = json!({ "key": "0x7", "root": [] });
    let refused = hash_of(&types, &present, "Session", &none).unwrap_err().to_string();
    assert!(refused.contains("root: expected"), "{refused}");
}

#[test]
fn what_cannot_be_encoded_is_named() {
    let (types, domain, message) = order();
    let changed = |field: &str, value: serde_json::Value| {
        let mut message = message.clone();
        message[field] = value;
        hash_of(&types, &domain, "Order", &message).unwrap_err().to_string()
    };
    assert!(changed("until", json!("tomorrow")).contains("until: expected a value of the type timestamp"));
    assert!(changed("open", json!("yes")).contains("open: expected"));
    assert!(changed("tags", json!("x")).contains("tags: expected a list"));
    assert!(changed("by", json!(null)).contains("Order.by is missing"));
    assert!(changed("inner", json!({ "a": "0".repeat(32) + "x", "b": [] })).contains("a: expected"));
    let unknown = hash_of(&types, &domain, "Nothing", &message).unwrap_err().to_string();
    assert!(unknown.contains("\"Nothing\" is not defined"), "{unknown}");
    let endless = json!({ "Loop": [{ "name": "next", "type": "Loop" }] });
    let mut value = json!({});
    for _ in 0..40 {
        value = json!({ "next": value });
    }
    let refused = hash_of(&endless, &domain, "Loop", &value).unwrap_err().to_string();
    assert!(refused.contains("too deep"), "{refused}");
}
