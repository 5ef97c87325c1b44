//! Transactions of Bitcoin on the wire.
//!
//! Invariant: reading never allocates more than the bytes that are there.

use crate::keys::digest::double_sha256;

/// Reads from the front of some bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// A length of one, three, five or nine bytes.
    pub(super) fn length(&mut self) -> Option<usize> {
        let length = match self.array::<1>()?[0] {
            short @ 0..0xfd => u64::from(short),
            0xfd => u64::from(u16::from_le_bytes(self.array()?)),
            0xfe => u64::from(u32::from_le_bytes(self.array()?)),
            0xff => u64::from_le_bytes(self.array()?),
        };
        usize::try_from(length).ok()
    }

    /// Bytes behind their length.
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }
}

/// A length as it stands before bytes and lists.
pub(super) fn length(length: usize) -> Vec<u8> {
    match (u8::try_from(length), u16::try_from(length), u32::try_from(length)) {
        (Ok(short @ 0..0xfd), _, _) => vec![short],
        (_, Ok(length), _) => [&[0xfd][..], &length.to_le_bytes()].concat(),
        (_, _, Ok(length)) => [&[0xfe][..], &length.to_le_bytes()].concat(),
        _ => [&[0xff][..], &(length as u64).to_le_bytes()].concat(),
    }
}

/// Bytes behind their length.
pub(super) fn bytes(bytes: &[u8]) -> Vec<u8> {
    [&length(bytes.len())[..], bytes].concat()
}

/// An amount and the script that it is locked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) amount: u64,
    pub(super) script: Vec<u8>,
}

impl Output {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            amount: u64::from_le_bytes(reader.array()?),
            script: reader.bytes()?.to_vec(),
        })
    }

    pub(super) fn write(&self) -> Vec<u8> {
        [&self.amount.to_le_bytes()[..], &bytes(&self.script)].concat()
    }
}

/// The output that is spent, named by transaction and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    /// Transaction id in the order of the wire, and the place among its outputs.
    pub(super) outpoint: [u8; 36],
    pub(super) script: Vec<u8>,
    pub(super) sequence: [u8; 4],
}

impl Input {
    pub(super) fn place(&self) -> usize {
        let [.., a, b, c, d] = self.outpoint;
        usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX)
    }
}

/// A transaction; what a witness proves stands elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transaction {
    pub(super) version: [u8; 4],
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Output>,
    pub(super) lock_time: [u8; 4],
}

impl Transaction {
    /// Reads a transaction with or without witnesses; witnesses are passed over.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let version = reader.array()?;
        let with_witnesses = matches!(reader.0, [0, 1, ..]);
        if with_witnesses {
            reader.take(2)?;
        }
        let mut inputs = Vec::new();
        for _ in 0..reader.length()? {
            inputs.push(Input {
                outpoint: reader.array()?,
                script: reader.bytes()?.to_vec(),
                sequence: reader.array()?,
            });
        }
        let mut outputs = Vec::new();
        for _ in 0..reader.length()? {
            outputs.push(Output::read(&mut reader)?);
        }
        if with_witnesses {
            for _ in &inputs {
                for _ in 0..reader.length()? {
                    reader.bytes()?;
                }
            }
        }
        let lock_time = reader.array()?;
        reader.0.is_empty().then_some(Self {
            version,
            inputs,
            outputs,
            lock_time,
        })
    }

    /// The transaction without witnesses.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut written = self.version.to_vec();
        written.extend(self.body());
        written.extend(self.lock_time);
        written
    }

    /// Inputs and outputs, each list behind its length.
    pub(super) fn body(&self) -> Vec<u8> {
        let mut written = length(self.inputs.len());
        for input in &self.inputs {
            written.extend(input.outpoint);
            written.extend(bytes(&input.script));
            written.extend(input.sequence);
        }
        written.extend(length(self.outputs.len()));
        for output in &self.outputs {
            written.extend(output.write());
        }
        written
    }

    /// The id in the order of the wire, which is the reverse of what people read.
    pub(super) fn id(&self) -> [u8; 32] {
        double_sha256(&[&self.write()])
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Transaction, length};

    #[test]
    fn lengths_are_read_as_they_are_written() {
        for number in [0, 0xfc, 0xfd, 0xffff, 0x1_0000, 0x1_0000_0000] {
            assert_eq!(Reader(&length(number)).length(), Some(number));
        }
    }

    #[test]
    fn a_count_beyond_the_bytes_ends_in_a_refusal() {
        let bytes = [&[1, 0, 0, 0][..], &[0xff; 9]].concat();
        assert_eq!(Transaction::read(&bytes), None);
    }
}
