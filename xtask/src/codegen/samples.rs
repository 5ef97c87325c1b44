//! Samples: for each component, JSON that it must take and give back unchanged.
//!
//! Invariant: a sample is in the form in which our types write it (times with milliseconds, no empty list where a list
//! may be left out), so that what comes back can be compared for equality.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Facts;
use super::facts::{array, component, object};

/// How deep the optional fields of a full sample are filled in: those of the component itself, and of what it holds.
pub(crate) const FULL: usize = 2;

/// No optional field at all.
pub(crate) const MINIMAL: usize = 0;

/// What makes samples of one document.
pub(crate) struct Samples<'a> {
    schemas: &'a Map<String, Value>,
    facts: &'a Facts,
    /// The tag of each component that is a member of a union: it stands in the schema, and not in the type.
    tags: BTreeMap<&'a str, &'a str>,
}

impl<'a> Samples<'a> {
    pub(crate) fn new(document: &'a Value, facts: &'a Facts) -> Self {
        let members = facts.unions.values().flat_map(|union| {
            union
                .members
                .iter()
                .map(|(_, member)| (member.as_str(), union.tag.as_str()))
        });
        Self {
            schemas: object(&document["components"]["schemas"]),
            facts,
            tags: members.collect(),
        }
    }

    /// The names of all components.
    pub(crate) fn components(&self) -> impl Iterator<Item = &'a str> {
        self.schemas.keys().map(String::as_str)
    }

    /// The fields of an object as its type has them: without the tag.
    pub(crate) fn fields(&self, name: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let tag = self.tags.get(name).copied();
        let properties = self.schemas.get(name).map(|schema| object(&schema["properties"]));
        let all = properties.into_iter().flatten();
        all.map(|(field, schema)| (field.as_str(), schema))
            .filter(move |(field, _)| Some(*field) != tag)
    }

    /// A sample with that many levels of objects whose optional fields are there; `None` if the component cannot end.
    pub(crate) fn component(&self, name: &str, levels: usize) -> Option<Value> {
        self.named(name, levels, &mut Vec::new())
    }

    /// A sample of each form that a type written by hand, an id, or something else that is no object can have.
    pub(crate) fn forms(&self, name: &str) -> Vec<Value> {
        match self.schemas.get(name) {
            Some(schema) if self.facts.hand_written.contains_key(name) => by_hand(schema),
            Some(_) if self.facts.anything.contains(name) => {
                vec![free(), json!(null), json!("text"), json!([]), json!(0.5), json!(false)]
            }
            _ => self.component(name, FULL).into_iter().collect(),
        }
    }

    /// `open` are the components that are being made without their optional fields: none can be within itself.
    fn named(&self, name: &str, levels: usize, open: &mut Vec<String>) -> Option<Value> {
        let schema = self.schemas.get(name)?;
        if levels == MINIMAL {
            if open.iter().any(|other| other == name) {
                return None;
            }
            open.push(name.to_owned());
        }
        let made = if self.facts.hand_written.contains_key(name) {
            by_hand(schema).into_iter().next()
        } else if let Some(union) = self.facts.unions.get(name) {
            union.members.iter().find_map(|(kind, member)| {
                let mut sample = self.named(member, levels, open)?;
                sample.as_object_mut()?.insert(union.tag.clone(), json!(kind));
                Some(sample)
            })
        } else if self.facts.objects.contains_key(name) {
            self.object(name, schema, levels, open)
        } else {
            self.schema(schema, levels, open)
        };
        if levels == MINIMAL {
            open.pop();
        }
        made
    }

    fn object(&self, name: &str, schema: &Value, levels: usize, open: &mut Vec<String>) -> Option<Value> {
        let mut fields = Map::new();
        for (field, property) in self.fields(name) {
            let inner = levels.saturating_sub(1);
            if !array(&schema["required"]).iter().any(|required| required == field) {
                if levels != MINIMAL
                    && let Some(value) = self.schema(property, inner, open)
                    && !may_be_left_out(property, &value)
                {
                    fields.insert(field.to_owned(), value);
                }
            } else if property["nullable"] == true && levels == MINIMAL {
                fields.insert(field.to_owned(), Value::Null);
            } else {
                fields.insert(field.to_owned(), self.schema(property, inner, open)?);
            }
        }
        Some(Value::Object(fields))
    }

    fn schema(&self, schema: &Value, levels: usize, open: &mut Vec<String>) -> Option<Value> {
        if let Some(name) = referred(schema) {
            return self.named(name, levels, open);
        }
        if let Some(first) = array(&schema["enum"]).first() {
            return Some(first.clone());
        }
        match schema["type"].as_str() {
            Some("string") => Some(match (schema["format"].as_str(), schema["x-id-prefix"].as_str()) {
                (Some("date-time"), _) => json!("2026-11-22T14:56:55.123Z"),
                (_, Some(prefix)) => json!(format!("{prefix}-2k4ls-0p1qm-8f7gh3jd5kq9vt6a")),
                _ => json!("text"),
            }),
            Some("boolean") => Some(json!(true)),
            // One more than a float can tell from its neighbours.
            Some("integer") if schema["format"] == "int64" => Some(json!(9_007_199_254_740_993_i64)),
            Some("integer") => Some(json!(7)),
            Some("number") => Some(json!(0.5)),
            // What cannot end inside of itself ends with an empty list.
            Some("array") => Some(self.schema(&schema["items"], levels, open).into_iter().collect()),
            Some("object") if schema["additionalProperties"].is_object() => {
                let value = self.schema(&schema["additionalProperties"], levels, open);
                Some(value.map_or_else(|| json!({}), |value| json!({"key": value})))
            }
            _ => Some(free()),
        }
    }
}

/// The component that a schema refers to, be it as something nullable.
pub(crate) fn referred(schema: &Value) -> Option<&str> {
    let target = schema.pointer("/$ref").or_else(|| schema.pointer("/allOf/0/$ref"))?;
    target.as_str().map(component)
}

/// What the API itself leaves free.
fn free() -> Value {
    json!({"any": [1, {"thing": null}]})
}

/// True for an empty list or map that stands in the field itself, for which nothing is written.
fn may_be_left_out(property: &Value, value: &Value) -> bool {
    referred(property).is_none() && (*value == json!([]) || *value == json!({}))
}

/// A sample of each form of a type that is written by hand.
fn by_hand(schema: &Value) -> Vec<Value> {
    match schema["format"].as_str() {
        Some("amount") => vec![json!(
            "115792089237316195423570985008687907853269984665640564039457584007913129639935"
        )],
        Some("password") => vec![json!("hunter2")],
        Some("hex") => vec![json!("0x00ffAB"), json!("00ffab"), json!("0x")],
        _ => array(&schema["oneOf"])
            .iter()
            .map(|form| match form["type"].as_str() {
                // A quantity, or bytes: this is both.
                Some("string") => json!("0x5208"),
                Some("integer") => json!(9_007_199_254_740_993_i64),
                _ => free(),
            })
            .collect(),
    }
}
