//! The emulated networks: what they are, what stands in their ledgers, and how transactions move through them.
//!
//! Invariant: nothing is created or lost by a transfer: what the sender pays is what the receiver gets and the fee.

mod arrival;
mod asset;
mod faucet;
mod fees;
mod ledger;
mod movement;
mod networks;
mod order;
mod progress;
mod sign;
mod sponsor;

pub(crate) use arrival::{Arrival, Arrived};
pub(crate) use asset::{Asset, FieldProblem};
pub(crate) use faucet::faucet;
pub(crate) use fees::{Fee, Gas, Speed, estimate, transfer_fee};
pub(crate) use movement::Movement;
pub(crate) use networks::{Chain, chain};
pub(crate) use order::{OnChain, Order, Payback, Replaced};
pub(crate) use progress::{abort, forget, hold, launch, order_of, release, settle, tell};
pub(crate) use sign::{SignedTransaction, sign, sign_call, unsigned};
pub(crate) use sponsor::{Sponsor, SponsoredRecord};
