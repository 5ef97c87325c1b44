//! The method of a group that starts a request: what is required, as arguments.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::{names, structs};
use super::request::{Body, Request, outside};

impl Request<'_> {
    /// The method of the group that starts the request.
    pub(super) fn constructor(&self) -> TokenStream {
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
}
