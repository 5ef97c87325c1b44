//! What comes in to a wallet, screened. Nothing can be held back any more: policies only tell.

use dfns_types::{Activity, ActivityKind, Wallet};

use super::facts::{Facts, Payment, Source};
use super::{events, gate, screening};
use crate::chain::{Movement, chain};
use crate::context::Context;
use crate::rooms::history;
use crate::server::Refusal;

/// Lets the policies about incoming transactions look at what a wallet received.
///
/// # Errors
/// 500 if the store fails.
pub(crate) fn received(context: &Context<'_>, org: &str, movement: &Movement) -> Result<(), Refusal> {
    let (Some(chain), Some(wallet)) = (
        chain(&movement.network),
        context.store.get::<Wallet>(org, &movement.wallet_id)?,
    ) else {
        return Ok(());
    };
    let kind = ActivityKind::WalletsIncomingTransaction;
    let judgement = gate::judge(context, org, &kind, |_| {
        let screenings = screening::screen(context, chain.id, &movement.asset, Some(&movement.from))?;
        Ok(Facts {
            kind: kind.clone(),
            at: movement.at,
            sources: vec![Source {
                wallet_id: Some(wallet.id.to_string()),
                external_id: wallet.external_id.clone(),
                tags: wallet.tags.clone(),
                past: Vec::new(),
            }],
            entity: None,
            payment: Payment {
                screenings,
                ..Payment::default()
            },
        })
    })?;
    if judgement.triggered().next().is_none() {
        return Ok(());
    }
    let activity: Activity = Activity::wallets_incoming_transaction(history::shown(context, chain, movement)?).into();
    events::triggered(context, org, movement.at, &judgement, &activity)
}
