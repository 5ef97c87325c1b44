//! The transaction of Solana that makes accounts for durable nonces.
//!
//! Invariant: the addresses follow from the wallet and a name, so that nobody else has to sign.

use super::invalid;
use crate::keys::address::solana_key;
use crate::keys::digest::sha256;
use crate::keys::error::KeyError;
use crate::keys::hex;
use crate::keys::material::KeyMaterial;

const RECENT_BLOCK_HASHES: &str = "SysvarRecentB1ockHashes11111111111111111111";
const RENT: &str = "SysvarRent111111111111111111111111111111111";
const SYSTEM: [u8; 32] = [0; 32];
const CREATE_WITH_SEED: u32 = 3;
const INITIALIZE_NONCE: u32 = 6;
/// How many bytes a nonce account holds.
const SIZE: u64 = 80;

/// A transaction that is still to be signed, and the accounts that it makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NonceAccounts {
    pub(crate) unsigned: Vec<u8>,
    pub(crate) accounts: Vec<String>,
}

/// Builds it: `count` accounts of `rent` lamports each, whose nonces `authority` may advance, the wallet unless said
/// otherwise. Names and block follow from `random`.
///
/// # Errors
/// [`KeyError::InvalidInput`] if the authority is no address, or the key none of the network.
pub(crate) fn nonce_accounts(
    key: &KeyMaterial,
    authority: Option<&str>,
    count: u8,
    rent: u64,
    random: &[u8; 32],
) -> Result<NonceAccounts, KeyError> {
    let key_of = |text: &str| solana_key(text).ok_or_else(|| invalid("not an address of Solana"));
    let payer: [u8; 32] = key
        .public_key()
        .try_into()
        .map_err(|_| invalid("the key is none of Solana"))?;
    let authority = authority.map_or(Ok(payer), key_of)?;
    let names: Vec<String> = (0..count)
        .map(|number| format!("{}-{number}", hex::encode(&random[..8])))
        .collect();
    let made: Vec<[u8; 32]> = names
        .iter()
        .map(|name| sha256(&[&payer, name.as_bytes(), &SYSTEM]))
        .collect();
    // One signer; the last three of the accounts are only read.
    let mut message = vec![1, 0, 3, count + 4];
    message.extend(payer);
    message.extend(made.iter().flatten());
    message.extend(key_of(RECENT_BLOCK_HASHES)?);
    message.extend(key_of(RENT)?);
    message.extend(SYSTEM);
    message.extend(sha256(&[b"block", random]));
    message.push(2 * count);
    let (block_hashes, rent_of, system) = (count + 1, count + 2, count + 3);
    for (place, name) in (1..).zip(&names) {
        let mut data = CREATE_WITH_SEED.to_le_bytes().to_vec();
        data.extend(payer);
        data.extend((name.len() as u64).to_le_bytes());
        data.extend(name.as_bytes());
        data.extend(rent.to_le_bytes());
        data.extend(SIZE.to_le_bytes());
        data.extend(SYSTEM);
        message.extend(instruction(system, &[0, place], &data)?);
        let data = [&INITIALIZE_NONCE.to_le_bytes()[..], &authority].concat();
        message.extend(instruction(system, &[place, block_hashes, rent_of], &data)?);
    }
    Ok(NonceAccounts {
        unsigned: [&[1][..], &[0; 64], &message].concat(),
        accounts: made.iter().map(|key| bs58::encode(key).into_string()).collect(),
    })
}

fn instruction(program: u8, accounts: &[u8], data: &[u8]) -> Result<Vec<u8>, KeyError> {
    let short = |length: usize| {
        // A length of less than 128 is one byte.
        u8::try_from(length)
            .ok()
            .filter(|length| *length < 0x80)
            .ok_or(KeyError::OutsideGroup)
    };
    let (count, length) = (short(accounts.len())?, short(data.len())?);
    Ok([&[program, count][..], accounts, &[length], data].concat())
}
