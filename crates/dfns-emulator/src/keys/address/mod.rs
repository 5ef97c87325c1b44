//! From a public key to the address of a network, and whether a text can be an address at all.
//!
//! Where the chain's standard derives an address from a key, that standard is followed. Where accounts are assigned on
//! the chain, the value is invented from a hash of the key: stable and well formed, and nothing more.
//!
//! Invariant: `validate_address` accepts every address that `address` makes on the same network.

mod algorand;
mod bitcoin;
mod bitcoin_cash;
mod canonical;
mod cardano;
mod cosmos;
pub(super) mod evm;
mod hashed;
mod internet_computer;
mod invented;
mod kaspa;
mod polymod;
pub(crate) mod raw;
mod solana;
mod stellar;
mod substrate;
mod tezos;
mod ton;
mod tron;
mod xrpl;

#[cfg(test)]
mod tests;

use super::error::KeyError;
use super::material::Scheme;
use super::network::{AddressRule, network};
use super::stark;

pub(crate) use canonical::canonical;
pub(crate) use cardano::bytes as cardano_address_bytes;
pub(crate) use solana::decode as solana_key;

/// Why a text cannot be an address of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressProblem {
    /// The emulator does not know the network, or it has no addresses.
    #[error("the network has no addresses")]
    NoSuchNetwork,
    /// The text does not have the form of the network's addresses.
    #[error("expected {expected}")]
    Malformed { expected: &'static str },
    /// The form is right; the checksum is not, so a character is wrong.
    #[error("the checksum of the address is wrong")]
    WrongChecksum,
    /// A good address of another network, such as a test net.
    #[error("the address belongs to another network")]
    OtherNetwork,
}

/// The address of a key on a network; nothing on a network without addresses or an unknown one.
///
/// # Errors
/// [`KeyError::WrongScheme`] if the network takes no such keys; [`KeyError::InvalidPublicKey`] if the bytes are none.
pub(crate) fn address(network_id: &str, scheme: Scheme, public_key: &[u8]) -> Result<Option<String>, KeyError> {
    let Some(network) = network(network_id) else {
        return Ok(None);
    };
    let wrong_scheme = || KeyError::WrongScheme {
        network: network_id.to_owned(),
        scheme,
    };
    let address = match (network.address, scheme) {
        (AddressRule::Evm, Scheme::Ecdsa) => evm::encode(public_key)?,
        (AddressRule::SegWit { prefix, .. }, Scheme::Ecdsa) => bitcoin::pay_to_witness_key_hash(prefix, public_key)?,
        (AddressRule::SegWit { prefix, .. }, Scheme::Schnorr) => bitcoin::pay_to_taproot(prefix, public_key)?,
        (AddressRule::PayToKeyHash { version, .. }, Scheme::Ecdsa) => bitcoin::pay_to_key_hash(version, public_key)?,
        (AddressRule::CashAddress { prefix, .. }, Scheme::Ecdsa) => bitcoin_cash::encode(prefix, public_key)?,
        (AddressRule::Kaspa { prefix }, Scheme::Ecdsa | Scheme::Schnorr) => kaspa::encode(prefix, scheme, public_key)?,
        (AddressRule::Cosmos { prefix }, Scheme::Ecdsa) => cosmos::encode(prefix, public_key)?,
        (AddressRule::Tron, Scheme::Ecdsa) => tron::encode(public_key)?,
        (AddressRule::Xrpl, Scheme::Ecdsa | Scheme::EdDsa) => xrpl::encode(scheme, public_key)?,
        (AddressRule::Tezos, Scheme::Ecdsa | Scheme::EdDsa) => tezos::encode(scheme, public_key)?,
        (AddressRule::Icp, Scheme::Ecdsa | Scheme::EdDsa) => internet_computer::encode(scheme, public_key)?,
        (AddressRule::Hedera, Scheme::Ecdsa | Scheme::EdDsa) => invented::hedera(public_key),
        (AddressRule::Starknet, Scheme::Ecdsa) => stark::account::address(public_key)?,
        (rule, Scheme::EdDsa) => {
            let key = ed25519(public_key)?;
            match rule {
                AddressRule::Algorand => algorand::encode(&key),
                AddressRule::Aptos => hashed::aptos(&key),
                AddressRule::Canton => invented::canton(&key),
                AddressRule::Cardano { testnet } => cardano::encode(testnet, &key)?,
                AddressRule::Concordium => invented::concordium(&key),
                AddressRule::Iota => hashed::iota(&key),
                AddressRule::Kadena => hashed::kadena(&key),
                AddressRule::Near => hashed::near(&key),
                AddressRule::Solana => solana::encode(&key),
                AddressRule::Stellar => stellar::encode(&key),
                AddressRule::Substrate { prefix } => substrate::encode(prefix, &key),
                AddressRule::Sui => hashed::sui(&key),
                AddressRule::Ton { testnet } => ton::encode(testnet, &key),
                _ => return Err(wrong_scheme()),
            }
        }
        _ => return Err(wrong_scheme()),
    };
    Ok(Some(address))
}

/// Whether a text can be an address of a network: form, and checksum where the standard has one.
///
/// # Errors
/// [`AddressProblem`] that says what is wrong with it.
pub(crate) fn validate_address(network_id: &str, text: &str) -> Result<(), AddressProblem> {
    let network = network(network_id).ok_or(AddressProblem::NoSuchNetwork)?;
    match network.address {
        AddressRule::Algorand => algorand::validate(text),
        AddressRule::Aptos => hashed::validate_aptos(text),
        AddressRule::SegWit {
            prefix,
            base58_versions,
        } => bitcoin::validate_segwit(prefix, base58_versions, text),
        AddressRule::PayToKeyHash { base58_versions, .. } => bitcoin::validate_base58(base58_versions, text),
        AddressRule::CashAddress {
            prefix,
            base58_versions,
        } => bitcoin_cash::validate(prefix, base58_versions, text),
        AddressRule::Cardano { testnet } => cardano::validate(testnet, text),
        AddressRule::Cosmos { prefix } => cosmos::validate(prefix, text),
        AddressRule::Evm => evm::validate(text),
        AddressRule::Hedera => invented::validate_hedera(text),
        AddressRule::Iota | AddressRule::Sui => hashed::validate_32_bytes(text),
        AddressRule::Kaspa { prefix } => kaspa::validate(prefix, text),
        AddressRule::Near => hashed::validate_near(text),
        AddressRule::Solana => solana::validate(text),
        AddressRule::Starknet => invented::validate_starknet(text),
        AddressRule::Stellar => stellar::validate(text),
        AddressRule::Substrate { prefix } => substrate::validate(prefix, text),
        AddressRule::Tezos => tezos::validate(text),
        AddressRule::Ton { testnet } => ton::validate(testnet, text),
        AddressRule::Tron => tron::validate(text),
        AddressRule::Xrpl => xrpl::validate(text),
        AddressRule::Icp => internet_computer::validate(text),
        AddressRule::Concordium => invented::validate_concordium(text),
        AddressRule::Canton | AddressRule::Kadena => invented::validate_text(text),
    }
}

fn ed25519(public_key: &[u8]) -> Result<[u8; 32], KeyError> {
    public_key.try_into().map_err(|_| KeyError::InvalidPublicKey {
        expected: "32 bytes of ed25519",
        length: public_key.len(),
    })
}

fn secp256k1(public_key: &[u8]) -> Result<[u8; 33], KeyError> {
    let invalid = || KeyError::InvalidPublicKey {
        expected: "a compressed secp256k1 point",
        length: public_key.len(),
    };
    let compressed: [u8; 33] = public_key.try_into().map_err(|_| invalid())?;
    k256::PublicKey::from_sec1_bytes(&compressed).map_err(|_| invalid())?;
    Ok(compressed)
}
