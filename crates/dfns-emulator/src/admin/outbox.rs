//! The codes that the API would have mailed.

use serde_json::json;

use super::Route;
use crate::context::Context;
use crate::server::{Refusal, Reply};

pub(super) const ROUTES: &[Route] = &[("GET", "/outbox", list)];

/// `GET /__admin/outbox?recipient=…`: the codes that were mailed to people, newest first.
fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let items = context.store.outbox(context.call.query("recipient"))?;
    Reply::json(&json!({ "items": items }))
}
