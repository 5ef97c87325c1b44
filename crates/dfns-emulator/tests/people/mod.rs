//! End users and employees, registered with a key of their own.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dfns_emulator::Emulator;
use dfns_types::Hex;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::{Signer, send};

/// Registers an end user and logs them in; answers their id, too.
pub(crate) fn end_user(emulator: &Emulator, email: &str) -> (Signer, String) {
    registered(emulator, email, "EndUser")
}

/// Registers an employee, who holds no permission, and logs them in; answers their id, too.
#[allow(dead_code, reason = "not every test file has employees")]
pub(crate) fn employee(emulator: &Emulator, email: &str) -> (Signer, String) {
    registered(emulator, email, "CustomerEmployee")
}

fn registered(emulator: &Emulator, email: &str, kind: &str) -> (Signer, String) {
    let url = emulator.url();
    let request = json!({ "email": email, "kind": kind }).to_string();
    let started = Signer::service_account(emulator).signed("POST", "/auth/registration/delegated", &request);
    assert_eq!(started.status, 200, "{started:?}");

    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let key = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let spki = STANDARD.encode([&prefix[..], key.public_key().as_ref()].concat());
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n");
    let client_data = json!({ "type": "key.create", "challenge": started.body["challenge"] }).to_string();
    let hash = Hex::from_bytes_bare(Sha256::digest(&client_data));
    let fingerprint = format!(r#"{{"clientDataHash":"{hash}","publicKey":{}}}"#, json!(pem));
    let signature = Hex::from_bytes_bare(key.sign(fingerprint.as_bytes())).to_string();
    let attestation = json!({ "publicKey": pem, "signature": signature }).to_string();
    let credential_id = URL_SAFE_NO_PAD.encode(email);
    let credential = json!({
        "credentialKind": "Key",
        "credentialInfo": {
            "credId": credential_id,
            "clientData": URL_SAFE_NO_PAD.encode(client_data),
            "attestationData": URL_SAFE_NO_PAD.encode(attestation),
        },
    });
    let bearer = format!(
        "Bearer {}",
        started.body["temporaryAuthenticationToken"].as_str().unwrap()
    );
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let request = json!({ "firstFactorCredential": credential }).to_string();
    let registered = send(&url, "POST", "/auth/registration", &headers, request.as_bytes());
    assert_eq!(registered.status, 200, "{registered:?}");

    let user_id = started.body["user"]["id"].as_str().unwrap().to_owned();
    let request = json!({ "orgId": emulator.org_id(), "userId": user_id }).to_string();
    let session = send(&url, "POST", "/__admin/sessions", &[], request.as_bytes());
    let token = session.body["token"].as_str().unwrap_or_else(|| panic!("{session:?}"));
    let credential_id = registered.body["credential"]["credId"]
        .as_str()
        .unwrap_or(&credential_id)
        .to_owned();
    (
        Signer::new(&url, token, &credential_id, &STANDARD.encode(pkcs8.as_ref())),
        user_id,
    )
}
