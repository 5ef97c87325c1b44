//! The emulated networks: what they are, what stands in their ledgers, and how transactions move through them.
//!
//! A network with a node is no emulated one: what stands in its ledger is the node's, and what moves goes to the node.
//!
//! Invariant: nothing is created or lost by a transfer: what the sender pays is what the receiver gets and the fee.

mod arrival;
mod asset;
mod call;
mod faucet;
mod fees;
mod holdings;
mod ledger;
mod movement;
mod networks;
mod order;
mod progress;
mod relay;
mod replaced;
mod sign;
mod sponsor;
mod wishes;

pub(crate) use arrival::{Arrival, Arrived};
pub(crate) use asset::{Asset, FieldProblem};
pub(crate) use call::{Call, call_of};
pub(crate) use faucet::faucet;
pub(crate) use fees::{Fee, Gas, Speed, estimate, transfer_fee};
pub(crate) use holdings::holdings_on_node;
pub(crate) use movement::Movement;
pub(crate) use networks::{Chain, chain};
pub(crate) use order::{OnChain, Order, Payback, Payout, Relay, Replaced};
pub(crate) use progress::{abort, forget, hold, launch, order_of, release, settle, tell};
pub(crate) use relay::relay;
pub(crate) use replaced::fate;
pub(crate) use sign::{SignedTransaction, sign, sign_call, unsigned};
pub(crate) use sponsor::{Sponsor, SponsoredRecord};
pub(crate) use wishes::{Wishes, estimate_by};
