//! References followed and `allOf` put together; `nullable`, `type: [.., "null"]` and a union with `null` taken for the same thing.
//!
//! Invariant: nothing is copied; everything points into the document.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::document::{Document, items};
use super::schema::{Node, Object};

/// What says nothing of the values of a schema.
const ANNOTATIONS: [&str; 6] = ["description", "title", "summary", "example", "examples", "externalDocs"];

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
    pub(crate) only: Option<&'a str>,
    pub(crate) group: Vec<Node<'a>>,
    /// What the references ended at.
    pub(crate) sources: Vec<&'a Value>,
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
            for item in items {
                hash_value(item, hasher);
            }
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
pub(crate) fn union_of(object: &Object) -> Option<Vec<&Value>> {
    ["oneOf", "anyOf"].into_iter().find_map(|key| {
        let members: Vec<&Value> = items(object.get(key))
            .iter()
            .filter(|member| !is_null(member))
            .collect();
        (members.len() > 1).then_some(members)
    })
}
