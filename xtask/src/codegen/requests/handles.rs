//! Handles: the calls about one wallet or one key, without its id in each of them.
//!
//! Which calls a handle has follows from their paths; none is listed here.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::super::facts::Operation;
use super::super::{Error, names};
use super::request::Request;

/// What has a handle: its path, and what one of it is called.
const HANDLES: [(&str, &str); 2] = [("/keys/{keyId}", "key"), ("/wallets/{walletId}", "wallet")];

/// The handles that some calls of a domain belong to.
pub(super) struct Handles {
    /// Types, for the file of the domain.
    pub(super) types: TokenStream,
    /// Methods of the client.
    pub(super) accessors: TokenStream,
}

/// The handles of one domain, from all of its calls.
pub(super) fn generate(domain: &str, requests: &[Request<'_>]) -> Result<Handles, Error> {
    let (mut types, mut accessors) = (TokenStream::new(), TokenStream::new());
    for (path, one) in HANDLES {
        let calls: Vec<&Request<'_>> = requests
            .iter()
            .filter(|request| belongs(&request.operation.path, path))
            .collect();
        if calls.is_empty() {
            continue;
        }
        let name = format_ident!("{}Handle", names::pascal(one));
        let id = format_ident!("{one}_id");
        let id_type = format_ident!("{}Id", names::pascal(one));
        let mut seen = BTreeSet::new();
        let mut methods = Vec::new();
        for call in calls {
            let method = method_name(call.operation, one);
            if !seen.insert(method.clone()) {
                let problem = format!("the handle of a {one} would have `{method}` twice: write `x-handle`");
                return Err(Error::pass("requests", problem));
            }
            methods.push(self::method(call, &method, &id.to_string())?);
        }
        let title = format!(" The calls about one {one}, as [`Dfns::{one}`] makes it.");
        let of_id = format!(" The id of the {one}.");
        types.extend(quote! {
            #[doc = #title]
            #[derive(Clone, Debug)]
            pub struct #name {
                pub(super) dfns: Dfns,
                pub(super) #id: types::#id_type,
            }
            impl #name {
                #[doc = #of_id]
                pub fn id(&self) -> &types::#id_type {
                    &self.#id
                }
                #(#methods)*
            }
        });
        let accessor = names::ident(one);
        let words = format!(" The calls about one {one}. Nothing is sent by this.");
        accessors.extend(quote! {
            #[doc = #words]
            #[cfg(feature = #domain)]
            pub fn #accessor(&self, #id: impl ::std::convert::Into<crate::types::#id_type>) -> #name {
                #name { dfns: self.clone(), #id: #id.into() }
            }
        });
    }
    Ok(Handles { types, accessors })
}

fn belongs(path: &str, to: &str) -> bool {
    path.strip_prefix(to)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `transfers` of `transfers.list`, `get_transfer` of `transfers.get`, `assets` of `wallets.assets`.
fn method_name(operation: &Operation, one: &str) -> String {
    let Operation {
        group, call, handle, ..
    } = operation;
    let group = group.strip_prefix(&format!("{one}_")).unwrap_or(group);
    match (handle, call.as_str()) {
        (Some(handle), _) => handle.clone(),
        (None, call) if group.strip_suffix('s') == Some(one) => call.to_owned(),
        (None, "list") => group.to_owned(),
        (None, call) => format!("{call}_{}", group.strip_suffix('s').unwrap_or(group)),
    }
}

fn method(request: &Request<'_>, method: &str, id: &str) -> Result<TokenStream, Error> {
    let mut required = request.required();
    let first = required.next().filter(|(ident, _)| ident == id).ok_or_else(|| {
        let problem = format!("{}: its first argument is not `{id}`", request.operation.id);
        Error::pass("requests", problem)
    })?;
    let (id, rest): (_, Vec<_>) = (first.0, required.collect());
    let parameters = rest.iter().map(|(ident, ty)| quote!(#ident: #ty));
    let arguments = rest.iter().map(|(ident, _)| ident);
    let (docs, deprecated, name) = (request.docs(), request.deprecated(), &request.name);
    let expected = (!deprecated.is_empty())
        .then(|| quote!(#[expect(deprecated, reason = "a deprecated operation is called by a deprecated call")]));
    let (group, call) = (
        names::ident(&request.operation.group),
        names::ident(&request.operation.call),
    );
    let method = names::ident(method);
    Ok(quote! {
        #docs
        #deprecated
        #expected
        pub fn #method(&self, #(#parameters),*) -> #name {
            self.dfns.#group().#call(self.#id.clone(), #(#arguments),*)
        }
    })
}
