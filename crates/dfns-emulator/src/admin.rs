//! What only a test can do: move the clock, fill accounts, read the mail of others, log in as anybody.
//!
//! Invariant: everything here is under one prefix that the API does not have.

use std::sync::LazyLock;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::auth::session;
use crate::context::{Context, Handler};
use crate::server::{Refusal, Reply, Table};
use crate::store::UserRecord;
use crate::{bootstrap, chain};

/// The path under which the routes below stand.
pub(crate) const PREFIX: &str = "/__admin";

/// The routes. They need no token: the server listens on the loopback interface unless told otherwise.
pub(crate) static ROUTES: LazyLock<Table<Handler>> = LazyLock::new(|| {
    let rows: [(&str, &str, Handler); 6] = [
        ("GET", "/clock", clock),
        ("POST", "/clock/advance", advance),
        ("GET", "/outbox", outbox),
        ("POST", "/faucet", chain::faucet),
        ("POST", "/sessions", log_in),
        ("GET", "/employee", employee),
    ];
    Table::new(rows)
});

/// `GET /__admin/clock`: the time of the emulator.
fn clock(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&json!({ "now": context.now }))
}

/// `POST /__admin/clock/advance {"seconds": 2.5}`: moves the clock forward.
fn advance(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    struct Advance {
        seconds: f64,
    }
    let Advance { seconds } = context.call.body()?;
    let duration = Duration::try_from_secs_f64(seconds)
        .map_err(|error| Refusal::invalid(format!("seconds: {error}")).with("field", "seconds"))?;
    let clock = &context.services.clock;
    if !clock.can_advance(duration) {
        return Err(
            Refusal::invalid("seconds: the clock cannot go beyond the end of the year 9999").with("field", "seconds"),
        );
    }
    clock.advance(duration);
    context.store.set_clock_advance(clock.advanced_millis())?;
    Reply::json(&json!({ "now": clock.now() }))
}

/// `GET /__admin/outbox?recipient=…`: the codes that were mailed to people, newest first.
fn outbox(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let items = context.store.outbox(context.call.query("recipient"))?;
    Reply::json(&json!({ "items": items }))
}

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
    Reply::json(&bootstrap::employee(context.store)?)
}
