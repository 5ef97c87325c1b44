//! The keys of the emulator: key material, addresses, and signatures that a chain would accept.
//!
//! Nothing here knows HTTP, SQL or the generated types; rooms translate. Networks are named by their API id.
//!
//! Invariant: equal seed and equal key id give equal keys, addresses and signatures, and no secret is ever printed.

mod address;
mod base32;
mod base58check;
mod cbor;
mod cursor;
mod diffie_hellman;
mod digest;
mod eip712;
mod error;
mod hd;
mod hex;
mod material;
mod memory;
mod network;
mod protobuf;
mod raw;
mod reading;
mod rlp;
mod scalar;
pub(crate) mod sharing;
mod signing;
mod stark;
mod taproot;
mod transaction;
mod uint;
mod user_operations;

pub(crate) use address::{AddressProblem, address, canonical as canonical_address, validate_address};
pub(crate) use digest::keccak256;
pub(crate) use eip712::abi_word;
pub(crate) use error::KeyError;
pub(crate) use hd::DerivationPath;
pub(crate) use hex::decode as hex_bytes;
pub(crate) use material::{Curve, KeyMaterial, Scheme};
pub(crate) use memory::Materials;
pub(crate) use network::{Family, evm_chain_id, network};
pub(crate) use raw::{Raw, ready};
pub(crate) use reading::{Payment, Reading};
pub(crate) use signing::{SignatureParts, SignatureRequest, Signed, Target, sign};
pub(crate) use stark::account::deployment_hash as starknet_deployment_hash;
pub(crate) use transaction::{
    EvmCall, EvmDefaults, EvmFields, SignedTransaction, Transfer, nonce_accounts, transaction_hash,
};
pub(crate) use uint::Uint256;
pub(crate) use user_operations::{UserOperation, input as user_operations_input};
