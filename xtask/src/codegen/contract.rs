//! What the emulator holds requests against: every operation's parameters, body and answer as one table of shapes.
//!
//! A shape refers to others by their index, so that the table is static data, without a pointer to follow at the start and
//! without a specification to read. Equal shapes without a name stand in it once.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::facts::{array, component, object, resolve, text};
use super::{Error, Facts, names};

/// The choices of which older values are accepted, too: their handlers know them.
const TOLERANT: [&str; 1] = ["PermissionOperation"];

/// The contents of `contract.rs`.
///
/// # Errors
/// [`Error::Pass`] if a schema has a form that the table cannot hold.
pub(crate) fn generate(document: &Value, facts: &Facts) -> Result<TokenStream, Error> {
    let mut shapes = Shapes {
        document,
        rows: Vec::new(),
        by_component: BTreeMap::new(),
        by_text: BTreeMap::new(),
    };
    let mut contracts = Vec::new();
    for operation in &facts.operations {
        let item = &document["paths"][&operation.path];
        let written = &item[operation.method.to_lowercase()];
        let parameters: Vec<&Value> = array(&item["parameters"])
            .iter()
            .chain(array(&written["parameters"]))
            .map(|parameter| resolve(document, parameter))
            .collect();
        let path = shapes.parameters(&parameters, "path")?;
        let query = shapes.parameters(&parameters, "query")?;
        let body = match &operation.body {
            Some(body) if !operation.multipart => some(shapes.component(body)?),
            _ => quote!(None),
        };
        let answer = operation
            .answer
            .as_ref()
            .map(|answer| shapes.component(answer))
            .transpose()?;
        let answer = answer.map_or_else(|| quote!(None), some);
        let id = &operation.id;
        contracts.push((id, quote!(contract(#id, &[#(#path),*], &[#(#query),*], #body, #answer))));
    }
    contracts.sort_by_key(|(id, _)| (*id).clone());
    let contracts: Vec<TokenStream> = contracts.into_iter().map(|(_, contract)| contract).collect();
    let (shape_count, contract_count) = (shapes.rows.len(), contracts.len());
    let rows = shapes.rows.into_iter().collect::<Option<Vec<_>>>();
    let rows = rows.ok_or_else(|| Error::pass("contract", "a shape refers to one that was never described"))?;
    Ok(quote! {
        use crate::contract::shape::{Bounds, Contract, Format, Shape, cleared, contract, nullable, optional, required};

        /// Every shape that a request or an answer is made of.
        pub(crate) static SHAPES: [Shape; #shape_count] = [#(#rows),*];

        /// What each operation takes and answers, sorted by `operation`.
        pub(crate) static CONTRACTS: [Contract; #contract_count] = [#(#contracts),*];
    })
}

fn some(shape: u16) -> TokenStream {
    let shape = index(shape);
    quote!(Some(#shape))
}

struct Shapes<'a> {
    document: &'a Value,
    /// `None` while the shape is still being described, which may lead back to it.
    rows: Vec<Option<TokenStream>>,
    by_component: BTreeMap<String, u16>,
    by_text: BTreeMap<String, u16>,
}

impl Shapes<'_> {
    fn parameters(&mut self, all: &[&Value], place: &str) -> Result<Vec<TokenStream>, Error> {
        let meant = all.iter().filter(|parameter| parameter["in"] == place);
        meant
            .map(|parameter| {
                let name = text(&parameter["name"]);
                let mut schema = parameter["schema"].clone();
                // Limits of a parameter stand beside its schema.
                if let (Some(limits), Some(schema)) = (parameter.get("x-limits"), schema.as_object_mut()) {
                    schema.insert("x-limits".to_owned(), limits.clone());
                }
                let shape = self.schema(&schema)?;
                let required = parameter["required"] == true;
                Ok(written(&name, required, false, shape))
            })
            .collect()
    }

    fn component(&mut self, name: &str) -> Result<u16, Error> {
        if let Some(&shape) = self.by_component.get(name) {
            return Ok(shape);
        }
        let shape = self.reserve()?;
        self.by_component.insert(name.to_owned(), shape);
        let schema = &self.document["components"]["schemas"][name];
        if TOLERANT.contains(&name) {
            self.rows[usize::from(shape)] = Some(string(&Value::Null, &Value::Null));
            return Ok(shape);
        }
        let described = self.describe(schema).map_err(|error| match error {
            Error::Pass { pass, problem } => Error::pass(pass, format!("{name}: {problem}")),
            error => error,
        })?;
        self.rows[usize::from(shape)] = Some(described);
        Ok(shape)
    }

    fn schema(&mut self, schema: &Value) -> Result<u16, Error> {
        let bare = schema["$ref"].as_str().or_else(|| {
            let only = schema["allOf"][0]["$ref"].as_str();
            only.filter(|_| schema.get("x-limits").is_none())
        });
        if let Some(target) = bare {
            return self.component(component(target));
        }
        let described = self.describe(schema)?;
        let text = described.to_string();
        if let Some(&shape) = self.by_text.get(&text) {
            return Ok(shape);
        }
        let shape = self.reserve()?;
        self.rows[usize::from(shape)] = Some(described);
        self.by_text.insert(text, shape);
        Ok(shape)
    }

    fn reserve(&mut self) -> Result<u16, Error> {
        let shape = u16::try_from(self.rows.len()).map_err(|_| Error::pass("contract", "more shapes than 65536"))?;
        self.rows.push(None);
        Ok(shape)
    }

    fn describe(&mut self, schema: &Value) -> Result<TokenStream, Error> {
        let limits = &schema["x-limits"];
        // A limit beside a reference narrows what it refers to.
        let referred = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
        if let Some(target) = referred {
            let mut target = self.document["components"]["schemas"][component(target)].clone();
            if let (Some(limits), Some(fields)) = (limits.as_object(), target.as_object_mut()) {
                let own = fields
                    .entry("x-limits")
                    .or_insert_with(|| Value::Object(serde_json::Map::new()));
                if let Some(own) = own.as_object_mut() {
                    own.extend(limits.clone());
                }
            }
            return self.describe(&target);
        }
        if let Some(mapping) = schema["discriminator"]["mapping"].as_object() {
            let tag = text(&schema["discriminator"]["propertyName"]);
            let mut members = Vec::new();
            for (kind, target) in mapping {
                let shape = index(self.component(component(target.as_str().unwrap_or_default()))?);
                members.push(quote!((#kind, #shape)));
            }
            return Ok(quote!(Shape::Union(#tag, &[#(#members),*])));
        }
        if ["EvmQuantity", "NumberOrText"]
            .iter()
            .any(|name| schema["x-rust-type"] == *name)
        {
            return Ok(quote!(Shape::Quantity));
        }
        if schema["enum"].is_array() {
            let values = array(&schema["enum"]).iter().map(text);
            return Ok(quote!(Shape::Choice(&[#(#values),*])));
        }
        if schema["properties"].is_object() {
            return self.object(schema);
        }
        match schema["type"].as_str() {
            Some("string") => Ok(string(schema, limits)),
            Some("boolean") => Ok(quote!(Shape::Boolean)),
            Some("integer") => {
                let bounds = bounds(limits, "minimum", "maximum");
                Ok(quote!(Shape::Integer(#bounds)))
            }
            Some("number") => {
                let bounds = bounds(limits, "minimum", "maximum");
                Ok(quote!(Shape::Number(#bounds)))
            }
            Some("array") => {
                let bounds = bounds(limits, "minItems", "maxItems");
                let mut item = schema["items"].clone();
                if let (Some(least), Some(item)) = (limits.get("itemMinLength"), item.as_object_mut()) {
                    item.insert("x-limits".to_owned(), serde_json::json!({ "minLength": least }));
                }
                let item = index(self.schema(&item)?);
                Ok(quote!(Shape::List(#item, #bounds)))
            }
            Some("object") if schema["additionalProperties"].is_object() => {
                let value = index(self.schema(&schema["additionalProperties"])?);
                Ok(quote!(Shape::Map(#value)))
            }
            Some("object") => Ok(quote!(Shape::Object(&[]))),
            None => Ok(quote!(Shape::Anything)),
            Some(other) => Err(Error::pass("contract", format!("a type {other} has no shape"))),
        }
    }

    fn object(&mut self, schema: &Value) -> Result<TokenStream, Error> {
        let required = array(&schema["required"]);
        let mut fields = Vec::new();
        for (name, field) in object(&schema["properties"]) {
            let shape = self.schema(field)?;
            let required = required.iter().any(|required| required == name);
            let nullable = field["nullable"] == true;
            fields.push(written(name, required, nullable, shape));
        }
        Ok(quote!(Shape::Object(&[#(#fields),*])))
    }
}

fn written(name: &str, is_required: bool, is_nullable: bool, shape: u16) -> TokenStream {
    let kind = names::ident(match (is_required, is_nullable) {
        (true, false) => "required",
        (true, true) => "nullable",
        (false, false) => "optional",
        (false, true) => "cleared",
    });
    let shape = index(shape);
    quote!(#kind(#name, #shape))
}

/// An index as it is read: without its type.
fn index(shape: u16) -> proc_macro2::Literal {
    proc_macro2::Literal::u16_unsuffixed(shape)
}

fn string(schema: &Value, limits: &Value) -> TokenStream {
    let format = match schema["format"].as_str() {
        Some("amount") => quote!(Format::Amount),
        Some("hex") => quote!(Format::Hex),
        Some("date-time") => quote!(Format::Time),
        Some("id") => quote!(Format::Id),
        _ => quote!(Format::Text),
    };
    if limits.is_null() {
        return quote!(Shape::Text(#format, Bounds::NONE, None));
    }
    let bounds = bounds(limits, "minLength", "maxLength");
    let pattern = limits["pattern"].as_str();
    let pattern = pattern.map_or_else(|| quote!(None), |pattern| quote!(Some(#pattern)));
    quote!(Shape::Text(#format, #bounds, #pattern))
}

fn bounds(limits: &Value, least: &str, most: &str) -> TokenStream {
    let bound = |name: &str| {
        let bound = limits[name].as_i64().map(proc_macro2::Literal::i64_unsuffixed);
        bound.map_or_else(|| quote!(None), |bound| quote!(Some(#bound)))
    };
    if limits[least].is_null() && limits[most].is_null() {
        return quote!(Bounds::NONE);
    }
    let (least, most) = (bound(least), bound(most));
    quote!(Bounds(#least, #most))
}
