//! The method of a group that starts a request: what is required, as arguments.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::super::structs::FieldFacts;
use super::super::{names, structs};
use super::request::{Body, Request, outside};
use crate::spec::lint::CHECKSUM;

impl Request<'_> {
    /// The method of the group that starts the request.
    pub(super) fn constructor(&self) -> TokenStream {
        let (name, method) = (&self.name, names::ident(&self.operation.call));
        let docs = self.docs();
        let deprecated = self.deprecated();
        let parameters = self
            .required()
            .map(|(ident, ty)| quote!(#ident: #ty))
            .collect::<Vec<_>>();
        let mut values: Vec<TokenStream> = Vec::new();
        for argument in self.parameters.iter().filter(|argument| !argument.optional) {
            let (_, value) = structs::argument(&argument.ty, &argument.ident, self.facts);
            values.push(structs::initialised(&argument.ident, &value));
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
                let arguments = fields.required().map(|field| {
                    let ident = &field.ident;
                    if self.is_checksum(field) {
                        quote!(crate::upload::checksum(&file))
                    } else {
                        quote!(#ident)
                    }
                });
                values.push(quote!(body: <#component>::new(#(#arguments),*)));
            }
            Some(Body {
                fields: None, argument, ..
            }) => values.push(quote!(body: #argument.into())),
            None => {}
        }
        let file = self.operation.multipart.then(|| {
            values.push(quote!(file));
            quote!(let file = file.into();)
        });
        quote! {
            #docs
            #deprecated
            pub fn #method(&self, #(#parameters),*) -> #name {
                #file
                #name { dfns: self.dfns.clone(), #(#values),* }
            }
        }
    }

    /// What a call works out itself, of the file that goes beside the body.
    fn is_checksum(&self, field: &FieldFacts) -> bool {
        self.operation.multipart && field.wire == CHECKSUM
    }

    /// What a caller must say, in order: the name and the type of each argument.
    pub(super) fn required(&self) -> impl Iterator<Item = (Ident, TokenStream)> {
        let own = self
            .parameters
            .iter()
            .filter(|argument| !argument.optional)
            .map(|argument| {
                let (ty, _) = structs::argument(&argument.ty, &argument.ident, self.facts);
                (argument.ident.clone(), ty)
            });
        let of_body: Vec<(Ident, TokenStream)> = match &self.body {
            Some(Body {
                fields: Some(fields), ..
            }) => fields
                .required()
                .filter(|field| !self.is_checksum(field))
                .map(|field| {
                    let (ty, _) = structs::argument(&outside(&field.ty), &field.ident, self.facts);
                    (field.ident.clone(), ty)
                })
                .collect(),
            Some(Body {
                component, argument, ..
            }) => vec![(argument.clone(), quote!(impl ::std::convert::Into<#component>))],
            None => Vec::new(),
        };
        let file = self
            .operation
            .multipart
            .then(|| (names::ident("file"), quote!(impl ::std::convert::Into<crate::Upload>)));
        own.chain(of_body).chain(file)
    }
}
