//! Proves for every component of the specification that what the API adds after this release fails nothing.
//!
//! The tables in `generated/` have a row a component, with samples; what is asked of each row stands in
//! `compatibility/`. Every test goes through all rows and lists all that fail.
//!
//! Invariant: what is compiled once a type only decodes and encodes; all else works on function pointers and JSON.

mod compatibility;
#[rustfmt::skip]
#[allow(
    clippy::pedantic,
    reason = "generated tables follow the specification, whose sizes and texts are not ours to choose"
)]
mod generated;

use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Decodes JSON text as a type and encodes what came of it, or says why it cannot be decoded.
type Recode = fn(&str) -> Result<Value, String>;

/// [`Recode`] for one type.
fn recode<T: Serialize + DeserializeOwned>(text: &str) -> Result<Value, String> {
    let decoded: T = match serde_json::from_str(text) {
        Ok(decoded) => decoded,
        Err(error) => return Err(error.to_string()),
    };
    match serde_json::to_value(decoded) {
        Ok(encoded) => Ok(encoded),
        Err(error) => panic!("what was decoded from {text} cannot be encoded: {error}"),
    }
}

/// What an enum prints that is made of a text.
fn print<T: for<'a> From<&'a str> + Display>(text: &str) -> String {
    T::from(text).to_string()
}

/// The texts of the values of an enum.
fn texts<T: AsRef<str>>(values: &[T]) -> Vec<&str> {
    values.iter().map(AsRef::as_ref).collect()
}

/// How many there are of what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    enums: usize,
    enum_values: usize,
    unions: usize,
    union_members: usize,
    objects: usize,
    values: usize,
    fields: usize,
    required_fields: usize,
    anything_fields: usize,
    nullable_fields: usize,
    optional_fields: usize,
    enum_fields: usize,
    union_fields: usize,
}

/// An enum.
struct Enum {
    name: &'static str,
    recode: Recode,
    print: fn(&str) -> String,
    /// The values of the type.
    known: fn() -> Vec<&'static str>,
    /// The values of the specification.
    values: &'static [&'static str],
}

/// A union.
struct Union {
    name: &'static str,
    recode: Recode,
    /// The kinds of the type.
    kinds: &'static [&'static str],
    tag: &'static str,
    /// The kinds of the specification, each with the name of its object.
    members: &'static [(&'static str, &'static str)],
}

/// An object, or what a member of a union is beside its tag.
struct Object {
    name: &'static str,
    recode: Recode,
    /// JSON with what must be there.
    minimal: &'static str,
    /// JSON with every field.
    full: &'static str,
    /// Fields that must be there, and are not `null`.
    required: &'static [&'static str],
    /// Fields that must be there, and may be any JSON.
    anything: &'static [&'static str],
    /// Fields that are always written, if need be as `null`.
    nullable: &'static [&'static str],
    /// Fields that may be missing.
    optional: &'static [&'static str],
    /// Fields that may be missing, and for which `null` says something else.
    patched: &'static [&'static str],
    /// Where `full` holds an enum in a field of its own.
    enums: &'static [&'static str],
    /// Where `full` holds a union in a field of its own, and its tag.
    unions: &'static [(&'static str, &'static str)],
}

/// Any other component.
struct Plain {
    name: &'static str,
    recode: Recode,
    /// The API leaves the value entirely free.
    anything: bool,
    /// JSON in each form that it can have.
    forms: &'static [&'static str],
}

/// Every type with samples of it, for what is asked of all alike.
fn all() -> impl Iterator<Item = (&'static str, Recode, Vec<Value>)> {
    let enums = generated::enums::ENUMS
        .iter()
        .map(|row| (row.name, row.recode, vec![row.values[0].into()]));
    let unions = generated::unions::UNIONS
        .iter()
        .map(|row| (row.name, row.recode, compatibility::unions::samples(row)));
    let objects = generated::objects::OBJECTS
        .iter()
        .map(|row| (row.name, row.recode, vec![read(row.minimal), read(row.full)]));
    let values = generated::values::VALUES
        .iter()
        .map(|row| (row.name, row.recode, row.forms.iter().map(|form| read(form)).collect()));
    enums.chain(unions).chain(objects).chain(values)
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What went wrong, of any row.
#[derive(Default)]
struct Failures {
    checked: usize,
    failed: Vec<String>,
}

impl Failures {
    /// Decodes and encodes `given`, which must become `wanted`.
    fn expect(&mut self, name: &str, what: &str, recode: Recode, given: &Value, wanted: &Value) {
        self.compare(
            name,
            what,
            &given.to_string(),
            recode(&given.to_string()).as_ref(),
            Ok(wanted),
        );
    }

    /// Decodes `given`, which must fail with an error that begins with `wanted`.
    fn expect_error(&mut self, name: &str, what: &str, recode: Recode, given: &Value, wanted: &str) {
        let got = recode(&given.to_string());
        // After it stands the place in the text.
        let matches = |error: &String| {
            error
                .strip_prefix(wanted)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(" at line "))
        };
        if got.as_ref().is_err_and(matches) {
            self.checked += 1;
        } else {
            self.compare(name, what, &given.to_string(), got.as_ref(), Err(&wanted.to_owned()));
        }
    }

    fn compare<T: std::fmt::Debug + PartialEq>(&mut self, name: &str, what: &str, given: &str, got: T, wanted: T) {
        self.checked += 1;
        if got != wanted {
            self.failed.push(format!(
                "{name}: {what}\n    given  {given}\n    got    {got:?}\n    wanted {wanted:?}"
            ));
        }
    }

    /// Fails, naming each, if anything did, or if it was not so many times that something was checked.
    #[track_caller]
    fn finish(self, checks: usize) {
        assert!(
            self.failed.is_empty(),
            "{} of {} failed:\n{}",
            self.failed.len(),
            self.checked,
            self.failed.join("\n")
        );
        assert_eq!(self.checked, checks);
    }
}

#[test]
fn a_type_that_changes_loses_or_refuses_what_it_reads_is_found_out() {
    let careless: [Recode; 3] = [
        |_| Ok(1.0.into()),
        |_| Ok(Value::Null),
        |_| Err("missing field `other`".into()),
    ];
    for recode in careless {
        let mut failures = Failures::default();
        failures.expect("Careless", "a sample", recode, &1.into(), &1.into());
        failures.expect_error("Careless", "a sample", recode, &1.into(), "missing field `one`");
        assert_eq!((failures.checked, failures.failed.len()), (2, 2));
    }
}
