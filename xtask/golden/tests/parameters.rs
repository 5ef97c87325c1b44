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

#[tokio::test]
async fn what_a_query_requires_is_said_in_the_order_of_the_specification() {
    let (dfns, recorder) = Dfns::answering(&[PART]);
    dfns.things().find_newest("monday", "friday").send().await.unwrap();
    assert_eq!(recorder.lines(), ["GET /things/newest?before=friday&since=monday"]);
}

#[test]
fn limits_of_a_query_stand_in_the_table() {
    let limits = |function| operation::by_function(function).unwrap().query_limits;
    let shape = limits("find_newest").unwrap();
    let problem = |query| {
        limits::check_query(query, shape)
            .err()
            .map(|found| (found.path, found.problem))
    };
    assert_eq!(problem("before=a&number=9"), None);
    let expected = ("number".to_owned(), "it is 10, expected 1 to 9".to_owned());
    assert_eq!(problem("before=a&number=10"), Some(expected));
    let expected = (
        "before".to_owned(),
        "it has 0 characters, expected at least 1".to_owned(),
    );
    assert_eq!(problem("before=&number=1"), Some(expected));
    assert!(limits("find_part").is_none());
}

#[tokio::test]
async fn every_call_has_options_of_its_own() {
    let (dfns, recorder) = Dfns::answering(&[]);
    let (other, others) = Dfns::answering(&[PART]);
    dfns.things().find_newest("a", "b").by(&other).send().await.unwrap();
    assert_eq!((recorder.lines().len(), others.lines().len()), (0, 1));
}
