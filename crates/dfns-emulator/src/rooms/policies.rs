//! Policies: made, changed and archived. What they do is in [`crate::policy`].
//!
//! `Active -> Archived`
//!
//! Invariant: an archived policy stays what it is; a change of an active one passes the policies about policies.

use dfns_types::{
    ActivityKind, ChangeOperationKind, CreatePolicyRequest, Policy, PolicyAction, PolicyDetails, PolicyId, PolicyPage,
    PolicyStatus, SumsubKeyType, SumsubPublicKey, Timestamp, UpdatePolicyRequest,
};

use super::refusals::{invalid_field, parsed};
use super::transfers::refused_field;
use crate::context::Context;
use crate::policy::{self, Draft, NewChange, Proposed};
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing, UserKind, UserRecord};

/// How many policies a page may hold, and how many it holds unless asked otherwise.
const PAGE_LENGTH: usize = 500;
const DEFAULT_PAGE_LENGTH: usize = 20;

impl Document for Policy {
    const KIND: &'static str = "policy";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// `POST /v2/policies`: in force from now on.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let CreatePolicyRequest {
        name,
        activity_kind,
        rule,
        action,
        filters,
        ..
    } = context.call.body()?;
    let draft = Draft {
        name,
        activity_kind,
        rule,
        action,
        filters,
    };
    check(context, &draft)?;
    let id = parsed::<PolicyId>(&context.new_id("plc")?)?;
    let policy = drafted(draft, id, Some(context.now), context.now);
    let org = context.caller()?.org();
    let filing = Filing {
        org,
        parent: "",
        owner: "",
    };
    context.store.insert(&policy, filing)?;
    Reply::json(&policy)
}

/// `GET /v2/policies`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let status = context.call.query("status").map(PolicyStatus::from);
    if let Some(PolicyStatus::Unknown(status)) = &status {
        return Err(invalid_field(
            "status",
            &format!("expected Active or Archived, found {status:?}"),
        ));
    }
    let org = context.caller()?.org();
    let listing = Listing {
        org,
        parent: None,
        owner: None,
    };
    let page = context.page_of(DEFAULT_PAGE_LENGTH, PAGE_LENGTH)?;
    let is_wanted = |policy: &Policy| status.as_ref().is_none_or(|status| policy.status == *status);
    let found = context.store.list::<Policy>(listing, &page, is_wanted)?;
    let found = found.try_map(|policy| details(context, org, policy))?;
    let mut policies = PolicyPage::new(found.items);
    policies.next_page_token = found.next_page_token;
    Reply::json(&policies)
}

/// `GET /v2/policies/{policyId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let policy = policy_of_path(context)?;
    Reply::json(&details(context, context.caller()?.org(), policy)?)
}

/// `PUT /v2/policies/{policyId}`: replaces the policy, or asks for an approval to do so.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let UpdatePolicyRequest {
        name,
        activity_kind,
        rule,
        action,
        filters,
        ..
    } = context.call.body()?;
    let policy = active_policy_of_path(context)?;
    let draft = Draft {
        name,
        activity_kind,
        rule,
        action,
        filters,
    };
    check(context, &draft)?;
    change(context, drafted(draft, policy.id, policy.date_created, context.now))
}

/// `DELETE /v2/policies/{policyId}`: archives the policy, or asks for an approval to do so.
pub(super) fn archive(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let mut policy = active_policy_of_path(context)?;
    policy.status = PolicyStatus::Archived;
    policy.date_updated = Some(context.now);
    change(context, policy)
}

/// `GET /v2/policies/travel-rule/sumsub/public-key`: a key of the emulator's own, whose private half nobody has.
pub(super) fn sumsub_public_key(_: &mut Context<'_>) -> Result<Reply, Refusal> {
    /// The modulus of an RSA key of 2048 bits, in base64url.
    const MODULUS: &str = "ip94rqhuNjVEeBLveTB7YZXLxTraQ8b4uxYs9J7EYbYD2BZjLdC9VzBkXBl5zohpzyOsvukchmlWy2hGvrr3XO8FOyQM9j\
                           NoxKV9f0dHkYDUdcwiTtgZp03SVnIiiNUbb_sApSV0aFm1axU2rCb_PrafXJiaN0QT4JH7DuZ2wHy7qN-JwpiXw26a4K\
                           gUxv63ns1DM4DW7dAPafJm8YqBVDI_v4t0jX79mZV4rxZBlfQwqVkPZiZJAl3KCJM0MAyn69yZCwxyvjQraYREd5xYYz\
                           Z03JDDXd60YpwtrJUHVuBR1tof_5rx6al_BrjBCy01TF7PummF-9kSJOwGxVjrjw";
    let key = SumsubPublicKey::new(SumsubKeyType::RSA, "emulator", MODULUS, "AQAB");
    Reply::json(&key.with_use("enc"))
}

/// Puts a policy in place of the one with its id.
///
/// # Errors
/// 400 if that was archived meanwhile.
pub(crate) fn apply(context: &Context<'_>, org: &str, policy: &Policy, at: Timestamp) -> Result<(), Refusal> {
    refuse_archived(&find(context, org, policy.id.as_str())?)?;
    let mut changed = policy.clone();
    changed.date_updated = Some(at);
    Ok(context.store.update(&changed)?)
}

fn change(context: &Context<'_>, policy: Policy) -> Result<Reply, Refusal> {
    let id = policy.id.clone();
    let new = NewChange {
        kind: ActivityKind::PoliciesModify,
        operation: ChangeOperationKind::Update,
        entity_id: id.as_str(),
        subject_id: id.as_str(),
        proposed: Proposed::Policy(Box::new(policy)),
    };
    if let Some(waiting) = policy::submit_change(context, new)? {
        return Ok(waiting);
    }
    Reply::json(&find(context, context.caller()?.org(), id.as_str())?)
}

fn drafted(draft: Draft, id: PolicyId, created: Option<Timestamp>, now: Timestamp) -> Policy {
    let Draft {
        name,
        activity_kind,
        rule,
        action,
        filters,
    } = draft;
    let mut policy = Policy::new(id, name, PolicyStatus::Active, activity_kind, rule, action);
    policy.filters = filters;
    policy.date_created = created;
    policy.date_updated = Some(now);
    policy
}

/// Refuses a policy that cannot be, or whose approvers nobody knows.
fn check(context: &Context<'_>, draft: &Draft) -> Result<(), Refusal> {
    policy::check(draft).map_err(refused_field)?;
    let PolicyAction::RequestApproval(action) = &draft.action else {
        return Ok(());
    };
    let org = context.caller()?.org();
    for (index, group) in action.approval_groups.iter().enumerate() {
        for id in group.approvers.user_id.iter().flat_map(|listed| &listed.in_) {
            let user: Option<UserRecord> = context.store.get(org, id.as_str())?;
            if !user.is_some_and(|user| user.kind == UserKind::CustomerEmployee && !user.is_archived) {
                let field = format!("action.approvalGroups[{index}].approvers.userId.in");
                return Err(invalid_field(&field, &format!("{id} is no user of the organisation")));
            }
        }
    }
    Ok(())
}

fn details(context: &Context<'_>, org: &str, policy: Policy) -> Result<PolicyDetails, Refusal> {
    let pending = policy::pending(context, org, policy.id.as_str())?;
    let Policy {
        id,
        name,
        status,
        activity_kind,
        rule,
        action,
        filters,
        date_created,
        date_updated,
        ..
    } = policy;
    let mut details = PolicyDetails::new(id, name, status, activity_kind, rule, action);
    details.filters = filters;
    details.date_created = date_created;
    details.date_updated = date_updated;
    details.pending_change_request = pending;
    Ok(details)
}

fn find(context: &Context<'_>, org: &str, id: &str) -> Result<Policy, Refusal> {
    let found = context.store.get(org, id)?;
    found.ok_or_else(|| Refusal::not_found("policy", "policyId", id, org))
}

fn policy_of_path(context: &Context<'_>) -> Result<Policy, Refusal> {
    find(context, context.caller()?.org(), context.call.parameter("policyId")?)
}

fn active_policy_of_path(context: &Context<'_>) -> Result<Policy, Refusal> {
    let policy = policy_of_path(context)?;
    refuse_archived(&policy)?;
    Ok(policy)
}

fn refuse_archived(policy: &Policy) -> Result<(), Refusal> {
    match policy.status {
        PolicyStatus::Active => Ok(()),
        _ => Err(Refusal::invalid(format!("policy {} is archived", policy.id))),
    }
}
