//! Offers that somebody outside of the emulator makes to a wallet, and takes back.
//!
//! Invariant: nobody in the emulator gets what only an outsider has given, unless they accept it.

use dfns_types::{Amount, Offer, OfferStatus};
use serde_json::{Map, Value};

use super::offers::{NewOffer, Terms, end, make, terms};
use super::refusals::invalid_field;
use super::transfers::refused_field;
use crate::chain::{self, Asset, chain};
use crate::context::Context;
use crate::keys::validate_address;
use crate::server::{Refusal, Reply};

/// Who offers from outside unless somebody else is named.
const OUTSIDER: &str = "outsider::12200000000000000000000000000000000000000000000000000000000000000000";

/// `POST /__admin/offers {"walletId", "amount", "asset"?, "from"?, "expiresAt"?, "memo"?}`: somebody outside of the emulator
/// offers an amount of an asset to a wallet.
pub(crate) fn make_offer(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    chain::settle(context)?;
    let mut request: Map<String, Value> = context.call.body()?;
    let text = |name: &str| request.get(name).and_then(Value::as_str).map(str::to_owned);
    let wallet_id = text("walletId").unwrap_or_default();
    let unknown = || invalid_field("walletId", &format!("there is no wallet {wallet_id} with an address"));
    let (network, to) = context.store.address_of(&wallet_id)?.ok_or_else(unknown)?;
    let chain = chain(&network).ok_or_else(unknown)?;
    let (from, memo) = (text("from").unwrap_or_else(|| OUTSIDER.to_owned()), text("memo"));
    validate_address(chain.id, &from).map_err(|error| invalid_field("from", &error.to_string()))?;
    // What is not accepted goes back, and must not come to who never gave it.
    if !context
        .store
        .wallets_at(chain.id, &chain.ledger_address(&from))?
        .is_empty()
    {
        return Err(invalid_field(
            "from",
            "is a wallet of the emulator, which can offer it itself",
        ));
    }
    let amount: Amount = text("amount")
        .and_then(|digits| digits.parse().ok())
        .filter(|amount: &Amount| !amount.is_zero())
        .ok_or_else(|| invalid_field("amount", "expected decimal digits, more than 0"))?;
    let described = request
        .get("asset")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let asset = Asset::of_request(chain, &described).map_err(refused_field)?;
    request.insert("offer".to_owned(), Value::Bool(true));
    let terms = terms(chain, &request, context.now).map_err(refused_field)?;
    let new = NewOffer {
        chain,
        from: &chain.ledger_address(&from),
        to: &to,
        asset: &asset,
        amount: &amount,
        terms: terms.unwrap_or(Terms { expires_at: None }),
        memo,
        tx_hash: dfns_types::Hex::from_bytes_bare(context.random()?).to_string(),
    };
    let offer = make(context, new, context.now)?;
    Reply::json(&offer.ok_or_else(unknown)?)
}

/// `POST /__admin/offers/{offerId}/withdraw`: the sender takes an offer back.
pub(crate) fn withdraw(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    chain::settle(context)?;
    let id = context.call.parameter("offerId")?;
    let unknown = || invalid_field("offerId", &format!("there is no offer {id}"));
    let offer: Offer = context.store.find(id)?.ok_or_else(unknown)?;
    if offer.status != OfferStatus::Pending {
        return Err(Refusal::invalid(format!("offer {id} is {}", offer.status)));
    }
    end(context, offer, OfferStatus::Withdrawn, context.now)?;
    Reply::json(&context.store.find::<Offer>(id)?)
}
