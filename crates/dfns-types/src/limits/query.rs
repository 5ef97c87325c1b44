//! Holds a query against its limits.

use super::walk::At;
use super::{Limits, Shape, Violation};

/// Checks a query in the form of `application/x-www-form-urlencoded`, without the `?`.
///
/// # Errors
/// The first [`Violation`]. A parameter that is not known has no limits.
pub fn check_query(query: &str, shape: &Shape) -> Result<(), Violation> {
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(field) = shape.fields.iter().find(|field| field.name == name) else {
            continue;
        };
        let at = At {
            limits: &field.limits,
            items: &Limits::NONE,
            shape: None,
        };
        let value = decoded(value);
        let result = match value.parse() {
            Ok(number) if is_number(&field.limits) => at.number(number),
            _ => at.text(&value),
        };
        result.map_err(|violation| Violation {
            path: name.to_owned(),
            ..violation
        })?;
    }
    Ok(())
}

fn is_number(limits: &Limits) -> bool {
    limits.least.is_finite() || limits.greatest.is_finite()
}

/// The text that is percent-encoded.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (first, _) => bytes.push(first),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::{Field, Limits, Shape};
    use super::check_query;

    static QUERY: Shape = Shape {
        fields: &[
            Field::new("limit", Limits::NONE.range(1.0, 200.0)),
            Field::new("name", Limits::NONE.length(1, 3)),
        ],
        kinds: None,
    };

    #[test]
    fn query_within_its_limits_is_taken() {
        for query in [
            "",
            "limit=1&limit=200",
            "other=&name=%C3%A4+%2b",
            "limit=200&name=abc",
            "limit",
        ] {
            assert_eq!(check_query(query, &QUERY), Ok(()), "{query}");
        }
    }

    #[test]
    fn parameter_beyond_its_limits_is_named_with_what_is_expected() {
        for (query, path, problem) in [
            ("name=a&limit=0", "limit", "it is 0, expected 1 to 200"),
            ("limit=201", "limit", "it is 201, expected 1 to 200"),
            ("limit=-1", "limit", "it is -1, expected 1 to 200"),
            ("name=", "name", "it has 0 characters, expected 1 to 3"),
            ("name=%C3%A4%C3%A4++", "name", "it has 4 characters, expected 1 to 3"),
        ] {
            let violation = check_query(query, &QUERY).expect_err(query);
            assert_eq!((violation.path.as_str(), violation.problem.as_str()), (path, problem));
        }
    }
}
