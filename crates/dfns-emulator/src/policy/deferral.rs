//! Judgements that are known only later: a travel rule message takes time to be cleared.
//!
//! Invariant: what waits for its judgement is held back until then, and judged by the policies of when it came.

use dfns_types::{ActivityKind, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::held::{self, Subject};
use super::judgement::{Judgement, Ruling};
use super::{events, gate};
use crate::context::Context;
use crate::server::Refusal;
use crate::store::{Document, Filing, Flight};

/// A judgement whose time has not come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Deferred {
    id: String,
    initiator: UserId,
    kind: ActivityKind,
    subject: Subject,
    judgement: Judgement,
}

impl Document for Deferred {
    const KIND: &'static str = "deferred judgement";

    fn id(&self) -> &str {
        &self.id
    }
}

/// Keeps a judgement until it is known.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn defer(
    context: &Context<'_>,
    org: &str,
    initiator: UserId,
    (kind, subject): (ActivityKind, Subject),
    (judgement, until): (&Judgement, Timestamp),
) -> Result<(), Refusal> {
    let deferred = Deferred {
        id: context.new_id("dj")?,
        initiator,
        kind,
        subject,
        judgement: judgement.clone(),
    };
    let filing = Filing {
        org,
        parent: "",
        owner: "",
    };
    context.store.insert(&deferred, filing)?;
    Ok(context.store.set_due(&Flight {
        id: deferred.id,
        org: org.to_owned(),
        kind: Deferred::KIND.to_owned(),
        due_at: until.unix_millis(),
    })?)
}

/// Does what a judgement says whose time has come.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn resume(context: &Context<'_>, flight: &Flight) -> Result<(), Refusal> {
    let missing = || Refusal::internal(&std::io::Error::other(format!("{} is due, but gone", flight.id)));
    let at = Timestamp::from_unix_millis(flight.due_at).unwrap_or(context.now);
    let org = flight.org.as_str();
    let deferred: Deferred = context.store.get(org, &flight.id)?.ok_or_else(missing)?;
    context.store.delete::<Deferred>(&flight.id)?;
    context.store.clear_due(&flight.id)?;
    let Deferred {
        initiator,
        kind,
        subject,
        judgement,
        ..
    } = deferred;
    let approval = gate::hold(
        context,
        org,
        &initiator,
        (kind.clone(), subject.clone()),
        (&judgement, at),
    )?;
    if let Some(approval) = &approval {
        held::wait(context, org, &subject, approval)?;
    }
    events::judged(context, org, at, (&kind, &subject), (&judgement, approval.as_ref()))?;
    match &judgement.ruling {
        Ruling::Pass => held::release(context, org, &subject, at),
        Ruling::Block(reason) => held::reject(context, org, &subject, reason, at),
        Ruling::Approve { .. } => Ok(()),
    }
}
