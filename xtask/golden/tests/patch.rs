//! Fields of an update: left alone, cleared or set.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/patch/types/mod.rs",
    "../generated/patch/api/mod.rs",
    "../generated/patch/dfns/mod.rs"
);

use serde_json::{Value, json};

const WALLET: &str = r#"{"name": null}"#;

async fn sent(call: impl FnOnce(&Dfns) -> calls::UpdateWalletCall) -> Value {
    let (dfns, recorder) = Dfns::answering(&[WALLET]);
    call(&dfns).send().await.expect("an answer");
    recorder.only().body.expect("a body")
}

#[tokio::test]
async fn what_is_left_alone_is_not_sent() {
    assert_eq!(sent(|dfns| dfns.wallets().update()).await, json!({}));
}

#[tokio::test]
async fn what_is_cleared_is_sent_as_null() {
    let body = sent(|dfns| dfns.wallets().update().clear_name().clear_owner().clear_tags()).await;
    assert_eq!(body, json!({"name": null, "owner": null, "tags": null}));
}

#[tokio::test]
async fn what_is_set_is_sent_even_if_it_is_empty() {
    let owner = UserId::new("us-1").unwrap();
    let body = sent(|dfns| dfns.wallets().update().name("").owner(owner).tags([]).note("n")).await;
    assert_eq!(body, json!({"name": "", "owner": "us-1", "tags": [], "note": "n"}));
}

#[test]
fn the_three_are_told_apart_when_decoded() {
    let body: UpdateWalletRequest = serde_json::from_value(json!({"name": null, "tags": ["a"]})).unwrap();
    assert_eq!(body.name, Patch::Clear);
    assert_eq!(body.owner, Patch::Keep);
    assert_eq!(body.tags, Patch::Set(vec!["a".to_owned()]));
    assert_eq!(
        serde_json::to_value(body).unwrap(),
        json!({"name": null, "tags": ["a"]})
    );
}

#[test]
fn null_and_absence_are_the_same_in_an_answer() {
    for value in [json!({}), json!({"name": null})] {
        assert_eq!(serde_json::from_value::<Wallet>(value).unwrap().name, None);
    }
}
