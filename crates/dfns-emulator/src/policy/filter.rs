//! Which activities a policy looks at.
//!
//! Invariant: without a condition it looks at all activities of its kind; with several, all of them have to hold for
//! the same wallet.

use dfns_types::{Policy, PolicyFilters, PolicyStatus, TagFilter};

use super::facts::{Facts, Source};

/// The sources for whose sake a policy looks at an activity; `None` if it does not look at it at all.
///
/// A change of a policy or permission has no source.
pub(crate) fn looks_at<'a>(policy: &Policy, facts: &'a Facts) -> Option<Vec<&'a Source>> {
    if policy.status != PolicyStatus::Active || policy.activity_kind != facts.kind {
        return None;
    }
    let Some(filters) = &policy.filters else {
        return Some(facts.sources.iter().collect());
    };
    if !is_entity_meant(filters, facts.entity.as_deref()) {
        return None;
    }
    let meant: Vec<&Source> = facts
        .sources
        .iter()
        .filter(|source| is_source_meant(filters, source))
        .collect();
    // An activity without a wallet is looked at by the policies that are not about wallets.
    (!meant.is_empty() || facts.sources.is_empty()).then_some(meant)
}

fn is_entity_meant(filters: &PolicyFilters, entity: Option<&str>) -> bool {
    let policies = filters.policy_id.as_ref().map(|filter| {
        let mut ids = filter.in_.iter();
        ids.any(|id| Some(id.as_str()) == entity)
    });
    let permissions = filters.permission_id.as_ref().map(|filter| {
        let mut ids = filter.in_.iter();
        ids.any(|id| Some(id.as_str()) == entity)
    });
    policies.unwrap_or(true) && permissions.unwrap_or(true)
}

fn is_source_meant(filters: &PolicyFilters, source: &Source) -> bool {
    let is_listed = filters.wallet_id.as_ref().is_none_or(|filter| {
        let mut ids = filter.in_.iter();
        ids.any(|id| Some(id.as_str()) == source.wallet_id.as_deref())
    });
    is_listed
        && filters
            .wallet_tags
            .as_ref()
            .is_none_or(|filter| has_tags(filter, &source.tags))
}

fn has_tags(filter: &TagFilter, tags: &[String]) -> bool {
    let has = |tag: &String| tags.contains(tag);
    (filter.has_any.is_empty() || filter.has_any.iter().any(has)) && filter.has_all.iter().all(has)
}
