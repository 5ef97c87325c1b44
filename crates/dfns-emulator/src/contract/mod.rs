//! Does a request say what its operation takes?
//!
//! The table comes from the specification (`cargo xtask codegen`); here it is held against path, query and body before a
//! handler runs.
//!
//! Invariant: a refusal says where by a JSON pointer and what was expected, and never quotes what was sent, which may be a
//! secret. Fields that the specification does not know are ignored.

mod check;
mod locate;
mod pattern;
pub(crate) mod shape;
mod unknown;

use serde_json::Value;

use crate::generated::contract::{CONTRACTS, SHAPES};
use crate::server::{Call, Refusal};
use check::Wrong;
use shape::{Contract, Field, Shape};

pub(crate) use locate::located;
pub(crate) use unknown::first_choice;

/// The contract of an operation.
fn of(operation: &str) -> Option<&'static Contract> {
    let place = CONTRACTS.binary_search_by(|contract| contract.operation.cmp(operation));
    place.ok().map(|place| &CONTRACTS[place])
}

fn shape(index: u16) -> &'static Shape {
    &SHAPES[usize::from(index)]
}

/// Holds a call against the contract of its operation.
///
/// # Errors
/// 400 with `{pointer}` in the details: `/path/…`, `/query/…` or `/body/…`.
pub(crate) fn check(operation: &str, call: &Call) -> Result<(), Refusal> {
    let Some(contract) = of(operation) else {
        return Ok(());
    };
    for field in contract.path {
        if let Some(text) = call.parameters.get(field.name) {
            let fits = check::text(shape(field.shape), text);
            fits.map_err(|wrong| refuse("path", "invalid path", &wrong.under(field.name)))?;
        }
    }
    for field in contract.query {
        query(field, call).map_err(|wrong| refuse("query", "invalid query", &wrong.under(field.name)))?;
    }
    if let Some(index) = contract.body {
        let value = body(call)?;
        check::value(shape(index), &value).map_err(|wrong| refuse("body", "invalid body", &wrong))?;
    }
    Ok(())
}

/// Whether the body of an operation has a field of this name. True where nobody can tell.
pub(crate) fn takes(operation: &str, field: &str) -> bool {
    let body = of(operation).and_then(|contract| contract.body);
    match body.map(shape) {
        Some(Shape::Object(fields)) => fields.iter().any(|known| known.name == field),
        _ => true,
    }
}

fn query(field: &Field, call: &Call) -> Result<(), Wrong> {
    let given = call.query_all(field.name);
    match shape(field.shape) {
        // A list is written as one parameter a value.
        Shape::List(item, _) => {
            let item = shape(*item);
            given
                .enumerate()
                .try_for_each(|(place, text)| check::text(item, text).map_err(|wrong| wrong.at(place)))
        }
        single => {
            let mut given = given.peekable();
            if given.peek().is_none() && field.required {
                return Err(Wrong::new("is missing"));
            }
            given.try_for_each(|text| check::text(single, text))
        }
    }
}

/// The body as JSON; none reads like `{}`.
fn body(call: &Call) -> Result<Value, Refusal> {
    if call.body.trim_ascii().is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_slice(&call.body).map_err(|error| {
        // The message of a syntax error names line and column, and quotes nothing.
        Refusal::invalid(format!("invalid body: {error}")).with("pointer", "/body")
    })
}

fn refuse(place: &str, what: &str, wrong: &Wrong) -> Refusal {
    let pointer = format!("/{place}{}", wrong.pointer());
    let message = match wrong.dotted() {
        path if path.is_empty() => format!("{what}: {}", wrong.problem),
        path => format!("{what}: {path} {}", wrong.problem),
    };
    let refusal = Refusal::invalid(message).with("pointer", pointer);
    match wrong.dotted() {
        path if path.is_empty() => refusal,
        // As the rooms name what they refuse themselves.
        path => refusal.with("field", path),
    }
}

#[cfg(test)]
mod tests;
