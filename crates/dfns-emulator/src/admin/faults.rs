//! Faults: armed, shown, released, cleared.

use dfns_types::WebhookEventKind;
use dfns_types::operation::OPERATIONS;
use serde_json::json;

use super::{PREFIX, Route};
use crate::context::Context;
use crate::fault::Fault;
use crate::server::{Call, Emulation, Match, Refusal, Reply, Table};

pub(super) const ROUTES: &[Route] = &[
    ("DELETE", "/faults", clear),
    ("DELETE", "/faults/{faultId}", remove),
    ("GET", "/faults", list),
    ("GET", "/faults/{faultId}", show),
    ("POST", "/faults", arm),
    ("POST", "/faults/{faultId}/release", release),
];

/// `POST /__admin/faults {"operation" | "event", "skip", "times", "probability", "seed", "effect": {"kind", …}}`: arms a fault.
fn arm(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let fault: Fault = context.call.body()?;
    fault
        .check()
        .map_err(|error| Refusal::invalid(error.to_string()).with("field", error.field))?;
    if let Some(id) = &fault.operation
        && !OPERATIONS.iter().any(|operation| operation.id == id)
    {
        let message = format!("operation: {id} is no operation of the API");
        return Err(Refusal::invalid(message).with("field", "operation"));
    }
    if let Some(kind) = &fault.event
        && !WebhookEventKind::VALUES.iter().any(|known| known.as_str() == kind)
    {
        let message = format!("event: {kind} is no kind of event");
        return Err(Refusal::invalid(message).with("field", "event"));
    }
    let id = context.services.faults.arm(fault);
    Reply::json(&context.services.faults.show(&id))
}

/// `GET /__admin/faults`: the faults that are armed, oldest first.
fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&json!({ "items": context.services.faults.list() }))
}

/// `GET /__admin/faults/{faultId}`: one of them.
fn show(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let id = context.call.parameter("faultId")?;
    let shown = context.services.faults.show(id).ok_or_else(|| unknown(id))?;
    Reply::json(&shown)
}

/// `POST /__admin/faults/{faultId}/release`: lets go the calls and deliveries that wait now.
fn release(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let id = context.call.parameter("faultId")?;
    if context.services.faults.release(id) {
        context.services.outbound.ring();
        Reply::json(&json!({}))
    } else {
        Err(unknown(id))
    }
}

/// `DELETE /__admin/faults/{faultId}`: takes one away; what waits goes on.
fn remove(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let id = context.call.parameter("faultId")?;
    if context.services.faults.remove(id) {
        context.services.outbound.ring();
        Reply::json(&json!({}))
    } else {
        Err(unknown(id))
    }
}

/// `DELETE /__admin/faults`: takes all away.
fn clear(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    context.services.faults.clear();
    context.services.outbound.ring();
    Reply::json(&json!({}))
}

/// `GET /__admin/faults/{faultId}/progress?struck=N&waiting=N`: answers as soon as the fault has struck, and holds up,
/// at least as many calls. `None` for any other request.
///
/// It waits without a transaction: what it waits for needs one.
pub(crate) async fn wait(emulation: &Emulation, call: &Call) -> Option<Result<Reply, Refusal>> {
    let path = call.path.strip_prefix(PREFIX)?;
    let table = Table::new([("GET", "/faults/{faultId}/progress", ())]);
    let Match::Found((), parameters) = table.find(&call.method, path) else {
        return None;
    };
    Some(follow(emulation, call, parameters.get("faultId").map_or("", String::as_str)).await)
}

async fn follow(emulation: &Emulation, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let count = |name: &'static str| match call.query(name).map(str::parse::<u64>) {
        None => Ok(0),
        Some(Ok(count)) => Ok(count),
        Some(Err(error)) => Err(Refusal::invalid(format!("{name}: {error}")).with("field", name)),
    };
    let (struck, waiting) = (count("struck")?, count("waiting")?);
    let mut progress = emulation.services().faults.follow(id).ok_or_else(|| unknown(id))?;
    let reached = progress
        .wait_for(|progress| progress.struck >= struck && progress.waiting >= waiting)
        .await;
    // The fault was cleared in the meantime.
    let reached = *reached.map_err(|_| unknown(id))?;
    Reply::json(&reached)
}

fn unknown(id: &str) -> Refusal {
    Refusal::new(http::StatusCode::NOT_FOUND, "fault not found").with("faultId", id)
}
