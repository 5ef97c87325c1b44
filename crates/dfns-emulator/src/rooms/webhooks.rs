//! Webhooks: made, read, changed, deleted, tried out.
//!
//! Invariant: the secret of a webhook is shown by the answer that made it and by no other.

use dfns_types::{
    CreateWebhookRequest, CreatedWebhook, DeletedWebhook, Secret, UpdateWebhookRequest, Webhook, WebhookEventKind,
    WebhookId, WebhookPage, WebhookStatus,
};
use serde_json::{Map, Value};

use super::refusals::{check_text, invalid_field, parsed};
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{Delivery, Filing, Listing};
use crate::webhooks::{Errand, Parcel, WebhookRecord};

/// How many webhooks an organisation may have.
const MOST: usize = 5;
/// How many webhooks a page may hold.
const PAGE_LENGTH: usize = 200;
/// How long a description may be, in characters.
const DESCRIPTION_LENGTH: usize = 256;
/// What a made-up event says it is: nothing that a receiver acts upon.
const PING: &str = "ping";

/// `POST /webhooks`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateWebhookRequest = context.call.body()?;
    check_url(&request.url)?;
    check_text("description", request.description.as_deref(), 0, DESCRIPTION_LENGTH)?;
    check_events(&request.events)?;
    let status = request.status.unwrap_or(WebhookStatus::Enabled);
    check_status(&status)?;
    let org = context.caller()?.org();
    let present: Vec<Webhook> = context.store.all(everything(org))?;
    if present.len() >= MOST {
        return Err(Refusal::invalid(format!("an organisation has at most {MOST} webhooks")).with("orgId", org));
    }
    let secret = Secret::new(secret_text(&context.random()?));
    let id = parsed::<WebhookId>(&context.new_id("wh")?)?;
    let mut webhook = Webhook::new(id, request.url, request.events, status, context.now, context.now);
    webhook.description = request.description;
    let filing = Filing {
        org,
        parent: "",
        owner: "",
    };
    context.store.insert(&webhook, filing)?;
    let record = WebhookRecord { secret };
    context.store.set_private::<Webhook>(webhook.id.as_str(), &record)?;
    let mut created = CreatedWebhook::new(
        webhook.id,
        webhook.url,
        webhook.events,
        webhook.status,
        webhook.date_created,
        webhook.date_updated,
        record.secret.expose_secret(),
    );
    created.description = webhook.description;
    Reply::json(&created)
}

/// The webhook that the path names.
///
/// # Errors
/// 404 if there is none.
pub(super) fn webhook_of_path(context: &Context<'_>) -> Result<Webhook, Refusal> {
    let id = context.call.parameter("webhookId")?;
    let org = context.caller()?.org();
    let found: Option<Webhook> = context.store.get(org, id)?;
    found.ok_or_else(|| Refusal::not_found("webhook", "webhookId", id, org))
}

/// `GET /webhooks/{webhookId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&webhook_of_path(context)?)
}

/// `GET /webhooks`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let listing = everything(context.caller()?.org());
    let found = context.store.list::<Webhook>(listing, &page, |_| true)?;
    let mut webhooks = WebhookPage::new(found.items);
    webhooks.next_page_token = found.next_page_token;
    Reply::json(&webhooks)
}

/// `PUT /webhooks/{webhookId}`.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: UpdateWebhookRequest = context.call.body()?;
    let given: Map<String, Value> = context.call.body()?;
    let mut webhook = webhook_of_path(context)?;
    if let Some(url) = request.url {
        check_url(&url)?;
        webhook.url = url;
    }
    if request.description.is_some() {
        check_text("description", request.description.as_deref(), 0, DESCRIPTION_LENGTH)?;
        webhook.description = request.description;
    }
    // The type has the same empty list for what was left out.
    if given.contains_key("events") {
        check_events(&request.events)?;
        webhook.events = request.events;
    }
    if let Some(status) = request.status {
        check_status(&status)?;
        if webhook.status != WebhookStatus::Enabled {
            // What fell due while it was turned off is not sent later.
            let now = context.now.unix_millis();
            context.store.drop_due_deliveries(webhook.id.as_str(), now)?;
        }
        webhook.status = status;
    }
    webhook.date_updated = context.now;
    context.store.update(&webhook)?;
    context.services.outbound.ring();
    Reply::json(&webhook)
}

/// `DELETE /webhooks/{webhookId}`.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let webhook = webhook_of_path(context)?;
    context.store.delete::<Webhook>(webhook.id.as_str())?;
    context.store.drop_deliveries(webhook.id.as_str())?;
    Reply::json(&DeletedWebhook::new(true))
}

/// `POST /webhooks/{webhookId}/ping`.
pub(super) fn ping(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let webhook = webhook_of_path(context)?;
    let id = webhook.id.as_str();
    let missing = || Refusal::internal(&std::io::Error::other(format!("{id} has no secret")));
    let record: WebhookRecord = context.store.private::<Webhook, _>(id)?.ok_or_else(missing)?;
    let now = context.now.unix_millis();
    let made_up = Delivery {
        id: context.new_id("whe")?,
        webhook_id: webhook.id.to_string(),
        kind: PING.to_owned(),
        date: now,
        data: "{}".to_owned(),
        attempt: 1,
        retry_of: None,
        first_at: now,
        due_at: now,
    };
    let parcel = Parcel::new(&webhook.url, record.secret.expose_secret(), &made_up, context.now)?;
    Ok(Reply::after(Errand::Ping(parcel)))
}

fn everything(org: &str) -> Listing<'_> {
    Listing {
        org,
        parent: None,
        owner: None,
    }
}

fn check_url(url: &str) -> Result<(), Refusal> {
    let uri: Option<http::Uri> = url.parse().ok();
    let is_good = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    if is_good {
        Ok(())
    } else {
        Err(invalid_field("url", "expected an http or https URL"))
    }
}

fn check_events(events: &[WebhookEventKind]) -> Result<(), Refusal> {
    if events.is_empty() {
        return Err(invalid_field("events", "expected one kind of event at least"));
    }
    match events
        .iter()
        .position(|event| !WebhookEventKind::VALUES.contains(event))
    {
        None => Ok(()),
        Some(index) => {
            let problem = format!("unknown value {:?}", events[index].as_str());
            Err(invalid_field(&format!("events[{index}]"), &problem))
        }
    }
}

fn check_status(status: &WebhookStatus) -> Result<(), Refusal> {
    if WebhookStatus::VALUES.contains(status) {
        return Ok(());
    }
    let problem = format!("unknown value {:?}, expected Enabled or Disabled", status.as_str());
    Err(invalid_field("status", &problem))
}

/// `whs-` and 32 letters and digits.
fn secret_text(random: &[u8; 32]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Aa";
    let symbols = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 63)]));
    format!("whs-{}", symbols.collect::<String>())
}
