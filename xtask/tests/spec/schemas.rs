//! Schemas that break a convention, and whether every rule is tested at all.

use std::collections::BTreeSet;

use xtask::spec::rule;

crate::cases! {
    a_component_not_in_pascal_case_is_found: "component_name",
    a_component_with_a_name_of_the_generator_is_found: "reserved_name",
    a_component_with_a_name_that_is_taken_is_found: "taken_name",
    names_that_differ_in_capitals_only_are_found: "name_clash",
    components_that_only_use_each_other_are_found: "unused_component",
    a_component_of_two_domains_in_the_file_of_one_is_found: "component_file",
    types_without_a_name_are_found: "inline",
    a_title_is_found: "title",
    keywords_that_would_refuse_answers_are_found: "forbidden_keyword",
    an_all_of_that_is_more_than_a_reference_is_found: "all_of",
    what_stands_beside_a_reference_is_found: "reference_sibling",
    half_written_types_are_found: "type",
    a_required_field_that_does_not_exist_is_found: "required",
    a_nullable_component_is_found: "nullable",
    a_union_without_a_tag_is_found: "union",
    a_union_of_unions_is_found: "union_of_unions",
    a_mapping_that_does_not_fit_is_found: "union_mapping",
    a_member_without_its_tag_is_found: "union_tag",
    a_member_of_two_unions_is_found: "union_member",
    a_number_without_a_width_is_found: "number_format",
    a_format_that_no_type_stands_for_is_found: "text_format",
    an_id_not_written_as_one_is_found: "id",
    an_enum_of_something_other_than_text_is_found: "enum",
    a_secret_that_a_log_would_show_is_found: "secret",
    something_free_without_a_reason_is_found: "free_form",
    a_hand_written_type_without_a_name_is_found: "rust_type",
    a_misspelt_limit_is_found: "limits",
    a_status_that_does_not_say_how_far_something_got_is_found: "progress",
    a_component_without_a_description_is_found: "description",
    an_answer_without_a_description_is_found: "description_of_answer",
    a_description_that_is_no_sentence_is_found: "sentence",
}

#[test]
fn every_rule_is_broken_by_a_fixture() {
    let mut snapshots = String::new();
    for entry in std::fs::read_dir(crate::support::fixtures().join("../../snapshots")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("error__spec_") {
            snapshots.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    let untested: Vec<_> = rule::ALL
        .iter()
        .filter(|rule| !snapshots.contains(&format!(": {rule}: ")))
        .collect();
    assert!(untested.is_empty(), "no fixture breaks {untested:?}");
    assert_eq!(
        rule::ALL.iter().collect::<BTreeSet<_>>().len(),
        rule::ALL.len(),
        "a rule name stands twice"
    );
}

#[test]
fn every_fixture_has_a_snapshot() {
    for entry in std::fs::read_dir(crate::support::fixtures()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let case = path.file_stem().unwrap().to_string_lossy().into_owned();
            let snapshot = crate::support::fixtures().join(format!("../../snapshots/error__spec_{case}.snap"));
            assert!(snapshot.exists(), "no test uses the fixture {case}");
        }
    }
}
