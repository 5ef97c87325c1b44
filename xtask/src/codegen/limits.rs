//! The tables of limits: what the API takes in the fields of each request body, and in each query.
//!
//! Only what leads to a limit is written down.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::Value;

use super::facts::{Operation, component, object, reach, text};
use super::{Error, Facts, names, regex};

/// The contents of `limits_table.rs`, and the name of the shape of each body that has one.
pub(crate) struct Limits {
    /// The file.
    pub(crate) tokens: TokenStream,
    limited: BTreeSet<String>,
    /// The name of the shape of each query that has one, by operation.
    queries: BTreeMap<String, proc_macro2::Ident>,
}

impl Limits {
    /// The path of the shape of a body, as an `Option`.
    pub(crate) fn of_body(&self, body: Option<&String>) -> TokenStream {
        let name = body
            .filter(|body| self.limited.contains(*body))
            .map(|body| shape_name(body));
        optional(name.as_ref())
    }

    /// The path of the shape of the query of an operation, as an `Option`.
    pub(crate) fn of_query(&self, operation: &str) -> TokenStream {
        optional(self.queries.get(operation))
    }
}

fn optional(shape: Option<&proc_macro2::Ident>) -> TokenStream {
    shape.map_or_else(|| quote!(None), |name| quote!(Some(&super::limits_table::#name)))
}

/// Reads all limits of queries, and those that request bodies lead to.
pub(crate) fn generate(document: &Value, facts: &Facts) -> Result<Limits, Error> {
    let mut sent = BTreeSet::new();
    for body in facts.operations.iter().filter_map(|operation| operation.body.as_ref()) {
        let reference = serde_json::json!({ "$ref": format!("#/components/schemas/{body}") });
        reach(document, &reference, &mut sent);
    }
    let schemas = object(&document["components"]["schemas"]);
    let limited = limited(schemas, &sent, facts);
    let mut patterns = BTreeMap::new();
    let mut shapes = Vec::new();
    for name in &limited {
        shapes.push(shape(schemas, name, facts, &limited, &mut patterns)?);
    }
    let mut queries = BTreeMap::new();
    let mut by_fields: BTreeMap<String, proc_macro2::Ident> = BTreeMap::new();
    for operation in &facts.operations {
        let fields = query(operation, &mut patterns)?;
        if fields.is_empty() {
            continue;
        }
        // Most lists have the same limits.
        let next = names::ident(format!("QUERY_{}", by_fields.len() + 1));
        let fields = quote!(#(#fields),*);
        let name = by_fields.entry(fields.to_string()).or_insert_with(|| {
            shapes.push(quote!(pub(crate) static #next: Shape = Shape { fields: &[#fields], kinds: None };));
            next
        });
        queries.insert(operation.id.clone(), name.clone());
    }
    let patterns = patterns.iter().map(|(text, name)| {
        let name = names::ident(name);
        let alternatives = regex::alternatives(text)?;
        Ok(quote!(static #name: Pattern = Pattern { text: #text, alternatives: #alternatives };))
    });
    let patterns = patterns.collect::<Result<Vec<_>, Error>>()?;
    Ok(Limits {
        tokens: quote! {
            #[allow(unused_imports, reason = "a specification may have no form of a text")]
            use crate::limits::{Field, Limits, Pattern, Piece, Shape};
            #(#patterns)*
            #(#shapes)*
        },
        limited,
        queries,
    })
}

/// The limited parameters of a query.
fn query(operation: &Operation, patterns: &mut BTreeMap<String, String>) -> Result<Vec<TokenStream>, Error> {
    let mut fields = Vec::new();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.in_query) {
        let wire = &parameter.wire;
        let limits = row(object(&parameter.limits), "", patterns)?;
        fields.extend(limits.map(|limits| quote!(Field::new(#wire, #limits))));
    }
    Ok(fields)
}

/// Components with a limit in them, or in what they are made of.
fn limited(schemas: &serde_json::Map<String, Value>, sent: &BTreeSet<String>, facts: &Facts) -> BTreeSet<String> {
    let mut limited: BTreeSet<String> = BTreeSet::new();
    loop {
        let is_limited = |name: &&String| match (facts.objects.get(*name), facts.unions.get(*name)) {
            (Some(schema), _) => object(&schema["properties"]).values().any(|property| {
                !own(schemas, property).is_empty()
                    || !own(schemas, &property["items"]).is_empty()
                    || target(property).is_some_and(|target| limited.contains(target))
            }),
            (_, Some(union)) => union.members.iter().any(|(_, member)| limited.contains(member)),
            _ => false,
        };
        let found: BTreeSet<String> = sent.iter().filter(is_limited).cloned().collect();
        if found == limited {
            return limited;
        }
        limited = found;
    }
}

fn shape(
    schemas: &serde_json::Map<String, Value>,
    name: &str,
    facts: &Facts,
    limited: &BTreeSet<String>,
    patterns: &mut BTreeMap<String, String>,
) -> Result<TokenStream, Error> {
    let ident = shape_name(name);
    if let Some(union) = facts.unions.get(name) {
        let tag = &union.tag;
        let kinds = union.members.iter().filter(|(_, member)| limited.contains(member));
        let kinds = kinds.map(|(kind, member)| {
            let member = shape_name(member);
            quote!((#kind, &#member))
        });
        return Ok(quote! {
            pub(crate) static #ident: Shape = Shape { fields: &[], kinds: Some((#tag, &[#(#kinds),*])) };
        });
    }
    let mut fields = Vec::new();
    let schema = facts.objects.get(name).unwrap_or(&Value::Null);
    for (wire, property) in object(&schema["properties"]) {
        let (value, items) = (own(schemas, property), own(schemas, &property["items"]));
        let shape = target(property).filter(|target| limited.contains(*target));
        let of_items = row(&value, "item", patterns)?;
        let value = row(&value, "", patterns)?;
        let items = row(&items, "", patterns)?.or(of_items);
        if value.is_none() && items.is_none() && shape.is_none() {
            continue;
        }
        let items = items.map(|items| quote!(.items(#items)));
        let shape = shape.map(|target| {
            let target = shape_name(target);
            quote!(.shape(&#target))
        });
        let value = value.unwrap_or_else(|| quote!(Limits::NONE));
        fields.push(quote!(Field::new(#wire, #value) #items #shape));
    }
    Ok(quote! {
        pub(crate) static #ident: Shape = Shape { fields: &[#(#fields),*], kinds: None };
    })
}

/// The limits of a value: its own, or those of the component that it refers to.
fn own(schemas: &serde_json::Map<String, Value>, property: &Value) -> serde_json::Map<String, Value> {
    let mut limits = object(&property["x-limits"]).clone();
    let referred = property["$ref"]
        .as_str()
        .or_else(|| property["allOf"][0]["$ref"].as_str());
    if let Some(schema) = referred.and_then(|target| schemas.get(component(target))) {
        for (name, value) in object(&schema["x-limits"]) {
            limits.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    limits
}

/// The component that a value, or each of its items, refers to.
fn target(property: &Value) -> Option<&str> {
    ["/$ref", "/allOf/0/$ref", "/items/$ref", "/items/allOf/0/$ref"]
        .iter()
        .find_map(|pointer| property.pointer(pointer)?.as_str())
        .map(component)
}

fn row(
    limits: &serde_json::Map<String, Value>,
    prefix: &str,
    patterns: &mut BTreeMap<String, String>,
) -> Result<Option<TokenStream>, Error> {
    let (mut length_limits, mut range, mut form) = ((None, None), (None, None), None);
    for (name, value) in limits {
        let name = match (prefix, name.strip_prefix("item")) {
            ("item", Some(name)) => name,
            ("item", None) => continue,
            _ => name.as_str(),
        };
        let wrong = || Error::pass("limits", format!("{name}: {value} is no limit"));
        let length = || {
            value
                .as_u64()
                .and_then(|value| usize::try_from(value).ok())
                .ok_or_else(wrong)
        };
        let number = || value.as_f64().ok_or_else(wrong);
        match name {
            "minLength" | "MinLength" | "minItems" => length_limits.0 = Some(length()?),
            "maxLength" | "MaxLength" | "maxItems" => length_limits.1 = Some(length()?),
            "minimum" => range.0 = Some(number()?),
            "maximum" => range.1 = Some(number()?),
            "pattern" => {
                let next = format!("PATTERN_{}", patterns.len() + 1);
                form = Some(names::ident(patterns.entry(text(value)).or_insert(next)));
            }
            // Of the items, which have a row of their own.
            other if prefix.is_empty() && other.starts_with("item") => {}
            other => return Err(Error::pass("limits", format!("`{other}` is no limit that is known"))),
        }
    }
    let length = (length_limits != (None, None)).then(|| {
        let shortest = Literal::usize_unsuffixed(length_limits.0.unwrap_or(0));
        let longest = length_limits.1.map(Literal::usize_unsuffixed);
        let longest = longest.map_or_else(|| quote!(usize::MAX), |longest| quote!(#longest));
        quote!(.length(#shortest, #longest))
    });
    let range = (range != (None, None)).then(|| {
        let end = |end: Option<f64>, otherwise: TokenStream| {
            end.map(Literal::f64_unsuffixed).map_or(otherwise, |end| quote!(#end))
        };
        let (least, greatest) = (
            end(range.0, quote!(f64::NEG_INFINITY)),
            end(range.1, quote!(f64::INFINITY)),
        );
        quote!(.range(#least, #greatest))
    });
    let form = form.map(|form| quote!(.form(&#form)));
    let is_none = length.is_none() && range.is_none() && form.is_none();
    Ok((!is_none).then(|| quote!(Limits::NONE #length #range #form)))
}

fn shape_name(component: &str) -> proc_macro2::Ident {
    names::ident(names::snake(component).to_uppercase())
}
