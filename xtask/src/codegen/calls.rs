//! Pass: a call says which values go where; how a request is built, sent and answered is written by hand, once
//! (`dfns-api/src/runtime`).
//!
//! Invariant: only a body that is exactly what progenitor writes for the operation is replaced. So what progenitor knows
//! of a call (order, names and presence of its parameters, method, path, body, status) is what the call still does.

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprMethodCall, FnArg, Ident, ImplItemFn, Pat, Stmt, Type};

use super::client::Argument;
use super::facts::{Operation, Parameter, Pending};
use super::{Error, names};

/// Makes a call of what progenitor wrote: no `async`, and one expression that gives each value its place.
pub(crate) fn rewrite(method: &mut ImplItemFn, operation: &Operation, arguments: &mut [Argument]) -> Result<(), Error> {
    let parts = Parts::of(operation, arguments)?;
    let answer = Answer::of(operation);
    let mut found = method.block.clone();
    let mut expected = expected(operation, &parts, answer);
    Plain.visit_block_mut(&mut found);
    Plain.visit_block_mut(&mut expected);
    if found != expected {
        return Err(Error::pass(
            "calls",
            format!(
                "{}: what progenitor writes for a call is no longer what is expected: {} in place of {}",
                operation.id,
                quote!(#found),
                quote!(#expected)
            ),
        ));
    }
    let ty = answer.ty(operation);
    let chain = chain(operation, &parts);
    if operation.multipart {
        method.sig.inputs.push(syn::parse_quote!(file: &'a crate::Upload));
    }
    // So that it is compiled to machine code where it is called, not for everybody: bodies are serialised in it.
    method.attrs.push(syn::parse_quote!(#[inline]));
    method.sig.asyncness = None;
    method.sig.output = syn::parse_quote!(-> Call<'a, #ty>);
    method.block = syn::parse_quote!({ #chain });
    reorder(method, operation, arguments);
    Ok(())
}

/// Progenitor has the query in alphabetical order. A caller says first what it requires, in the order of the
/// specification: the beginning of a time before its end.
fn reorder(method: &mut ImplItemFn, operation: &Operation, arguments: &mut [Argument]) {
    let place = |argument: &Argument| {
        let is_it = |parameter: &Parameter| names::ident(names::snake(&parameter.wire)) == argument.ident;
        match operation.parameters.iter().position(is_it) {
            Some(place) if !operation.parameters[place].in_query => (0, 0),
            Some(place) if !argument.optional => (1, place),
            Some(_) => (2, 0),
            // The body.
            None => (3, 0),
        }
    };
    let mut order: Vec<usize> = (0..arguments.len()).collect();
    order.sort_by_key(|&index| place(&arguments[index]));
    let inputs: Vec<FnArg> = method.sig.inputs.iter().cloned().collect();
    let before = arguments.to_vec();
    for (to, from) in order.into_iter().enumerate() {
        arguments[to] = before[from].clone();
        // `self` comes first.
        method.sig.inputs[to + 1] = inputs[from + 1].clone();
    }
}

/// Where the arguments of a call go.
struct Parts<'a> {
    path: Vec<&'a Ident>,
    /// With the name on the wire, in the order of the arguments.
    query: Vec<(&'a str, &'a Argument)>,
    body: Option<&'a Ident>,
}

impl<'a> Parts<'a> {
    fn of(operation: &'a Operation, arguments: &'a [Argument]) -> Result<Self, Error> {
        let is = |argument: &Argument, wire: &str| names::ident(names::snake(wire)) == argument.ident;
        let in_path: Vec<&str> = operation
            .path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
            .collect();
        let path: Vec<&Ident> = in_path
            .iter()
            .filter_map(|wire| arguments.iter().find(|argument| is(argument, wire)))
            .map(|argument| &argument.ident)
            .collect();
        let mut query = Vec::new();
        let mut body = None;
        for argument in arguments {
            if path.contains(&&argument.ident) {
                continue;
            }
            match operation
                .parameters
                .iter()
                .find(|parameter| is(argument, &parameter.wire))
            {
                Some(parameter) => query.push((parameter.wire.as_str(), argument)),
                None => body = Some(&argument.ident),
            }
        }
        let placed = path.len() + query.len() + usize::from(body.is_some());
        if path.len() == in_path.len() && placed == arguments.len() {
            Ok(Self { path, query, body })
        } else {
            let problem = format!(
                "{}: {placed} of {} arguments have a place",
                operation.id,
                arguments.len()
            );
            Err(Error::pass("calls", problem))
        }
    }
}

/// How an operation answers.
#[derive(Clone, Copy)]
enum Answer {
    Json,
    Text,
    Nothing,
}

impl Answer {
    fn of(operation: &Operation) -> Self {
        match (operation.csv, &operation.answer) {
            (true, _) => Self::Text,
            (false, Some(_)) => Self::Json,
            (false, None) => Self::Nothing,
        }
    }

    /// The type of the answer. What policy can hold back has one more, which progenitor does not know.
    fn ty(self, operation: &Operation) -> Type {
        let made: Type = match (self, &operation.answer) {
            (Self::Json, Some(component)) => {
                let component = names::ident(component);
                syn::parse_quote!(types::#component)
            }
            (Self::Text, _) => syn::parse_quote!(Text),
            (Self::Nothing | Self::Json, _) => syn::parse_quote!(Empty),
        };
        match &operation.pending {
            None => made,
            Some(Pending::Entity) => syn::parse_quote!(Entity<#made>),
            Some(Pending::Change(held)) => {
                let held = names::ident(held);
                syn::parse_quote!(Change<#made, types::#held>)
            }
        }
    }
}

/// What progenitor writes, without the header that says the version.
fn expected(operation: &Operation, parts: &Parts, answer: Answer) -> Block {
    let url = format!("{{}}{}", template(&operation.path));
    let path = parts.path.iter().map(|ident| quote!(encode_path(&#ident.to_string())));
    let verb = names::ident(operation.method.to_lowercase());
    let accept = match answer {
        Answer::Text => TokenStream::new(),
        Answer::Json | Answer::Nothing => quote! {
            .header(::reqwest::header::ACCEPT, ::reqwest::header::HeaderValue::from_static("application/json"))
        },
    };
    let body = parts.body.iter().map(|ident| quote!(.json(&#ident)));
    let query = parts.query.iter().map(|(wire, argument)| {
        let ident = &argument.ident;
        quote!(.query(&progenitor_client::QueryParam::new(#wire, &#ident)))
    });
    let function = &operation.function;
    // The runtime takes no other: 200, or 204 where there is nothing to read.
    let (status, result) = match answer {
        Answer::Json => (quote!(200u16), quote!(ResponseValue::from_response(response).await)),
        Answer::Text => (quote!(200u16), quote!(Ok(ResponseValue::stream(response)))),
        Answer::Nothing if operation.status == 204 => (quote!(204u16), quote!(Ok(ResponseValue::empty(response)))),
        Answer::Nothing => (quote!(200u16), quote!(Ok(ResponseValue::empty(response)))),
    };
    syn::parse_quote!({
        let url = format!(#url, self.baseurl, #(#path,)*);
        #[allow(unused_mut)]
        let mut request = self.client.#verb(url) #accept #(#body)* #(#query)* .build()?;
        let info = OperationInfo { operation_id: #function };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            #status => #result,
            400u16..=499u16 => Err(Error::ErrorResponse(ResponseValue::from_response(response).await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(ResponseValue::from_response(response).await?)),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    })
}

/// `/wallets/{}` from `/wallets/{walletId}`.
fn template(path: &str) -> String {
    let mut pieces = path.split('{');
    let mut output = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        output.push_str("{}");
        output.push_str(piece.split_once('}').map_or("", |(_, rest)| rest));
    }
    output
}

/// What we write in its place.
fn chain(operation: &Operation, parts: &Parts) -> TokenStream {
    let function = &operation.function;
    let path = &parts.path;
    let query = parts.query.iter().map(|(wire, argument)| {
        let ident = &argument.ident;
        match (argument.optional, super::structs::element_of(&argument.ty).is_some()) {
            (false, false) => quote!(.query(#wire, &#ident)),
            (true, false) => quote!(.query_option(#wire, #ident)),
            (false, true) => quote!(.query_list(#wire, Some(#ident))),
            (true, true) => quote!(.query_list(#wire, #ident)),
        }
    });
    let body = parts.body.iter().map(|ident| quote!(.json(#ident)));
    let file = operation.multipart.then(|| quote!(.file(file)));
    quote!(self.call(#function, &[#(&#path),*]) #(#query)* #(#body)* #file)
}

/// Takes away what makes no difference: commas after the last of anything, braces around a single expression, and
/// what says that a variable may not need to be mutable.
struct Plain;

impl VisitMut for Plain {
    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        arm.comma = None;
        if let Expr::Block(block) = &*arm.body
            && let [Stmt::Expr(expression, None)] = block.block.stmts.as_slice()
        {
            *arm.body = expression.clone();
        }
        visit_mut::visit_arm_mut(self, arm);
    }

    fn visit_expr_struct_mut(&mut self, expression: &mut syn::ExprStruct) {
        expression.fields.pop_punct();
        visit_mut::visit_expr_struct_mut(self, expression);
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        call.args.pop_punct();
        visit_mut::visit_expr_method_call_mut(self, call);
    }

    fn visit_expr_call_mut(&mut self, call: &mut syn::ExprCall) {
        call.args.pop_punct();
        visit_mut::visit_expr_call_mut(self, call);
    }

    fn visit_local_mut(&mut self, local: &mut syn::Local) {
        local.attrs.clear();
        if let Pat::Ident(pattern) = &mut local.pat {
            pattern.mutability = None;
        }
        visit_mut::visit_local_mut(self, local);
    }
}
