//! Stakes: assets that a wallet locks with a validator, and what is done with them later.
//!
//! Every action is a transaction of the wallet, and moves on with it: what the transaction pays is what is staked, and
//! what a withdrawal gives back comes to the wallet in the block that confirms it.
//!
//! Invariant: never more can be withdrawn than was staked and earned, and no two withdrawals are under way at once.

mod actions;
mod iota;
mod progress;
mod record;
mod rewards;

pub(super) use actions::{act, create, list_actions};
pub(super) use record::{get, list, rewards};
