//! From the bundle to the document that progenitor reads well.
//!
//! Callbacks are left out: what they bring are types like any other, and nobody calls them. A body with a file is the JSON
//! beside it: the pass over the calls adds the file. An answer in CSV is text. What a change that waits is answered is left out, since
//! progenitor knows one answer a call; the pass over the client brings it back. The tag is taken out of the members of
//! a union, so that each is the payload of one variant; an object without properties is closed for a moment, since typify makes a map of it otherwise (the pass over structs opens it again);
//! the values of an enum are numbered, since typify panics on those that it cannot spell (the pass over enums writes
//! the real ones).

use serde_json::{Map, Value, json};

use super::facts::{HELD, array, component, object};

/// Prepares a document that passed the lint. The document itself is left as it is.
pub(crate) fn prepare(document: &Value) -> Value {
    let mut prepared = document.clone();
    let mut tags: Vec<(String, String)> = Vec::new();
    for schema in object(&document["components"]["schemas"]).values() {
        if let Some(tag) = schema["discriminator"]["propertyName"].as_str() {
            for member in array(&schema["oneOf"]) {
                if let Some(target) = member["$ref"].as_str() {
                    tags.push((component(target).to_owned(), tag.to_owned()));
                }
            }
        }
    }
    for item in paths_of(&mut prepared) {
        for operation in item.values_mut().filter_map(Value::as_object_mut) {
            operation.remove("callbacks");
        }
        for operation in item.values_mut() {
            if let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) {
                answers.remove(HELD);
            }
        }
        for operation in item.values_mut().filter(|operation| operation["x-csv"] == true) {
            operation["responses"]["200"]["content"] = json!({ "text/csv": { "schema": { "type": "string" } } });
        }
    }
    let Some(schemas) = prepared
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    else {
        return prepared;
    };
    for (member, tag) in tags {
        if let Some(schema) = schemas.get_mut(&member).and_then(Value::as_object_mut) {
            remove_property(schema, &tag);
        }
    }
    for schema in schemas.values_mut().filter_map(Value::as_object_mut) {
        if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            for (number, value) in values.iter_mut().enumerate() {
                *value = Value::String(format!("Value{number}"));
            }
        }
        let empty = schema
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(Map::is_empty);
        if empty && !schema.contains_key("additionalProperties") {
            schema.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
    }
    prepared
}

fn remove_property(schema: &mut Map<String, Value>, name: &str) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.remove(name);
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|property| property != name);
        if required.is_empty() {
            schema.remove("required");
        }
    }
}

/// The operations of each path.
fn paths_of(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    paths
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
}
