//! The operations of the API, one file an area.
//!
//! To add an operation: write a [`Handler`] in the file of its area and name it in [`handler`]. What is not named there
//! is answered with 501.

mod key_store;
mod refusals;
mod tags;
mod users;
mod wallets;

use crate::action;
use crate::context::{Context, Handler};
use crate::server::Refusal;

/// What is done before the handler of every call of the API, once the caller is accepted: bringing up to date what
/// moves with time. It is kept even if the handler refuses.
pub(crate) const BEFORE_EVERY_CALL: &[fn(&mut Context<'_>) -> Result<(), Refusal>] = &[];

/// The handler of an operation, by its id in the OpenAPI document.
pub(crate) fn handler(operation_id: &str) -> Option<Handler> {
    Some(match operation_id {
        "createUserActionChallenge" => action::challenge::create,
        "createUserActionSignature" => action::complete::create,
        "createWallet" => wallets::create,
        "delegateWallet" => wallets::delegate,
        "getUser" => users::get,
        "getWallet" => wallets::get,
        "listUsers" => users::list,
        "listWallets" => wallets::list,
        "tagWallet" => tags::add,
        "untagWallet" => tags::remove,
        "updateWallet" => wallets::update,
        _ => return None,
    })
}
