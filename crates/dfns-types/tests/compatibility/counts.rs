//! The tables are complete: they have as much of everything as the specification, counted apart from the generator.

use serde_json::{Map, Value};

use crate::generated::COUNTS;
use crate::generated::enums::ENUMS;
use crate::generated::objects::OBJECTS;
use crate::generated::unions::UNIONS;
use crate::generated::values::VALUES;
use crate::{Counts, all, read};

/// The schemas of `spec/dfns.openapi.json`.
fn schemas() -> Map<String, Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/dfns.openapi.json");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    match read(&text)["components"]["schemas"].take() {
        Value::Object(schemas) => schemas,
        other => panic!("{path}: the schemas are {other}"),
    }
}

/// The component that a field refers to, itself, as something nullable, or as the element of a list or map.
fn target(field: &Value) -> Option<&str> {
    let places = ["/$ref", "/allOf/0/$ref"];
    let element = ["/items", "/additionalProperties"]
        .iter()
        .find_map(|place| field.pointer(place));
    match places.iter().find_map(|place| field.pointer(place)?.as_str()) {
        Some(reference) => reference.strip_prefix("#/components/schemas/"),
        None => target(element.filter(|element| element.is_object())?),
    }
}

/// True for the tag of a union's member: an enum of one value that has no name.
fn is_tag(field: &Value) -> bool {
    field["enum"].as_array().is_some_and(|values| values.len() == 1)
}

fn counted() -> Counts {
    let schemas = schemas();
    let is_enum = |name: &str| schemas[name]["enum"].is_array();
    let is_union = |name: &str| schemas[name]["discriminator"].is_object();
    let is_free = |name: &str| schemas[name]["x-free-form"].is_string() && schemas[name]["type"].is_null();
    let mut counts = Counts::default();
    for (name, schema) in &schemas {
        if is_enum(name) {
            counts.enums += 1;
            counts.enum_values += schema["enum"].as_array().map_or(0, Vec::len);
        } else if is_union(name) {
            counts.unions += 1;
            counts.union_members += schema["oneOf"].as_array().map_or(0, Vec::len);
        } else if let Some(properties) = schema["properties"].as_object() {
            counts.objects += 1;
            for (name, field) in properties.iter().filter(|(_, field)| !is_tag(field)) {
                let required = schema["required"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|other| other == name));
                counts.fields += 1;
                let is_free = field["$ref"].is_string() && target(field).is_some_and(is_free);
                match (required, field["nullable"] == true) {
                    (true, _) if is_free => counts.anything_fields += 1,
                    (true, false) => counts.required_fields += 1,
                    (true, true) => counts.nullable_fields += 1,
                    (false, _) => counts.optional_fields += 1,
                }
                let target = target(field);
                counts.enum_fields += usize::from(target.is_some_and(is_enum));
                counts.union_fields += usize::from(target.is_some_and(is_union));
            }
        } else {
            counts.values += 1;
        }
    }
    counts
}

#[test]
fn the_counts_of_the_tables_are_those_of_the_specification() {
    assert_eq!(counted(), COUNTS);
}

#[test]
fn the_tables_have_a_row_for_all_that_is_counted() {
    let sum = |count: fn(&crate::Object) -> usize| OBJECTS.iter().map(count).sum::<usize>();
    let rows = Counts {
        enums: ENUMS.len(),
        enum_values: ENUMS.iter().map(|row| row.values.len()).sum(),
        unions: UNIONS.len(),
        union_members: UNIONS.iter().map(|row| row.members.len()).sum(),
        objects: OBJECTS.len(),
        values: VALUES.len(),
        fields: sum(|row| read(row.full).as_object().unwrap().len()),
        required_fields: sum(|row| row.required.len()),
        anything_fields: sum(|row| row.anything.len()),
        nullable_fields: sum(|row| row.nullable.len()),
        optional_fields: sum(|row| row.optional.len() + row.patched.len()),
        enum_fields: sum(|row| row.enums.len()),
        union_fields: sum(|row| row.unions.len()),
    };
    assert_eq!(rows, COUNTS);
}

#[test]
fn every_component_of_the_specification_stands_in_one_table() {
    let mut names: Vec<&str> = all().map(|(name, _, _)| name).collect();
    names.sort_unstable();
    let schemas = schemas();
    let mut wanted: Vec<&str> = schemas.keys().map(String::as_str).collect();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
}
