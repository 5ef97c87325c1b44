//! EVM transactions given as a JSON object, whose missing fields the API fills in.

use serde_json::Value;

use super::evm::Unsigned;
use super::invalid;
use crate::keys::error::KeyError;
use crate::keys::uint::Uint256;
use crate::keys::{hex, rlp};

/// What a missing field is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EvmDefaults {
    pub(crate) chain_id: u64,
    pub(crate) nonce: u64,
    pub(crate) gas_limit: u64,
    /// In wei, for transactions of type 0.
    pub(crate) gas_price: u64,
    /// In wei, for the other types.
    pub(crate) max_fee_per_gas: u64,
    /// In wei, for the other types.
    pub(crate) max_priority_fee_per_gas: u64,
}

/// The fields of an EVM transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EvmFields {
    kind: u8,
    chain_id: u64,
    pub(crate) nonce: u64,
    /// Nothing for a transaction that creates a contract.
    pub(crate) to: Option<[u8; 20]>,
    /// In wei.
    pub(crate) value: Uint256,
    pub(crate) data: Vec<u8>,
    gas_limit: u64,
    gas_price: Uint256,
    max_fee_per_gas: Uint256,
    max_priority_fee_per_gas: Uint256,
    /// What accounts have signed to take on the code of contracts, each encoded; with type 4 only.
    authorizations: Vec<Vec<u8>>,
}

impl EvmFields {
    /// A transaction of type 2 with the default fees.
    pub(crate) fn new(defaults: EvmDefaults, to: Option<[u8; 20]>, value: Uint256, data: Vec<u8>) -> Self {
        Self {
            kind: 2,
            chain_id: defaults.chain_id,
            nonce: defaults.nonce,
            to,
            value,
            data,
            gas_limit: defaults.gas_limit,
            gas_price: defaults.gas_price.into(),
            max_fee_per_gas: defaults.max_fee_per_gas.into(),
            max_priority_fee_per_gas: defaults.max_priority_fee_per_gas.into(),
            authorizations: Vec::new(),
        }
    }

    /// Reads `{type?, to?, value?, data?, nonce?, gasLimit?, gasPrice?, maxFeePerGas?, maxPriorityFeePerGas?,
    /// authorizationList?}`.
    ///
    /// # Errors
    /// [`KeyError::InvalidInput`] that names the field.
    pub(crate) fn from_json(transaction: &Value, defaults: EvmDefaults) -> Result<Self, KeyError> {
        let given = transaction.as_object().ok_or_else(|| invalid("expected an object"))?;
        let field = |name: &str| given.get(name).filter(|value| !value.is_null());
        let number = |name: &str| {
            field(name)
                .map(|value| Uint256::from_json(value).ok_or_else(|| invalid(format!("{name}: expected an integer"))))
                .transpose()
        };
        let small = |name: &str, default: u64| match number(name)? {
            Some(number) => number
                .to_u64()
                .ok_or_else(|| invalid(format!("{name}: the number is too large"))),
            None => Ok(default),
        };
        let kind = match small("type", 2)? {
            0 => 0,
            2 => 2,
            4 => 4,
            other => {
                return Err(invalid(format!(
                    "type: {other} is not supported by the emulator as an object"
                )));
            }
        };
        let to = match field("to") {
            None => None,
            Some(value) => {
                let address = value.as_str().and_then(hex::decode_array::<20>);
                Some(address.ok_or_else(|| invalid("to: expected an address of 20 bytes"))?)
            }
        };
        let data = match field("data") {
            None => Vec::new(),
            Some(value) => value
                .as_str()
                .and_then(hex::decode)
                .ok_or_else(|| invalid("data: expected bytes in hexadecimal"))?,
        };
        let authorizations = match field("authorizationList") {
            None => Vec::new(),
            Some(_) if kind != 4 => return Err(invalid("authorizationList: taken with type 4 only")),
            Some(list) => authorizations(list)?,
        };
        if kind == 4 && (to.is_none() || authorizations.is_empty()) {
            return Err(invalid("type: 4 needs a receiver and at least one authorization"));
        }
        let (max_fee_per_gas, max_priority_fee_per_gas) = fees(
            (defaults.max_fee_per_gas, defaults.max_priority_fee_per_gas),
            (number("maxFeePerGas")?, number("maxPriorityFeePerGas")?),
        )?;
        Ok(Self {
            kind,
            chain_id: defaults.chain_id,
            nonce: small("nonce", defaults.nonce)?,
            to,
            value: number("value")?.unwrap_or_default(),
            data,
            gas_limit: small("gasLimit", defaults.gas_limit)?,
            gas_price: number("gasPrice")?.unwrap_or(defaults.gas_price.into()),
            max_fee_per_gas,
            max_priority_fee_per_gas,
            authorizations,
        })
    }

    /// The transaction as it is hashed and signed.
    ///
    /// # Errors
    /// [`KeyError::InvalidInput`] if a number does not fit its field.
    pub(crate) fn unsigned(&self) -> Result<Unsigned, KeyError> {
        let number = |number: &Uint256| rlp::text(number.significant());
        let to = rlp::text(self.to.as_ref().map_or(&[][..], |to| &to[..]));
        let bytes = if self.kind == 0 {
            rlp::list(&[
                rlp::number(self.nonce),
                number(&self.gas_price),
                rlp::number(self.gas_limit),
                to,
                number(&self.value),
                rlp::text(&self.data),
                rlp::number(self.chain_id),
                rlp::number(0),
                rlp::number(0),
            ])
        } else {
            let mut fields = vec![
                rlp::number(self.chain_id),
                rlp::number(self.nonce),
                number(&self.max_priority_fee_per_gas),
                number(&self.max_fee_per_gas),
                rlp::number(self.gas_limit),
                to,
                number(&self.value),
                rlp::text(&self.data),
                rlp::list(&[]),
            ];
            if self.kind == 4 {
                fields.push(rlp::list(&self.authorizations));
            }
            [&[self.kind][..], &rlp::list(&fields)].concat()
        };
        Unsigned::parse(&bytes)
    }
}

/// The fees of which one, both or none are given; the other one is made to fit, since no network takes more for whoever
/// makes the block than for the whole.
fn fees(
    (max_fee, priority): (u64, u64),
    given: (Option<Uint256>, Option<Uint256>),
) -> Result<(Uint256, Uint256), KeyError> {
    match given {
        (None, None) => Ok((max_fee.into(), priority.into())),
        (Some(most), None) => Ok((most, Uint256::from(priority).min(most))),
        (None, Some(given)) => {
            let base = max_fee.saturating_sub(priority);
            let raised = given.to_u64().map(|given| base.saturating_add(given));
            Ok((raised.map_or(given, Uint256::from), given))
        }
        (Some(most), Some(priority)) if priority > most => Err(invalid("maxPriorityFeePerGas: more than maxFeePerGas")),
        (Some(most), Some(priority)) => Ok((most, priority)),
    }
}

/// Authorizations as the libraries of others write them: `{chainId, address, nonce}` with `yParity` (or `v`), `r` and `s`
/// beside them or in a `signature`, which may also be text of 65 bytes.
fn authorizations(list: &Value) -> Result<Vec<Vec<u8>>, KeyError> {
    let list = list.as_array();
    let list = list.ok_or_else(|| invalid("authorizationList: expected a list"))?;
    let read = |(place, given): (usize, &Value)| {
        authorization(given).ok_or_else(|| {
            invalid(format!(
                "authorizationList[{place}]: expected chainId, address, nonce, yParity, r and s"
            ))
        })
    };
    list.iter().enumerate().map(read).collect()
}

fn authorization(given: &Value) -> Option<Vec<u8>> {
    let number = |value: &Value| Uint256::from_json(value).map(|number| rlp::text(number.significant()));
    let address: [u8; 20] = hex::decode_array(given.get("address")?.as_str()?)?;
    let signature = given.get("signature").unwrap_or(given);
    let (parity, r, s) = if let Some(text) = signature.as_str() {
        let bytes: [u8; 65] = hex::decode_array(text)?;
        let word = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).ok().map(Uint256);
        (u64::from(bytes[64]), word(&bytes[..32])?, word(&bytes[32..64])?)
    } else {
        let parity = signature.get("yParity").or_else(|| signature.get("v"))?;
        (
            Uint256::from_json(parity)?.to_u64()?,
            Uint256::from_json(signature.get("r")?)?,
            Uint256::from_json(signature.get("s")?)?,
        )
    };
    let parity = match parity {
        0 | 27 => 0,
        1 | 28 => 1,
        _ => return None,
    };
    Some(rlp::list(&[
        number(given.get("chainId")?)?,
        rlp::text(&address),
        number(given.get("nonce")?)?,
        rlp::number(parity),
        rlp::text(r.significant()),
        rlp::text(s.significant()),
    ]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{EvmDefaults, EvmFields};
    use crate::keys::error::KeyError;
    use crate::keys::hex::encode;

    const DEFAULTS: EvmDefaults = EvmDefaults {
        chain_id: 1,
        nonce: 9,
        gas_limit: 21_000,
        gas_price: 20_000_000_000,
        max_fee_per_gas: 30,
        max_priority_fee_per_gas: 2,
    };

    #[test]
    fn a_legacy_object_becomes_the_example_of_eip155() {
        let object = json!({
            "type": 0, "to": "0x3535353535353535353535353535353535353535", "value": "1000000000000000000",
        });
        let unsigned = EvmFields::from_json(&object, DEFAULTS).unwrap().unsigned().unwrap();
        assert_eq!(
            encode(&unsigned.digest()),
            "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
        );
    }

    #[test]
    fn an_empty_object_is_filled_with_the_defaults() {
        let unsigned = EvmFields::from_json(&json!({}), DEFAULTS).unwrap().unsigned().unwrap();
        assert_eq!(encode(unsigned.bytes()), "02cb0109021e825208808080c0");
    }

    #[test]
    fn a_fee_that_is_left_out_fits_the_one_that_is_given() {
        let fees = |object| {
            let fields = EvmFields::from_json(&object, DEFAULTS)?;
            Ok((fields.max_fee_per_gas, fields.max_priority_fee_per_gas))
        };
        assert_eq!(fees(json!({"maxFeePerGas": 1})), Ok((1.into(), 1.into())));
        assert_eq!(fees(json!({"maxFeePerGas": 50})), Ok((50.into(), 2.into())));
        assert_eq!(fees(json!({"maxPriorityFeePerGas": 40})), Ok((68.into(), 40.into())));
        let given = json!({"maxFeePerGas": 5, "maxPriorityFeePerGas": 6});
        assert!(fees(given).is_err_and(|error: KeyError| error.to_string().contains("maxPriorityFeePerGas")));
    }

    #[test]
    fn an_object_of_type_4_becomes_what_ethers_makes_of_it() {
        let authorization = json!({
            "chainId": 1, "address": format!("0x{}", "11".repeat(20)), "nonce": 7,
            "yParity": 1, "r": format!("0x{}", "22".repeat(32)), "s": format!("0x{}", "33".repeat(32)),
        });
        let mut with_text = authorization.clone();
        with_text["signature"] = json!(format!("0x{}{}1c", "22".repeat(32), "33".repeat(32)));
        for authorization in [authorization, with_text] {
            let object = json!({
                "type": 4, "to": "0x3535353535353535353535353535353535353535", "value": "5",
                "authorizationList": [authorization],
            });
            let unsigned = EvmFields::from_json(&object, DEFAULTS).unwrap().unsigned().unwrap();
            let expected = "04f87d0109021e8252089435353535353535353535353535353535353535350580c0f85cf85a019411111111111111111111111111111111111111110701a02222222222222222222222222222222222222222222222222222222222222222a03333333333333333333333333333333333333333333333333333333333333333";
            assert_eq!(encode(unsigned.bytes()), expected);
        }
    }

    #[test]
    fn a_malformed_field_is_named() {
        for (object, name) in [
            (json!({"to": "0x01"}), "to"),
            (json!({"value": -1}), "value"),
            (json!({"nonce": "0xffffffffffffffffff"}), "nonce"),
            (json!({"data": "0xz"}), "data"),
            (json!({"type": 3}), "type"),
            (json!({"type": 4}), "type"),
            (json!({"authorizationList": []}), "authorizationList"),
            (json!({"type": 4, "authorizationList": [{}]}), "authorizationList[0]"),
        ] {
            let refused = EvmFields::from_json(&object, DEFAULTS).unwrap_err();
            assert!(
                refused.to_string().starts_with(&format!("transaction: {name}:")),
                "{refused}"
            );
        }
    }
}
