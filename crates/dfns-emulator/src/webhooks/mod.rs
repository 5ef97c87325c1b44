//! Telling webhooks what happened: what rooms emit, the bodies that are sent, and the courier that sends them.
//!
//! ```ignore
//! context.emit(WebhookEventKind::WalletCreated, "wallet", &wallet)?;
//! ```
//!
//! Emitting puts down one row for each webhook that wants to know, in the transaction of the request; the courier sends
//! it once the transaction is through, so that a receiver that asks back finds what it was told.
//!
//! Invariant: what a refused request emitted is never sent; what an accepted one emitted is never lost.

mod body;
mod courier;
mod javascript;
mod outbound;
mod post;
mod waiting;

use std::time::Duration;

use dfns_types::{Secret, Timestamp, Webhook, WebhookEventKind, WebhookStatus};
use serde::{Deserialize, Serialize};

pub(crate) use body::Parcel;
pub(crate) use courier::{Courier, Running};
pub(crate) use outbound::{Errand, Outbound};
pub(crate) use post::DELIVERED;

use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{Delivery, Document, Listing};

/// How long attempts are kept once they were made.
pub(crate) const KEPT: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// How long after the first attempt the others follow.
const RETRIES: [Duration; 4] = [
    Duration::from_secs(60),
    Duration::from_secs(12 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(24 * 60 * 60),
];

impl Document for Webhook {
    const KIND: &'static str = "webhook";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// What the API shows of a webhook only once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WebhookRecord {
    #[serde(serialize_with = "exposed")]
    pub(crate) secret: Secret,
}

fn exposed<S: serde::Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// Tells the webhooks of an organisation what happened, once the running transaction is through: `{name: value}` in the
/// state that the kind names.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn emit(
    context: &Context<'_>,
    org: &str,
    at: Timestamp,
    kind: &WebhookEventKind,
    (name, value): (&str, &impl Serialize),
) -> Result<(), Refusal> {
    let mut receivers = enabled(context, org)?;
    if receivers.is_empty() {
        return Ok(());
    }
    // Even if nobody wants this kind: it may be the first of several steps, and the courier must know of the next.
    context.services.outbound.ring();
    receivers.retain(|webhook| wants(webhook, kind));
    let mut data = None;
    for webhook in receivers.iter().rev() {
        let data = match &data {
            Some(data) => data,
            None => data.insert(data_text(name, value)?),
        };
        context.store.add_delivery(&Delivery {
            id: context.new_id("whe")?,
            webhook_id: webhook.id.to_string(),
            kind: kind.to_string(),
            date: at.unix_millis(),
            data: data.clone(),
            attempt: 1,
            retry_of: None,
            first_at: at.unix_millis(),
            due_at: at.unix_millis(),
        })?;
    }
    Ok(())
}

/// True if some webhook of the organisation would be told of this kind: what is laborious to describe is described only
/// then.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn is_awaited(context: &Context<'_>, org: &str, kind: &WebhookEventKind) -> Result<bool, Refusal> {
    Ok(enabled(context, org)?.iter().any(|webhook| wants(webhook, kind)))
}

/// `POST /__admin/webhooks/flush`: waits until everything that is due was sent and its outcome is known.
///
/// # Errors
/// None; the table of routes wants the type.
#[expect(clippy::unnecessary_wraps, reason = "it is a handler")]
pub(crate) fn flush(_: &mut Context<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::after(Errand::Flush))
}

/// The webhooks that are turned on, newest first.
fn enabled(context: &Context<'_>, org: &str) -> Result<Vec<Webhook>, Refusal> {
    let listing = Listing {
        org,
        parent: None,
        owner: None,
    };
    let mut webhooks: Vec<Webhook> = context.store.all(listing)?;
    webhooks.retain(|webhook| webhook.status == WebhookStatus::Enabled);
    Ok(webhooks)
}

/// Whether a webhook is to be told of this kind.
fn wants(webhook: &Webhook, kind: &WebhookEventKind) -> bool {
    let all = WebhookEventKind::from("*");
    webhook.events.iter().any(|event| event == kind || *event == all)
}

fn data_text(name: &str, value: &impl Serialize) -> Result<String, Refusal> {
    let unwritable = |error: serde_json::Error| Refusal::internal(&error);
    let text = serde_json::to_string(value).map_err(unwritable)?;
    let name = serde_json::to_string(name).map_err(unwritable)?;
    Ok(format!("{{{name}:{text}}}"))
}
