//! Last look at generated items: names that Rust would refuse to have twice.
//!
//! The lint keeps most of them out, but not those that two parts of a specification make together, such as a parameter
//! and a field of the body that are both setters of one call.

use std::collections::BTreeSet;

use quote::ToTokens as _;
use syn::visit::{self, Visit};
use syn::{FnArg, ImplItem, Item, ItemEnum, ItemImpl, ItemStruct, Pat, Signature};

use super::Error;

/// Refuses items among which a field, a variant, a method or an argument stands twice.
pub(crate) fn refuse(items: &[Item]) -> Result<(), Error> {
    let mut seen = Seen::default();
    for item in items {
        seen.visit_item(item);
    }
    match seen.clash {
        None => Ok(()),
        Some(clash) => Err(Error::pass(
            "clashes",
            format!("{clash} stands twice: rename one in the specification"),
        )),
    }
}

#[derive(Default)]
struct Seen {
    names: BTreeSet<(String, String)>,
    clash: Option<String>,
}

impl Seen {
    fn add(&mut self, owner: &str, kind: &str, name: String) {
        let clash = format!("{kind} `{name}` of `{owner}`");
        if !self.names.insert((format!("{kind} {owner}"), name)) {
            self.clash.get_or_insert(clash);
        }
    }

    fn arguments(&mut self, owner: &str, signature: &Signature) {
        let owner = format!("{owner}::{}", signature.ident);
        for input in &signature.inputs {
            if let FnArg::Typed(typed) = input
                && let Pat::Ident(pattern) = &*typed.pat
            {
                self.add(&owner, "argument", pattern.ident.to_string());
            }
        }
    }
}

impl<'ast> Visit<'ast> for Seen {
    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        for field in item.fields.iter().filter_map(|field| field.ident.as_ref()) {
            self.add(&item.ident.to_string(), "field", field.to_string());
        }
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        for variant in &item.variants {
            self.add(&item.ident.to_string(), "variant", variant.ident.to_string());
        }
        visit::visit_item_enum(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if item.trait_.is_none() {
            let owner = item.self_ty.to_token_stream().to_string();
            for inner in &item.items {
                if let ImplItem::Fn(method) = inner {
                    self.add(&owner, "method", method.sig.ident.to_string());
                    self.arguments(&owner, &method.sig);
                }
            }
        }
        visit::visit_item_impl(self, item);
    }
}
