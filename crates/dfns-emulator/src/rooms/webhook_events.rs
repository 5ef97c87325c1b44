//! What was sent to webhooks in the last 31 days, and what became of it.

use dfns_types::{Timestamp, WebhookEventKind};
use serde_json::{Value, json};

use super::refusals::invalid_field;
use super::webhooks::webhook_of_path;
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::Attempt;
use crate::webhooks::{DELIVERED, KEPT};

/// How many events a page may hold.
const PAGE_LENGTH: usize = 200;

/// `GET /webhooks/{webhookId}/events`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let kind = context.call.query("kind");
    if let Some(kind) = kind
        && !WebhookEventKind::VALUES.contains(&WebhookEventKind::from(kind))
    {
        return Err(invalid_field("kind", &format!("unknown value {kind:?}")));
    }
    let failed = match context.call.query("deliveryFailed") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(other) => {
            let problem = format!("expected true or false, found {other:?}");
            return Err(invalid_field("deliveryFailed", &problem));
        }
    };
    let webhook = webhook_of_path(context)?;
    let page = context.page(PAGE_LENGTH)?;
    let is_wanted = |attempt: &Attempt| {
        kind.is_none_or(|kind| kind == attempt.delivery.kind)
            && failed.is_none_or(|failed| failed == has_failed(attempt))
    };
    let since = since(context);
    let found = context
        .store
        .attempts_of(webhook.id.as_str(), since, &page, is_wanted)?
        .try_map(|attempt| shown(context, &attempt))?;
    Reply::json(&found)
}

/// `GET /webhooks/{webhookId}/events/{webhookEventId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let webhook = webhook_of_path(context)?;
    let id = context.call.parameter("webhookEventId")?;
    let found = context.store.attempt_of(webhook.id.as_str(), id, since(context))?;
    let org = context.caller()?.org();
    let attempt = found.ok_or_else(|| Refusal::not_found("webhook event", "webhookEventId", id, org))?;
    Reply::json(&shown(context, &attempt)?)
}

/// Since when attempts are shown, in Unix milliseconds.
fn since(context: &Context<'_>) -> i64 {
    let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
    context.now.unix_millis().saturating_sub(kept)
}

fn has_failed(attempt: &Attempt) -> bool {
    attempt.outcome.status != DELIVERED
}

/// An attempt as the API shows it.
fn shown(context: &Context<'_>, attempt: &Attempt) -> Result<Value, Refusal> {
    let Attempt {
        delivery,
        outcome,
        next_at,
    } = attempt;
    let time = |millis: i64| {
        let broken = || Refusal::internal(&std::io::Error::other(format!("{}: {millis} is no time", delivery.id)));
        Timestamp::from_unix_millis(millis).ok_or_else(broken)
    };
    let data: Value = serde_json::from_str(&delivery.data).map_err(|error| Refusal::internal(&error))?;
    let mut shown = json!({
        "id": delivery.id,
        "kind": delivery.kind,
        "date": time(delivery.date)?,
        "timestampSent": time(outcome.sent_at)?.unix_seconds(),
        "deliveryAttempt": delivery.attempt,
        "data": data,
        "status": outcome.status,
        "deliveryFailed": has_failed(attempt),
    });
    if let Some(retry_of) = &delivery.retry_of {
        shown["retryOf"] = json!(retry_of);
    }
    if let Some(error) = &outcome.error {
        shown["error"] = json!(error);
    }
    // A retry that fell due while the webhook was turned off is not made.
    if let Some(next_at) = next_at.filter(|next_at| *next_at > context.now.unix_millis()) {
        shown["nextAttemptDate"] = json!(time(next_at)?);
    }
    Ok(shown)
}
