//! Numbers, text, ids, secrets, and what is left open on purpose.
//!
//! Invariant: every number that passes has a width, every format a type, and everything free a reason.

use serde_json::Value;

use super::context::{Context, Place, is_pascal, text};
use crate::spec::bundle::listed;
use crate::spec::location::join;
use crate::spec::rule;

/// What `x-limits` may hold.
const LIMITS: [&str; 12] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "itemMaxLength",
    "itemMinLength",
    "itemPattern",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
];
/// Fields that are secret whatever they belong to.
const SECRET_FIELDS: [&str; 8] = [
    "accessToken",
    "encryptedPrivateKey",
    "otpCode",
    "password",
    "privateKey",
    "recoveryCode",
    "secret",
    "temporaryAuthenticationToken",
];

pub(super) fn check(context: &mut Context<'_>) {
    number_format(context);
    text_format(context);
    id(context);
    enumeration(context);
    secret(context);
    free_form(context);
    rust_type(context);
    limits(context);
    nullable(context);
}

fn number_format(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let (known, message): (&[&str], _) = match text(site.schema, "type") {
            Some("integer") => (
                &["int32", "int64"],
                "an integer needs `format: int32` or `format: int64`",
            ),
            Some("number") => (
                &["double"],
                "a number needs `format: double`; an amount is `$ref: Amount`",
            ),
            _ => continue,
        };
        if !text(site.schema, "format").is_some_and(|format| known.contains(&format)) {
            context.report(&site.pointer, rule::NUMBER_FORMAT, message);
        }
    }
}

fn text_format(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let Some(format) = text(site.schema, "format") else {
            continue;
        };
        let pointer = join(&site.pointer, "format");
        let message = match (text(site.schema, "type"), format) {
            (Some("integer" | "number"), _) | (Some("string"), "date-time" | "id") => continue,
            (Some("string"), "amount" | "hex" | "password") if site.schema.get("x-rust-type").is_some() => continue,
            (Some("string"), "amount" | "hex" | "password") => {
                format!("`format: {format}` stands in one component only: write `$ref: Amount`, `Hex` or `Secret`")
            }
            (Some("string"), _) => format!("no type stands for `format: {format}`: leave it out, and describe it"),
            _ => "only text and numbers have a `format`: remove it".to_owned(),
        };
        context.report(&pointer, rule::TEXT_FORMAT, message);
    }
}

fn id(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let is_id = text(site.schema, "format") == Some("id");
        let prefix = site.schema.get("x-id-prefix");
        if !is_id && prefix.is_none() {
            continue;
        }
        let prefix_fits = prefix
            .and_then(Value::as_str)
            .is_some_and(|prefix| !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_alphabetic()));
        let is_component = matches!(site.place, Place::Component(_));
        if !is_id || !prefix_fits || !is_component || text(site.schema, "type") != Some("string") {
            let message = "an id is a component with `type: string`, `format: id` and `x-id-prefix`, letters only; elsewhere write its `$ref`";
            context.report(&site.pointer, rule::ID, message);
        }
    }
}

fn enumeration(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let Some(values) = site.schema.get("enum") else {
            continue;
        };
        let all_text = values.as_array().is_some_and(|values| {
            !values.is_empty()
                && values
                    .iter()
                    .all(|value| value.as_str().is_some_and(|value| !value.is_empty()))
        });
        if !all_text || text(site.schema, "type") != Some("string") {
            let message = "an enum is `type: string` with one or more values of text";
            context.report(&join(&site.pointer, "enum"), rule::ENUM, message);
        }
    }
}

fn secret(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        if let Place::Property { name, .. } = site.place
            && SECRET_FIELDS.contains(&name)
            && text(site.schema, "type") == Some("string")
            && site.schema.get("x-secret").is_none()
        {
            let message = format!("`{name}` is a secret: write `$ref: Secret`, which no log shows");
            context.report(&site.pointer, rule::SECRET, message);
        }
    }
}

fn free_form(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let open = site.schema.get("additionalProperties") == Some(&Value::Bool(true));
        let Some(reason) = site.schema.get("x-free-form") else {
            if open {
                let message = "`additionalProperties: true` needs a named component with `x-free-form: <reason>`";
                context.report(&site.pointer, rule::FREE_FORM, message);
            }
            continue;
        };
        let is_component = matches!(site.place, Place::Component(_));
        let any_object = text(site.schema, "type") == Some("object") && open;
        let any_value = site.schema.get("type").is_none() && site.schema.get("additionalProperties").is_none();
        let nothing_else = ["properties", "required", "enum", "oneOf", "allOf", "items"]
            .iter()
            .all(|key| site.schema.get(key).is_none());
        if reason.as_str().is_none_or(str::is_empty) || !is_component || !(any_object || any_value) || !nothing_else {
            let message = "what is free is a component with the reason in `x-free-form`: `type: object` with \
                `additionalProperties: true`, or no `type` at all for any JSON value";
            context.report(&site.pointer, rule::FREE_FORM, message);
        }
    }
}

fn rust_type(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let Some(name) = site.schema.get("x-rust-type") else {
            continue;
        };
        if !matches!(site.place, Place::Component(_)) || !name.as_str().is_some_and(is_pascal) {
            let message = "`x-rust-type` belongs into a component, and names a type of dfns-types in PascalCase";
            context.report(&join(&site.pointer, "x-rust-type"), rule::RUST_TYPE, message);
        }
    }
}

fn limits(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        let Some(limits) = site.schema.get("x-limits") else {
            continue;
        };
        let pointer = join(&site.pointer, "x-limits");
        let Some(limits) = limits.as_object().filter(|limits| !limits.is_empty()) else {
            context.report(
                &pointer,
                rule::LIMITS,
                "`x-limits` is a mapping, such as `{maxLength: 100}`",
            );
            continue;
        };
        for (key, value) in limits {
            let fits = match key.as_str() {
                key if !LIMITS.contains(&key) => false,
                "pattern" | "itemPattern" => value.is_string(),
                "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                    value.is_number() || value.is_string()
                }
                _ => value.is_u64(),
            };
            if !fits {
                let message = format!(
                    "`{key}` is no limit, or has a wrong value: it may hold {}",
                    listed(&LIMITS)
                );
                context.report(&join(&pointer, key), rule::LIMITS, message);
            }
        }
    }
}

fn nullable(context: &mut Context<'_>) {
    for site in context.sites.clone().iter() {
        if site
            .schema
            .get("nullable")
            .is_some_and(|value| *value != Value::Bool(true))
        {
            let message = "`nullable` is `true`, or left out";
            context.report(&join(&site.pointer, "nullable"), rule::NULLABLE, message);
        }
        let is_component = matches!(site.place, Place::Component(_));
        if is_component && site.schema.get("nullable").is_some() {
            let message =
                "a component is never `nullable`; the field that uses it is: `{nullable: true, allOf: [{$ref: …}]}`";
            context.report(&join(&site.pointer, "nullable"), rule::NULLABLE, message);
        }
    }
}
