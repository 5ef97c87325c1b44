//! What is known of one request, for the files that write its parts.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Type};

use super::super::client::{Argument, Client};
use super::super::facts::Operation;
use super::super::structs::{self, StructFacts, Structs};
use super::super::{Error, Facts, docs, names};
use super::Known;

/// What is known of one request.
pub(super) struct Request<'a> {
    pub(super) operation: &'a Operation,
    pub(super) name: Ident,
    /// Path and query parameters.
    pub(super) parameters: Vec<&'a Argument>,
    pub(super) body: Option<Body<'a>>,
    pub(super) client: &'a Client,
    pub(super) structs: &'a Structs,
    pub(super) facts: &'a Facts,
    pub(super) tracked: &'a BTreeSet<String>,
}

pub(super) struct Body<'a> {
    pub(super) component: Type,
    /// The fields, if the body is an object; a union is an argument by itself.
    pub(super) fields: Option<&'a StructFacts>,
    pub(super) argument: Ident,
}

impl<'a> Request<'a> {
    pub(super) fn new(operation: &'a Operation, known: Known<'a>) -> Result<Self, Error> {
        let Known {
            facts,
            structs,
            client,
            tracked,
            ..
        } = known;
        let arguments = client
            .arguments
            .get(&operation.function)
            .ok_or_else(|| Error::pass("requests", format!("{} has no call", operation.id)))?;
        let parameters = arguments.iter().filter(|argument| argument.ident != "body").collect();
        let body = operation.body.as_ref().map(|component| {
            let ident = names::ident(component);
            Body {
                component: syn::parse_quote!(types::#ident),
                fields: structs.get(component),
                argument: names::ident(names::snake(component)),
            }
        });
        let name = format_ident!("{}Call", names::pascal(&operation.function));
        Ok(Self {
            operation,
            name,
            parameters,
            body,
            client,
            structs,
            facts,
            tracked,
        })
    }

    pub(super) fn is_page(&self, argument: &Argument) -> bool {
        self.operation.paged && (argument.ident == "limit" || argument.ident == "pagination_token")
    }

    /// Query parameters that have setters named after themselves.
    pub(super) fn filters(&self) -> impl Iterator<Item = &&Argument> {
        self.parameters
            .iter()
            .filter(|argument| argument.optional && !self.is_page(argument))
    }

    pub(super) fn docs(&self) -> TokenStream {
        let Operation {
            summary,
            description,
            method,
            path,
            id,
            permissions,
            ..
        } = self.operation;
        let permission = match permissions.as_slice() {
            [] => String::new(),
            permissions => {
                let listed: Vec<String> = permissions
                    .iter()
                    .map(|permission| match permission.strip_suffix('?') {
                        Some(sometimes) => format!("`{sometimes}` (for some requests)"),
                        None => format!("`{permission}`"),
                    })
                    .collect();
                format!("Permission: {}.", listed.join(", "))
            }
        };
        let signed = if self.operation.user_action {
            "Needs a user action signature, which is made on the way."
        } else {
            ""
        };
        let form = if self.operation.multipart {
            "What is signed is the JSON, with the SHA-256 of the file, which is worked out here. The file is held in memory."
        } else {
            ""
        };
        let source = format!("Source: `{method} {path}` (operation `{id}`).");
        docs::paragraphs([
            &docs::escape(summary),
            &docs::escape(description),
            form,
            signed,
            &permission,
            &source,
        ])
    }

    pub(super) fn deprecated(&self) -> TokenStream {
        if self.operation.lifecycle == "current" {
            TokenStream::new()
        } else {
            quote!(#[deprecated = "superseded in the API"])
        }
    }

    pub(super) fn parameter_description(&self, argument: &Argument) -> String {
        self.operation
            .parameters
            .iter()
            .find(|parameter| names::ident(names::snake(&parameter.wire)) == argument.ident)
            .map(|parameter| structs::with_limits(&parameter.description, &parameter.limits))
            .unwrap_or_default()
    }
}

/// A type of `dfns-types`, named from outside: `crate::Hex` and `Wallet` become `types::Hex` and `types::Wallet`.
pub(super) fn outside(ty: &Type) -> Type {
    struct Outside;
    impl VisitMut for Outside {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            visit_mut::visit_path_mut(self, path);
            let first = path.segments[0].ident.to_string();
            if path.segments.len() == 2 && first == "crate" {
                path.segments[0].ident = names::ident("types");
            } else if path.segments.len() == 1
                && path.leading_colon.is_none()
                && first.starts_with(|c: char| c.is_ascii_uppercase())
            {
                *path = {
                    let name = path.clone();
                    syn::parse_quote!(types::#name)
                };
            }
        }
    }
    let mut ty = ty.clone();
    Outside.visit_type_mut(&mut ty);
    ty
}
