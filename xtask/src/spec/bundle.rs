//! Puts the files of the specification together into one OpenAPI document.
//!
//! Invariant: nothing is lost and nothing is overwritten: a name that two files claim is a finding with both places.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::load::{Source, Sources};
use super::location::{self, Locations};
use super::scalar::Kind;
use super::yaml::{Data, Entry, Node};
use super::{Findings, Location, Spec, json, reference, rule};

/// The keys of a path that are operations.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// The schema of the body of every refusal.
pub(crate) const API_ERROR: &str = "ApiError";
/// The answers that every operation gets: status, component, description.
const REFUSALS: [(&str, &str, &str); 2] = [
    ("4XX", "Refused", "The API refused the request."),
    ("5XX", "Failed", "The API failed to answer the request."),
];
/// Keys whose values are text wherever they stand in the specification, unless they are lists or mappings.
const TEXT_KEYS: [&str; 22] = [
    "$ref",
    "description",
    "format",
    "in",
    "name",
    "openapi",
    "operationId",
    "pattern",
    "propertyName",
    "summary",
    "title",
    "type",
    "url",
    "version",
    "x-call",
    "x-free-form",
    "x-id-prefix",
    "x-idempotent",
    "x-lifecycle",
    "x-paging",
    "x-pending",
    "x-rust-type",
];
/// Keys whose lists hold text.
const TEXT_LISTS: [&str; 4] = ["required", "tags", "x-permission", "x-principals"];
/// Keys below which any value may stand.
const FREE: [&str; 3] = ["example", "examples", "x-limits"];

/// Puts `sources` together.
pub(crate) fn bundle(sources: &Sources) -> Result<Spec, Findings> {
    let mut bundler = Bundler {
        findings: Findings::default(),
        locations: Locations::default(),
        free: false,
    };
    let mut document = bundler.head(&sources.openapi);
    let paths = bundler.paths(&sources.paths);
    let parameters = bundler.components(&sources.schemas, "parameters");
    let schemas = bundler.components(&sources.schemas, "schemas");
    let mut components = match document.remove("components") {
        Some(Value::Object(components)) => components,
        // Reported with the head.
        _ => Map::new(),
    };
    components.insert("parameters".to_owned(), Value::Object(parameters));
    components.insert("schemas".to_owned(), Value::Object(schemas));
    components.insert("responses".to_owned(), refusals());
    document.insert("components".to_owned(), Value::Object(components));
    document.insert("paths".to_owned(), Value::Object(paths));
    let document = json::sorted(Value::Object(document));
    let Bundler {
        mut findings,
        locations,
        ..
    } = bundler;
    reference::check(&document, &locations, &mut findings);
    let version = document
        .pointer("/info/version")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let sha256 = json::sha256(&json::to_text(&document));
    findings.into_result(Spec {
        document,
        version,
        sha256,
        locations,
    })
}

/// The components that the added answers point to.
fn refusals() -> Value {
    let schema = format!("#/components/schemas/{API_ERROR}");
    let answers = REFUSALS.into_iter().map(|(_, name, description)| {
        let content = json!({"application/json": {"schema": {"$ref": schema}}});
        (name.to_owned(), json!({"description": description, "content": content}))
    });
    Value::Object(answers.collect())
}

struct Bundler {
    findings: Findings,
    locations: Locations,
    /// Below a key that any value may stand under.
    free: bool,
}

impl Bundler {
    /// What `openapi.yaml` says.
    fn head(&mut self, source: &Source) -> Map<String, Value> {
        let known = ["openapi", "info", "servers", "security", "components", "tags"];
        let mut document = Map::new();
        for entry in &source.root.entries().to_vec() {
            if !known.contains(&entry.key.as_str()) {
                let hint = match entry.key.as_str() {
                    "paths" => "operations stand in `paths/<domain>.yaml`".to_owned(),
                    _ => format!("the file may hold {}", listed(&known)),
                };
                self.unknown_key(entry, &hint);
                continue;
            }
            if entry.key == "components" {
                for inner in entry
                    .value
                    .entries()
                    .iter()
                    .filter(|inner| inner.key != "securitySchemes")
                {
                    self.unknown_key(
                        inner,
                        "only `securitySchemes` stands here; other components stand in `schemas/`",
                    );
                }
            }
            let value = self.entry("", entry);
            document.insert(entry.key.clone(), value);
        }
        self.check_head(source, &document);
        document
    }

    fn check_head(&mut self, source: &Source, document: &Map<String, Value>) {
        let whole = || Some(Location::whole_file(&source.file));
        let at = |pointer: &str| self.locations.of(pointer).cloned().or_else(whole);
        let mut wrong = Vec::new();
        if document.get("openapi").and_then(Value::as_str) != Some("3.0.3") {
            wrong.push((
                at("/openapi"),
                "`openapi` must be 3.0.3, the version the generator reads",
            ));
        }
        let info = document.get("info");
        for (key, message) in [
            ("title", "`info.title` is missing: write the name of the API"),
            (
                "version",
                "`info.version` is missing: write the version of the API in quotes",
            ),
        ] {
            // A number in place of text is reported as such.
            let given = |value: &Value| value.is_number() || value.as_str().is_some_and(|text| !text.is_empty());
            if !info.and_then(|info| info.get(key)).is_some_and(given) {
                wrong.push((at(&format!("/info/{key}")), message));
            }
        }
        if !document.get("tags").is_some_and(Value::is_array) {
            wrong.push((at("/tags"), "`tags` is missing: list one tag a domain"));
        }
        if !document.get("components").is_none_or(Value::is_object) {
            wrong.push((at("/components"), "`components` must be a mapping"));
        }
        for (location, message) in wrong {
            self.findings.report(location, rule::OPENAPI_HEAD, message);
        }
    }

    /// The operations of all domains, with the answers that are the same for all.
    fn paths(&mut self, sources: &[Source]) -> Map<String, Value> {
        let mut paths: Map<String, Value> = Map::new();
        let mut templates: BTreeMap<String, (String, Location)> = BTreeMap::new();
        for source in sources {
            for entry in self.section(source, &["paths"], "paths") {
                let shape = template_shape(&entry.key);
                if let Some((other, first)) = templates.get(&shape)
                    && *other != entry.key
                {
                    let message = format!(
                        "`{}` is the same path as `{other}` at {first}: use the same parameter names",
                        entry.key
                    );
                    self.findings
                        .report(Some(entry.location.clone()), rule::DUPLICATE_PATH, message);
                } else {
                    templates.insert(shape, (entry.key.clone(), entry.location.clone()));
                }
                if !matches!(entry.value.data, Data::Mapping(_)) {
                    self.wrong_shape(&entry, "a mapping of methods");
                    continue;
                }
                let pointer = location::join("/paths", &entry.key);
                self.locations.note(pointer.clone(), entry.location.clone());
                let path = paths.entry(entry.key.clone()).or_insert_with(|| json!({}));
                for item in entry.value.entries() {
                    self.path_item(&pointer, item, path);
                }
            }
        }
        paths
    }

    fn path_item(&mut self, pointer: &str, item: &Entry, path: &mut Value) {
        let Value::Object(path) = path else { return };
        let is_method = METHODS.contains(&item.key.as_str());
        if !is_method && item.key != "parameters" {
            self.unknown_key(item, "a path holds `parameters` and methods in lower case");
            return;
        }
        let inner = location::join(pointer, &item.key);
        if let Some(first) = self.locations.of(&inner).cloned() {
            let message = format!("`{}` of this path stands already at {first}: remove one", item.key);
            self.findings
                .report(Some(item.location.clone()), rule::DUPLICATE_PATH, message);
            return;
        }
        let mut value = self.entry(pointer, item);
        if is_method {
            match value.get_mut("responses") {
                Some(Value::Object(responses)) => {
                    for (status, name, _) in REFUSALS {
                        let added = json!({"$ref": format!("#/components/responses/{name}")});
                        responses.entry(status).or_insert(added);
                    }
                }
                _ => self.wrong_shape(item, "a mapping with `responses`"),
            }
        }
        path.insert(item.key.clone(), value);
    }

    /// The components of one kind from all files.
    fn components(&mut self, sources: &[Source], kind: &str) -> Map<String, Value> {
        let mut components = Map::new();
        let base = location::join("/components", kind);
        for source in sources {
            for entry in self.section(source, &["parameters", "schemas"], kind) {
                if let Some(first) = self.locations.of(&location::join(&base, &entry.key)) {
                    let message = format!(
                        "the component `{}` stands already at {first}: remove or rename one",
                        entry.key
                    );
                    self.findings
                        .report(Some(entry.location), rule::DUPLICATE_COMPONENT, message);
                    continue;
                }
                if !matches!(entry.value.data, Data::Mapping(_)) {
                    self.wrong_shape(&entry, "a mapping");
                    continue;
                }
                let value = self.entry(&base, &entry);
                components.insert(entry.key, value);
            }
        }
        components
    }

    /// The entries below the top-level key `wanted` of a file that may hold the keys `known`.
    fn section(&mut self, source: &Source, known: &[&str], wanted: &str) -> Vec<Entry> {
        let mut found = Vec::new();
        for entry in source.root.entries() {
            if !known.contains(&entry.key.as_str()) {
                self.unknown_key(entry, &format!("the file may hold {}", listed(known)));
            } else if entry.key == wanted {
                match &entry.value.data {
                    Data::Mapping(entries) => found.clone_from(entries),
                    _ => self.wrong_shape(entry, "a mapping"),
                }
            }
        }
        found
    }

    /// The value of an entry as JSON, its place and those of the values in it noted.
    fn entry(&mut self, parent: &str, entry: &Entry) -> Value {
        let pointer = location::join(parent, &entry.key);
        self.locations.note(pointer.clone(), entry.location.clone());
        let free = self.free;
        self.free = free || FREE.contains(&entry.key.as_str());
        self.expect_text(entry);
        let value = self.value(&pointer, &entry.value);
        self.free = free;
        value
    }

    fn value(&mut self, pointer: &str, node: &Node) -> Value {
        match &node.data {
            Data::Mapping(entries) => Value::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), self.entry(pointer, entry)))
                    .collect(),
            ),
            Data::Sequence(items) => {
                let values = items.iter().enumerate().map(|(index, item)| {
                    let pointer = format!("{pointer}/{index}");
                    self.locations.note(pointer.clone(), item.location.clone());
                    self.value(&pointer, item)
                });
                Value::Array(values.collect())
            }
            Data::Scalar { kind: Kind::Text, text } => Value::String(text.clone()),
            Data::Scalar {
                kind: Kind::Boolean,
                text,
            } => Value::Bool(text == "true"),
            Data::Scalar { kind: Kind::Null, .. } => Value::Null,
            Data::Scalar {
                kind: Kind::Number,
                text,
            } => json::number(text).unwrap_or_else(|| {
                let message = format!("the number `{text}` does not fit into 64 bits: put it in quotes");
                self.findings
                    .report(Some(node.location.clone()), rule::YAML_AMBIGUOUS, message);
                Value::Null
            }),
        }
    }

    /// Reports a number, `true` or `false` where text is meant.
    fn expect_text(&mut self, entry: &Entry) {
        let key = entry.key.as_str();
        if self.free {
            return;
        }
        let nodes: &[Node] = match &entry.value.data {
            Data::Scalar { .. } if TEXT_KEYS.contains(&key) => std::slice::from_ref(&entry.value),
            Data::Sequence(items) if TEXT_LISTS.contains(&key) || key == "enum" => items,
            _ => return,
        };
        for node in nodes {
            if let Data::Scalar {
                kind: kind @ (Kind::Number | Kind::Boolean),
                text,
            } = &node.data
            {
                let message = format!(
                    "`{text}` is {} here, where text is meant: put it in quotes",
                    kind.name()
                );
                self.findings
                    .report(Some(node.location.clone()), rule::TEXT_EXPECTED, message);
            }
        }
    }

    fn unknown_key(&mut self, entry: &Entry, hint: &str) {
        let message = format!("unknown key `{}`: {hint}", entry.key);
        self.findings
            .report(Some(entry.location.clone()), rule::UNKNOWN_KEY, message);
    }

    fn wrong_shape(&mut self, entry: &Entry, expected: &str) {
        let message = format!("`{}` must be {expected}", entry.key);
        self.findings
            .report(Some(entry.location.clone()), rule::WRONG_SHAPE, message);
    }
}

/// A path template without the names of its parameters.
fn template_shape(template: &str) -> String {
    let segments = template
        .split('/')
        .map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// Names in backticks, separated by commas.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect::<Vec<_>>()
        .join(", ")
}
