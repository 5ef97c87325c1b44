//! Hexadecimal text.
//!
//! Invariant: what is written is lower case; what is read may have `0x` and either case.

/// The bytes as lower-case hexadecimal text, without `0x`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// The bytes as lower-case hexadecimal text after `0x`.
pub(crate) fn encode_prefixed(bytes: &[u8]) -> String {
    format!("0x{}", encode(bytes))
}

/// The bytes of a hexadecimal text with or without `0x`; nothing if a digit is wrong or missing.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

/// The bytes of a hexadecimal text of exactly `N` bytes.
pub(crate) fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        b'A'..=b'F' => Some(character - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, decode_array, encode, encode_prefixed};

    #[test]
    fn text_with_and_without_prefix_gives_the_same_bytes() {
        assert_eq!(decode("0x00fFa1"), Some(vec![0, 0xff, 0xa1]));
        assert_eq!(decode("00ffA1"), Some(vec![0, 0xff, 0xa1]));
    }

    #[test]
    fn odd_or_foreign_digits_give_nothing() {
        assert_eq!(decode("0x0"), None);
        assert_eq!(decode("zz"), None);
        assert_eq!(decode("+1"), None);
    }

    #[test]
    fn written_text_is_lower_case() {
        assert_eq!(encode(&[0xab, 1]), "ab01");
        assert_eq!(encode_prefixed(&[0xab]), "0xab");
    }

    #[test]
    fn an_array_takes_its_own_length_only() {
        assert_eq!(decode_array::<2>("0102"), Some([1, 2]));
        assert_eq!(decode_array::<2>("01"), None);
    }
}
