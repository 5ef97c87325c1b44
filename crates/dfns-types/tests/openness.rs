//! A value that the API added after this release never fails a response.

use dfns_types::{Amount, Network, Transfer, Wallet};
use serde_json::json;

fn wallet() -> serde_json::Value {
    json!({
        "id": "wa-2k4ls-0p1qm-8f7gh3jd5kq9vt6a",
        "network": "EthereumSepolia",
        "signingKey": {"id": "key-2k4ls-0p1qm-8f7gh3jd5kq9vt6a", "scheme": "ECDSA", "curve": "secp256k1", "publicKey": "02ab"},
        "status": "Active",
        "dateCreated": "2026-11-22T14:56:55.123Z",
        "custodial": true,
        "tags": [],
    })
}

#[test]
fn a_known_wallet_goes_back_out_unchanged() {
    let decoded: Wallet = serde_json::from_value(wallet()).unwrap();
    assert_eq!(serde_json::to_value(&decoded).unwrap(), wallet());
}

#[test]
fn an_unknown_network_status_and_field_do_not_fail_a_wallet() {
    let mut json = wallet();
    json["network"] = "Utopia".into();
    json["status"] = "Dreaming".into();
    let mut with_field = json.clone();
    with_field["mood"] = "fine".into();
    let decoded: Wallet = serde_json::from_value(with_field).unwrap();
    assert_eq!(decoded.network.to_string(), "Utopia");
    assert!(matches!(decoded.network, Network::Unknown(_)));
    assert_eq!(serde_json::to_value(&decoded).unwrap(), json);
}

#[test]
fn an_unknown_text_that_is_known_cannot_be_made() {
    assert_eq!(Network::from("Bitcoin"), Network::Bitcoin);
    assert_ne!(Network::from("Utopia"), Network::Bitcoin);
    assert_eq!(Network::from("Utopia"), "Utopia".parse().unwrap());
}

#[test]
fn an_unknown_kind_of_transfer_is_kept_whole_and_does_not_print_its_values() {
    let json = json!({"kind": "Teleport", "to": "mars", "password": "hunter2", "hops": [1, {"a": null}]});
    let transfer: Transfer = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(transfer.kind(), "Teleport");
    assert_eq!(serde_json::to_value(&transfer).unwrap(), json);
    let printed = format!("{transfer:?}");
    assert!(
        printed.contains("Teleport") && printed.contains("password") && !printed.contains("hunter2"),
        "{printed}"
    );
}

#[test]
fn a_bad_payload_of_a_known_kind_is_an_error_that_names_kind_and_field() {
    let error = serde_json::from_value::<Transfer>(json!({"kind": "Native", "to": "0x00"})).unwrap_err();
    assert_eq!(error.to_string(), "kind = \"Native\": missing field `amount`");
    let error = serde_json::from_value::<Transfer>(json!({"to": "0x00"})).unwrap_err();
    assert_eq!(error.to_string(), "missing field `kind`");
}

#[test]
fn a_transfer_is_written_with_its_kind() {
    let transfer: Transfer = Transfer::native("0x00", 1_u64).with_memo("hi").into();
    assert_eq!(
        serde_json::to_value(&transfer).unwrap(),
        json!({"kind": "Native", "to": "0x00", "amount": "1", "memo": "hi"})
    );
    let Transfer::Native(native) = &transfer else {
        panic!("{transfer:?}")
    };
    assert_eq!(native.amount, Amount::from(1_u64));
}

#[test]
fn every_known_network_is_its_own_text() {
    for network in Network::VALUES {
        assert_eq!(&Network::from(network.as_str()), network);
    }
}
