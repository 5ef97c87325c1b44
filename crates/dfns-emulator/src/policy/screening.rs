//! What the providers of screening say of addresses, as a test has set it.
//!
//! Invariant: an address of which nothing was said is clean, and a travel rule message that nobody answers is never
//! cleared.

use std::collections::BTreeMap;

use dfns_types::ChainalysisAlertLevel;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::rules::is_same_address;
use crate::admin::Route;
use crate::chain::{Asset, Chain, Order, Payout, chain};
use crate::context::Context;
use crate::rooms::refusals::invalid_field;
use crate::server::{Refusal, Reply};
use crate::store::Store;

/// Where all of it stands in the database.
const NAME: &str = "screening";

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    ("GET", "/screening", list),
    ("PUT", "/screening/chainalysis", set_suspicions),
    ("PUT", "/screening/global-ledger", set_risk),
    ("PUT", "/screening/travel-rule", set_message),
    ("PUT", "/screening/providers/{provider}", set_provider),
];

/// What came of asking a provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Screening<V> {
    /// There is nobody to ask about: no payment, or none that is known.
    #[default]
    Unscreenable,
    /// The provider does not know the network.
    UnsupportedNetwork,
    /// The provider does not know the asset.
    UnsupportedAsset,
    /// The provider does not answer.
    Failed,
    /// The provider says this.
    Done(V),
}

/// What the providers say of the other side of a payment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Screenings {
    pub(crate) chainalysis: Screening<Suspicions>,
    /// A risk score of 0 to 100.
    pub(crate) global_ledger: Screening<f64>,
    pub(crate) travel_rule: Message,
}

/// What Chainalysis finds with an address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Suspicions {
    pub(crate) alerts: Vec<Alert>,
    /// The categories that the address is directly exposed to.
    pub(crate) exposures: Vec<i64>,
    /// The categories that the address is identified as.
    pub(crate) identifications: Vec<i64>,
}

/// An alert of Chainalysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Alert {
    pub(crate) level: ChainalysisAlertLevel,
    pub(crate) category_id: Option<i64>,
}

/// How the travel rule message to the other side fares, in seconds after the transfer was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Message {
    pub(crate) delivered_after_seconds: Option<u32>,
    pub(crate) cleared_after_seconds: Option<u32>,
}

/// What a provider can do.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Provider {
    is_down: bool,
    unsupported_networks: Vec<String>,
    unsupported_assets: Vec<UnsupportedAsset>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct UnsupportedAsset {
    network: String,
    asset: Map<String, Value>,
}

/// Everything that was set, by address or provider.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Book {
    providers: BTreeMap<String, Provider>,
    chainalysis: BTreeMap<String, Suspicions>,
    global_ledger: BTreeMap<String, f64>,
    travel_rule: BTreeMap<String, Message>,
}

/// Asks all providers about the other side of a payment, if there is one.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn screen(
    context: &Context<'_>,
    network: &str,
    asset: &Asset,
    counterparty: Option<&str>,
) -> Result<Screenings, Refusal> {
    let (Some(counterparty), Some(chain)) = (counterparty, chain(network)) else {
        return Ok(Screenings::default());
    };
    let book = read(context.store)?;
    Ok(Screenings {
        chainalysis: ask(&book, CHAINALYSIS, (chain, asset), || {
            said_of(&book.chainalysis, chain, counterparty)
        }),
        global_ledger: ask(&book, GLOBAL_LEDGER, (chain, asset), || {
            said_of(&book.global_ledger, chain, counterparty)
        }),
        travel_rule: said_of(&book.travel_rule, chain, counterparty),
    })
}

/// Asks about everybody that an order pays: what is said of one of them counts for all. What else it may do cannot be
/// screened, and that counts where nothing is said of those whom it pays.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn screen_order(context: &Context<'_>, network: &str, order: &Order) -> Result<Screenings, Refusal> {
    let mut found: Option<Screenings> = None;
    for Payout { to, asset, .. } in order.payouts() {
        let screened = screen(context, network, &asset, Some(&to))?;
        found = Some(match found {
            None => screened,
            Some(before) => before.and(screened),
        });
    }
    let mut found = found.unwrap_or_default();
    if order.is_opaque {
        if found.chainalysis == Screening::Done(Suspicions::default()) {
            found.chainalysis = Screening::Unscreenable;
        }
        if found.global_ledger == Screening::Done(f64::default()) {
            found.global_ledger = Screening::Unscreenable;
        }
    }
    Ok(found)
}

impl Screenings {
    /// What is said of two receivers together.
    fn and(self, other: Self) -> Self {
        Self {
            chainalysis: self.chainalysis.and(other.chainalysis, |mut one, mut other| {
                one.alerts.append(&mut other.alerts);
                one.exposures.append(&mut other.exposures);
                one.identifications.append(&mut other.identifications);
                one
            }),
            global_ledger: self.global_ledger.and(other.global_ledger, f64::max),
            // Only transfers have such a message, and they have one receiver.
            travel_rule: self.travel_rule,
        }
    }
}

impl<V> Screening<V> {
    /// Both verdicts as one, or else the first reason why there is none.
    fn and(self, other: Self, both: impl FnOnce(V, V) -> V) -> Self {
        match (self, other) {
            (Self::Done(one), Self::Done(other)) => Self::Done(both(one, other)),
            (Self::Done(_), silent) | (silent, _) => silent,
        }
    }
}

const CHAINALYSIS: &str = "Chainalysis";
const GLOBAL_LEDGER: &str = "GlobalLedger";

fn ask<V>(book: &Book, provider: &str, (chain, asset): (Chain, &Asset), verdict: impl Fn() -> V) -> Screening<V> {
    let Some(provider) = book.providers.get(provider) else {
        return Screening::Done(verdict());
    };
    let is_asset = |unsupported: &UnsupportedAsset| {
        unsupported.network == chain.id && Asset::of_request(chain, &unsupported.asset).is_ok_and(|no| no == *asset)
    };
    if provider.is_down {
        Screening::Failed
    } else if provider.unsupported_networks.iter().any(|network| network == chain.id) {
        Screening::UnsupportedNetwork
    } else if provider.unsupported_assets.iter().any(is_asset) {
        Screening::UnsupportedAsset
    } else {
        Screening::Done(verdict())
    }
}

fn said_of<V: Clone + Default>(said: &BTreeMap<String, V>, chain: Chain, address: &str) -> V {
    let mut said = said.iter();
    said.find(|(known, _)| is_same_address(Some(chain), known, address))
        .map(|(_, verdict)| verdict.clone())
        .unwrap_or_default()
}

fn read(store: Store<'_>) -> Result<Book, Refusal> {
    match store.meta(NAME)? {
        None => Ok(Book::default()),
        Some(stored) => serde_json::from_slice(&stored).map_err(|error| Refusal::internal(&error)),
    }
}

/// Changes what was set, and answers all of it.
fn change(context: &Context<'_>, change: impl FnOnce(&mut Book)) -> Result<Reply, Refusal> {
    let mut book = read(context.store)?;
    change(&mut book);
    let written = serde_json::to_vec(&book).map_err(|error| Refusal::internal(&error))?;
    context.store.set_meta(NAME, &written)?;
    Reply::json(&book)
}

/// The address of a body, and what the rest of it says.
fn said<V: DeserializeOwned>(context: &Context<'_>) -> Result<(String, V), Refusal> {
    #[derive(Deserialize)]
    struct Addressed {
        address: String,
    }
    let Addressed { address } = context.call.body()?;
    Ok((address, context.call.body()?))
}

/// `GET /__admin/screening`: everything that was set.
fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&read(context.store)?)
}

/// `PUT /__admin/screening/chainalysis {"address", "alerts"?: [{"level", "categoryId"?}], "exposures"?: [categoryId],
/// "identifications"?: [categoryId]}`: what Chainalysis finds with an address; without anything, it is clean again.
fn set_suspicions(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (address, suspicions): (String, Suspicions) = said(context)?;
    for (index, alert) in suspicions.alerts.iter().enumerate() {
        if let ChainalysisAlertLevel::Unknown(level) = &alert.level {
            let problem = format!("unknown value {level:?}, expected LOW, MEDIUM, HIGH or SEVERE");
            return Err(invalid_field(&format!("alerts[{index}].level"), &problem));
        }
    }
    change(context, |book| {
        book.chainalysis.insert(address, suspicions);
    })
}

/// `PUT /__admin/screening/global-ledger {"address", "riskScore"}`: the risk score of an address, 0 to 100.
fn set_risk(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Risk {
        risk_score: f64,
    }
    let (address, Risk { risk_score }) = said(context)?;
    if !(0.0..=100.0).contains(&risk_score) {
        return Err(invalid_field("riskScore", "must be 0 to 100"));
    }
    change(context, |book| {
        book.global_ledger.insert(address, risk_score);
    })
}

/// `PUT /__admin/screening/travel-rule {"address", "deliveredAfterSeconds"?, "clearedAfterSeconds"?}`: how travel rule
/// messages to an address fare.
fn set_message(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (address, message): (String, Message) = said(context)?;
    change(context, |book| {
        book.travel_rule.insert(address, message);
    })
}

/// `PUT /__admin/screening/providers/{Chainalysis | GlobalLedger} {"isDown"?, "unsupportedNetworks"?,
/// "unsupportedAssets"?: [{"network", "asset"}]}`: what a provider can do; without anything, all of it.
fn set_provider(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let name = context.call.parameter("provider")?;
    if ![CHAINALYSIS, GLOBAL_LEDGER].contains(&name) {
        let problem = format!("expected {CHAINALYSIS} or {GLOBAL_LEDGER}, found {name:?}");
        return Err(invalid_field("provider", &problem));
    }
    let provider: Provider = context.call.body()?;
    change(context, |book| {
        book.providers.insert(name.to_owned(), provider);
    })
}
