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

#[tokio::test]
async fn a_call_with_a_file_sends_a_form_that_holds_its_checksum_in_the_json() {
    let (dfns, recorder) = Dfns::answering(&["", ""]);
    dfns.things()
        .upload("n", Upload::new("abc").named("a.txt"))
        .send()
        .await
        .unwrap();
    let request = recorder.only();
    assert_eq!(
        (request.operation.id, request.line.as_str()),
        ("uploadThing", "POST /things")
    );
    let checksum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        request.body,
        Some(serde_json::json!({"fileChecksum": checksum, "name": "n"}))
    );
    let content = request.content.unwrap();
    assert_eq!(
        content.media_type,
        "multipart/form-data; boundary=dfns-form-0000000000000000"
    );
    let expected = format!(
        "--dfns-form-0000000000000000\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n\
         {{\"fileChecksum\":\"{checksum}\",\"name\":\"n\"}}\r\n\
         --dfns-form-0000000000000000\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
         Content-Type: application/octet-stream\r\n\r\nabc\r\n--dfns-form-0000000000000000--\r\n"
    );
    assert_eq!(String::from_utf8_lossy(&content.bytes), expected);
}

#[tokio::test]
async fn a_call_with_a_file_is_signed_in_two_steps_like_any_other() {
    let (dfns, recorder) = Dfns::answering(&[""]);
    let call = dfns.things().upload("n", vec![1, 2]);
    let prepared = call.init().await.unwrap();
    assert_eq!(prepared, PreparedAction("POST /things".to_owned()));
    let assertion = FirstFactorAssertion("signed");
    call.complete(&prepared, assertion.clone()).await.unwrap();
    assert_eq!(dfns.completed(), [(prepared, assertion)]);
    assert!(
        recorder
            .only()
            .content
            .unwrap()
            .bytes
            .windows(2)
            .any(|bytes| bytes == [1, 2])
    );
}
