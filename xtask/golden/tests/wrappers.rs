//! Texts, lists and maps with names of their own.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/wrappers/types/mod.rs",
    "../generated/wrappers/api/mod.rs",
    "../generated/wrappers/dfns/mod.rs"
);

use serde_json::json;

#[test]
fn a_wrapper_is_not_seen_on_the_wire() {
    let value = json!({"name": "n", "labels": {"a": "1"}, "parts": ["p", "q"]});
    let thing: Thing = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(thing.name.as_str(), "n");
    assert_eq!(thing.parts.as_ref().map(|parts| parts.len()), Some(2));
    assert_eq!(
        thing
            .labels
            .as_ref()
            .and_then(|labels| labels.get("a"))
            .map(String::as_str),
        Some("1")
    );
    assert_eq!(serde_json::to_value(thing).unwrap(), value);
}

#[test]
fn an_optional_wrapper_may_be_absent_or_null() {
    for value in [
        json!({"name": "n"}),
        json!({"name": "n", "labels": null, "parts": null}),
    ] {
        let thing: Thing = serde_json::from_value(value).unwrap();
        assert!(thing.labels.is_none() && thing.parts.is_none());
        assert_eq!(serde_json::to_value(thing).unwrap(), json!({"name": "n"}));
    }
}

#[tokio::test]
async fn a_call_takes_what_is_wrapped() {
    let (dfns, recorder) = Dfns::answering(&[r#"{"name": "n"}"#]);
    let labels = std::collections::BTreeMap::from([("a".to_owned(), "1".to_owned())]);
    let call = dfns
        .things()
        .create("n".to_owned(), labels)
        .parts(vec![ThingName("p".to_owned())]);
    call.send().await.unwrap();
    let expected = json!({"name": "n", "labels": {"a": "1"}, "parts": ["p"]});
    assert_eq!(recorder.only().body, Some(expected));
}
