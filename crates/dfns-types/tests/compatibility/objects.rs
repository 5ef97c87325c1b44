//! Objects take fields of the future, and do without every optional one.

use serde_json::{Value, json};

use crate::generated::COUNTS;
use crate::generated::objects::OBJECTS;
use crate::{Failures, Object, read};

/// The full sample without a field.
fn without(row: &Object, field: &str) -> Value {
    let mut sample = read(row.full);
    let removed = sample.as_object_mut().and_then(|fields| fields.remove(field));
    assert!(removed.is_some(), "{} has no {field}", row.name);
    sample
}

/// The full sample with a field that holds `null`.
fn with_null(row: &Object, field: &str) -> Value {
    let mut sample = without(row, field);
    sample[field] = Value::Null;
    sample
}

#[test]
fn every_object_goes_back_out_unchanged_with_all_fields_and_with_the_required_ones() {
    let mut failures = Failures::default();
    for row in OBJECTS {
        let (minimal, full) = (read(row.minimal), read(row.full));
        failures.expect(row.name, "what is required", row.recode, &minimal, &minimal);
        failures.expect(row.name, "every field", row.recode, &full, &full);
    }
    failures.finish(2 * COUNTS.objects);
}

#[test]
fn the_minimal_sample_has_what_is_always_there_and_nothing_else() {
    let mut failures = Failures::default();
    for row in OBJECTS {
        let minimal = read(row.minimal);
        let mut found: Vec<&str> = minimal.as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted: Vec<&str> = [row.required, row.anything, row.nullable].concat();
        found.sort_unstable();
        wanted.sort_unstable();
        failures.compare(row.name, "its fields", row.minimal, found, wanted);
    }
    failures.finish(COUNTS.objects);
}

#[test]
fn a_field_of_the_future_fails_no_object() {
    let mut failures = Failures::default();
    for row in OBJECTS {
        for text in [row.minimal, row.full] {
            let (sample, mut future) = (read(text), read(text));
            future["fieldOfTheFuture"] = json!({"kind": "Teleport", "list": [null, {"deep": [1.5]}]});
            future["0"] = Value::Null;
            failures.expect(row.name, "fields of the future", row.recode, &future, &sample);
        }
    }
    failures.finish(2 * COUNTS.objects);
}

#[test]
fn every_optional_field_can_be_missing() {
    let mut failures = Failures::default();
    for row in OBJECTS {
        for field in row.optional.iter().chain(row.patched) {
            let sample = without(row, field);
            failures.expect(row.name, &format!("{field} is missing"), row.recode, &sample, &sample);
        }
    }
    failures.finish(COUNTS.optional_fields);
}

#[test]
fn null_in_an_optional_field_is_read_as_absence_and_in_a_patch_as_null() {
    let mut failures = Failures::default();
    for row in OBJECTS {
        for field in row.optional {
            let what = format!("{field} is null");
            failures.expect(
                row.name,
                &what,
                row.recode,
                &with_null(row, field),
                &without(row, field),
            );
        }
        for field in row.patched {
            let sample = with_null(row, field);
            failures.expect(row.name, &format!("{field} is null"), row.recode, &sample, &sample);
        }
    }
    failures.finish(COUNTS.optional_fields);
}

#[test]
fn a_field_that_is_always_written_is_null_if_it_is_null_or_missing() {
    let mut failures = Failures::default();
    for row in OBJECTS {
        for field in row.nullable {
            let null = with_null(row, field);
            failures.expect(row.name, &format!("{field} is null"), row.recode, &null, &null);
            failures.expect(
                row.name,
                &format!("{field} is missing"),
                row.recode,
                &without(row, field),
                &null,
            );
        }
    }
    failures.finish(2 * COUNTS.nullable_fields);
}

#[test]
fn a_required_field_that_is_missing_is_an_error_that_names_it() {
    let mut failures = Failures::default();
    for row in OBJECTS {
        for field in row.required.iter().chain(row.anything) {
            let wanted = format!("missing field `{field}`");
            failures.expect_error(
                row.name,
                "a field is missing",
                row.recode,
                &without(row, field),
                &wanted,
            );
        }
    }
    failures.finish(COUNTS.required_fields + COUNTS.anything_fields);
}

#[test]
fn a_required_field_that_the_api_leaves_free_may_be_null_and_anything_else() {
    let mut failures = Failures::default();
    for row in OBJECTS {
        for field in row.anything {
            for value in [
                json!(null),
                json!(200),
                json!("text"),
                json!([null]),
                json!({"deep": {"null": null}}),
            ] {
                let mut sample = read(row.full);
                sample[field] = value;
                failures.expect(row.name, &format!("anything in {field}"), row.recode, &sample, &sample);
            }
        }
    }
    failures.finish(5 * COUNTS.anything_fields);
}

#[test]
fn an_unknown_value_in_any_field_with_an_enum_goes_back_out_unchanged() {
    let mut failures = Failures::default();
    for row in OBJECTS {
        for place in row.enums {
            let mut sample = read(row.full);
            *sample.pointer_mut(place).unwrap() = json!("Utopia");
            failures.expect(
                row.name,
                &format!("an unknown value at {place}"),
                row.recode,
                &sample,
                &sample,
            );
        }
    }
    failures.finish(COUNTS.enum_fields);
}

#[test]
fn an_unknown_kind_in_any_field_with_a_union_goes_back_out_unchanged() {
    let mut failures = Failures::default();
    for row in OBJECTS {
        for (place, tag) in row.unions {
            let mut sample = read(row.full);
            *sample.pointer_mut(place).unwrap() = json!({*tag: "Teleport", "to": {"planet": ["mars", null]}});
            failures.expect(
                row.name,
                &format!("an unknown kind at {place}"),
                row.recode,
                &sample,
                &sample,
            );
        }
    }
    failures.finish(COUNTS.union_fields);
}
