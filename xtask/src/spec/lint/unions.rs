//! Unions: one field tells which member a value is.
//!
//! Invariant: a union that passes can be read by its tag alone, and each of its members is a member of nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::context::{Context, Place, target, text, texts};
use crate::spec::bundle::listed;
use crate::spec::location::join;
use crate::spec::reference::schema_name;
use crate::spec::rule;

pub(super) fn check(context: &mut Context<'_>) {
    form(context);
    mapping(context);
    one_tag(context);
    tags(context);
    one_union_each(context);
    members_only(context);
}

/// The schemas that a union's `oneOf` refers to.
fn members(union: &Value) -> Vec<&str> {
    let list = union.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|member| text(member, "$ref").and_then(schema_name))
        .collect()
}

/// The names of the components that are unions, except those with a hand-written type.
fn unions<'a>(context: &Context<'a>) -> Vec<(&'a str, &'a Value)> {
    let schemas = context
        .components("schemas")
        .filter(|(_, schema)| schema.get("x-rust-type").is_none());
    schemas
        .filter(|(_, schema)| schema.get("oneOf").is_some())
        .map(|(name, schema)| (name.as_str(), schema))
        .collect()
}

/// The fields that are the tag of a union, as component and field.
pub(super) fn tag_fields(context: &Context<'_>) -> BTreeSet<(String, String)> {
    let mut fields = BTreeSet::new();
    for (_, union) in unions(context) {
        let Some(tag) = union
            .get("discriminator")
            .and_then(|discriminator| text(discriminator, "propertyName"))
        else {
            continue;
        };
        let members = members(union).into_iter();
        fields.extend(members.map(|member| (member.to_owned(), tag.to_owned())));
    }
    fields
}

fn form(context: &mut Context<'_>) {
    let beside = ["description", "oneOf", "discriminator", "deprecated", "x-inferred"];
    for (name, union) in unions(context) {
        let pointer = join("/components/schemas", name);
        let list = union
            .get("oneOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let references = members(union);
        let distinct: BTreeSet<&str> = references.iter().copied().collect();
        let only_references = list
            .iter()
            .all(|member| member.as_object().is_some_and(|member| member.len() == 1));
        if list.len() < 2 || distinct.len() != list.len() || !only_references {
            let message = format!("`oneOf` of `{name}` must hold two or more `$ref`s, each once, and nothing else");
            context.report(&join(&pointer, "oneOf"), rule::UNION, message);
        }
        for key in union
            .as_object()
            .into_iter()
            .flat_map(|union| union.keys())
            .filter(|key| !beside.contains(&key.as_str()))
        {
            let message = format!("`{key}` does not belong into a union: it holds {}", listed(&beside));
            context.report(&join(&pointer, key), rule::UNION, message);
        }
        let tag = union
            .get("discriminator")
            .and_then(|discriminator| text(discriminator, "propertyName"));
        if tag.is_none_or(str::is_empty) {
            let message = format!(
                "`{name}` has no `discriminator` with a `propertyName`: the first member that fits would be taken"
            );
            context.report(&pointer, rule::UNION, message);
        }
    }
}

fn mapping(context: &mut Context<'_>) {
    for (name, union) in unions(context) {
        let Some(discriminator) = union.get("discriminator") else {
            continue;
        };
        let pointer = format!("/components/schemas/{name}/discriminator");
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let mut mapped: BTreeSet<&str> = BTreeSet::new();
        for (value, reference) in mapping.into_iter().flatten() {
            let member = reference
                .as_str()
                .and_then(schema_name)
                .filter(|member| members(union).contains(member));
            let message = match member {
                None => format!("`{value}` is mapped to {reference}, which is not in `oneOf`"),
                Some(member) if !mapped.insert(member) => {
                    format!("`{value}` is a second value for `{member}`: a member has one")
                }
                Some(_) => continue,
            };
            context.report(&join(&join(&pointer, "mapping"), value), rule::UNION_MAPPING, message);
        }
        let missing: Vec<&str> = members(union)
            .into_iter()
            .filter(|member| !mapped.contains(member))
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "`mapping` of `{name}` leaves out {}: name every member",
                listed(&missing)
            );
            context.report(&pointer, rule::UNION_MAPPING, message);
        }
    }
}

fn tags(context: &mut Context<'_>) {
    for (name, union) in unions(context) {
        let Some(discriminator) = union.get("discriminator") else {
            continue;
        };
        let Some(tag) = text(discriminator, "propertyName") else {
            continue;
        };
        for (value, reference) in discriminator
            .get("mapping")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let member = reference
                .as_str()
                .and_then(schema_name)
                .filter(|member| members(union).contains(member));
            let Some(member) = member else {
                continue;
            };
            let Some(schema) = context.component(member).filter(|schema| schema.get("oneOf").is_none()) else {
                continue;
            };
            let field = &schema["properties"][tag];
            let fits = texts(schema, "required").any(|field| field == tag)
                && text(field, "type") == Some("string")
                && field.get("enum") == Some(&json!([value]));
            if !fits {
                let message = format!(
                    "`{member}` is the member `{value}` of `{name}`: it needs `{tag}: {{type: string, enum: [{value}]}}`, and `{tag}` in `required`"
                );
                context.report(&join("/components/schemas", member), rule::UNION_TAG, message);
            }
            if text(schema, "type") != Some("object") || schema.get("additionalProperties").is_some() {
                let message =
                    format!("`{member}` is a member of `{name}`: it must be a plain object with `properties`");
                context.report(&join("/components/schemas", member), rule::UNION_MEMBER, message);
            }
        }
    }
}

/// No generated type reads two tags of one object.
fn one_tag(context: &mut Context<'_>) {
    for (name, union) in unions(context) {
        for (index, member) in members(union).into_iter().enumerate() {
            if context
                .component(member)
                .is_some_and(|schema| schema.get("oneOf").is_some())
            {
                let message = format!(
                    "`{member}` is a union itself, and a union has one tag: list plain objects, one for each kind, and keep the second tag as a field of theirs"
                );
                let pointer = format!("/components/schemas/{name}/oneOf/{index}");
                context.report(&pointer, rule::UNION_MEMBER, message);
            }
        }
    }
}

fn one_union_each(context: &mut Context<'_>) {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, union) in unions(context) {
        for member in members(union) {
            if let Some(other) = owners.insert(member, name)
                && other != name
            {
                let message =
                    format!("`{member}` is a member of `{other}` and of `{name}`: give each union members of its own");
                context.report(&join("/components/schemas", member), rule::UNION_MEMBER, message);
            }
        }
    }
}

fn members_only(context: &mut Context<'_>) {
    let owners: BTreeMap<&str, &str> = unions(context)
        .into_iter()
        .flat_map(|(name, union)| members(union).into_iter().map(move |member| (member, name)))
        .collect();
    for site in context
        .sites
        .clone()
        .iter()
        .filter(|site| site.place != Place::Member && site.place != Place::Part)
    {
        if let Some(member) = target(site.schema)
            && let Some(union) = owners.get(member)
        {
            let message = format!(
                "`{member}` belongs to the union `{union}`, which takes its tag: use the union, or a schema of its own"
            );
            context.report(&site.pointer, rule::UNION_MEMBER, message);
        }
    }
}
