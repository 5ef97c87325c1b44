//! A value against a shape.

use std::fmt::Write as _;

use dfns_types::{Amount, Hex, Timestamp};
use serde_json::Value;

use super::shape::{Bounds, Field, Format, Shape};
use super::{pattern, shape};

/// How many values of a choice a message lists; of longer ones it gives the number.
const LISTED: usize = 12;

/// Where in a value something is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    Field(String),
    Item(usize),
}

/// What does not fit, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// From the innermost place outwards.
    places: Vec<Place>,
    pub(super) problem: String,
}

impl Wrong {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self {
            places: Vec::new(),
            problem: problem.into(),
        }
    }

    /// The same, seen from the object that holds it in this field.
    pub(super) fn under(mut self, field: &str) -> Self {
        self.places.push(Place::Field(field.to_owned()));
        self
    }

    /// The same, seen from the list that holds it at this place.
    pub(super) fn at(mut self, place: usize) -> Self {
        self.places.push(Place::Item(place));
        self
    }

    /// Where, as a JSON pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for place in self.places.iter().rev() {
            // Writing to a `String` cannot fail.
            let _ = match place {
                Place::Field(name) => write!(pointer, "/{}", name.replace('~', "~0").replace('/', "~1")),
                Place::Item(place) => write!(pointer, "/{place}"),
            };
        }
        pointer
    }

    /// Where, for people: `wallets[1].network`.
    pub(super) fn dotted(&self) -> String {
        let mut dotted = String::new();
        for place in self.places.iter().rev() {
            let _ = match place {
                Place::Field(name) if dotted.is_empty() => write!(dotted, "{name}"),
                Place::Field(name) => write!(dotted, ".{name}"),
                Place::Item(place) => write!(dotted, "[{place}]"),
            };
        }
        dotted
    }
}

/// Holds a JSON value against a shape.
pub(super) fn value(expected: &Shape, value: &Value) -> Result<(), Wrong> {
    let must_be = |what: &str| Err(Wrong::new(format!("must be {what}, not {}", kind(value))));
    match expected {
        Shape::Anything => Ok(()),
        Shape::Boolean if value.is_boolean() => Ok(()),
        Shape::Boolean => must_be("true or false"),
        Shape::Integer(bounds) => match (value.as_i64(), value.as_u64()) {
            (Some(number), _) => between(number, *bounds),
            (None, Some(_)) => Err(Wrong::new("is too large")),
            (None, None) => must_be("a whole number"),
        },
        Shape::Number(bounds) => match value.as_f64() {
            Some(number) => within(number, *bounds),
            None => must_be("a number"),
        },
        Shape::Quantity => match value {
            Value::Number(number) if number.is_u64() => Ok(()),
            Value::String(text) if !text.is_empty() => Ok(()),
            _ => must_be("a whole number, or text of digits"),
        },
        // Where the API takes seconds as well, the room says so.
        Shape::Text(Format::Time, ..) if value.is_u64() => Ok(()),
        Shape::Text(..) | Shape::Choice(_) => match value.as_str() {
            Some(given) => text(expected, given),
            None => must_be("text"),
        },
        Shape::List(item, bounds) => match value.as_array() {
            Some(items) => {
                let item = shape(*item);
                let each =
                    |(place, value_of): (usize, &Value)| self::value(item, value_of).map_err(|wrong| wrong.at(place));
                count(items.len(), *bounds, "items")?;
                items.iter().enumerate().try_for_each(each)
            }
            None => must_be("a list"),
        },
        Shape::Map(of) => match value.as_object() {
            Some(fields) => {
                let of = shape(*of);
                let each = |(name, value): (&String, &Value)| self::value(of, value).map_err(|wrong| wrong.under(name));
                fields.iter().try_for_each(each)
            }
            None => must_be("an object"),
        },
        Shape::Object(fields) => match value.as_object() {
            Some(given) => fields.iter().try_for_each(|field| self::field(field, given)),
            None => must_be("an object"),
        },
        Shape::Union(tag, members) => {
            let Some(given) = value.as_object() else {
                return must_be("an object");
            };
            let member = match given.get(*tag) {
                None | Some(Value::Null) => Err(Wrong::new("is missing")),
                Some(Value::String(kind)) => {
                    let member = members.iter().find(|(name, _)| name == kind);
                    member.ok_or_else(|| none_of(members.iter().map(|(name, _)| *name)))
                }
                Some(other) => Err(Wrong::new(format!("must be text, not {}", self::kind(other)))),
            };
            let (_, member) = member.map_err(|wrong| wrong.under(tag))?;
            self::value(shape(*member), value)
        }
    }
}

fn field(field: &Field, given: &serde_json::Map<String, Value>) -> Result<(), Wrong> {
    let fits = match given.get(field.name) {
        None if field.required => Err(Wrong::new("is missing")),
        None => Ok(()),
        // The API omits what is not there. Who writes `null` in its place must not learn from the emulator that it may.
        Some(Value::Null) if field.nullable || matches!(shape(field.shape), Shape::Anything) => Ok(()),
        Some(Value::Null) => Err(Wrong::new("must not be null")),
        Some(given) => value(shape(field.shape), given),
    };
    fits.map_err(|wrong| wrong.under(field.name))
}

/// Holds text against a shape: a JSON string, or a parameter of path or query, whose numbers are written out.
pub(super) fn text(expected: &Shape, given: &str) -> Result<(), Wrong> {
    match expected {
        Shape::Text(format, bounds, pattern) => {
            count(given.chars().count(), *bounds, "characters")?;
            formatted(*format, given)?;
            match pattern {
                Some(pattern) if !pattern::fits(pattern, given) => Err(Wrong::new(format!("must match {pattern}"))),
                _ => Ok(()),
            }
        }
        Shape::Choice(values) if values.contains(&given) => Ok(()),
        Shape::Choice(values) => Err(none_of(values.iter().copied())),
        Shape::Boolean if ["true", "false"].contains(&given) => Ok(()),
        Shape::Boolean => Err(Wrong::new("must be true or false")),
        Shape::Integer(bounds) => match given.parse() {
            Ok(number) => between(number, *bounds),
            Err(_) => Err(whole_number(*bounds)),
        },
        Shape::Number(bounds) => match given.parse() {
            Ok(number) => within(number, *bounds),
            Err(_) => Err(Wrong::new("must be a number")),
        },
        // Nothing else stands in a parameter, as the lint of the specification sees to.
        _ => Ok(()),
    }
}

fn formatted(format: Format, given: &str) -> Result<(), Wrong> {
    let (fits, what) = match format {
        Format::Text => (true, ""),
        Format::Amount => (given.parse::<Amount>().is_ok(), "an amount in decimal digits"),
        Format::Hex => (given.parse::<Hex>().is_ok(), "pairs of hex digits"),
        Format::Time => (
            given.parse::<Timestamp>().is_ok(),
            "a time such as 2026-01-31T12:00:00.000Z",
        ),
        Format::Id => ((1..=64).contains(&given.chars().count()), "an id of 1 to 64 characters"),
    };
    if fits {
        Ok(())
    } else {
        Err(Wrong::new(format!("must be {what}")))
    }
}

fn none_of(values: impl ExactSizeIterator<Item = &'static str>) -> Wrong {
    if values.len() > LISTED {
        return Wrong::new(format!("is none of the {} values that there are", values.len()));
    }
    let values: Vec<&str> = values.collect();
    match values[..] {
        [only] => Wrong::new(format!("must be {only}")),
        _ => Wrong::new(format!("must be one of {}", values.join(", "))),
    }
}

fn count(count: usize, bounds: Bounds, of: &str) -> Result<(), Wrong> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let said = |wrong: Wrong| {
        let said = wrong.problem.replace("must be", "must have");
        let of = if said.ends_with(" 1") {
            of.trim_end_matches('s')
        } else {
            of
        };
        Wrong::new(format!("{said} {of}"))
    };
    between(count, bounds).map_err(said)
}

fn between(number: i64, bounds: Bounds) -> Result<(), Wrong> {
    let Bounds(least, most) = bounds;
    if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
        return Err(out_of(bounds));
    }
    Ok(())
}

fn within(number: f64, bounds: Bounds) -> Result<(), Wrong> {
    #[expect(clippy::cast_precision_loss, reason = "bounds are small whole numbers")]
    let (least, most) = (bounds.0.map(|least| least as f64), bounds.1.map(|most| most as f64));
    if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
        return Err(out_of(bounds));
    }
    Ok(())
}

fn whole_number(bounds: Bounds) -> Wrong {
    match bounds {
        Bounds(Some(least), Some(most)) => Wrong::new(format!("must be a whole number from {least} to {most}")),
        Bounds(Some(least), None) => Wrong::new(format!("must be a whole number of at least {least}")),
        _ => Wrong::new("must be a whole number"),
    }
}

fn out_of(bounds: Bounds) -> Wrong {
    Wrong::new(match bounds {
        Bounds(Some(least), Some(most)) if least == most => format!("must be {least}"),
        Bounds(Some(least), Some(most)) => format!("must be {least} to {most}"),
        Bounds(Some(least), None) => format!("must be at least {least}"),
        Bounds(None, Some(most)) => format!("must be at most {most}"),
        Bounds(None, None) => "is out of bounds".to_owned(),
    })
}

/// What a value is, without saying which one.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
