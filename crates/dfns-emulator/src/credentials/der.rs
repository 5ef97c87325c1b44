//! The little of DER that public keys and certificates are made of.

/// Reads DER values one after the other.
pub(super) struct Reader<'a>(&'a [u8]);

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
/// The first optional field of a structure, when it is there.
pub(super) const CONTEXT_0: u8 = 0xa0;

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The content of the next value, if it has this tag.
    pub(super) fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        if found != tag {
            return None;
        }
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // Lengths of one or two bytes; a public key is never longer than 65,535 bytes.
            0x81 => {
                let (&length, rest) = rest.split_first()?;
                (usize::from(length), rest)
            }
            0x82 => {
                let (length, rest) = rest.split_first_chunk::<2>()?;
                (usize::from(u16::from_be_bytes(*length)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    /// The next value with tag and length, if it has this tag.
    pub(super) fn whole(&mut self, tag: u8) -> Option<&'a [u8]> {
        let before = self.0;
        self.value(tag)?;
        before.get(..before.len() - self.0.len())
    }

    /// True if nothing is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_turn() {
        let mut reader = Reader::new(&[0x30, 0x03, 0x02, 0x01, 0x05, 0x06, 0x81, 0x01, 0x2a]);
        assert_eq!(reader.value(SEQUENCE), Some(&[0x02, 0x01, 0x05][..]));
        assert_eq!(reader.value(INTEGER), None);
        assert_eq!(reader.value(OBJECT_IDENTIFIER), Some(&[0x2a][..]));
        assert!(reader.is_at_end());
    }

    #[test]
    fn a_value_that_is_cut_off_is_refused() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 0x02, 0x00],
            &[0x30, 0x82, 0x01],
            &[0x30, 0x80],
        ] {
            assert_eq!(Reader::new(bytes).value(SEQUENCE), None, "{bytes:02x?}");
        }
    }
}
