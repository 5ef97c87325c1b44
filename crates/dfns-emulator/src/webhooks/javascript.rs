//! JSON as JavaScript's `JSON.stringify` writes it.
//!
//! Receivers check signatures over `JSON.stringify(JSON.parse(body))`, so a body must come out of that unchanged.
//!
//! Invariant: what is written here is what JavaScript writes after reading it.

use std::fmt::Write as _;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Rewrites JSON text as JavaScript would.
///
/// # Errors
/// If the text is no JSON.
pub(super) fn rewritten(text: &str) -> Result<String, serde_json::Error> {
    let node: Node = serde_json::from_str(text)?;
    let mut written = String::with_capacity(text.len());
    node.write(&mut written);
    Ok(written)
}

/// A JSON value with its fields in the order in which they were written.
enum Node {
    Null,
    Boolean(bool),
    Number(f64),
    Text(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    fn write(&self, into: &mut String) {
        match self {
            Self::Null => into.push_str("null"),
            Self::Boolean(true) => into.push_str("true"),
            Self::Boolean(false) => into.push_str("false"),
            Self::Number(number) => write_number(*number, into),
            Self::Text(text) => write_text(text, into),
            Self::Array(items) => {
                into.push('[');
                for (position, item) in items.iter().enumerate() {
                    into.push_str(if position == 0 { "" } else { "," });
                    item.write(into);
                }
                into.push(']');
            }
            Self::Object(fields) => {
                into.push('{');
                for (position, (name, value)) in fields.iter().enumerate() {
                    into.push_str(if position == 0 { "" } else { "," });
                    write_text(name, into);
                    into.push(':');
                    value.write(into);
                }
                into.push('}');
            }
        }
    }
}

fn write_text(text: &str, into: &mut String) {
    into.push('"');
    for character in text.chars() {
        match character {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\u{8}' => into.push_str("\\b"),
            '\u{c}' => into.push_str("\\f"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            control if control < ' ' => {
                // Writing to a text cannot fail.
                let _always_ok = write!(into, "\\u{:04x}", u32::from(control));
            }
            other => into.push(other),
        }
    }
    into.push('"');
}

/// As `Number.prototype.toString` writes it: the fewest digits that read back, without an exponent from 1e-6 up to 1e21.
fn write_number(number: f64, into: &mut String) {
    // The fewest digits, as `d.ddde±x`.
    let shortest = format!("{:e}", number.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    // -0 is written without its sign.
    into.push_str(if number < 0.0 { "-" } else { "" });
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let point = exponent + 1;
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    if count <= point && point <= 21 {
        into.push_str(&digits);
        into.push_str(&zeros(point - count));
    } else if 0 < point && point <= 21 {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
        into.push_str(whole);
        into.push('.');
        into.push_str(fraction);
    } else if -6 < point && point <= 0 {
        into.push_str("0.");
        into.push_str(&zeros(-point));
        into.push_str(&digits);
    } else {
        let (first, rest) = digits.split_at(1);
        into.push_str(first);
        into.push_str(if rest.is_empty() { "" } else { "." });
        into.push_str(rest);
        into.push_str(if exponent < 0 { "e-" } else { "e+" });
        into.push_str(&exponent.unsigned_abs().to_string());
    }
}

/// A name that JavaScript takes for a position in a list: such fields come first, by number.
fn as_index(name: &str) -> Option<u32> {
    let number: u32 = name.parse().ok()?;
    (number < u32::MAX && number.to_string() == name).then_some(number)
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

#[expect(clippy::cast_precision_loss, reason = "JavaScript has no other numbers")]
impl<'de> Visitor<'de> for Reader {
    type Value = Node;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut read = Vec::new();
        while let Some(item) = items.next_element()? {
            read.push(item);
        }
        Ok(Node::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut read: Vec<(String, Node)> = Vec::new();
        while let Some((name, value)) = entries.next_entry::<String, Node>()? {
            // The last value of a name counts, at the place of the first.
            match read.iter_mut().find(|(present, _)| *present == name) {
                Some(present) => present.1 = value,
                None => read.push((name, value)),
            }
        }
        // Stable: what is no position keeps its order.
        read.sort_by_key(|(name, _)| as_index(name).map_or(u64::MAX, u64::from));
        Ok(Node::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use super::rewritten;

    /// Made with `JSON.stringify(JSON.parse(text))` of Node 20.
    const AS_NODE_WRITES_IT: [(&str, &str); 12] = [
        (r#"{ "b" : 1.0, "a": [ 1e3 , -0.0, -0 ] }"#, r#"{"b":1,"a":[1000,0,0]}"#),
        (
            r#"{"b":1,"10":2,"9":3,"01":4,"a":5}"#,
            r#"{"9":3,"10":2,"b":1,"01":4,"a":5}"#,
        ),
        (
            r#"{"4294967295":1,"4294967294":2}"#,
            r#"{"4294967294":2,"4294967295":1}"#,
        ),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        (
            r#"["Zürich \u20ac \/ \u2028 \ud83d\ude00"]"#,
            "[\"Zürich € / \u{2028} 😀\"]",
        ),
        (
            r#"["\u0000\u001f\b\f\n\r\t\u007f"]"#,
            "[\"\\u0000\\u001f\\b\\f\\n\\r\\t\u{7f}\"]",
        ),
        (
            "[9007199254740993,18446744073709551615]",
            "[9007199254740992,18446744073709552000]",
        ),
        ("[1e20,1e21,1.25e22]", "[100000000000000000000,1e+21,1.25e+22]"),
        ("[0.000001,0.0000001,1.5e-7]", "[0.000001,1e-7,1.5e-7]"),
        ("[0.1,123.456,-1.5]", "[0.1,123.456,-1.5]"),
        ("[5e-324,1.7976931348623157e308]", "[5e-324,1.7976931348623157e+308]"),
        ("null", "null"),
    ];

    #[test]
    fn json_comes_out_as_javascript_writes_it() {
        for (text, expected) in AS_NODE_WRITES_IT {
            assert_eq!(rewritten(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_was_written_is_not_changed_by_writing_it_again() {
        for (_, written) in AS_NODE_WRITES_IT {
            assert_eq!(rewritten(written).unwrap(), written);
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        assert!(rewritten("{").is_err());
    }
}
