//! Finds the field that cannot be read: a union says only that one of its members is wrong, and not where.
//!
//! The body is read again as the one type that it should be, and only after an error.

use dfns_types::{
    ApprovalEventData, BlockchainEventData, KeyEventData, OfferEventData, PolicyTriggeredEventData, SignatureEventData,
    TransactionEventData, TransferEventData, WalletEventData, WebhookEventData,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::DecodeError;

/// What is wrong with an event of a kind, and where; nothing if it can be read after all.
#[inline]
pub(super) fn decode_error(kind: &str, body: &[u8]) -> Option<DecodeError> {
    let begins = |prefix| kind.starts_with(prefix);
    if begins("wallet.transfer.") {
        probe::<TransferEventData>(body)
    } else if begins("wallet.transaction.") {
        probe::<TransactionEventData>(body)
    } else if begins("wallet.signature.") {
        probe::<SignatureEventData>(body)
    } else if begins("wallet.offer.") {
        probe::<OfferEventData>(body)
    } else if begins("wallet.blockchainevent.") {
        probe::<BlockchainEventData>(body)
    } else if begins("wallet.blockchain_event.") {
        probe::<WebhookEventData>(body)
    } else if begins("wallet.") {
        probe::<WalletEventData>(body)
    } else if begins("key.") {
        probe::<KeyEventData>(body)
    } else if begins("policy.approval.") {
        probe::<ApprovalEventData>(body)
    } else if begins("policy.") {
        probe::<PolicyTriggeredEventData>(body)
    } else {
        probe::<WebhookEventData>(body)
    }
}

fn probe<T: DeserializeOwned>(body: &[u8]) -> Option<DecodeError> {
    /// The rest of a delivery was read before.
    #[derive(Deserialize)]
    struct Probe<T> {
        #[serde(rename = "data")]
        _data: T,
    }
    let error = serde_json::from_slice::<Probe<T>>(body).err()?;
    Some(DecodeError::new(&error, body))
}
