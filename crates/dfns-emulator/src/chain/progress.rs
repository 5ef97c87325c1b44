//! Brings requests up to date: `Executing` -> `Broadcasted` -> `Confirmed`, or `Failed`.
//!
//! Nothing runs in the background. Before every call, whatever has become due since the last one happens in the order
//! in which it became due, and is dated so. What goes to a node is brought up to date in [`super::relay`].
//!
//! Invariant: the sender pays when the request is broadcast and the receiver is paid when it is confirmed, each once. Of
//! a request and its replacement exactly one is confirmed.

use std::time::Duration;

use dfns_types::{
    Amount, BulkWalletJob, Key, Offer, Timestamp, TransactionRequest, TransferRequest, TransferStatus, Wallet,
    WalletStatus,
};

use super::ledger::{Account, LedgerError};
use super::movement::{self, Movement};
use super::order::{OnChain, Order, Payback, Payout, Replaced};
use super::replaced::resume_replaced;
use super::{Arrival, Asset, Chain, chain, sign, sponsor};
use crate::context::Context;
use crate::keys::Family;
use crate::policy;
use crate::rooms::{activation, bulk_wallets, offers, payins, payouts, signatures};
use crate::server::Refusal;
use crate::store::{Document, Flight, Listing};

/// Lets everything happen that is due.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn settle(context: &mut Context<'_>) -> Result<(), Refusal> {
    while let Some(flight) = context.store.next_due(context.now.unix_millis())? {
        match flight.kind.as_str() {
            TransferRequest::KIND => step::<TransferRequest>(context, &flight)?,
            TransactionRequest::KIND => step::<TransactionRequest>(context, &flight)?,
            BulkWalletJob::KIND => bulk_wallets::advance(context, &flight)?,
            payins::KIND => payins::advance(context, &flight)?,
            payouts::KIND => payouts::advance(context, &flight)?,
            Offer::KIND => offers::expire(context, &flight)?,
            _ => policy::due(context, &flight)?,
        }
    }
    Ok(())
}

/// Sends a new request on its way: it is broadcast after one block.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn launch<R: OnChain>(context: &Context<'_>, org: &str, request: &R, order: &Order) -> Result<(), Refusal> {
    context.store.set_private::<R>(request.id(), order)?;
    schedule::<R>(context, org, request.id(), context.now)
}

/// Sends a request on its way that was held back so far; it fails if its wallet or key is not there any more.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn release<R: OnChain>(
    context: &Context<'_>,
    org: &str,
    request: &mut R,
    at: Timestamp,
) -> Result<(), Refusal> {
    let order = order_of(context, request)?;
    let wallet: Option<Wallet> = context.store.get(org, &order.wallet_id)?;
    let key: Option<Key> = context.store.get(org, &order.key_id)?;
    let needed = if order.activates {
        WalletStatus::Inactive
    } else {
        WalletStatus::Active
    };
    // It may have been delegated to somebody else meanwhile.
    let is_theirs = |wallet: &Wallet| {
        let owner = wallet.signing_key.delegated_to.as_ref();
        owner.is_none_or(|owner| owner.as_str() == request.requested_by())
    };
    let is_usable = wallet.is_some_and(|wallet| wallet.status == needed && is_theirs(&wallet))
        && key.is_some_and(|key| sign::signs(&key));
    if !is_usable {
        fail(context, org, at, request, sign::UNUSABLE)?;
        return resume_replaced(context, org, &order, at);
    }
    if let Some(Replaced { id, .. }) = &order.replaces {
        context.store.clear_due(id)?;
    }
    schedule::<R>(context, org, request.id(), at)
}

/// Gives up a request that was held back: what it would have replaced goes on.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn forget<R: OnChain>(context: &Context<'_>, org: &str, request: &R, at: Timestamp) -> Result<(), Refusal> {
    resume_replaced(context, org, &order_of(context, request)?, at)
}

/// Tells webhooks that a request has changed: `requested`, `broadcasted`, `confirmed`, `failed`, `rejected`.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn tell<R: OnChain>(
    context: &Context<'_>,
    org: &str,
    at: Timestamp,
    request: &R,
    change: &str,
) -> Result<(), Refusal> {
    context.emit_at(org, at, &R::event(change), (R::EVENT_NAME, request))
}

/// Takes a request that is still `Executing` off its way.
///
/// # Errors
/// 400 if it is not `Executing` any more.
pub(crate) fn abort<R: OnChain>(context: &Context<'_>, org: &str, request: &mut R) -> Result<(), Refusal> {
    if *request.status() != TransferStatus::Executing {
        let message = format!(
            "{} {} is {}, only Executing can be aborted",
            R::KIND,
            request.id(),
            request.status()
        );
        return Err(Refusal::invalid(message));
    }
    let order = order_of(context, request)?;
    if order.relay.attempts > 0 {
        return Err(Refusal::invalid(format!(
            "{} {} was sent, and only the node knows whether it came",
            R::KIND,
            request.id()
        )));
    }
    fail(context, org, context.now, request, "aborted by the user")?;
    resume_replaced(context, org, &order, context.now)
}

/// Keeps a request from being confirmed while its replacement is on its way.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn hold<R: OnChain>(context: &Context<'_>, request: &R) -> Result<(), Refusal> {
    Ok(context.store.clear_due(request.id())?)
}

/// What a request will do, or did.
///
/// # Errors
/// 500 if the store does not hold it.
pub(crate) fn order_of<R: OnChain>(context: &Context<'_>, request: &R) -> Result<Order, Refusal> {
    let missing = || broken(&format!("{} has no order", request.id()));
    context.store.private::<R, Order>(request.id())?.ok_or_else(missing)
}

fn broken(problem: &str) -> Refusal {
    Refusal::internal(&std::io::Error::other(problem.to_owned()))
}

/// Makes a request due one block after `at`.
pub(super) fn schedule<R: OnChain>(context: &Context<'_>, org: &str, id: &str, at: Timestamp) -> Result<(), Refusal> {
    let due = at.checked_add(context.services.config.block_time);
    let due = due.ok_or_else(|| broken("the clock is at the end of time"))?;
    let request: R = context
        .store
        .get(org, id)?
        .ok_or_else(|| broken(&format!("{id} is gone")))?;
    let kind = match context.node(request.network().as_str()) {
        // By this name the store keeps apart what a node has to say something to.
        Some(_) => format!("node {}", R::KIND),
        None => R::KIND.to_owned(),
    };
    set_due(context, org, id, kind, due)
}

/// Makes a request on a node due again, in one block or in the shortest time after which it is worth to ask.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn look_again<R: OnChain>(context: &Context<'_>, org: &str, id: &str) -> Result<(), Refusal> {
    const SHORTEST: Duration = Duration::from_millis(50);
    let due = context
        .now
        .checked_add(context.services.config.block_time.max(SHORTEST));
    let due = due.ok_or_else(|| broken("the clock is at the end of time"))?;
    set_due(context, org, id, format!("node {}", R::KIND), due)
}

fn set_due(context: &Context<'_>, org: &str, id: &str, kind: String, due: Timestamp) -> Result<(), Refusal> {
    let flight = Flight {
        id: id.to_owned(),
        org: org.to_owned(),
        kind,
        due_at: due.unix_millis(),
    };
    Ok(context.store.set_due(&flight)?)
}

fn step<R: OnChain>(context: &Context<'_>, flight: &Flight) -> Result<(), Refusal> {
    let missing = || broken(&format!("{} is under way, but gone", flight.id));
    let mut request: R = context.store.get(&flight.org, &flight.id)?.ok_or_else(missing)?;
    let at = Timestamp::from_unix_millis(flight.due_at).ok_or_else(missing)?;
    let chain = chain(request.network().as_str()).ok_or_else(missing)?;
    let order = order_of(context, &request)?;
    let step = Step {
        context,
        org: &flight.org,
        chain,
        at,
    };
    match request.status() {
        TransferStatus::Executing => step.broadcast(&mut request, order),
        TransferStatus::Broadcasted => step.confirm(&mut request, &order),
        _ => Ok(context.store.clear_due(&flight.id)?),
    }
}

/// One thing that happens to a request.
pub(super) struct Step<'a, 'store> {
    pub(super) context: &'a Context<'store>,
    pub(super) org: &'a str,
    pub(super) chain: Chain,
    pub(super) at: Timestamp,
}

impl Step<'_, '_> {
    fn broadcast<R: OnChain>(&self, request: &mut R, mut order: Order) -> Result<(), Refusal> {
        let Self {
            context,
            org,
            chain,
            at,
        } = *self;
        let store = context.store;
        let gone = || broken(&format!("key {} is gone", order.key_id));
        let key: Key = store.get(org, &order.key_id)?.ok_or_else(gone)?;
        if order.signed_hash.is_none() && !sign::signs(&key) {
            return self.given_up(request, &order, sign::UNUSABLE);
        }
        let next_nonce = store.sent_count(chain.id, &order.from)?;
        let nonce = order.nonce.unwrap_or(next_nonce);
        if nonce > next_nonce || (nonce < next_nonce && self.replaced_order(&order)?.is_none()) {
            fail(
                context,
                org,
                at,
                request,
                &format!("the nonce is {nonce}, the next one of the wallet is {next_nonce}"),
            )?;
            return resume_replaced(context, org, &order, at);
        }
        let paid = store.attempt(|| {
            if let Some(replaced) = self.replaced_order(&order)? {
                sponsor::refund(store, chain, &replaced)?;
            }
            sponsor::pay(store, chain, &order)
        });
        match paid {
            Ok(()) => {}
            Err(LedgerError::Store(error)) => return Err(error.into()),
            Err(refused) => {
                fail(context, org, at, request, &refused.to_string())?;
                return resume_replaced(context, org, &order, at);
            }
        }
        if nonce == next_nonce {
            store.count_sent(chain.id, &order.from)?;
        }
        order.nonce = Some(nonce);
        let tx_hash = match order.signed_hash.clone() {
            Some(known) => known,
            None => sign::transaction_hash(context, org, chain, (&key, &order))?,
        };
        if self.was_broadcast(&order, request.id(), &tx_hash)? {
            sponsor::refund(store, chain, &order).map_err(|error| Refusal::internal(&error))?;
            return fail(context, org, at, request, "the transaction was broadcast already");
        }
        self.broadcasted(request, &order, tx_hash)?;
        schedule::<R>(context, org, request.id(), at)
    }

    /// Says of a request that its transaction is with the network.
    pub(super) fn broadcasted<R: OnChain>(&self, request: &mut R, order: &Order, hash: String) -> Result<(), Refusal> {
        let state = request.state();
        *state.tx_hash = Some(hash);
        *state.status = TransferStatus::Broadcasted;
        *state.date_broadcasted = Some(self.at);
        self.context.store.update(request)?;
        self.context.store.set_private::<R>(request.id(), order)?;
        tell(self.context, self.org, self.at, request, "broadcasted")
    }

    fn confirm<R: OnChain>(&self, request: &mut R, order: &Order) -> Result<(), Refusal> {
        let Self { context, chain, at, .. } = *self;
        if let Some(settlement) = &order.settles
            && let Some(obstacle) = offers::obstacle(context, settlement)?
        {
            return self.failed(request, order, &obstacle);
        }
        let hash = request.state().tx_hash.clone().unwrap_or_default();
        if offers::of_order(context, chain, order, hash, at)? {
            let block_number = chain.block_number(at, context.services.config.block_time);
            return self.confirmed(request, order, order.fee.amount.clone(), block_number);
        }
        let payouts = order.payouts();
        let credited = context.store.attempt(|| {
            payouts.iter().try_for_each(|payout| {
                let account = Account::new(context.store, chain, &payout.to);
                account.credit(&payout.asset, &payout.amount).map(|_| ())
            })
        });
        match credited {
            Ok(()) => {}
            Err(LedgerError::Store(error)) => return Err(error.into()),
            Err(refused) => {
                // Like a call that reverts: the fee is spent, the amounts are not.
                let account = Account::new(context.store, chain, &order.from);
                for payout in &payouts {
                    account
                        .credit(&payout.asset, &payout.amount)
                        .map_err(|error| Refusal::internal(&error))?;
                }
                *request.state().fee = Some(order.fee.amount.clone());
                return self.failed(request, order, &refused.to_string());
            }
        }
        let block_number = chain.block_number(at, context.services.config.block_time);
        self.confirmed(request, order, order.fee.amount.clone(), block_number)
    }

    /// Says of a request that its transaction is in a block, with all that follows from it but the balances.
    pub(super) fn confirmed<R: OnChain>(
        &self,
        request: &mut R,
        order: &Order,
        fee: Amount,
        block_number: i64,
    ) -> Result<(), Refusal> {
        let (context, org, chain, at) = (self.context, self.org, self.chain, self.at);
        let state = request.state();
        *state.status = TransferStatus::Confirmed;
        *state.fee = Some(fee.clone());
        *state.date_confirmed = Some(at);
        if let (Some(_), Some(hash)) = (&order.transaction, state.tx_hash.as_deref()) {
            signatures::seen(context, (org, &order.key_id), (hash, &fee), at)?;
        }
        let movement = Movement {
            id: String::new(),
            wallet_id: String::new(),
            network: chain.id.to_owned(),
            is_incoming: false,
            asset: order.asset.clone(),
            amount: order.amount.clone(),
            from: order.from.clone(),
            to: order.to.clone(),
            fee: Some(fee),
            memo: order.memo.clone(),
            tx_hash: state.tx_hash.clone().unwrap_or_default(),
            block_number,
            at,
        };
        let sender = (org, order.wallet_id.as_str());
        match (&order.settles, order.offer) {
            // What this moves is told by the offer.
            (Some(settlement), _) => offers::settled(context, settlement, request.id(), at)?,
            // What is offered is received when it is accepted.
            (None, Some(_terms)) => movement::remember_sent(context, sender, &movement)?,
            (None, None) => movement::remember(context, Some(sender), &movement)?,
        }
        for Payout { to, asset, amount } in order.further.clone() {
            // The fee was for the whole transaction, and stands with the first.
            let movement = Movement {
                asset,
                amount,
                to: Some(to),
                fee: None,
                ..movement.clone()
            };
            movement::remember(context, Some((org, &order.wallet_id)), &movement)?;
        }
        sponsor::remember(context, org, request, order, at)?;
        if let Some(Payback { from, amount }) = order.payback.clone() {
            let (to, asset) = (order.from.clone(), Asset::native());
            Arrival {
                chain,
                from,
                to,
                asset,
                amount,
            }
            .settle(context, at)?;
        }
        context.store.update(request)?;
        context.store.clear_due(request.id())?;
        tell(context, org, at, request, "confirmed")?;
        if order.activates {
            activation::complete(context, org, chain, order, at)?;
        }
        self.end_replaced(order, request.id())
    }

    /// Whether another request of the wallet brought the very same transaction. On EVM networks its number tells.
    fn was_broadcast(&self, order: &Order, id: &str, tx_hash: &str) -> Result<bool, crate::store::StoreError> {
        if order.transaction.is_none() || self.chain.family == Family::Evm {
            return Ok(false);
        }
        let listing = Listing {
            org: self.org,
            parent: Some(&order.wallet_id),
            owner: None,
        };
        let requests = self.context.store.all::<TransactionRequest>(listing)?;
        Ok(requests.iter().any(|request| {
            request.id.as_str() != id
                && request.tx_hash.as_deref() == Some(tx_hash)
                && request.status != TransferStatus::Failed
        }))
    }

    /// Says of a request that it failed in its block. What it replaced can come to nothing any more.
    pub(super) fn failed<R: OnChain>(&self, request: &mut R, order: &Order, reason: &str) -> Result<(), Refusal> {
        fail(self.context, self.org, self.at, request, reason)?;
        self.end_replaced(order, request.id())
    }

    /// Says of a request that it failed before it came into a block. What it would have replaced goes on.
    pub(super) fn given_up<R: OnChain>(&self, request: &mut R, order: &Order, reason: &str) -> Result<(), Refusal> {
        fail(self.context, self.org, self.at, request, reason)?;
        resume_replaced(self.context, self.org, order, self.at)
    }
}

pub(super) fn fail<R: OnChain>(
    context: &Context<'_>,
    org: &str,
    at: Timestamp,
    request: &mut R,
    reason: &str,
) -> Result<(), Refusal> {
    let state = request.state();
    *state.status = TransferStatus::Failed;
    *state.reason = Some(reason.to_owned());
    context.store.update(request)?;
    context.store.clear_due(request.id())?;
    tell(context, org, at, request, "failed")
}
