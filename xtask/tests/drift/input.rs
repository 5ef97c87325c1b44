//! Inputs that cannot be used are refused with file, line and a reason; none makes the command panic.

use std::path::Path;
use std::process::Command;

use xtask::drift::{self, Document, Error};

use super::folder;

fn refusal(text: impl AsRef<[u8]>) -> String {
    match Document::parse("api.yaml", text.as_ref()) {
        Ok(document) => panic!("was not refused: {document:?}"),
        Err(error) => error.to_string(),
    }
}

/// A document with one operation, whose answer is `schema`, and these schemas.
fn document(schema: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.0.3\npaths:\n  /a:\n    get: {{responses: {{'200': {{content: {{application/json: {{schema: {schema}}}}}}}}}}}\n\
         components:\n  schemas:\n    {}\n",
        schemas.trim().replace('\n', "\n    ")
    )
}

#[test]
fn what_is_no_openapi_document_is_refused() {
    for (text, expected) in [
        ("", "api.yaml:1: the file is empty"),
        (
            "[1, 2]",
            "api.yaml: the document: not an OpenAPI document: an object with `openapi` and `paths` is expected",
        ),
        (
            "{\"a\": 1}",
            "api.yaml: the document: not an OpenAPI document: it has no text `openapi`, such as `3.0.3`",
        ),
        (
            "swagger: '2.0'\npaths: {}",
            "api.yaml: the document: not an OpenAPI document: it has no text `openapi`, such as `3.0.3`",
        ),
        (
            "# new\nopenapi: 4.0.0\npaths: {}",
            "api.yaml:2: /openapi: version \"4.0.0\": 3.0 and 3.1 are read",
        ),
        ("openapi: 3.1.0", "api.yaml: /paths: an object is expected here"),
        (
            "openapi: 3.1.0\npaths: {/a: {get: 1}}",
            "api.yaml: /paths/~1a/get: an object is expected here",
        ),
        (
            "openapi: 3.1.0\npaths: {/a: {get: {parameters: [{in: query}]}}}",
            "api.yaml: /paths/~1a/get/parameters/0: a parameter without a text `name`",
        ),
    ] {
        assert_eq!(refusal(text), expected);
    }
}

#[test]
fn a_slip_in_json_is_told_with_its_line() {
    assert_eq!(
        refusal("{\n  \"openapi\": \"3.0.3\",\n  \"paths\": {]\n}"),
        "api.yaml:3: not JSON: key must be a string"
    );
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_line() {
    assert_eq!(
        refusal(b"openapi: 3.0.3\n# \xff\n"),
        "api.yaml:2: not UTF-8: save the file as UTF-8"
    );
}

#[test]
fn a_document_larger_than_the_limit_is_refused() {
    assert_eq!(
        refusal(vec![b' '; 64 * 1024 * 1024 + 1]),
        "api.yaml: larger than 64 MB, which is all that is read"
    );
}

#[test]
fn a_reference_that_leads_nowhere_is_told_with_its_line() {
    let text = document(
        "{$ref: '#/components/schemas/A'}",
        "A:\n  type: object\n  properties:\n    b: {$ref: '#/components/schemas/B'}",
    );
    assert_eq!(
        refusal(text),
        "api.yaml:10: /components/schemas/A/properties/b: the reference \"#/components/schemas/B\" leads nowhere in this document"
    );
    let text = document("{$ref: 'other.yaml#/A'}", "A: {}");
    assert!(refusal(text).contains("the reference \"other.yaml#/A\" leads nowhere in this document"));
}

#[test]
fn references_in_a_circle_are_refused() {
    for schemas in [
        "A: {$ref: '#/components/schemas/A'}",
        "A: {$ref: '#/components/schemas/B'}\nB: {allOf: [{$ref: '#/components/schemas/A'}]}",
        "A: {oneOf: [{type: string}, {$ref: '#/components/schemas/A'}]}",
    ] {
        let refusal = refusal(document("{$ref: '#/components/schemas/A'}", schemas));
        assert!(refusal.contains("is nothing but references in a circle"), "{refusal}");
    }
    let parameters = "openapi: 3.0.3\npaths: {/a: {get: {parameters: [{$ref: '#/components/parameters/A'}]}}}\n\
                      components: {parameters: {A: {$ref: '#/components/parameters/A'}}}";
    assert!(refusal(parameters).contains("leads nowhere or in a circle"));
}

#[test]
fn the_same_address_twice_is_refused() {
    let text = "openapi: 3.0.3\npaths: {'/a/{x}': {get: {}}, '/a/{y}': {get: {}}}";
    assert_eq!(
        refusal(text),
        "api.yaml: /paths/~1a~1{y}: `get` stands already at \"/a/{x}\", whose path is the same"
    );
}

#[test]
fn nesting_without_end_is_refused() {
    let json = format!("{{\"openapi\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(refusal(json).starts_with("api.yaml:1: not JSON: recursion limit exceeded"));
    let yaml = format!("openapi: {}1{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(refusal(yaml), "api.yaml:1: nested deeper than 128 levels");
}

#[test]
fn long_chains_of_references_cost_no_stack() {
    let count = 20_000;
    let chain: Vec<String> = (0..count)
        .map(|index| {
            let next = (index + 1) % count;
            format!("S{index}: {{type: object, properties: {{next: {{$ref: '#/components/schemas/S{next}'}}}}}}\n")
        })
        .collect();
    let text = document("{$ref: '#/components/schemas/S0'}", &chain.concat());
    let read = || Document::parse("api.yaml", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(drift::compare(&read(), &read()).unwrap().changes, []);
    let chain: Vec<String> = (0..count)
        .map(|index| {
            format!(
                "S{index}: {{allOf: [{{$ref: '#/components/schemas/S{}'}}]}}\n",
                index + 1
            )
        })
        .collect();
    let end = format!("{}S{count}: {{type: string}}", chain.concat());
    let text = document("{$ref: '#/components/schemas/S0'}", &end);
    let read = || Document::parse("api.yaml", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(drift::compare(&read(), &read()).unwrap().changes, []);
}

#[test]
fn what_is_no_file_and_no_specification_is_refused() {
    let missing = Document::read(Path::new("no/such/file.yaml")).unwrap_err();
    assert!(matches!(missing, Error::Unreadable { .. }), "{missing:?}");
    let empty = tempfile::tempdir().unwrap();
    let folder = Document::read(empty.path()).unwrap_err();
    assert!(matches!(folder, Error::Folder { .. }), "{folder:?}");
    assert!(folder.to_string().contains("openapi.yaml"), "{folder}");
}

#[test]
fn the_exit_code_tells_what_was_found() {
    let exit = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .current_dir(folder())
            .arg("drift")
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, _) = exit(&["request_enum/old.yaml", "request_enum/old.yaml"]);
    assert_eq!((code, out.as_str()), (Some(0), "no changes\n"));
    let (code, out, _) = exit(&["request_enum/old.yaml", "request_enum/new.yaml"]);
    assert!(
        code == Some(1) && out.ends_with("2 breaking, 2 additive, 0 neutral\n"),
        "{out}"
    );
    let (code, out, _) = exit(&["request_enum/old.yaml", "request_enum/new.yaml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &json["counts"]["breaking"]), (Some(1), &serde_json::json!(2)));
    let (code, _, error) = exit(&["request_enum/old.yaml", "none.yaml"]);
    assert!(
        code == Some(2) && error.starts_with("none.yaml: cannot be read"),
        "{error}"
    );
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), "request-enum-value-removed NewWallet .kind \"Wallet\"\nrequest-enum-value-removed NewWallet .status \"Archived\"\n").unwrap();
    let allow = list.path().to_string_lossy().into_owned();
    let (code, _, _) = exit(&["request_enum/old.yaml", "request_enum/new.yaml", "--allow", &allow]);
    assert_eq!(code, Some(0));
    let (code, _, error) = exit(&["request_enum/old.yaml", "request_enum/old.yaml", "--allow", &allow]);
    assert!(
        code == Some(2) && error.contains("is no change between the two"),
        "{error}"
    );
}
