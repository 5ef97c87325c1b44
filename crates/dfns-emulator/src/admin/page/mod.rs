//! The page for people: what there is, what waits, what was sent, what was asked.
//!
//! Invariant: everything that is shown is escaped by the template, no script runs, and nothing is changed but by a POST
//! that the page itself has sent.

mod sections;
mod view;

use dfns_types::ApprovalDecisionValue;
use http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::Route;
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::{bootstrap, chain, policy};

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/", show),
    ("POST", "/page/approvals/{approvalId}/approve", approve),
    ("POST", "/page/approvals/{approvalId}/deny", deny),
];

/// `GET /__admin/`: the page.
fn show(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    chain::settle(context)?;
    Ok(reply(StatusCode::OK, &page(context, None)?))
}

/// `POST /__admin/page/approvals/{approvalId}/approve`: the button of that name.
fn approve(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    decide(context, &ApprovalDecisionValue::Approved)
}

/// `POST /__admin/page/approvals/{approvalId}/deny`: the button of that name.
fn deny(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    decide(context, &ApprovalDecisionValue::Denied)
}

fn decide(context: &mut Context<'_>, value: &ApprovalDecisionValue) -> Result<Reply, Refusal> {
    chain::settle(context)?;
    let org = bootstrap::made(context.store)?.org_id;
    match policy::decide_as_administrator(context, &org, context.call.parameter("approvalId")?, value) {
        // Back to the page by a GET, so that loading it again decides nothing again.
        Ok(_) => Ok(Reply::redirect(format!("{}/", super::PREFIX))),
        Err(refusal) if refusal.status.is_client_error() => {
            Ok(reply(refusal.status, &page(context, Some(&refusal.message))?))
        }
        Err(refusal) => Err(refusal),
    }
}

fn reply(status: StatusCode, markup: &Markup) -> Reply {
    Reply {
        status,
        content_type: "text/html; charset=utf-8",
        body: markup.0.clone().into_bytes(),
        errand: None,
        location: None,
        sealing: None,
    }
}

fn page(context: &Context<'_>, problem: Option<&str>) -> Result<Markup, Refusal> {
    let view = view::View::read(context)?;
    Ok(html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "dfns-emulator" }
                style { (maud::PreEscaped(include_str!("style.css"))) }
            }
            body {
                header {
                    h1 { "dfns-emulator" }
                    (sections::contents(&view))
                    p { code { (context.services.config.base_url) } " · organisation " code { (view.org) } }
                    p {
                        "It is " time datetime=(view.now) { (view.now) } @if view.is_frozen { ", and the clock stands still" } "."
                    }
                }
                main {
                    @if let Some(problem) = problem {
                        p role="alert" class="problem" { (problem) }
                    }
                    (sections::approvals(&view))
                    (sections::wallets(&view))
                    (sections::deliveries(&view))
                    (sections::outbox(&view))
                    (sections::requests(&view))
                }
            }
        }
    })
}
