//! Signed calls between their two steps: what was kept of one, and what a device answered.

use dfns::http::StatusCode;
use dfns::types::Network;
use dfns::{Error, FirstFactorAssertion, PreparedAction, Step};
use serde_json::Value;

use crate::offline::{DFNS, answered};

/// Reads the first line of the bytes as a [`PreparedAction`] and the rest as an assertion, and completes a call with them; true if the assertion was
/// handed in.
///
/// # Panics
/// If a request is sent for another call than the one that was begun, or the call itself without a user action.
pub fn action(bytes: &[u8]) -> bool {
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (prepared, assertion) = bytes.split_at(line);
    let (Ok(action), Ok(assertion)) = (
        serde_json::from_slice::<PreparedAction>(prepared),
        serde_json::from_slice::<FirstFactorAssertion>(assertion),
    ) else {
        return false;
    };
    let call = DFNS.wallets().create(Network::EthereumSepolia).name("savings");
    let completed = call.complete(&action, assertion);
    // No answer of this one is a user action.
    let (outcome, asked) = answered(StatusCode::OK, b"{}", completed);
    let error = outcome.expect_err("there is no user action");
    if asked.is_empty() {
        let is_refused = matches!(error, Error::ActionChanged { .. } | Error::Argument { .. });
        assert!(is_refused, "{}", error.report());
        return false;
    }
    assert_eq!(asked, [Step::Signature], "{}", error.report());
    let kept: Value = serde_json::to_value(&action).expect("plain data");
    assert_eq!(kept["operation"], "createWallet");
    assert_eq!(kept["target"], "/wallets");
    assert_eq!(kept["payload"], r#"{"network":"EthereumSepolia","name":"savings"}"#);
    true
}
