//! Requests of wallets and keys on their way past the policies.
//!
//! Invariant: a request that is on its way passed all policies, or was approved.

use dfns_types::{ActivityKind, Key, TransferRequest, TransferStatus, UserId, Wallet, WalletStatus};

use super::facts::{Facts, Payment, Source};
use super::gate;
use super::held::Subject;
use super::judgement::{Judgement, Ruling};
use super::{deferral, events, past, prices, screening};
use crate::chain::{self, OnChain, Order};
use crate::context::Context;
use crate::rooms::refusals::parsed;
use crate::rooms::{fee_sponsors, key_store};
use crate::server::Refusal;
use crate::store::{Document, Filing};

/// Puts a new transfer or transaction before the policies, keeps it, and sends it on its way if they let it pass:
/// `Executing`, or `Pending` with the approval that it waits for, or `Rejected`.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn submit<R: OnChain>(
    context: &Context<'_>,
    wallet: &Wallet,
    mut request: R,
    order: &Order,
) -> Result<R, Refusal> {
    let caller = context.caller()?;
    let org = caller.org();
    let id = request.id().to_owned();
    let is_transfer = R::KIND == TransferRequest::KIND;
    let judgement = gate::judge(context, org, &ActivityKind::WalletsSign, |since| {
        facts_of_order(context, org, (wallet, order), is_transfer, since)
    })?;
    let subject = if is_transfer {
        Subject::Transfer(id)
    } else {
        Subject::Transaction(id)
    };
    let approval = match judgement.known_at {
        Some(_) => None,
        None => open(context, org, subject.clone(), &judgement)?,
    };
    let state = request.state();
    match &judgement.ruling {
        _ if judgement.known_at.is_some() => *state.status = TransferStatus::Pending,
        Ruling::Pass => *state.status = TransferStatus::Executing,
        Ruling::Block(reason) => {
            *state.status = TransferStatus::Rejected;
            *state.reason = Some(reason.clone());
            *state.date_policy_resolved = Some(context.now);
        }
        Ruling::Approve { .. } => {
            *state.status = TransferStatus::Pending;
            state.approval_id.clone_from(&approval);
        }
    }
    let is_free = *state.status == TransferStatus::Executing;
    let filing = Filing {
        org,
        parent: wallet.id.as_str(),
        owner: "",
    };
    context.store.insert(&request, filing)?;
    tell(context, org, &request)?;
    let kind = ActivityKind::WalletsSign;
    if let Some(until) = judgement.known_at {
        let initiator = parsed::<UserId>(caller.user_id())?;
        deferral::defer(context, org, initiator, (kind, subject), (&judgement, until))?;
    } else {
        events::judged(
            context,
            org,
            context.now,
            (&kind, &subject),
            (&judgement, approval.as_ref()),
        )?;
    }
    if is_free {
        chain::launch(context, org, &request, order)?;
    } else {
        context.store.set_private::<R>(request.id(), order)?;
    }
    Ok(request)
}

/// Tells webhooks of a new request: as it was before the policies spoke, and of a refusal at once.
fn tell<R: OnChain>(context: &Context<'_>, org: &str, request: &R) -> Result<(), Refusal> {
    let mut requested = request.clone();
    let state = requested.state();
    if *state.status != TransferStatus::Rejected {
        return chain::tell(context, org, context.now, request, "requested");
    }
    *state.status = TransferStatus::Pending;
    *state.reason = None;
    *state.date_policy_resolved = None;
    chain::tell(context, org, context.now, &requested, "requested")?;
    chain::tell(context, org, context.now, request, "rejected")
}

/// Judges a signature that a key is to make. It may stand for anything that any wallet of the key could do.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn judge_signature(context: &Context<'_>, key: &Key) -> Result<Judgement, Refusal> {
    let org = context.caller()?.org();
    gate::judge(context, org, &ActivityKind::WalletsSign, |since| {
        let wallets = key_store::wallets_of_key(context, &key.id)?;
        let wallets = wallets.iter().filter(|wallet| wallet.status == WalletStatus::Active);
        let mut sources = wallets
            .map(|wallet| source_of(context, org, wallet, since, None))
            .collect::<Result<Vec<_>, _>>()?;
        if sources.is_empty() {
            let past = past::of_key(context, org, key.id.as_str(), since)?;
            sources.push(Source {
                past,
                ..Source::default()
            });
        }
        Ok(Facts {
            kind: ActivityKind::WalletsSign,
            at: context.now,
            sources,
            entity: None,
            payment: Payment::default(),
        })
    })
}

/// Tells what policies made of a signature that is kept already.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn tell_judged(
    context: &Context<'_>,
    org: &str,
    subject: &Subject,
    (judgement, approval): (&Judgement, Option<&dfns_types::ApprovalId>),
) -> Result<(), Refusal> {
    let activity = (&ActivityKind::WalletsSign, subject);
    events::judged(context, org, context.now, activity, (judgement, approval))
}

/// Opens the approval that a judgement asks for, in the name of the caller.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn open(
    context: &Context<'_>,
    org: &str,
    subject: Subject,
    judgement: &Judgement,
) -> Result<Option<dfns_types::ApprovalId>, Refusal> {
    let initiator = parsed::<UserId>(context.caller()?.user_id())?;
    let activity = (ActivityKind::WalletsSign, subject);
    gate::hold(context, org, &initiator, activity, (judgement, context.now))
}

fn facts_of_order(
    context: &Context<'_>,
    org: &str,
    (wallet, order): (&Wallet, &Order),
    is_transfer: bool,
    since: Option<i64>,
) -> Result<Facts, Refusal> {
    let replaced = order.replaces.as_ref().map(|replaced| replaced.id.as_str());
    let mut sources = vec![source_of(context, org, wallet, since, replaced)?];
    // The wallet that pays the fee signs, too.
    if let Some(sponsor) = &order.sponsor
        && let Some(paying) = fee_sponsors::wallet_of(context, org, &sponsor.id)?
    {
        sources.push(source_of(context, org, &paying, since, replaced)?);
    }
    Ok(Facts {
        kind: ActivityKind::WalletsSign,
        at: context.now,
        sources,
        entity: None,
        payment: Payment {
            is_transfer,
            chain: chain::chain(wallet.network.as_str()),
            recipient: order.only_receiver().map(str::to_owned),
            value: prices::worth(context, wallet.network.as_str(), order)?,
            screenings: screening::screen_order(context, wallet.network.as_str(), order)?,
        },
    })
}

fn source_of(
    context: &Context<'_>,
    org: &str,
    wallet: &Wallet,
    since: Option<i64>,
    replaced: Option<&str>,
) -> Result<Source, Refusal> {
    Ok(Source {
        wallet_id: Some(wallet.id.to_string()),
        external_id: wallet.external_id.clone(),
        tags: wallet.tags.clone(),
        past: past::of_wallet(context, org, wallet, since, replaced)?,
    })
}
