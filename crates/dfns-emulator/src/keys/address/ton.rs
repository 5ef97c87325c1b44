//! Addresses of TON and of Ion, which is built on it: where the wallet contract V4R2 of a key would be deployed.
//!
//! The API does not publish which wallet contract it uses; V4R2 is the one most wallets had at the time of its first
//! release. The address is written for payments that do not bounce, as a new wallet needs it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::AddressProblem;
use super::stellar::crc16;
use crate::keys::{digest, hex};

/// Hash and depth of the code cell of the wallet contract V4R2.
const CODE_HASH: [u8; 32] = [
    0xfe, 0xb5, 0xff, 0x68, 0x20, 0xe2, 0xff, 0x0d, 0x94, 0x83, 0xe7, 0xe0, 0xd6, 0x2c, 0x81, 0x7d, 0x84, 0x67, 0x89,
    0xfb, 0x4a, 0xe5, 0x80, 0xc8, 0x78, 0x86, 0x6d, 0x95, 0x9d, 0xab, 0xd5, 0xc0,
];
const CODE_DEPTH: u16 = 7;
/// The number that tells wallets of one key apart; this is the one of the basic work chain.
const WALLET_ID: u32 = 698_983_191;

const BOUNCEABLE: u8 = 0x11;
const NOT_BOUNCEABLE: u8 = 0x51;
const TEST_ONLY: u8 = 0x80;

/// The account id: the hash of the state that the contract starts with.
fn account(key: &[u8; 32]) -> [u8; 32] {
    // Data cell: no references, 321 bits (sequence number, wallet id, key, no plugins) and the bit that ends them.
    let data = digest::sha256(&[&[0, 81], &[0; 4], &WALLET_ID.to_be_bytes(), key, &[0b0100_0000]]);
    // State cell: two references, the bits 00110 (code and data, nothing else) and the bit that ends them.
    digest::sha256(&[
        &[2, 1, 0b0011_0100],
        &CODE_DEPTH.to_be_bytes(),
        &0_u16.to_be_bytes(),
        &CODE_HASH,
        &data,
    ])
}

pub(super) fn encode(testnet: bool, key: &[u8; 32]) -> String {
    written(testnet, 0, &account(key))
}

/// The text of an account in one of the chains, which does not bounce.
fn written(testnet: bool, chain: u8, hash: &[u8]) -> String {
    let tag = if testnet {
        NOT_BOUNCEABLE | TEST_ONLY
    } else {
        NOT_BOUNCEABLE
    };
    let payload = [&[tag, chain][..], hash].concat();
    URL_SAFE_NO_PAD.encode([&payload[..], &crc16(&payload).to_be_bytes()].concat())
}

/// The text of the wallets here for an account, whatever the text is that it has; nothing if that is none.
pub(super) fn canonical(testnet: bool, text: &str) -> Option<String> {
    validate(testnet, text).ok()?;
    if let Some((chain, hash)) = text.split_once(':') {
        let chain = if chain == "0" { 0 } else { 0xff };
        return Some(written(testnet, chain, &hex::decode_array::<32>(hash)?));
    }
    let text = text.replace('+', "-").replace('/', "_");
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(written(testnet, *bytes.get(1)?, bytes.get(2..34)?))
}

/// Either form: the friendly one with a checksum, in both alphabets of base 64, or `chain:hash`.
pub(super) fn validate(testnet: bool, text: &str) -> Result<(), AddressProblem> {
    let malformed = AddressProblem::Malformed {
        expected: "48 characters of base 64, or chain:hash",
    };
    if let Some((chain, hash)) = text.split_once(':') {
        let fits = matches!(chain, "0" | "-1") && hash.len() == 64 && hex::decode_array::<32>(hash).is_some();
        return if fits { Ok(()) } else { Err(malformed) };
    }
    let text = text.replace('+', "-").replace('/', "_");
    let bytes = URL_SAFE_NO_PAD
        .decode(&text)
        .ok()
        .filter(|bytes| bytes.len() == 36)
        .ok_or(malformed)?;
    if crc16(&bytes[..34]).to_be_bytes()[..] != bytes[34..] {
        return Err(AddressProblem::WrongChecksum);
    }
    if !matches!(bytes[0] & !TEST_ONLY, BOUNCEABLE | NOT_BOUNCEABLE) || !matches!(bytes[1], 0 | 0xff) {
        return Err(malformed);
    }
    if bytes[0] & TEST_ONLY != 0 && !testnet {
        Err(AddressProblem::OtherNetwork)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{encode, validate};
    use crate::keys::address::AddressProblem;
    use crate::keys::hex::decode_array;

    const MAIN: &str = "UQDNrJfJFisuFBrURjgosqcO_fh2K5foNWPzUr7PkC6Ipteq";
    const TEST: &str = "0QDNrJfJFisuFBrURjgosqcO_fh2K5foNWPzUr7PkC6Ipmwg";

    #[test]
    fn the_wallet_of_a_key_stands_where_its_contract_would_be_deployed() {
        let key = decode_array("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").unwrap();
        assert_eq!(encode(false, &key), MAIN);
        assert_eq!(encode(true, &key), TEST);
    }

    #[test]
    fn an_address_for_tests_is_refused_on_the_main_net() {
        assert_eq!(validate(false, TEST), Err(AddressProblem::OtherNetwork));
        assert_eq!(validate(true, MAIN), Ok(()));
    }

    #[test]
    fn the_raw_form_is_taken_in_the_basic_and_the_master_chain() {
        let hash = "cd".repeat(32);
        assert_eq!(validate(false, &format!("0:{hash}")), Ok(()));
        assert_eq!(validate(false, &format!("-1:{hash}")), Ok(()));
        assert!(validate(false, &format!("7:{hash}")).is_err());
    }
}
