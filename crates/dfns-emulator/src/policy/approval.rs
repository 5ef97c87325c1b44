//! Approvals: who may decide, and when enough have.
//!
//! `Pending -> Approved | Denied | Expired`
//!
//! Invariant: a user decides once; one denial ends it; who started the activity counts towards no quorum unless the
//! group says so.

use dfns_types::{
    ActivityKind, ApprovalDecision, ApprovalDecisionValue, ApprovalGroup, ApprovalId, ApprovalPolicyEvaluation,
    ApprovalStatus, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

use super::held::Subject;
use crate::store::Document;

/// An approval as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApprovalRecord {
    pub(crate) id: ApprovalId,
    pub(crate) org: String,
    pub(crate) initiator_id: UserId,
    pub(crate) activity_kind: ActivityKind,
    /// What waits.
    pub(crate) subject: Subject,
    pub(crate) status: ApprovalStatus,
    pub(crate) groups: Vec<ApprovalGroup>,
    pub(crate) evaluations: Vec<ApprovalPolicyEvaluation>,
    pub(crate) decisions: Vec<ApprovalDecision>,
    pub(crate) date_created: Timestamp,
    pub(crate) date_updated: Timestamp,
    pub(crate) date_resolved: Option<Timestamp>,
    pub(crate) expiration_date: Option<Timestamp>,
}

impl Document for ApprovalRecord {
    const KIND: &'static str = "approval";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// Somebody who decides.
#[derive(Clone, Debug)]
pub(crate) struct Voter {
    pub(crate) id: UserId,
    pub(crate) is_service_account: bool,
}

/// Why a decision is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Objection {
    /// The approval is final already.
    Closed,
    /// The user has decided already.
    DecidedBefore,
    /// The user is in no group.
    NotAnApprover,
    /// The user started the activity, and no group lets them approve it.
    Initiator,
    /// The user is a service account, and no group of theirs lets those decide.
    ServiceAccount,
}

impl ApprovalRecord {
    /// Takes a decision, and says whether it ended the approval.
    ///
    /// # Errors
    /// Why the decision is not taken; nothing has changed then.
    pub(crate) fn decide(
        &mut self,
        voter: &Voter,
        value: &ApprovalDecisionValue,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<(), Objection> {
        if self.status != ApprovalStatus::Pending {
            return Err(Objection::Closed);
        }
        if self.decisions.iter().any(|decision| decision.user_id == voter.id) {
            return Err(Objection::DecidedBefore);
        }
        let is_denial = *value == ApprovalDecisionValue::Denied;
        self.admit(voter, is_denial)?;
        let decision = ApprovalDecision::new(&voter.id, now, reason, value.clone());
        self.decisions.push(decision);
        self.date_updated = now;
        if is_denial {
            self.close(ApprovalStatus::Denied, now);
        } else if self.groups.iter().all(|group| self.is_satisfied(group)) {
            self.close(ApprovalStatus::Approved, now);
        }
        Ok(())
    }

    /// Ends the approval.
    pub(crate) fn close(&mut self, status: ApprovalStatus, now: Timestamp) {
        self.status = status;
        self.date_updated = now;
        self.date_resolved = Some(now);
    }

    /// True if somebody may decide at some time.
    pub(crate) fn may_be_decided_by(&self, user: &str) -> bool {
        self.groups.iter().any(|group| lists(group, user))
    }

    /// The one who started the activity may always deny, which cancels it.
    fn admit(&self, voter: &Voter, is_denial: bool) -> Result<(), Objection> {
        let is_initiator = voter.id == self.initiator_id;
        if is_denial && is_initiator {
            return Ok(());
        }
        let mut objection = Objection::NotAnApprover;
        for group in self.groups.iter().filter(|group| lists(group, voter.id.as_str())) {
            if voter.is_service_account && group.service_accounts_can_approve != Some(true) {
                objection = Objection::ServiceAccount;
            } else if is_initiator && group.initiator_can_approve != Some(true) {
                objection = Objection::Initiator;
            } else {
                return Ok(());
            }
        }
        Err(objection)
    }

    /// True if enough members of a group have approved. Whoever may decide for one group need not count in another.
    fn is_satisfied(&self, group: &ApprovalGroup) -> bool {
        let approvals = self.decisions.iter().filter(|decision| {
            decision.value == ApprovalDecisionValue::Approved
                && lists(group, decision.user_id.as_str())
                && (decision.user_id != self.initiator_id || group.initiator_can_approve == Some(true))
        });
        i32::try_from(approvals.count()).is_ok_and(|count| count >= group.quorum)
    }
}

/// True if a group lists a user, or anybody.
fn lists(group: &ApprovalGroup, user: &str) -> bool {
    let listed = group.approvers.user_id.as_ref();
    listed.is_none_or(|filter| filter.in_.iter().any(|id| id.as_str() == user))
}
