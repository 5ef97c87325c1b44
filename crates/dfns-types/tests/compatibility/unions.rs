//! Unions take every kind: those of the specification with their tag, and those that come after it, kept whole.

use serde_json::{Value, json};

use crate::generated::COUNTS;
use crate::generated::objects::OBJECTS;
use crate::generated::unions::UNIONS;
use crate::{Failures, Object, Union, read};

/// The object that is a member of a union.
fn member(name: &str) -> &'static Object {
    let found = OBJECTS.iter().find(|row| row.name == name);
    found.unwrap_or_else(|| panic!("{name} stands in no table"))
}

fn tagged(union: &Union, kind: &str, text: &str) -> Value {
    let mut sample = read(text);
    sample[union.tag] = json!(kind);
    sample
}

/// Every kind, without and with its optional fields.
pub(crate) fn samples(union: &Union) -> Vec<Value> {
    let of = |(kind, name): &(&str, &str)| {
        let object = member(name);
        [tagged(union, kind, object.minimal), tagged(union, kind, object.full)]
    };
    union.members.iter().flat_map(of).collect()
}

#[test]
fn every_kind_goes_back_out_with_its_tag() {
    let mut failures = Failures::default();
    for row in UNIONS {
        for sample in samples(row) {
            failures.expect(row.name, "a known kind", row.recode, &sample, &sample);
        }
    }
    failures.finish(2 * COUNTS.union_members);
}

#[test]
fn every_union_has_the_kinds_of_the_specification() {
    let mut failures = Failures::default();
    for row in UNIONS {
        let kinds: Vec<&str> = row.members.iter().map(|(kind, _)| *kind).collect();
        failures.compare(row.name, "its kinds", row.name, row.kinds, &kinds);
    }
    failures.finish(COUNTS.unions);
}

#[test]
fn every_union_keeps_an_unknown_kind_whole() {
    let mut failures = Failures::default();
    for row in UNIONS {
        let mut junk = json!({
            "amount": -1.5, "to": null, "inner": {row.tag: "Deeper", "list": [[], {}, [null, {"a": [true]}]]}, "": "empty",
        });
        for kind in ["Teleport", "", "\u{2744}"] {
            junk[row.tag] = json!(kind);
            failures.expect(row.name, "an unknown kind", row.recode, &junk, &junk);
        }
        // With the fields of a known kind, and still not one.
        let (kind, name) = row.members[0];
        let sample = tagged(row, &format!("{kind} "), member(name).full);
        failures.expect(row.name, "an unknown kind", row.recode, &sample, &sample);
    }
    failures.finish(4 * COUNTS.unions);
}

#[test]
fn a_known_kind_without_a_required_field_is_an_error_that_names_tag_kind_and_field() {
    let (mut failures, mut fields) = (Failures::default(), 0);
    for row in UNIONS {
        for (kind, name) in row.members {
            for field in member(name).required {
                let mut sample = tagged(row, kind, member(name).full);
                sample.as_object_mut().unwrap().remove(*field);
                let wanted = format!("{} = {kind:?}: missing field `{field}`", row.tag);
                failures.expect_error(row.name, "a known kind", row.recode, &sample, &wanted);
                fields += 1;
            }
        }
    }
    assert!(fields > COUNTS.union_members, "only {fields} fields are required");
    failures.finish(fields);
}

#[test]
fn a_known_kind_with_a_field_of_the_future_loses_only_that_field() {
    let mut failures = Failures::default();
    for row in UNIONS {
        for (kind, name) in row.members {
            let sample = tagged(row, kind, member(name).full);
            let mut future = sample.clone();
            future["fieldOfTheFuture"] = json!({row.tag: "Teleport", "list": [null, 1]});
            failures.expect(row.name, "a field of the future", row.recode, &future, &sample);
        }
    }
    failures.finish(COUNTS.union_members);
}

#[test]
fn an_object_without_a_kind_is_an_error_that_names_the_tag() {
    let mut failures = Failures::default();
    for row in UNIONS {
        let wanted = format!("missing field `{}`", row.tag);
        failures.expect_error(row.name, "no tag", row.recode, &json!({"other": 1}), &wanted);
    }
    failures.finish(COUNTS.unions);
}
