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

use crate::engine::is_lasting;
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
        Error::Transport { source, .. } if is_lasting(source.as_ref()) => false,
        Error::RateLimited { .. } => true,
        Error::Transport { sent, .. } | Error::TimedOut { sent, .. } => *sent == Sent::No || is_repeatable,
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
mod tests {
    use std::io;
    use std::sync::Arc;
    use std::time::Duration;

    use dfns_types::operation::{OPERATIONS, by_function};
    use proptest::prelude::*;
    use serde_json::json;

    use super::{RetryPolicy, is_repeatable, next};
    use crate::error::{DecodeError, Error, Refusal, Sent, Step};

    const OPERATION: &str = "someOperation";

    fn lost(sent: Sent) -> Error {
        Error::Transport {
            operation: OPERATION,
            step: Step::Call,
            sent,
            external_id: None,
            source: Arc::new(io::Error::other("gone")),
        }
    }

    fn late(sent: Sent) -> Error {
        Error::TimedOut {
            operation: OPERATION,
            step: Step::Call,
            limit: Duration::from_secs(1),
            sent,
            external_id: None,
            last: None,
        }
    }

    fn refused(step: Step, status: u16, retry_after: Option<&str>) -> Error {
        let body = json!({"error": {"message": "no"}}).to_string();
        let mut headers = http::HeaderMap::new();
        if let Some(after) = retry_after {
            headers.insert("retry-after", after.parse().expect("a header"));
        }
        Error::refused(
            OPERATION,
            step,
            Refusal::read(status, body.as_bytes()).with_headers(&headers),
        )
    }

    fn is_retried(error: &Error, is_repeatable: bool) -> bool {
        next(&RetryPolicy::new(), error, is_repeatable, 1, 7).is_some()
    }

    #[test]
    fn what_was_not_sent_is_tried_again_whatever_it_is() {
        for error in [lost(Sent::No), late(Sent::No)] {
            assert!(is_retried(&error, false) && is_retried(&error, true), "{error:?}");
        }
    }

    #[test]
    fn what_may_have_taken_effect_is_tried_again_only_if_it_is_the_same_then() {
        let mut errors = vec![lost(Sent::Maybe), late(Sent::Maybe)];
        errors.extend([502, 503, 504].map(|status| refused(Step::Call, status, None)));
        for error in errors {
            assert!(is_retried(&error, true), "{error:?}");
            assert!(!is_retried(&error, false), "{error:?}");
        }
    }

    #[test]
    fn failed_step_of_signing_is_tried_again_for_the_call_was_not_sent() {
        for step in [Step::Challenge, Step::Signature] {
            assert!(is_retried(&refused(step, 503, None), false));
            assert!(!is_retried(&refused(step, 500, None), false));
        }
    }

    #[test]
    fn rate_limited_call_is_tried_again_for_it_did_nothing() {
        assert!(is_retried(&refused(Step::Call, 429, None), false));
    }

    #[test]
    fn what_would_fail_again_is_not_tried_again() {
        let mut errors: Vec<Error> = [301, 400, 401, 403, 404, 409, 422, 500, 501, 505]
            .map(|status| refused(Step::Call, status, None))
            .into();
        errors.push(Error::Decode {
            operation: OPERATION,
            step: Step::Call,
            source: DecodeError::because("no"),
        });
        errors.push(Error::needs(OPERATION, "signer", "a signature"));
        for error in errors {
            assert!(!is_retried(&error, true), "{error:?}");
        }
    }

    #[test]
    fn attempts_are_counted_with_the_first() {
        let policy = RetryPolicy::new().attempts(3);
        let retried = |policy, attempt| next(&policy, &lost(Sent::No), true, attempt, 0).is_some();
        assert_eq!(
            [1, 2, 3, 4].map(|attempt| retried(policy, attempt)),
            [true, true, false, false]
        );
        assert!(!retried(RetryPolicy::none(), 1));
        assert!(!retried(RetryPolicy::new().attempts(0), 1));
    }

    #[test]
    fn delay_is_anything_up_to_a_bound_that_doubles_and_ends() {
        let policy = RetryPolicy::new().attempts(99).longest_delay(Duration::from_secs(1));
        let delay = |attempt, random| next(&policy, &lost(Sent::No), true, attempt, random).expect("a delay");
        for (attempt, bound) in [(1, 250), (2, 500), (3, 1000), (4, 1000), (90, 1000)] {
            let bound = Duration::from_millis(bound);
            assert_eq!(delay(attempt, 0), Duration::ZERO);
            assert_eq!(delay(attempt, 1 << 63), bound / 2);
            assert_eq!(delay(attempt, u64::MAX) + Duration::from_nanos(1), bound);
        }
    }

    #[test]
    fn wait_that_the_api_asks_for_is_kept_and_spread() {
        let policy = RetryPolicy::new();
        let delay = |error: &Error, random| next(&policy, error, true, 3, random);
        for status in [429, 503] {
            let error = refused(Step::Call, status, Some("7"));
            assert_eq!(delay(&error, 0), Some(Duration::from_secs(7)));
            assert_eq!(delay(&error, u64::MAX), Some(Duration::from_nanos(7_249_999_999)));
        }
        assert_eq!(
            delay(&refused(Step::Call, 429, Some("60")), 0),
            Some(Duration::from_secs(60))
        );
        assert_eq!(
            delay(&refused(Step::Call, 429, Some("61")), 0),
            None,
            "that is for the caller to decide"
        );
    }

    #[test]
    fn reads_are_repeatable_and_writes_only_with_an_external_id_that_means_something() {
        let operation = |function| by_function(function).expect("an operation");
        for has_external_id in [false, true] {
            assert!(is_repeatable(operation("get_wallet"), has_external_id));
            assert!(!is_repeatable(operation("create_wallet"), has_external_id), "a label");
            assert!(!is_repeatable(operation("delete_key"), has_external_id));
        }
        assert!(is_repeatable(operation("transfer_asset"), true));
        assert!(!is_repeatable(operation("transfer_asset"), false));
        assert!(
            OPERATIONS
                .iter()
                .all(|operation| operation.method != dfns_types::operation::Method::Get || !operation.user_action)
        );
    }

    proptest! {
        #[test]
        fn delay_stays_in_its_bounds_for_any_policy(
            attempts in 0u32.., attempt in 1u32.., first in 0u64.., longest in 0u64.., random: u64,
        ) {
            let (first, longest) = (Duration::from_millis(first), Duration::from_millis(longest));
            let policy = RetryPolicy::new().attempts(attempts).first_delay(first).longest_delay(longest);
            let delay = next(&policy, &lost(Sent::No), true, attempt, random);
            prop_assert_eq!(delay.is_some(), attempt < attempts);
            prop_assert!(delay.unwrap_or_default() <= longest);
        }
    }
}
