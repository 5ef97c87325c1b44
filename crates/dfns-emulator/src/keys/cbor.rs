//! CBOR, as far as transactions and signatures of Cardano need it: items keep the bytes that they were written in.
//!
//! Invariant: reading never goes beyond the end, nor deeper than a fixed depth.

use crate::cbor::{head, written_head};

/// How deep items may stand within others.
const DEEPEST: usize = 32;

/// An item, and the bytes it was written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    pub(crate) written: &'a [u8],
    pub(crate) value: Value<'a>,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Number(u64),
    Bytes(Vec<u8>),
    List(Vec<Item<'a>>),
    Map(Vec<(Item<'a>, Item<'a>)>),
    Tagged(u64, Box<Item<'a>>),
    Boolean(bool),
    Null,
    /// Text, numbers below zero, and whatever else.
    Other,
}

impl<'a> Item<'a> {
    /// Reads one item that fills the bytes.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (item, rest) = item(bytes, DEEPEST)?;
        rest.is_empty().then_some(item)
    }

    pub(crate) fn number(&self) -> Option<u64> {
        match self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match &self.value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The items of a list, also of one that is tagged as a set.
    pub(crate) fn list(&self) -> Option<&[Item<'a>]> {
        /// What tags a list as a set.
        const SET: u64 = 258;
        match &self.value {
            Value::List(items) => Some(items),
            Value::Tagged(SET, item) => item.list(),
            _ => None,
        }
    }

    pub(crate) fn map(&self) -> Option<&[(Item<'a>, Item<'a>)]> {
        match &self.value {
            Value::Map(pairs) => Some(pairs),
            _ => None,
        }
    }
}

/// The entry of a map under a number.
pub(crate) fn entry<'m, 'a>(map: &'m [(Item<'a>, Item<'a>)], key: u64) -> Option<&'m Item<'a>> {
    let found = map.iter().find(|(found, _)| found.number() == Some(key));
    found.map(|(_, value)| value)
}

fn item(bytes: &[u8], depth: usize) -> Option<(Item<'_>, &[u8])> {
    /// What ends lists, maps and bytes whose length is not told.
    const END: u8 = 0xff;
    let depth = depth.checked_sub(1)?;
    let (major, argument, mut rest) = head(bytes)?;
    let is_at_end = |rest: &[u8], count: usize| match argument {
        Some(length) => u64::try_from(count).ok().map(|count| count == length),
        None => Some(*rest.first()? == END),
    };
    let value = match major {
        0 => Value::Number(argument?),
        1 | 7 if argument.is_none() => return None,
        1 => Value::Other,
        kind @ (2 | 3) => {
            let mut held = Vec::new();
            if let Some(length) = argument {
                let (taken, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                held.extend_from_slice(taken);
                rest = behind;
            } else {
                while *rest.first()? != END {
                    let (part, behind) = item(rest, depth)?;
                    held.extend_from_slice(part.bytes().unwrap_or_default());
                    rest = behind;
                }
                rest = &rest[1..];
            }
            if kind == 2 { Value::Bytes(held) } else { Value::Other }
        }
        4 => {
            let mut items = Vec::new();
            while !is_at_end(rest, items.len())? {
                let (next, behind) = item(rest, depth)?;
                items.push(next);
                rest = behind;
            }
            Value::List(items)
        }
        5 => {
            let mut pairs = Vec::new();
            while !is_at_end(rest, pairs.len())? {
                let (key, behind) = item(rest, depth)?;
                let (value, behind) = item(behind, depth)?;
                pairs.push((key, value));
                rest = behind;
            }
            Value::Map(pairs)
        }
        6 => {
            let (tagged, behind) = item(rest, depth)?;
            rest = behind;
            Value::Tagged(argument?, Box::new(tagged))
        }
        _ => match bytes[0] {
            0xf4 => Value::Boolean(false),
            0xf5 => Value::Boolean(true),
            0xf6 => Value::Null,
            _ => Value::Other,
        },
    };
    if argument.is_none() && matches!(major, 4 | 5) {
        rest = &rest[1..];
    }
    let written = &bytes[..bytes.len() - rest.len()];
    Some((Item { written, value }, rest))
}

/// A number as an item.
pub(crate) fn number(number: u64) -> Vec<u8> {
    written_head(0, number)
}

/// Bytes as an item.
pub(crate) fn bytes(bytes: &[u8]) -> Vec<u8> {
    [&written_head(2, bytes.len() as u64)[..], bytes].concat()
}

/// Text as an item.
pub(crate) fn text(text: &str) -> Vec<u8> {
    [&written_head(3, text.len() as u64)[..], text.as_bytes()].concat()
}

/// A list of written items.
pub(crate) fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [written_head(4, items.len() as u64), items.concat()].concat()
}

/// A map of written keys and values, in the order that they have.
pub(crate) fn map(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let written = pairs.iter().flat_map(|(key, value)| [&key[..], value].concat());
    written_head(5, pairs.len() as u64).into_iter().chain(written).collect()
}

#[cfg(test)]
mod tests {
    use super::{Item, Value, bytes, entry, list, map, number, text};

    #[test]
    fn what_is_written_reads_back() {
        let written = map(&[
            (number(0), list(&[bytes(&[7; 300]), text("a"), number(70_000)])),
            (number(24), number(u64::MAX)),
        ]);
        let item = Item::read(&written).unwrap();
        assert_eq!(item.written, written);
        let pairs = item.map().unwrap();
        assert_eq!(entry(pairs, 24).unwrap().number(), Some(u64::MAX));
        let items = entry(pairs, 0).unwrap().list().unwrap();
        assert_eq!(
            (items[0].bytes(), items[2].number()),
            (Some(&[7; 300][..]), Some(70_000))
        );
        assert_eq!(items[1].value, Value::Other);
    }

    #[test]
    fn lengths_need_not_be_told() {
        let item = Item::read(&[0x9f, 0x01, 0x5f, 0x41, 5, 0x41, 6, 0xff, 0xbf, 0xff, 0xff]).unwrap();
        let items = item.list().unwrap();
        assert_eq!((items[1].bytes(), items[2].map()), (Some(&[5, 6][..]), Some(&[][..])));
    }

    #[test]
    fn what_is_cut_off_or_too_deep_is_nothing() {
        let whole = map(&[(number(0), list(&[bytes(&[7; 30])]))]);
        for end in 0..whole.len() {
            assert!(Item::read(&whole[..end]).is_none(), "{end}");
        }
        assert!(Item::read(&[0x81; 200]).is_none());
        assert!(Item::read(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_none());
    }
}
