//! The address vectors, and the round trip of every network.

use std::collections::BTreeMap;

use super::{AddressProblem, address, cosmos, evm, validate_address};
use crate::keys::error::KeyError;
use crate::keys::hex::{decode_array, encode};
use crate::keys::material::{Curve, KeyMaterial, Scheme};

const VECTORS: &str = include_str!("../../../tests/data/addresses.json");

/// Field of the vectors, network that has such addresses, scheme of the key.
const FIELDS: &[(&str, &str, Scheme)] = &[
    ("evmLower", "Ethereum", Scheme::Ecdsa),
    ("tron", "Tron", Scheme::Ecdsa),
    ("bitcoinP2wpkh", "Bitcoin", Scheme::Ecdsa),
    ("bitcoinTestnetP2wpkh", "BitcoinTestnet4", Scheme::Ecdsa),
    ("bitcoinP2tr", "Bitcoin", Scheme::Schnorr),
    ("bitcoinTestnetP2tr", "BitcoinSignet", Scheme::Schnorr),
    ("litecoinP2wpkh", "Litecoin", Scheme::Ecdsa),
    ("litecoinTestnetP2wpkh", "LitecoinTestnet", Scheme::Ecdsa),
    ("dogecoinP2pkh", "Dogecoin", Scheme::Ecdsa),
    ("dogecoinTestnetP2pkh", "DogecoinTestnet", Scheme::Ecdsa),
    ("bitcoinCashP2pkh", "BitcoinCash", Scheme::Ecdsa),
    ("xrpLedger", "XrpLedger", Scheme::Ecdsa),
    ("cosmos", "CosmosHub4", Scheme::Ecdsa),
    ("babylon", "BabylonGenesis", Scheme::Ecdsa),
    ("tezosTz2", "Tezos", Scheme::Ecdsa),
    ("solana", "Solana", Scheme::EdDsa),
    ("stellar", "Stellar", Scheme::EdDsa),
    ("algorand", "Algorand", Scheme::EdDsa),
    ("nearImplicit", "Near", Scheme::EdDsa),
    ("aptos", "Aptos", Scheme::EdDsa),
    ("sui", "Sui", Scheme::EdDsa),
    ("iota", "Iota", Scheme::EdDsa),
    ("polkadotSs58_0", "Polkadot", Scheme::EdDsa),
    ("kusamaSs58_2", "Kusama", Scheme::EdDsa),
    ("westendSs58_42", "Westend", Scheme::EdDsa),
    ("polymeshSs58_12", "Polymesh", Scheme::EdDsa),
    ("xrpLedgerEd25519", "XrpLedger", Scheme::EdDsa),
    ("tezosTz1", "Tezos", Scheme::EdDsa),
    ("cardanoEnterpriseMainnet", "Cardano", Scheme::EdDsa),
    ("cardanoEnterpriseTestnet", "CardanoPreprod", Scheme::EdDsa),
];

type Vector = BTreeMap<String, String>;

fn vectors() -> Vec<(Curve, Vector)> {
    let mut document: BTreeMap<String, serde_json::Value> = serde_json::from_str(VECTORS).unwrap();
    let mut take = |name: &str| serde_json::from_value::<Vec<Vector>>(document.remove(name).unwrap()).unwrap();
    let secp256k1 = take("secp256k1").into_iter().map(|vector| (Curve::Secp256k1, vector));
    let ed25519 = take("ed25519").into_iter().map(|vector| (Curve::Ed25519, vector));
    let all: Vec<_> = secp256k1.chain(ed25519).collect();
    document.remove("about");
    assert!(
        document.is_empty(),
        "a section of the vectors is not tested: {document:?}"
    );
    all
}

/// What our code says for a field; nothing if no code is tested by it.
fn actual(curve: Curve, vector: &Vector, field: &str) -> Option<String> {
    let (secret, scheme) = match curve {
        Curve::Ed25519 => (&vector["seedHex"], Scheme::EdDsa),
        _ => (&vector["privateKeyHex"], Scheme::Ecdsa),
    };
    let key = KeyMaterial::from_secret(scheme, curve, &decode_array(secret).unwrap(), None).unwrap();
    Some(match field {
        "privateKeyHex" | "seedHex" => encode(&key.secret()[..]),
        "publicKeyCompressedHex" | "publicKeyHex" => encode(key.public_key()),
        "evmEip55" => evm::checksummed(&evm::of_key(key.public_key()).unwrap()),
        // The networks of Sei in the API are EVM networks; the rule stands for its native form.
        "sei" => cosmos::encode("sei", key.public_key()).unwrap(),
        _ => {
            let (_, network, scheme) = FIELDS.iter().find(|(known, _, _)| *known == field)?;
            address(network, *scheme, key.public_key()).unwrap().unwrap()
        }
    })
}

#[test]
fn every_field_of_the_vectors_is_met() {
    let (mut met, mut fields) = (0, 0);
    for (curve, vector) in vectors() {
        fields += vector.len();
        for (field, expected) in &vector {
            assert_eq!(
                actual(curve, &vector, field).as_deref(),
                Some(expected.as_str()),
                "{field}"
            );
            met += 1;
        }
    }
    assert_eq!(met, fields);
    assert_eq!(
        fields,
        2 * (17 + 2) + 2 * (15 + 2),
        "the vectors have other fields than this test was written for"
    );
}

#[test]
fn every_address_of_the_vectors_is_valid_on_its_network() {
    for (_, vector) in vectors() {
        for (field, network, _) in FIELDS {
            if let Some(text) = vector.get(*field) {
                assert_eq!(validate_address(network, text), Ok(()), "{field}");
            }
        }
        if let Some(text) = vector.get("evmEip55") {
            assert_eq!(validate_address("Ethereum", text), Ok(()));
        }
    }
}

#[test]
fn a_changed_character_is_found_wherever_the_standard_has_a_checksum() {
    let without_checksum = ["evmLower", "solana", "nearImplicit", "aptos", "sui", "iota"];
    for (_, vector) in vectors() {
        for (field, network, _) in FIELDS.iter().filter(|(field, _, _)| !without_checksum.contains(field)) {
            let Some(text) = vector.get(*field) else { continue };
            // A character in the middle, so that prefix and filling stay; 4 and 5 are in every alphabet in use.
            let middle = text.len() / 2;
            let other = if &text[middle..=middle] == "4" { "5" } else { "4" };
            let other = if text.bytes().any(|byte| byte.is_ascii_uppercase()) || text.contains('4') {
                other
            } else {
                "7"
            };
            let changed = format!("{}{other}{}", &text[..middle], &text[middle + 1..]);
            if changed != *text {
                assert_eq!(
                    validate_address(network, &changed),
                    Err(AddressProblem::WrongChecksum),
                    "{field} {changed}"
                );
            }
        }
    }
}

#[test]
fn mixed_case_without_its_checksum_is_refused_on_evm_networks() {
    let right = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf";
    let wrong = "0x7e5F4552091A69125d5DfCb7b8C2659029395Bdf";
    assert_eq!(validate_address("Polygon", right), Ok(()));
    assert_eq!(validate_address("Polygon", &right.to_lowercase()), Ok(()));
    assert_eq!(validate_address("Polygon", wrong), Err(AddressProblem::WrongChecksum));
}

#[test]
fn an_address_of_the_other_net_is_refused_where_the_text_tells() {
    for (network, text) in [
        ("Bitcoin", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"),
        (
            "BitcoinTestnet4",
            "bc1pmfr3p9j00pfxjh0zmgp99y8zftmd3s5pmedqhyptwy6lm87hf5sspknck9",
        ),
        ("Dogecoin", "nesRpRaAbTDmZHwmzBkLd2AtF7Z9L9z5S2"),
        ("CosmosHub4", "bbn1w508d6qejxtdg4y5r3zarvary0c5xw7kdrxtsp"),
        ("Kusama", "15sND1xy2556eoAx6eGV6zkURiPJ9T9qJ8XMDHsYTuZezp7f"),
        (
            "Cardano",
            "addr_test1vq6aahffs2sreuu70h8q8jpen98lmmpwc6cy788j6s8xrgc64xuck",
        ),
    ] {
        assert_eq!(
            validate_address(network, text),
            Err(AddressProblem::OtherNetwork),
            "{network}"
        );
    }
}

#[test]
fn every_network_accepts_the_address_it_makes() {
    let schemes = [
        (Scheme::Ecdsa, Curve::Secp256k1),
        (Scheme::Schnorr, Curve::Secp256k1),
        (Scheme::EdDsa, Curve::Ed25519),
    ];
    for network in NETWORKS {
        let mut made = 0;
        for (scheme, curve) in schemes {
            let curve = match (network.starts_with("Starknet"), scheme) {
                (true, Scheme::Ecdsa) => Curve::Stark,
                _ => curve,
            };
            let key = KeyMaterial::derive(b"round trip", "key", scheme, curve).unwrap();
            match address(network, scheme, key.public_key()) {
                Ok(address) => {
                    let address = address.unwrap();
                    assert_eq!(validate_address(network, &address), Ok(()), "{network} {address}");
                    made += 1;
                }
                Err(error) => assert!(matches!(error, KeyError::WrongScheme { .. }), "{network} {error}"),
            }
        }
        assert!(made > 0, "{network} takes no key");
    }
}

/// One network of each rule and net.
const NETWORKS: &[&str] = &[
    "Algorand",
    "Aptos",
    "Movement",
    "BabylonGenesis",
    "Bitcoin",
    "BitcoinTestnet3",
    "BitcoinCash",
    "BitcoinCashTestnet",
    "Canton",
    "Cardano",
    "CardanoPreprod",
    "Concordium",
    "CosmosHub4",
    "Dogecoin",
    "DogecoinTestnet",
    "Ethereum",
    "Hedera",
    "InternetComputer",
    "Ion",
    "IonTestnet",
    "Iota",
    "Kadena",
    "Kaspa",
    "KaspaTestnet11",
    "Kusama",
    "Litecoin",
    "LitecoinTestnet",
    "Near",
    "Paseo",
    "Polkadot",
    "Polymesh",
    "PolymeshTestnet",
    "SeiPacific1",
    "Solana",
    "Starknet",
    "Stellar",
    "Sui",
    "Tezos",
    "Ton",
    "TonTestnet",
    "Tron",
    "Westend",
    "XrpLedger",
];

#[test]
fn a_network_without_addresses_has_none() {
    let key = KeyMaterial::derive(b"seed", "key", Scheme::EdDsa, Curve::Ed25519).unwrap();
    for network in ["KeyEdDSA", "Atlantis", ""] {
        assert_eq!(address(network, Scheme::EdDsa, key.public_key()), Ok(None));
        assert_eq!(
            validate_address(network, "anything"),
            Err(AddressProblem::NoSuchNetwork)
        );
    }
}

#[test]
fn a_key_of_the_wrong_scheme_is_refused() {
    let key = KeyMaterial::derive(b"seed", "key", Scheme::EdDsa, Curve::Ed25519).unwrap();
    for network in ["Ethereum", "Bitcoin", "Dogecoin"] {
        let refused = address(network, Scheme::EdDsa, key.public_key());
        assert_eq!(
            refused,
            Err(KeyError::WrongScheme {
                network: network.to_owned(),
                scheme: Scheme::EdDsa
            })
        );
    }
}

#[test]
fn bytes_that_are_no_key_are_refused() {
    for (network, scheme) in [
        ("Ethereum", Scheme::Ecdsa),
        ("Bitcoin", Scheme::Schnorr),
        ("Solana", Scheme::EdDsa),
    ] {
        let refused = address(network, scheme, &[7; 31]);
        assert!(
            matches!(refused, Err(KeyError::InvalidPublicKey { length: 31, .. })),
            "{network} {refused:?}"
        );
    }
}

#[test]
fn nonsense_is_no_address_of_any_network() {
    for network in NETWORKS
        .iter()
        .filter(|network| !["Canton", "Kadena"].contains(network))
    {
        for text in ["", "x", "not an address", "0x-", "€uro", &"1".repeat(500)] {
            assert!(validate_address(network, text).is_err(), "{network} takes {text:?}");
        }
    }
}

#[test]
fn kaspa_has_the_checksum_of_its_reference() {
    assert_eq!(super::polymod::encode("a", &[0]), "a:qqeq69uvrh");
}

#[test]
fn legacy_addresses_of_bitcoin_are_valid() {
    assert_eq!(
        validate_address("Bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        Ok(())
    );
    assert_eq!(
        validate_address("BitcoinCash", "qp63uahgrxged4z5jswyt5dn5v3lzsem6cy4spdc2h"),
        Ok(())
    );
}
