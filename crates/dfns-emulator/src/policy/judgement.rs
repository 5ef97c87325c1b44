//! What policies make of an activity, all of them together.
//!
//! Invariant: one `Block` that triggers outweighs every approval that others ask for; an approval has the groups of all
//! policies that ask for one.

use dfns_types::{ApprovalGroup, ApprovalPolicyEvaluation, Policy, PolicyAction, PolicyEvaluationContext, Timestamp};
use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::filter;
use super::rules::{self, Finding};

/// What follows for an activity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Ruling {
    /// It may go on.
    Pass,
    /// It is refused, for this reason.
    Block(String),
    /// It waits until all groups have approved it; it is refused after so many minutes, if any.
    Approve {
        groups: Vec<ApprovalGroup>,
        timeout_minutes: Option<u64>,
    },
}

/// A policy that looked at an activity, and what it found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Evaluation {
    pub(crate) policy: Policy,
    pub(crate) finding: Finding,
}

/// The judgement of all policies.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Judgement {
    pub(crate) evaluations: Vec<Evaluation>,
    pub(crate) ruling: Ruling,
    /// When it is known, if that is later than the activity.
    pub(crate) known_at: Option<Timestamp>,
}

impl Judgement {
    /// Nobody looked.
    pub(crate) const fn pass() -> Self {
        Self {
            evaluations: Vec::new(),
            ruling: Ruling::Pass,
            known_at: None,
        }
    }

    /// The evaluations that triggered.
    pub(crate) fn triggered(&self) -> impl Iterator<Item = &Evaluation> {
        self.evaluations
            .iter()
            .filter(|evaluation| evaluation.finding.is_triggered)
    }

    /// The evaluations as approvals show them.
    pub(crate) fn shown(&self) -> Vec<ApprovalPolicyEvaluation> {
        let shown = |Evaluation { policy, finding }: &Evaluation| {
            let mut evaluation =
                ApprovalPolicyEvaluation::new(&policy.id, finding.is_triggered, finding.reason.as_str());
            evaluation.context = finding.context.clone().map(PolicyEvaluationContext::from);
            evaluation
        };
        self.evaluations.iter().map(shown).collect()
    }
}

/// Judges an activity by all policies of an organisation.
pub(crate) fn judge(policies: &[Policy], facts: &Facts) -> Judgement {
    let evaluate = |policy: &Policy| {
        let sources = filter::looks_at(policy, facts)?;
        Some(Evaluation {
            finding: rules::evaluate(&policy.rule, facts, &sources),
            policy: policy.clone(),
        })
    };
    let evaluations: Vec<Evaluation> = policies.iter().filter_map(evaluate).collect();
    // What is blocked already need not wait for what is known later.
    let known: Vec<&Evaluation> = evaluations
        .iter()
        .filter(|evaluation| evaluation.finding.known_at.is_none())
        .collect();
    if let Ruling::Block(reason) = rule(&known) {
        return Judgement {
            ruling: Ruling::Block(reason),
            known_at: None,
            evaluations,
        };
    }
    let ruling = rule(&evaluations.iter().collect::<Vec<_>>());
    let known_at = evaluations
        .iter()
        .filter_map(|evaluation| evaluation.finding.known_at)
        .max();
    Judgement {
        evaluations,
        ruling,
        known_at,
    }
}

fn rule(evaluations: &[&Evaluation]) -> Ruling {
    let mut groups = Vec::new();
    let mut timeout_minutes: Option<u64> = None;
    for Evaluation { policy, finding } in evaluations.iter().filter(|evaluation| evaluation.finding.is_triggered) {
        match &policy.action {
            PolicyAction::NoAction(_) => {}
            PolicyAction::RequestApproval(action) => {
                groups.extend(action.approval_groups.iter().cloned());
                let minutes = action.auto_reject_timeout.map(i64::unsigned_abs);
                // The shortest of several applies.
                timeout_minutes = timeout_minutes.into_iter().chain(minutes).min();
            }
            // An action that nobody knows cannot be carried out; it must not let anything pass either.
            PolicyAction::Block(_) | PolicyAction::Unknown(_) | _ => {
                return Ruling::Block(format!("Blocked by policy {}: {}", policy.id, finding.reason));
            }
        }
    }
    if groups.is_empty() {
        Ruling::Pass
    } else {
        Ruling::Approve {
            groups,
            timeout_minutes,
        }
    }
}
