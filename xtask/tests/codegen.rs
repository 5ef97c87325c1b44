//! What the generator refuses, of a specification that no lint has looked at: with an error that names the place, not
//! with a panic, and not with code that does not compile.

use std::path::Path;

use xtask::{codegen, spec};

const HEAD: &str = "
openapi: 3.0.3
info: {title: Case, version: '1'}
security: [{token: []}]
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
tags: [{name: a}, {name: b}]
";
const ANSWER: &str =
    "{'200': {description: X., content: {application/json: {schema: {$ref: '#/components/schemas/Answer'}}}}}";
const ERROR: &str = "ApiError: {type: object, properties: {message: {type: string}}}";

/// A specification with these operations in two domains, and these schemas; `ANSWER` stands for an answer.
fn load(a: &str, b: &str, schemas: &str) -> spec::Spec {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        std::fs::write(path, text).expect("written");
    };
    write("openapi.yaml", HEAD);
    for (domain, paths) in [("a", a), ("b", b)] {
        let paths = paths.trim().replace("ANSWER", ANSWER).replace('\n', "\n  ");
        write(&format!("paths/{domain}.yaml"), &format!("paths:\n  {paths}\n"));
    }
    let schemas = schemas.trim().replace('\n', "\n  ");
    write("schemas/shared.yaml", &format!("schemas:\n  {ERROR}\n  {schemas}\n"));
    spec::load(folder.path()).unwrap_or_else(|findings| panic!("{findings}"))
}

/// What the generator says of operations of one domain.
fn refusal(paths: &str, schemas: &str) -> String {
    refusal_of(&load(paths, OTHER, schemas), &[])
}

fn refusal_of(spec: &spec::Spec, implemented: &[String]) -> String {
    match codegen::generate_from(spec, implemented) {
        Ok(_) => panic!("was not refused"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn assert_names(refusal: &str, places: &[&str]) {
    for place in places {
        assert!(refusal.contains(place), "{place} is not in: {refusal}");
    }
}

const GET: &str = "/a: {get: {operationId: getA, tags: [a], x-call: a.get, responses: ANSWER}}";
const OTHER: &str = "/b: {get: {operationId: getB, tags: [b], x-call: b.get, responses: ANSWER}}";
const EMPTY: &str = "Answer: {type: object, properties: {}}";

/// A body of the kind `Body`, posted.
const POST: &str = "
/a/{name}:
  post:
    operationId: postA
    tags: [a]
    x-call: a.post
    parameters:
      - {name: name, in: path, required: true, schema: {type: string}}
    requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Body'}}}}
    responses: ANSWER
";

#[test]
fn a_sound_specification_is_not_refused() {
    let files = codegen::generate_from(&load(GET, OTHER, EMPTY), &["getA".to_owned()]).expect("code");
    let coverage = &files["crates/dfns-emulator/COVERAGE.md"];
    assert!(coverage.contains("1 of the 2 operations"), "{coverage}");
    assert!(coverage.contains("| `getA` | `GET /a` | yes |"), "{coverage}");
    assert!(coverage.contains("| `getB` | `GET /b` | 501 |"), "{coverage}");
}

#[test]
fn enum_values_that_become_one_variant_are_refused_by_name() {
    let refusal = refusal(GET, "Answer: {type: string, enum: ['Auth:Users', AuthUsers]}");
    assert_names(&refusal, &["Answer", "Auth:Users", "AuthUsers"]);
}

#[test]
fn a_union_without_a_mapping_is_refused() {
    let schemas = "
Answer:
  oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Two'}]
One: {type: object, required: [x], properties: {x: {type: string}}}
Two: {type: object, required: [z], properties: {z: {type: string}}}
";
    assert_names(&refusal(GET, schemas), &["Answer"]);
}

#[test]
fn a_union_of_unions_is_refused() {
    let schemas = "
Answer:
  oneOf: [{$ref: '#/components/schemas/Inner'}, {$ref: '#/components/schemas/Leaf'}]
  discriminator: {propertyName: kind, mapping: {In: '#/components/schemas/Inner', Leaf: '#/components/schemas/Leaf'}}
Leaf: {type: object, required: [kind], properties: {kind: {type: string, enum: [Leaf]}}}
Inner:
  oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Two'}]
  discriminator: {propertyName: sort, mapping: {One: '#/components/schemas/One', Two: '#/components/schemas/Two'}}
One: {type: object, required: [sort], properties: {sort: {type: string, enum: [One]}}}
Two: {type: object, required: [sort], properties: {sort: {type: string, enum: [Two]}}}
";
    assert_names(&refusal(GET, schemas), &["Answer", "Inner"]);
}

#[test]
fn kinds_that_become_one_variant_are_refused_by_name() {
    let schemas = "
Answer:
  oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Two'}]
  discriminator: {propertyName: kind, mapping: {'a:b': '#/components/schemas/One', AB: '#/components/schemas/Two'}}
One: {type: object, required: [kind], properties: {kind: {type: string, enum: ['a:b']}}}
Two: {type: object, required: [kind], properties: {kind: {type: string, enum: [AB]}}}
";
    assert_names(&refusal(GET, schemas), &["Answer", "variant `AB`"]);
}

#[test]
fn a_kind_that_takes_the_name_of_a_method_is_refused() {
    let schemas = "
Answer:
  oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Two'}]
  discriminator: {propertyName: kind, mapping: {Kind: '#/components/schemas/One', Two: '#/components/schemas/Two'}}
One: {type: object, required: [kind], properties: {kind: {type: string, enum: [Kind]}}}
Two: {type: object, required: [kind], properties: {kind: {type: string, enum: [Two]}}}
";
    assert_names(&refusal(GET, schemas), &["Answer", "method `kind`"]);
}

#[test]
fn an_object_without_a_name_is_refused() {
    let schemas = "Answer: {type: object, properties: {inner: {type: object, properties: {x: {type: string}}}}}";
    assert_names(&refusal(GET, schemas), &["AnswerInner"]);
}

#[test]
fn an_enum_without_a_name_is_refused() {
    let schemas = "Answer: {type: object, properties: {inner: {type: string, enum: [A, B]}}}";
    assert_names(&refusal(GET, schemas), &["AnswerInner"]);
}

#[test]
fn a_body_without_a_name_is_refused() {
    let inline = POST.replace(
        "{$ref: '#/components/schemas/Body'}",
        "{type: object, properties: {x: {type: string}}}",
    );
    assert_names(&refusal(&inline, EMPTY), &["PostABody"]);
}

#[test]
fn a_parameter_and_a_field_of_the_body_with_one_name_are_refused() {
    let required = format!("{EMPTY}\nBody: {{type: object, required: [name], properties: {{name: {{type: string}}}}}}");
    assert_names(&refusal(POST, &required), &["argument `name`", "ACalls::post"]);
    let optional = format!("{EMPTY}\nBody: {{type: object, properties: {{send: {{type: string}}}}}}");
    assert_names(&refusal(POST, &optional), &["method `send`", "PostACall"]);
}

#[test]
fn a_parameter_in_a_header_is_refused() {
    for required in ["true", "false"] {
        let parameter = format!(
            "x-call: a.get, parameters: [{{name: X-Y, in: header, required: {required}, schema: {{type: string}}}}]"
        );
        assert_names(
            &refusal(&GET.replace("x-call: a.get", &parameter), EMPTY),
            &["get_a", "header"],
        );
    }
}

#[test]
fn a_component_with_a_name_that_is_taken_is_refused() {
    for name in ["Option", "String", "Patch", "UnknownValue"] {
        let schemas = format!(
            "Answer: {{type: object, properties: {{x: {{$ref: '#/components/schemas/{name}'}}}}}}\n\
             {name}: {{type: object, properties: {{x: {{type: boolean}}}}}}"
        );
        assert_names(&refusal(GET, &schemas), &[&format!("`{name}`")]);
    }
}

#[test]
fn fields_that_become_one_are_refused() {
    let schemas = "Answer: {type: object, properties: {aB: {type: string}, a_b: {type: string}}}";
    assert_names(&refusal(GET, schemas), &["Answer", "a_b"]);
}

#[test]
fn a_group_in_two_domains_is_refused() {
    let other = OTHER.replace("x-call: b.get", "x-call: a.other");
    assert_names(&refusal_of(&load(GET, &other, EMPTY), &[]), &["group `a`"]);
}

#[test]
fn two_operations_with_one_call_are_refused() {
    let twice = format!("{GET}\n/c: {{get: {{operationId: getC, tags: [a], x-call: a.get, responses: ANSWER}}}}");
    assert_names(&refusal(&twice, EMPTY), &["ACalls", "method `get`"]);
}

#[test]
fn a_method_that_the_client_does_not_have_is_refused() {
    assert_names(&refusal(&GET.replace("get:", "patch:"), EMPTY), &["get_a"]);
}

#[test]
fn a_paged_list_without_pages_is_refused() {
    let paged = GET.replace("x-call: a.get", "x-call: a.get, x-paging: cursor");
    assert_names(&refusal(&paged, EMPTY), &["getA", "`items`"]);
    let items = "Answer: {type: object, required: [items], properties: {items: {type: array, items: {type: string}}}}";
    assert_names(&refusal(&paged, items), &["getA", "nextPageToken"]);
}

#[test]
fn an_emulator_that_answers_an_unknown_operation_is_refused() {
    assert_names(
        &refusal_of(&load(GET, OTHER, EMPTY), &["getNothing".to_owned()]),
        &["getNothing"],
    );
}

#[test]
fn the_root_of_the_repository_is_only_read_for_the_coverage() {
    let spec = load(GET, OTHER, EMPTY);
    let error = codegen::generate(Path::new("no-such-folder"), &spec)
        .expect_err("no table")
        .to_string();
    assert_names(&error, &["crates/dfns-emulator"]);
}
