//! What ends a request: `send()`, `.await`, and for lists the streams.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use super::super::facts::Pending;
use super::super::{Error, docs, names, structs};
use super::request::{Request, outside};

/// What a call answers.
pub(super) struct Answer {
    /// What `send()` returns, without `Result`.
    pub(super) ty: TokenStream,
    /// The expression of that, a `Result`, in an async method of the call.
    pub(super) call: TokenStream,
    /// The items, if it is a list in pages.
    pub(super) item: Option<Type>,
}

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

    /// What the call answers, and the expression that asks for it.
    pub(super) fn answer(&self) -> Result<Answer, Error> {
        let function = names::ident(&self.operation.function);
        let arguments = self.arguments();
        let low_level = quote!(self.dfns.api().#function(#(#arguments),*));
        let plain = |ty: TokenStream| Answer {
            ty,
            call: quote!(self.dfns.finish(#low_level).await),
            item: None,
        };
        let converted = |ty: TokenStream| Answer {
            call: quote!(self.dfns.finish(#low_level).await.map(Into::into)),
            ..plain(ty)
        };
        if self.operation.csv {
            return Ok(converted(quote!(String)));
        }
        let ty = self.operation.answer.as_ref().map_or_else(
            || quote!(()),
            |answer| {
                let answer = names::ident(answer);
                quote!(types::#answer)
            },
        );
        match &self.operation.pending {
            Some(Pending::Entity) => {
                return Ok(Answer {
                    call: quote!(self.dfns.finish_entity(#low_level).await),
                    ..plain(quote!(crate::Outcome<#ty>))
                });
            }
            Some(Pending::Change(held)) => {
                let held = names::ident(held);
                return Ok(Answer {
                    call: quote!(self.dfns.finish_change(#low_level).await),
                    ..plain(quote!(crate::Outcome<#ty, types::#held>))
                });
            }
            None => {}
        }
        match &self.operation.answer {
            Some(answer) if self.operation.paged => {
                let item = self.item(answer)?;
                Ok(Answer {
                    ty: quote!(Page<#item>),
                    call: quote! {
                        self.dfns.finish(#low_level).await.map(|page| Page::new(page.items, page.next_page_token))
                    },
                    item: Some(item),
                })
            }
            Some(_) => Ok(plain(ty)),
            None => Ok(converted(ty)),
        }
    }

    /// What the low-level call is called with.
    pub(super) fn arguments(&self) -> Vec<TokenStream> {
        let is_string = |ty: &Type| match ty {
            Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "String"),
            _ => false,
        };
        self.client.arguments[&self.operation.function]
            .iter()
            .map(|argument| {
                let ident = &argument.ident;
                match (argument.optional, argument.by_reference) {
                    (true, true) if is_string(&argument.ty) => quote!(self.#ident.as_deref()),
                    (true, true) => quote!(self.#ident.as_ref()),
                    (false, true) => quote!(&self.#ident),
                    (_, false) => quote!(self.#ident.clone()),
                }
            })
            .chain(self.operation.multipart.then(|| quote!(&self.file)))
            .collect()
    }

    /// The type of the items of a list.
    fn item(&self, answer: &str) -> Result<Type, Error> {
        let item = self
            .structs
            .get(answer)
            .and_then(|fields| fields.fields.iter().find(|field| field.wire == "items"))
            .and_then(|field| structs::element_of(&field.ty))
            .ok_or_else(|| {
                Error::pass(
                    "requests",
                    format!("{}: its answer {answer} has no list `items`", self.operation.id),
                )
            })?;
        self.check_paging(answer)?;
        Ok(outside(item))
    }

    /// `send()`, and for lists the streams.
    pub(super) fn send(&self, answer: &Answer) -> TokenStream {
        let Answer { ty, call, item } = answer;
        let expected = (self.operation.lifecycle != "current")
            .then(|| quote!(#[expect(deprecated, reason = "a deprecated operation is called by a deprecated call")]));
        let words = if item.is_some() {
            " Asks for one page."
        } else {
            " Sends the request."
        };
        let streams = item.as_ref().map(|item| self.streams(item));
        let wait = self.wait();
        quote! {
            #[doc = #words]
            ///
            /// # Errors
            /// [`Error`](crate::Error), by what a caller can do about it.
            #expected
            pub async fn send(self) -> Result<#ty> {
                #call
            }
            #streams
            #wait
        }
    }

    /// `wait()`, on a read of something that takes its time.
    fn wait(&self) -> Option<TokenStream> {
        let answer = self
            .operation
            .answer
            .as_ref()
            .filter(|answer| self.tracked.contains(*answer))?;
        if self.operation.method != "GET" || self.operation.paged {
            return None;
        }
        let (id, answer) = (&self.operation.id, names::ident(answer));
        Some(quote! {
            /// Reads it again and again until it is at its end; `.await` starts that.
            ///
            /// # Errors
            /// [`Error::Failed`](crate::Error::Failed) if it came to nothing, [`Error::TimedOut`](crate::Error::TimedOut) if its end
            /// is not there in time, both with the last state seen; else as `send`.
            #[inline]
            pub fn wait(self) -> crate::Wait<types::#answer> {
                crate::wait::wait(#id, move || self.clone().send())
            }
        })
    }

    fn streams(&self, item: &Type) -> TokenStream {
        let id = &self.operation.id;
        let limit = self.parameters.iter().find(|argument| argument.ident == "limit");
        let page_size = docs::prose(&limit.map_or_else(String::new, |limit| self.parameter_description(limit)));
        quote! {
            #page_size
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
            /// All pages, fetched as they are asked for.
            // So that it is compiled to machine code where it is used, not in `dfns`: with it goes the whole way of a call.
            #[inline]
            pub fn pages(self) -> PageStream<#item> {
                let first = self.pagination_token.clone();
                crate::paging::pages(#id, first, move |token| {
                    let mut call = self.clone();
                    call.pagination_token = token;
                    call.send()
                })
            }
            /// The items of all pages, fetched as they are asked for.
            #[inline]
            pub fn stream(self) -> ItemStream<#item> {
                self.pages().items()
            }
        }
    }

    /// `.await` without `send()`.
    pub(super) fn awaited(&self, answer: &Answer) -> TokenStream {
        let (name, ty) = (&self.name, &answer.ty);
        quote! {
            impl ::std::future::IntoFuture for #name {
                type Output = Result<#ty>;
                type IntoFuture = CallFuture<#ty>;
                #[inline]
                fn into_future(self) -> Self::IntoFuture {
                    ::std::boxed::Box::pin(self.send())
                }
            }
        }
    }
}
