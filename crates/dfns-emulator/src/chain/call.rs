//! What an EVM transaction does: whom it calls, with how much, and with which input.

use serde_json::Value;

use super::{Chain, Order};
use crate::keys::{self, EvmCall, EvmDefaults, EvmFields, KeyError, Uint256};

/// The first four bytes of calls of `transfer(address,uint256)` and `safeTransferFrom(address,address,uint256)`.
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];
const SAFE_TRANSFER_FROM: [u8; 4] = [0x42, 0x84, 0x2e, 0x0e];

/// A call, or the creation of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// Nothing if it creates a contract.
    pub(crate) to: Option<[u8; 20]>,
    /// In wei.
    pub(crate) value: Uint256,
    pub(crate) data: Vec<u8>,
}

/// The call that carries an order out.
///
/// # Errors
/// [`KeyError::InvalidInput`] for an asset that no call moves, or a transaction that is malformed.
pub(crate) fn call_of(chain: Chain, order: &Order) -> Result<Call, KeyError> {
    match &order.transaction {
        Some(Value::String(bytes)) => {
            let EvmCall { to, value, data, .. } = EvmCall::parse(&keys::hex_bytes(bytes).unwrap_or_default())?;
            return Ok(Call { to, value, data });
        }
        Some(described) => {
            let nothing = EvmDefaults {
                chain_id: 1,
                nonce: 0,
                gas_limit: 0,
                gas_price: 0,
                max_fee_per_gas: 0,
                max_priority_fee_per_gas: 0,
            };
            let EvmFields { to, value, data, .. } = EvmFields::from_json(described, nothing)?;
            return Ok(Call { to, value, data });
        }
        None => {}
    }
    let address = |text: Option<&str>| {
        let bytes = keys::hex_bytes(text.unwrap_or_default()).and_then(|bytes| <[u8; 20]>::try_from(bytes).ok());
        bytes.ok_or_else(|| KeyError::input("to", "expected an address of 20 bytes"))
    };
    let too_large = || KeyError::input("amount", "more than 256 bits");
    let amount = Uint256::parse(order.amount.as_str()).ok_or_else(too_large)?;
    let data = keys::hex_bytes(&order.data).unwrap_or_default();
    let to = order.to.as_deref();
    let asset = order.asset.name();
    let call = |contract: [u8; 20], data: Vec<u8>| Call {
        to: Some(contract),
        value: Uint256::default(),
        data,
    };
    match order.asset.kind.as_str() {
        "Native" => Ok(Call {
            to: Some(address(Some(to.unwrap_or(&order.from)))?),
            value: amount,
            data,
        }),
        _ if !data.is_empty() => Ok(call(address(asset)?, data)),
        "Erc20" => {
            let data = [&TRANSFER[..], &[0; 12], &address(to)?, &amount.0].concat();
            Ok(call(address(asset)?, data))
        }
        "Erc721" => {
            let number = order
                .asset
                .fields
                .get("tokenId")
                .and_then(|number| Uint256::parse(number));
            let number = number.ok_or_else(|| KeyError::input("tokenId", "expected an integer"))?;
            let (from, to) = (address(Some(&order.from))?, address(to)?);
            let data = [&SAFE_TRANSFER_FROM[..], &[0; 12], &from, &[0; 12], &to, &number.0].concat();
            Ok(call(address(asset)?, data))
        }
        other => Err(KeyError::input(
            "kind",
            format!(
                "the emulator does not send transfers of kind {other} to the node of {}",
                chain.id
            ),
        )),
    }
}
