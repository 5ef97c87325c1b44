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
        }
    }

    /// Reads `{type?, to?, value?, data?, nonce?, gasLimit?, gasPrice?, maxFeePerGas?, maxPriorityFeePerGas?}`.
    ///
    /// # Errors
    /// [`KeyError::InvalidInput`] that names the field; also for type 4, whose authorizations the emulator does not take.
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
        Ok(Self {
            kind,
            chain_id: defaults.chain_id,
            nonce: small("nonce", defaults.nonce)?,
            to,
            value: number("value")?.unwrap_or_default(),
            data,
            gas_limit: small("gasLimit", defaults.gas_limit)?,
            gas_price: number("gasPrice")?.unwrap_or(defaults.gas_price.into()),
            max_fee_per_gas: number("maxFeePerGas")?.unwrap_or(defaults.max_fee_per_gas.into()),
            max_priority_fee_per_gas: number("maxPriorityFeePerGas")?
                .unwrap_or(defaults.max_priority_fee_per_gas.into()),
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
            let list = rlp::list(&[
                rlp::number(self.chain_id),
                rlp::number(self.nonce),
                number(&self.max_priority_fee_per_gas),
                number(&self.max_fee_per_gas),
                rlp::number(self.gas_limit),
                to,
                number(&self.value),
                rlp::text(&self.data),
                rlp::list(&[]),
            ]);
            [&[self.kind][..], &list].concat()
        };
        Unsigned::parse(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{EvmDefaults, EvmFields};
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
    fn a_malformed_field_is_named() {
        for (object, name) in [
            (json!({"to": "0x01"}), "to"),
            (json!({"value": -1}), "value"),
            (json!({"nonce": "0xffffffffffffffffff"}), "nonce"),
            (json!({"data": "0xz"}), "data"),
            (json!({"type": 3}), "type"),
        ] {
            let refused = EvmFields::from_json(&object, DEFAULTS).unwrap_err();
            assert!(
                refused.to_string().starts_with(&format!("transaction: {name}:")),
                "{refused}"
            );
        }
    }
}
