//! Bad files: each is refused with its place, none with a crash.

use crate::support::{assert_findings, findings, fixtures, good, put};

#[test]
fn the_good_specification_has_no_findings() {
    let findings = findings(&good());
    assert!(findings.is_empty(), "{findings}");
}

crate::cases! {
    yaml_that_ends_too_early_is_refused: "yaml_syntax",
    a_file_without_content_is_refused: "yaml_empty",
    a_second_document_is_refused: "yaml_documents",
    aliases_and_anchors_are_refused: "yaml_alias",
    an_alias_bomb_is_refused_before_it_grows: "yaml_alias_bomb",
    a_yaml_tag_is_refused: "yaml_tag",
    a_key_that_is_no_text_is_refused: "yaml_key",
    a_key_that_stands_twice_is_refused: "yaml_duplicate_key",
    a_key_without_a_value_is_refused: "yaml_null",
    a_value_that_yaml_versions_read_differently_is_refused: "yaml_ambiguous",
    a_number_beyond_64_bits_is_refused: "yaml_number",
    a_number_in_place_of_text_is_refused: "text_expected",
    an_unknown_key_of_a_file_is_refused: "unknown_key_in_files",
    a_list_in_place_of_a_mapping_is_refused: "wrong_shape",
    a_file_that_is_no_mapping_is_refused: "wrong_shape_of_file",
    a_wrong_head_is_refused: "openapi_head",
    a_file_without_a_tag_is_refused: "file_unknown",
    a_path_that_stands_twice_is_refused_with_both_places: "duplicate_path",
    a_component_that_stands_twice_is_refused_with_both_places: "duplicate_component",
    an_operation_id_that_stands_twice_is_refused_with_both_places: "duplicate_operation_id",
    a_reference_to_nothing_is_refused: "unknown_reference",
    references_in_a_circle_are_refused: "cyclic_reference",
    a_value_that_could_never_end_is_refused: "endless_value",
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_with_their_place() {
    let copy = good();
    put(
        &copy,
        "schemas/samples.yaml",
        b"schemas:\n  \xc3\xa9t\xe9: {type: string}\n",
    );
    assert_findings("file_encoding", &copy);
}

#[test]
fn a_file_over_the_limit_is_refused() {
    let copy = good();
    put(&copy, "schemas/samples.yaml", vec![b'#'; 8 * 1024 * 1024 + 1]);
    assert_findings("yaml_size", &copy);
}

#[test]
fn a_file_of_too_many_values_is_refused() {
    let copy = good();
    put(
        &copy,
        "schemas/samples.yaml",
        format!("schemas:\n  list: [{}]\n", "a,".repeat(300_000)),
    );
    assert_findings("yaml_values", &copy);
}

#[test]
fn a_file_nested_too_deep_is_refused() {
    let copy = good();
    put(
        &copy,
        "schemas/samples.yaml",
        format!("schemas: {}{}\n", "{a: ".repeat(100), "}".repeat(100)),
    );
    let deep = (0..100)
        .map(|depth| format!("{}a:", " ".repeat(depth)))
        .collect::<Vec<_>>()
        .join("\n");
    put(&copy, "paths/samples.yaml", deep);
    assert_findings("yaml_depth", &copy);
}

#[test]
fn a_folder_in_place_of_a_file_is_refused() {
    let copy = good();
    std::fs::remove_file(copy.path().join("spec/schemas/samples.yaml")).unwrap();
    std::fs::create_dir(copy.path().join("spec/schemas/samples.yaml")).unwrap();
    std::fs::remove_dir_all(copy.path().join("spec/paths")).unwrap();
    assert_findings("file_unreadable", &copy);
}

#[test]
fn every_file_that_is_wrong_is_reported_at_once() {
    let copy = good();
    for file in ["openapi.yaml", "paths/samples.yaml", "schemas/samples.yaml"] {
        put(&copy, file, "a: [\n");
    }
    assert_eq!(findings(&copy).len(), 3);
}

#[test]
fn findings_beyond_the_limit_are_counted_only() {
    let copy = good();
    let twice = "  A: {type: string}\n".repeat(3_000);
    put(&copy, "schemas/samples.yaml", format!("schemas:\n{twice}"));
    let text = findings(&copy).to_string();
    assert!(
        text.ends_with("2999 findings, 1999 of them not shown"),
        "{}",
        &text[text.len() - 100..]
    );
}

#[test]
fn an_empty_folder_is_refused() {
    let empty = tempfile::tempdir().unwrap();
    assert_findings("folder_empty", &empty);
}

/// Loads and lints whatever the text is; only that it ends counts.
fn survives(name: &str, contents: &[u8]) {
    let copy = good();
    put(&copy, name, contents);
    let _ = findings(&copy).to_string();
}

#[test]
fn a_file_cut_short_anywhere_crashes_nothing() {
    for name in ["openapi.yaml", "paths/samples.yaml", "schemas/samples.yaml"] {
        let text = std::fs::read(fixtures().join("good").join(name)).unwrap();
        for length in (0..text.len()).step_by(11) {
            survives(name, &text[..length]);
        }
    }
}

#[test]
fn a_file_with_wrong_characters_anywhere_crashes_nothing() {
    for name in ["openapi.yaml", "paths/samples.yaml", "schemas/samples.yaml"] {
        let text = std::fs::read(fixtures().join("good").join(name)).unwrap();
        let wrong = b"{}[]:,-?&*!|>'\"%@#~\t\n\0\xff 0x";
        for (step, place) in (0..text.len()).step_by(13).enumerate() {
            let mut broken = text.clone();
            broken[place] = wrong[step % wrong.len()];
            survives(name, &broken);
        }
    }
}

#[test]
fn a_file_of_nothing_but_openings_ends_soon() {
    for opening in [
        "[", "{", "- ", "? ", "!", "&a ", "*a ", "'", "\"", "|\n", "a: ", "{a: [", "%", "--- ", "#", "\t",
    ] {
        survives("schemas/samples.yaml", opening.repeat(200_000).as_bytes());
    }
}
