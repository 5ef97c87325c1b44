//! Whether a call that failed is tried again, and when.
//!
//! Nothing here sends, sleeps or reads a clock: what is decided follows from the arguments.
//!
//! Invariant: no write is repeated after it may have reached the server, unless the API can tell that it is the same one.

pub(crate) mod external_id;
mod policy;

use std::time::Duration;

use dfns_types::operation::{Method, Operation};

pub use policy::RetryPolicy;

use crate::error::{Error, Sent, Step};

/// True if the operation may be repeated although it may have taken effect: it reads, or its `external_id` makes a second
/// request the same as the first. (Elsewhere than in `idempotent` operations, an `externalId` is a label only.)
pub(crate) fn is_repeatable(operation: &Operation, has_external_id: bool) -> bool {
    operation.method == Method::Get || (operation.idempotent && has_external_id)
}

/// How long to wait before the next attempt; `None` if there is to be none. `attempt` is the one that failed, from 1;
/// `random` is any number, all of them equally likely.
pub(crate) fn next(
    policy: &RetryPolicy,
    error: &Error,
    is_repeatable: bool,
    attempt: u32,
    random: u64,
) -> Option<Duration> {
    if attempt >= policy.attempts || !is_worth_repeating(error, is_repeatable) {
        return None;
    }
    match asked_to_wait(error) {
        Some(wait) if wait > policy.longest_wait => None,
        // Those who were told the same time should not all come at that time.
        Some(wait) => Some(wait + backoff(policy, 1, random)),
        None => Some(backoff(policy, attempt, random)),
    }
}

fn is_worth_repeating(error: &Error, is_repeatable: bool) -> bool {
    match error {
        Error::Transport { sent: Sent::No, .. } | Error::TimedOut { sent: Sent::No, .. } => true,
        Error::Transport { sent: Sent::Maybe, .. } | Error::TimedOut { sent: Sent::Maybe, .. } => is_repeatable,
        Error::RateLimited { .. } => true,
        Error::Refused { step, refusal, .. } => {
            matches!(refusal.status(), 502..=504) && (*step != Step::Call || is_repeatable)
        }
        _ => false,
    }
}

/// What the API asked for.
fn asked_to_wait(error: &Error) -> Option<Duration> {
    error.refusal()?.retry_after()
}

/// Full jitter: anything from nothing to a bound that doubles with every attempt.
fn backoff(policy: &RetryPolicy, attempt: u32, random: u64) -> Duration {
    let doubled = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
    let bound = policy.first_delay.saturating_mul(doubled).min(policy.longest_delay);
    let nanos = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
    // The upper half of the product is `random` scaled to the bound.
    let scaled = (u128::from(nanos) * u128::from(random)) >> 64;
    Duration::from_nanos(u64::try_from(scaled).unwrap_or(nanos))
}

#[cfg(test)]
mod tests;
