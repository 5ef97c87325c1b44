//! What is kept of a stake, and how it is shown.

use dfns_types::{
    Amount, Requester, Stake, StakeAction, StakeId, StakePage, StakeRewards, StakeStatus, Timestamp, WalletId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{progress, rewards as earned};
use crate::context::Context;
use crate::rooms::assets::typed;
use crate::rooms::decimal::decimal;
use crate::server::{Refusal, Reply};
use crate::store::{Document, Listing};

/// How many items a page may hold.
pub(super) const PAGE_LENGTH: usize = 500;

/// With what a stake is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Protocol {
    Ethereum,
    Iota,
}

impl Protocol {
    /// The name in the API.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ethereum => "Ethereum",
            Self::Iota => "Iota",
        }
    }

    /// The symbol of what is staked.
    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::Ethereum => "ETH",
            Self::Iota => "IOTA",
        }
    }

    /// How many decimal places the smallest unit stands for.
    pub(super) const fn decimals(self) -> u8 {
        match self {
            Self::Ethereum => 18,
            Self::Iota => 9,
        }
    }
}

/// A stake.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) id: StakeId,
    pub(super) protocol: Protocol,
    pub(super) wallet_id: WalletId,
    pub(super) status: StakeStatus,
    pub(super) requester: Requester,
    /// The body of the request that made it.
    pub(super) request_body: Value,
    pub(super) date_created: Timestamp,
    /// What is staked now.
    pub(super) staked: Amount,
    /// Rewards up to `counted_at`; what was earned since follows from `staked`.
    pub(super) earned: Amount,
    /// Since when rewards grow; nothing before the network took the stake and after it was given back.
    pub(super) counted_at: Option<Timestamp>,
    /// The public key of the validator on Ethereum, its address on Iota.
    pub(super) validator: String,
    /// The address that stake and rewards go back to.
    pub(super) withdrawal_address: String,
}

impl Document for Record {
    const KIND: &'static str = "stake";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

impl Document for StakeAction {
    const KIND: &'static str = "stake action";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

impl Record {
    /// The stake as the API shows it, with its actions where it shows them.
    ///
    /// # Errors
    /// 500 if it does not fit the API: the emulator is wrong.
    pub(super) fn shown(&self, actions: Option<&[StakeAction]>) -> Result<Stake, Refusal> {
        let is_taken = self.counted_at.is_some() || self.status == StakeStatus::Withdrawn;
        let data = match self.protocol {
            Protocol::Ethereum if is_taken => json!({
                "validator": { "pubkey": self.validator, "withdrawalAddress": self.withdrawal_address },
            }),
            Protocol::Ethereum => Value::Null,
            Protocol::Iota => json!({ "kind": "Iota", "amount": self.staked, "validator": self.validator }),
        };
        let mut shown = json!({
            "protocol": self.protocol.name(), "id": self.id, "walletId": self.wallet_id, "status": self.status,
            "requester": self.requester, "requestBody": self.request_body, "dateCreated": self.date_created,
            "data": data,
        });
        if self.protocol == Protocol::Ethereum {
            shown["provider"] = "Figment".into();
        }
        if let Some(actions) = actions {
            shown["actions"] = json!(actions);
        }
        typed(shown)
    }
}

/// The stake that the path names, up to date, with its actions from old to new.
///
/// # Errors
/// 404 if there is none.
pub(super) fn stake_of_path(context: &Context<'_>) -> Result<(Record, Vec<StakeAction>), Refusal> {
    let id = context.call.parameter("stakeId")?;
    let org = context.caller()?.org();
    let unknown = || Refusal::not_found("stake", "stakeId", id, org);
    let record = context.store.get(org, id)?.ok_or_else(unknown)?;
    progress::catch_up(context, org, record)
}

/// `GET /staking/stakes/{stakeId}`.
pub(in crate::rooms) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (record, actions) = stake_of_path(context)?;
    Reply::json(&record.shown(Some(&actions))?)
}

/// `GET /staking/stakes`.
pub(in crate::rooms) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let page = context.page(PAGE_LENGTH)?;
    let org = context.caller()?.org();
    let listing = Listing {
        org,
        parent: None,
        owner: None,
    };
    let found = context.store.list::<Record>(listing, &page, |_| true)?;
    let mut stakes = Vec::new();
    for record in found.items {
        stakes.push(progress::catch_up(context, org, record)?.0.shown(None)?);
    }
    let mut stakes = StakePage::new(stakes);
    stakes.next_page_token = found.next_page_token;
    Reply::json(&stakes)
}

/// `GET /staking/stakes/{stakeId}/rewards`.
pub(in crate::rooms) fn rewards(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (record, _) = stake_of_path(context)?;
    let balance = decimal(
        &earned::until(&record, context.now)?,
        usize::from(record.protocol.decimals()),
    );
    Reply::json(&StakeRewards::new(record.protocol.symbol(), balance))
}
