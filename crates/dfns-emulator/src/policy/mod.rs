//! Policies: what is looked at before anything is signed or changed, and who has to approve it.
//!
//! `facts` are gathered, `filter` says which policies look at them, `rules` whether they trigger, `judgement` what
//! follows: all of them functions of plain values. `gate` is where that meets the store, `approval` who may decide,
//! `held` what becomes of what was held back.
//!
//! Invariant: nothing here runs in the background. An approval expires at the next request after its time has come, and
//! is dated as of that time.

mod admin;
mod approval;
mod change;
mod deferral;
mod events;
mod facts;
mod filter;
mod gate;
mod held;
mod incoming;
mod judgement;
mod money;
mod past;
mod prices;
mod requests;
mod rules;
mod screening;
mod validation;

use crate::context::Context;
use crate::server::Refusal;
use crate::store::{Document, Flight};

pub(crate) use admin::ROUTES as ADMIN_ROUTES;
pub(crate) use approval::{ApprovalRecord, Voter};
pub(crate) use change::{NewChange, Proposed, is_assignment_pending, pending, submit as submit_change};
pub(crate) use gate::{decide, decide_as_administrator, find, shown};
pub(crate) use held::Subject;
pub(crate) use incoming::received;
pub(crate) use judgement::Ruling;
pub(crate) use money::Usd;
pub(crate) use prices::worth_of;
pub(crate) use requests::{judge_signature, open, submit, tell_judged};
pub(crate) use screening::ROUTES as SCREENING_ROUTES;
pub(crate) use validation::{Draft, check};

/// Does what has become due of policies.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn due(context: &Context<'_>, flight: &Flight) -> Result<(), Refusal> {
    match flight.kind.as_str() {
        deferral::Deferred::KIND => deferral::resume(context, flight),
        _ => gate::expire(context, flight),
    }
}
