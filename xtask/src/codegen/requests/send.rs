//! What ends a request: `send()`, and for lists the page and the stream.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use super::super::{Error, names, structs};
use super::request::{Request, outside};

impl Request<'_> {
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
    pub(super) fn send(&self) -> Result<TokenStream, Error> {
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
