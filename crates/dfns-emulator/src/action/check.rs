//! Is the user action of this request good for exactly this request?

use super::{canonical, path};
use crate::auth::tokens::Audience;
use crate::context::Context;
use crate::server::Refusal;
use crate::store::UserAction;

/// Uses the user action of a request up and answers its id, or refuses the request.
///
/// # Errors
/// 403 if it is missing, expired, no token of ours, or was signed by another caller, for another request, or with a
/// credential that is not active any more; 400 if it was used before.
pub(crate) fn consume(context: &mut Context<'_>) -> Result<String, Refusal> {
    let action = find(context)?.ok_or_else(|| Refusal::forbidden("user action signature is missing or invalid"))?;
    context.trace.user_action = Some(action.id.clone());
    if action.used_at.is_some() {
        return Err(Refusal::invalid("user action has already been used"));
    }
    context.store.use_user_action(&action.id, context.now.unix_millis())?;
    Ok(action.id)
}

fn find(context: &Context<'_>) -> Result<Option<UserAction>, Refusal> {
    let Some(token) = context.call.sole_header("x-dfns-useraction") else {
        return Ok(None);
    };
    let Some(claims) = context
        .services
        .token_key
        .verify(token, Audience::UserAction, context.now)
    else {
        return Ok(None);
    };
    let Some(action) = context.store.user_action(&claims.jti)? else {
        return Ok(None);
    };
    let (caller, call) = (context.caller()?, context.call);
    let is_for_this_request = action.expires_at > context.now.unix_millis()
        && action.user_id == caller.user_id()
        && action.token_id == caller.token_id
        && action.method == call.method
        && path::is_same(&action.path, &call.path, &call.query)
        && action.body == canonical::canonical_or_raw(&call.body);
    if !is_for_this_request {
        return Ok(None);
    }
    // A key that was put away approves nothing, not even what it signed a minute before.
    let credential = context.store.credential(&action.credential_uuid)?;
    Ok(credential
        .is_some_and(|credential| credential.is_active)
        .then_some(action))
}
