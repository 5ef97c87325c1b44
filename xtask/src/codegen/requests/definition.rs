//! The type of a request: what is optional, as setters.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::structs::{self, FieldFacts, Presence};
use super::super::{Error, Facts, names};
use super::request::{Request, outside};

impl Request<'_> {
    pub(super) fn definition(&self) -> Result<TokenStream, Error> {
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
        let file = self.operation.multipart.then(|| quote!(file: crate::Upload,));
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
        let answer = self.answer()?;
        let send = self.send(&answer);
        let two_steps = self.two_steps(&answer.ty);
        let into_future = self.awaited(&answer);
        Ok(quote! {
            #[doc = #title]
            #[derive(Clone, Debug)]
            #[must_use = "a call does nothing until it is sent"]
            pub struct #name {
                dfns: Dfns,
                #(#fields,)*
                #body
                #file
            }
            impl #name {
                #(#filters)*
                #(#setters)*
                #send
                #two_steps
            }
            #into_future
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
