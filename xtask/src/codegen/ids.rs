//! Ids: one newtype for each component with a prefix, and the list of all prefixes.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Facts, names};

/// The contents of `ids.rs`.
pub(crate) fn generate(facts: &Facts) -> TokenStream {
    let types = facts.ids.iter().map(|id| {
        let (name, prefix, description) = (names::ident(&id.name), &id.prefix, &id.description);
        quote!(id_type!(#name, #prefix, #description);)
    });
    let mut prefixes: Vec<&String> = facts.ids.iter().map(|id| &id.prefix).collect();
    prefixes.sort();
    prefixes.dedup();
    quote! {
        /// Every prefix of an id that the API makes.
        pub(crate) const ID_PREFIXES: &[&str] = &[#(#prefixes),*];
        #(#types)*
    }
}
