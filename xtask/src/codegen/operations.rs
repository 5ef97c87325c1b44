//! The static table of operations.

use proc_macro2::TokenStream;
use quote::quote;

use super::facts::Operation;
use super::limits::Limits;
use super::{Facts, names};

/// The contents of `operations.rs`.
pub(crate) fn generate(facts: &Facts, limits: &Limits) -> TokenStream {
    let count = facts.operations.len();
    let rows = facts.operations.iter().map(|operation| row(operation, limits));
    quote! {
        use crate::operation::{Authentication, Lifecycle, Method, Operation, Principal};

        /// Every operation, sorted by `function`.
        pub static OPERATIONS: [Operation; #count] = [#(#rows),*];
    }
}

fn row(operation: &Operation, limits: &Limits) -> TokenStream {
    let Operation {
        id,
        function,
        path,
        tag,
        user_action,
        idempotent,
        paged,
        permissions,
        ..
    } = operation;
    let call = format!("{}.{}", operation.group, operation.call);
    let method = names::ident(names::pascal(&operation.method.to_lowercase()));
    let authentication = names::ident(match operation.security.as_str() {
        "none" => "None",
        "temporaryToken" => "TemporaryToken",
        _ => "Token",
    });
    let principals = operation.principals.iter().map(|principal| {
        let principal = names::ident(match principal.as_str() {
            "pat" => "PersonalAccessToken".to_owned(),
            other => names::pascal(other),
        });
        quote!(Principal::#principal)
    });
    let body_limits = limits.of_body(operation.body.as_ref());
    let query_limits = limits.of_query(id);
    let lifecycle = names::ident(names::pascal(&operation.lifecycle));
    quote! {
        Operation {
            id: #id,
            function: #function,
            method: Method::#method,
            path: #path,
            domain: #tag,
            call: #call,
            authentication: Authentication::#authentication,
            user_action: #user_action,
            idempotent: #idempotent,
            paged: #paged,
            body_limits: #body_limits,
            query_limits: #query_limits,
            permissions: &[#(#permissions),*],
            principals: &[#(#principals),*],
            lifecycle: Lifecycle::#lifecycle,
        }
    }
}
