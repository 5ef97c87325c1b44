//! The last calls of the API.

use serde_json::{Value, json};

use super::Route;
use crate::context::Context;
use crate::journal::Entry;
use crate::server::{Refusal, Reply};

pub(super) const ROUTES: &[Route] = &[("DELETE", "/requests", clear), ("GET", "/requests", list)];

/// `GET /__admin/requests?operation=…&status=…&userId=…&limit=…`: the last calls, newest first (default 100, at most 1000).
fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let number = |name: &'static str| match context.call.query(name).map(str::parse::<u16>) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(error)) => Err(Refusal::invalid(format!("{name}: {error}")).with("field", name)),
    };
    let (status, limit) = (number("status")?, number("limit")?.unwrap_or(100));
    let (operation, user) = (context.call.query("operation"), context.call.query("userId"));
    let wanted = |entry: &Entry| {
        let caller = entry.trace.caller.as_ref().map(|who| who.user_id.as_str());
        operation.is_none_or(|operation| entry.operation == Some(operation))
            && status.is_none_or(|status| entry.status == Some(status))
            && user.is_none_or(|user| caller == Some(user))
    };
    let entries = context.services.journal.list(limit.into(), wanted);
    let items = entries.iter().map(|(entry, steps)| show(entry, steps));
    Reply::json(&json!({ "items": items.collect::<Result<Vec<_>, _>>()? }))
}

fn show(entry: &Entry, steps: &[Entry]) -> Result<Value, Refusal> {
    let mut shown = serde_json::to_value(entry).map_err(|error| Refusal::internal(&error))?;
    if !steps.is_empty() {
        let step = |step: &Entry| json!({ "number": step.number, "operation": step.operation, "status": step.status });
        shown["signing"] = steps.iter().map(step).collect();
    }
    Ok(shown)
}

/// `DELETE /__admin/requests`: forgets them.
fn clear(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    context.services.journal.clear();
    Reply::json(&json!({}))
}
