//! A story for each capability: the real client against the emulator, as users meet them.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod access;
mod applications;
mod bulk;
mod credentials;
mod exactly_once;
mod exchanges;
mod federation;
mod forms;
mod keys;
mod money;
mod networks;
mod offers;
mod outcomes;
mod passkeys;
mod payins;
mod payouts;
mod people;
mod permissions;
mod policies;
mod recovery;
mod replacement;
mod sharing;
mod signatures;
mod sponsors;
mod staking;
mod starknet;
mod tls;
mod two_steps;
mod waiting;
mod wallets;
mod webhooks;
