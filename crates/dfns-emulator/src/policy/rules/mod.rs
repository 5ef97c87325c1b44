//! Does a policy trigger? One function for each rule, over facts alone.
//!
//! Invariant: the rules about amounts, counts and recipients trigger where they cannot know.

mod payment;
mod velocity;

use dfns_types::{PolicyRule, Timestamp};
use serde_json::Value;

use super::facts::{Facts, Source};

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) is_triggered: bool,
    /// Why, for people.
    pub(crate) reason: String,
    /// What the rule looked at.
    pub(crate) context: Option<Value>,
}

impl Finding {
    fn new(is_triggered: bool, reason: impl Into<String>) -> Self {
        Self {
            is_triggered,
            reason: reason.into(),
            context: None,
        }
    }

    fn with_context(self, context: Value) -> Self {
        Self {
            context: Some(context),
            ..self
        }
    }
}

/// Evaluates a rule for those sources of an activity that its policy is about.
pub(crate) fn evaluate(rule: &PolicyRule, facts: &Facts, sources: &[&Source]) -> Finding {
    match rule {
        PolicyRule::AlwaysTrigger(_) => Finding::new(true, "The policy always triggers."),
        PolicyRule::TransactionRecipientWhitelist(rule) => payment::whitelist(&rule.configuration, facts),
        PolicyRule::TransactionAmountLimit(rule) => payment::amount(&rule.configuration, facts),
        PolicyRule::TransactionAmountVelocity(rule) => velocity::amount(&rule.configuration, facts, sources),
        PolicyRule::TransactionCountVelocity(rule) => velocity::count(&rule.configuration, facts, sources),
        // No policy with another rule is accepted; should one be in the store, it must not let anything pass.
        other => Finding::new(true, format!("The rule {} is unknown.", other.kind())),
    }
}

/// Since when, in Unix milliseconds, what a wallet did counts for a rule; `None` if the rule does not look back.
pub(crate) fn looks_back_to(rule: &PolicyRule, now: Timestamp) -> Option<i64> {
    let minutes = match rule {
        PolicyRule::TransactionAmountVelocity(rule) => rule.configuration.timeframe,
        PolicyRule::TransactionCountVelocity(rule) => rule.configuration.timeframe,
        _ => return None,
    };
    Some(velocity::window_start(now, minutes))
}
