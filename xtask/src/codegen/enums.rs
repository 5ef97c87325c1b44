//! Pass: closed enums become open ones. Every enum of the specification is replaced, and the count is checked.

use std::collections::BTreeMap;

use quote::quote;
use syn::{Item, Type};

use super::{Error, Facts, docs, names};

/// Replaces typify's enums (and all that it implements for them) by open ones.
pub(crate) fn open(items: &mut Vec<Item>, facts: &Facts) -> Result<(), Error> {
    let found = items
        .iter()
        .filter(|item| matches!(item, Item::Enum(e) if facts.enums.contains_key(&e.ident.to_string())))
        .count();
    if found != facts.enums.len() {
        let missing: Vec<&String> = facts.enums.keys().filter(|name| !defines(items, name)).collect();
        return Err(Error::pass(
            "enums",
            format!("{found} of {} enums found, missing: {missing:?}", facts.enums.len()),
        ));
    }
    items.retain(|item| !belongs_to(item, |name| facts.enums.contains_key(name)));
    for (name, values) in &facts.enums {
        items.extend(open_enum(name, values, facts)?);
    }
    Ok(())
}

fn open_enum(name: &str, values: &[String], facts: &Facts) -> Result<Vec<Item>, Error> {
    let mut variants = BTreeMap::new();
    for value in values {
        let variant = names::variant(value).to_string();
        if let Some(other) = variants.insert(variant.clone(), value) {
            return Err(Error::pass(
                "enums",
                format!("{name}: {other:?} and {value:?} are both `{variant}`"),
            ));
        }
    }
    let ident = names::ident(name);
    let docs = docs::prose(facts.descriptions.get(name).map_or("", String::as_str));
    let idents: Vec<_> = values.iter().map(|value| names::variant(value)).collect();
    let variant_docs = values.iter().map(|value| format!(" `{value}`."));
    let file: syn::File = syn::parse2(quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum #ident {
            #(#[doc = #variant_docs] #idents,)*
            #[doc = " A value that this release does not know."]
            Unknown(crate::UnknownValue),
        }
        impl #ident {
            /// Every value that this release knows.
            pub const VALUES: &'static [Self] = &[#(Self::#idents),*];
            /// The text on the wire.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#idents => #values,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }
            #[inline]
            fn parse_text(text: &str) -> Self {
                match text {
                    #(#values => Self::#idents,)*
                    _ => Self::Unknown(crate::UnknownValue::new(text)),
                }
            }
        }
        open_enum!(#ident);
    })?;
    Ok(file.items)
}

fn defines(items: &[Item], name: &str) -> bool {
    items
        .iter()
        .any(|item| matches!(item, Item::Enum(e) if e.ident == name))
}

/// True if the item defines, or implements something for, a type that `wanted` names.
pub(crate) fn belongs_to(item: &Item, wanted: impl Fn(&str) -> bool) -> bool {
    match item {
        Item::Enum(e) => wanted(&e.ident.to_string()),
        Item::Struct(s) => wanted(&s.ident.to_string()),
        Item::Impl(i) => match &*i.self_ty {
            Type::Path(path) => path.path.get_ident().is_some_and(|name| wanted(&name.to_string())),
            _ => false,
        },
        _ => false,
    }
}
