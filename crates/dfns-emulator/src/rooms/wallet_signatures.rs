//! Signatures asked of a wallet, the older way; the key of the wallet makes them.

use dfns_types::{Key, Wallet};

use super::key_store;
use super::signatures::{self, SignatureRecord};
use super::wallets::wallet_of_path;
use crate::context::Context;
use crate::server::{Refusal, Reply};

/// `POST /wallets/{walletId}/signatures`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let body = signatures::read_body(context)?;
    let (wallet, key) = wallet_and_key(context)?;
    let record = signatures::sign(context, &key, Some((&wallet.id, &wallet.network)), &body)?;
    Reply::json(&record.shown()?)
}

/// `GET /wallets/{walletId}/signatures`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (wallet, key) = wallet_and_key(context)?;
    signatures::page_of(context, &key.id, |record| is_of(record, &wallet))
}

/// `GET /wallets/{walletId}/signatures/{signatureId}`.
pub(super) fn get(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let (wallet, key) = wallet_and_key(context)?;
    Reply::json(&signatures::find(context, &key.id, |record| is_of(record, &wallet))?.shown()?)
}

fn is_of(record: &SignatureRecord, wallet: &Wallet) -> bool {
    record.wallet_id.as_ref() == Some(&wallet.id)
}

/// The wallet that the path names, with its key.
///
/// # Errors
/// 404 if there is none that the caller can see.
pub(super) fn wallet_and_key(context: &Context<'_>) -> Result<(Wallet, Key), Refusal> {
    let wallet = wallet_of_path(context)?;
    let key = key_store::find_key(context, wallet.signing_key.id.as_str())?;
    Ok((wallet, key))
}
