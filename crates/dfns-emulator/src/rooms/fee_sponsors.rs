//! Fee sponsors: wallets that pay the network fees of other wallets on the same network.
//!
//! Invariant: a fee is paid by a sponsor only while it is `Active`, on its own network, and for somebody whom it is
//! open to. What becomes of the sponsor later does not change what was asked for before.

use dfns_types::{
    CreateFeeSponsorRequest, FeeSponsor, FeeSponsorId, FeeSponsorPage, FeeSponsorStatus, Key, SponsoredFeePage, Wallet,
};
use http::StatusCode;
use serde_json::{Map, Value};

use super::refusals::{check_text, invalid_field, parsed};
use super::transfers::text;
use super::wallets::known_chain;
use crate::chain::{Chain, Sponsor, SponsoredRecord};
use crate::context::Context;
use crate::keys::Family;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Filing, Listing, StoreError, UserKind};

/// How many items a page may hold.
const PAGE_LENGTH: usize = 500;

impl Document for FeeSponsor {
    const KIND: &'static str = "fee sponsor";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// `POST /fee-sponsors`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let request: CreateFeeSponsorRequest = context.call.body()?;
    check_text("name", request.name.as_deref(), 1, 50)?;
    let org = context.caller()?.org();
    let unknown = || Refusal::not_found("wallet", "walletId", request.wallet_id.as_str(), org);
    let wallet: Wallet = context
        .store
        .get(org, request.wallet_id.as_str())?
        .ok_or_else(unknown)?;
    if wallet.status != dfns_types::WalletStatus::Active {
        return Err(invalid_field(
            "walletId",
            &format!("wallet {} is {}", wallet.id, wallet.status),
        ));
    }
    if !wallet.custodial {
        let problem = format!(
            "wallet {} is delegated: its end user alone spends what it holds",
            wallet.id
        );
        return Err(invalid_field("walletId", &problem));
    }
    let chain = known_chain(&wallet.network)?;
    if !can_sponsor(chain) {
        let problem = format!("nobody can pay the fees of another on {}", chain.id);
        return Err(invalid_field("walletId", &problem));
    }
    let id = parsed::<FeeSponsorId>(&context.new_id("fs")?)?;
    let mut sponsor = FeeSponsor::new(id, wallet.id, wallet.network, FeeSponsorStatus::Active, context.now);
    sponsor.name = request.name;
    sponsor.allow_end_user = Some(request.allow_end_user.unwrap_or(false));
    context.store.insert(
        &sponsor,
        Filing {
            org,
            parent: "",
            owner: "",
        },
    )?;
    Reply::json(&sponsor)
}

/// On EVM networks accounts become smart accounts, Solana has fee payers and Stellar fee bumps.
const fn can_sponsor(chain: Chain) -> bool {
    matches!(chain.family, Family::Evm | Family::Solana | Family::Stellar)
}

/// `GET /fee-sponsors/{feeSponsorId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&sponsor_of_path(context)?)
}

/// `GET /fee-sponsors`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let listing = Listing {
        org: context.caller()?.org(),
        parent: None,
        owner: None,
    };
    let found = context.store.list::<FeeSponsor>(listing, &page, |_| true)?;
    let mut sponsors = FeeSponsorPage::new(found.items);
    sponsors.next_page_token = found.next_page_token;
    Reply::json(&sponsors)
}

/// `PUT /fee-sponsors/{feeSponsorId}/activate`.
pub(super) fn activate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    set_status(context, FeeSponsorStatus::Active)
}

/// `PUT /fee-sponsors/{feeSponsorId}/deactivate`.
pub(super) fn deactivate(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    set_status(context, FeeSponsorStatus::Deactivated)
}

/// `DELETE /fee-sponsors/{feeSponsorId}`: for good.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    set_status(context, FeeSponsorStatus::Archived)
}

fn set_status(context: &Context<'_>, status: FeeSponsorStatus) -> Result<Reply, Refusal> {
    let mut sponsor = sponsor_of_path(context)?;
    if sponsor.status == FeeSponsorStatus::Archived {
        return Err(Refusal::invalid(format!("fee sponsor {} is Archived", sponsor.id)));
    }
    sponsor.status = status;
    context.store.update(&sponsor)?;
    Reply::json(&sponsor)
}

/// `GET /fee-sponsors/{feeSponsorId}/fees`: what the sponsor paid, the newest first.
pub(super) fn list_fees(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let sponsor = sponsor_of_path(context)?;
    let listing = Listing {
        org: context.caller()?.org(),
        parent: Some(sponsor.id.as_str()),
        owner: None,
    };
    let found = context.store.list::<SponsoredRecord>(listing, &page, |_| true)?;
    let fees: Vec<_> = found.items.into_iter().map(|record| record.fee).collect();
    let mut fees = SponsoredFeePage::new(fees);
    fees.next_page_token = found.next_page_token;
    Reply::json(&fees)
}

fn sponsor_of_path(context: &Context<'_>) -> Result<FeeSponsor, Refusal> {
    let id = context.call.parameter("feeSponsorId")?;
    find(context, id)
}

fn find(context: &Context<'_>, id: &str) -> Result<FeeSponsor, Refusal> {
    let org = context.caller()?.org();
    let unknown = || Refusal::not_found("fee sponsor", "feeSponsorId", id, org);
    context.store.get(org, id)?.ok_or_else(unknown)
}

/// The wallet that pays for a sponsor.
///
/// # Errors
/// If the store fails.
pub(crate) fn wallet_of(context: &Context<'_>, org: &str, sponsor: &str) -> Result<Option<Wallet>, StoreError> {
    let sponsor: Option<FeeSponsor> = context.store.get(org, sponsor)?;
    let wallet = sponsor.map(|sponsor| context.store.get(org, sponsor.wallet_id.as_str()));
    Ok(wallet.transpose()?.flatten())
}

/// The sponsors that a wallet pays for, whatever their status.
///
/// # Errors
/// If the store fails.
pub(crate) fn of_wallet(context: &Context<'_>, org: &str, wallet: &Wallet) -> Result<Vec<FeeSponsorId>, StoreError> {
    let listing = Listing {
        org,
        parent: None,
        owner: None,
    };
    let mut sponsors: Vec<FeeSponsor> = context.store.all(listing)?;
    sponsors.retain(|sponsor| sponsor.wallet_id == wallet.id);
    Ok(sponsors.into_iter().map(|sponsor| sponsor.id).collect())
}

/// The one who pays the fee of a request, where its body names somebody.
///
/// # Errors
/// 403 without the permission to use sponsors, 404 if there is no such sponsor, 401 for an end user whom it is not open
/// to, 400 if it is not active, on another network, or the very wallet that sends.
pub(super) fn payer(
    context: &Context<'_>,
    body: &Map<String, Value>,
    chain: Chain,
    wallet: &Wallet,
) -> Result<Option<Sponsor>, Refusal> {
    let Some(id) = text(body, "feeSponsorId") else {
        return Ok(None);
    };
    if context.node(chain.id).is_some() {
        let problem = format!("the node of {} takes fees from the sender alone", chain.id);
        return Err(invalid_field("feeSponsorId", &problem));
    }
    let caller = context.caller()?;
    // What opens a sponsor to end users is the sponsor itself; the permission that they hold by default does not name it.
    let is_end_user = caller.user.kind == UserKind::EndUser;
    if !is_end_user {
        context.require("FeeSponsors:Use")?;
    }
    let sponsor = find(context, id)?;
    if is_end_user && sponsor.allow_end_user != Some(true) {
        let message = format!("fee sponsor {id} is not open to end users");
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, message));
    }
    let wrong = |problem: String| invalid_field("feeSponsorId", &problem);
    if sponsor.status != FeeSponsorStatus::Active {
        return Err(wrong(format!("fee sponsor {id} is {}", sponsor.status)));
    }
    if sponsor.network.as_str() != chain.id {
        return Err(wrong(format!(
            "fee sponsor {id} pays on {}, the wallet is on {}",
            sponsor.network, chain.id
        )));
    }
    if sponsor.wallet_id == wallet.id {
        return Err(wrong(format!("the wallet {} cannot sponsor itself", wallet.id)));
    }
    let missing = || {
        wrong(format!(
            "the wallet {} of the sponsor cannot pay any more",
            sponsor.wallet_id
        ))
    };
    // It may have been archived, delegated or exported meanwhile.
    let can_pay = |paying: &Wallet| paying.status == dfns_types::WalletStatus::Active && paying.custodial;
    let paying: Option<Wallet> = context.store.get(caller.org(), sponsor.wallet_id.as_str())?;
    let paying = paying.filter(can_pay).ok_or_else(missing)?;
    let key: Option<Key> = context.store.get(caller.org(), paying.signing_key.id.as_str())?;
    if key.is_none_or(|key| key.exported == Some(true)) {
        return Err(missing());
    }
    Ok(Some(Sponsor {
        id: sponsor.id.to_string(),
        address: chain.ledger_address(paying.address.as_deref().unwrap_or_default()),
    }))
}
