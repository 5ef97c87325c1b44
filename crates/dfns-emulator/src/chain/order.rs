//! What a request will do on its network, kept beside the request.

use dfns_types::{
    Amount, ApprovalId, Network, Timestamp, TransactionId, TransactionRequest, TransferRequest, TransferStatus, Wallet,
    WebhookEventKind,
};
use serde::{Deserialize, Serialize};

use super::{Asset, Chain, Fee, Sponsor, Wishes};
use crate::rooms::offers;
use crate::store::Document;

/// What a request will do on its network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// The wallet that pays, its key, and its address as the ledger keeps it.
    pub(crate) wallet_id: String,
    pub(crate) key_id: String,
    pub(crate) from: String,
    /// Who is paid, as the ledger keeps it; nobody where a transaction pays nobody.
    pub(crate) to: Option<String>,
    pub(crate) asset: Asset,
    pub(crate) amount: Amount,
    pub(crate) fee: Fee,
    pub(crate) memo: Option<String>,
    /// The input of the call, in hexadecimal; EVM transactions only.
    pub(crate) data: String,
    /// The number among the transactions of the sender, once it has one.
    pub(crate) nonce: Option<u64>,
    /// The transaction, where the request brought one.
    pub(crate) transaction: Option<serde_json::Value>,
    /// The hash of the transaction, where it is signed already.
    pub(crate) signed_hash: Option<String>,
    /// The request that this one replaces.
    pub(crate) replaces: Option<Replaced>,
    /// Who pays the fee, if not the wallet itself.
    pub(crate) sponsor: Option<Sponsor>,
    /// What comes back when it is confirmed.
    pub(crate) payback: Option<Payback>,
    /// Where its network has a node: how far it got there.
    #[serde(default)]
    pub(crate) relay: Relay,
    /// What else it pays, beyond `amount` to `to`.
    #[serde(default)]
    pub(crate) further: Vec<Payout>,
    /// True if it may do more than pay, as far as could be read: policies count its worth and its receiver as unknown.
    #[serde(default)]
    pub(crate) is_opaque: bool,
    /// True if the wallet becomes active when it is confirmed.
    #[serde(default)]
    pub(crate) activates: bool,
    /// What it offers instead of paying it.
    #[serde(default)]
    pub(crate) offer: Option<offers::Terms>,
    /// The offer that it accepts or rejects.
    #[serde(default)]
    pub(crate) settles: Option<offers::Settlement>,
}

impl Order {
    /// One of a wallet that pays nobody anything, not even a fee.
    pub(crate) fn blank(wallet: &Wallet, chain: Chain) -> Self {
        Self {
            wallet_id: wallet.id.to_string(),
            key_id: wallet.signing_key.id.to_string(),
            from: chain.ledger_address(wallet.address.as_deref().unwrap_or_default()),
            to: None,
            asset: Asset::native(),
            amount: Amount::zero(),
            fee: Fee {
                amount: Amount::zero(),
                gas: None,
            },
            memo: None,
            data: String::new(),
            nonce: None,
            transaction: None,
            signed_hash: None,
            replaces: None,
            sponsor: None,
            payback: None,
            relay: Relay::default(),
            further: Vec::new(),
            is_opaque: false,
            activates: false,
            offer: None,
            settles: None,
        }
    }
}

/// What a request wants of a node, and what of it was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Relay {
    /// What the request says itself of gas.
    pub(crate) wishes: Wishes,
    /// The signed transaction in hexadecimal, before it is sent for the first time.
    pub(crate) signed: Option<String>,
    /// How often it was sent without anybody knowing whether it came.
    pub(crate) attempts: u8,
}

/// What a transaction pays to one receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payout {
    /// Who is paid, as the ledger keeps it.
    pub(crate) to: String,
    pub(crate) asset: Asset,
    pub(crate) amount: Amount,
}

impl Order {
    /// Everything that it pays: once to each receiver.
    pub(crate) fn payouts(&self) -> Vec<Payout> {
        let first = self.to.clone().map(|to| Payout {
            to,
            asset: self.asset.clone(),
            amount: self.amount.clone(),
        });
        first.into_iter().chain(self.further.iter().cloned()).collect()
    }

    /// The one who is paid, if it is one alone and nothing else happens.
    pub(crate) fn only_receiver(&self) -> Option<&str> {
        let to = self.to.as_deref()?;
        let is_alone = self.further.iter().all(|payout| payout.to == to);
        (is_alone && !self.is_opaque).then_some(to)
    }
}

/// What a contract pays to whoever called it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payback {
    /// The address of the contract.
    pub(crate) from: String,
    /// How much, in the native asset.
    pub(crate) amount: Amount,
}

/// A request that another one replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replaced {
    pub(crate) id: String,
    /// The kind under which the store keeps it.
    pub(crate) kind: String,
}

impl Document for TransferRequest {
    const KIND: &'static str = "transfer";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

impl Document for TransactionRequest {
    const KIND: &'static str = "transaction";

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// The part of a request that changes while it goes through its network.
pub(crate) struct State<'a> {
    pub(crate) status: &'a mut TransferStatus,
    pub(crate) reason: &'a mut Option<String>,
    pub(crate) tx_hash: &'a mut Option<String>,
    pub(crate) fee: &'a mut Option<Amount>,
    pub(crate) date_broadcasted: &'a mut Option<Timestamp>,
    pub(crate) date_confirmed: &'a mut Option<Timestamp>,
    pub(crate) replacement_id: &'a mut Option<TransactionId>,
    pub(crate) approval_id: &'a mut Option<ApprovalId>,
    pub(crate) date_policy_resolved: &'a mut Option<Timestamp>,
}

/// A request that goes through its network: a transfer or a transaction.
pub(crate) trait OnChain: Document + Clone {
    /// Under which name webhooks are told of it.
    const EVENT_NAME: &'static str;

    /// The kind of event that tells of such a change: `requested`, `broadcasted`, `confirmed`, `failed`, `rejected`.
    fn event(change: &str) -> WebhookEventKind {
        WebhookEventKind::from(format!("wallet.{}.{change}", Self::KIND).as_str())
    }

    /// The network of the request.
    fn network(&self) -> &Network;
    /// The wallet of the request.
    fn wallet_id(&self) -> &str;
    /// The id of the user who asked for it.
    fn requested_by(&self) -> &str;
    /// When it was asked for.
    fn requested_at(&self) -> Timestamp;
    /// Where the request stands.
    fn status(&self) -> &TransferStatus;
    /// When the request came.
    fn date_requested(&self) -> Timestamp;
    /// What changes.
    fn state(&mut self) -> State<'_>;
}

macro_rules! on_chain {
    ($request:ty, $event_name:literal) => {
        impl OnChain for $request {
            const EVENT_NAME: &'static str = $event_name;

            fn network(&self) -> &Network {
                &self.network
            }

            fn wallet_id(&self) -> &str {
                self.wallet_id.as_str()
            }

            fn requested_by(&self) -> &str {
                self.requester.user_id.as_str()
            }

            fn requested_at(&self) -> Timestamp {
                self.date_requested
            }

            fn status(&self) -> &TransferStatus {
                &self.status
            }

            fn date_requested(&self) -> Timestamp {
                self.date_requested
            }

            fn state(&mut self) -> State<'_> {
                State {
                    status: &mut self.status,
                    reason: &mut self.reason,
                    tx_hash: &mut self.tx_hash,
                    fee: &mut self.fee,
                    date_broadcasted: &mut self.date_broadcasted,
                    date_confirmed: &mut self.date_confirmed,
                    replacement_id: &mut self.replacement_id,
                    approval_id: &mut self.approval_id,
                    date_policy_resolved: &mut self.date_policy_resolved,
                }
            }
        }
    };
}

on_chain!(TransferRequest, "transferRequest");
on_chain!(TransactionRequest, "transactionRequest");
