//! What a plain YAML scalar is: text, a number, true or false, nothing; and what another reader would take it for.
//!
//! Invariant: a scalar that YAML 1.1 and YAML 1.2 read differently never passes without a finding.

/// What a scalar is in YAML 1.2, cut down to what JSON can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Boolean,
    Null,
}

impl Kind {
    /// The kind, for a person.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Null => "nothing",
        }
    }
}

/// What a scalar without quotes is.
pub(crate) fn kind_of(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "false" => Kind::Boolean,
        _ if is_plain_decimal(text) => Kind::Number,
        _ => Kind::Text,
    }
}

/// What some YAML reader takes a scalar without quotes for, if not for what [`kind_of`] says.
pub(crate) fn misread_as(text: &str) -> Option<&'static str> {
    if matches!(kind_of(text), Kind::Boolean | Kind::Null | Kind::Number) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    if matches!(
        lower.as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false"
    ) {
        return Some("true or false");
    }
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    if matches!(unsigned, ".inf" | ".nan") || is_radix(unsigned) || is_number(unsigned) || is_sexagesimal(unsigned) {
        return Some("a number");
    }
    is_date(text).then_some("a date")
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, which every reader takes for the same number.
fn is_plain_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned
        .split_once('.')
        .map_or((unsigned, None), |(whole, rest)| (whole, Some(rest)));
    is_digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Hexadecimal, octal, binary.
fn is_radix(text: &str) -> bool {
    ["0x", "0o", "0b"]
        .into_iter()
        .filter_map(|prefix| text.strip_prefix(prefix))
        .any(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'_'))
}

/// Digits with underscores, a fraction, an exponent, or zeros in front.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = text
        .split_once('e')
        .map_or((text, None), |(mantissa, rest)| (mantissa, Some(rest)));
    let exponent_fits = exponent.is_none_or(|digits| is_digits(digits.strip_prefix(['+', '-']).unwrap_or(digits)));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let points = mantissa.bytes().filter(|byte| *byte == b'.').count();
    let starts_right = mantissa.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let others = mantissa
        .bytes()
        .any(|byte| !byte.is_ascii_digit() && byte != b'_' && byte != b'.');
    exponent_fits && digits > 0 && points < 2 && starts_right && !others
}

/// `12:30:45`, a number to the base of 60.
fn is_sexagesimal(text: &str) -> bool {
    let mut parts = text.split(':');
    let first_fits = parts.next().is_some_and(is_digits);
    let mut others = 0;
    let others_fit = parts.all(|part| {
        others += 1;
        let whole = part.split_once('.').map_or(part, |(whole, _)| whole);
        whole.len() <= 2 && is_digits(whole)
    });
    first_fits && others > 0 && others_fit
}

/// `2026-11-05`, perhaps with a time behind it.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let day = rest.split(['T', 't', ' ']).next().unwrap_or(rest);
    year.len() == 4 && is_digits(year) && month.len() <= 2 && is_digits(month) && day.len() <= 2 && is_digits(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain_decimals() {
        for text in ["0", "-1", "10", "2.5", "-0.25"] {
            assert_eq!((kind_of(text), misread_as(text)), (Kind::Number, None), "{text}");
        }
    }

    #[test]
    fn what_yaml_versions_read_differently_is_seen() {
        for text in [
            "1e3", "0x1f", "0o17", "0b1", "0755", "1_000", "+1", ".5", "1.", "12:30", ".inf", "-.INF", ".NaN",
        ] {
            assert_eq!(
                (kind_of(text), misread_as(text)),
                (Kind::Text, Some("a number")),
                "{text}"
            );
        }
        for text in ["yes", "No", "on", "OFF", "True", "y"] {
            assert_eq!(misread_as(text), Some("true or false"), "{text}");
        }
        for text in ["2026-11-05", "2026-1-5 10:00:00", "2026-11-05T10:00:00Z"] {
            assert_eq!(misread_as(text), Some("a date"), "{text}");
        }
    }

    #[test]
    fn text_that_only_begins_like_a_number_is_text() {
        for text in [
            "3.0.3", "2fa", "0xyz", "1-2", "e3", ".", "-", "_", "10:99:bc", "2026-11", "#/a", "1 to 500", "0x",
        ] {
            assert_eq!((kind_of(text), misread_as(text)), (Kind::Text, None), "{text}");
        }
    }
}
