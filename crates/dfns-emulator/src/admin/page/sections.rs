//! The parts of the page, each a table with a heading.

use dfns_types::Timestamp;
use maud::{Markup, html};
use serde_json::Value;

use super::super::PREFIX;
use super::view::View;
use crate::journal::Entry;

fn section(id: &str, title: &str, is_empty: bool, empty: &str, content: &Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (title) }
            @if is_empty { p class="empty" { (empty) } } @else { (content) }
        }
    }
}

fn table(columns: &[&str], rows: &Markup) -> Markup {
    html! {
        table {
            thead { tr { @for column in columns { th scope="col" { (column) } } } }
            tbody { (rows) }
        }
    }
}

/// A point in time.
fn time(time: Option<Timestamp>) -> Markup {
    html! { @if let Some(time) = time { time datetime=(time) { (time) } } }
}

/// The sections, by their ids, with how much is in each.
pub(super) fn contents(view: &View) -> Markup {
    let sections = [
        ("approvals", "Approvals", view.approvals.len()),
        ("wallets", "Wallets", view.wallets.len() + view.more_wallets),
        ("deliveries", "Deliveries", view.deliveries.len()),
        ("outbox", "Outbox", view.outbox.len()),
        ("requests", "Requests", view.requests.len()),
    ];
    html! {
        nav aria-label="Sections" {
            ul { @for (id, title, count) in sections { li { a href=(format!("#{id}")) { (title) " " (count) } } } }
            a href=(format!("{PREFIX}/")) { "Load again" }
        }
    }
}

/// What an activity is about, in a few words, as far as it says so in the usual places.
fn gist(activity: &Value) -> String {
    let request = activity
        .as_object()
        .and_then(|fields| fields.values().find(|field| field.is_object()));
    let body = request.map_or(&Value::Null, |request| &request["requestBody"]);
    let text = |value: &Value, before: &str| value.as_str().map(|text| format!("{before}{text}"));
    let words = [
        text(&body["kind"], ""),
        text(&body["amount"], ""),
        text(&body["to"], "to "),
        request.and_then(|request| text(&request["network"], "on ")),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

pub(super) fn approvals(view: &View) -> Markup {
    let rows = html! {
        @for approval in &view.approvals {
            @let activity = serde_json::to_value(&approval.activity).unwrap_or_default();
            @let id = approval.id.as_str();
            tr {
                td { code id=(id) { (id) } }
                td data-label="activity" {
                    (activity["kind"].as_str().unwrap_or("?"))
                    div class="gist" { (gist(&activity)) }
                    details { summary { "all of it" } pre { (serde_json::to_string_pretty(&activity).unwrap_or_default()) } }
                }
                td data-label="asked by" { code { (approval.initiator_id) } }
                td data-label="since" { (time(approval.date_created)) }
                td {
                    form method="post" action=(format!("{PREFIX}/page/approvals/{id}/approve")) {
                        button aria-label=(format!("Approve {id}")) { "Approve" }
                    }
                    form method="post" action=(format!("{PREFIX}/page/approvals/{id}/deny")) {
                        button class="deny" aria-label=(format!("Deny {id}")) { "Deny" }
                    }
                }
            }
        }
    };
    let content = table(&["Approval", "Activity", "Asked by", "Since", "Decision"], &rows);
    section(
        "approvals",
        "Pending approvals",
        view.approvals.is_empty(),
        "Nothing waits for an approval.",
        &content,
    )
}

pub(super) fn wallets(view: &View) -> Markup {
    let rows = html! {
        @for (wallet, held) in &view.wallets {
            tr {
                td {
                    @if let Some(name) = &wallet.name { div class="name" { (name) } }
                    code { (wallet.id) }
                }
                td data-label="network" { (wallet.network) }
                td data-label="address" { code { (wallet.address.as_deref().unwrap_or("none yet")) } }
                td data-label="holds" {
                    @if held.is_empty() { span class="quiet" { "nothing" } }
                    ul class="plain" { @for amount in held { li { (amount) } } }
                }
            }
        }
    };
    let content = html! {
        (table(&["Wallet", "Network", "Address", "Holds"], &rows))
        @if view.more_wallets > 0 { p class="quiet" { "and " (view.more_wallets) " older ones" } }
    };
    section(
        "wallets",
        "Wallets",
        view.wallets.is_empty(),
        "There are no wallets.",
        &content,
    )
}

pub(super) fn deliveries(view: &View) -> Markup {
    let rows = html! {
        @for delivery in &view.deliveries {
            tr {
                td { code { (delivery.id) } }
                td data-label="event" { (delivery.kind) }
                td data-label="webhook" { code { (delivery.webhook_id) } }
                td data-label="attempt" { (delivery.attempt) }
                td data-label="outcome" {
                    @match &delivery.status {
                        Some(status) => {
                            span class=(if status.starts_with('2') { "good" } else { "bad" }) { (status) }
                            @if let Some(error) = &delivery.error { " " (error) }
                        }
                        None => { span class="quiet" { "due " (time(Timestamp::from_unix_millis(delivery.due_at))) } }
                    }
                }
            }
        }
    };
    let content = table(&["Event", "Kind", "Webhook", "Attempt", "Outcome"], &rows);
    section(
        "deliveries",
        "Webhook deliveries",
        view.deliveries.is_empty(),
        "No webhook was told of anything.",
        &content,
    )
}

pub(super) fn outbox(view: &View) -> Markup {
    let rows = html! {
        @for mail in &view.outbox {
            tr {
                td { (mail.recipient) }
                td data-label="for" { (mail.purpose) }
                td data-label="code" { code { (mail.code) } }
                td data-label="sent" { (time(Timestamp::from_unix_millis(mail.sent_at))) }
            }
        }
    };
    let content = table(&["Recipient", "For", "Code", "Sent"], &rows);
    section(
        "outbox",
        "Outbox",
        view.outbox.is_empty(),
        "No code was mailed.",
        &content,
    )
}

pub(super) fn requests(view: &View) -> Markup {
    let rows = html! {
        @for (entry, steps) in &view.requests {
            tr {
                td { (entry.number) }
                td data-label="call" {
                    (entry.operation.unwrap_or("no operation")) br;
                    code class="quiet" { (entry.method) " " (entry.path) }
                }
                td data-label="caller" {
                    @match &entry.trace.caller {
                        Some(who) => { (who.username) br; span class="quiet" { (who.token_kind) } }
                        None => { span class="quiet" { "nobody" } }
                    }
                }
                td data-label="answer" { (status(entry)) }
                td data-label="signed by" {
                    @if !steps.is_empty() {
                        ol { @for step in steps { li { "#" (step.number) " " (step.operation.unwrap_or("?")) " " (status(step)) } } }
                    }
                }
            }
        }
    };
    let content = table(&["No.", "Call", "Caller", "Answer", "Steps of its signature"], &rows);
    section(
        "requests",
        "Requests",
        view.requests.is_empty(),
        "Nobody has called yet.",
        &content,
    )
}

fn status(entry: &Entry) -> Markup {
    html! {
        @match entry.status {
            Some(status) => span class=(if status < 400 { "good" } else { "bad" }) { (status) },
            None => span class="bad" { "not performed" },
        }
        @if let Some(fault) = &entry.fault { " " span class="bad" { "struck by " (fault) } }
        @if let Some(message) = &entry.message { " " span class="quiet" { (message) } }
    }
}
