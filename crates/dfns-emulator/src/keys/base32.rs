//! Base 32 of RFC 4648 in upper case, without padding, as StrKey and Algorand write it.
//!
//! Invariant: decoding accepts only what encoding writes, so a value has one text.

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Spreads bytes over groups of five bits, the last one filled up with zeros.
pub(crate) fn five_bit_groups(bytes: &[u8]) -> Vec<u8> {
    let mut groups = Vec::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            groups.push(low_five(held >> bits));
        }
    }
    if bits > 0 {
        groups.push(low_five(held << (5 - bits)));
    }
    groups
}

/// Joins groups of five bits to bytes; nothing if a whole group is left over or the filling is not zero.
pub(crate) fn bytes_of_groups(groups: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(groups.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for group in groups {
        held = (held << 5 | u32::from(*group)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    let filling = held & ((1 << bits) - 1);
    (bits < 5 && filling == 0).then_some(bytes)
}

/// The text of the bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    five_bit_groups(bytes)
        .into_iter()
        .map(|group| char::from(ALPHABET[usize::from(group)]))
        .collect()
}

/// The bytes of a text.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let groups: Option<Vec<u8>> = text
        .bytes()
        .map(|character| match character {
            b'A'..=b'Z' => Some(character - b'A'),
            b'2'..=b'7' => Some(character - b'2' + 26),
            _ => None,
        })
        .collect();
    bytes_of_groups(&groups?)
}

fn low_five(value: u32) -> u8 {
    // Five bits always fit.
    u8::try_from(value & 31).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn the_examples_of_the_standard_are_met() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(encode(plain.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(plain.as_bytes()));
        }
    }

    #[test]
    fn a_text_with_spare_bits_is_refused() {
        assert_eq!(decode("MZ"), None);
        assert_eq!(decode("M"), None);
        assert_eq!(decode("m0"), None);
    }
}
