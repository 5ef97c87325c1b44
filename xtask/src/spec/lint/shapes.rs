//! The form of schemas.
//!
//! Invariant: every object, enum and union that passes has a name, and holds nothing that the generated types would enforce.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::context::{Context, Place, Site, text, texts};
use super::unions;
use crate::spec::location::join;
use crate::spec::rule;

/// What turns a type into one that refuses what the API may answer tomorrow.
const LIMITS: [&str; 13] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

pub(super) fn check(context: &mut Context<'_>) {
    inline(context);
    title(context);
    limits(context);
    forbidden(context);
    all_of(context);
    reference_alone(context);
    known_type(context);
    object(context);
    array(context);
    required_fields(context);
}

/// Keywords of OpenAPI that have no place in this specification.
pub(super) fn is_refused(key: &str) -> bool {
    LIMITS.contains(&key) || ["anyOf", "default", "not", "title"].contains(&key)
}

/// What kind of named thing a schema is, if it is one.
fn named_kind(schema: &Value) -> Option<&'static str> {
    let closed_object = schema.get("properties").is_some()
        || (text(schema, "type") == Some("object") && schema.get("additionalProperties").is_none());
    if schema.get("oneOf").is_some() || schema.get("anyOf").is_some() {
        Some("a union")
    } else if schema.get("enum").is_some() {
        Some("an enum")
    } else if closed_object {
        Some("an object")
    } else {
        None
    }
}

fn inline(context: &mut Context<'_>) {
    let tags = unions::tag_fields(context);
    for site in context.sites.clone().iter() {
        let is_tag = match site.place {
            Place::Component(_) => continue,
            Place::Property {
                owner: Some(owner),
                name,
            } => tags.contains(&(owner.to_owned(), name.to_owned())),
            _ => false,
        };
        if let Some(kind) = named_kind(site.schema)
            && !is_tag
        {
            let message =
                format!("{kind} without a name: make it a component in PascalCase, and write its `$ref` here");
            context.report(&site.pointer, rule::INLINE, message);
        }
    }
}

fn title(context: &mut Context<'_>) {
    for site in context
        .sites
        .clone()
        .iter()
        .filter(|site| site.schema.get("title").is_some())
    {
        let message = "`title` would rename the type: remove it; the name of the component is its name";
        context.report(&join(&site.pointer, "title"), rule::TITLE, message);
    }
}

fn limits(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        for key in LIMITS.into_iter().filter(|key| site.schema.get(key).is_some()) {
            let message = format!("`{key}` would make a type that refuses answers: write `x-limits: {{{key}: …}}`");
            context.report(&join(&site.pointer, key), rule::FORBIDDEN_KEYWORD, message);
        }
    }
}

fn forbidden(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        for (key, message) in [
            (
                "anyOf",
                "`anyOf` has no type in Rust: write a union, `oneOf` with a `discriminator`",
            ),
            ("not", "`not` has no type in Rust: describe what is meant"),
            ("default", "`default` would always be sent: say it in the `description`"),
        ] {
            if site.schema.get(key).is_some() {
                context.report(&join(&site.pointer, key), rule::FORBIDDEN_KEYWORD, message);
            }
        }
        if site.schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            let message = "`additionalProperties: false` would make a new field fail the answer: remove it";
            context.report(
                &join(&site.pointer, "additionalProperties"),
                rule::FORBIDDEN_KEYWORD,
                message,
            );
        }
    }
}

fn all_of(context: &mut Context<'_>) {
    let beside = [
        "description",
        "nullable",
        "allOf",
        "deprecated",
        "x-inferred",
        "x-limits",
    ];
    for site in context.sites.clone().iter() {
        let Some(parts) = site.schema.get("allOf") else {
            continue;
        };
        let one_reference = matches!(parts.as_array().map(Vec::as_slice), Some([part]) if part.get("$ref").is_some());
        let alone = site
            .schema
            .as_object()
            .is_some_and(|schema| schema.keys().all(|key| beside.contains(&key.as_str())));
        let pointer = join(&site.pointer, "allOf");
        if matches!(site.place, Place::Component(_)) {
            let message = "a component that is made of another: write out its fields, or use the other";
            context.report(&pointer, rule::ALL_OF, message);
        } else if !one_reference || !alone {
            let message = "`allOf` holds exactly one `$ref`, and only `description`, `nullable`, `deprecated` and `x-limits` stand beside it";
            context.report(&pointer, rule::ALL_OF, message);
        }
    }
}

fn reference_alone(context: &mut Context<'_>) {
    for site in context
        .sites
        .clone()
        .iter()
        .filter(|site| site.schema.get("$ref").is_some())
    {
        if site.schema.as_object().is_some_and(|schema| schema.len() > 1) {
            let message = "what stands beside `$ref` has no effect: write `{description: …, allOf: [{$ref: …}]}`";
            context.report(&site.pointer, rule::REFERENCE_SIBLING, message);
        } else if matches!(site.place, Place::Component(_)) {
            let message = "a component that is only another name: use the other";
            context.report(&site.pointer, rule::ALL_OF, message);
        }
    }
}

/// Whether the schema says elsewhere what it is.
fn is_typed_otherwise(schema: &Value) -> bool {
    ["$ref", "allOf", "oneOf", "anyOf", "not", "x-rust-type", "x-free-form"]
        .into_iter()
        .any(|key| schema.get(key).is_some())
}

fn known_type(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let known = matches!(
            text(site.schema, "type"),
            Some("string" | "integer" | "number" | "boolean" | "array" | "object")
        );
        let missing = site.schema.get("type").is_none();
        if !site.schema.is_object() || !(known || missing && is_typed_otherwise(site.schema)) {
            let message =
                "no `type`, or an unknown one: write `string`, `integer`, `number`, `boolean`, `array` or `object`";
            context.report(&site.pointer, rule::TYPE, message);
        }
    }
}

fn object(context: &mut Context<'_>) {
    for site in context
        .sites
        .clone()
        .iter()
        .filter(|site| !is_typed_otherwise(site.schema))
    {
        let is_object = text(site.schema, "type") == Some("object");
        let properties = site.schema.get("properties");
        let extra = site.schema.get("additionalProperties");
        let message = match (is_object, properties, extra) {
            (true, None, None) => {
                "an object without `properties`: list them, or write `properties: {}` if there is none"
            }
            (true, Some(_), Some(_)) => "an object has `properties` or `additionalProperties`, not both",
            (false, Some(_), _) | (false, _, Some(_)) => "fields without `type: object`: write it",
            _ => continue,
        };
        context.report(&site.pointer, rule::TYPE, message);
    }
}

fn array(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let is_array = text(site.schema, "type") == Some("array");
        if is_array != site.schema.get("items").is_some() {
            context.report(
                &site.pointer,
                rule::TYPE,
                "`type: array` and `items` go together: write both",
            );
        }
    }
}

fn required_fields(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let Some(required) = site.schema.get("required") else {
            continue;
        };
        let pointer = join(&site.pointer, "required");
        let names: Vec<&str> = texts(site.schema, "required").collect();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        if required
            .as_array()
            .is_none_or(|list| list.is_empty() || list.len() != distinct.len())
        {
            context.report(
                &pointer,
                rule::REQUIRED,
                "`required` is a list of fields, each once: leave it out if there is none",
            );
        }
        for name in distinct.into_iter().filter(|name| !has_field(site, name)) {
            let message = format!("`required` names `{name}`, which is none of the `properties`");
            context.report(&pointer, rule::REQUIRED, message);
        }
    }
}

fn has_field(site: &Site<'_>, name: &str) -> bool {
    site.schema
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|fields: &Map<String, Value>| fields.contains_key(name))
}
