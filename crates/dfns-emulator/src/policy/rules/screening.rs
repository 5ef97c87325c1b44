//! The rules that ask others about the other side of a payment.
//!
//! Invariant: where the provider cannot say anything, the policy itself says what that means.

use std::time::Duration;

use dfns_types::{
    ChainalysisAlertLevel, ChainalysisAlerts, ChainalysisFallback, GlobalLedgerPrescreening, TravelRulePrescreening,
};
use serde_json::json;

use super::Finding;
use crate::policy::facts::{Facts, Source};
use crate::policy::screening::{Alert, Screening, Suspicions};

/// What a policy makes of the findings of Chainalysis.
pub(super) struct Concern<'a> {
    pub(super) alerts: &'a ChainalysisAlerts,
    /// Categories of direct exposures.
    pub(super) exposures: &'a [i64],
    /// Categories of identified addresses, for payments that are about to be sent.
    pub(super) identifications: Option<&'a [i64]>,
    pub(super) user: Option<&'a str>,
    pub(super) fallback: &'a ChainalysisFallback,
}

/// Triggers for an alert, an exposure or an identified address that counts.
pub(super) fn chainalysis(concern: &Concern<'_>, facts: &Facts, sources: &[&Source]) -> Finding {
    let fallback = concern.fallback;
    let found = match &facts.payment.screenings.chainalysis {
        Screening::Done(suspicions) => match suspicion(concern, suspicions) {
            Some(reason) => Finding::new(true, reason),
            None => Finding::new(false, "Chainalysis found nothing that counts."),
        },
        Screening::Unscreenable => cannot("Chainalysis", "this activity", fallback.skip_unscreenable_transaction),
        Screening::UnsupportedNetwork => cannot("Chainalysis", "this network", fallback.skip_unsupported_network),
        Screening::UnsupportedAsset => cannot("Chainalysis", "this asset", fallback.skip_unsupported_asset),
        Screening::Failed => cannot("Chainalysis", "anything now", fallback.skip_chainalysis_failure),
    };
    match (concern.user, sources.first()) {
        (Some(template), Some(source)) => found.with_context(json!({ "userId": user(template, source) })),
        _ => found,
    }
}

/// The first of what was found that counts.
fn suspicion(concern: &Concern<'_>, found: &Suspicions) -> Option<String> {
    let counts = |wanted: &[i64], category: i64| wanted.is_empty() || wanted.contains(&category);
    let is_alarming = |alert: &&Alert| {
        let categories = &concern.alerts.category_ids;
        let is_wanted = alert
            .category_id
            .map_or(categories.is_empty(), |category| counts(categories, category));
        rank(&alert.level) >= rank(&concern.alerts.alert_level) && is_wanted
    };
    if let Some(alert) = found.alerts.iter().find(is_alarming) {
        return Some(format!("Chainalysis raised an alert of level {}.", alert.level));
    }
    let mut exposures = found.exposures.iter();
    if let Some(category) = exposures.find(|category| counts(concern.exposures, **category)) {
        return Some(format!("Chainalysis sees a direct exposure to category {category}."));
    }
    let wanted = concern.identifications?;
    let mut identifications = found.identifications.iter();
    let category = identifications.find(|category| counts(wanted, **category))?;
    Some(format!("Chainalysis identified the address as category {category}."))
}

/// How bad a level is; an unknown one is the worst.
fn rank(level: &ChainalysisAlertLevel) -> usize {
    let order = [
        ChainalysisAlertLevel::LOW,
        ChainalysisAlertLevel::MEDIUM,
        ChainalysisAlertLevel::HIGH,
    ];
    order.iter().position(|known| known == level).unwrap_or(order.len())
}

/// The user that Chainalysis files a transfer under.
fn user(template: &str, source: &Source) -> String {
    let wallet = source.wallet_id.as_deref().unwrap_or_default();
    let external = source.external_id.as_deref().unwrap_or_default();
    template
        .replace("{wallet.id}", wallet)
        .replace("{wallet.externalId}", external)
}

/// Triggers for a risk score from the threshold on.
pub(super) fn global_ledger(configuration: &GlobalLedgerPrescreening, facts: &Facts) -> Finding {
    let fallback = &configuration.fallback_behaviours;
    let threshold = configuration.risk_score_threshold;
    match &facts.payment.screenings.global_ledger {
        Screening::Done(score) => {
            let relation = if *score >= threshold { "reaches" } else { "is below" };
            let reason = format!("The risk score ({score}) {relation} the threshold ({threshold}).");
            Finding::new(*score >= threshold, reason).with_context(json!({ "riskScore": score }))
        }
        Screening::Unscreenable => cannot("Global Ledger", "this activity", fallback.skip_unscreenable_transaction),
        Screening::UnsupportedNetwork => cannot("Global Ledger", "this network", fallback.skip_unsupported_network),
        Screening::UnsupportedAsset => cannot("Global Ledger", "this asset", fallback.skip_unsupported_asset),
        Screening::Failed => cannot("Global Ledger", "anything now", fallback.skip_global_ledger_failure),
    }
}

/// Triggers where the message to the other side is not cleared in time, which is known only then. Transfers of the API
/// have such a message, nothing else has.
pub(super) fn travel_rule(configuration: &TravelRulePrescreening, facts: &Facts) -> Finding {
    if !facts.payment.is_transfer {
        return Finding::new(false, "Only transfers have a travel rule message.");
    }
    let message = &facts.payment.screenings.travel_rule;
    let delivered = message.delivered_after_seconds.map(u64::from);
    let by_itself = configuration
        .auto_clear_after_delivered_timeout_seconds
        .zip(delivered)
        .map(|(timeout, delivered)| delivered.saturating_add(timeout.unsigned_abs()));
    let cleared = message
        .cleared_after_seconds
        .map(u64::from)
        .into_iter()
        .chain(by_itself)
        .min();
    let deadline = configuration.auto_trigger_timeout_seconds.unsigned_abs();
    let (found, seconds) = match cleared.filter(|cleared| *cleared <= deadline) {
        Some(cleared) => (Finding::new(false, "The travel rule message was cleared."), cleared),
        None => (
            Finding::new(
                true,
                format!("The travel rule message was not cleared within {deadline} seconds."),
            ),
            deadline,
        ),
    };
    Finding {
        known_at: facts
            .at
            .checked_add(Duration::from_secs(seconds))
            .filter(|at| *at > facts.at),
        ..found
    }
}

fn cannot(provider: &str, what: &str, is_skipped: bool) -> Finding {
    let follows = if is_skipped {
        "and is skipped"
    } else {
        "which counts as a risk"
    };
    Finding::new(!is_skipped, format!("{provider} cannot screen {what}, {follows}."))
}
