//! Offers: transfers on Canton that the receiver accepts or rejects.
//!
//! A transfer with `offer` brings the receiver no money when it is confirmed, but an offer. Whoever settles it sends a
//! transaction, which goes past the policies like any other; with its confirmation the money is the receiver's, or the
//! sender's again. So it is when the offer expires, or is taken back.
//!
//! Invariant: what is offered is nobody's until the offer ends, and comes to one of the two, once.

use dfns_types::{
    Amount, AssetMetadata, Network, Offer, OfferDecision, OfferId, OfferKind, OfferPage, OfferStatus, OrgId,
    SettleOfferTransaction, Timestamp, Transaction, TransactionRequest, TransferMetadata, TransferStatus, Wallet,
    WalletId, WebhookEventKind,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::assets::record;
use super::decimal::decimal;
use super::refusals::{invalid_field, parsed};
use super::transactions::launched;
use super::transfers::{refused_field, usable};
use super::wallets::{known_chain, wallet_of_path};
use crate::chain::{self, Arrival, Asset, Chain, FieldProblem, Order};
use crate::context::Context;
use crate::keys::Family;
use crate::server::{Refusal, Reply};
use crate::store::{AssetRecord, Document, Filing, Flight, Listing};

/// How many offers a page may hold.
const PAGE_LENGTH: usize = 500;

impl Document for Offer {
    const KIND: &'static str = "offer";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// What a transfer says of the offer that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    /// Until when it can be accepted.
    pub(crate) expires_at: Option<Timestamp>,
}

/// What a transaction does to an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settlement {
    offer_id: String,
    accepts: bool,
}

/// What the API does not show of an offer.
#[derive(Serialize, Deserialize)]
struct Content {
    asset: Asset,
    amount: Amount,
}

/// What is offered, and to whom.
#[derive(Debug)]
pub(super) struct NewOffer<'a> {
    pub(super) chain: Chain,
    /// The addresses, as the ledger keeps them.
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) asset: &'a Asset,
    pub(super) amount: &'a Amount,
    pub(super) terms: Terms,
    pub(super) memo: Option<String>,
    pub(super) tx_hash: String,
}

/// The offer that a transfer with this body makes; nothing if it makes none.
///
/// # Errors
/// [`FieldProblem`] on a network without offers, and for a time that has passed.
pub(super) fn terms(chain: Chain, body: &Map<String, Value>, now: Timestamp) -> Result<Option<Terms>, FieldProblem> {
    if body.get("offer").and_then(Value::as_bool) != Some(true) {
        return Ok(None);
    }
    if chain.family != Family::Canton {
        return Err(FieldProblem::new(
            "offer",
            format!("there are no offers on {}", chain.id),
        ));
    }
    let expires_at = match body.get("expiresAt") {
        None | Some(Value::Null) => None,
        Some(time) => {
            let time: Timestamp = serde_json::from_value(time.clone())
                .map_err(|error| FieldProblem::new("expiresAt", error.to_string()))?;
            if time <= now {
                return Err(FieldProblem::new("expiresAt", "has passed"));
            }
            Some(time)
        }
    };
    Ok(Some(Terms { expires_at }))
}

/// `GET /wallets/{walletId}/offers`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let wallet = wallet_of_path(context)?;
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(wallet.id.as_str()),
        owner: None,
    };
    let found = context.store.list::<Offer>(listing, &page, |_| true)?;
    let mut offers = OfferPage::new(found.items);
    offers.next_page_token = found.next_page_token;
    Reply::json(&offers)
}

/// `GET /wallets/{walletId}/offers/{offerId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&offer_of_path(context)?.1)
}

/// `PUT /wallets/{walletId}/offers/{offerId}/accept`.
pub(super) fn accept(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    settle(context, true)
}

/// `PUT /wallets/{walletId}/offers/{offerId}/reject`.
pub(super) fn reject(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    settle(context, false)
}

/// The offer that the path names, to a wallet that the caller can see.
fn offer_of_path(context: &Context<'_>) -> Result<(Wallet, Offer), Refusal> {
    let wallet = wallet_of_path(context)?;
    let id = context.call.parameter("offerId")?;
    let org = context.caller()?.org();
    let found: Option<Offer> = context.store.get(org, id)?;
    let found = found.filter(|offer| offer.wallet_id == wallet.id);
    let offer = found.ok_or_else(|| Refusal::not_found("offer", "offerId", id, org))?;
    Ok((wallet, offer))
}

/// Sends the transaction that settles an offer on its way.
fn settle(context: &Context<'_>, accepts: bool) -> Result<Reply, Refusal> {
    let (wallet, mut offer) = offer_of_path(context)?;
    if offer.status != OfferStatus::Pending {
        return Err(Refusal::invalid(format!("offer {} is {}", offer.id, offer.status)));
    }
    if let Some(id) = &offer.settlement_transaction_id {
        let earlier: Option<TransactionRequest> = context.store.get(context.caller()?.org(), id.as_str())?;
        let is_over = |status: &TransferStatus| matches!(status, TransferStatus::Failed | TransferStatus::Rejected);
        if earlier.is_some_and(|earlier| !is_over(&earlier.status)) {
            let message = format!("offer {} is being settled already", offer.id);
            return Err(Refusal::conflict(message).with("transactionId", id.as_str()));
        }
    }
    let (chain, _key) = usable(context, &wallet)?;
    let decision = if accepts {
        OfferDecision::Accept
    } else {
        OfferDecision::Reject
    };
    let order = Order {
        fee: chain::transfer_fee(chain, &Asset::native(), &Map::new()).map_err(refused_field)?,
        settles: Some(Settlement {
            offer_id: offer.id.to_string(),
            accepts,
        }),
        ..Order::blank(&wallet, chain)
    };
    let transaction = Transaction::SettleOffer(SettleOfferTransaction::new(offer.tx_hash.as_str(), decision));
    let request = launched(context, &wallet, transaction, None, &order)?;
    offer.settlement_transaction_id = Some(request.id);
    context.store.update(&offer)?;
    Reply::json(&offer)
}

/// The order of a transaction that settles an offer to a wallet, named by the transaction that made it.
///
/// # Errors
/// 400 if there is no such offer that waits.
pub(super) fn settling(
    context: &Context<'_>,
    wallet: &Wallet,
    settlement: &SettleOfferTransaction,
    blank: Order,
) -> Result<Order, Refusal> {
    let accepts = match settlement.decision {
        OfferDecision::Accept => true,
        OfferDecision::Reject => false,
        _ => return Err(invalid_field("decision", "expected Accept or Reject")),
    };
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(wallet.id.as_str()),
        owner: None,
    };
    let offers = context.store.all::<Offer>(listing)?;
    let is_meant = |offer: &&Offer| offer.tx_hash == settlement.tx_hash && offer.status == OfferStatus::Pending;
    let none = || invalid_field("txHash", "no offer that it has made to the wallet waits");
    let offer = offers.iter().find(is_meant).ok_or_else(none)?;
    Ok(Order {
        settles: Some(Settlement {
            offer_id: offer.id.to_string(),
            accepts,
        }),
        ..blank
    })
}

/// True if a wallet has said that it takes whatever it is offered.
fn takes_everything(context: &Context<'_>, org: &str, wallet_id: &str) -> Result<bool, Refusal> {
    let listing = Listing {
        org,
        parent: Some(wallet_id),
        owner: None,
    };
    let sent = context.store.all::<TransactionRequest>(listing)?;
    Ok(sent.iter().any(|sent| {
        matches!(sent.request_body, Transaction::TransferPreapproval(_)) && sent.status == TransferStatus::Confirmed
    }))
}

/// Makes an offer to the wallet at an address; nothing if the address is not that of a wallet of the emulator.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn make(context: &Context<'_>, new: NewOffer<'_>, at: Timestamp) -> Result<Option<Offer>, Refusal> {
    let receivers = context.store.wallets_at(new.chain.id, new.to)?;
    let Some((org, wallet_id)) = receivers.into_iter().next() else {
        return Ok(None);
    };
    let AssetRecord { symbol, decimals } = record(context, new.chain, new.asset)?;
    let mut metadata = AssetMetadata::new();
    metadata.symbol = symbol;
    metadata.decimals = decimals.map(i32::from);
    // Unlike transfers, offers count in whole units.
    let value = decimal(new.amount, usize::from(decimals.unwrap_or(0)));
    let mut offer = Offer::new(
        parsed::<OfferId>(&context.new_id("offer")?)?,
        parsed::<OrgId>(&org)?,
        parsed::<WalletId>(&wallet_id)?,
        Network::from(new.chain.id),
        OfferKind::from(new.asset.kind.as_str()),
        TransferMetadata::new(metadata),
        new.tx_hash,
        OfferStatus::Pending,
        new.from,
        new.to,
        value,
        at,
    );
    offer.expires_at = new.terms.expires_at;
    offer.memo = new.memo;
    let filing = Filing {
        org: &org,
        parent: &wallet_id,
        owner: "",
    };
    context.store.insert(&offer, filing)?;
    let kept = Content {
        asset: new.asset.clone(),
        amount: new.amount.clone(),
    };
    context.store.set_private::<Offer>(offer.id.as_str(), &kept)?;
    if let Some(expires_at) = offer.expires_at {
        context.store.set_due(&Flight {
            id: offer.id.to_string(),
            org: org.clone(),
            kind: Offer::KIND.to_owned(),
            due_at: expires_at.unix_millis(),
        })?;
    }
    context.emit_at(&org, at, &WebhookEventKind::WalletOfferReceived, ("offer", &offer))?;
    if takes_everything(context, &org, &wallet_id)? {
        end(context, offer.clone(), OfferStatus::Accepted, at)?;
    }
    Ok(Some(offer))
}

/// Makes the offer of a transfer that is in a block; false if the transfer makes none, or there is nobody to accept it.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn of_order(
    context: &Context<'_>,
    chain: Chain,
    order: &Order,
    tx_hash: String,
    at: Timestamp,
) -> Result<bool, Refusal> {
    let (Some(terms), Some(to)) = (order.offer, &order.to) else {
        return Ok(false);
    };
    let new = NewOffer {
        chain,
        from: &order.from,
        to,
        asset: &order.asset,
        amount: &order.amount,
        terms,
        memo: order.memo.clone(),
        tx_hash,
    };
    Ok(make(context, new, at)?.is_some())
}

/// Why an offer can no longer be settled; nothing if it can.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn obstacle(context: &Context<'_>, settlement: &Settlement) -> Result<Option<String>, Refusal> {
    let offer: Option<Offer> = context.store.find(&settlement.offer_id)?;
    Ok(match offer {
        Some(offer) if offer.status == OfferStatus::Pending => None,
        Some(offer) => Some(format!("offer {} is {}", offer.id, offer.status)),
        None => Some(format!("offer {} is gone", settlement.offer_id)),
    })
}

/// Ends an offer as the transaction that was confirmed says.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn settled(
    context: &Context<'_>,
    settlement: &Settlement,
    transaction_id: &str,
    at: Timestamp,
) -> Result<(), Refusal> {
    let Some(mut offer) = context.store.find::<Offer>(&settlement.offer_id)? else {
        return Ok(());
    };
    // Another one than its own may have come first.
    offer.settlement_transaction_id = Some(parsed(transaction_id)?);
    if settlement.accepts {
        end(context, offer, OfferStatus::Accepted, at)
    } else {
        end(context, offer, OfferStatus::Rejected, at)
    }
}

/// Ends an offer whose time is over.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn expire(context: &Context<'_>, flight: &Flight) -> Result<(), Refusal> {
    let gone = || Refusal::internal(&std::io::Error::other(format!("{} expires, but is gone", flight.id)));
    let offer: Offer = context.store.get(&flight.org, &flight.id)?.ok_or_else(gone)?;
    let at = Timestamp::from_unix_millis(flight.due_at).ok_or_else(gone)?;
    end(context, offer, OfferStatus::Expired, at)
}

/// Ends an offer: what was offered goes to the receiver, or back to the sender.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn end(context: &Context<'_>, mut offer: Offer, status: OfferStatus, at: Timestamp) -> Result<(), Refusal> {
    context.store.clear_due(offer.id.as_str())?;
    let missing = || Refusal::internal(&std::io::Error::other(format!("{} has no content", offer.id)));
    let Content { asset, amount } = context
        .store
        .private::<Offer, Content>(offer.id.as_str())?
        .ok_or_else(missing)?;
    let (from, to, kind) = match &status {
        OfferStatus::Accepted => (&offer.from, &offer.to, Some(WebhookEventKind::WalletOfferAccepted)),
        OfferStatus::Rejected => (&offer.to, &offer.from, Some(WebhookEventKind::WalletOfferRejected)),
        OfferStatus::Withdrawn => (&offer.to, &offer.from, Some(WebhookEventKind::WalletOfferWithdrawn)),
        // There is no event for it.
        _ => (&offer.to, &offer.from, None),
    };
    let arrival = Arrival {
        chain: known_chain(&offer.network)?,
        from: from.clone(),
        to: to.clone(),
        asset,
        amount,
    };
    arrival.settle(context, at)?;
    if matches!(status, OfferStatus::Accepted | OfferStatus::Rejected) {
        offer.date_settled = Some(at);
    }
    offer.status = status;
    context.store.update(&offer)?;
    match kind {
        Some(kind) => context.emit_at(offer.org_id.as_str(), at, &kind, ("offer", &offer)),
        None => Ok(()),
    }
}
