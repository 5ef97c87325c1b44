//! Splits the types by domain: what only one domain reaches goes to its module, the rest is shared.
//!
//! A module of a domain stands behind the feature of its name; an item that several domains share, behind any of theirs;
//! what hand-written code names is always there.

use std::collections::BTreeMap;

use syn::{Item, Type};

use super::{Facts, render};

/// The module of what several domains use, or none.
pub(crate) const SHARED: &str = "shared";

/// Items by module, each in the order of names, a type before what is implemented for it.
pub(crate) fn by_domain(items: Vec<Item>, facts: &Facts) -> BTreeMap<String, Vec<Item>> {
    let mut modules: BTreeMap<String, Vec<(String, usize, Item)>> = BTreeMap::new();
    let mut last = String::new();
    for (position, item) in items.into_iter().enumerate() {
        let name = match &item {
            Item::Impl(implementation) => subject(implementation, facts).unwrap_or(last.clone()),
            Item::Enum(item) => item.ident.to_string(),
            Item::Struct(item) => item.ident.to_string(),
            Item::Macro(item) => render::subject(item).unwrap_or_else(|| item.mac.tokens.to_string()),
            _ => last.clone(),
        };
        last.clone_from(&name);
        let rank = match item {
            Item::Enum(_) | Item::Struct(_) => 0,
            _ => position + 1,
        };
        modules.entry(module_of(&name, facts).to_owned()).or_default().push((
            name.clone(),
            rank,
            behind_features(item, &name, facts),
        ));
    }
    modules
        .into_iter()
        .map(|(module, mut items)| {
            items.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
            (module, items.into_iter().map(|(_, _, item)| item).collect())
        })
        .collect()
}

/// The domain that alone reaches the component, or the shared module.
pub(crate) fn module_of<'a>(component: &str, facts: &'a Facts) -> &'a str {
    match facts.reached_by.get(component) {
        _ if facts.always.contains(component) => SHARED,
        Some(domains) if domains.len() == 1 => domains.first().map_or(SHARED, String::as_str),
        _ => SHARED,
    }
}

/// Puts an item that several domains share behind the features of those domains.
fn behind_features(mut item: Item, component: &str, facts: &Facts) -> Item {
    let Some(domains) = facts.reached_by.get(component) else {
        return item;
    };
    if domains.len() < 2 || facts.always.contains(component) {
        return item;
    }
    let condition: syn::Attribute = syn::parse_quote!(#[cfg(any(#(feature = #domains),*))]);
    match &mut item {
        Item::Enum(item) => after_docs(&mut item.attrs, condition),
        Item::Struct(item) => after_docs(&mut item.attrs, condition),
        Item::Impl(item) => after_docs(&mut item.attrs, condition),
        Item::Macro(item) => item.attrs.push(condition),
        _ => {}
    }
    item
}

fn after_docs(attributes: &mut Vec<syn::Attribute>, attribute: syn::Attribute) {
    let position = attributes
        .iter()
        .take_while(|attribute| attribute.path().is_ident("doc"))
        .count();
    attributes.insert(position, attribute);
}

/// The type of ours that an implementation is about: `From<NativeTransfer> for Transfer` is about `Transfer`, and
/// `From<Details> for Map<String, Value>` about `Details`.
fn subject(implementation: &syn::ItemImpl, facts: &Facts) -> Option<String> {
    let known = |ty: &Type| match ty {
        Type::Path(path) => path
            .path
            .get_ident()
            .map(ToString::to_string)
            .filter(|name| facts.descriptions.contains_key(name)),
        _ => None,
    };
    known(&implementation.self_ty)
}
