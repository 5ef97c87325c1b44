//! Agreements: terms that an organisation accepts, one at a time.
//!
//! The texts are the emulator's own, one of each type, and none of them has a later version: what was accepted once
//! stays accepted.

use dfns_types::{Agreement, AgreementAcceptance, AgreementType, LatestUnacceptedAgreement, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::refusals::{invalid_field, parsed};
use crate::context::Context;
use crate::entropy::id_text;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

/// That an organisation accepted an agreement.
#[derive(Debug, Serialize, Deserialize)]
struct Acceptance {
    id: String,
    agreement_id: String,
    user_id: String,
    accepted_at: i64,
}

impl Document for Acceptance {
    const KIND: &'static str = "agreement-acceptance";

    fn id(&self) -> &str {
        &self.id
    }
}

/// `GET /agreements/latest-unaccepted?agreementType=…`.
pub(super) fn latest_unaccepted(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let asked = context
        .call
        .query("agreementType")
        .ok_or_else(|| invalid_field("agreementType", "is missing"))?;
    let agreement = all()
        .find(|agreement| agreement.agreement_type.as_str() == asked)
        .ok_or_else(|| {
            let known: Vec<&str> = AgreementType::VALUES.iter().map(AgreementType::as_str).collect();
            invalid_field("agreementType", &format!("expected one of {}", known.join(", ")))
        })?;
    let is_accepted = acceptance(context, &agreement.id)?.is_some();
    Reply::json(&LatestUnacceptedAgreement::new((!is_accepted).then_some(agreement)))
}

/// `POST /agreements/{agreementId}/accept`: once more changes nothing.
pub(super) fn accept(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let id = context.call.parameter("agreementId")?;
    let caller = context.caller()?;
    if !all().any(|agreement| agreement.id == id) {
        return Err(Refusal::not_found("agreement", "agreementId", id, caller.org()));
    }
    let accepted = if let Some(accepted) = acceptance(context, id)? {
        accepted
    } else {
        let accepted = Acceptance {
            id: context.new_id("aa")?,
            agreement_id: id.to_owned(),
            user_id: caller.user_id().to_owned(),
            accepted_at: context.now.unix_millis(),
        };
        let org = caller.org();
        context.store.insert(
            &accepted,
            Filing {
                org,
                parent: id,
                owner: "",
            },
        )?;
        accepted
    };
    let accepted_at = Timestamp::from_unix_millis(accepted.accepted_at).unwrap_or(context.now);
    Reply::json(&AgreementAcceptance::new(
        accepted.agreement_id,
        parsed::<UserId>(&accepted.user_id)?,
        accepted_at,
    ))
}

fn acceptance(context: &Context<'_>, agreement_id: &str) -> Result<Option<Acceptance>, Refusal> {
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(agreement_id),
        owner: None,
    };
    Ok(context.store.all::<Acceptance>(listing)?.pop())
}

/// One agreement of each type; its id follows from the type.
fn all() -> impl Iterator<Item = Agreement> {
    AgreementType::VALUES.iter().map(|kind| {
        let id = id_text("ag", &Sha256::digest(kind.as_str()).into());
        let details = format!("The {} of the emulator: nothing here binds anybody.", kind.as_str());
        Agreement::new(id, details, kind.clone())
    })
}
