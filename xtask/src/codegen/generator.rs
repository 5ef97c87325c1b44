//! Runs progenitor, with the settings that the passes are written for.

use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use schemars::schema::{InstanceType, SchemaObject};
use serde_json::Value;
use syn::{File, Item};

use super::{Error, Facts};
use crate::spec::lint::TAKEN;

/// Generates the client and its types as one syntax tree.
pub(crate) fn generate(prepared: &Value, facts: &Facts) -> Result<File, Error> {
    let document: openapiv3::OpenAPI = serde_json::from_value(prepared.clone())?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_map_type("::std::collections::BTreeMap")
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(::std::sync::Arc<dyn crate::Transport>));
    let text = || [TypeImpl::Display, TypeImpl::FromStr].into_iter();
    for id in &facts.ids {
        settings.with_replacement(&id.name, format!("crate::{}", id.name), text());
    }
    for (component, rust) in &facts.hand_written {
        settings.with_replacement(component, format!("crate::{rust}"), text());
    }
    let date_time = SchemaObject {
        instance_type: Some(InstanceType::String.into()),
        format: Some("date-time".to_owned()),
        ..SchemaObject::default()
    };
    settings.with_conversion(date_time, "crate::Timestamp", text());
    let tokens = Generator::new(&settings).generate_tokens(&document)?;
    Ok(syn::parse2(tokens)?)
}

/// Takes the items of `mod types` out of the file, without the module of conversion errors, which nothing uses once
/// the enums are open.
///
/// Each must be a component: whatever has no name there gets one of progenitor's making, of which the passes know nothing.
pub(crate) fn take_types(file: &mut File, facts: &Facts) -> Result<Vec<Item>, Error> {
    let position = file
        .items
        .iter()
        .position(|item| matches!(item, Item::Mod(module) if module.ident == "types"))
        .ok_or_else(|| Error::pass("types", "progenitor wrote no `mod types`"))?;
    let Item::Mod(module) = file.items.remove(position) else {
        return Err(Error::pass("types", "`types` is no module"));
    };
    let (_, items) = module
        .content
        .ok_or_else(|| Error::pass("types", "`mod types` has no content"))?;
    let items: Vec<Item> = items
        .into_iter()
        .filter(|item| !matches!(item, Item::Mod(module) if module.ident == "error"))
        .collect();
    let names: Vec<String> = items
        .iter()
        .filter_map(|item| match item {
            Item::Enum(item) => Some(item.ident.to_string()),
            Item::Struct(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    if let Some(taken) = names.iter().find(|name| TAKEN.contains(&name.as_str())) {
        return Err(Error::pass(
            "types",
            format!("the name `{taken}` is taken by a type that is written by hand: rename the component"),
        ));
    }
    let nameless: Vec<&String> = names
        .iter()
        .filter(|name| !facts.descriptions.contains_key(*name))
        .collect();
    if nameless.is_empty() {
        Ok(items)
    } else {
        Err(Error::pass(
            "types",
            format!("made of something without a name: {nameless:?}; write a component in its place"),
        ))
    }
}
