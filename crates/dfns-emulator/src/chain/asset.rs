//! Assets: what kinds there are, and what tells one from another.
//!
//! Invariant: two requests that mean the same asset give the same [`Asset::key`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Chain;
use crate::keys::{Family, validate_address};

/// The kind of the native asset of every network.
pub(crate) const NATIVE: &str = "Native";

/// Each kind, the fields that tell assets of the kind apart, and whether an asset of the kind exists once.
const KINDS: &[(&str, &[&str], bool)] = &[
    (NATIVE, &[], false),
    ("Aip21", &["metadata"], false),
    ("Asa", &["assetId"], false),
    ("Asset", &["assetId"], false),
    ("Cip56", &["instrumentId", "instrumentAdmin"], false),
    ("Cis2", &["tokenAddress"], false),
    ("Cis7", &["tokenId"], false),
    ("Coin", &["coin"], false),
    ("Erc20", &["contract"], false),
    ("Erc721", &["contract", "tokenId"], true),
    ("Erc7984", &["contract"], false),
    ("Hip17", &["tokenId", "serialNumber"], true),
    ("Hts", &["tokenId"], false),
    ("Iou", &["currency", "issuer"], false),
    ("Sep41", &["issuer", "assetCode"], false),
    ("Snip2", &["contract"], false),
    ("Snip3", &["contract", "tokenId"], true),
    ("Spl", &["mint"], false),
    ("Spl2022", &["mint"], false),
    ("Tep74", &["master"], false),
    ("Trc10", &["tokenId"], false),
    ("Trc20", &["contract"], false),
    ("Trc721", &["contract", "tokenId"], true),
    ("Xls33", &["issuanceId"], false),
];

/// A field of a request that names no asset, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldProblem {
    pub(crate) field: String,
    pub(crate) problem: String,
}

impl FieldProblem {
    /// A problem of a field.
    pub(crate) fn new(field: &str, problem: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            problem: problem.into(),
        }
    }
}

/// An asset of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asset {
    /// The kind, as requests name it.
    pub(crate) kind: String,
    /// The fields that tell it from others of the kind, under their names in the API.
    #[serde(flatten)]
    pub(crate) fields: BTreeMap<String, String>,
}

impl Asset {
    /// The native asset.
    pub(crate) fn native() -> Self {
        Self {
            kind: NATIVE.to_owned(),
            fields: BTreeMap::new(),
        }
    }

    /// The asset that an object with `kind` and the fields of the kind names.
    ///
    /// # Errors
    /// [`FieldProblem`] for a kind that the network does not have, and for a field that is missing or malformed.
    pub(crate) fn of_request(chain: Chain, request: &Map<String, Value>) -> Result<Self, FieldProblem> {
        let kind = request.get("kind").and_then(Value::as_str).unwrap_or(NATIVE);
        let allowed = chain.transfer_kinds();
        let Some((kind, names, _)) = KINDS.iter().find(|(name, ..)| *name == kind && allowed.contains(name)) else {
            let problem = format!("{kind:?} is no kind of {}, expected {}", chain.id, allowed.join(", "));
            return Err(FieldProblem::new("kind", problem));
        };
        let mut fields = BTreeMap::new();
        for name in *names {
            let text = match request.get(*name) {
                Some(Value::String(text)) if !text.is_empty() => text.clone(),
                Some(Value::Number(number)) if number.is_u64() => number.to_string(),
                _ => {
                    return Err(FieldProblem::new(
                        name,
                        format!("expected text, an asset of the kind {kind} has it"),
                    ));
                }
            };
            if is_number(kind, name) && text.bytes().all(|digit| digit.is_ascii_digit()) {
                let digits = text.trim_start_matches('0');
                fields.insert(
                    (*name).to_owned(),
                    if digits.is_empty() { "0" } else { digits }.to_owned(),
                );
            } else if is_address(chain, name) {
                validate_address(chain.id, &text).map_err(|error| FieldProblem::new(name, error.to_string()))?;
                fields.insert((*name).to_owned(), chain.ledger_address(&text));
            } else {
                fields.insert((*name).to_owned(), text);
            }
        }
        Ok(Self {
            kind: (*kind).to_owned(),
            fields,
        })
    }

    /// True for the native asset.
    pub(crate) fn is_native(&self) -> bool {
        self.kind == NATIVE
    }

    /// True if the asset exists once, so that it has no amount.
    pub(crate) fn is_unique(&self) -> bool {
        KINDS
            .iter()
            .any(|(kind, _, is_unique)| *kind == self.kind && *is_unique)
    }

    /// The text under which the ledger keeps the asset: its kind and fields as JSON, in a fixed order.
    pub(crate) fn key(&self) -> String {
        let fields: Vec<Value> = self.fields.iter().map(|(name, value)| json!([name, value])).collect();
        json!([self.kind, fields]).to_string()
    }

    /// The asset that the ledger keeps under a key.
    ///
    /// # Errors
    /// If the text was not made by [`key`](Self::key).
    pub(crate) fn of_key(key: &str) -> Result<Self, serde_json::Error> {
        let (kind, fields): (String, Vec<(String, String)>) = serde_json::from_str(key)?;
        Ok(Self {
            kind,
            fields: fields.into_iter().collect(),
        })
    }

    /// What other people call the asset: the contract, or whatever the kind has in its place.
    pub(crate) fn name(&self) -> Option<&str> {
        let names = KINDS
            .iter()
            .find(|(kind, ..)| *kind == self.kind)
            .map(|(_, names, _)| *names)?;
        self.fields.get(*names.first()?).map(String::as_str)
    }
}

/// True if a field of an asset holds a number, in front of which zeros say nothing.
fn is_number(kind: &str, field: &str) -> bool {
    matches!(
        (kind, field),
        ("Asa", "assetId") | ("Erc721" | "Snip3" | "Trc10" | "Trc721", "tokenId") | ("Hip17", "serialNumber")
    )
}

/// True if a field of an asset holds an address of its network.
fn is_address(chain: Chain, field: &str) -> bool {
    matches!(
        (chain.family, field),
        (Family::Evm | Family::Starknet | Family::Tron, "contract")
            | (Family::Aptos, "metadata")
            | (Family::Solana, "mint")
            | (Family::Stellar | Family::Xrpl, "issuer")
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Asset, FieldProblem, KINDS};
    use crate::chain::chain;

    fn asset(network: &str, request: Value) -> Result<Asset, FieldProblem> {
        let Value::Object(request) = request else {
            panic!("no object")
        };
        Asset::of_request(chain(network).unwrap(), &request)
    }

    #[test]
    fn every_kind_that_a_network_carries_is_known() {
        for network in dfns_types::Network::VALUES {
            for kind in chain(network.as_str()).unwrap().transfer_kinds() {
                assert!(KINDS.iter().any(|(name, ..)| name == kind), "{kind}");
            }
        }
    }

    #[test]
    fn a_contract_in_another_case_is_the_same_asset() {
        let lower = json!({ "kind": "Erc20", "contract": "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed" });
        let mixed = json!({ "kind": "Erc20", "contract": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" });
        assert_eq!(
            asset("Ethereum", lower).unwrap().key(),
            asset("Ethereum", mixed).unwrap().key()
        );
    }

    #[test]
    fn a_key_reads_back_as_its_asset() {
        let token = json!({ "kind": "Sep41", "issuer": "GA2C5RFPE6GCKMY3US5PAB6UZLKIGSPIUKSLRB6Q723BM2OARMDUYEJ5", "assetCode": "A\"=," });
        for asset in [Asset::native(), asset("Stellar", token).unwrap()] {
            assert_eq!(Asset::of_key(&asset.key()).unwrap(), asset);
        }
    }

    #[test]
    fn a_kind_of_another_network_is_refused() {
        let problem = asset("Bitcoin", json!({ "kind": "Erc20", "contract": "0x0" })).unwrap_err();
        assert_eq!(problem.field, "kind");
        assert!(problem.problem.contains("expected Native"), "{}", problem.problem);
    }

    #[test]
    fn a_missing_or_malformed_field_is_named() {
        assert_eq!(
            asset("Ethereum", json!({ "kind": "Erc20" })).unwrap_err().field,
            "contract"
        );
        assert_eq!(
            asset("Ethereum", json!({ "kind": "Erc20", "contract": "0x12" }))
                .unwrap_err()
                .field,
            "contract"
        );
        assert_eq!(
            asset("Solana", json!({ "kind": "Spl", "mint": "not base 58!" }))
                .unwrap_err()
                .field,
            "mint"
        );
    }
}
