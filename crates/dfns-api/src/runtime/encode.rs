//! Percent-encoding, straight into the path and query of a request.
//!
//! Invariant: no value changes the structure of what it is put into, whatever it holds.

use std::fmt::{self, Write};

/// Writes what is displayed as one segment of a path: RFC 3986's `pchar`, everything else percent-encoded.
pub(super) struct Segment<'a>(pub(super) &'a mut String);

impl Write for Segment<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        encode(self.0, text, |byte| {
            is_unreserved(byte)
                || matches!(
                    byte,
                    b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':' | b'@'
                )
        });
        Ok(())
    }
}

/// Writes what is displayed as one value of a query, in the form of `application/x-www-form-urlencoded`.
pub(super) struct QueryValue<'a>(pub(super) &'a mut String);

impl Write for QueryValue<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut words = text.split(' ');
        encode(self.0, words.next().unwrap_or_default(), is_form_byte);
        for word in words {
            self.0.push('+');
            encode(self.0, word, is_form_byte);
        }
        Ok(())
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn is_form_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_')
}

/// Runs of bytes that stay are copied at once: most values are ids, of which all do.
fn encode(output: &mut String, text: &str, stays: fn(u8) -> bool) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut rest = text;
    while let Some(position) = rest.bytes().position(|byte| !stays(byte)) {
        // What stays is ASCII, so that the first byte that does not stay begins a character.
        let (plain, from) = rest.split_at(position);
        output.push_str(plain);
        let length = from.chars().next().map_or(0, char::len_utf8);
        let (character, after) = from.split_at(length);
        for byte in character.bytes() {
            output.push('%');
            output.push(char::from(DIGITS[usize::from(byte >> 4)]));
            output.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        rest = after;
    }
    output.push_str(rest);
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::{QueryValue, Segment};

    #[test]
    fn segment_keeps_what_a_segment_may_hold_and_encodes_the_rest() {
        let mut output = String::new();
        write!(
            Segment(&mut output),
            "a-Z_0.~!$&'()*+,;=:@|/?#[]% ä\u{1f512}\n\"<>\\^`{{}}"
        )
        .expect("a string");
        let expected = "a-Z_0.~!$&'()*+,;=:@%7C%2F%3F%23%5B%5D%25%20%C3%A4%F0%9F%94%92%0A%22%3C%3E%5C%5E%60%7B%7D";
        assert_eq!(output, expected);
    }

    #[test]
    fn query_value_is_form_encoded() {
        let mut output = String::new();
        write!(QueryValue(&mut output), " x & y=z+1 ~ä*-._ ").expect("a string");
        assert_eq!(output, "+x+%26+y%3Dz%2B1+%7E%C3%A4*-._+");
    }
}
