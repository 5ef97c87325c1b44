//! What a transaction that a caller built does, read from the very bytes that are signed.
//!
//! Only payments are read in full. Whatever else a transaction may do is not guessed at: it makes the reading opaque.
//!
//! Invariant: a reading that is not opaque names everything that leaves the account, and bytes that are no transaction
//! of the family, or not one of the account, are refused.

mod algorand;
mod aptos;
mod cardano;
mod cosmos;
mod solana;
mod stellar;
mod substrate;
#[cfg(test)]
mod tests;
mod tezos;
mod tron;
mod xrpl;

use super::error::KeyError;
use super::network::{Family, network};

pub(crate) use stellar::fee_and_operations as stellar_fee_and_operations;
pub(crate) use substrate::Extrinsic;

/// What a transaction does, as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The account that pays; nothing on chains where it is known by its key alone.
    pub(crate) from: String,
    pub(crate) payments: Vec<Payment>,
    /// What it costs, in the smallest unit of the native asset; nothing if the transaction does not say.
    pub(crate) fee: Option<u128>,
    pub(crate) memo: Option<String>,
    /// True if it may do more than these payments.
    pub(crate) is_opaque: bool,
}

/// What one account receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) to: String,
    pub(crate) amount: u128,
    /// Nothing for the native asset.
    pub(crate) token: Option<Token>,
}

/// An asset other than the native one, in the words of transfers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: &'static str,
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl Payment {
    pub(crate) fn native(to: String, amount: u128) -> Self {
        Self {
            to,
            amount,
            token: None,
        }
    }
}

impl Reading {
    fn of(from: String) -> Self {
        Self {
            from,
            ..Self::default()
        }
    }
}

/// Whose transaction it has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner<'a> {
    pub(crate) address: &'a str,
    pub(crate) public_key: &'a [u8],
}

/// Reads the unsigned transaction of an account; nothing if the emulator does not read those of the network.
///
/// # Errors
/// [`KeyError::InvalidInput`] if the bytes are no transaction of the network, or one of another account or network.
pub(crate) fn read(network_id: &str, owner: Owner<'_>, bytes: &[u8]) -> Result<Option<Reading>, KeyError> {
    let Some(network) = network(network_id) else {
        return Ok(None);
    };
    let invalid = |problem: String| KeyError::input("transaction", problem);
    let reading = match network.family {
        Family::Algorand => algorand::read(bytes),
        Family::Aptos => aptos::read(network_id, bytes),
        Family::Cardano => cardano::read(bytes, owner.address),
        Family::Cosmos => cosmos::read(network_id, bytes, owner.public_key),
        Family::Solana => solana::read(bytes, owner.public_key),
        Family::Stellar => stellar::read(bytes),
        Family::Tezos => tezos::read(bytes),
        Family::Tron => tron::read(bytes),
        Family::Xrpl => xrpl::read(bytes),
        _ => return Ok(None),
    };
    let reading = reading.ok_or_else(|| invalid(format!("not a serialised, unsigned transaction of {network_id}")))?;
    let is_own = reading.from.is_empty() || reading.from.eq_ignore_ascii_case(owner.address);
    if !is_own {
        let problem = format!("it spends from {}, the wallet is {}", reading.from, owner.address);
        return Err(invalid(problem));
    }
    Ok(Some(reading))
}
