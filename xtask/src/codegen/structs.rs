//! Pass: structs get constructors, patches and documentation, and stay open to new fields.
//!
//! Every struct is `#[non_exhaustive]`, so that a field that the API adds breaks nobody; what is required stands in
//! `new`, and what is optional has a `with_…`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Attribute, Field, Fields, GenericArgument, Ident, Item, ItemStruct, PathArguments, Type};

use super::facts::{array, text};
use super::{Error, Facts, docs, names, render};

/// How a field may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Always there; an argument of `new`.
    Required,
    /// An `Option`.
    Optional,
    /// A list or map that is left out when it is empty.
    Collection,
    /// Left alone, cleared or set.
    Patch,
}

/// What the later stages know of a field.
#[derive(Clone, Debug)]
pub(crate) struct FieldFacts {
    /// The field.
    pub(crate) ident: Ident,
    /// The name on the wire.
    pub(crate) wire: String,
    /// The type, without `Option` or `Patch`.
    pub(crate) ty: Type,
    /// How it may be absent.
    pub(crate) presence: Presence,
    /// What it is, in words.
    pub(crate) description: String,
}

/// What the later stages know of a struct.
#[derive(Clone, Debug)]
pub(crate) struct StructFacts {
    /// All fields: the required ones first, in the order in which the specification requires them.
    pub(crate) fields: Vec<FieldFacts>,
}

impl StructFacts {
    /// The fields that `new` takes.
    pub(crate) fn required(&self) -> impl Iterator<Item = &FieldFacts> {
        self.fields.iter().filter(|field| field.presence == Presence::Required)
    }

    /// The fields that have setters.
    pub(crate) fn optional(&self) -> impl Iterator<Item = &FieldFacts> {
        self.fields.iter().filter(|field| field.presence != Presence::Required)
    }
}

/// All structs by name.
pub(crate) type Structs = BTreeMap<String, StructFacts>;

/// Finishes every struct with named fields, and describes it for the later stages.
pub(crate) fn finish(items: &mut Vec<Item>, facts: &Facts) -> Result<Structs, Error> {
    let mut structs = Structs::new();
    let mut constructors = Vec::new();
    for item in items.iter_mut() {
        let Item::Struct(item) = item else { continue };
        let name = item.ident.to_string();
        document(item, facts);
        if !matches!(item.fields, Fields::Named(_)) {
            continue;
        }
        open(item);
        let fields = fields(item, &name, facts)?;
        constructors.push(object(&item.ident, &fields, facts));
        constructors.extend(constructor(&item.ident, &fields, facts)?);
        structs.insert(name, fields);
    }
    items.extend(constructors);
    let missing: Vec<&String> = facts
        .objects
        .keys()
        .filter(|name| !structs.contains_key(*name))
        .collect();
    if missing.is_empty() {
        Ok(structs)
    } else {
        Err(Error::pass(
            "structs",
            format!("not generated as structs with fields: {missing:?}"),
        ))
    }
}

/// Replaces the documentation, which typify writes as one long line or as the bare name.
fn document(item: &mut ItemStruct, facts: &Facts) {
    let description = facts
        .descriptions
        .get(&item.ident.to_string())
        .map_or("", String::as_str);
    item.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
    prepend_docs(&mut item.attrs, &docs::prose(description));
}

fn prepend_docs(attributes: &mut Vec<Attribute>, docs: &TokenStream) {
    let holder: Option<ItemStruct> = syn::parse2(quote!(#docs struct Holder;)).ok();
    if let Some(holder) = holder {
        attributes.splice(0..0, holder.attrs);
    }
}

/// Lets new fields in: those of the API, which `object!` passes over, and those of a later release.
fn open(item: &mut ItemStruct) {
    let is_default = item
        .attrs
        .iter()
        .any(|attribute| attribute.to_token_stream().to_string().contains("Default"));
    item.attrs.retain(|attribute| attribute.path().is_ident("doc"));
    item.attrs.push(if is_default {
        syn::parse_quote!(#[derive(Clone, Debug, Default)])
    } else {
        syn::parse_quote!(#[derive(Clone, Debug)])
    });
    item.attrs.push(syn::parse_quote!(#[non_exhaustive]));
}

fn fields(item: &mut ItemStruct, name: &str, facts: &Facts) -> Result<StructFacts, Error> {
    let schema = facts.objects.get(name);
    let order: Vec<String> = schema
        .map(|s| array(&s["required"]).iter().map(text).collect())
        .unwrap_or_default();
    let mut fields = Vec::new();
    for field in &mut item.fields {
        let ident = field
            .ident
            .clone()
            .ok_or_else(|| Error::pass("structs", format!("{name}: a field without a name")))?;
        let wire = wire_name(field).unwrap_or_else(|| ident.to_string().trim_end_matches('_').to_owned());
        let property = schema.map(|s| &s["properties"][wire.as_str()]);
        let description = property.map(|p| describe(p, facts)).unwrap_or_default();
        field.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
        let words = if description.is_empty() {
            format!("`{wire}` on the wire.")
        } else {
            description.clone()
        };
        prepend_docs(&mut field.attrs, &docs::prose(&words));
        let required = order.contains(&wire);
        let (presence, ty) = if facts.patched(name, &wire) {
            (Presence::Patch, patch(field, &wire)?)
        } else if required {
            (Presence::Required, field.ty.clone())
        } else if let Some(inner) = option_of(&field.ty) {
            (Presence::Optional, inner.clone())
        } else {
            (Presence::Collection, field.ty.clone())
        };
        field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
        fields.push(FieldFacts {
            ident,
            wire,
            ty,
            presence,
            description,
        });
    }
    fields.sort_by_key(|field| order.iter().position(|wire| *wire == field.wire).unwrap_or(usize::MAX));
    Ok(StructFacts { fields })
}

/// What reads and writes the struct: an invocation of `object!`, one line a field.
fn object(name: &Ident, fields: &StructFacts, facts: &Facts) -> Item {
    let mut text = format!("object! {{\n    {name} {{\n");
    for field in &fields.fields {
        let presence = match field.presence {
            Presence::Required if option_of(&field.ty).is_some() => "nullable",
            Presence::Required if is_anything(&field.ty, facts) => "anything",
            Presence::Required => "required",
            Presence::Optional => "optional",
            Presence::Collection => "collection",
            Presence::Patch => "patch",
        };
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "        {:?} => {}: {presence},", field.wire, field.ident);
    }
    text.push_str("    }\n}");
    render::verbatim(&text)
}

/// True if `null` is a value of the type, and not the absence of one.
fn is_anything(ty: &Type, facts: &Facts) -> bool {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| facts.anything.contains(&last.ident.to_string())),
        _ => false,
    }
}

/// The words for a field: its own, or those of the component that it refers to; then its limits.
fn describe(property: &serde_json::Value, facts: &Facts) -> String {
    let own = text(&property["description"]);
    let referred = ["/$ref", "/allOf/0/$ref", "/items/$ref"]
        .iter()
        .find_map(|pointer| property.pointer(pointer)?.as_str())
        .and_then(|target| facts.descriptions.get(super::facts::component(target)));
    let words = match referred {
        Some(referred) if own.is_empty() => docs::first_sentence(referred).to_owned(),
        _ => own,
    };
    with_limits(&words, &property["x-limits"])
}

/// A description, and what the API takes.
pub(crate) fn with_limits(words: &str, limits: &serde_json::Value) -> String {
    format!("{words} {}", self::limits(limits)).trim().to_owned()
}

fn limits(limits: &serde_json::Value) -> String {
    let number = |name: &str| limits[name].as_f64();
    let mut parts = Vec::new();
    let mut range = |low: Option<f64>, high: Option<f64>, unit: &str| match (low, high) {
        (Some(low), Some(high)) => parts.push(format!("{low} to {high}{unit}")),
        (Some(low), None) => parts.push(format!("at least {low}{unit}")),
        (None, Some(high)) => parts.push(format!("at most {high}{unit}")),
        (None, None) => {}
    };
    range(number("minLength"), number("maxLength"), " characters");
    range(number("minItems"), number("maxItems"), " items");
    range(number("minimum"), number("maximum"), "");
    if let Some(pattern) = limits["pattern"].as_str() {
        parts.push(format!("form `{pattern}`"));
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!("Limits: {}.", parts.join(", "))
    }
}

fn wire_name(field: &Field) -> Option<String> {
    let mut name = None;
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        // The other entries of the attribute are of no interest; a value must be read all the same to get past it.
        let _ = attribute.parse_nested_meta(|meta| {
            let value: Option<syn::LitStr> = meta.value().ok().and_then(|value| value.parse().ok());
            if meta.path.is_ident("rename") {
                name = value.map(|value| value.value());
            }
            Ok(())
        });
    }
    name
}

/// Turns `Option<T>` into `Patch<T>`, which tells "leave alone" from "clear".
fn patch(field: &mut Field, wire: &str) -> Result<Type, Error> {
    let inner = option_of(&field.ty)
        .cloned()
        .ok_or_else(|| Error::pass("structs", format!("{wire} is no Option")))?;
    field.ty = syn::parse_quote!(crate::Patch<#inner>);
    Ok(inner)
}

/// `T` of `Option<T>`.
pub(crate) fn option_of(ty: &Type) -> Option<&Type> {
    generic_of(ty, "Option")
}

/// `T` of `Vec<T>`.
pub(crate) fn element_of(ty: &Type) -> Option<&Type> {
    generic_of(ty, "Vec")
}

fn generic_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if last.ident == name => Some(inner),
        _ => None,
    }
}

/// What a caller passes for a value of this type, and how the value is made of it.
pub(crate) fn argument(ty: &Type, value: &Ident, facts: &Facts) -> (TokenStream, TokenStream) {
    if let Some(inner) = generic_of(ty, "Box") {
        let (parameter, converted) = argument(inner, value, facts);
        return (parameter, quote!(::std::boxed::Box::new(#converted)));
    }
    let by_value = match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            // A text in place of an enum would compile, and turn a slip of the pen into a refusal by the API.
            facts.enums.contains_key(&name)
                || matches!(
                    name.as_str(),
                    "bool" | "i32" | "i64" | "u32" | "u64" | "f64" | "Timestamp" | "BTreeMap" | "Option" | "Value"
                )
        }),
        _ => true,
    };
    if by_value {
        (quote!(#ty), quote!(#value))
    } else {
        (quote!(impl ::std::convert::Into<#ty>), quote!(#value.into()))
    }
}

/// A field in a struct expression; short where the value is a variable of the same name.
pub(crate) fn initialised(field: &Ident, value: &TokenStream) -> TokenStream {
    if *field == value.to_string() {
        quote!(#field)
    } else {
        quote!(#field: #value)
    }
}

fn constructor(name: &Ident, fields: &StructFacts, facts: &Facts) -> Result<Vec<Item>, Error> {
    let parameters = fields.required().map(|field| {
        let (parameter, _) = argument(&field.ty, &field.ident, facts);
        let ident = &field.ident;
        quote!(#ident: #parameter)
    });
    let values = fields.fields.iter().map(|field| {
        let ident = &field.ident;
        match field.presence {
            Presence::Required => {
                let (_, value) = argument(&field.ty, ident, facts);
                initialised(ident, &value)
            }
            Presence::Optional | Presence::Collection | Presence::Patch => {
                quote!(#ident: ::std::default::Default::default())
            }
        }
    });
    let all = if fields.required().next().is_some() {
        " Makes one of what is required."
    } else {
        " Makes one without any field set."
    };
    let setters = fields
        .optional()
        .map(|field| setter(field, "with_", &quote!(self), &quote!(crate), facts));
    let new = quote! {
        #[doc = #all]
        #[inline]
        pub fn new(#(#parameters),*) -> Self {
            Self { #(#values),* }
        }
    };
    let file: syn::File = syn::parse2(quote!(impl #name { #new #(#setters)* }))?;
    Ok(file.items)
}

/// The setter of an optional field, and for a patch also what clears it. `target` is where the field lives, `types` the
/// path to the types that are written by hand.
pub(crate) fn setter(
    field: &FieldFacts,
    prefix: &str,
    target: &TokenStream,
    types: &TokenStream,
    facts: &Facts,
) -> TokenStream {
    let ident = &field.ident;
    let method = names::ident(format!("{prefix}{}", plain(ident)));
    let (parameter, value) = argument(&field.ty, ident, facts);
    let value = match field.presence {
        Presence::Optional => quote!(::std::option::Option::Some(#value)),
        Presence::Patch => quote!(#types::Patch::Set(#value)),
        Presence::Required | Presence::Collection => value,
    };
    let words = if field.description.is_empty() {
        format!("Sets `{}`.", field.wire)
    } else {
        field.description.clone()
    };
    let docs = docs::prose(&words);
    let clear = (field.presence == Presence::Patch).then(|| {
        let clear = names::ident(format!("clear_{}", plain(ident)));
        let docs = docs::prose(&format!("Clears `{}`.", field.wire));
        quote! {
            #docs
            #[inline]
            #[must_use]
            pub fn #clear(mut self) -> Self {
                #target.#ident = #types::Patch::Clear;
                self
            }
        }
    });
    quote! {
        #docs
        #[inline]
        #[must_use]
        pub fn #method(mut self, #ident: #parameter) -> Self {
            #target.#ident = #value;
            self
        }
        #clear
    }
}

/// The name of a field without the underscore of a keyword.
fn plain(ident: &Ident) -> String {
    ident.to_string().trim_end_matches('_').to_owned()
}
