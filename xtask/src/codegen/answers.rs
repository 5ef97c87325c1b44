//! Pass: what every call does once its request is built is done in one place, `Client::answer` of the hand-written half.
//!
//! Invariant: only a tail that is exactly what progenitor writes for an answer in JSON is replaced; calls without
//! such an answer are left as they are. The types of the shared half are checked once instead of once a call, which is
//! more than half of what the calls cost to compile.

use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprMethodCall, ImplItemFn, Pat, Stmt};

/// How many statements progenitor writes after those that build the request.
const TAIL: usize = 6;

/// Replaces the tail of a call; says whether it was the one for an answer in JSON.
pub(crate) fn share(method: &mut ImplItemFn, operation_id: &str) -> bool {
    let statements = &mut method.block.stmts;
    let Some(head) = statements.len().checked_sub(TAIL) else {
        return false;
    };
    let expected: Block = syn::parse_quote!({
        let info = OperationInfo { operation_id: #operation_id };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
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
    statements.push(Stmt::Expr(
        syn::parse_quote!(self.answer(request, #operation_id).await),
        None,
    ));
    true
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
