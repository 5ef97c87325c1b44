//! The heads of CBOR items (RFC 8949, section 3), which passkeys and the transactions of Cardano share.
//!
//! What is behind a head is read where it is needed: strictly for passkeys, byte for byte as it was written for transactions.

/// Major type, argument (nothing for an indefinite length), and the bytes after them.
pub(crate) fn head(bytes: &[u8]) -> Option<(u8, Option<u64>, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let width = match first & 0x1f {
        small @ 0..24 => return Some((first >> 5, Some(u64::from(small)), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        31 => return Some((first >> 5, None, rest)),
        _ => return None,
    };
    let (argument, rest) = rest.split_at_checked(width)?;
    let argument = argument.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    Some((first >> 5, Some(argument), rest))
}

/// A head, as short as it can be.
pub(crate) fn written_head(major: u8, argument: u64) -> Vec<u8> {
    let bytes = argument.to_be_bytes();
    let (short, width) = match argument {
        0..24 => return vec![major << 5 | bytes[7]],
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    [&[major << 5 | short][..], &bytes[8 - width..]].concat()
}

#[cfg(test)]
mod tests {
    use super::{head, written_head};

    #[test]
    fn heads_are_as_short_as_can_be() {
        assert_eq!(written_head(4, 23), [0x97]);
        assert_eq!(written_head(4, 255), [0x98, 255]);
        assert_eq!(written_head(5, 256), [0xb9, 1, 0]);
        assert_eq!(written_head(5, 0x1_0000), [0xba, 0, 1, 0, 0]);
        assert_eq!(written_head(5, 1 << 32), [0xbb, 0, 0, 0, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn a_head_reads_back_and_a_damaged_one_is_refused() {
        for argument in [0, 23, 24, 255, 256, 0xffff, 0x1_0000, 1 << 32, u64::MAX] {
            let written = [&written_head(2, argument)[..], &[7]].concat();
            assert_eq!(head(&written), Some((2, Some(argument), &[7][..])));
        }
        assert_eq!(head(&[0x9f, 1]), Some((4, None, &[1][..])));
        for bytes in [&[][..], &[0x1c], &[0x19, 1]] {
            assert_eq!(head(bytes), None, "{bytes:02x?}");
        }
    }
}
