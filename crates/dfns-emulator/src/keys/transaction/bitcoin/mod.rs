//! Bitcoin and its relatives: partially signed transactions and signed messages.
//!
//! Invariant: an input is signed only if its output pays to the key, and only for all inputs and all outputs.

mod message;
mod owner;
mod payment;
mod psbt;
mod sighash;
mod wire;

pub(crate) use message::{MessageFormat, sign_message};
pub(crate) use payment::pay as pay_psbt;
pub(crate) use psbt::sign_psbt;
