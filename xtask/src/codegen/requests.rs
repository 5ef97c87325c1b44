//! Fluent requests of the `dfns` crate: a group for each area, a request type for each operation.
//!
//! Required values are arguments, optional ones setters; `send()` ends a request. A forgotten value does not compile.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Type};

use super::client::{Argument, Client};
use super::facts::Operation;
use super::structs::{self, FieldFacts, Presence, StructFacts, Structs};
use super::{Error, Facts, docs, names};

/// The files of the fluent surface: groups with their requests by domain, and the accessors of the client.
pub(crate) struct Requests {
    /// By domain.
    pub(crate) domains: BTreeMap<String, TokenStream>,
    /// `impl Dfns { pub fn wallets(&self) -> Wallets … }`.
    pub(crate) accessors: TokenStream,
}

/// Generates the requests of every operation.
pub(crate) fn generate(facts: &Facts, structs: &Structs, client: &Client) -> Result<Requests, Error> {
    let mut groups: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for operation in facts.operations.iter().filter(|operation| !operation.multipart) {
        groups.entry(&operation.group).or_default().push(operation);
    }
    let mut domains: BTreeMap<String, TokenStream> = BTreeMap::new();
    let mut accessors = TokenStream::new();
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
            .map(|operation| Request::new(operation, structs, client, facts))
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
        accessors.extend(quote! {
            #[doc = #title]
            #[cfg(feature = #domain)]
            pub fn #accessor(&self) -> #name {
                #name { dfns: self.clone() }
            }
        });
    }
    for tokens in domains.values_mut() {
        *tokens = quote! {
            #[allow(unused_imports, reason = "not every domain has lists")]
            use crate::{Dfns, ItemStream, Page, Result, types};
            #tokens
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

/// What is known of one request.
struct Request<'a> {
    operation: &'a Operation,
    name: Ident,
    /// Path and query parameters.
    parameters: Vec<&'a Argument>,
    body: Option<Body<'a>>,
    client: &'a Client,
    structs: &'a Structs,
    facts: &'a Facts,
}

struct Body<'a> {
    component: Type,
    /// The fields, if the body is an object; a union is an argument by itself.
    fields: Option<&'a StructFacts>,
    argument: Ident,
}

impl<'a> Request<'a> {
    fn new(
        operation: &'a Operation,
        structs: &'a Structs,
        client: &'a Client,
        facts: &'a Facts,
    ) -> Result<Self, Error> {
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
        })
    }

    fn is_page(&self, argument: &Argument) -> bool {
        self.operation.paged && (argument.ident == "limit" || argument.ident == "pagination_token")
    }

    /// Query parameters that have setters named after themselves.
    fn filters(&self) -> impl Iterator<Item = &&Argument> {
        self.parameters
            .iter()
            .filter(|argument| argument.optional && !self.is_page(argument))
    }

    fn docs(&self) -> TokenStream {
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
        let source = format!("Source: `{method} {path}` (operation `{id}`).");
        docs::paragraphs([
            &docs::escape(summary),
            &docs::escape(description),
            signed,
            &permission,
            &source,
        ])
    }

    fn deprecated(&self) -> TokenStream {
        if self.operation.lifecycle == "current" {
            TokenStream::new()
        } else {
            quote!(#[deprecated = "superseded in the API"])
        }
    }

    /// The method of the group that starts the request.
    fn constructor(&self) -> TokenStream {
        let (name, method) = (&self.name, names::ident(&self.operation.call));
        let docs = self.docs();
        let deprecated = self.deprecated();
        let required = self.parameters.iter().filter(|argument| !argument.optional);
        let mut parameters: Vec<TokenStream> = Vec::new();
        let mut values: Vec<TokenStream> = Vec::new();
        for argument in required {
            let ident = &argument.ident;
            let (parameter, value) = structs::argument(&argument.ty, ident, self.facts);
            parameters.push(quote!(#ident: #parameter));
            values.push(structs::initialised(ident, &value));
        }
        for argument in self.parameters.iter().filter(|argument| argument.optional) {
            let ident = &argument.ident;
            values.push(quote!(#ident: ::std::option::Option::None));
        }
        match &self.body {
            Some(Body {
                component,
                fields: Some(fields),
                ..
            }) => {
                let mut arguments = Vec::new();
                for field in fields.required() {
                    let ident = &field.ident;
                    let (parameter, _) = structs::argument(&outside(&field.ty), ident, self.facts);
                    parameters.push(quote!(#ident: #parameter));
                    arguments.push(ident);
                }
                values.push(quote!(body: <#component>::new(#(#arguments),*)));
            }
            Some(Body {
                component,
                fields: None,
                argument,
            }) => {
                parameters.push(quote!(#argument: impl ::std::convert::Into<#component>));
                values.push(quote!(body: #argument.into()));
            }
            None => {}
        }
        quote! {
            #docs
            #deprecated
            pub fn #method(&self, #(#parameters),*) -> #name {
                #name { dfns: self.dfns.clone(), #(#values),* }
            }
        }
    }

    fn definition(&self) -> Result<TokenStream, Error> {
        let name = &self.name;
        let title = format!(
            " A call of `{}`, made by [`{}Calls::{}`].",
            self.operation.id,
            names::pascal(&self.operation.group),
            self.operation.call
        );
        let fields = self.parameters.iter().map(|argument| {
            let (ident, ty) = (&argument.ident, &argument.ty);
            if argument.optional {
                quote!(#ident: ::std::option::Option<#ty>)
            } else {
                quote!(#ident: #ty)
            }
        });
        let body = self.body.as_ref().map(|body| {
            let component = &body.component;
            quote!(body: #component,)
        });
        let filters = self.filters().map(|argument| {
            let field = FieldFacts {
                ident: argument.ident.clone(),
                wire: argument.ident.to_string(),
                ty: argument.ty.clone(),
                presence: Presence::Optional,
                description: self.parameter_description(argument),
            };
            structs::setter(&field, "", &quote!(self), &quote!(types), self.facts)
        });
        let setters: Vec<TokenStream> = match self.body.as_ref().and_then(|body| body.fields) {
            Some(fields) => fields.optional().map(|field| body_setter(field, self.facts)).collect(),
            None => Vec::new(),
        };
        let send = self.send()?;
        Ok(quote! {
            #[doc = #title]
            #[derive(Clone, Debug)]
            #[must_use = "a call does nothing until it is sent"]
            pub struct #name {
                dfns: Dfns,
                #(#fields,)*
                #body
            }
            impl #name {
                #(#filters)*
                #(#setters)*
                #send
            }
        })
    }

    fn parameter_description(&self, argument: &Argument) -> String {
        self.operation
            .parameters
            .iter()
            .find(|(wire, _)| names::ident(names::snake(wire)) == argument.ident)
            .map(|(_, description)| description.clone())
            .unwrap_or_default()
    }

    /// Refuses a list that the code for pages would not fit.
    fn check_paging(&self, answer: &str) -> Result<(), Error> {
        let has_token = self
            .structs
            .get(answer)
            .is_some_and(|fields| fields.optional().any(|field| field.wire == "nextPageToken"));
        let parameters = self.parameters.iter().filter(|argument| self.is_page(argument)).count();
        if has_token && parameters == 2 {
            return Ok(());
        }
        Err(Error::pass(
            "requests",
            format!(
                "{}: pages need `limit`, `paginationToken` and an optional `nextPageToken` in {answer}",
                self.operation.id
            ),
        ))
    }

    /// `send()`, and for lists the page and the stream.
    fn send(&self) -> Result<TokenStream, Error> {
        let (function, id) = (names::ident(&self.operation.function), &self.operation.id);
        let arguments: Vec<TokenStream> = self.client.arguments[&self.operation.function].iter().map(|argument| {
            let ident = &argument.ident;
            let is_string = matches!(&argument.ty, Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "String"));
            match (argument.optional, argument.by_reference) {
                (true, true) if is_string => quote!(self.#ident.as_deref()),
                (true, true) => quote!(self.#ident.as_ref()),
                (false, true) => quote!(&self.#ident),
                (_, false) => quote!(self.#ident.clone()),
            }
        }).collect();
        let expected = (self.operation.lifecycle != "current")
            .then(|| quote!(#[expect(deprecated, reason = "a deprecated operation is called by a deprecated call")]));
        let call = quote!(self.dfns.finish(#id, self.dfns.api().#function(#(#arguments),*).await));
        if self.operation.csv {
            let call = quote!(self.dfns.finish_text(#id, self.dfns.api().#function(#(#arguments),*).await).await);
            return Ok(single(expected.as_ref(), &quote!(String), &call));
        }
        let Some(answer) = &self.operation.answer else {
            return Ok(single(expected.as_ref(), &quote!(()), &call));
        };
        let answer_ident = names::ident(answer);
        if !self.operation.paged {
            return Ok(single(expected.as_ref(), &quote!(types::#answer_ident), &call));
        }
        let item = self
            .structs
            .get(answer)
            .and_then(|fields| fields.fields.iter().find(|field| field.wire == "items"))
            .and_then(|field| structs::element_of(&field.ty))
            .ok_or_else(|| Error::pass("requests", format!("{id}: its answer {answer} has no list `items`")))?;
        self.check_paging(answer)?;
        let item = outside(item);
        Ok(quote! {
            /// How many items a page has at most. The default of the API is 50 for most lists.
            #[must_use]
            pub fn page_size(mut self, page_size: i32) -> Self {
                self.limit = ::std::option::Option::Some(page_size);
                self
            }
            /// Starts at the page that this token names, the `next` of a [`Page`].
            #[must_use]
            pub fn page_token(mut self, page_token: impl ::std::convert::Into<::std::string::String>) -> Self {
                self.pagination_token = ::std::option::Option::Some(page_token.into());
                self
            }
            /// Asks for one page.
            ///
            /// # Errors
            /// [`Error`](crate::Error), by what a caller can do about it.
            #expected
            pub async fn send(self) -> Result<Page<#item>> {
                let page = #call?;
                Ok(Page::new(page.items, page.next_page_token))
            }
            /// The items of all pages, fetched as they are asked for.
            // So that it is compiled to machine code where it is used, not in `dfns`: with it goes the whole way of a call.
            #[inline]
            pub fn stream(self) -> ItemStream<#item> {
                let first = self.pagination_token.clone();
                crate::paging::stream(#id, first, move |token| {
                    let mut call = self.clone();
                    call.pagination_token = token;
                    call.send()
                })
            }
        })
    }
}

fn body_setter(field: &FieldFacts, facts: &Facts) -> TokenStream {
    let field = FieldFacts {
        ty: outside(&field.ty),
        ..field.clone()
    };
    structs::setter(&field, "", &quote!(self.body), &quote!(types), facts)
}

fn single(expected: Option<&TokenStream>, answer: &TokenStream, call: &TokenStream) -> TokenStream {
    quote! {
        /// Sends the request.
        ///
        /// # Errors
        /// [`Error`](crate::Error), by what a caller can do about it.
        #expected
        pub async fn send(self) -> Result<#answer> {
            #call
        }
    }
}

/// A type of `dfns-types`, named from outside: `crate::Hex` and `Wallet` become `types::Hex` and `types::Wallet`.
fn outside(ty: &Type) -> Type {
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
