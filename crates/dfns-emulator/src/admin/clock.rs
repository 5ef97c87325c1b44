//! The time of the emulator.

use std::time::Duration;

use dfns_types::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::Route;
use crate::clock::{Clock, LAST_MILLIS};
use crate::context::Context;
use crate::server::{Refusal, Reply};

pub(super) const ROUTES: &[Route] = &[
    ("GET", "/clock", show),
    ("POST", "/clock/advance", advance),
    ("POST", "/clock/freeze", freeze),
    ("POST", "/clock/run", run),
    ("POST", "/clock/set", set),
];

/// `GET /__admin/clock`: the time of the emulator, and whether it stands still.
fn show(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    answer(&context.services.clock)
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
    kept(context)
}

/// `POST /__admin/clock/freeze`: lets the clock stand still.
fn freeze(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    context.services.clock.freeze();
    kept(context)
}

/// `POST /__admin/clock/run`: lets it run again, from the time that it shows.
fn run(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    context.services.clock.run();
    kept(context)
}

/// `POST /__admin/clock/set {"now": "2026-01-01T00:00:00.000Z"}`: sets it, forward or back.
fn set(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    struct Set {
        now: Timestamp,
    }
    let Set { now } = context.call.body()?;
    if !(0..=LAST_MILLIS).contains(&now.unix_millis()) {
        return Err(Refusal::invalid("now: must lie in the years 1970 to 9999").with("field", "now"));
    }
    context.services.clock.set(now);
    kept(context)
}

fn kept(context: &Context<'_>) -> Result<Reply, Refusal> {
    let clock = &context.services.clock;
    context.store.set_clock(clock.state())?;
    answer(clock)
}

fn answer(clock: &Clock) -> Result<Reply, Refusal> {
    Reply::json(&json!({ "now": clock.now(), "isFrozen": clock.is_frozen() }))
}
