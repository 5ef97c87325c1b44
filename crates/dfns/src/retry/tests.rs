//! What is tried again, and when.

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
    }
}

fn refused(step: Step, status: u16, retry_after: Option<&str>) -> Error {
    let body = json!({"error": {"message": "no"}}).to_string();
    let mut headers = http::HeaderMap::new();
    if let Some(after) = retry_after {
        headers.insert("retry-after", after.parse().expect("a header"));
    }
    Error::refused(OPERATION, step, Refusal::read(status, body.as_bytes()).with_headers(&headers))
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
    assert_eq!([1, 2, 3, 4].map(|attempt| retried(policy, attempt)), [true, true, false, false]);
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
        assert_eq!(delay(attempt, u64::MAX), bound - Duration::from_nanos(1));
    }
}

#[test]
fn wait_that_the_api_asks_for_is_kept_and_spread() {
    let policy = RetryPolicy::new();
    let delay = |error: &Error, random| next(&policy, error, true, 3, random);
    for status in [429, 503] {
        let error = refused(Step::Call, status, Some("7"));
        assert_eq!(delay(&error, 0), Some(Duration::from_secs(7)));
        assert_eq!(delay(&error, u64::MAX), Some(Duration::from_millis(7250) - Duration::from_nanos(1)));
    }
    assert_eq!(delay(&refused(Step::Call, 429, Some("60")), 0), Some(Duration::from_secs(60)));
    assert_eq!(delay(&refused(Step::Call, 429, Some("61")), 0), None, "that is for the caller to decide");
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
    assert!(OPERATIONS.iter().all(|operation| operation.method != dfns_types::operation::Method::Get || !operation.user_action));
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
