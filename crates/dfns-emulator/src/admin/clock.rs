//! The time of the emulator.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::Route;
use crate::context::Context;
use crate::server::{Refusal, Reply};

pub(super) const ROUTES: &[Route] = &[("GET", "/clock", show), ("POST", "/clock/advance", advance)];

/// `GET /__admin/clock`: the time of the emulator.
fn show(context: &mut Context<'_>) -> Result<Reply, Refusal> {
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
