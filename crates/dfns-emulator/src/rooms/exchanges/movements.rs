//! Deposits to an exchange, which are transfers of a wallet, and withdrawals, which come to a wallet from outside.

use dfns_types::{
    Amount, Exchange, ExchangeMovement, ExchangeTransfer, ExchangeTransferId, ExchangeTransferKind, TransferRequest,
    TransferStatus, Wallet,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::accounts::{account_of_path, balances, keep};
use super::balances::Balances;
use crate::chain::{Arrival, Asset, Chain, fate};
use crate::context::Context;
use crate::keys::{self, KeyMaterial};
use crate::rooms::assets::{record, typed};
use crate::rooms::idempotency;
use crate::rooms::refusals::{check_text, invalid_field, key_refusal, parsed};
use crate::rooms::transfers::{self, refused_field, requester, text};
use crate::rooms::wallets::{known_chain, wallet_of};
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

/// The kinds of assets that move between wallets and exchanges.
pub(super) const KINDS: &[&str] = ExchangeMovement::KINDS;

impl Document for ExchangeTransfer {
    const KIND: &'static str = "exchange transfer";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// A deposit that was not credited yet.
#[derive(Debug, Serialize, Deserialize)]
struct Awaited {
    symbol: String,
    amount: Amount,
    decimals: u8,
    /// False once the transfer has come to an end, whichever.
    is_open: bool,
}

/// What a request asks for.
struct Wanted {
    movement: ExchangeMovement,
    body: Map<String, Value>,
    wallet: Wallet,
    chain: Chain,
}

impl Wanted {
    fn read(context: &Context<'_>) -> Result<Self, Refusal> {
        let movement: ExchangeMovement = context.call.body()?;
        if let ExchangeMovement::Unknown(object) = &movement {
            return Err(invalid_field("kind", &format!("unknown kind {:?}", object.kind())));
        }
        let body: Map<String, Value> = context.call.body()?;
        check_text("otp", text(&body, "otp"), 6, 6)?;
        let wallet = wallet_of(context, text(&body, "walletId").unwrap_or_default())?;
        let chain = known_chain(&wallet.network)?;
        Ok(Self {
            movement,
            body,
            wallet,
            chain,
        })
    }

    fn external_id(&self) -> Option<&str> {
        text(&self.body, "externalId")
    }

    /// The asset, with the symbol and the decimals under which the exchange knows it.
    fn asset(&self, context: &Context<'_>) -> Result<(Asset, String, u8), Refusal> {
        let asset = Asset::of_request(self.chain, &self.body).map_err(refused_field)?;
        let known = record(context, self.chain, &asset)?;
        match (known.symbol, known.decimals) {
            (Some(symbol), Some(decimals)) => Ok((asset, symbol, decimals)),
            _ => Err(invalid_field("kind", "the exchange does not know this asset")),
        }
    }

    fn amount(&self) -> Result<Amount, Refusal> {
        let digits = text(&self.body, "amount").ok_or_else(|| invalid_field("amount", "missing"))?;
        let amount: Amount = digits
            .parse()
            .map_err(|error: dfns_types::AmountError| invalid_field("amount", &error.to_string()))?;
        if amount.is_zero() {
            return Err(invalid_field("amount", "must be more than 0"));
        }
        Ok(amount)
    }

    fn transfer(
        &self,
        context: &Context<'_>,
        exchange: &Exchange,
        kind: ExchangeTransferKind,
    ) -> Result<ExchangeTransfer, Refusal> {
        Ok(ExchangeTransfer::new(
            parsed::<ExchangeTransferId>(&context.new_id("extx")?)?,
            &exchange.id,
            context.call.parameter("accountId")?,
            kind,
            &self.wallet.id,
            requester(context)?,
            shown(&self.movement)?,
            context.now,
        ))
    }
}

/// The body as it is shown: without the one-time code.
fn shown(movement: &ExchangeMovement) -> Result<ExchangeMovement, Refusal> {
    let mut body = serde_json::to_value(movement).map_err(|error| Refusal::internal(&error))?;
    if let Some(fields) = body.as_object_mut() {
        fields.remove("otp");
    }
    typed(body)
}

/// `POST /exchanges/{exchangeId}/accounts/{accountId}/deposits`: a transfer of the wallet to an address of the exchange.
pub(in crate::rooms) fn deposit(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let wanted = Wanted::read(context)?;
    let exchange = account_of_path(context)?;
    if let Some(made) = idempotency::made_before::<ExchangeTransfer>(context, wanted.external_id())? {
        return Reply::json(&made);
    }
    let (_, symbol, decimals) = wanted.asset(context)?;
    let awaited = Awaited {
        symbol,
        amount: wanted.amount()?,
        decimals,
        is_open: true,
    };
    let mut body = wanted.body.clone();
    body.retain(|name, _| !["walletId", "otp", "externalId"].contains(&name.as_str()));
    body.insert("to".to_owned(), address(context, &exchange, wanted.chain)?.into());
    let transfer = transfers::start(context, &wanted.wallet, &body, None)?;
    let mut made = wanted.transfer(context, &exchange, ExchangeTransferKind::Deposit)?;
    made.transfer_id = Some(transfer.id);
    insert(context, &exchange, &made)?;
    context
        .store
        .set_private::<ExchangeTransfer>(made.id.as_str(), &awaited)?;
    idempotency::remember(context, wanted.external_id(), &made)?;
    Reply::json(&made)
}

/// `POST /exchanges/{exchangeId}/accounts/{accountId}/withdrawals`: the exchange pays at once, to the address of the
/// wallet, which it takes to be on the list of allowed ones.
pub(in crate::rooms) fn withdraw(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let wanted = Wanted::read(context)?;
    let exchange = account_of_path(context)?;
    if let Some(made) = idempotency::made_before::<ExchangeTransfer>(context, wanted.external_id())? {
        return Reply::json(&made);
    }
    if text(&wanted.body, "feeSponsorId").is_some() {
        return Err(invalid_field(
            "feeSponsorId",
            "the exchange pays the fee of a withdrawal",
        ));
    }
    let (asset, symbol, decimals) = wanted.asset(context)?;
    let amount = wanted.amount()?;
    let mut balances = balances(context, &exchange)?;
    balances.take(&symbol, &amount, decimals)?;
    keep(context, &exchange, &balances)?;
    let arrived = Arrival {
        chain: wanted.chain,
        from: address(context, &exchange, wanted.chain)?,
        to: wanted
            .chain
            .ledger_address(wanted.wallet.address.as_deref().unwrap_or_default()),
        asset,
        amount,
    }
    .settle(context, context.now)?;
    let mut made = wanted.transfer(context, &exchange, ExchangeTransferKind::Withdrawal)?;
    made.exchange_reference = Some(arrived.tx_hash);
    insert(context, &exchange, &made)?;
    idempotency::remember(context, wanted.external_id(), &made)?;
    Reply::json(&made)
}

fn insert(context: &Context<'_>, exchange: &Exchange, made: &ExchangeTransfer) -> Result<(), Refusal> {
    Ok(context.store.insert(
        made,
        Filing {
            org: context.caller()?.org(),
            parent: exchange.id.as_str(),
            owner: "",
        },
    )?)
}

/// The address on a network at which the exchange takes deposits: that of a key of its own.
fn address(context: &Context<'_>, exchange: &Exchange, chain: Chain) -> Result<String, Refusal> {
    let none = || invalid_field("walletId", &format!("the exchange takes no deposits on {}", chain.id));
    let (scheme, curve) = *chain.key_formats().first().ok_or_else(none)?;
    let name = format!("{} on {}", exchange.id, chain.id);
    let key = KeyMaterial::derive(context.services.seed.as_bytes(), &name, scheme, curve).map_err(key_refusal)?;
    keys::address(chain.id, scheme, key.public_key())
        .map_err(key_refusal)?
        .ok_or_else(none)
}

/// Credits the deposits that were confirmed and closes those that failed; true if there was one.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn credit_confirmed(
    context: &Context<'_>,
    exchange: &Exchange,
    balances: &mut Balances,
) -> Result<bool, Refusal> {
    let org = context.caller()?.org();
    let listing = Listing {
        org,
        parent: Some(exchange.id.as_str()),
        owner: None,
    };
    let mut changed = false;
    for made in context.store.all::<ExchangeTransfer>(listing)? {
        let Some(transfer_id) = &made.transfer_id else { continue };
        let awaited = context.store.private::<ExchangeTransfer, Awaited>(made.id.as_str())?;
        let Some(mut awaited) = awaited.filter(|awaited| awaited.is_open) else {
            continue;
        };
        let transfer: Option<TransferRequest> = context.store.get(org, transfer_id.as_str())?;
        let fate = transfer.map(|transfer| fate(context, org, transfer)).transpose()?;
        match fate.map(|fate| fate.status) {
            Some(TransferStatus::Confirmed) => balances.add(&awaited.symbol, &awaited.amount, awaited.decimals)?,
            Some(TransferStatus::Failed | TransferStatus::Rejected) | None => {}
            Some(_) => continue,
        }
        awaited.is_open = false;
        context
            .store
            .set_private::<ExchangeTransfer>(made.id.as_str(), &awaited)?;
        changed = true;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_one_time_code_is_not_shown_in_the_body_of_a_movement() {
        let body =
            json!({ "kind": "Native", "amount": "1", "walletId": "wa-1f04s-lqc9q-0000000000000001", "otp": "123456" });
        let movement: ExchangeMovement = serde_json::from_value(body).unwrap();
        let text = serde_json::to_string(&shown(&movement).unwrap()).unwrap();
        assert!(!text.contains("123456") && text.contains("walletId"), "{text}");
    }
}
