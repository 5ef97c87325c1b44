//! What a stake earns: four percent a year, by the millisecond, without compounding.
//!
//! Real rates are the validators' own. This one is invented, and the same for all.

use dfns_types::{Amount, Timestamp};

use super::record::Record;
use crate::server::Refusal;

/// Percent a year.
const RATE: u128 = 4;
const YEAR_IN_MILLISECONDS: u128 = 365 * 24 * 60 * 60 * 1_000;

/// What the stake has earned up to a time and not given back yet.
///
/// # Errors
/// 400 if the number is too large to be counted.
pub(super) fn until(record: &Record, now: Timestamp) -> Result<Amount, Refusal> {
    let Some(since) = record.counted_at else {
        return Ok(record.earned.clone());
    };
    let elapsed = u128::try_from(now.unix_millis() - since.unix_millis()).unwrap_or(0);
    let too_large = || Refusal::invalid("the rewards of this stake are too large to be counted");
    let earned = record
        .staked
        .to_u128()
        .and_then(|staked| (staked / 100).checked_mul(RATE))
        .and_then(|yearly| {
            (yearly / YEAR_IN_MILLISECONDS)
                .checked_mul(elapsed)?
                .checked_add((yearly % YEAR_IN_MILLISECONDS).checked_mul(elapsed)? / YEAR_IN_MILLISECONDS)
        })
        .ok_or_else(too_large)?;
    record.earned.checked_add(&Amount::from(earned)).ok_or_else(too_large)
}
