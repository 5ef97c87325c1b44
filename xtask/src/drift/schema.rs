//! Which values a schema has, whichever way it is written: `const` is an enum of one value, several types are a union.
//!
//! Invariant: nothing is copied; everything points into the document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::document::{entries, items};
use super::flat::{Flat, union_of};

pub(crate) type Object = Map<String, Value>;

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
