//! The rules that look at one payment: who is paid, and how much.

use dfns_types::{AmountLimit, RecipientWhitelist};
use serde_json::{Value, json};

use super::Finding;
use crate::chain::Chain;
use crate::policy::facts::Facts;
use crate::policy::money::Usd;

/// Triggers for a recipient that is not listed, or not known.
pub(super) fn whitelist(configuration: &RecipientWhitelist, facts: &Facts) -> Finding {
    let Some(recipient) = &facts.payment.recipient else {
        return Finding::new(true, "The recipient is unknown.");
    };
    let chain = facts.payment.chain;
    if configuration
        .addresses
        .iter()
        .any(|listed| is_same(chain, listed, recipient))
    {
        Finding::new(false, format!("The recipient {recipient} is in the whitelist."))
    } else {
        Finding::new(true, format!("The recipient {recipient} is not in the whitelist."))
    }
}

/// Triggers for an amount above the limit, or of unknown value.
pub(super) fn amount(configuration: &AmountLimit, facts: &Facts) -> Finding {
    let Some(value) = facts.payment.value else {
        return Finding::new(true, "The value of the transfer is unknown.");
    };
    let limit = limit(configuration.limit);
    let relation = if value > limit { "is above" } else { "is within" };
    Finding::new(
        value > limit,
        format!("Transfer amount (USD {value}) {relation} limit (USD {limit})."),
    )
    .with_context(in_dollars(value))
}

/// A limit as it was accepted; one that cannot be is nothing.
pub(super) fn limit(number: f64) -> Usd {
    Usd::of_number(number).unwrap_or_default()
}

/// An amount as webhooks show what a rule looked at.
pub(super) fn in_dollars(value: Usd) -> Value {
    json!({ "transactionAmount": { "value": value.to_number(), "currency": "USD" } })
}

/// True if two texts are the same address, the second of which stands as the ledger keeps it. The case of hexadecimal
/// digits says nothing; elsewhere it does.
pub(crate) fn is_same(chain: Option<Chain>, one: &str, other: &str) -> bool {
    let is_hexadecimal = |text: &str| {
        text.strip_prefix("0x")
            .or_else(|| text.strip_prefix("0X"))
            .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    let is_kept_so = chain.is_some_and(|chain| chain.ledger_address(one) == other);
    one == other || is_kept_so || (is_hexadecimal(one) && is_hexadecimal(other) && one.eq_ignore_ascii_case(other))
}
