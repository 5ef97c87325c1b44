//! The rules that look at what a wallet did in a span of time up to now, the present activity included.

use dfns_types::{AmountVelocityLimit, CountVelocityLimit, Timestamp};

use super::Finding;
use super::payment::{in_dollars, limit};
use crate::policy::facts::{Facts, Past, Source};

/// Triggers where a wallet would move more than the limit, or something of unknown value.
pub(super) fn amount(configuration: &AmountVelocityLimit, facts: &Facts, sources: &[&Source]) -> Finding {
    let Some(value) = facts.payment.value else {
        return Finding::new(true, "The value of the transfer is unknown.");
    };
    let limit = limit(configuration.limit);
    let mut most = value;
    for source in sources {
        let mut sum = value;
        for past in within(source, facts.at, configuration.timeframe) {
            let Some(value) = past.value else {
                return Finding::new(true, "The value of an earlier transfer in the timeframe is unknown.");
            };
            sum = sum.plus(value);
        }
        most = most.max(sum);
    }
    let relation = if most > limit { "is above" } else { "is within" };
    Finding::new(
        most > limit,
        format!("Cumulative transfer amount (USD {most}) {relation} limit (USD {limit})."),
    )
    .with_context(in_dollars(most))
}

/// Triggers where a wallet would do more than so many transactions. The reason tells how many it did before.
pub(super) fn count(configuration: &CountVelocityLimit, facts: &Facts, sources: &[&Source]) -> Finding {
    let limit = configuration.limit;
    let counts = sources
        .iter()
        .map(|source| within(source, facts.at, configuration.timeframe).count());
    let before = counts.max().unwrap_or(0);
    let is_triggered = i64::try_from(before).map_or(true, |before| before >= limit);
    let relation = if is_triggered { "is above" } else { "is within" };
    Finding::new(
        is_triggered,
        format!("Number of transactions ({before}) {relation} limit ({limit})."),
    )
}

/// When a span of time that ends now began, in Unix milliseconds.
pub(super) fn window_start(now: Timestamp, minutes: i32) -> i64 {
    now.unix_millis().saturating_sub(60_000 * i64::from(minutes))
}

fn within(source: &Source, now: Timestamp, minutes: i32) -> impl Iterator<Item = &Past> {
    let start = window_start(now, minutes);
    // What happened exactly at the start of the span is over.
    source.past.iter().filter(move |past| past.at.unix_millis() > start)
}
