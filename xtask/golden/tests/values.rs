//! Amounts, bytes, times, secrets, and what the API leaves free.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/values/types/mod.rs",
    "../generated/values/api/mod.rs",
    "../generated/values/dfns/mod.rs"
);

use serde_json::{Value, json};

fn thing() -> Value {
    json!({
        "amount": "340282366920938463463374607431768211456",
        "data": "0x00ffAB",
        "date": "2026-11-22T14:56:55.123Z",
        "token": "hunter2",
        "count": 9_007_199_254_740_993_i64,
        "ratio": 0.5,
        "gas": "0x5208",
        "details": {"any": [1, {"thing": null}]},
        "anything": [true, "text", 1.5],
        "labels": {"b": "2", "a": "1"},
    })
}

#[test]
fn everything_goes_through_json_unchanged() {
    let decoded: Thing = serde_json::from_value(thing()).unwrap();
    assert_eq!(serde_json::to_value(decoded).unwrap(), thing());
}

#[test]
fn only_what_is_required_needs_to_be_there() {
    let mut value = thing();
    for optional in ["ratio", "gas", "details", "anything", "labels"] {
        value.as_object_mut().unwrap().remove(optional);
    }
    let decoded: Thing = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(decoded).unwrap(), value);
    for required in ["amount", "data", "date", "token", "count"] {
        let mut value = value.clone();
        value.as_object_mut().unwrap().remove(required);
        let error = serde_json::from_value::<Thing>(value).unwrap_err().to_string();
        assert!(error.contains(&format!("`{required}`")), "{error}");
    }
}

#[test]
fn values_of_a_wrong_form_are_refused() {
    let cases = [
        ("amount", json!(5)),
        ("amount", json!("1.5")),
        ("amount", json!("-1")),
        ("data", json!("0x0")),
        ("data", json!("zz")),
        ("date", json!("2026-11-22T14:56:55")),
        ("count", json!("5")),
        ("gas", json!(-1)),
        ("labels", json!({"a": 1})),
        ("details", json!([])),
    ];
    for (field, bad) in cases {
        let mut value = thing();
        value[field] = bad.clone();
        serde_json::from_value::<Thing>(value).expect_err(&format!("{field}: {bad}"));
    }
}

#[test]
fn debug_shows_no_secret() {
    let decoded: Thing = serde_json::from_value(thing()).unwrap();
    let printed = format!("{decoded:#?}");
    assert!(
        printed.contains("Secret(…)") && !printed.contains("hunter2"),
        "{printed}"
    );
}

#[test]
fn a_constructor_takes_what_is_required_and_setters_the_rest() {
    let date: Timestamp = "2026-11-22T16:56:55.123+02:00".parse().unwrap();
    let labels = [("a".to_owned(), "1".to_owned())].into();
    let made = Thing::new(7_u64, Hex::from_bytes([1, 2]), date, "hunter2", 3)
        .with_gas(21_000_u64)
        .with_anything(json!(null))
        .with_labels(labels);
    let expected = json!({
        "amount": "7",
        "data": "0x0102",
        "date": "2026-11-22T14:56:55.123Z",
        "token": "hunter2",
        "count": 3,
        "gas": 21000,
        "anything": null,
        "labels": {"a": "1"},
    });
    assert_eq!(serde_json::to_value(made).unwrap(), expected);
}
