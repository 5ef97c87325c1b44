//! Who holds the keys: one cluster of signers, which is the one key store.

use dfns_types::{KeyStore, KeyStoreId, KeyStoreKind, KeyStoreList, Signer, SignerCluster, SignerClusterList};

use super::key_store;
use super::refusals::parsed;
use crate::context::Context;
use crate::entropy::id_text;
use crate::keys::sharing::Signers;
use crate::server::{Refusal, Reply};

/// `GET /signers`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let signers = signers(context)?;
    let signers: Vec<Signer> = signers
        .encryption_keys()
        .map(|(id, key)| Signer::new(id, key.to_text()))
        .collect();
    let cluster_id = id_text("cluster", &context.services.seed.derive("signer cluster", &[]));
    Reply::json(&SignerClusterList::new(vec![SignerCluster::new(cluster_id, signers)]))
}

/// The signers of the emulator.
///
/// # Errors
/// 500 about once in 2^128 seeds.
pub(super) fn signers(context: &Context<'_>) -> Result<Signers, Refusal> {
    Signers::derive(&context.services.seed).map_err(|error| Refusal::internal(&error))
}

/// `GET /key-stores`.
pub(super) fn list_stores(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let id = parsed::<KeyStoreId>(&key_store::key_store_id(context)?)?;
    Reply::json(&KeyStoreList::new(vec![KeyStore::new(id, KeyStoreKind::Mpc, true)]))
}
