//! Finds the field at a place in a JSON text: an error of serde names a line and a column, a person wants a path.
//!
//! The text is walked a second time, and only after an error, so that decoding itself is not slowed down, and is not
//! compiled a second time for every type.
//!
//! Invariant: names of fields are shown, values never.

use std::fmt::Write as _;

use super::redact::redact;

/// How many characters of a path are kept.
pub(super) const LONGEST: usize = 200;

/// The path of the value that ends at a byte of the text, such as `items[3].signingKey.scheme`; empty for the whole.
///
/// That is where serde stands when it does not like a value. If an object lacks a field, it stands behind the bracket that
/// ends the object, and the field is the one that is `missing`.
pub(super) fn at(text: &[u8], offset: usize, missing: Option<&str>) -> String {
    let mut open: Vec<Place> = Vec::new();
    let mut position = 0;
    let end = offset.min(text.len());
    while position < end {
        match text[position] {
            b'{' => open.push(Place::Object(None)),
            b'[' => open.push(Place::Array(0)),
            b'}' if position + 1 < end || missing.is_none() => {
                open.pop();
            }
            b']' if position + 1 < end => {
                open.pop();
            }
            b',' => match open.last_mut() {
                Some(Place::Array(index)) if position + 1 < end => *index += 1,
                Some(Place::Object(name)) if position + 1 < end => *name = None,
                _ => {}
            },
            b'"' => {
                let close = end_of_string(text, position);
                if let Some(Place::Object(name @ None)) = open.last_mut()
                    && text.get(skip_space(text, close)) == Some(&b':')
                {
                    *name = text
                        .get(position + 1..close.saturating_sub(1))
                        .map(|name| String::from_utf8_lossy(name).into_owned());
                }
                position = close;
                continue;
            }
            _ => {}
        }
        position += 1;
    }
    if let (Some(Place::Object(name)), Some(missing)) = (open.last_mut(), missing) {
        *name = Some(missing.to_owned());
    }
    let mut path = String::new();
    for place in open {
        match place {
            Place::Object(Some(name)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&name);
            }
            Place::Object(None) => {}
            Place::Array(index) => {
                // Text takes everything.
                let _ = write!(path, "[{index}]");
            }
        }
    }
    redact(&path, LONGEST)
}

/// The byte at a line and a column, both counted from 1 as serde does; a column is a byte.
pub(super) fn offset(text: &[u8], line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match text[start..].iter().position(|byte| *byte == b'\n') {
            Some(length) => start += length + 1,
            None => return text.len(),
        }
    }
    (start + column).min(text.len())
}

enum Place {
    Object(Option<String>),
    Array(usize),
}

/// The byte behind the quotation mark that ends the string which begins here.
fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut position = start + 1;
    while let Some(byte) = text.get(position) {
        match byte {
            b'\\' => position += 2,
            b'"' => return position + 1,
            _ => position += 1,
        }
    }
    text.len()
}

fn skip_space(text: &[u8], mut position: usize) -> usize {
    while text.get(position).is_some_and(u8::is_ascii_whitespace) {
        position += 1;
    }
    position
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::{at, offset};
    use crate::error::DecodeError;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read is of interest")]
    struct Outer {
        items: Vec<Inner>,
        last: Option<u8>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read is of interest")]
    struct Inner {
        id: String,
        #[serde(default)]
        nested: Option<Box<Outer>>,
        #[serde(default, deserialize_with = "picky")]
        picky: u8,
    }

    /// Makes an error that serde_json has not told a place.
    fn picky<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        value
            .as_u64()
            .map_or_else(|| Err(serde::de::Error::custom("picky")), |_| Ok(1))
    }

    fn path(text: &str) -> String {
        let error = serde_json::from_str::<Outer>(text).expect_err(text);
        DecodeError::new(&error, text.as_bytes()).path().to_owned()
    }

    #[test]
    fn path_leads_to_a_value_of_the_wrong_type() {
        assert_eq!(path(r#"{"items":[{"id":"a"},{"id":7}]}"#), "items[1].id");
        assert_eq!(path(r#"{"items":[{"id":{"x":[1,2]}}]}"#), "items[0].id");
        assert_eq!(path(r#"{"items":7}"#), "items");
        assert_eq!(path(r#"{"items":[],"last":"x"}"#), "last");
        assert_eq!(path(r#"{"items":[],"last":256,"more":1}"#), "last");
        assert_eq!(
            path("{\n  \"items\": [\n    {\"id\": \"a\"},\n    7\n  ]\n}"),
            "items[1]"
        );
    }

    #[test]
    fn path_leads_to_a_field_that_is_missing() {
        assert_eq!(path(r#"{"items":[{"id":"a"},{"nested":null}]}"#), "items[1].id");
        assert_eq!(
            path(r#"{"items":[{"id":"a","nested":{"last":1}}]}"#),
            "items[0].nested.items"
        );
        assert_eq!(path("{}"), "items");
    }

    #[test]
    fn path_leads_to_a_value_that_a_type_of_ours_refuses() {
        assert_eq!(path(r#"{"items":[{"picky":"x","id":"a"}]}"#), "items[0].picky");
        assert_eq!(path(r#"{"items":[{"picky":{"a":[1,{}]},"id":"a"}]}"#), "items[0].picky");
        // The last field and the object end at one place: the object is not wrong, only less exact.
        assert_eq!(path(r#"{"items":[{"id":"a","picky":"x"}]}"#), "items[0]");
    }

    #[test]
    fn path_is_not_misled_by_strings_that_look_like_json() {
        assert_eq!(
            path(r#"{"x\"{[,":"]}\\","items":[{"id":"\"}],{","nested":3}]}"#),
            "items[0].nested"
        );
    }

    #[test]
    fn path_is_empty_where_the_whole_is_wrong() {
        assert_eq!(path("7"), "");
        assert_eq!(path(""), "");
        assert_eq!(path("<html>"), "");
    }

    #[test]
    fn path_of_a_text_that_ends_too_early_is_where_it_ends() {
        assert_eq!(path(r#"{"items":[{"id":"a"},{"id":"b"#), "items[1].id");
    }

    proptest! {
        #[test]
        fn path_of_any_text_is_found_without_a_panic(
            text in proptest::collection::vec(prop::sample::select(b"{}[]\",:\\a1 \n".to_vec()), 0..60),
            line in 0usize..5, column in 0usize..70,
        ) {
            at(&text, offset(&text, line, column), None);
        }

        #[test]
        fn path_is_the_one_that_serde_path_to_error_finds(depth in 0usize..4, before in 0usize..3, behind in 0usize..3) {
            let good = r#"{"id":"a","nested":null}"#;
            let mut text = r#"{"id":7}"#.to_owned();
            for _ in 0..=depth {
                let mut items = vec![good; before];
                items.push(&text);
                items.extend(vec![good; behind]);
                text = format!(r#"{{"id":"a","nested":{{"items":[{}]}}}}"#, items.join(","));
            }
            let text = format!(r#"{{"items":[{text}]}}"#);
            let found = serde_path_to_error::deserialize::<_, Outer>(&mut serde_json::Deserializer::from_str(&text));
            prop_assert_eq!(path(&text), found.expect_err("an error").path().to_string());
        }
    }
}
