//! Calls of every form: with a body, without an answer, deprecated, open to everybody.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/calls/types/mod.rs",
    "../generated/calls/api/mod.rs",
    "../generated/calls/dfns/mod.rs"
);

use operation::{Authentication, Lifecycle, Method, Principal};
use serde_json::json;

const THING: &str = r#"{"name": "n"}"#;

#[tokio::test]
async fn a_delete_carries_a_body_and_may_answer_nothing() {
    let (dfns, recorder) = Dfns::answering(&[]);
    recorder.answer(204, "");
    dfns.things().delete(["a".to_owned()]).reason("r").send().await.unwrap();
    let request = recorder.only();
    assert_eq!(request.line, "DELETE /things");
    assert_eq!(request.body, Some(json!({"names": ["a"], "reason": "r"})));
}

#[tokio::test]
async fn a_signed_call_is_begun_without_being_sent_and_completed_as_it_is() {
    let (dfns, recorder) = Dfns::answering(&[]);
    recorder.answer(204, "");
    let call = dfns.things().delete(["a".to_owned()]);
    let prepared = call.init().await.unwrap();
    assert_eq!(prepared, PreparedAction("DELETE /things".to_owned()));
    assert!(recorder.lines().is_empty(), "nothing was sent");
    let answer = FirstFactorAssertion("of the user");
    call.reason("r").complete(&prepared, answer.clone()).await.unwrap();
    assert_eq!(dfns.completed(), [(prepared, answer)]);
    assert_eq!(recorder.only().body, Some(json!({"names": ["a"], "reason": "r"})));
}

#[tokio::test]
async fn a_call_without_a_body_sends_none() {
    let (dfns, recorder) = Dfns::answering(&[THING]);
    assert_eq!(dfns.things().touch().send().await.unwrap().name, "n");
    assert_eq!(recorder.only().line, "PUT /things");
    assert_eq!(recorder.only().body, None);
}

#[tokio::test]
#[expect(
    deprecated,
    reason = "that it is deprecated is what is tested: without this, the code would not compile"
)]
async fn a_deprecated_operation_is_a_deprecated_call() {
    let (dfns, recorder) = Dfns::answering(&[THING]);
    dfns.things().get_all().send().await.unwrap();
    assert_eq!(recorder.only().line, "GET /things");
    assert_eq!(recorder.only().operation.lifecycle, Lifecycle::Deprecated);
}

#[tokio::test]
async fn a_call_asks_for_json() {
    let (dfns, recorder) = Dfns::answering(&[THING]);
    dfns.things().touch().send().await.unwrap();
    assert_eq!(recorder.only().accept, "application/json");
}

#[tokio::test]
async fn every_refusal_is_decoded_and_nothing_else_succeeds() {
    let (dfns, recorder) = Dfns::answering(&[]);
    for status in [400, 404, 499, 500, 503] {
        recorder.answer(status, r#"{"message": "not today"}"#);
        let error = dfns.things().touch().send().await.unwrap_err();
        assert_eq!(error.operation, "touchThings");
        assert!(error.problem.contains("not today"), "{status}: {error}");
    }
    for status in [201, 204, 302] {
        recorder.answer(status, THING);
        let error = dfns.things().touch().send().await.unwrap_err();
        let expected = format!("touchThings: answered with status {status}, which is not expected");
        assert_eq!(error.problem, expected);
    }
}

#[test]
fn the_table_says_of_each_operation_what_the_specification_says() {
    let delete = operation::by_function("delete_things").unwrap();
    assert_eq!(
        (delete.id, delete.call, delete.domain),
        ("deleteThings", "things.delete", "things")
    );
    assert_eq!(
        (delete.method, delete.authentication),
        (Method::Delete, Authentication::Token)
    );
    assert!(delete.user_action && !delete.idempotent && !delete.paged);
    assert_eq!(delete.permissions, ["Things:Delete", "Things:Find?"]);
    assert_eq!(delete.principals, [Principal::Employee, Principal::PersonalAccessToken]);
    assert_eq!(delete.lifecycle, Lifecycle::Current);
    let touch = operation::by_function("touch_things").unwrap();
    assert_eq!(touch.authentication, Authentication::None);
    assert!(operation::by_function("no_such").is_none());
}
