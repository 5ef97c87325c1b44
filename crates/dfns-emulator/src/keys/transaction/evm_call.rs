//! What an unsigned EVM transaction does, read from its bytes.

use super::evm::Unsigned;
use super::invalid;
use crate::keys::error::KeyError;
use crate::keys::rlp;
use crate::keys::uint::Uint256;

/// What a transaction does and offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EvmCall {
    /// The network it is for; nothing in a legacy transaction that is valid on all of them.
    pub(crate) chain_id: Option<u64>,
    pub(crate) nonce: u64,
    pub(crate) gas_limit: u64,
    /// The most it pays for one unit of gas, in wei.
    pub(crate) max_fee: Uint256,
    /// The part of it that may go to whoever makes the block, in wei.
    pub(crate) max_priority_fee: Uint256,
    /// Nothing if it creates a contract.
    pub(crate) to: Option<[u8; 20]>,
    pub(crate) value: Uint256,
    pub(crate) data: Vec<u8>,
    /// True if accounts take on the code of contracts with it: what runs then is not to be seen here.
    pub(crate) sets_code: bool,
}

impl EvmCall {
    /// Reads an unsigned transaction.
    ///
    /// # Errors
    /// [`KeyError::InvalidInput`] that says what is wrong with it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, KeyError> {
        Unsigned::parse(bytes)?;
        let malformed = || invalid("the fields are no canonical RLP list");
        let kind = bytes.first().copied().filter(|first| *first < 0x80);
        let list = if kind.is_some() { &bytes[1..] } else { bytes };
        let items = rlp::decode_list(list).ok_or_else(malformed)?;
        let field = |index: usize| items.get(index).map(|item| item.payload).ok_or_else(malformed);
        let number = |index: usize| -> Result<Uint256, KeyError> {
            let payload = field(index)?;
            let mut number = [0; 32];
            let start = 32_usize.checked_sub(payload.len()).ok_or_else(malformed)?;
            number[start..].copy_from_slice(payload);
            Ok(Uint256(number))
        };
        let small = |index: usize| number(index)?.to_u64().ok_or_else(malformed);
        // Where nonce, priority fee, fee and gas limit stand; receiver, value and input follow the gas limit.
        let (chain_id, nonce, priority, fee, gas) = match kind {
            None if items.len() == 9 => (Some(small(6)?), 0, 1, 1, 2),
            None => (None, 0, 1, 1, 2),
            Some(1) => (Some(small(0)?), 1, 2, 2, 3),
            Some(_) => (Some(small(0)?), 1, 2, 3, 4),
        };
        Ok(Self {
            chain_id,
            nonce: small(nonce)?,
            gas_limit: small(gas)?,
            max_fee: number(fee)?,
            max_priority_fee: number(priority)?,
            to: <[u8; 20]>::try_from(field(gas + 1)?).ok(),
            value: number(gas + 2)?,
            data: field(gas + 3)?.to_vec(),
            sets_code: kind == Some(4),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::EvmCall;
    use crate::keys::hex::decode;
    use crate::keys::transaction::{EvmDefaults, EvmFields};
    use crate::keys::uint::Uint256;

    #[test]
    fn the_example_of_eip155_is_read() {
        let bytes =
            decode("ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080");
        let call = EvmCall::parse(&bytes.unwrap()).unwrap();
        assert_eq!((call.chain_id, call.nonce, call.gas_limit), (Some(1), 9, 21_000));
        assert_eq!(call.max_fee, Uint256::from(20_000_000_000));
        assert_eq!(
            (call.to, call.value),
            (Some([0x35; 20]), Uint256::from(1_000_000_000_000_000_000))
        );
    }

    #[test]
    fn a_transaction_is_read_as_it_was_written() {
        let defaults = EvmDefaults {
            chain_id: 11_155_111,
            nonce: 3,
            gas_limit: 50_000,
            gas_price: 1,
            max_fee_per_gas: 30,
            max_priority_fee_per_gas: 2,
        };
        let fields = EvmFields::new(defaults, None, Uint256::from(7), vec![0, 1, 2]);
        let call = EvmCall::parse(fields.unsigned().unwrap().bytes()).unwrap();
        let expected = EvmCall {
            chain_id: Some(11_155_111),
            nonce: 3,
            gas_limit: 50_000,
            max_fee: Uint256::from(30),
            max_priority_fee: Uint256::from(2),
            to: None,
            value: Uint256::from(7),
            data: vec![0, 1, 2],
            sets_code: false,
        };
        assert_eq!(call, expected);
    }

    #[test]
    fn what_is_no_transaction_is_refused() {
        for bytes in [&b""[..], b"\xc0", b"\x02\xc0", b"hello"] {
            assert!(EvmCall::parse(bytes).is_err());
        }
    }
}
