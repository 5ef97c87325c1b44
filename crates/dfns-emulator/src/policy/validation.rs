//! Which policies can be: what goes together, and the bounds of every number.
//!
//! Invariant: a policy that passes can be evaluated, and can be satisfied by somebody.

use std::collections::BTreeSet;

use dfns_types::{
    ActivityKind, ApprovalGroup, ChainalysisAlertLevel, ChainalysisAlerts, PolicyAction, PolicyCurrency, PolicyFilters,
    PolicyRule, TravelRuleProvider,
};

use super::money::Usd;
use crate::chain::FieldProblem;

/// The longest span of time that a rule can look back: 30 days, in minutes.
const LONGEST_TIMEFRAME: i32 = 43_200;
/// How many entries a list of a filter, or of approvers, may have.
const LIST: std::ops::RangeInclusive<usize> = 1..=100;

/// A policy that somebody wants to have.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) activity_kind: ActivityKind,
    pub(crate) rule: PolicyRule,
    pub(crate) action: PolicyAction,
    pub(crate) filters: Option<PolicyFilters>,
}

/// Refuses a policy that cannot be.
///
/// # Errors
/// The field that is wrong, and what would be right.
pub(crate) fn check(draft: &Draft) -> Result<(), FieldProblem> {
    if draft.name.is_empty() {
        return Err(FieldProblem::new("name", "must not be empty"));
    }
    let allowed = Allowed::with(&draft.activity_kind)?;
    let kind = &draft.activity_kind;
    allow("rule.kind", draft.rule.kind(), allowed.rules, kind)?;
    allow("action.kind", draft.action.kind(), allowed.actions, kind)?;
    check_rule(&draft.rule)?;
    if let PolicyAction::RequestApproval(action) = &draft.action {
        if action.approval_groups.is_empty() {
            return Err(FieldProblem::new("action.approvalGroups", "needs at least one group"));
        }
        for (index, group) in action.approval_groups.iter().enumerate() {
            check_group(&format!("action.approvalGroups[{index}]"), group)?;
        }
        at_least("action.autoRejectTimeout", action.auto_reject_timeout.unwrap_or(1), 1)?;
    }
    draft
        .filters
        .as_ref()
        .map_or(Ok(()), |filters| check_filters(filters, allowed.filters, kind))
}

/// What a kind of activity allows.
struct Allowed {
    rules: &'static [&'static str],
    actions: &'static [&'static str],
    filters: &'static [&'static str],
}

impl Allowed {
    fn with(kind: &ActivityKind) -> Result<Self, FieldProblem> {
        const ALWAYS: &[&str] = &["AlwaysTrigger"];
        let change = |actions, filters| Self {
            rules: ALWAYS,
            actions,
            filters,
        };
        Ok(match kind {
            ActivityKind::WalletsSign => Self {
                rules: &[
                    "AlwaysTrigger",
                    "TransactionRecipientWhitelist",
                    "TransactionAmountLimit",
                    "TransactionAmountVelocity",
                    "TransactionCountVelocity",
                    "ChainalysisTransactionPrescreening",
                    "GlobalLedgerTransactionPrescreening",
                    "TravelRuleTransactionPrescreening",
                ],
                actions: &["RequestApproval", "Block", "NoAction"],
                filters: &["walletId", "walletTags"],
            },
            ActivityKind::WalletsIncomingTransaction => Self {
                rules: &["ChainalysisTransactionScreening"],
                actions: &["NoAction"],
                filters: &["walletId", "walletTags"],
            },
            ActivityKind::PoliciesModify => change(&["RequestApproval"], &["policyId"]),
            ActivityKind::PermissionsModify | ActivityKind::PermissionsAssign => {
                change(&["RequestApproval", "Block"], &["permissionId"])
            }
            ActivityKind::RegistryAddressesModify | ActivityKind::RegistryContractSchemasModify => {
                change(&["RequestApproval", "Block"], &[])
            }
            other => {
                let known: Vec<&str> = ActivityKind::VALUES.iter().map(ActivityKind::as_str).collect();
                let problem = format!("unknown value {:?}, expected {}", other.as_str(), known.join(", "));
                return Err(FieldProblem::new("activityKind", problem));
            }
        })
    }
}

fn allow(field: &str, found: &str, allowed: &[&str], kind: &ActivityKind) -> Result<(), FieldProblem> {
    if allowed.contains(&found) {
        return Ok(());
    }
    let problem = format!("{found:?} does not go with {kind}, expected {}", allowed.join(", "));
    Err(FieldProblem::new(field, problem))
}

fn check_rule(rule: &PolicyRule) -> Result<(), FieldProblem> {
    const CONFIGURATION: &str = "rule.configuration";
    let field = |name: &str| format!("{CONFIGURATION}.{name}");
    match rule {
        PolicyRule::TransactionRecipientWhitelist(rule) => {
            match rule.configuration.addresses.iter().position(String::is_empty) {
                Some(index) => Err(FieldProblem::new(
                    &field(&format!("addresses[{index}]")),
                    "must not be empty",
                )),
                None => Ok(()),
            }
        }
        PolicyRule::TransactionAmountLimit(rule) => {
            check_amount(rule.configuration.limit, &rule.configuration.currency)
        }
        PolicyRule::TransactionAmountVelocity(rule) => {
            check_amount(rule.configuration.limit, &rule.configuration.currency)?;
            check_timeframe(rule.configuration.timeframe)
        }
        PolicyRule::TransactionCountVelocity(rule) => {
            at_least(&field("limit"), rule.configuration.limit, 0)?;
            check_timeframe(rule.configuration.timeframe)
        }
        PolicyRule::ChainalysisTransactionPrescreening(rule) => {
            check_alerts(&rule.configuration.alerts)?;
            let direct = &rule.configuration.exposures.direct.category_ids;
            check_categories("exposures.direct.categoryIds", direct)?;
            check_categories("addresses.categoryIds", &rule.configuration.addresses.category_ids)
        }
        PolicyRule::ChainalysisTransactionScreening(rule) => {
            check_alerts(&rule.configuration.alerts)?;
            let direct = &rule.configuration.exposures.direct.category_ids;
            check_categories("exposures.direct.categoryIds", direct)
        }
        PolicyRule::GlobalLedgerTransactionPrescreening(rule) => {
            if (0.0..=100.0).contains(&rule.configuration.risk_score_threshold) {
                Ok(())
            } else {
                Err(FieldProblem::new(&field("riskScoreThreshold"), "must be 0 to 100"))
            }
        }
        PolicyRule::TravelRuleTransactionPrescreening(rule) => {
            let configuration = &rule.configuration;
            if let TravelRuleProvider::Unknown(vendor) = &configuration.vendor {
                return Err(FieldProblem::new(&field("vendor"), format!("unknown value {vendor:?}")));
            }
            at_least(
                &field("autoTriggerTimeoutSeconds"),
                configuration.auto_trigger_timeout_seconds,
                0,
            )?;
            let clear = configuration.auto_clear_after_delivered_timeout_seconds;
            at_least(&field("autoClearAfterDeliveredTimeoutSeconds"), clear.unwrap_or(0), 0)
        }
        _ => Ok(()),
    }
}

fn check_amount(limit: f64, currency: &PolicyCurrency) -> Result<(), FieldProblem> {
    if Usd::of_number(limit).is_none() {
        return Err(FieldProblem::new("rule.configuration.limit", "must be 0 or more"));
    }
    match currency {
        PolicyCurrency::USD => Ok(()),
        other => {
            let problem = format!("unknown value {:?}, expected USD", other.as_str());
            Err(FieldProblem::new("rule.configuration.currency", problem))
        }
    }
}

fn check_timeframe(minutes: i32) -> Result<(), FieldProblem> {
    if (1..=LONGEST_TIMEFRAME).contains(&minutes) {
        return Ok(());
    }
    let problem = format!("must be 1 to {LONGEST_TIMEFRAME} minutes, found {minutes}");
    Err(FieldProblem::new("rule.configuration.timeframe", problem))
}

fn check_alerts(alerts: &ChainalysisAlerts) -> Result<(), FieldProblem> {
    if let ChainalysisAlertLevel::Unknown(level) = &alerts.alert_level {
        let problem = format!("unknown value {level:?}, expected LOW, MEDIUM, HIGH or SEVERE");
        return Err(FieldProblem::new("rule.configuration.alerts.alertLevel", problem));
    }
    check_categories("alerts.categoryIds", &alerts.category_ids)
}

fn check_categories(field: &str, ids: &[i64]) -> Result<(), FieldProblem> {
    match ids.iter().find(|id| **id < 1) {
        Some(id) => Err(FieldProblem::new(
            &format!("rule.configuration.{field}"),
            format!("each is 1 or more, found {id}"),
        )),
        None => Ok(()),
    }
}

fn check_group(field: &str, group: &ApprovalGroup) -> Result<(), FieldProblem> {
    at_least(&format!("{field}.quorum"), i64::from(group.quorum), 1)?;
    let Some(listed) = &group.approvers.user_id else {
        return Ok(());
    };
    check_list(&format!("{field}.approvers.userId.in"), listed.in_.len())?;
    let different: BTreeSet<&str> = listed.in_.iter().map(dfns_types::UserId::as_str).collect();
    if i32::try_from(different.len()).is_ok_and(|count| count < group.quorum) {
        let problem = format!("{} cannot be reached by {} approvers", group.quorum, different.len());
        return Err(FieldProblem::new(&format!("{field}.quorum"), problem));
    }
    Ok(())
}

fn check_filters(filters: &PolicyFilters, allowed: &[&str], kind: &ActivityKind) -> Result<(), FieldProblem> {
    let PolicyFilters {
        permission_id,
        policy_id,
        wallet_id,
        wallet_tags,
        ..
    } = filters;
    let given = [
        ("permissionId", permission_id.as_ref().map(|filter| filter.in_.len())),
        ("policyId", policy_id.as_ref().map(|filter| filter.in_.len())),
        ("walletId", wallet_id.as_ref().map(|filter| filter.in_.len())),
    ];
    for (name, length) in given {
        let Some(length) = length else { continue };
        allow_filter(name, allowed, kind)?;
        check_list(&format!("filters.{name}.in"), length)?;
    }
    let Some(tags) = wallet_tags else { return Ok(()) };
    allow_filter("walletTags", allowed, kind)?;
    for (name, list) in [("hasAny", &tags.has_any), ("hasAll", &tags.has_all)] {
        let field = format!("filters.walletTags.{name}");
        if !list.is_empty() {
            check_list(&field, list.len())?;
        }
        if list.iter().any(String::is_empty) {
            return Err(FieldProblem::new(&field, "a tag must not be empty"));
        }
    }
    Ok(())
}

fn allow_filter(name: &str, allowed: &[&str], kind: &ActivityKind) -> Result<(), FieldProblem> {
    if allowed.contains(&name) {
        return Ok(());
    }
    let problem = format!("{kind} has no such filter");
    Err(FieldProblem::new(&format!("filters.{name}"), problem))
}

fn check_list(field: &str, length: usize) -> Result<(), FieldProblem> {
    if LIST.contains(&length) {
        return Ok(());
    }
    let problem = format!("expected {} to {} entries, found {length}", LIST.start(), LIST.end());
    Err(FieldProblem::new(field, problem))
}

fn at_least(field: &str, number: i64, least: i64) -> Result<(), FieldProblem> {
    if number >= least {
        return Ok(());
    }
    Err(FieldProblem::new(
        field,
        format!("must be {least} or more, found {number}"),
    ))
}
