//! One spelling for every JSON text with the same meaning, so that two bodies can be compared.
//!
//! Object keys are sorted, white space and escapes are gone, and numbers keep every digit: they never pass through a
//! floating-point number, in which 2^53 and 2^53 + 1 are the same amount.
//!
//! Invariant: two texts get the same spelling if, and only if, they are the same JSON value. Nothing, white space and
//! `{}` are the same.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Deeper values are refused rather than risking the stack.
const MAX_DEPTH: usize = 128;

/// The canonical spelling of a JSON text; `None` if it is no JSON.
///
/// Of a key that stands twice in an object, the last value counts, as in JavaScript.
pub(crate) fn canonical(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    if text.trim_matches(is_space).is_empty() {
        return Some("{}".to_owned());
    }
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.skip_space();
    reader.rest.is_empty().then_some(value)
}

/// The canonical spelling, or for what is no JSON the bytes themselves, marked so that they equal no JSON.
pub(crate) fn canonical_or_raw(text: &[u8]) -> String {
    canonical(text).unwrap_or_else(|| {
        text.iter().fold("raw:".to_owned(), |mut spelled, byte| {
            // Writing to a string cannot fail.
            let _ok = write!(spelled, "{byte:02x}");
            spelled
        })
    })
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches(is_space);
    }

    fn eat(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip_space();
        match self.rest.bytes().next()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            _ => ["true", "false", "null"]
                .into_iter()
                .find(|word| self.eat(word).is_some())
                .map(str::to_owned),
        }
    }

    fn object(&mut self, depth: usize) -> Option<String> {
        self.eat("{")?;
        let mut members = BTreeMap::new();
        self.skip_space();
        if self.eat("}").is_some() {
            return Some("{}".to_owned());
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            self.skip_space();
            self.eat(":")?;
            members.insert(key, self.value(depth + 1)?);
            self.skip_space();
            if self.eat("}").is_some() {
                break;
            }
            self.eat(",")?;
        }
        let members: Vec<String> = members
            .into_iter()
            .map(|(key, value)| format!("{key}:{value}"))
            .collect();
        Some(format!("{{{}}}", members.join(",")))
    }

    fn array(&mut self, depth: usize) -> Option<String> {
        self.eat("[")?;
        let mut items = Vec::new();
        self.skip_space();
        if self.eat("]").is_some() {
            return Some("[]".to_owned());
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.eat("]").is_some() {
                return Some(format!("[{}]", items.join(",")));
            }
            self.eat(",")?;
        }
    }

    fn string(&mut self) -> Option<String> {
        let inner = self.rest.strip_prefix('"')?;
        let mut escaped = false;
        let end = inner.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        let (literal, rest) = self.rest.split_at(end + 2);
        // serde_json reads all escapes, refuses raw control characters and lone surrogates, and writes one spelling.
        let text: String = serde_json::from_str(literal).ok()?;
        self.rest = rest;
        serde_json::to_string(&text).ok()
    }

    fn digits(&mut self) -> &'a str {
        let end = self
            .rest
            .bytes()
            .position(|byte| !byte.is_ascii_digit())
            .unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
    }

    fn number(&mut self) -> Option<String> {
        let is_negative = self.eat("-").is_some();
        let whole = self.digits();
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        let fraction = match self.eat(".") {
            Some(()) => Some(self.digits()).filter(|digits| !digits.is_empty())?,
            None => "",
        };
        let exponent = match self.eat("e").or_else(|| self.eat("E")) {
            Some(()) => self.exponent()?,
            None => 0,
        };
        // The number is `digits` x 10^`exponent`, without zeros at either end of the digits.
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_start_matches('0');
        if significant.is_empty() {
            return Some("0".to_owned());
        }
        let trimmed = significant.trim_end_matches('0');
        let dropped = i64::try_from(significant.len() - trimmed.len()).ok()?;
        let exponent = exponent
            .checked_sub(i64::try_from(fraction.len()).ok()?)?
            .checked_add(dropped)?;
        let sign = if is_negative { "-" } else { "" };
        Some(if exponent == 0 {
            format!("{sign}{trimmed}")
        } else {
            format!("{sign}{trimmed}e{exponent}")
        })
    }

    fn exponent(&mut self) -> Option<i64> {
        let is_negative = self.eat("-").is_some();
        if !is_negative {
            // A plus sign is allowed and means nothing.
            let _sign = self.eat("+");
        }
        let exponent: i64 = self.digits().parse().ok()?;
        Some(if is_negative { -exponent } else { exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) -> bool {
        let [left, right] = [left, right].map(|text| canonical(text.as_bytes()));
        left.is_some() && left == right
    }

    #[test]
    fn key_order_spaces_and_escapes_do_not_matter() {
        assert!(same(
            r#"{"a":1,"b":[true,null]}"#,
            "{ \"b\" : [ true , null ] ,\r\n\t\"a\":1 }"
        ));
        assert!(same(
            r#"{"name":"Zürich/\"x\""}"#,
            r#"{"n\u0061me":"Z\u00fcrich\/\u0022x\""}"#
        ));
        assert!(same(r#""😀""#, r#""\ud83d\ude00""#));
    }

    #[test]
    fn nothing_is_the_same_as_an_empty_object() {
        for text in ["", " ", "\n", "{}", "{ }"] {
            assert!(same(text, "{}"), "{text:?}");
        }
        for text in ["null", "[]", "\"\"", "0", r#"{"a":{}}"#] {
            assert!(!same(text, "{}"), "{text:?}");
        }
    }

    #[test]
    fn numbers_are_compared_to_the_last_digit() {
        assert!(!same("9007199254740992", "9007199254740993"));
        assert!(!same(
            "115792089237316195423570985008687907853",
            "115792089237316195423570985008687907854"
        ));
        assert!(!same("0.1", "0.10000000000000000001"));
        assert!(!same("1", "-1"));
    }

    #[test]
    fn numbers_have_many_spellings() {
        for spelling in ["100", "100.0", "1e2", "1E+2", "10e1", "0.1e3", "1000e-1"] {
            assert!(same(spelling, "100"), "{spelling}");
        }
        assert!(same("0", "-0.0e7"));
        assert!(!same("\"1\"", "1"));
    }

    #[test]
    fn array_order_and_types_matter() {
        assert!(!same("[1,2]", "[2,1]"));
        assert!(!same("true", "\"true\""));
        assert!(!same(r#"{"a":null}"#, "{}"));
        assert!(!same(r#"{"a":"b,c"}"#, r#"{"a":"b","c":""}"#));
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        assert!(same(r#"{"a":1,"\u0061":2}"#, r#"{"a":2}"#));
    }

    #[test]
    fn what_is_no_json_has_no_canonical_spelling() {
        let bad = [
            "{",
            "{\"a\":1,}",
            "[1,]",
            "[1 2]",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "nul",
            "'a'",
            "\"\n\"",
            "\"\\ud800\"",
            "{} {}",
            "\"a",
        ];
        for text in bad {
            assert_eq!(canonical(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(canonical(&[b'"', 0xff, b'"']), None);
        assert_eq!(canonical("[".repeat(10_000).as_bytes()), None);
    }

    #[test]
    fn what_is_no_json_equals_only_itself() {
        assert_eq!(canonical_or_raw(b"{"), canonical_or_raw(b"{"));
        assert_ne!(canonical_or_raw(b"{"), canonical_or_raw(b"{ "));
    }
}
