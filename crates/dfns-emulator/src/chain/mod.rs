//! The emulated networks: what they are, what stands in their ledgers, and how transactions move through them.
//!
//! Invariant: nothing is created or lost by a transfer: what the sender pays is what the receiver gets and the fee.

mod networks;

pub(crate) use networks::{Chain, chain};
