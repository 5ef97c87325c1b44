//! Objects: names, lists, nesting, and fields of tomorrow.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/objects/types/mod.rs",
    "../generated/objects/api/mod.rs",
    "../generated/objects/dfns/mod.rs"
);

use serde_json::{Value, json};

fn thing() -> Value {
    json!({
        "type": "t",
        "URL": "u",
        "snake_case": "s",
        "sha256Hash": "h",
        "x-odd": "o",
        "absentOrNot": null,
        "children": [],
    })
}

fn decode(value: Value) -> Thing {
    serde_json::from_value(value).expect("a thing")
}

#[test]
fn odd_names_are_kept_on_the_wire() {
    let decoded = decode(thing());
    assert_eq!(
        (
            decoded.type_.as_str(),
            decoded.url.as_str(),
            decoded.snake_case.as_str()
        ),
        ("t", "u", "s")
    );
    assert_eq!(
        (decoded.sha256_hash.as_deref(), decoded.x_odd.as_deref()),
        (Some("h"), Some("o"))
    );
    assert_eq!(serde_json::to_value(decoded).unwrap(), thing());
}

#[test]
fn an_object_holds_objects_of_its_own_kind() {
    let mut value = thing();
    value["children"] = json!([thing(), thing()]);
    value["twin"] = value.clone();
    let decoded = decode(value.clone());
    assert_eq!(decoded.twin.as_ref().map(|twin| twin.children.len()), Some(2));
    assert_eq!(serde_json::to_value(decoded).unwrap(), value);
}

#[test]
fn an_optional_list_may_be_absent_null_empty_or_full() {
    for (labels, expected) in [
        (None, vec![]),
        (Some(json!(null)), vec![]),
        (Some(json!([])), vec![]),
        (Some(json!(["a"])), vec!["a"]),
    ] {
        let mut value = thing();
        if let Some(labels) = labels {
            value["labels"] = labels;
        }
        assert_eq!(decode(value).labels, expected);
    }
}

#[test]
fn a_required_list_must_be_there() {
    let mut value = thing();
    value.as_object_mut().unwrap().remove("children");
    let error = serde_json::from_value::<Thing>(value).unwrap_err().to_string();
    assert!(error.contains("`children`"), "{error}");
}

#[test]
fn a_new_field_does_not_fail_the_answer() {
    let mut value = thing();
    value["bornTomorrow"] = json!({"a": 1});
    value["nothing"] = json!({"something": 2});
    assert!(decode(value).nothing.is_some());
}

#[tokio::test]
async fn required_fields_are_arguments_in_the_order_of_the_specification() {
    let (dfns, recorder) = Dfns::answering(&[&thing().to_string(), &thing().to_string()]);
    let parent = || Thing::new("t", "u", "s", [], None);
    dfns.things().create("type", parent()).send().await.unwrap();
    dfns.things()
        .create("type", parent())
        .labels(["l".to_owned()])
        .send()
        .await
        .unwrap();
    let parent = json!({"type": "t", "URL": "u", "snake_case": "s", "absentOrNot": null, "children": []});
    let bodies: Vec<Value> = recorder
        .requests()
        .into_iter()
        .filter_map(|request| request.body)
        .collect();
    assert_eq!(bodies[0], json!({"type": "type", "parent": parent}));
    assert_eq!(bodies[1], json!({"type": "type", "parent": parent, "labels": ["l"]}));
}
