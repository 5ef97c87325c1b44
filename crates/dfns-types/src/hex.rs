//! Bytes written as hex text.

use std::fmt;
use std::str::FromStr;

/// Bytes as the API writes them: an even number of hex digits, with or without `0x`.
///
/// The text is kept as it came, so that it goes back out unchanged; [`Hex::to_bytes`] decodes it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Hex(Box<str>);

/// Text that is no hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HexError {
    reason: &'static str,
    length: usize,
}

impl fmt::Display for HexError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "text of {} bytes is no hex: {}", self.length, self.reason)
    }
}

impl std::error::Error for HexError {}

impl Hex {
    /// Writes the bytes as lower-case hex with `0x` in front.
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Self {
        let mut text = String::from("0x");
        push_hex(&mut text, bytes.as_ref());
        Self(text.into())
    }

    /// Writes the bytes as lower-case hex without `0x`, the form of public keys.
    pub fn from_bytes_bare(bytes: impl AsRef<[u8]>) -> Self {
        let mut text = String::new();
        push_hex(&mut text, bytes.as_ref());
        Self(text.into())
    }

    /// The text as it came, with its `0x` if it had one.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let digits = self.0.strip_prefix("0x").unwrap_or(&self.0).as_bytes();
        digits
            .chunks_exact(2)
            .map(|pair| (nibble(pair[0]) << 4) | nibble(pair[1]))
            .collect()
    }
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// The value of a hex digit; only ever called on text that was checked.
fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

impl FromStr for Hex {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(HexError {
                reason: "a character is not one of 0-9, a-f, A-F",
                length: text.len(),
            });
        }
        if !digits.len().is_multiple_of(2) {
            return Err(HexError {
                reason: "odd number of digits",
                length: text.len(),
            });
        }
        Ok(Self(text.into()))
    }
}

impl From<&[u8]> for Hex {
    fn from(bytes: &[u8]) -> Self {
        Self::from_bytes(bytes)
    }
}

impl From<&Hex> for Hex {
    fn from(hex: &Hex) -> Self {
        hex.clone()
    }
}

impl fmt::Display for Hex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl serde::Serialize for Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::open_enum::deserialize_text(deserializer, "Hex", str::parse)?.map_err(serde::de::Error::custom)
    }
}
