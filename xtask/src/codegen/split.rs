//! Splits the types by domain: what only one domain reaches goes to its module, the rest is shared.

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
        modules
            .entry(module_of(&name, facts).to_owned())
            .or_default()
            .push((name, rank, item));
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
        Some(domains) if domains.len() == 1 => domains.first().map_or(SHARED, String::as_str),
        _ => SHARED,
    }
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
