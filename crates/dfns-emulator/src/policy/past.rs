//! What wallets did before, as far back as a rule looks.
//!
//! Invariant: what was rejected or failed counts nowhere, and of a request and its replacement only one counts.

use dfns_types::{SignatureStatus, TransactionRequest, TransferRequest, TransferStatus, Wallet};

use super::facts::Past;
use super::prices;
use crate::chain::{OnChain, Order};
use crate::context::Context;
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
    past.extend(orders::<TransferRequest>(context, org, wallet, since, replaced)?);
    past.extend(orders::<TransactionRequest>(context, org, wallet, since, replaced)?);
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
    wallet: &Wallet,
    since: Option<i64>,
    replaced: Option<&str>,
) -> Result<Vec<Past>, Refusal> {
    let Some(since) = since else { return Ok(Vec::new()) };
    let listing = Listing {
        org,
        parent: Some(wallet.id.as_str()),
        owner: None,
    };
    let is_recent = |request: &R| request.date_requested().unix_millis() > since;
    let mut past = Vec::new();
    for mut request in context.store.newest::<R>(listing, is_recent)? {
        let is_off = matches!(request.status(), TransferStatus::Rejected | TransferStatus::Failed);
        if is_off || Some(request.id()) == replaced || request.state().replacement_id.is_some() {
            continue;
        }
        let order: Option<Order> = context.store.private::<R, Order>(request.id())?;
        let value = match &order {
            Some(order) => prices::worth(context, wallet.network.as_str(), order)?,
            None => None,
        };
        past.push(Past {
            at: request.date_requested(),
            value,
        });
    }
    Ok(past)
}
