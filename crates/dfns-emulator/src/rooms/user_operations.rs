//! Operations of an account with code of its own (EIP-7702), which a sponsor pays for.
//!
//! They go out as one call of the account by itself. Which contract the API puts behind an account is not published; here
//! it is one that carries out `execute((address,uint256,bytes)[])`.
//!
//! Invariant: every operation is counted: what it pays, or else that what it does is unknown.

use dfns_types::{Amount, UserOperation};
use serde_json::json;

use super::refusals::invalid_field;
use super::transactions::{evm_described, token_transfer};
use crate::chain::{Asset, Chain, Order, Payout};
use crate::context::Context;
use crate::keys::{self, KeyMaterial, Uint256};
use crate::server::Refusal;

/// Gas for one operation, beyond what every transaction and its input cost.
const GAS_OF_AN_OPERATION: u64 = 60_000;

/// What the operations do together, begun from `blank`.
///
/// # Errors
/// 400 that names the operation that is malformed.
pub(super) fn order(
    context: &Context<'_>,
    chain: Chain,
    material: &KeyMaterial,
    operations: &[UserOperation],
    blank: Order,
) -> Result<Order, Refusal> {
    if operations.is_empty() {
        return Err(invalid_field("userOperations", "expected at least one"));
    }
    let (mut calls, mut payouts, mut is_opaque) = (Vec::new(), Vec::new(), false);
    for (place, operation) in operations.iter().enumerate() {
        let invalid = |field: &str, problem: &str| invalid_field(&format!("userOperations[{place}].{field}"), problem);
        let to: dfns_types::Hex = operation.to.parse().map_err(|_| invalid("to", "expected an address"))?;
        let to: [u8; 20] = to
            .to_bytes()
            .try_into()
            .map_err(|_| invalid("to", "expected an address of 20 bytes"))?;
        let value = operation.value.clone().unwrap_or_else(Amount::zero);
        let number = Uint256::parse(value.as_str()).ok_or_else(|| invalid("value", "more than 256 bits"))?;
        let data = operation
            .data
            .as_ref()
            .map(dfns_types::Hex::to_bytes)
            .unwrap_or_default();
        match token_transfer(chain, Some(to), &data) {
            Some((token, receiver, amount)) if context.store.asset(chain.id, &token.key())?.is_some() => {
                payouts.push(Payout {
                    to: receiver,
                    asset: token,
                    amount,
                });
            }
            _ => is_opaque |= !data.is_empty(),
        }
        if !value.is_zero() || data.is_empty() {
            payouts.push(Payout {
                to: dfns_types::Hex::from_bytes(to).to_string(),
                asset: Asset::native(),
                amount: value,
            });
        }
        calls.push(keys::UserOperation {
            to,
            value: number,
            data,
        });
    }
    let input = keys::user_operations_input(&calls);
    let gas = 21_000 + 16 * input.len() as u64 + GAS_OF_AN_OPERATION * calls.len() as u64;
    let described = json!({
        "to": blank.from,
        "data": dfns_types::Hex::from_bytes(&input),
        "gasLimit": gas.to_string(),
    });
    let order = evm_described(context, chain, material, described, blank)?;
    let mut payouts = payouts.into_iter();
    let first = payouts.next();
    Ok(match first {
        Some(Payout { to, asset, amount }) => Order {
            to: Some(to),
            asset,
            amount,
            // The input is that of the whole call; what it does is told by the payouts.
            data: String::new(),
            further: payouts.collect(),
            is_opaque,
            ..order
        },
        None => Order {
            to: None,
            data: String::new(),
            is_opaque,
            ..order
        },
    })
}
