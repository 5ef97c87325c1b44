//! RLP, the recursive length prefix encoding of Ethereum.
//!
//! Invariant: decoding takes the one canonical encoding of a value and nothing else.

/// One decoded item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    /// The item as it was encoded, prefix included.
    pub(crate) encoded: &'a [u8],
    /// What the prefix announces: the bytes of a text, or the encoded items of a list.
    pub(crate) payload: &'a [u8],
    pub(crate) is_list: bool,
}

/// A text of bytes.
pub(crate) fn text(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [single] if *single < 0x80 => vec![*single],
        _ => [&prefix(0x80, bytes.len())[..], bytes].concat(),
    }
}

/// A number: its bytes without leading zeros.
pub(crate) fn number(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    text(&bytes[(value.leading_zeros() / 8) as usize..])
}

/// A list of items that are encoded already.
pub(crate) fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let payload = items.concat();
    [prefix(0xc0, payload.len()), payload].concat()
}

fn prefix(base: u8, length: usize) -> Vec<u8> {
    if let Some(short) = u8::try_from(length).ok().filter(|length| *length < 56) {
        return vec![base + short];
    }
    let bytes = (length as u64).to_be_bytes();
    let significant = &bytes[((length as u64).leading_zeros() / 8) as usize..];
    // At most eight bytes of length, so the sum stays below 0x100.
    let announced = base + 55 + u8::try_from(significant.len()).unwrap_or_default();
    [&[announced][..], significant].concat()
}

/// Reads one item from the front; nothing if it is cut off or not canonical.
fn item(bytes: &[u8]) -> Option<(Item<'_>, &[u8])> {
    let first = *bytes.first()?;
    let (is_list, header, length) = match first {
        0..0x80 => (false, 0, 1),
        0x80..0xb8 => (false, 1, usize::from(first - 0x80)),
        0xb8..0xc0 => long(bytes, first - 0xb7).map(|(header, length)| (false, header, length))?,
        0xc0..0xf8 => (true, 1, usize::from(first - 0xc0)),
        0xf8.. => long(bytes, first - 0xf7).map(|(header, length)| (true, header, length))?,
    };
    let end = length.checked_add(header)?;
    let payload = bytes.get(header..end)?;
    if first == 0x81 && payload[0] < 0x80 {
        return None;
    }
    Some((
        Item {
            encoded: &bytes[..end],
            payload,
            is_list,
        },
        &bytes[end..],
    ))
}

/// Header and payload length of an item of 56 bytes or more.
fn long(bytes: &[u8], size: u8) -> Option<(usize, usize)> {
    let size = usize::from(size);
    let length = bytes.get(1..=size)?;
    if length[0] == 0 {
        return None;
    }
    let length = length.iter().try_fold(0_usize, |sum, byte| {
        sum.checked_mul(256)?.checked_add(usize::from(*byte))
    })?;
    (length >= 56).then_some((size + 1, length))
}

/// The items of a payload, all the way down checked to be canonical; `depth` lists inside it at most.
pub(crate) fn items(mut payload: &[u8], depth: u8) -> Option<Vec<Item<'_>>> {
    let mut found = Vec::new();
    while !payload.is_empty() {
        let (next, rest) = item(payload)?;
        if next.is_list {
            items(next.payload, depth.checked_sub(1)?)?;
        }
        found.push(next);
        payload = rest;
    }
    Some(found)
}

/// The items of bytes that are one list and nothing behind it.
pub(crate) fn decode_list(bytes: &[u8]) -> Option<Vec<Item<'_>>> {
    let (outer, rest) = item(bytes)?;
    (outer.is_list && rest.is_empty())
        .then(|| items(outer.payload, 4))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::{decode_list, list, number, text};

    #[test]
    fn the_examples_of_the_standard_are_met() {
        assert_eq!(text(b"dog"), b"\x83dog");
        assert_eq!(text(b""), [0x80]);
        assert_eq!(number(0), [0x80]);
        assert_eq!(number(15), [0x0f]);
        assert_eq!(number(1024), [0x82, 0x04, 0x00]);
        assert_eq!(list(&[text(b"cat"), text(b"dog")]), b"\xc8\x83cat\x83dog");
        assert_eq!(list(&[]), [0xc0]);
        let long = text(b"Lorem ipsum dolor sit amet, consectetur adipisicing elit");
        assert_eq!(long[..2], [0xb8, 0x38]);
    }

    #[test]
    fn a_list_is_read_as_it_was_written() {
        let items = [text(&[7; 300]), number(5), list(&[text(b"x"), list(&[])])];
        let encoded = list(&items);
        let decoded = decode_list(&encoded).unwrap();
        assert_eq!(
            decoded.iter().map(|item| item.encoded.to_vec()).collect::<Vec<_>>(),
            items
        );
        assert_eq!(decoded[0].payload, [7; 300]);
        assert!(decoded[2].is_list);
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for bytes in [
            &b""[..],
            b"\x83dog",
            b"\xc1",
            b"\xc0\x00",
            b"\xc2\x81\x05",
            b"\xc3\xb8\x01\x05",
            b"\xf8\x01\x05",
            b"\xf9\x00\x38",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert_eq!(decode_list(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_nest_of_lists_ends_in_a_refusal() {
        let nest = (0..100).fold(list(&[]), |inner, _| list(&[inner]));
        assert_eq!(decode_list(&nest), None);
    }
}
