//! What the bundle holds, and that it is the same every time.

use crate::support::{good, put};
use xtask::spec::{self, Spec};

fn load() -> Spec {
    let copy = good();
    spec::load(&copy.path().join("spec")).unwrap()
}

#[test]
fn the_bundle_is_the_same_twice() {
    let (first, second) = (load(), load());
    assert_eq!(first.bundle_json(), second.bundle_json());
    assert_eq!(first.sha256, second.sha256);
}

#[test]
fn the_hash_changes_with_a_word() {
    let copy = good();
    let dir = copy.path().join("spec");
    let before = spec::load(&dir).unwrap().sha256;
    let text = std::fs::read_to_string(dir.join("schemas/wallets.yaml")).unwrap();
    put(&copy, "schemas/wallets.yaml", text.replace("A wallet.", "The wallet."));
    assert_ne!(spec::load(&dir).unwrap().sha256, before);
}

#[test]
fn the_bundle_is_json_that_ends_in_a_newline_and_reads_back() {
    let spec = load();
    let json = spec.bundle_json();
    assert!(
        json.starts_with("{\n  \"openapi\": \"3.0.3\",\n  \"info\"")
            && json.ends_with("}\n")
            && !json.ends_with("\n\n")
    );
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), spec.document);
    serde_json::from_str::<openapiv3::OpenAPI>(&json).unwrap();
}

#[test]
fn the_version_is_that_of_the_head() {
    assert_eq!(load().version, "2026.11");
}

#[test]
fn every_operation_is_answered_with_the_two_refusals() {
    let spec = load();
    let mut operations = 0;
    for item in spec.document["paths"].as_object().unwrap().values() {
        for operation in item
            .as_object()
            .unwrap()
            .values()
            .filter(|value| value.get("operationId").is_some())
        {
            assert_eq!(operation["responses"]["4XX"]["$ref"], "#/components/responses/Refused");
            assert_eq!(operation["responses"]["5XX"]["$ref"], "#/components/responses/Failed");
            operations += 1;
        }
    }
    assert_eq!(operations, 4);
    for name in ["Refused", "Failed"] {
        let schema = &spec.document["components"]["responses"][name]["content"]["application/json"]["schema"];
        assert_eq!(schema["$ref"], "#/components/schemas/ApiError");
    }
}

#[test]
fn a_value_knows_its_file_and_line() {
    let spec = load();
    let at = |pointer: &str| spec.locations.of(pointer).map(ToString::to_string);
    assert_eq!(at("/info/version").as_deref(), Some("spec/openapi.yaml:2:27"));
    assert_eq!(
        at("/paths/~1wallets~1{walletId}/get").as_deref(),
        Some("spec/paths/wallets.yaml:17:5")
    );
    assert_eq!(
        at("/components/schemas/Wallet/required/0").as_deref(),
        Some("spec/schemas/wallets.yaml:5:16")
    );
}

#[test]
fn what_the_bundler_added_has_the_place_of_what_it_was_added_to() {
    let spec = load();
    let pointer = "/paths/~1wallets/get/responses/4XX/$ref";
    assert_eq!(spec.locations.of(pointer), None);
    assert_eq!(
        spec.locations.nearest(pointer).unwrap().to_string(),
        "spec/paths/wallets.yaml:12:7"
    );
}
