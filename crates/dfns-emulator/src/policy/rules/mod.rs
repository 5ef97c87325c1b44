//! Does a policy trigger? One function for each rule, over facts alone.
//!
//! Invariant: the rules about amounts, counts and recipients trigger where they cannot know.

mod payment;
mod screening;
#[cfg(test)]
mod tests;
mod velocity;

use dfns_types::{PolicyRule, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::facts::{Facts, Source};
pub(crate) use payment::is_same as is_same_address;
use screening::Concern;

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Finding {
    pub(crate) is_triggered: bool,
    /// Why, for people.
    pub(crate) reason: String,
    /// What the rule looked at.
    pub(crate) context: Option<Value>,
    /// When it is known, if that is later than the activity.
    pub(crate) known_at: Option<Timestamp>,
}

impl Finding {
    fn new(is_triggered: bool, reason: impl Into<String>) -> Self {
        Self {
            is_triggered,
            reason: reason.into(),
            context: None,
            known_at: None,
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
        PolicyRule::ChainalysisTransactionPrescreening(rule) => {
            let configuration = &rule.configuration;
            let concern = Concern {
                alerts: &configuration.alerts,
                exposures: &configuration.exposures.direct.category_ids,
                identifications: Some(&configuration.addresses.category_ids),
                user: configuration.user_id_template.as_deref(),
                fallback: &configuration.fallback_behaviours,
            };
            screening::chainalysis(&concern, facts, sources)
        }
        PolicyRule::ChainalysisTransactionScreening(rule) => {
            let configuration = &rule.configuration;
            let concern = Concern {
                alerts: &configuration.alerts,
                exposures: &configuration.exposures.direct.category_ids,
                identifications: None,
                user: configuration.user_id_template.as_deref(),
                fallback: &configuration.fallback_behaviours,
            };
            screening::chainalysis(&concern, facts, sources)
        }
        PolicyRule::GlobalLedgerTransactionPrescreening(rule) => screening::global_ledger(&rule.configuration, facts),
        PolicyRule::TravelRuleTransactionPrescreening(rule) => screening::travel_rule(&rule.configuration, facts),
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
