//! The names of components, fields and values.
//!
//! Invariant: names that pass stay apart when they become Rust names, and none takes a name that the generator makes itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::context::{Context, fold, is_pascal, text, texts};
use crate::spec::location::{escape, join};
use crate::spec::reference::schema_name;
use crate::spec::rule;

/// Names that no component can have: types and traits that Rust brings along, and what `dfns-types` has by hand.
pub const TAKEN: &[&str] = &[
    "Amount",
    "AmountError",
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "EvmQuantity",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "FromStr",
    "Hash",
    "Hex",
    "HexError",
    "IdError",
    "Into",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "NumberOrText",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Patch",
    "Progress",
    "RawPayload",
    "Result",
    "Secret",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "Timestamp",
    "TimestampError",
    "ToOwned",
    "ToString",
    "Tracked",
    "TryFrom",
    "TryInto",
    "UnknownObject",
    "UnknownValue",
    "Unpin",
    "Vec",
];

pub(super) fn check(context: &mut Context<'_>) {
    component_name(context);
    numbered_name(context);
    reserved_name(context);
    taken_name(context);
    components_apart(context);
    fields_apart(context);
    values_apart(context);
    unused_component(context);
}

fn component_name(context: &mut Context<'_>) {
    for kind in ["parameters", "schemas"] {
        for (name, _) in context.components(kind) {
            if !is_pascal(name) {
                let message = format!("the component `{name}` is not in PascalCase");
                context.report(
                    &format!("/components/{kind}/{}", escape(name)),
                    rule::COMPONENT_NAME,
                    message,
                );
            }
        }
    }
}

fn numbered_name(context: &mut Context<'_>) {
    for (name, _) in context.components("schemas") {
        let stem = name.trim_end_matches(|last: char| last.is_ascii_digit());
        if stem != name && context.component(stem).is_some() {
            let message = format!("`{name}` is `{stem}` with a number: give it a name that says how they differ");
            context.report(&join("/components/schemas", name), rule::COMPONENT_NAME, message);
        }
    }
}

fn reserved_name(context: &mut Context<'_>) {
    let mut reserved: BTreeMap<String, String> = BTreeMap::new();
    for operation in context.operations.iter().filter(|operation| !operation.id().is_empty()) {
        let parameters = operation
            .parameters
            .iter()
            .filter_map(|parameter| text(parameter.value, "name"));
        for suffix in ["Response", "Body", "Params"].into_iter().chain(parameters) {
            reserved.insert(fold(&format!("{}{suffix}", operation.id())), operation.id().to_owned());
        }
    }
    for (name, _) in context.components("schemas") {
        if let Some(id) = reserved.get(&fold(name)) {
            let message =
                format!("the generator makes the name `{name}` itself, for the operation `{id}`: rename the component");
            context.report(&join("/components/schemas", name), rule::RESERVED_NAME, message);
        }
    }
}

fn taken_name(context: &mut Context<'_>) {
    for (name, schema) in context.components("schemas") {
        // A component may be what the hand-written type of its name stands for.
        if TAKEN.contains(&name.as_str()) && text(schema, "x-rust-type") != Some(name) {
            let message =
                format!("`{name}` is the name of a type that Rust or `dfns-types` has already: rename the component");
            context.report(&join("/components/schemas", name), rule::RESERVED_NAME, message);
        }
    }
}

/// Reports the names of one kind that are the same but for capitals and punctuation.
fn apart<'a>(context: &mut Context<'_>, what: &str, base: &str, names: impl Iterator<Item = (String, &'a str)>) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (key, name) in names {
        if let Some(other) = seen.insert(fold(name), name) {
            let message = if other == name {
                format!("the {what} `{name}` stands twice: remove one")
            } else {
                format!("the {what}s `{other}` and `{name}` differ in capitals or punctuation only: rename one")
            };
            context.report(&join(base, &key), rule::NAME_CLASH, message);
        }
    }
}

fn components_apart(context: &mut Context<'_>) {
    for kind in ["parameters", "schemas"] {
        let names = context.components(kind).map(|(name, _)| (name.clone(), name.as_str()));
        apart(context, "component", &format!("/components/{kind}"), names);
    }
}

fn fields_apart(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let fields = site
            .schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let names = fields.map(|(name, _)| (name.clone(), name.as_str()));
        apart(context, "field", &join(&site.pointer, "properties"), names);
    }
}

fn values_apart(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let values = texts(site.schema, "enum")
            .enumerate()
            .map(|(index, value)| (index.to_string(), value));
        apart(context, "value", &join(&site.pointer, "enum"), values);
    }
}

fn unused_component(context: &mut Context<'_>) {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&Value> = context
        .document
        .get("paths")
        .into_iter()
        .chain(context.document["components"].get("responses"))
        .collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => {
                open.extend(object.values());
                if let Some(reference) = object.get("$ref").and_then(Value::as_str)
                    && used.insert(reference)
                {
                    open.extend(
                        reference
                            .strip_prefix('#')
                            .and_then(|inner| context.document.pointer(inner)),
                    );
                }
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    for kind in ["parameters", "schemas"] {
        for (name, _) in context.components(kind) {
            let reference = format!("#/components/{kind}/{name}");
            if !used.contains(reference.as_str()) {
                let what = if schema_name(&reference).is_some() {
                    "schema"
                } else {
                    "parameter"
                };
                let message = format!("no operation uses the {what} `{name}`: remove it");
                context.report(
                    &format!("/components/{kind}/{}", escape(name)),
                    rule::UNUSED_COMPONENT,
                    message,
                );
            }
        }
    }
}
