//! Parameters of paths and queries.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/parameters/types/mod.rs",
    "../generated/parameters/api/mod.rs",
    "../generated/parameters/dfns/mod.rs"
);

const PART: &str = r#"{"color": "Red"}"#;

#[tokio::test]
async fn a_path_parameter_is_percent_encoded() {
    let (dfns, recorder) = Dfns::answering(&[PART]);
    dfns.things()
        .find_part("a/b?c#d e%", 7, Color::Red)
        .send()
        .await
        .unwrap();
    assert_eq!(recorder.lines(), ["GET /things/a%2Fb%3Fc%23d%20e%25/parts/7?color=Red"]);
}

#[tokio::test]
async fn a_path_parameter_that_would_change_the_path_is_refused_before_anything_is_sent() {
    let (dfns, recorder) = Dfns::answering(&[]);
    for name in ["", ".", ".."] {
        let error = dfns.things().find_part(name, 7, Color::Red).send().await.unwrap_err();
        let expected = "findPart: thingName: it is empty, `.` or `..`, which does not fit the path /things/{thingName}/parts/{partNumber}, expected a name";
        assert_eq!(error.problem, expected, "{name:?}");
    }
    assert!(recorder.requests().is_empty());
}

#[tokio::test]
async fn a_request_whose_path_is_too_long_is_refused_before_anything_is_sent() {
    let (dfns, recorder) = Dfns::answering(&[]);
    let error = dfns
        .things()
        .find_part("x".repeat(70_000), 7, Color::Red)
        .send()
        .await
        .unwrap_err();
    assert!(error.problem.contains("cannot be sent"), "{error}");
    assert!(recorder.requests().is_empty());
}

#[tokio::test]
async fn only_queries_that_are_set_are_sent_under_their_own_names() {
    let (dfns, recorder) = Dfns::answering(&[PART]);
    let since: Timestamp = "2026-11-22T14:56:55.123Z".parse().unwrap();
    let call = dfns
        .things()
        .find_part("t", -1, Color::from("Blue"))
        .free_text("x & y=z")
        .since(since)
        .type_(true);
    call.send().await.unwrap();
    let expected =
        "GET /things/t/parts/-1?color=Blue&freeText=x+%26+y%3Dz&since=2026-11-22T14%3A56%3A55.123Z&type=true";
    assert_eq!(recorder.lines(), [expected]);
}

#[tokio::test]
async fn a_list_is_sent_as_a_repeated_query() {
    let (dfns, recorder) = Dfns::answering(&[PART, PART]);
    let call = || dfns.things().find_part("t", 1, Color::Red);
    call().tags(["a".to_owned(), "b".to_owned()]).send().await.unwrap();
    call().tags([]).send().await.unwrap();
    let expected = [
        "GET /things/t/parts/1?color=Red&tags=a&tags=b",
        "GET /things/t/parts/1?color=Red",
    ];
    assert_eq!(recorder.lines(), expected);
}

#[tokio::test]
async fn a_call_can_be_repeated() {
    let (dfns, recorder) = Dfns::answering(&[PART, PART]);
    let call = dfns.things().find_part("t", 1, Color::Green);
    assert_eq!(call.clone().send().await.unwrap().color, Color::Red);
    call.send().await.unwrap();
    assert_eq!(recorder.lines(), ["GET /things/t/parts/1?color=Green"; 2]);
}
