//! Faults: what goes wrong on purpose, so that a client can be tried against it.
//!
//! A [`Fault`] says which calls it strikes and what happens to them; [`Faults`] holds those that are armed and decides,
//! call by call; [`Strike`] is one call that was struck, and [`StruckDelivery`] one delivery to a webhook.
//!
//! Invariant: without a fault nothing is changed, and which calls a fault strikes follows from the calls alone, never from
//! time or chance; which deliveries, from those to the same webhook.

mod answer;
mod delivery;
mod registry;
mod rule;
mod strike;

pub(crate) use delivery::{StruckDelivery, Wait};
pub(crate) use registry::Faults;
pub use rule::{Effect, Fault, Until, When};
pub(crate) use strike::{Outcome, Strike};
