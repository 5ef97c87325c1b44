//! What all rules look at: the operations, the components, and every place where a schema stands.
//!
//! Invariant: each operation and each schema is seen once, and never what the bundler added.

use std::rc::Rc;

use serde_json::{Map, Value};

use crate::spec::bundle::METHODS;
use crate::spec::location::{escape, join};
use crate::spec::reference::schema_name;
use crate::spec::{Findings, Locations, Spec};

/// The specification as the rules see it.
pub(super) struct Context<'a> {
    pub(super) document: &'a Value,
    pub(super) locations: &'a Locations,
    pub(super) operations: Rc<[Operation<'a>]>,
    /// Every schema, those of components included, except what a hand-written type stands for.
    pub(super) sites: Rc<[Site<'a>]>,
    findings: Findings,
}

/// One operation.
pub(super) struct Operation<'a> {
    pub(super) path: &'a str,
    pub(super) pointer: String,
    /// What the path holds, this operation included.
    pub(super) item: &'a Value,
    pub(super) value: &'a Value,
    /// The parameters of the operation and of its path, references followed.
    pub(super) parameters: Vec<Parameter<'a>>,
}

/// One parameter of one operation.
pub(super) struct Parameter<'a> {
    pub(super) pointer: String,
    pub(super) value: &'a Value,
}

/// One place where a schema stands.
pub(super) struct Site<'a> {
    pub(super) pointer: String,
    pub(super) schema: &'a Value,
    pub(super) place: Place<'a>,
}

/// What a schema is there for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// The component of this name.
    Component(&'a str),
    /// A property of the component `owner`, if it stands directly in one.
    Property { owner: Option<&'a str>, name: &'a str },
    /// The items of a list.
    Items,
    /// The values of a map.
    Values,
    /// A member of `oneOf`, `anyOf` or `not`.
    Member,
    /// A member of `allOf`.
    Part,
    /// The schema of a parameter.
    Parameter,
    /// The body of a request or an answer.
    Body,
}

impl Operation<'_> {
    /// The operation id, or an empty text.
    pub(super) fn id(&self) -> &str {
        text(self.value, "operationId").unwrap_or_default()
    }

    /// The pointer to one key of the operation.
    pub(super) fn at(&self, key: &str) -> String {
        join(&self.pointer, key)
    }

    /// The parameter of this name at this place (`query`, `path`).
    pub(super) fn parameter(&self, place: &str, name: &str) -> Option<&Parameter<'_>> {
        let mut parameters = self.parameters.iter();
        parameters
            .find(|parameter| text(parameter.value, "in") == Some(place) && text(parameter.value, "name") == Some(name))
    }
}

impl<'a> Context<'a> {
    pub(super) fn new(spec: &'a Spec) -> Self {
        let mut context = Self {
            document: &spec.document,
            locations: &spec.locations,
            operations: Rc::from([]),
            sites: Rc::from([]),
            findings: Findings::default(),
        };
        context.operations = context.find_operations().into();
        context.sites = context.find_sites().into();
        context
    }

    /// Reports a finding at `pointer`, or at what stands around it.
    pub(super) fn report(&mut self, pointer: &str, rule: &'static str, message: impl Into<String>) {
        self.findings
            .report(self.locations.nearest(pointer).cloned(), rule, message);
    }

    pub(super) fn into_findings(self) -> Findings {
        self.findings
    }

    /// The components of one kind.
    pub(super) fn components(&self, kind: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.document["components"]
            .get(kind)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    }

    /// The schema component of this name.
    pub(super) fn component(&self, name: &str) -> Option<&'a Value> {
        self.document["components"]["schemas"].get(name)
    }

    fn find_operations(&self) -> Vec<Operation<'a>> {
        let mut operations = Vec::new();
        for (path, item) in self
            .document
            .get("paths")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let base = format!("/paths/{}", escape(path));
            for method in METHODS {
                let Some(value) = item.get(method) else { continue };
                let pointer = join(&base, method);
                let mut parameters = self.find_parameters(&base, item);
                parameters.extend(self.find_parameters(&pointer, value));
                operations.push(Operation {
                    path,
                    pointer,
                    item,
                    value,
                    parameters,
                });
            }
        }
        operations
    }

    fn find_parameters(&self, base: &str, holder: &'a Value) -> Vec<Parameter<'a>> {
        let list = holder.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let found = list.enumerate().filter_map(|(index, value)| {
            let pointer = format!("{base}/parameters/{index}");
            match text(value, "$ref") {
                None => Some(Parameter { pointer, value }),
                Some(reference) => {
                    let value = reference
                        .strip_prefix('#')
                        .and_then(|inner| self.document.pointer(inner))?;
                    Some(Parameter { pointer, value })
                }
            }
        });
        found.collect()
    }

    fn find_sites(&self) -> Vec<Site<'a>> {
        let mut sites = Vec::new();
        for (name, schema) in self.components("schemas") {
            let pointer = join("/components/schemas", name);
            walk(&mut sites, pointer, schema, Place::Component(name), Some(name));
        }
        for (name, parameter) in self.components("parameters") {
            if let Some(schema) = parameter.get("schema") {
                let pointer = format!("/components/parameters/{}/schema", escape(name));
                walk(&mut sites, pointer, schema, Place::Parameter, None);
            }
        }
        for (path, item) in self
            .document
            .get("paths")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let base = format!("/paths/{}", escape(path));
            inline_parameters(&mut sites, &base, item);
            for method in METHODS {
                let Some(operation) = item.get(method) else { continue };
                let base = join(&base, method);
                inline_parameters(&mut sites, &base, operation);
                for (pointer, content) in bodies(&base, operation) {
                    for (media, value) in content {
                        if let Some(schema) = value.get("schema") {
                            let pointer = format!("{pointer}/{}/schema", escape(media));
                            walk(&mut sites, pointer, schema, Place::Body, None);
                        }
                    }
                }
            }
        }
        sites
    }
}

/// The contents of the request and of the answers of an operation.
fn bodies<'a>(base: &str, operation: &'a Value) -> Vec<(String, &'a Map<String, Value>)> {
    let mut contents = Vec::new();
    if let Some(content) = operation["requestBody"].get("content").and_then(Value::as_object) {
        contents.push((format!("{base}/requestBody/content"), content));
    }
    for (status, answer) in operation
        .get("responses")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if let Some(content) = answer.get("content").and_then(Value::as_object) {
            contents.push((format!("{base}/responses/{}/content", escape(status)), content));
        }
    }
    for (pointer, callback) in callbacks(base, operation) {
        contents.extend(bodies(&pointer, callback));
    }
    contents
}

/// What the API calls in return, by the pointer to it.
pub(super) fn callbacks<'a>(base: &str, operation: &'a Value) -> Vec<(String, &'a Value)> {
    let mut found = Vec::new();
    let entries = |value: &'a Value| value.as_object().into_iter().flatten();
    for (name, addresses) in operation.get("callbacks").into_iter().flat_map(entries) {
        for (address, item) in entries(addresses) {
            for (method, callback) in entries(item) {
                let pointer = format!(
                    "{base}/callbacks/{}/{}/{}",
                    escape(name),
                    escape(address),
                    escape(method)
                );
                found.push((pointer, callback));
            }
        }
    }
    found
}

fn inline_parameters<'a>(sites: &mut Vec<Site<'a>>, base: &str, holder: &'a Value) {
    for (index, parameter) in holder
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
    {
        if let Some(schema) = parameter.get("schema") {
            walk(
                sites,
                format!("{base}/parameters/{index}/schema"),
                schema,
                Place::Parameter,
                None,
            );
        }
    }
}

/// Adds a schema and all schemas in it. The depth is bounded by that of the files.
fn walk<'a>(sites: &mut Vec<Site<'a>>, pointer: String, schema: &'a Value, place: Place<'a>, owner: Option<&'a str>) {
    let by_hand = schema.get("x-rust-type").is_some();
    let base = pointer.clone();
    sites.push(Site { pointer, schema, place });
    if by_hand {
        return;
    }
    for (name, inner) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let pointer = join(&format!("{base}/properties"), name);
        walk(sites, pointer, inner, Place::Property { owner, name }, None);
    }
    for (key, place) in [
        ("items", Place::Items),
        ("additionalProperties", Place::Values),
        ("not", Place::Member),
    ] {
        if let Some(inner) = schema.get(key).filter(|inner| inner.is_object()) {
            walk(sites, join(&base, key), inner, place, None);
        }
    }
    for (key, place) in [
        ("oneOf", Place::Member),
        ("anyOf", Place::Member),
        ("allOf", Place::Part),
    ] {
        for (index, inner) in schema
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            walk(sites, format!("{base}/{key}/{index}"), inner, place, None);
        }
    }
}

/// The text under a key.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// The texts of the list under a key; none if there is no list.
pub(super) fn texts<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// The schema that a `$ref`, or a single `allOf` member, names.
pub(super) fn target(schema: &Value) -> Option<&str> {
    let holder = match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([single]) => single,
        _ => schema,
    };
    text(holder, "$ref").and_then(schema_name)
}

/// A name without what no Rust name can keep apart: capitals and punctuation.
pub(super) fn fold(name: &str) -> String {
    let folded: String = name
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if folded.is_empty() { name.to_owned() } else { folded }
}

/// `camelCase`.
pub(super) fn is_camel(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `PascalCase`.
pub(super) fn is_pascal(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `snake_case`.
pub(super) fn is_snake(name: &str) -> bool {
    name.split('_').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    }) && name.starts_with(|first: char| first.is_ascii_lowercase())
}
