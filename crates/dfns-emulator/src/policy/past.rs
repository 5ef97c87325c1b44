//! What wallets did before, as far back as a rule looks.
//!
//! Invariant: what was rejected or failed counts nowhere, and of a request and its replacement only one counts.

use dfns_types::{FeeSponsorId, SignatureStatus, TransactionRequest, TransferRequest, TransferStatus, Wallet};

use super::facts::Past;
use super::prices;
use crate::chain::{OnChain, Order};
use crate::context::Context;
use crate::rooms::fee_sponsors;
use crate::rooms::signatures::SignatureRecord;
use crate::server::Refusal;
use crate::store::Listing;

/// What a wallet did after `since` (Unix milliseconds), and its key, whose signatures may stand for anything; nothing
/// without `since`. A request that is about to be replaced is left out.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn of_wallet(
    context: &Context<'_>,
    org: &str,
    wallet: &Wallet,
    since: Option<i64>,
    replaced: Option<&str>,
) -> Result<Vec<Past>, Refusal> {
    let mut past = of_key(context, org, wallet.signing_key.id.as_str(), since)?;
    // A wallet that pays the fees of others signs with them.
    let sponsors = match since {
        Some(_) => fee_sponsors::of_wallet(context, org, wallet)?,
        None => Vec::new(),
    };
    let of = (wallet, sponsors.as_slice());
    past.extend(orders::<TransferRequest>(context, org, of, since, replaced)?);
    past.extend(orders::<TransactionRequest>(context, org, of, since, replaced)?);
    Ok(past)
}

/// What a key signed after `since`, on its own or as that of a wallet.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn of_key(context: &Context<'_>, org: &str, key_id: &str, since: Option<i64>) -> Result<Vec<Past>, Refusal> {
    let Some(since) = since else { return Ok(Vec::new()) };
    let listing = Listing {
        org,
        parent: Some(key_id),
        owner: None,
    };
    let is_recent = |record: &SignatureRecord| record.request.date_requested.unix_millis() > since;
    let signatures = context.store.newest(listing, is_recent)?;
    let counts = |record: &SignatureRecord| {
        !matches!(
            record.request.status,
            SignatureStatus::Rejected | SignatureStatus::Failed
        )
    };
    let past = |record: SignatureRecord| Past {
        at: record.request.date_requested,
        value: None,
    };
    Ok(signatures.into_iter().filter(counts).map(past).collect())
}

fn orders<R: OnChain>(
    context: &Context<'_>,
    org: &str,
    (wallet, sponsors): (&Wallet, &[FeeSponsorId]),
    since: Option<i64>,
    replaced: Option<&str>,
) -> Result<Vec<Past>, Refusal> {
    let Some(since) = since else { return Ok(Vec::new()) };
    let listing = Listing {
        org,
        parent: sponsors.is_empty().then_some(wallet.id.as_str()),
        owner: None,
    };
    let is_recent = |request: &R| request.date_requested().unix_millis() > since;
    let mut past = Vec::new();
    for mut request in context.store.newest::<R>(listing, is_recent)? {
        let is_off = matches!(request.status(), TransferStatus::Rejected | TransferStatus::Failed);
        if is_off || Some(request.id()) == replaced || is_being_replaced(context, org, &mut request)? {
            continue;
        }
        let order: Option<Order> = context.store.private::<R, Order>(request.id())?;
        let sponsor = order.as_ref().and_then(|order| order.sponsor.as_ref());
        let is_sponsored = sponsor.is_some_and(|by| sponsors.iter().any(|sponsor| sponsor.as_str() == by.id));
        if request.wallet_id() != wallet.id.as_str() && !is_sponsored {
            continue;
        }
        // As long as it waits, the request that it is to replace goes on, and counts.
        if *request.status() == TransferStatus::Pending && order.as_ref().is_some_and(|order| order.replaces.is_some())
        {
            continue;
        }
        let value = match &order {
            Some(order) => prices::worth(context, request.network().as_str(), order)?,
            None => None,
        };
        past.push(Past {
            at: request.date_requested(),
            value,
        });
    }
    Ok(past)
}

/// True if the replacement of a request is past the policies, and counts in place of it.
fn is_being_replaced<R: OnChain>(context: &Context<'_>, org: &str, request: &mut R) -> Result<bool, Refusal> {
    let Some(id) = request.state().replacement_id.clone() else {
        return Ok(false);
    };
    let replacement: Option<TransactionRequest> = context.store.get(org, id.as_str())?;
    Ok(replacement.is_some_and(|replacement| replacement.status != TransferStatus::Pending))
}
