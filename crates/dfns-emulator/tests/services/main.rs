//! What stands beside wallets: fee sponsors, exchanges, staking, contracts and validators, through real HTTP.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test that called it")]

mod bank;
mod exchanges;
mod fee_sponsors;
mod networks;
mod payins;
mod payouts;
#[path = "../people/mod.rs"]
mod people;
mod replaced;
#[path = "../wallets_and_transfers/scene.rs"]
mod scene;
mod staking;
#[path = "../support/mod.rs"]
mod support;
