//! The two steps of a signed request, for users who sign elsewhere: `init()` and `complete()`.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::names;
use super::request::Request;

impl Request<'_> {
    /// `init()` and `complete()`, if the request has to be signed; `answer` is what `send()` returns.
    pub(super) fn two_steps(&self, answer: &TokenStream) -> TokenStream {
        if !self.operation.user_action {
            return TokenStream::new();
        }
        let function = names::ident(&self.operation.function);
        let arguments = self.arguments();
        let expected = (self.operation.lifecycle != "current")
            .then(|| quote!(#[expect(deprecated, reason = "a deprecated operation is called by a deprecated call")]));
        quote! {
            /// Begins the call for a user who signs elsewhere, such as in a browser: declares the request, and answers
            /// the challenge to sign. [`complete`](Self::complete) sends it.
            ///
            /// # Errors
            /// [`Error`](crate::Error), by what a caller can do about it.
            // Compiled to machine code where they are used, not in `dfns`: few programs sign in two steps.
            #expected
            #[inline]
            pub async fn init(&self) -> Result<crate::PreparedAction> {
                self.dfns.init(self.dfns.api().#function(#(#arguments),*)).await
            }
            /// Completes the call that [`init`](Self::init) began, with the user's answer to the challenge. It is sent once,
            /// and never again.
            ///
            /// # Errors
            /// [`Error::ActionChanged`](crate::Error::ActionChanged) if this is another request than the one that was
            /// begun; else [`Error`](crate::Error), by what a caller can do about it.
            #[inline]
            pub async fn complete(
                mut self,
                prepared: &crate::PreparedAction,
                assertion: impl ::std::convert::Into<crate::FirstFactorAssertion>,
            ) -> Result<#answer> {
                self.dfns = self.dfns.completing(prepared, assertion.into());
                self.send().await
            }
        }
    }
}
