//! Ids: a type each, none of which can change a path.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "no case uses all that a crate has"
)]

include!("../support/root.rs");
generated_code!(
    "../generated/ids/types/mod.rs",
    "../generated/ids/api/mod.rs",
    "../generated/ids/dfns/mod.rs"
);

use serde_json::json;

const WALLET: &str = "wa-2k4ls-0p1qm-8f7gh3jd5kq9vt6a";
const USER: &str = "us-2k4ls-0p1qm-8f7gh3jd5kq9vt6a";

#[test]
fn an_id_of_its_own_kind_is_taken_and_printed_as_it_is() {
    let id = WalletId::new(WALLET).unwrap();
    assert_eq!(WalletId::PREFIX, "wa");
    assert_eq!(id.as_str(), WALLET);
    assert_eq!(id.to_string(), WALLET);
    assert_eq!(serde_json::to_value(&id).unwrap(), WALLET);
}

#[test]
fn an_id_of_another_kind_is_refused_by_name() {
    let error = WalletId::new(USER).unwrap_err().to_string();
    assert!(error.contains("WalletId") && error.contains(r#""us""#), "{error}");
}

#[test]
fn text_that_would_change_a_path_is_refused_everywhere() {
    for text in ["", ".", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "a\\b", "a\n"] {
        WalletId::new(text).expect_err(text);
        serde_json::from_value::<WalletId>(json!(text)).expect_err(text);
    }
}

#[test]
fn an_id_of_an_old_or_foreign_form_is_decoded() {
    let wallet: Wallet = serde_json::from_value(json!({"id": "us-old-form", "owner": "7"})).unwrap();
    assert_eq!(wallet.id.as_str(), "us-old-form");
    let wallet: Wallet = serde_json::from_value(json!({"id": USER})).unwrap();
    assert_eq!(wallet.id.as_str(), USER);
    assert_eq!(wallet.owner, None);
}

#[tokio::test]
async fn a_call_puts_the_id_into_its_path() {
    let (dfns, recorder) = Dfns::answering(&[r#"{"id": "wa-1"}"#]);
    dfns.wallets().get(WalletId::new(WALLET).unwrap()).send().await.unwrap();
    let request = recorder.only();
    assert_eq!(request.line, format!("GET /wallets/{WALLET}"));
    assert_eq!(request.operation.path, "/wallets/{walletId}");
}
