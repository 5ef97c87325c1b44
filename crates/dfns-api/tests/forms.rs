//! Bodies with files, read back by a parser that is not ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use dfns_api::{CallError, Client, Content, Request, Transport, TransportFuture, Upload};
use dfns_types::{KeyStoreOutput, KeyStoreOutputStatus, KeyStoreOutputType, SubmitKeyStoreOutputRequest};
use futures_util::stream;
use multer::Multipart;
use proptest::prelude::*;

/// Nothing is sent.
struct Nowhere;

impl Transport for Nowhere {
    fn execute(&self, _: Request) -> TransportFuture<'_> {
        Box::pin(async { Err("nothing is sent".into()) })
    }
}

/// The request of a call whose JSON holds `text`.
fn request(text: &str, file: &Upload) -> Result<Request, CallError> {
    let (kind, status) = (KeyStoreOutputType::KeystoreOutput, KeyStoreOutputStatus::Success);
    let body = SubmitKeyStoreOutputRequest::new(
        text,
        KeyStoreOutput::new(kind, 1, "or-1", "fleet-1", "ks-1", "group-1", status, BTreeMap::new()),
    );
    let client = Client::new(Arc::new(Nowhere));
    let store = "ks-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse().expect("an id");
    client.submit_onchain_sign_output(&store, &body, file).into_request()
}

fn content(text: &str, file: &Upload) -> Content {
    request(text, file).expect("a request").content().expect("a body")
}

/// One part: its name, the name of its file, its bytes.
type Part = (String, Option<String>, Bytes);

fn parts(content: &Content) -> Vec<Part> {
    let boundary = multer::parse_boundary(content.media_type.to_str().expect("text")).expect("a boundary");
    let chunks = stream::iter([Ok::<_, std::io::Error>(content.bytes.clone())]);
    let mut form = Multipart::new(chunks, boundary);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await.expect("a part") {
            let name = field.name().expect("a name").to_owned();
            let file = field.file_name().map(str::to_owned);
            parts.push((name, file, field.bytes().await.expect("bytes")));
        }
        parts
    })
}

fn delimiter(content: &Content) -> Vec<u8> {
    let media_type = content.media_type.to_str().expect("text");
    let (_, boundary) = media_type.split_once("boundary=").expect("a boundary");
    format!("--{boundary}").into_bytes()
}

fn count(haystack: &[u8], needle: &[u8]) -> usize {
    haystack
        .windows(needle.len())
        .filter(|window| *window == needle)
        .count()
}

#[test]
fn form_holds_the_body_that_is_signed_and_the_file_byte_for_byte() {
    let file = Upload::new(vec![0, 255, b'\r', b'\n']).named("output.zip");
    let request = request("digits", &file).expect("a request");
    let body = request.body().expect("a body").clone();
    let content = request.content().expect("a form");
    let expected: [Part; 2] = [
        ("data".to_owned(), None, body),
        ("file".to_owned(), Some("output.zip".to_owned()), file.content().clone()),
    ];
    assert_eq!(parts(&content), expected);
    assert_eq!(request.content(), Some(content), "another attempt sends the same");
}

#[test]
fn file_without_a_name_is_called_as_the_clients_of_the_api_call_it() {
    let content = content("", &Upload::from(b"abc".as_slice()));
    assert_eq!(parts(&content)[1].1.as_deref(), Some("upload.bin"));
}

#[test]
fn file_name_with_quotes_and_line_breaks_ends_neither_the_name_nor_its_line() {
    let name = "a\"; name=\"data\"\r\n\r\nb\nc";
    let content = content("", &Upload::new("abc").named(name));
    let parts = parts(&content);
    assert_eq!(parts.len(), 2);
    let expected = "a%22; name=%22data%22%0D%0A%0D%0Ab%0Ac";
    assert_eq!((parts[1].0.as_str(), parts[1].1.as_deref()), ("file", Some(expected)));
}

#[test]
fn empty_file_is_refused_before_anything_is_sent() {
    match request("", &Upload::new(Bytes::new())) {
        Err(CallError::Argument {
            operation, argument, ..
        }) => assert_eq!((operation, argument), ("submitOnchainSignOutput", "file")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn debug_shows_no_byte_of_a_file() {
    let file = Upload::new("secret").named("a");
    let request = request("", &file).expect("a request");
    for shown in [
        format!("{file:?}"),
        format!("{request:?}"),
        format!("{:?}", request.content()),
    ] {
        assert!(!shown.contains("secret") && !shown.contains("115"), "{shown}");
    }
    assert_eq!(format!("{file:?}"), "Upload(\"a\", 6 bytes)");
}

/// A piece of a file that somebody made to look like the form around it.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..20),
        (0_u64..6).prop_map(|number| format!("\r\n--dfns-form-{number:016x}").into_bytes()),
        (0_u64..6).prop_map(|number| format!("--dfns-form-{number:016X}--\r\n").into_bytes()),
        Just(b"--dfns-form-".to_vec()),
        Just(b"\r\n--".to_vec()),
    ]
}

proptest! {
    #[test]
    fn whatever_the_parts_hold_the_boundary_stands_between_them_only(
        pieces in proptest::collection::vec(piece(), 1..12),
        text in "(\\PC|--dfns-form-000000000000000[0-5]){0,12}",
        name in "(\\PC|[\"\r\n]|--dfns-form-000000000000000[0-5]){0,8}",
    ) {
        let mut bytes = pieces.concat();
        bytes.push(b'.');
        let file = Upload::new(bytes).named(name);
        let request = request(&text, &file).expect("a request");
        let content = request.content().expect("a form");
        prop_assert_eq!(count(&content.bytes, &delimiter(&content)), 3);
        let parts = parts(&content);
        prop_assert_eq!(parts.len(), 2);
        prop_assert_eq!(&parts[0].2, request.body().expect("a body"));
        prop_assert_eq!(&parts[1].2, file.content());
    }
}
