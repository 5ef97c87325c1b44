//! Accounts of Starknet, and the transactions that make them and that they send.
//!
//! An account is a contract. Its address follows from its code and from its owner's key, before it is deployed; which
//! code the API chooses is not published. Here it is the account of OpenZeppelin, whose constructor takes the key alone.
//!
//! Invariant: address and hashes are those that the chain would compute for these fields.

use starknet_types_core::felt::Felt;

use super::{constant, felt, pedersen, poseidon, public_felt, selector};
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::uint::Uint256;

/// The class of the accounts.
const CLASS: &str = "0x0540d7f5ec7ecf317e68d48564934cb99259781b1ee3cedbbc37ec5337f8e688";
/// The contract of the native asset, STRK.
const NATIVE: &str = "0x04718f5a0fc34cc1af16a1cdee98ffb20c31f5cd61d6ab07201858f4287c938d";
/// How much of each kind of gas a transaction may use, and at which price: for the layer below, for its own, for data.
const BOUNDS: [(&str, u64, u128); 3] = [
    ("L1_GAS", 0, 0),
    ("L2_GAS", 2_000_000, 1_000_000_000),
    ("L1_DATA", 500, 1_000_000_000_000),
];
/// The version of transactions whose fee is paid in STRK.
const VERSION: u64 = 3;

/// The address of the account of a key, `0x` and 64 digits.
///
/// # Errors
/// [`KeyError::InvalidPublicKey`] if the bytes are no compressed point of the curve.
pub(crate) fn address(public_key: &[u8]) -> Result<String, KeyError> {
    Ok(text(address_felt(public_felt(public_key)?)))
}

pub(super) fn address_felt(public_key: Felt) -> Felt {
    contract_address(public_key, known(CLASS), pedersen(&[public_key]))
}

/// The address of a contract that nobody else's contract deploys.
pub(super) fn contract_address(salt: Felt, class: Felt, arguments_hash: Felt) -> Felt {
    // The address is 2^251 - 256 at most; larger hashes begin again from zero.
    const BOUND: [u8; 32] = {
        let mut bound = [0xff; 32];
        (bound[0], bound[31]) = (0x07, 0x00);
        bound
    };
    let hash = pedersen(&[
        constant("STARKNET_CONTRACT_ADDRESS"),
        Felt::ZERO,
        salt,
        class,
        arguments_hash,
    ]);
    let bound = Felt::from_bytes_be(&BOUND);
    if hash < bound { hash } else { hash - bound }
}

/// The hash of the transaction that deploys the account of a key.
///
/// # Errors
/// [`KeyError::InvalidPublicKey`] if the bytes are no compressed point of the curve.
pub(crate) fn deployment_hash(network: &str, public_key: &[u8]) -> Result<String, KeyError> {
    let key = public_felt(public_key)?;
    let hash = poseidon(&[
        constant("deploy_account"),
        Felt::from(VERSION),
        address_felt(key),
        fee_fields(),
        poseidon(&[]),
        chain_id(network),
        Felt::ZERO,
        Felt::ZERO,
        poseidon(&[key]),
        known(CLASS),
        key,
    ]);
    Ok(text(hash))
}

/// What an account calls: a function of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) contract: Felt,
    pub(crate) selector: Felt,
    pub(crate) arguments: Vec<Felt>,
}

impl Call {
    /// The transfer of a token, or without a contract of the native asset.
    ///
    /// # Errors
    /// [`KeyError::InvalidInput`] that names a field that is no address or no number.
    pub(crate) fn transfer(contract: Option<&str>, to: &str, amount: &str) -> Result<Self, KeyError> {
        let address =
            |field, text: &str| element(text).ok_or_else(|| KeyError::input(field, "expected an address of Starknet"));
        let contract = contract.map_or(Ok(known(NATIVE)), |text| address("contract", text))?;
        let amount = Uint256::parse(amount).ok_or_else(|| KeyError::input("amount", "expected an integer"))?;
        let (high, low) = amount.0.split_at(16);
        Ok(Self {
            contract,
            selector: selector("transfer"),
            arguments: vec![
                address("to", to)?,
                Felt::from_bytes_be_slice(low),
                Felt::from_bytes_be_slice(high),
            ],
        })
    }
}

/// The hash of the transaction by which an account makes one call.
///
/// # Errors
/// [`KeyError::InvalidPublicKey`] if the bytes are no compressed point of the curve.
pub(crate) fn invocation_hash(network: &str, public_key: &[u8], nonce: u64, call: &Call) -> Result<String, KeyError> {
    let mut data = vec![
        Felt::ONE,
        call.contract,
        call.selector,
        Felt::from(call.arguments.len() as u64),
    ];
    data.extend(&call.arguments);
    let hash = poseidon(&[
        constant("invoke"),
        Felt::from(VERSION),
        address_felt(public_felt(public_key)?),
        fee_fields(),
        poseidon(&[]),
        chain_id(network),
        Felt::from(nonce),
        Felt::ZERO,
        poseidon(&[]),
        poseidon(&data),
    ]);
    Ok(text(hash))
}

/// The tip, which is nothing, and the bounds of each kind of gas.
fn fee_fields() -> Felt {
    let mut fields = vec![Felt::ZERO];
    fields.extend(BOUNDS.map(|(name, amount, price)| bound(name, amount, price)));
    poseidon(&fields)
}

/// How much of a kind of gas may be used: the name in the upper bits, then 64 bits of amount and 128 bits of price.
pub(super) fn bound(name: &'static str, amount: u64, price: u128) -> Felt {
    let mut bytes = [0; 32];
    bytes[8 - name.len()..8].copy_from_slice(name.as_bytes());
    bytes[8..16].copy_from_slice(&amount.to_be_bytes());
    bytes[16..].copy_from_slice(&price.to_be_bytes());
    Felt::from_bytes_be(&bytes)
}

pub(super) fn chain_id(network: &str) -> Felt {
    if network == "Starknet" {
        constant("SN_MAIN")
    } else {
        constant("SN_SEPOLIA")
    }
}

/// The element that `0x` and up to 64 digits stand for, if it is below the prime of the field.
pub(crate) fn element(digits: &str) -> Option<Felt> {
    let digits = digits
        .strip_prefix("0x")
        .filter(|digits| (1..=64).contains(&digits.len()))?;
    felt(&hex::decode_array(&format!("{digits:0>64}"))?)
}

/// One of our own constants, all of which are elements.
fn known(digits: &str) -> Felt {
    element(digits).unwrap_or_default()
}

pub(super) fn text(element: Felt) -> String {
    hex::encode_prefixed(&element.to_bytes_be())
}
