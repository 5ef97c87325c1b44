//! Documents that went wrong by chance are refused or compared; they never make the comparison panic, and none differs from itself.

use proptest::prelude::*;
use serde_json::{Value, json};
use xtask::drift::{self, Allowed, Document, Format};

use super::folder;

/// One accident: which value it meets, what happens to it, and two numbers for the particulars.
type Accident = (u32, u8, u32, u32);

fn seeds() -> Vec<String> {
    let names = [
        "union_of_unions",
        "recursion_ends",
        "written_differently",
        "component_in_many_places",
        "parameter_style_changed",
        "request_limits",
        "security",
        "success_status",
        "all_of_is_one_object",
        "type_renamed",
    ];
    let read = |name: &str| {
        ["old.yaml", "new.yaml"].map(|side| std::fs::read_to_string(folder().join(name).join(side)).unwrap())
    };
    names.iter().flat_map(|name| read(name)).collect()
}

/// A seed as JSON that can be changed.
fn value_of(text: &str) -> Value {
    let document = Document::parse("seed.yaml", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    document.value().clone()
}

/// All pointers of a value, in order.
fn pointers(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(object) => object
            .iter()
            .for_each(|(key, inner)| pointers(inner, &format!("{here}/{}", escape(key)), all)),
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                pointers(inner, &format!("{here}/{index}"), all);
            }
        }
        _ => {}
    }
}

fn pick<T>(items: &[T], number: u32) -> &T {
    &items[number as usize % items.len()]
}

fn happen(document: &mut Value, (place, what, one, two): Accident) {
    let mut all = Vec::new();
    pointers(document, "", &mut all);
    let pointer = pick(&all, place).clone();
    let other = document.pointer(pick(&all, one).as_str()).cloned().unwrap_or_default();
    let reference = json!({"$ref": format!("#{}", pick(&all, one))});
    let junk = [
        json!(null),
        json!(0),
        json!(-1.5),
        json!(true),
        json!(""),
        json!("\u{1b}[31m`x`\n"),
        json!([]),
        json!({}),
        json!([null]),
        json!({"type": ["string", "null"]}),
        json!({"const": [1, {"a": null}]}),
        json!({"enum": [null, 1, "a", "a"]}),
        json!({"type": ["object", "string", "array"], "items": {}, "properties": {"a": false}}),
        json!({"oneOf": [{"type": "null"}]}),
        json!({"anyOf": [{}, {}], "oneOf": []}),
        json!({"discriminator": {"propertyName": 1, "mapping": []}}),
        json!({"nullable": true, "allOf": []}),
    ];
    let Some(target) = document.pointer_mut(&pointer) else {
        return;
    };
    match what % 6 {
        0 => *target = pick(&junk, two).clone(),
        1 => *target = other,
        2 => *target = reference,
        3 => {
            let keys = [
                "type",
                "properties",
                "required",
                "items",
                "oneOf",
                "allOf",
                "anyOf",
                "enum",
                "const",
                "$ref",
                "format",
            ];
            if let Value::Object(object) = target {
                object.insert((*pick(&keys, one)).to_owned(), pick(&junk, two).clone());
            }
        }
        4 => match target {
            Value::Object(object) => {
                let keys: Vec<String> = object.keys().cloned().collect();
                if !keys.is_empty() {
                    object.remove(pick(&keys, one));
                }
            }
            Value::Array(items) => items.reverse(),
            other => *other = Value::Null,
        },
        _ => {
            if let Value::Array(items) = target {
                items.push(other);
            }
        }
    }
}

/// Everything that can be done with two texts; the changes between them, if they can be compared.
fn exercise(old: &str, new: &str) -> Result<(), TestCaseError> {
    let read = |name: &str, text: &str| Document::parse(name, text.as_bytes());
    let (old, new) = match (read("old", old), read("new", new)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(error), _) | (_, Err(error)) => {
            let text = error.to_string();
            prop_assert!(text.starts_with("old") || text.starts_with("new"), "{text}");
            return Ok(());
        }
    };
    for (old, new) in [(&old, &new), (&new, &old)] {
        let Ok(mut report) = drift::compare(old, new) else {
            continue;
        };
        prop_assert_eq!(&report, &drift::compare(old, new).unwrap());
        let text = Format::Text.write(&report);
        prop_assert!(!text.contains('\u{1b}'), "{}", text);
        prop_assert!(Format::Markdown.write(&report).starts_with("## API changes"));
        let json: Value = serde_json::from_str(&Format::Json.write(&report)).unwrap();
        prop_assert_eq!(json["changes"].as_array().map(Vec::len), Some(report.changes.len()));
        let ids: std::collections::BTreeSet<String> = report.changes.iter().map(drift::Change::id).collect();
        let list = ids.into_iter().collect::<Vec<_>>().join("\n");
        let allowed = Allowed::parse("allowed", &list).and_then(|allowed| allowed.apply(&mut report));
        prop_assert!(allowed.is_ok(), "{:?}", allowed);
        prop_assert!(!report.is_breaking());
    }
    for document in [&old, &new] {
        let report = drift::compare(document, document);
        prop_assert!(report.is_ok_and(|report| report.changes.is_empty()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documents_with_accidents_are_refused_or_compared(seed in any::<u32>(), accidents in prop::collection::vec(any::<Accident>(), 1..6)) {
        let seeds = seeds();
        let old = pick(&seeds, seed);
        let mut new = value_of(old);
        for accident in accidents {
            happen(&mut new, accident);
        }
        exercise(old, &new.to_string())?;
    }

    #[test]
    fn texts_with_accidents_are_refused_or_compared(seed in any::<u32>(), accidents in prop::collection::vec((any::<u32>(), any::<u8>(), any::<u8>()), 1..6)) {
        let seeds = seeds();
        let old = pick(&seeds, seed);
        let mut new = old.clone().into_bytes();
        for (place, what, byte) in accidents {
            let place = place as usize % new.len();
            let marks = b"{}[]:,&*!|>'\"#%@`?- \n\t\\";
            match what % 3 {
                0 => new[place] = *pick(marks, u32::from(byte)),
                1 => new.insert(place, *pick(marks, u32::from(byte))),
                _ => new[place] = byte,
            }
        }
        match String::from_utf8(new) {
            Ok(new) => exercise(old, &new)?,
            Err(error) => prop_assert!(Document::parse("new", error.as_bytes()).is_err()),
        }
    }
}
