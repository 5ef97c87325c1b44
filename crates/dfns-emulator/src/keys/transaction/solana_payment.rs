//! What a Solana transaction pays, read from its bytes.

use super::invalid;
use crate::keys::error::KeyError;

/// A transfer of the system program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SolanaPayment {
    pub(crate) from: [u8; 32],
    pub(crate) to: [u8; 32],
    pub(crate) lamports: u64,
}

/// The transfers of the system program among the instructions of a serialised transaction, signatures included.
///
/// # Errors
/// [`KeyError::InvalidInput`] if the bytes are no transaction, or an account of a transfer is looked up in a table.
pub(crate) fn payments(bytes: &[u8]) -> Result<Vec<SolanaPayment>, KeyError> {
    read(&mut Reader(bytes)).ok_or_else(|| invalid("the bytes are no Solana transaction"))
}

fn read(reader: &mut Reader<'_>) -> Option<Vec<SolanaPayment>> {
    let signatures = reader.length()?;
    reader.take(signatures.checked_mul(64)?)?;
    // The first byte of a versioned message has its top bit set; the header follows.
    let header = if *reader.0.first()? & 0x80 == 0 { 3 } else { 4 };
    reader.take(header)?;
    let count = reader.length()?;
    let accounts: Vec<[u8; 32]> = (0..count)
        .map(|_| reader.take(32)?.try_into().ok())
        .collect::<Option<_>>()?;
    reader.take(32)?;
    let mut payments = Vec::new();
    for _ in 0..reader.length()? {
        let program = *reader.take(1)?.first()?;
        let places = reader.length()?;
        let places = reader.take(places)?;
        let length = reader.length()?;
        let data = reader.take(length)?;
        // The system program has the address of 32 zeros, and a transfer the number 2.
        if accounts.get(usize::from(program)) == Some(&[0; 32])
            && let Some((&[2, 0, 0, 0], lamports)) = data.split_first_chunk::<4>()
        {
            let account = |place: usize| accounts.get(usize::from(*places.get(place)?)).copied();
            let lamports = u64::from_le_bytes(lamports.try_into().ok()?);
            payments.push(SolanaPayment {
                from: account(0)?,
                to: account(1)?,
                lamports,
            });
        }
    }
    Some(payments)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A length in one to three bytes, seven bits in each, the lowest first.
    fn length(&mut self) -> Option<usize> {
        let mut length = 0;
        for shift in [0, 7, 14] {
            let byte = *self.take(1)?.first()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(length);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{SolanaPayment, payments};

    fn transaction(version: &[u8], data: &[u8]) -> Vec<u8> {
        let mut bytes = [&[1][..], &[0; 64], version, &[1, 0, 1, 3]].concat();
        for account in [[7; 32], [8; 32], [0; 32], [9; 32]] {
            bytes.extend(account);
        }
        bytes.extend([1, 2, 2, 0, 1, u8::try_from(data.len()).unwrap()]);
        bytes.extend(data);
        bytes
    }

    #[test]
    fn a_transfer_is_found_in_both_forms_of_the_message() {
        let data = [&2_u32.to_le_bytes()[..], &5_000_u64.to_le_bytes()].concat();
        let expected = SolanaPayment {
            from: [7; 32],
            to: [8; 32],
            lamports: 5_000,
        };
        for version in [&[][..], &[0x80]] {
            assert_eq!(payments(&transaction(version, &data)).unwrap(), [expected]);
        }
    }

    #[test]
    fn another_instruction_is_no_transfer() {
        assert_eq!(payments(&transaction(&[], &[8, 0, 0, 0, 1])).unwrap(), []);
    }

    #[test]
    fn bytes_that_end_early_are_refused() {
        let data = [&2_u32.to_le_bytes()[..], &5_000_u64.to_le_bytes()].concat();
        let whole = transaction(&[], &data);
        for length in 0..whole.len() {
            assert!(payments(&whole[..length]).is_err(), "{length}");
        }
    }
}
