//! Fluent requests of the `dfns` crate: a group for each area, a request type for each operation.
//!
//! Required values are arguments, optional ones setters; `send()` or `.await` ends a request. A forgotten value does not compile.
//! Each file here writes one part of a call; this one puts the groups together.

mod constructor;
mod definition;
mod handles;
mod request;
mod send;
mod two_steps;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use self::request::Request;
use super::client::Client;
use super::examples::{self, Examples};
use super::facts::Operation;
use super::structs::Structs;
use super::{Error, Facts, names};

/// The files of the fluent surface: groups with their requests by domain, and the accessors of the client.
pub(crate) struct Requests {
    /// By domain.
    pub(crate) domains: BTreeMap<String, TokenStream>,
    /// `impl Dfns { pub fn wallets(&self) -> Wallets … }`.
    pub(crate) accessors: TokenStream,
}

/// What the stages before have found out.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) structs: &'a Structs,
    pub(crate) client: &'a Client,
    /// The components that say how far something got.
    pub(crate) tracked: &'a BTreeSet<String>,
    /// What the groups show, if there is anything.
    pub(crate) examples: Option<&'a Examples>,
}

/// Generates the requests of every operation.
pub(crate) fn generate(known: Known<'_>) -> Result<Requests, Error> {
    let facts = known.facts;
    let mut groups: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for operation in &facts.operations {
        groups.entry(&operation.group).or_default().push(operation);
    }
    let mut domains: BTreeMap<String, TokenStream> = BTreeMap::new();
    let mut accessors = TokenStream::new();
    let mut by_domain: BTreeMap<String, Vec<Request<'_>>> = BTreeMap::new();
    for (group, operations) in groups {
        let domain = &operations[0].tag;
        if let Some(stranger) = operations.iter().find(|operation| operation.tag != *domain) {
            return Err(Error::pass(
                "requests",
                format!("group `{group}` is in {domain} and in {}", stranger.tag),
            ));
        }
        let requests: Vec<Request> = operations
            .iter()
            .map(|operation| Request::new(operation, known))
            .collect::<Result<_, _>>()?;
        let name = format_ident!("{}Calls", names::pascal(group));
        let accessor = names::ident(group);
        let title = format!(" Calls about {}.", group.replace('_', " "));
        let constructors = requests.iter().map(Request::constructor);
        let definitions: Vec<TokenStream> = requests.iter().map(Request::definition).collect::<Result<_, _>>()?;
        domains.entry(domain.clone()).or_default().extend(quote! {
            #[doc = #title]
            #[derive(Clone, Debug)]
            pub struct #name {
                pub(super) dfns: Dfns,
            }
            impl #name {
                #(#constructors)*
            }
            #(#definitions)*
        });
        let example = known.examples.and_then(|examples| examples.get(group));
        let example = example.map(|example| examples::lines(example)).unwrap_or_default();
        accessors.extend(quote! {
            #[doc = #title]
            #(#[doc = #example])*
            #[cfg(feature = #domain)]
            pub fn #accessor(&self) -> #name {
                #name { dfns: self.clone() }
            }
        });
        by_domain.entry(domain.clone()).or_default().extend(requests);
    }
    for (domain, requests) in &by_domain {
        let handles = handles::generate(domain, requests)?;
        domains.entry(domain.clone()).or_default().extend(handles.types);
        accessors.extend(handles.accessors);
    }
    for (domain, tokens) in &mut domains {
        let calls = by_domain.get(domain).into_iter().flatten().map(|request| &request.name);
        *tokens = quote! {
            #[allow(unused_imports, reason = "not every domain has lists")]
            use crate::{CallFuture, Dfns, ItemStream, Page, PageStream, Result, types};
            #tokens
            crate::options::call_options!(#(#calls),*);
        };
    }
    Ok(Requests {
        domains,
        accessors: quote! {
            use crate::Dfns;
            use super::*;
            impl Dfns { #accessors }
        },
    })
}
