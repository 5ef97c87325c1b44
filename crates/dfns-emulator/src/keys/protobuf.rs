//! Messages of Protocol Buffers, field by field.

use crate::keys::cursor::Cursor;

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message with their numbers; nothing if the bytes are no message.
pub(crate) fn fields(bytes: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
    let mut cursor = Cursor(bytes);
    let mut fields = Vec::new();
    while !cursor.is_at_end() {
        let tag = cursor.seven_bits()?;
        let value = match tag & 7 {
            0 => Value::Number(cursor.seven_bits()?),
            1 => Value::Bytes(cursor.take(8)?),
            2 => Value::Bytes(cursor.counted()?),
            5 => Value::Bytes(cursor.take(4)?),
            _ => return None,
        };
        if tag >> 3 == 0 {
            return None;
        }
        fields.push((tag >> 3, value));
    }
    Some(fields)
}

/// The bytes of the fields with a number.
pub(crate) fn all<'a>(fields: &[(u64, Value<'a>)], number: u64) -> Vec<&'a [u8]> {
    let bytes = |(found, value): &(u64, Value<'a>)| match value {
        Value::Bytes(bytes) if *found == number => Some(*bytes),
        _ => None,
    };
    fields.iter().filter_map(bytes).collect()
}

/// The bytes of the one field with a number, empty if it is not there; nothing if it is there twice.
pub(crate) fn bytes<'a>(fields: &[(u64, Value<'a>)], number: u64) -> Option<&'a [u8]> {
    match all(fields, number)[..] {
        [] => Some(&[]),
        [only] => Some(only),
        _ => None,
    }
}

/// The text of the one field with a number.
pub(crate) fn text<'a>(fields: &[(u64, Value<'a>)], number: u64) -> Option<&'a str> {
    std::str::from_utf8(bytes(fields, number)?).ok()
}

/// The number in the one field with a number, zero if it is not there.
pub(crate) fn number(fields: &[(u64, Value<'_>)], number: u64) -> Option<u64> {
    let mut found = fields.iter().filter(|(place, _)| *place == number);
    match (found.next(), found.next()) {
        (None, _) => Some(0),
        (Some((_, Value::Number(value))), None) => Some(*value),
        _ => None,
    }
}

/// True if every field has one of these numbers.
pub(crate) fn has_only(fields: &[(u64, Value<'_>)], known: &[u64]) -> bool {
    fields.iter().all(|(number, _)| known.contains(number))
}

/// A field of bytes as it is written: its number, the length, the bytes.
pub(crate) fn write(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut written = vec![number << 3 | 2];
    let mut length = bytes.len();
    loop {
        let low = u8::try_from(length & 0x7f).unwrap_or_default();
        length >>= 7;
        if length == 0 {
            written.push(low);
            break;
        }
        written.push(low | 0x80);
    }
    written.extend_from_slice(bytes);
    written
}

#[cfg(test)]
mod tests {
    use super::{Value, bytes, fields, has_only, number, write};

    #[test]
    fn what_is_written_reads_back() {
        let message = [write(1, &[7; 300]), vec![0x10, 0xac, 0x02], write(3, b"")].concat();
        let read = fields(&message).unwrap();
        assert_eq!(bytes(&read, 1), Some(&[7; 300][..]));
        assert_eq!(read[1], (2, Value::Number(300)));
        assert_eq!(
            (number(&read, 2), number(&read, 9), number(&read, 1)),
            (Some(300), Some(0), None)
        );
        assert!(has_only(&read, &[1, 2, 3]) && !has_only(&read, &[1, 2]));
        assert!(fields(&message[..20]).is_none());
    }

    #[test]
    fn a_field_that_is_there_twice_is_no_single_field() {
        let twice = [write(1, b"a"), write(1, b"b")].concat();
        assert_eq!(bytes(&fields(&twice).unwrap(), 1), None);
    }
}
