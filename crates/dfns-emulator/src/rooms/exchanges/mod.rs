//! Exchanges: a simulated account at each linked exchange, with deposits from wallets and withdrawals to them.
//!
//! The exchange itself is simulated: its keys are taken as given and never checked, and it pays out on every network
//! that knows the asset. Its deposit addresses are addresses of the emulated networks.
//!
//! Invariant: no key to an exchange is kept or shown; an account is credited once for a deposit, when it is confirmed.

mod accounts;
mod balances;
mod movements;

use dfns_types::{
    CreateExchangeRequest, Exchange, ExchangeConfiguration, ExchangeDeletion, ExchangeId, ExchangeKind, ExchangePage,
};

use super::refusals::{check_text, invalid_field, parsed};
use crate::context::Context;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing};

pub(crate) use accounts::credit;
pub(super) use accounts::{list_accounts, list_assets, list_withdrawal_networks};
pub(super) use movements::{deposit, withdraw};

/// How many items a page may hold.
const PAGE_LENGTH: usize = 500;

impl Document for Exchange {
    const KIND: &'static str = "exchange";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// `POST /exchanges`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateExchangeRequest = context.call.body()?;
    check_text("name", request.name.as_deref(), 0, 100)?;
    if let ExchangeKind::Unknown(kind) = &request.kind {
        return Err(invalid_field("kind", &format!("unknown kind {:?}", kind.as_str())));
    }
    check_configuration("readConfiguration", &request.read_configuration)?;
    check_configuration("writeConfiguration", &request.write_configuration)?;
    let id = parsed::<ExchangeId>(&context.new_id("ex")?)?;
    let mut exchange = Exchange::new(id, request.kind, context.now);
    exchange.name = request.name;
    context.store.insert(
        &exchange,
        Filing {
            org: context.caller()?.org(),
            parent: "",
            owner: "",
        },
    )?;
    Reply::json(&exchange)
}

/// Refuses keys that no exchange would take.
fn check_configuration(field: &str, keys: &ExchangeConfiguration) -> Result<(), Refusal> {
    let given = [
        ("publicApiKey", keys.public_api_key.as_str()),
        ("privateApiKey", keys.private_api_key.expose_secret()),
    ];
    match given.iter().find(|(_, key)| key.trim().is_empty()) {
        Some((name, _)) => Err(invalid_field(&format!("{field}.{name}"), "it is empty")),
        None => Ok(()),
    }
}

/// `GET /exchanges`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let listing = Listing {
        org: context.caller()?.org(),
        parent: None,
        owner: None,
    };
    let found = context.store.list::<Exchange>(listing, &page, |_| true)?;
    let mut exchanges = ExchangePage::new(found.items);
    exchanges.next_page_token = found.next_page_token;
    Reply::json(&exchanges)
}

/// `GET /exchanges/{exchangeId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&exchange_of_path(context)?)
}

/// `DELETE /exchanges/{exchangeId}`.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let exchange = exchange_of_path(context)?;
    context.store.delete::<Exchange>(exchange.id.as_str())?;
    Reply::json(&ExchangeDeletion::new(true))
}

/// The exchange that the path names.
fn exchange_of_path(context: &Context<'_>) -> Result<Exchange, Refusal> {
    let id = context.call.parameter("exchangeId")?;
    let org = context.caller()?.org();
    let unknown = || Refusal::not_found("exchange", "exchangeId", id, org);
    context.store.get(org, id)?.ok_or_else(unknown)
}
