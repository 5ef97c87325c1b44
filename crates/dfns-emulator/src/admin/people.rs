//! Being somebody without a login.

use serde::Deserialize;
use serde_json::json;

use super::Route;
use crate::auth::session;
use crate::bootstrap;
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::UserRecord;

pub(super) const ROUTES: &[Route] = &[("GET", "/employee", employee), ("POST", "/sessions", log_in)];

/// `POST /__admin/sessions {"orgId", "userId"}`: a login token of that user, without a login.
fn log_in(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct LogIn {
        org_id: String,
        user_id: String,
    }
    let LogIn { org_id, user_id } = context.call.body()?;
    let user: UserRecord = context
        .store
        .get(&org_id, &user_id)?
        .ok_or_else(|| Refusal::not_found("user", "userId", &user_id, &org_id))?;
    Reply::json(&json!({ "token": session::log_in(context, &user)? }))
}

/// `GET /__admin/employee`: the first employee, with the key they sign with, for what a service account may not do.
fn employee(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&bootstrap::made(context.store)?.employee)
}
