//! The examples of the standard, and what is refused.

use serde_json::{Value, json};

use super::types::Types;
use super::{digest, domain_separator};
use crate::keys::digest::keccak256;
use crate::keys::error::KeyError;
use crate::keys::hex::encode;
use crate::keys::material::{Curve, KeyMaterial, Scheme};
use crate::keys::taproot::MerkleRoot;

fn domain() -> Value {
    json!({
        "name": "Ether Mail", "version": "1", "chainId": 1,
        "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    })
}

fn mail_types() -> Value {
    json!({
        "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
        "Mail": [
            {"name": "from", "type": "Person"}, {"name": "to", "type": "Person"}, {"name": "contents", "type": "string"},
        ],
    })
}

fn mail() -> Value {
    json!({
        "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
        "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
        "contents": "Hello, Bob!",
    })
}

#[test]
fn the_mail_of_the_standard_has_its_digest() {
    let found = digest(&mail_types(), &domain(), &mail()).unwrap();
    assert_eq!(
        encode(&found),
        "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
    );
}

#[test]
fn the_parts_of_the_mail_have_their_hashes() {
    let types = Types::read(&mail_types()).unwrap();
    assert_eq!(
        types.text_of("Mail").unwrap(),
        "Mail(Person from,Person to,string contents)Person(string name,address wallet)"
    );
    let hash = types.hash_struct("Mail", &mail(), "message").unwrap();
    assert_eq!(
        encode(&hash),
        "c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e"
    );
    let separator = domain_separator(&domain()).unwrap();
    assert_eq!(
        encode(&separator),
        "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f"
    );
}

#[test]
fn the_mail_of_the_standard_has_its_signature() {
    let key = KeyMaterial::from_secret(Scheme::Ecdsa, Curve::Secp256k1, &keccak256(&[b"cow"]), None).unwrap();
    let signature = key
        .sign_digest(&digest(&mail_types(), &domain(), &mail()).unwrap(), MerkleRoot::None)
        .unwrap();
    assert_eq!(
        encode(&signature.r),
        "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
    );
    assert_eq!(
        encode(&signature.s),
        "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562"
    );
    assert_eq!(signature.recovery_id, Some(1));
}

#[test]
fn a_domain_type_among_the_types_changes_nothing() {
    let mut types = mail_types();
    types["EIP712Domain"] = json!([{"name": "name", "type": "string"}]);
    assert_eq!(
        digest(&types, &domain(), &mail()),
        digest(&mail_types(), &domain(), &mail())
    );
}

#[test]
fn arrays_of_structs_and_of_atoms_are_hashed_as_wallets_do() {
    let types = json!({
        "Person": [{"name": "name", "type": "string"}, {"name": "wallets", "type": "address[]"}],
        "Mail": [
            {"name": "from", "type": "Person"}, {"name": "to", "type": "Person[]"}, {"name": "contents", "type": "string"},
        ],
    });
    let message = json!({
        "from": {"name": "Cow", "wallets": [
            "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", "0xDeaDbeefdEAdbeefdEadbEEFdeadbeEFdEaDbeeF",
        ]},
        "to": [{"name": "Bob", "wallets": [
            "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB", "0xB0BdaBea57B0BDABeA57b0bdABEA57b0BDabEa57",
            "0xB0B0b0b0b0b0B000000000000000000000000000",
        ]}],
        "contents": "Hello, Bob!",
    });
    let found = digest(&types, &domain(), &message).unwrap();
    assert_eq!(
        encode(&found),
        "a85c2e2b118698e88db68a8105b794a8cc7cec074e89ef991cb4f5f533819cc2"
    );
}

fn word(kind: &str, value: &Value) -> Result<String, KeyError> {
    let types = Types::read(&json!({"T": [{"name": "v", "type": kind}]})).unwrap();
    let hash = types.hash_struct("T", &json!({ "v": value }), "message")?;
    Ok(encode(&hash))
}

fn expected(kind: &str, word: [u8; 32]) -> String {
    encode(&keccak256(&[&keccak256(&[format!("T({kind} v)").as_bytes()]), &word]))
}

#[test]
fn atoms_are_padded_as_in_the_abi() {
    let mut low = [0; 32];
    low[31] = 5;
    for value in [json!(5), json!("5"), json!("0x05")] {
        assert_eq!(word("uint8", &value).unwrap(), expected("uint8", low));
        assert_eq!(word("int256", &value).unwrap(), expected("int256", low));
    }
    assert_eq!(word("uint", &json!(5)).unwrap(), expected("uint", low));
    let mut minus_two = [0xff; 32];
    minus_two[31] = 0xfe;
    for value in [json!(-2), json!("-2")] {
        assert_eq!(word("int8", &value).unwrap(), expected("int8", minus_two));
    }
    let mut truth = [0; 32];
    truth[31] = 1;
    assert_eq!(word("bool", &json!(true)).unwrap(), expected("bool", truth));
    let mut high = [0; 32];
    high[..2].copy_from_slice(&[0xab, 0xcd]);
    assert_eq!(word("bytes2", &json!("0xabcd")).unwrap(), expected("bytes2", high));
    assert_eq!(
        word("bytes", &json!("0xabcd")).unwrap(),
        expected("bytes", keccak256(&[&[0xab, 0xcd]]))
    );
    assert_eq!(
        word("string", &json!("é")).unwrap(),
        expected("string", keccak256(&["é".as_bytes()]))
    );
}

#[test]
fn arrays_in_arrays_are_hashed_from_the_inside_out() {
    let mut one = [0; 32];
    one[31] = 1;
    let inner = keccak256(&[&one, &one]);
    let outer = keccak256(&[&inner, &keccak256(&[])]);
    assert_eq!(
        word("uint8[][2]", &json!([[1, 1], []])).unwrap(),
        expected("uint8[][2]", outer)
    );
}

#[test]
fn a_number_at_the_edge_of_its_type_fits_and_the_next_does_not() {
    for (kind, fits, misfits) in [
        ("uint8", json!(255), json!(256)),
        ("uint8", json!(0), json!(-1)),
        ("int8", json!(127), json!(128)),
        ("int8", json!(-128), json!(-129)),
        ("uint256", json!("0x01"), json!(1.5)),
    ] {
        assert!(word(kind, &fits).is_ok(), "{kind} {fits}");
        assert!(
            matches!(word(kind, &misfits), Err(KeyError::InvalidInput { .. })),
            "{kind} {misfits}"
        );
    }
}

#[test]
fn what_does_not_match_its_type_is_refused_with_its_path() {
    for (kind, value) in [
        ("address", json!("0x01")),
        ("bytes4", json!("0xabcd")),
        ("bytes", json!("abcd")),
        ("bool", json!("true")),
        ("string", json!(1)),
        ("uint7", json!(1)),
        ("uint264", json!(1)),
        ("bytes33", json!("0x00")),
        ("bytes0", json!("0x")),
        ("Nobody", json!({})),
        ("uint8[2]", json!([1])),
        ("uint8[]", json!(1)),
    ] {
        let refused = word(kind, &value).unwrap_err();
        assert!(
            refused.to_string().starts_with("message: message.v"),
            "{kind}: {refused}"
        );
    }
}

#[test]
fn a_missing_member_is_refused() {
    let refused = digest(&mail_types(), &domain(), &json!({"from": {}, "to": {}, "contents": ""})).unwrap_err();
    assert_eq!(refused.to_string(), "message: message.from.name: missing");
}

#[test]
fn types_without_one_primary_type_are_refused() {
    let two = json!({"A": [{"name": "v", "type": "bool"}], "B": [{"name": "v", "type": "bool"}]});
    assert!(digest(&two, &domain(), &json!({"v": true})).is_err());
    let circle = json!({"A": [{"name": "b", "type": "B"}], "B": [{"name": "a", "type": "A[]"}]});
    assert!(digest(&circle, &domain(), &json!({"b": {"a": []}})).is_err());
}

#[test]
fn a_type_may_refer_to_itself() {
    let types = json!({"Person": [{"name": "mother", "type": "Person"}]});
    assert!(digest(&types, &domain(), &json!({"mother": {"mother": null}})).is_ok());
}

#[test]
fn the_domain_takes_its_own_fields_only() {
    assert!(domain_separator(&json!({"name": "x", "color": "red"})).is_err());
    assert_eq!(
        domain_separator(&json!({"name": "x", "salt": null})),
        domain_separator(&json!({"name": "x"}))
    );
}
