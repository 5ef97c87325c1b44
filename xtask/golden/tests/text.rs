//! Answers in text, and bodies with files.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/text/types/mod.rs",
    "../generated/text/api/mod.rs",
    "../generated/text/dfns/mod.rs"
);

#[tokio::test]
async fn an_answer_in_csv_is_text() {
    let (dfns, recorder) = Dfns::answering(&["id,name\n1,n\n"]);
    let text: String = dfns.things().list().send().await.unwrap();
    assert_eq!(text, "id,name\n1,n\n");
    assert_eq!(recorder.only().line, "GET /things");
    assert_eq!(recorder.only().accept, "text/csv");
}

#[test]
fn a_call_with_a_file_has_its_types_and_its_row_but_no_generated_call() {
    let rows: Vec<&str> = generated::operations::OPERATIONS
        .iter()
        .map(|operation| operation.id)
        .collect();
    assert_eq!(rows, ["listThings", "uploadThing"]);
    assert_eq!(UploadThingRequest::new("n").name, "n");
    for file in [
        include_str!("../generated/text/api/things.rs"),
        include_str!("../generated/text/dfns/things.rs"),
    ] {
        assert!(
            !file.contains("upload"),
            "JSON would be sent where the API wants a form"
        );
    }
}
