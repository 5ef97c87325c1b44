//! What wallets sent and received, as it is remembered.

use dfns_types::{Amount, Timestamp, WebhookEventKind};
use serde::{Deserialize, Serialize};

use super::{Asset, chain};
use crate::context::Context;
use crate::policy;
use crate::rooms::history;
use crate::server::Refusal;
use crate::store::{Document, Filing, StoreError};
use crate::webhooks;

/// One thing that a wallet sent or received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Movement {
    pub(crate) id: String,
    pub(crate) wallet_id: String,
    pub(crate) network: String,
    pub(crate) is_incoming: bool,
    pub(crate) asset: Asset,
    pub(crate) amount: Amount,
    /// The address that sent it.
    pub(crate) from: String,
    /// The address that received it; nobody where a transaction pays nobody.
    pub(crate) to: Option<String>,
    /// What the transaction cost.
    pub(crate) fee: Option<Amount>,
    pub(crate) memo: Option<String>,
    pub(crate) tx_hash: String,
    pub(crate) block_number: i64,
    pub(crate) at: Timestamp,
}

impl Document for Movement {
    const KIND: &'static str = "movement";

    fn id(&self) -> &str {
        &self.id
    }
}

/// Remembers a movement for its sender (if it is a wallet of ours) and for every wallet at the receiving address.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn remember(
    context: &Context<'_>,
    sender: Option<(&str, &str)>,
    movement: &Movement,
) -> Result<(), Refusal> {
    if let Some(sender) = sender {
        remember_sent(context, sender, movement)?;
    }
    if let Some(to) = &movement.to {
        for (org, wallet_id) in context.store.wallets_at(&movement.network, to)? {
            keep(
                context,
                &org,
                Movement {
                    wallet_id,
                    is_incoming: true,
                    ..movement.clone()
                },
            )?;
        }
    }
    Ok(())
}

/// Remembers a movement for its sender alone: an organisation and its wallet.
///
/// # Errors
/// 500 if the store fails.
pub(super) fn remember_sent(
    context: &Context<'_>,
    (org, wallet_id): (&str, &str),
    movement: &Movement,
) -> Result<(), Refusal> {
    let sent = Movement {
        wallet_id: wallet_id.to_owned(),
        is_incoming: false,
        ..movement.clone()
    };
    keep(context, org, sent)
}

fn keep(context: &Context<'_>, org: &str, movement: Movement) -> Result<(), Refusal> {
    let movement = Movement {
        id: context.new_id("mv")?,
        ..movement
    };
    let kept: Result<(), StoreError> = context.store.insert(
        &movement,
        Filing {
            org,
            parent: &movement.wallet_id,
            owner: "",
        },
    );
    kept?;
    tell(context, org, &movement)?;
    if movement.is_incoming {
        policy::received(context, org, &movement)?;
    }
    Ok(())
}

/// Tells webhooks of a movement, on the networks whose movements the API sees.
fn tell(context: &Context<'_>, org: &str, movement: &Movement) -> Result<(), Refusal> {
    let kind = WebhookEventKind::WalletBlockchaineventDetected;
    let Some(chain) = chain(&movement.network).filter(|chain| chain.is_indexed()) else {
        return Ok(());
    };
    if !webhooks::is_awaited(context, org, &kind)? {
        return Ok(());
    }
    let shown = history::shown(context, chain, movement)?;
    context.emit_at(org, movement.at, &kind, ("blockchainEvent", &shown))
}
