//! No JSON makes any type panic: it is refused, or it is read as something that can be written and read again.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::{Recode, all};

/// Any JSON of a few levels. Fractions are such that text holds them exactly.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|quarters| json!(f64::from(quarters) / 4.0)),
        ".{0,12}".prop_map(Value::from),
        "[0-9]{1,90}".prop_map(Value::from),
        "(0x)?[0-9a-fA-F]{0,9}".prop_map(Value::from),
        "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|[+-][01][0-9]:[0-5][0-9])"
            .prop_map(Value::from),
    ];
    let key = prop_oneof!["kind|type|id|name|status|network|amount|data|items", ".{0,6}"];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// The places of a value, the value itself first.
fn places(value: &Value, place: &str, found: &mut Vec<String>) {
    found.push(place.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, field)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            places(field, &format!("{place}/{name}"), found);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(number, item)| {
            places(item, &format!("{place}/{number}"), found);
        }),
        _ => {}
    }
}

/// Decodes the value as a type. If that does not fail, what is written must be read, and written the same.
fn settle(name: &str, recode: Recode, value: &Value) -> Result<bool, TestCaseError> {
    let Ok(written) = recode(&value.to_string()) else {
        return Ok(false);
    };
    let again = recode(&written.to_string());
    prop_assert_eq!(again.as_ref(), Ok(&written), "{}: {}", name, value);
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_makes_any_type_panic(value in anything()) {
        for (name, recode, _) in all() {
            settle(name, recode, &value)?;
        }
    }

    #[test]
    fn no_sample_with_anything_in_any_one_place_makes_its_type_panic(value in anything(), at in any::<Index>()) {
        let (mut read, mut refused) = (0, 0);
        for (name, recode, samples) in all() {
            for mut sample in samples {
                let mut found = Vec::new();
                places(&sample, "", &mut found);
                if let Some(place) = sample.pointer_mut(at.get(&found).as_str()) {
                    *place = value.clone();
                }
                if settle(name, recode, &sample)? {
                    read += 1;
                } else {
                    refused += 1;
                }
            }
        }
        prop_assert!(read + refused > 1000);
    }
}

#[test]
fn text_that_is_no_json_is_refused_by_every_type() {
    for (name, recode, samples) in all() {
        let text = samples[0].to_string();
        for broken in [
            "",
            "{",
            "nul",
            "\u{fffe}",
            &text[..text.len() - 1],
            &format!("{text}x"),
            &"[".repeat(1000),
        ] {
            // A number that was cut is a number.
            if broken.parse::<f64>().is_err() {
                assert!(recode(broken).is_err(), "{name}: {broken}");
            }
        }
    }
}
