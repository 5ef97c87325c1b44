//! CBOR taken apart without being read: where an item ends, and what the items of a list or a map are.
//!
//! Invariant: nothing is written anew that stands there already; what is not canonical stays so.

use crate::cbor::{head, written_head};

/// Transactions nest less deep than this, and no stack ends before it.
const MAX_DEPTH: usize = 64;
const LIST: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;
/// What ends an item of indefinite length.
const BREAK: u8 = 0xff;

/// The bytes after the first item.
fn after(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    let (major, argument, rest) = head(bytes).filter(|_| depth < MAX_DEPTH)?;
    match (major, argument) {
        (0 | 1 | SIMPLE, Some(_)) => Some(rest),
        (2 | 3, Some(length)) => rest.get(usize::try_from(length).ok()?..),
        (TAG, Some(_)) => after(rest, depth + 1),
        (2 | 3 | LIST | MAP, _) => Some(items(rest, argument.map(|count| (major, count)), depth)?.1),
        _ => None,
    }
}

/// The items that a list or map of this many entries has, and the bytes after the last one. Without a count they go on
/// until a break, which belongs to the rest.
fn items(mut bytes: &[u8], count: Option<(u8, u64)>, depth: usize) -> Option<(Vec<&[u8]>, &[u8])> {
    let count = match count {
        Some((MAP, count)) => Some(count.checked_mul(2)?),
        Some((_, count)) => Some(count),
        None => None,
    };
    let mut items = Vec::new();
    loop {
        match count {
            Some(count) if items.len() as u64 == count => return Some((items, bytes)),
            None if bytes.first() == Some(&BREAK) => return Some((items, &bytes[1..])),
            _ => {}
        }
        let rest = after(bytes, depth + 1)?;
        items.push(&bytes[..bytes.len() - rest.len()]);
        bytes = rest;
    }
}

/// A list or a map, and what it consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Container<'a> {
    major: u8,
    /// What stands before the items.
    pub(super) head: &'a [u8],
    /// The items as they are written; of a map keys and values in turn.
    pub(super) items: Vec<&'a [u8]>,
    is_indefinite: bool,
}

impl<'a> Container<'a> {
    /// The list that these bytes are.
    pub(super) fn list(bytes: &'a [u8]) -> Option<Self> {
        Self::read(bytes, LIST)
    }

    /// The map that these bytes are.
    pub(super) fn map(bytes: &'a [u8]) -> Option<Self> {
        Self::read(bytes, MAP).filter(|map| map.items.len().is_multiple_of(2))
    }

    fn read(bytes: &'a [u8], expected: u8) -> Option<Self> {
        let (major, count, rest) = head(bytes).filter(|(major, ..)| *major == expected)?;
        let (items, left) = items(rest, count.map(|count| (major, count)), 0)?;
        left.is_empty().then_some(Self {
            major,
            head: &bytes[..bytes.len() - rest.len()],
            items,
            is_indefinite: count.is_none(),
        })
    }

    /// The value of a map under a key that is a small number.
    pub(super) fn value(&self, key: u8) -> Option<&'a [u8]> {
        let pair = self.items.chunks_exact(2).find(|pair| *pair[0] == [key])?;
        Some(pair[1])
    }

    /// The container with other items.
    pub(super) fn with(&self, items: &[&[u8]]) -> Vec<u8> {
        let entries = items.len() as u64 / if self.major == MAP { 2 } else { 1 };
        let (head, end) = if self.is_indefinite {
            (self.head.to_vec(), &[BREAK][..])
        } else if items.len() == self.items.len() {
            (self.head.to_vec(), &[][..])
        } else {
            (written_head(self.major, entries), &[][..])
        };
        [&head[..], &items.concat(), end].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::Container;

    #[test]
    fn a_list_of_everything_is_taken_apart() {
        let items: [&[u8]; 9] = [
            &[0x18, 0x2a],
            &[0x39, 1, 0],
            &[0x42, 1, 2],
            &[0x7f, 0x61, b'a', 0xff],
            &[0x82, 1, 0x81, 2],
            &[0xbf, 1, 2, 0xff],
            &[0xd9, 1, 2, 0x80],
            &[0xf6],
            &[0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
        ];
        let bytes = [&[0x89][..], &items.concat()].concat();
        let list = Container::list(&bytes).unwrap();
        assert_eq!(list.items, items);
        assert_eq!(list.with(&items), bytes);
    }

    #[test]
    fn a_list_grows_in_the_way_it_is_written() {
        let many = [&[0x97][..], &[0; 23]].concat();
        let list = Container::list(&many).unwrap();
        let grown = list.with(&[&list.items[..], &[&[7]]].concat());
        assert_eq!(grown, [&[0x98, 24][..], &[0; 23], &[7]].concat());
        let open = Container::list(&[0x9f, 1, 0xff]).unwrap();
        assert_eq!(open.with(&[&[1], &[2]]), [0x9f, 1, 2, 0xff]);
        let map = Container::map(&[0xa1, 1, 2]).unwrap();
        assert_eq!(map.with(&[&[0], &[9], &[1], &[2]]), [0xa2, 0, 9, 1, 2]);
        assert_eq!(map.value(1), Some(&[2][..]));
        assert_eq!(map.value(2), None);
    }

    #[test]
    fn what_is_malformed_or_has_a_rest_is_refused() {
        let deep = [0x81; 100];
        let cases = [
            &[][..],
            &[0x81],
            &[0x80, 0],
            &[0x9f, 1],
            &[0x81, 0x42, 0],
            &[0x81, 0x1c],
            &[0x81, 0xff],
            &[0x9b, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0x81, 0xbb, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0xa0],
            &deep,
        ];
        for bytes in cases {
            assert_eq!(Container::list(bytes), None, "{bytes:02x?}");
        }
        assert_eq!(Container::map(&[0xbf, 1, 0xff]), None, "a key without a value");
    }
}
