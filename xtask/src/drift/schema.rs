//! A schema as it is meant, whichever way it is written: references followed, `allOf` put together, `nullable`, `type: [.., "null"]`
//! and a union with `null` taken for the same thing, `const` for an enum of one value.
//!
//! Invariant: nothing is copied; everything points into the document.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

use super::document::{Document, entries, items};

type Object = Map<String, Value>;

/// What says nothing of the values of a schema.
const ANNOTATIONS: [&str; 6] = ["description", "title", "summary", "example", "examples", "externalDocs"];

/// A schema where it stands: all of `parts` at once, or one of `group`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node<'a> {
    pub(crate) parts: Vec<&'a Value>,
    /// Only the values of this type, where the schema allows several.
    pub(crate) only: Option<&'a str>,
    /// Members of a union that share their tag; empty if there is only one.
    pub(crate) group: Vec<Node<'a>>,
}

impl<'a> Node<'a> {
    pub(crate) fn of(schema: &'a Value) -> Self {
        Self {
            parts: vec![schema],
            ..Self::default()
        }
    }
}

/// A node with its references followed, as far as they are one and lead to the schema itself.
#[derive(Debug)]
pub(crate) struct Flat<'a> {
    /// The pointer of the schema that the node is a reference to.
    pub(crate) identity: Option<&'a str>,
    /// What stands beside the reference, about this place only.
    pub(crate) outer: Vec<&'a Object>,
    /// What says which values there are.
    pub(crate) inner: Vec<&'a Object>,
    outer_null: bool,
    inner_null: bool,
    /// Whether any reference was followed.
    pub(crate) referred: bool,
    only: Option<&'a str>,
    group: Vec<Node<'a>>,
    /// What the references ended at.
    sources: Vec<&'a Value>,
}

impl<'a> Flat<'a> {
    /// The name of the component that the node is.
    pub(crate) fn name(&self) -> Option<&'a str> {
        self.identity?
            .strip_prefix("#/components/schemas/")
            .filter(|name| !name.contains('/'))
    }

    /// The objects that hold the facts of this place; those of the component as well if `whole`.
    pub(crate) fn facts(&self, whole: bool) -> impl Iterator<Item = &'a Object> {
        let inner = if whole { self.inner.as_slice() } else { &[] };
        self.outer.iter().chain(inner).copied()
    }

    pub(crate) fn is_nullable(&self, whole: bool) -> bool {
        self.outer_null || (whole && self.inner_null)
    }

    /// Whether the component itself allows `null`.
    pub(crate) fn is_nullable_inside(&self) -> bool {
        self.inner_null
    }

    /// Whether any of the objects has this key with `true`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.facts(true)
            .any(|object| object.get(key) == Some(&Value::Bool(true)))
    }

    /// A number for what the schema says, annotations left out; equal content gives equal numbers.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.only.hash(&mut hasher);
        for object in &self.inner {
            hash_object(object, &mut hasher);
        }
        for node in &self.group {
            node.only.hash(&mut hasher);
            node.parts.iter().for_each(|part| hash_value(part, &mut hasher));
        }
        hasher.finish()
    }
}

fn hash_value(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Object(object) => hash_object(object, hasher),
        Value::Array(items) => {
            items.len().hash(hasher);
            items.iter().for_each(|item| hash_value(item, hasher));
        }
        other => other.to_string().hash(hasher),
    }
}

fn hash_object(object: &Object, hasher: &mut DefaultHasher) {
    // Fields may be called like annotations, but then they are objects.
    let told = object
        .iter()
        .filter(|(key, value)| !ANNOTATIONS.contains(&key.as_str()) || value.is_object());
    // The keys of a map are sorted, whatever the document's order, only if `serde_json` was built so: sort them here.
    let told: BTreeMap<&String, &Value> = told.collect();
    told.len().hash(hasher);
    for (key, value) in told {
        key.hash(hasher);
        hash_value(value, hasher);
    }
}

/// Follows the references of a node and puts its parts together.
pub(crate) fn flatten<'a>(document: &'a Document, node: &Node<'a>) -> Flat<'a> {
    let mut flat = Flat {
        identity: None,
        outer: Vec::new(),
        inner: Vec::new(),
        outer_null: false,
        inner_null: false,
        referred: false,
        only: node.only,
        group: node.group.clone(),
        sources: node.parts.clone(),
    };
    let mut seen: HashSet<&str> = HashSet::new();
    loop {
        let layer = Layer::of(&flat.sources);
        let [reference] = layer.references[..] else {
            return flat.finish(document, layer, seen);
        };
        let target = document.target(reference);
        if layer.is_structural() || node.only.is_some() || !seen.insert(reference) || target.is_none() {
            return flat.finish(document, layer, seen);
        }
        flat.referred = true;
        flat.identity = Some(reference);
        flat.outer_null |= layer.null;
        flat.outer.extend(layer.objects);
        flat.sources = target.into_iter().collect();
    }
}

impl<'a> Flat<'a> {
    /// Ends with what `layer` holds, and all that it refers to.
    fn finish(mut self, document: &'a Document, layer: Layer<'a>, mut seen: HashSet<&'a str>) -> Self {
        let mut layers = vec![layer];
        while let Some(layer) = layers.pop() {
            self.inner_null |= layer.null;
            self.inner.extend(layer.objects);
            for reference in layer.references {
                self.referred = true;
                if seen.insert(reference)
                    && let Some(target) = document.target(reference)
                {
                    layers.push(Layer::of(&[target]));
                }
            }
        }
        self
    }
}

/// Objects that apply at once, and the references among them that are not followed yet.
struct Layer<'a> {
    objects: Vec<&'a Object>,
    references: Vec<&'a str>,
    null: bool,
}

impl<'a> Layer<'a> {
    fn of(parts: &[&'a Value]) -> Self {
        let mut layer = Self {
            objects: Vec::new(),
            references: Vec::new(),
            null: false,
        };
        let mut rest: Vec<&Value> = parts.iter().rev().copied().collect();
        while let Some(part) = rest.pop() {
            let Some(object) = part.as_object() else { continue };
            layer.objects.push(object);
            layer.references.extend(object.get("$ref").and_then(Value::as_str));
            rest.extend(items(object.get("allOf")).iter().rev());
            for key in ["oneOf", "anyOf"] {
                let members = items(object.get(key));
                let mut others = members.iter().filter(|member| !is_null(member));
                if let (Some(only), None) = (others.next(), others.next()) {
                    rest.push(only);
                }
                layer.null |= members.iter().any(is_null);
            }
            layer.null |= object.get("nullable") == Some(&Value::Bool(true))
                || items(object.get("type")).iter().any(|kind| kind == "null")
                || items(object.get("enum")).contains(&Value::Null);
        }
        layer
    }

    /// Whether it says which values there are, beside its references.
    fn is_structural(&self) -> bool {
        let keys = [
            "properties",
            "required",
            "items",
            "additionalProperties",
            "enum",
            "const",
            "format",
        ];
        self.objects
            .iter()
            .any(|object| keys.iter().any(|key| object.contains_key(*key)) || union_of(object).is_some())
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

/// The members of a union of two or more, `null` left out.
fn union_of(object: &Object) -> Option<Vec<&Value>> {
    ["oneOf", "anyOf"].into_iter().find_map(|key| {
        let members: Vec<&Value> = items(object.get(key))
            .iter()
            .filter(|member| !is_null(member))
            .collect();
        (members.len() > 1).then_some(members)
    })
}

/// What sort of values a schema has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Any,
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    Enum,
    List,
    Map,
    FreeObject,
    Object,
    Union,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Text => "text",
            Self::Enum => "enum",
            Self::List => "list",
            Self::Map => "map",
            Self::FreeObject => "free-form object",
            Self::Object => "object",
            Self::Union => "union",
        }
    }
}

/// The values of a schema.
#[derive(Debug)]
pub(crate) struct Shape<'a> {
    pub(crate) kind: Kind,
    pub(crate) format: Option<&'a str>,
    /// `x-rust-type`.
    pub(crate) rust_type: Option<&'a str>,
    /// The values of an enum; text as it is, all else as JSON.
    pub(crate) values: BTreeSet<String>,
    /// The elements of a list.
    pub(crate) element: Option<Node<'a>>,
    /// The values of a map, or of the further fields of an object.
    pub(crate) rest: Option<Node<'a>>,
    pub(crate) fields: BTreeMap<&'a str, Node<'a>>,
    /// In the order of the document.
    pub(crate) required: Vec<&'a str>,
    pub(crate) members: Vec<Node<'a>>,
    pub(crate) discriminator: Option<&'a Value>,
}

impl<'a> Shape<'a> {
    pub(crate) fn of(flat: &Flat<'a>) -> Self {
        let objects = &flat.inner;
        let text = |key| objects.iter().find_map(|object| object.get(key)?.as_str());
        let mut fields: BTreeMap<&str, Node> = BTreeMap::new();
        let mut required = Vec::new();
        for object in objects {
            for (name, field) in entries(object.get("properties")) {
                fields.entry(name).or_default().parts.push(field);
            }
            for name in items(object.get("required")).iter().filter_map(Value::as_str) {
                if !required.contains(&name) {
                    required.push(name);
                }
            }
        }
        let mut shape = Self {
            kind: Kind::Any,
            format: text("format"),
            rust_type: text("x-rust-type"),
            values: values(objects),
            element: Some(parts_of(objects, "items")).filter(|node| !node.parts.is_empty()),
            rest: Some(parts_of(objects, "additionalProperties")).filter(|node| !node.parts.is_empty()),
            fields,
            required,
            members: flat.group.clone(),
            discriminator: objects.iter().find_map(|object| object.get("discriminator")),
        };
        let types = flat.only.map_or_else(|| types(objects), |only| vec![only]);
        if shape.members.is_empty() {
            if let Some(members) = objects.iter().find_map(|object| union_of(object)) {
                shape.members = members.into_iter().map(Node::of).collect();
            } else if types.len() > 1 && shape.values.is_empty() {
                shape.members = types.iter().map(|only| narrowed(flat, only)).collect();
            }
        }
        shape.kind = if shape.members.is_empty() {
            let declared = types.first().copied();
            let is_closed = |object: &&Object| {
                object.contains_key("properties") || object.get("additionalProperties") == Some(&Value::Bool(false))
            };
            shape.kind_of(declared, objects.iter().any(is_closed))
        } else {
            Kind::Union
        };
        shape
    }

    fn kind_of(&self, declared: Option<&str>, has_properties: bool) -> Kind {
        if !self.values.is_empty() {
            return Kind::Enum;
        }
        match declared {
            Some("string") => Kind::Text,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Boolean,
            Some("null") => Kind::Null,
            Some("array") => Kind::List,
            None if self.element.is_some() => Kind::List,
            None if !has_properties && self.rest.is_none() => Kind::Any,
            Some("object") | None if has_properties => Kind::Object,
            Some("object") | None if self.rest.is_some() => Kind::Map,
            Some("object") => Kind::FreeObject,
            _ => Kind::Any,
        }
    }

    /// The kind for a person, with the format.
    pub(crate) fn describe(&self) -> String {
        match (self.kind, self.format) {
            (Kind::Text | Kind::Integer | Kind::Number, Some(format)) => format!("{} ({format})", self.kind.name()),
            (kind, _) => kind.name().to_owned(),
        }
    }
}

/// One type of several: the parts of the node again, seen through that type.
fn narrowed<'a>(flat: &Flat<'a>, only: &'a str) -> Node<'a> {
    Node {
        parts: flat.sources.clone(),
        only: Some(only),
        group: Vec::new(),
    }
}

fn parts_of<'a>(objects: &[&'a Object], key: &str) -> Node<'a> {
    let parts = objects
        .iter()
        .filter_map(|object| object.get(key))
        .filter(|part| part.is_object());
    Node {
        parts: parts.collect(),
        ..Node::default()
    }
}

/// The types that the first object with a type allows, `null` left out.
fn types<'a>(objects: &[&'a Object]) -> Vec<&'a str> {
    let declared = objects.iter().find_map(|object| object.get("type"));
    match declared {
        Some(Value::String(only)) => vec![only],
        Some(list) => items(Some(list))
            .iter()
            .filter_map(Value::as_str)
            .filter(|kind| *kind != "null")
            .collect(),
        None => Vec::new(),
    }
}

/// The values that all enums of the objects share.
fn values(objects: &[&Object]) -> BTreeSet<String> {
    let enums = objects.iter().filter_map(|object| match object.get("const") {
        Some(only) => Some(std::slice::from_ref(only)),
        None => object.get("enum").map(|list| items(Some(list))),
    });
    let sets = enums.map(|values| {
        let told = values.iter().filter(|value| !value.is_null());
        told.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect::<BTreeSet<String>>()
    });
    sets.reduce(|one, other| one.intersection(&other).cloned().collect())
        .unwrap_or_default()
}
