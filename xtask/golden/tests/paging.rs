//! A list in pages.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/paging/types/mod.rs",
    "../generated/paging/api/mod.rs",
    "../generated/paging/dfns/mod.rs"
);

const FIRST: &str = r#"{"items": [{"name": "a"}, {"name": "b"}], "nextPageToken": "t/1"}"#;
const EMPTY: &str = r#"{"items": [], "nextPageToken": "t2"}"#;
const LAST: &str = r#"{"items": [{"name": "c"}]}"#;

#[tokio::test]
async fn send_asks_for_one_page() {
    let (dfns, recorder) = Dfns::answering(&[FIRST]);
    let page = dfns
        .wallets()
        .list()
        .page_size(2)
        .page_token("t0")
        .send()
        .await
        .unwrap();
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.next.as_deref(), Some("t/1"));
    assert_eq!(recorder.lines(), ["GET /wallets?limit=2&paginationToken=t0"]);
}

#[tokio::test]
async fn a_stream_goes_over_all_pages_with_the_same_filters() {
    let (dfns, recorder) = Dfns::answering(&[FIRST, EMPTY, LAST]);
    let mut stream = dfns.wallets().list().owner("o").page_size(2).stream();
    assert!(recorder.lines().is_empty());
    let mut names = Vec::new();
    while let Some(wallet) = stream.try_next().await.unwrap() {
        names.push(wallet.name);
    }
    assert_eq!(names, ["a", "b", "c"]);
    let expected = [
        "GET /wallets?limit=2&owner=o",
        "GET /wallets?limit=2&owner=o&paginationToken=t%2F1",
        "GET /wallets?limit=2&owner=o&paginationToken=t2",
    ];
    assert_eq!(recorder.lines(), expected);
}

#[tokio::test]
async fn a_stream_starts_at_the_page_that_was_named() {
    let (dfns, recorder) = Dfns::answering(&[LAST]);
    let mut stream = dfns.wallets().list().page_token("t9").stream();
    assert_eq!(stream.try_next().await.unwrap().unwrap().name, "c");
    assert!(stream.try_next().await.unwrap().is_none());
    assert_eq!(recorder.lines(), ["GET /wallets?paginationToken=t9"]);
}

#[tokio::test]
async fn pages_come_whole_and_are_asked_for_by_the_token_of_the_one_before() {
    let (dfns, recorder) = Dfns::answering(&[FIRST, LAST]);
    let mut pages = dfns.wallets().list().page_size(2).pages();
    assert!(recorder.lines().is_empty());
    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!((first.items.len(), first.next.as_deref()), (2, Some("t/1")));
    let last = pages.try_next().await.unwrap().unwrap();
    assert_eq!((last.items.len(), last.next), (1, None));
    assert!(pages.try_next().await.unwrap().is_none());
    let expected = ["GET /wallets?limit=2", "GET /wallets?limit=2&paginationToken=t%2F1"];
    assert_eq!(recorder.lines(), expected);
}

#[tokio::test]
async fn a_call_that_is_awaited_is_sent() {
    let (dfns, recorder) = Dfns::answering(&[LAST]);
    let page = dfns.wallets().list().await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(recorder.lines(), ["GET /wallets"]);
}
