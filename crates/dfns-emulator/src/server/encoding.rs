//! Percent-encoding of paths and query strings.

/// Decodes a path segment; `None` if an escape is broken or the result is no UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        decoded.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(decoded).ok()
}

/// Decodes a query string into its pairs, in order; `+` is a space. `None` as for [`decode`].
pub(crate) fn decode_query(query: &str) -> Option<Vec<(String, String)>> {
    let decode_part = |text: &str| decode(&text.replace('+', " "));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode_part(name)?, decode_part(value)?))
        })
        .collect()
}

/// Encodes text as the value of a query.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        let text = "https://app.example.test/back?a=b&c=d e+ü%";
        assert_eq!(decode_query(&format!("x={}", encode(text))).unwrap()[0].1, text);
    }

    #[test]
    fn query_pairs_keep_their_order_and_are_decoded() {
        let pairs = decode_query("kind=EndUser&q=a+b%20c&flag&&kind=x%3Dy").unwrap();
        let expected = [("kind", "EndUser"), ("q", "a b c"), ("flag", ""), ("kind", "x=y")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_broken_escape_decodes_to_nothing() {
        assert_eq!(decode("a%2"), None);
        assert_eq!(decode("%80"), None);
        assert_eq!(decode_query("a=%zz"), None);
    }
}
