//! Pass: what every call does once its request is built is done in one place, `Client::answer` of the hand-written half
//! and its sisters, which also know what is answered while policy holds a change back.
//!
//! Invariant: only a tail that is exactly what progenitor writes for the answer is replaced. The types of the shared half are checked once instead of once a call, which is
//! more than half of what the calls cost to compile.

use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Block, Expr, ExprMethodCall, GenericArgument, Ident, ImplItemFn, Pat, PathArguments, PathSegment, ReturnType,
    Stmt, Type,
};

/// How many statements progenitor writes after those that build the request.
const TAIL: usize = 6;

/// What a call ends in.
#[derive(Clone, Copy)]
pub(crate) enum Tail<'a> {
    /// An answer in JSON.
    Json,
    /// An entity that says of itself whether it is held back.
    Entity,
    /// An answer without a body, of this status.
    Nothing(u16),
    /// An answer in JSON, or what stands for it while policy holds the change back.
    Change(&'a Type),
    /// Likewise, without a body.
    ChangeNothing(u16, &'a Type),
}

/// Replaces the tail of a call; says whether it was the one that was expected.
pub(crate) fn share(method: &mut ImplItemFn, operation_id: &str, tail: Tail<'_>) -> bool {
    let statements = &mut method.block.stmts;
    let Some(head) = statements.len().checked_sub(TAIL) else {
        return false;
    };
    let success: Arm = match tail {
        Tail::Json | Tail::Entity | Tail::Change(_) => {
            syn::parse_quote!(200u16 => ResponseValue::from_response(response).await,)
        }
        Tail::Nothing(status) | Tail::ChangeNothing(status, _) => {
            syn::parse_quote!(#status => Ok(ResponseValue::empty(response)),)
        }
    };
    let expected: Block = syn::parse_quote!({
        let info = OperationInfo { operation_id: #operation_id };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            #success
            400u16..=499u16 => Err(Error::ErrorResponse(ResponseValue::from_response(response).await?)),
            500u16..=599u16 => Err(Error::ErrorResponse(ResponseValue::from_response(response).await?)),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    });
    if !same(&statements[head..], &expected.stmts) {
        return false;
    }
    statements.truncate(head);
    for statement in statements.iter_mut() {
        if let Stmt::Local(local) = statement
            && let Pat::Ident(pattern) = &mut local.pat
            && pattern.ident == "request"
        {
            pattern.mutability = None;
            local.attrs.clear();
        }
    }
    let shared: Ident = match tail {
        Tail::Json => syn::parse_quote!(answer),
        Tail::Entity => syn::parse_quote!(entity),
        Tail::Nothing(_) => syn::parse_quote!(nothing),
        Tail::Change(_) => syn::parse_quote!(change),
        Tail::ChangeNothing(..) => syn::parse_quote!(change_without_answer),
    };
    statements.push(Stmt::Expr(
        syn::parse_quote!(self.#shared(request, #operation_id).await),
        None,
    ));
    if let Tail::Change(held) | Tail::ChangeNothing(_, held) = tail {
        return hold(&mut method.sig.output, held);
    }
    true
}

/// `ResponseValue<Policy>` becomes `ResponseValue<Change<Policy, ChangeRequest>>`.
fn hold(output: &mut ReturnType, held: &Type) -> bool {
    struct Hold<'a>(&'a Type, usize);
    impl VisitMut for Hold<'_> {
        fn visit_path_segment_mut(&mut self, segment: &mut PathSegment) {
            visit_mut::visit_path_segment_mut(self, segment);
            if segment.ident == "ResponseValue"
                && let PathArguments::AngleBracketed(arguments) = &mut segment.arguments
                && let Some(GenericArgument::Type(made)) = arguments.args.first_mut()
            {
                let held = self.0;
                *made = syn::parse_quote!(crate::Change<#made, #held>);
                self.1 += 1;
            }
        }
    }
    let mut visitor = Hold(held, 0);
    visitor.visit_return_type_mut(output);
    visitor.1 == 1
}

/// Whether the statements are the same, comma after an arm or not.
fn same(found: &[Stmt], expected: &[Stmt]) -> bool {
    let mut found = found.to_vec();
    let mut expected = expected.to_vec();
    for statement in found.iter_mut().chain(expected.iter_mut()) {
        Plain.visit_stmt_mut(statement);
    }
    found == expected
}

/// Takes away what makes no difference: commas after arms and after last arguments, and braces around a single expression.
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
}
