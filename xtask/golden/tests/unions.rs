//! Unions told apart by a tag, which stay open.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/unions/types/mod.rs",
    "../generated/unions/api/mod.rs",
    "../generated/unions/dfns/mod.rs"
);

use serde_json::{Value, json};

fn decode(value: Value) -> serde_json::Result<CreateTransferRequest> {
    serde_json::from_value(value)
}

#[test]
fn a_known_kind_goes_through_json_unchanged() {
    for value in [
        json!({"kind": "Native", "to": "0x1", "amount": 5}),
        json!({"kind": "Native", "to": "0x1", "amount": 5, "memo": "m"}),
        json!({"kind": "Erc20", "contract": "0x2"}),
        json!({"kind": "Everything"}),
    ] {
        let request = decode(value.clone()).unwrap();
        assert_eq!(request.kind(), value["kind"]);
        assert_eq!(serde_json::to_value(request).unwrap(), value);
    }
    assert_eq!(CreateTransferRequest::KINDS, ["Native", "Erc20", "Everything"]);
}

#[test]
fn the_tag_decides_wherever_it_stands() {
    let request = serde_json::from_str(r#"{"contract": "0x2", "amount": 5, "to": "0x1", "kind": "Native"}"#).unwrap();
    assert!(matches!(request, CreateTransferRequest::Native(native) if native.amount == 5));
}

#[test]
fn an_unknown_kind_is_kept_whole() {
    let value = json!({"kind": "Nft", "to": "0x1", "token": {"id": [1, null]}});
    let request = decode(value.clone()).unwrap();
    assert_eq!(request.kind(), "Nft");
    assert!(matches!(&request, CreateTransferRequest::Unknown(object) if object.fields()["to"] == "0x1"));
    assert_eq!(serde_json::to_value(request).unwrap(), value);
}

#[test]
fn an_unknown_kind_is_printed_without_values() {
    let request = decode(json!({"kind": "Nft", "privateKey": "hunter2"})).unwrap();
    let printed = format!("{request:?}");
    assert!(printed.contains("Nft") && printed.contains("privateKey"), "{printed}");
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn a_bad_payload_of_a_known_kind_is_an_error_that_names_tag_kind_and_field() {
    let missing = decode(json!({"kind": "Native", "to": "0x1"})).unwrap_err().to_string();
    assert!(
        missing.contains(r#"kind = "Native""#) && missing.contains("`amount`"),
        "{missing}"
    );
    let wrong = decode(json!({"kind": "Native", "to": "0x1", "amount": "5"}))
        .unwrap_err()
        .to_string();
    assert!(wrong.contains(r#"kind = "Native""#) && wrong.contains("i64"), "{wrong}");
}

#[test]
fn an_object_without_the_tag_is_an_error_that_names_it() {
    for value in [json!({"to": "0x1"}), json!({"kind": 7})] {
        let error = decode(value).unwrap_err().to_string();
        assert!(error.contains("kind"), "{error}");
    }
}

#[test]
fn a_known_kind_takes_fields_that_it_does_not_know() {
    let request = decode(json!({"kind": "Everything", "since": "today"})).unwrap();
    assert!(matches!(request, CreateTransferRequest::Everything(_)));
}

#[tokio::test]
async fn a_call_takes_a_member_and_sends_its_tag() {
    let (dfns, recorder) = Dfns::answering(&[r#"{"request": {"kind": "Everything"}}"#]);
    let native = CreateTransferRequest::native("0x1", 5).with_memo("m");
    let transfer = dfns.transfers().create(native).send().await.unwrap();
    let sent = recorder.only().body.unwrap();
    assert_eq!(sent, json!({"kind": "Native", "to": "0x1", "amount": 5, "memo": "m"}));
    assert!(matches!(transfer.request, CreateTransferRequest::Everything(_)));
}
