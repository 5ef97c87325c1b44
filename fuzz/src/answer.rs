//! Answers of the API, through the whole client and into the types.

use std::sync::LazyLock;

use dfns::http::StatusCode;
use dfns::types::{TransferPage, WalletId, WalletPage};
use dfns::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::offline::{DFNS, answered};

static WALLET: LazyLock<WalletId> = LazyLock::new(|| "wa-1f04s-lqc9q-86l8fvnvqmfv3s3r".parse().expect("an id"));

/// Answers reads with the bytes, under statuses of each kind; true if any was read.
///
/// # Panics
/// If a refusal counts as an answer, an error says nothing, or what was read is something else once it was written and
/// read again.
pub fn answer(bytes: &[u8]) -> bool {
    let mut is_read = false;
    for status in [200, 202, 400, 401, 404, 409, 429, 503] {
        let status = StatusCode::from_u16(status).expect("a status");
        is_read |= hold(status, answered(status, bytes, DFNS.wallets().list().send()).0);
        is_read |= hold(status, answered(status, bytes, DFNS.wallets().get(&*WALLET).send()).0);
        let transfers = DFNS.transfers().list(&*WALLET).send();
        is_read |= hold(status, answered(status, bytes, transfers).0);
    }
    comes_back::<WalletPage>(bytes);
    comes_back::<TransferPage>(bytes);
    is_read
}

fn hold<T>(status: StatusCode, outcome: Result<T>) -> bool {
    let is_read = outcome.is_ok();
    match outcome {
        Ok(_) => assert!(status.is_success(), "{status}"),
        Err(error) => {
            let is_decode = matches!(error, Error::Decode { .. });
            assert_eq!(is_decode, status.is_success(), "{status}: {}", error.report());
            assert!(!error.report().is_empty());
        }
    }
    is_read
}

/// What is read, written and read again is what was read first.
fn comes_back<T: DeserializeOwned + Serialize>(bytes: &[u8]) {
    let Ok(read) = serde_json::from_slice::<T>(bytes) else {
        return;
    };
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(
        written,
        serde_json::to_vec(&again).expect("what was read can be written")
    );
}
