//! Pass: the low-level client. Of what progenitor wrote beside the types only the calls stay, which are rewritten for our
//! runtime, documented in our words, and split by domain.

use std::collections::BTreeMap;

use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, FnArg, ImplItem, ImplItemFn, Item, ItemImpl, Pat, Stmt, Type};

use super::{Error, Facts, calls, docs};

/// One argument of a call, as its owner would hold it.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    /// The name in the signature.
    pub(crate) ident: syn::Ident,
    /// The owned type, without `Option`.
    pub(crate) ty: Type,
    /// May be left out.
    pub(crate) optional: bool,
    /// Is passed by reference.
    pub(crate) by_reference: bool,
}

/// The finished client.
pub(crate) struct Client {
    /// The calls of each domain.
    pub(crate) domains: BTreeMap<String, Vec<ImplItemFn>>,
    /// The arguments of each call, by function.
    pub(crate) arguments: BTreeMap<String, Vec<Argument>>,
}

/// Finishes what progenitor wrote beside the types.
pub(crate) fn finish(file: File, facts: &Facts) -> Result<Client, Error> {
    let mut client = Client {
        domains: BTreeMap::new(),
        arguments: BTreeMap::new(),
    };
    for mut item in file.items {
        Paths.visit_item_mut(&mut item);
        // The client itself is written by hand, like all that it needs of others.
        if let Item::Impl(implementation) = item
            && is_inherent(&implementation)
        {
            sort_methods(implementation, facts, &mut client)?;
        }
    }
    let generated: usize = client.domains.values().map(Vec::len).sum();
    let expected = facts.operations.len();
    if generated == expected {
        Ok(client)
    } else {
        Err(Error::pass(
            "client",
            format!("{generated} calls for {expected} operations"),
        ))
    }
}

fn is_inherent(implementation: &ItemImpl) -> bool {
    implementation.trait_.is_none()
        && matches!(&*implementation.self_ty, Type::Path(path) if path.path.is_ident("Client"))
}

fn sort_methods(implementation: ItemImpl, facts: &Facts, client: &mut Client) -> Result<(), Error> {
    for item in implementation.items {
        let ImplItem::Fn(mut method) = item else { continue };
        let name = method.sig.ident.to_string();
        if matches!(name.as_str(), "new" | "new_with_client") {
            continue;
        }
        let operation = facts
            .operation(&name)
            .ok_or_else(|| Error::pass("client", format!("call `{name}` is no operation of the specification")))?;
        document(&mut method, operation);
        strip_version_header(&mut method)?;
        let mut arguments = arguments(&method)?;
        calls::rewrite(&mut method, operation, &mut arguments)?;
        client.arguments.insert(name, arguments);
        client.domains.entry(operation.tag.clone()).or_default().push(method);
    }
    Ok(())
}

fn document(method: &mut ImplItemFn, operation: &super::facts::Operation) {
    let source = format!(
        "Source: `{} {}` (operation `{}`).",
        operation.method, operation.path, operation.id
    );
    let docs = docs::paragraphs([
        &docs::escape(&operation.summary),
        &docs::escape(&operation.description),
        "# Errors",
        "As every call: [`CallError`] by what went wrong.",
        &source,
    ]);
    let holder: Result<ImplItemFn, _> = syn::parse2(quote!(#docs fn holder() {}));
    method.attrs = holder.map(|holder| holder.attrs).unwrap_or_default();
    if operation.lifecycle != "current" {
        method
            .attrs
            .push(syn::parse_quote!(#[deprecated = "superseded in the API"]));
    }
}

/// The version header of progenitor means nothing to this API, and costs a map a call.
fn strip_version_header(method: &mut ImplItemFn) -> Result<(), Error> {
    let before = method.block.stmts.len();
    method.block.stmts.retain(|statement| !mentions_header_map(statement));
    let removed = before - method.block.stmts.len();
    let mut chain = HeaderUse(0);
    chain.visit_block_mut(&mut method.block);
    let name = &method.sig.ident;
    if quote!(#method).to_string().contains("header_map") {
        return Err(Error::pass(
            "client",
            format!("{name}: a parameter in a header is not supported"),
        ));
    }
    if removed == 2 && chain.0 == 1 {
        Ok(())
    } else {
        Err(Error::pass(
            "client",
            format!(
                "{name}: {removed} statements and {} uses of the version header",
                chain.0
            ),
        ))
    }
}

fn mentions_header_map(statement: &Stmt) -> bool {
    match statement {
        Stmt::Local(local) => matches!(&local.pat, Pat::Ident(pattern) if pattern.ident == "header_map"),
        Stmt::Expr(Expr::MethodCall(call), _) => {
            matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("header_map"))
        }
        _ => false,
    }
}

/// Takes `.headers(header_map)` out of the chain that builds the request.
struct HeaderUse(usize);

impl VisitMut for HeaderUse {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::MethodCall(call) = expression
            && call.method == "headers"
        {
            let receiver = (*call.receiver).clone();
            *expression = receiver;
            self.0 += 1;
        }
        visit_mut::visit_expr_mut(self, expression);
    }
}

/// `crate::WalletId` of the types becomes `types::WalletId` of the client.
struct Paths;

impl VisitMut for Paths {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        if path.segments.len() == 2 && path.segments[0].ident == "crate" && path.segments[1].ident != "Transport" {
            path.segments[0].ident = syn::Ident::new("types", proc_macro2::Span::call_site());
        }
        visit_mut::visit_path_mut(self, path);
    }
}

fn arguments(method: &ImplItemFn) -> Result<Vec<Argument>, Error> {
    let mut arguments = Vec::new();
    for input in &method.sig.inputs {
        let FnArg::Typed(typed) = input else { continue };
        let Pat::Ident(pattern) = &*typed.pat else {
            return Err(Error::pass(
                "client",
                format!("{}: an argument without a name", method.sig.ident),
            ));
        };
        let option = super::structs::option_of(&typed.ty);
        let inner = option.unwrap_or(&typed.ty);
        let (ty, by_reference) = match inner {
            Type::Reference(reference) => (owned(&reference.elem), true),
            other => (other.clone(), false),
        };
        arguments.push(Argument {
            ident: pattern.ident.clone(),
            ty,
            optional: option.is_some(),
            by_reference,
        });
    }
    Ok(arguments)
}

fn owned(ty: &Type) -> Type {
    match ty {
        Type::Path(path) if path.path.is_ident("str") => syn::parse_quote!(::std::string::String),
        other => other.clone(),
    }
}
