//! Pass: unions become open enums, told apart by their tag. Members are matched by name, and the count is checked.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use syn::Item;

use super::structs::{Structs, argument};
use super::{Error, Facts, docs, enums, facts::Union, names};

/// Replaces typify's untagged enums by tagged, open ones.
pub(crate) fn open(items: &mut Vec<Item>, facts: &Facts, structs: &Structs) -> Result<(), Error> {
    for item in items.iter() {
        if let Item::Enum(item) = item
            && !facts.unions.contains_key(&item.ident.to_string())
            && !facts.enums.contains_key(&item.ident.to_string())
        {
            return Err(Error::pass(
                "unions",
                format!(
                    "{} is no enum of text, and no union with a tag and a mapping",
                    item.ident
                ),
            ));
        }
    }
    let (mut enums, mut structs_made) = (BTreeMap::new(), BTreeSet::new());
    for item in items.iter() {
        match item {
            Item::Enum(item) => {
                enums.insert(item.ident.to_string(), item.variants.len());
            }
            Item::Struct(item) => {
                structs_made.insert(item.ident.to_string());
            }
            _ => {}
        }
    }
    for (name, union) in &facts.unions {
        match enums.get(name) {
            Some(&count) if count == union.members.len() => {}
            Some(count) => {
                let expected = union.members.len();
                return Err(Error::pass(
                    "unions",
                    format!("{name}: {count} members generated, {expected} specified"),
                ));
            }
            None => return Err(Error::pass("unions", format!("{name} was not generated as an enum"))),
        }
        for (_, member) in &union.members {
            if !structs_made.contains(member) {
                return Err(Error::pass(
                    "unions",
                    format!("{name}: its member {member} was not generated as a struct"),
                ));
            }
        }
    }
    items.retain(|item| !enums::belongs_to(item, |name| facts.unions.contains_key(name)));
    for (name, union) in &facts.unions {
        items.extend(open_union(name, union, facts, structs)?);
    }
    Ok(())
}

fn open_union(name: &str, union: &Union, facts: &Facts, structs: &Structs) -> Result<Vec<Item>, Error> {
    let ident = names::ident(name);
    let tag = &union.tag;
    let describe = |component: &str| facts.descriptions.get(component).map_or("", String::as_str).to_owned();
    let docs = docs::prose(&format!("{}\n\nTold apart by `{tag}`.", describe(name)));
    let kinds: Vec<&str> = union.members.iter().map(|(kind, _)| kind.as_str()).collect();
    let variants: Vec<_> = kinds.iter().map(|kind| names::variant(kind)).collect();
    let members: Vec<_> = union.members.iter().map(|(_, member)| names::ident(member)).collect();
    let variant_docs = union.members.iter().map(|(kind, member)| {
        let words = describe(member);
        docs::prose(&format!("`{kind}`: {}", docs::first_sentence(&words)))
    });
    let constructors = union
        .members
        .iter()
        .map(|(kind, member)| constructor(kind, member, facts, structs));
    let file: syn::File = syn::parse2(quote! {
        #docs
        #[derive(::serde::Serialize, Clone, Debug)]
        #[serde(tag = #tag)]
        #[non_exhaustive]
        pub enum #ident {
            #(#variant_docs #[serde(rename = #kinds)] #variants(#members),)*
            #[doc = " A kind that this release does not know, kept whole."]
            #[serde(untagged)]
            Unknown(crate::UnknownObject),
        }
        impl #ident {
            /// Every kind that this release knows.
            pub const KINDS: &'static [&'static str] = &[#(#kinds),*];
            /// The kind on the wire.
            #[inline]
            pub fn kind(&self) -> &str {
                match self {
                    #(Self::#variants(_) => #kinds,)*
                    Self::Unknown(object) => object.kind(),
                }
            }
            #(#constructors)*
        }
        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let (kind, fields) = crate::open_union::read_tagged(deserializer, #tag)?;
                match kind.as_str() {
                    #(#kinds => crate::open_union::read_known(#tag, &kind, fields).map(Self::#variants),)*
                    _ => Ok(Self::Unknown(crate::open_union::keep_unknown(kind, fields))),
                }
            }
        }
        #(impl ::std::convert::From<#members> for #ident {
            #[inline]
            fn from(member: #members) -> Self {
                Self::#variants(member)
            }
        })*
    })?;
    Ok(file.items)
}

/// `Transfer::native(to, amount)`: starts a member. It is the member that comes back, so that its optional fields can
/// be set; wherever a union is asked for, the member will do.
fn constructor(kind: &str, member: &str, facts: &Facts, structs: &Structs) -> TokenStream {
    let Some(fields) = structs.get(member) else {
        return TokenStream::new();
    };
    let method = names::ident(names::snake(kind));
    let member_ident = names::ident(member);
    let parameters = fields.required().map(|field| {
        let (parameter, _) = argument(&field.ty, &field.ident, facts);
        let ident = &field.ident;
        quote!(#ident: #parameter)
    });
    let arguments = fields.required().map(|field| &field.ident);
    let words = facts.descriptions.get(member).map_or("", String::as_str);
    let docs = docs::prose(docs::first_sentence(words));
    quote! {
        #docs
        #[inline]
        pub fn #method(#(#parameters),*) -> #member_ident {
            #member_ident::new(#(#arguments),*)
        }
    }
}
