//! The little of CBOR that WebAuthn is made of: integers, byte strings, text and maps of them.

use std::collections::BTreeMap;

use crate::cbor::head;

/// A CBOR value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Integer(i64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Value>),
    Map(BTreeMap<Value, Value>),
}

/// Attestation objects nest three deep.
const MAX_DEPTH: usize = 8;

/// Reads one value; answers it and the bytes after it. `None` if it is malformed or of a type that WebAuthn has not.
pub(super) fn read(bytes: &[u8]) -> Option<(Value, &[u8])> {
    let mut reader = Reader(bytes);
    let value = reader.value(0)?;
    Some((value, reader.0))
}

impl Value {
    /// The value under a text key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(&Self::Text(key.to_owned()))
    }

    /// The value under an integer key, as COSE has them.
    pub(super) fn at(&self, key: i64) -> Option<&Self> {
        self.entry(&Self::Integer(key))
    }

    fn entry(&self, key: &Self) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.get(key),
            _ => None,
        }
    }

    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The first item of a list.
    pub(super) fn first(&self) -> Option<&Self> {
        match self {
            Self::Array(items) => items.first(),
            _ => None,
        }
    }

    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            _ => None,
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Major type and argument. Indefinite lengths are forbidden in WebAuthn.
    fn head(&mut self) -> Option<(u8, u64)> {
        let (major, argument, rest) = head(self.0)?;
        self.0 = rest;
        Some((major, argument?))
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (major, argument) = self.head()?;
        let length = usize::try_from(argument);
        Some(match major {
            0 => Value::Integer(i64::try_from(argument).ok()?),
            1 => Value::Integer(-1 - i64::try_from(argument).ok()?),
            2 => Value::Bytes(self.take(length.ok()?)?.to_vec()),
            3 => Value::Text(String::from_utf8(self.take(length.ok()?)?.to_vec()).ok()?),
            4 => Value::Array((0..argument).map(|_| self.value(depth + 1)).collect::<Option<_>>()?),
            5 => {
                let pair = |_| Some((self.value(depth + 1)?, self.value(depth + 1)?));
                Value::Map((0..argument).map(pair).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cose_key_is_read_and_the_rest_is_left() {
        let (key, rest) = read(&[0xa2, 0x01, 0x02, 0x20, 0x42, 0xab, 0xcd, 0xff]).unwrap();
        assert_eq!(key.at(1).and_then(Value::integer), Some(2));
        assert_eq!(key.at(-1).and_then(Value::bytes), Some(&[0xab, 0xcd][..]));
        assert_eq!(rest, [0xff]);
    }

    #[test]
    fn malformed_bytes_are_refused() {
        let deep = [0x81; 100];
        let cases = [
            &[][..],
            &[0x42, 0x00],
            &[0xa1, 0x01],
            &[0x5f],
            &[0xf5],
            &[0x9b, 255, 255, 255, 255, 255, 255, 255, 255],
            &deep,
        ];
        for bytes in cases {
            assert_eq!(read(bytes), None, "{bytes:02x?}");
        }
    }
}
