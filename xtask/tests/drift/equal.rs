//! The specification of this repository says the same when it is written as others write theirs: OpenAPI 3.1, everything inline, no
//! ids of operations, other names of path parameters, `type: [.., "null"]`, `const`, limits as keywords, no discriminators.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use xtask::drift::{self, Document, Report};
use xtask::spec;

use super::repository;

const SCHEMAS: &str = "#/components/schemas/";

fn ours() -> Value {
    spec::load(&repository().join("spec"))
        .unwrap_or_else(|findings| panic!("{findings}"))
        .document
}

fn report(old: &Value, new: &Value) -> Report {
    let read = |name: &str, value: &Value| {
        let text = value.to_string();
        Document::parse(name, text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    };
    drift::compare(&read("old.json", old), &read("new.json", new)).unwrap_or_else(|error| panic!("{error}"))
}

/// The names of the components that a value refers to.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(name) = object
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|target| target.strip_prefix(SCHEMAS))
            {
                found.insert(name.to_owned());
            }
            object.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

/// Writes a document of ours as others would.
struct Conversion<'a> {
    document: &'a Value,
    /// Components that lead to themselves; they cannot be written inline.
    recursive: BTreeSet<String>,
}

impl<'a> Conversion<'a> {
    fn new(document: &'a Value) -> Self {
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let mut next: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (name, schema) in schemas {
            references(schema, next.entry(name).or_default());
        }
        let leads_to_itself = |start: &str| {
            let mut reached = BTreeSet::new();
            let mut rest: Vec<&str> = next[start].iter().map(String::as_str).collect();
            while let Some(name) = rest.pop() {
                if reached.insert(name) {
                    rest.extend(next[name].iter().map(String::as_str));
                }
            }
            reached.contains(start)
        };
        Self {
            document,
            recursive: schemas.keys().filter(|name| leads_to_itself(name)).cloned().collect(),
        }
    }

    fn document(&self) -> Value {
        let mut paths = Map::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            let mut converted = self.value(item);
            let item = converted.as_object_mut().unwrap();
            for operation in item.values_mut().filter_map(Value::as_object_mut) {
                for key in ["operationId", "x-call", "tags"] {
                    operation.remove(key);
                }
            }
            let mut renamed = path.clone();
            let mut text = converted.to_string();
            for (index, name) in path
                .split('{')
                .skip(1)
                .filter_map(|part| part.split('}').next())
                .enumerate()
            {
                renamed = renamed.replace(&format!("{{{name}}}"), &format!("{{p{index}}}"));
                text = text.replace(
                    &format!("\"in\":\"path\",\"name\":\"{name}\""),
                    &format!("\"in\":\"path\",\"name\":\"p{index}\""),
                );
            }
            paths.insert(renamed, serde_json::from_str(&text).unwrap());
        }
        let schemas: Map<String, Value> = self
            .recursive
            .iter()
            .map(|name| (name.clone(), self.schema(&self.document["components"]["schemas"][name])))
            .collect();
        json!({
            "openapi": "3.1.0",
            "info": self.document["info"],
            "security": self.document["security"],
            "paths": paths,
            "components": {"schemas": schemas, "securitySchemes": self.document["components"]["securitySchemes"]},
        })
    }

    /// Everything that is no schema.
    fn value(&self, value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                    return self.value(self.document.pointer(&target[1..]).unwrap());
                }
                let entries = object.iter().map(|(key, inner)| {
                    let inner = if key == "schema" {
                        self.schema(inner)
                    } else {
                        self.value(inner)
                    };
                    (key.clone(), inner)
                });
                Value::Object(entries.collect())
            }
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            other => other.clone(),
        }
    }

    fn schema(&self, schema: &Value) -> Value {
        let mut object = schema.as_object().unwrap().clone();
        if let Some(name) = object
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|target| target.strip_prefix(SCHEMAS))
        {
            if self.recursive.contains(name) {
                return schema.clone();
            }
            return self.schema(&self.document["components"]["schemas"][name]);
        }
        if let Some(Value::Array(parts)) = object.remove("allOf") {
            let [part] = parts.as_slice() else {
                panic!("{schema}: our form has one part")
            };
            let mut whole = self.schema(part);
            let merged = whole.as_object_mut().unwrap();
            let is_nullable = object.remove("nullable").is_some();
            merged.extend(limits(&mut object));
            merged.extend(object);
            return if is_nullable { or_null(whole) } else { whole };
        }
        object.remove("discriminator");
        let limits = limits(&mut object);
        object.extend(limits);
        for (key, inner) in &mut object {
            match (key.as_str(), &mut *inner) {
                ("properties", Value::Object(fields)) => {
                    fields.values_mut().for_each(|field| *field = self.schema(field));
                }
                ("oneOf", Value::Array(members)) => {
                    for member in members {
                        *member = self.schema(member);
                    }
                }
                ("items" | "additionalProperties", Value::Object(_)) => *inner = self.schema(inner),
                _ => {}
            }
        }
        if let Some(Value::Array(values)) = object.get("enum").cloned()
            && let [value] = values.as_slice()
        {
            object.remove("enum");
            object.insert("const".to_owned(), value.clone());
        }
        let is_nullable = object.remove("nullable").is_some();
        let schema = Value::Object(object);
        if is_nullable { or_null(schema) } else { schema }
    }
}

/// The limits of a schema as keywords; those that JSON Schema has no keyword for stay where they are.
fn limits(object: &mut Map<String, Value>) -> Map<String, Value> {
    let Some(Value::Object(limits)) = object.remove("x-limits") else {
        return Map::new();
    };
    let (ours, mut keywords): (Map<_, _>, Map<_, _>) = limits.into_iter().partition(|(key, _)| key.starts_with("item"));
    if !ours.is_empty() {
        keywords.insert("x-limits".to_owned(), Value::Object(ours));
    }
    keywords
}

/// The same schema or `null`, in whichever way OpenAPI 3.1 has for it.
fn or_null(mut schema: Value) -> Value {
    match schema.get("type").cloned() {
        Some(Value::String(only)) if schema.get("enum").is_none() && schema.get("const").is_none() => {
            schema["type"] = json!([only, "null"]);
            schema
        }
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

fn unexpected(report: &Report) -> Vec<String> {
    let others = report
        .changes
        .iter()
        .filter(|change| change.rule.name != "path-parameter-renamed");
    others
        .map(|change| format!("{}: {}", change.id(), change.detail))
        .collect()
}

#[test]
fn the_specification_written_as_others_write_it_has_not_changed() {
    let ours = ours();
    let theirs = Conversion::new(&ours).document();
    let text = theirs.to_string();
    assert!(!text.contains("\"operationId\":\"") && !text.contains("\"nullable\":true"));
    for report in [report(&ours, &theirs), report(&theirs, &ours)] {
        assert_eq!(unexpected(&report), Vec::<String>::new());
        assert!(!report.is_breaking());
        assert!(report.old.operations >= 88 && report.old.operations == report.new.operations);
        assert!(report.changes.len() > 10, "the parameters of paths were renamed");
    }
}

#[test]
fn a_change_of_a_component_shows_in_what_others_write_inline() {
    let ours = ours();
    let mut changed = ours.clone();
    let values = changed.pointer_mut("/components/schemas/WalletStatus/enum").unwrap();
    values.as_array_mut().unwrap().push(json!("Melted"));
    let report = report(&ours, &Conversion::new(&changed).document());
    let unexpected = unexpected(&report);
    assert_eq!(
        unexpected,
        ["response-enum-value-added WalletStatus \"Melted\": a new value"]
    );
    let change = report
        .changes
        .iter()
        .find(|change| change.rule.name == "response-enum-value-added")
        .unwrap();
    assert!(change.operations.contains(&"listWallets".to_owned()), "{change:?}");
}

#[test]
fn the_specification_has_not_changed_from_itself() {
    let folder = repository().join("spec");
    let bundle = Document::read(&folder).unwrap_or_else(|error| panic!("{error}"));
    let report = drift::compare(&bundle, &Document::read(&folder).unwrap()).unwrap();
    assert_eq!(report.changes, []);
}
