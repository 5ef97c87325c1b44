//! Whether every reference of the bundle leads somewhere, and none in a circle.
//!
//! Invariant: what passes here can be followed from any reference to its end in a bounded number of steps.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::bundle::METHODS;
use super::location::{self, Locations};
use super::{Findings, rule};

/// Where references to schemas lead.
pub(crate) const SCHEMAS: &str = "#/components/schemas/";

/// Checks all references and operation ids of `document`.
pub(crate) fn check(document: &Value, locations: &Locations, findings: &mut Findings) {
    let mut checker = Checker {
        document,
        locations,
        findings,
    };
    checker.targets(document, "");
    checker.operation_ids();
    let empty = Map::new();
    let schemas = document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let reported = checker.circles(schemas);
    checker.endless(schemas, reported);
}

/// The name of the schema that a reference leads to.
pub(crate) fn schema_name(reference: &str) -> Option<&str> {
    reference.strip_prefix(SCHEMAS)
}

struct Checker<'a> {
    document: &'a Value,
    locations: &'a Locations,
    findings: &'a mut Findings,
}

impl Checker<'_> {
    fn report(&mut self, pointer: &str, rule: &'static str, message: String) {
        self.findings
            .report(self.locations.nearest(pointer).cloned(), rule, message);
    }

    /// Every `$ref` names a component that exists.
    fn targets(&mut self, value: &Value, pointer: &str) {
        match value {
            Value::Object(object) => {
                for (key, inner) in object {
                    let pointer = location::join(pointer, key);
                    match inner {
                        Value::String(target) if key == "$ref" => self.target(target, &pointer),
                        _ => self.targets(inner, &pointer),
                    }
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    self.targets(inner, &format!("{pointer}/{index}"));
                }
            }
            _ => {}
        }
    }

    fn target(&mut self, target: &str, pointer: &str) {
        let known = [
            "#/components/schemas/",
            "#/components/parameters/",
            "#/components/responses/",
        ];
        let Some(prefix) = known.into_iter().find(|prefix| target.starts_with(prefix)) else {
            let message = format!("`{target}`: a reference is written as in the bundle, `{SCHEMAS}<Name>`");
            return self.report(pointer, rule::UNKNOWN_REFERENCE, message);
        };
        let mut parts = pointer.rsplit('/').skip(1);
        let in_list = parts
            .next()
            .is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()));
        let wants_parameter = in_list && parts.next() == Some("parameters");
        let fits = wants_parameter == prefix.ends_with("/parameters/");
        if !fits {
            let message = format!(
                "`{target}` is of the wrong kind: a parameter stands in `parameters`, a schema everywhere else"
            );
            return self.report(pointer, rule::UNKNOWN_REFERENCE, message);
        }
        if self.document.pointer(&target[1..]).is_none() {
            let message = format!("`{target}` does not exist: write the component, or correct the name");
            self.report(pointer, rule::UNKNOWN_REFERENCE, message);
        }
    }

    fn operation_ids(&mut self) {
        let mut first_places: BTreeMap<String, String> = BTreeMap::new();
        let Some(paths) = self.document.get("paths").and_then(Value::as_object) else {
            return;
        };
        for (path, item) in paths {
            for method in METHODS {
                let Some(id) = item
                    .get(method)
                    .and_then(|operation| operation.get("operationId"))
                    .and_then(Value::as_str)
                else {
                    continue;
                };
                let pointer = format!("/paths/{}/{method}/operationId", location::escape(path));
                if let Some(first) = first_places.get(id) {
                    let first = self.locations.of(first).map(ToString::to_string).unwrap_or_default();
                    let message = format!("the operation id `{id}` stands already at {first}: rename one");
                    self.report(&pointer, rule::DUPLICATE_OPERATION_ID, message);
                } else {
                    first_places.insert(id.to_owned(), pointer);
                }
            }
        }
    }

    /// No schema is, by references alone, a reference to itself. Gives the schemas that are.
    fn circles<'a>(&mut self, schemas: &'a Map<String, Value>) -> BTreeSet<&'a str> {
        let edges = schemas
            .iter()
            .map(|(name, schema)| (name.as_str(), same_as(schema)))
            .collect();
        self.report_circles(
            &edges,
            BTreeSet::new(),
            "is nothing but references in a circle: give one of them content",
        )
    }

    /// Every schema has a value that ends: what it requires does not lead back to it.
    fn endless<'a>(&mut self, schemas: &'a Map<String, Value>, reported: BTreeSet<&'a str>) {
        let mut finite: BTreeSet<&str> = BTreeSet::new();
        loop {
            let before = finite.len();
            for (name, schema) in schemas {
                if !finite.contains(name.as_str()) && is_finite(schema, &finite) {
                    finite.insert(name);
                }
            }
            if finite.len() == before {
                break;
            }
        }
        let endless = schemas.iter().filter(|(name, _)| !finite.contains(name.as_str()));
        let edges = endless
            .map(|(name, schema)| (name.as_str(), required_references(schema)))
            .collect();
        self.report_circles(
            &edges,
            reported,
            "requires itself without end: make one of the fields optional",
        );
    }

    /// Reports one circle through each schema that has one, unless one of its schemas was reported before.
    fn report_circles<'a>(
        &mut self,
        edges: &BTreeMap<&'a str, Vec<&'a str>>,
        mut reported: BTreeSet<&'a str>,
        message: &str,
    ) -> BTreeSet<&'a str> {
        for start in edges.keys() {
            if let Some(circle) = circle_through(start, edges)
                && !circle.iter().any(|name| reported.contains(name))
            {
                let pointer = location::join("/components/schemas", start);
                self.report(
                    &pointer,
                    rule::CYCLIC_REFERENCE,
                    format!("{} {message}", arrows(&circle)),
                );
                reported.extend(circle);
            }
        }
        reported
    }
}

/// The schemas that a schema stands for: those of a reference, an `allOf`, a union.
fn same_as(schema: &Value) -> Vec<&str> {
    let lists = ["allOf", "oneOf", "anyOf"]
        .into_iter()
        .filter_map(|key| schema.get(key).and_then(Value::as_array))
        .flatten();
    let targets = lists
        .chain(std::iter::once(schema))
        .filter_map(|inner| inner.get("$ref").and_then(Value::as_str));
    targets.filter_map(schema_name).collect()
}

/// The fields that a value of the schema must have.
fn required_fields(schema: &Value) -> impl Iterator<Item = &Value> {
    let names = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let properties = schema.get("properties");
    names.filter_map(move |name| properties.and_then(|properties| properties.get(name)))
}

/// The schemas that a value of the schema cannot be written without.
fn required_references(schema: &Value) -> Vec<&str> {
    let mut names = same_as(schema);
    names.extend(required_fields(schema).flat_map(same_as));
    names
}

/// Whether a value of the schema can be written with values of the schemas in `finite` alone.
fn is_finite(schema: &Value, finite: &BTreeSet<&str>) -> bool {
    if schema.get("nullable") == Some(&Value::Bool(true)) {
        return true;
    }
    let target_fits = |inner: &Value| {
        inner
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(schema_name)
            .is_none_or(|name| finite.contains(name))
    };
    let members = |key| schema.get(key).and_then(Value::as_array);
    target_fits(schema)
        && members("allOf").is_none_or(|members| members.iter().all(target_fits))
        && ["oneOf", "anyOf"]
            .into_iter()
            .all(|key| members(key).is_none_or(|members| members.iter().any(target_fits)))
        && required_fields(schema).all(|field| is_finite(field, finite))
}

/// A shortest way from `start` back to `start`.
fn circle_through<'a>(start: &'a str, edges: &BTreeMap<&'a str, Vec<&'a str>>) -> Option<Vec<&'a str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(name) = queue.pop_front() {
        for next in edges
            .get(name)
            .into_iter()
            .flatten()
            .filter(|next| edges.contains_key(*next))
        {
            if *next == start {
                let mut circle = vec![name];
                let mut step = name;
                while let Some(before) = came_from.get(step) {
                    circle.push(before);
                    step = before;
                }
                circle.reverse();
                return Some(circle);
            }
            if !came_from.contains_key(next) {
                came_from.insert(next, name);
                queue.push_back(next);
            }
        }
    }
    None
}

/// `A -> B -> A`.
fn arrows(circle: &[&str]) -> String {
    let mut names = circle.to_vec();
    names.extend(circle.first());
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(" -> ")
}
