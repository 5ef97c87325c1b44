//! Runs every target over random bytes and over damaged good input: the same on every machine, without a fuzzer.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dfns::{KeyPair, Secret, webhook};
use serde_json::{Value, json};

/// What readers of JSON, DER and headers stumble over.
const TOKENS: [&[u8]; 16] = [
    b"null",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\"\\ud800\"",
    b"\"\"",
    b"[",
    b"]",
    b"{\"kind\":",
    b"}",
    b"\\u0000",
    b"\xff\xfe",
    b"\n",
    b"\x30\x84\xff\xff\xff\xff",
    b"\x30\x80",
    b"\x02\x01\x00",
];

/// The generator that is called `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.below(200);
        (0..length).map(|_| self.byte()).collect()
    }

    fn damage(&mut self, good: &[u8]) -> Vec<u8> {
        let mut bytes = good.to_vec();
        for _ in 0..=self.below(4) {
            let start = self.below(bytes.len());
            let end = (start + 1 + self.below(8)).min(bytes.len());
            match self.below(6) {
                0 if start < end => bytes[start] ^= 1 << self.below(8),
                1 if start < end => bytes[start] = self.byte(),
                2 => drop(bytes.drain(start..end)),
                3 => bytes.truncate(start),
                4 => {
                    let part = bytes[start..end].to_vec();
                    bytes.splice(start..start, part);
                }
                _ => drop(bytes.splice(start..end, TOKENS[self.below(TOKENS.len())].iter().copied())),
            }
        }
        bytes
    }
}

/// Every good input as it is, which has to be read, and damaged, so many times each; and random bytes.
fn run(target: fn(&[u8]) -> bool, good: &[Vec<u8>], times: usize) {
    let mut random = Random(0x64_66_6e_73);
    for good in good {
        assert!(target(good), "not read: {}", String::from_utf8_lossy(good));
        for _ in 0..times {
            target(&random.damage(good));
        }
    }
    for _ in 0..times {
        target(&random.bytes());
    }
}

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn der(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn no_bytes_for_a_key_are_more_than_refused() {
    let keys = vectors(include_str!("../../crates/dfns/tests/data/key-credentials.json"));
    let keys = keys["keys"].as_object().unwrap().values();
    let mut good: Vec<Vec<u8>> = keys.map(|key| der(&key["privateKeyPkcs8Base64"])).collect();
    let text = KeyPair::from_der(&good[0]).unwrap().private_key_pem();
    good.push(text.expose_secret().as_bytes().to_vec());
    run(dfns_fuzz::key, &good, 500);
}

#[test]
fn no_bytes_for_an_encrypted_key_are_more_than_refused() {
    let keys = vectors(include_str!("../../crates/dfns/tests/data/encrypted-keys.json"));
    let good = der(&keys["keys"][0]["der"]);
    // Few: each may take the thousands of rounds that it asks for.
    run(dfns_fuzz::key, &[good], 60);
}

#[test]
fn no_delivery_is_more_than_refused() {
    let vectors = vectors(include_str!("../../crates/dfns/tests/data/webhook-signature.json"));
    let body = vectors["bodyUtf8"].as_str().unwrap().as_bytes().to_vec();
    let signature = webhook::sign(&Secret::new("whs-secret"), &body);
    let signed = [signature.as_bytes(), b"\n", &body].concat();
    let unknown = br#"{"id":"whe-6t1cq-b2m4n-1a2b3c4d5e6f7g8h","kind":"wallet.sold","date":"2026-01-02T03:04:05.000Z",
        "timestampSent":1767323045,"deliveryAttempt":2,"retryOf":"whe-6t1cq-b2m4n-1a2b3c4d5e6f7g8j","data":{}}"#;
    let longest = String::from_utf8_lossy(unknown).replace("whe-6t1cq-b2m4n-1a2b3c4d5e6f7g8j", &"e".repeat(512));
    let good = [body, signed, unknown.to_vec(), longest.into_bytes()];
    run(dfns_fuzz::webhook, &good, 2_000);
}

fn challenge(password_protected: &Value) -> Value {
    json!({
        "challenge": "Y2gtMWoz",
        "challengeIdentifier": "identifier",
        "supportedCredentialKinds": [{"kind": "Key", "factor": "first", "requiresSecondFactor": false}],
        "userVerification": "required",
        "attestation": "direct",
        "allowCredentials": {
            "key": [{"type": "public-key", "id": "cr-1"}],
            "webauthn": [],
            "passwordProtectedKey": password_protected,
        },
        "externalAuthenticationUrl": "",
        "rp": {"id": "example.test", "name": "Example"},
    })
}

#[test]
fn no_challenge_is_signed_that_does_not_allow_it() {
    let protected = json!([{"type": "public-key", "id": "cr-2", "encryptedPrivateKey": STANDARD.encode(
        r#"{"key":"AAAA","iv":"AAAA"}"#
    )}]);
    let good = [challenge(&json!([])), challenge(&protected)].map(|challenge| challenge.to_string().into_bytes());
    run(dfns_fuzz::challenge, &good, 2_000);
}

#[test]
fn no_call_is_completed_that_was_not_begun() {
    let prepared = json!({
        "operation": "createWallet",
        "target": "/wallets",
        "payload": r#"{"network":"EthereumSepolia","name":"savings"}"#,
        "challenge": challenge(&json!([])),
    })
    .to_string();
    let client_data = |kind: &str| URL_SAFE_NO_PAD.encode(format!(r#"{{"type":"{kind}","challenge":"Y2gtMWoz"}}"#));
    let good = [
        json!({"kind": "Key", "credentialAssertion": {
            "credId": "cr-1", "clientData": client_data("key.get"), "signature": "AAAA",
        }}),
        json!({"kind": "Fido2", "credentialAssertion": {
            "credId": "cr-1", "clientData": client_data("webauthn.get"), "signature": "AAAA", "authenticatorData": "AAAA",
        }}),
    ]
    .map(|assertion| {
        format!("{prepared}\n{assertion}").into_bytes()
    });
    run(dfns_fuzz::action, &good, 2_000);
}

#[test]
fn no_answer_is_more_than_an_error() {
    let wallet = json!({
        "id": "wa-1f04s-lqc9q-86l8fvnvqmfv3s3r",
        "network": "EthereumSepolia",
        "signingKey": {
            "id": "key-6t1cq-b2m4n-1a2b3c4d5e6f7g8h", "scheme": "ECDSA", "curve": "secp256k1", "publicKey": "02ab",
        },
        "status": "Active",
        "dateCreated": "2026-01-02T03:04:05.000Z",
        "custodial": true,
        "tags": ["treasury"],
        "name": "savings",
    });
    let delivery = vectors(include_str!("../../crates/dfns/tests/data/webhook-signature.json"));
    let delivery = vectors(delivery["bodyUtf8"].as_str().unwrap());
    let transfer = &delivery["data"]["transferRequest"];
    let wallets = json!({"items": [wallet, wallet], "nextPageToken": "token"});
    let transfers = json!({"walletId": transfer["walletId"], "items": [transfer]});
    let good = [wallet, wallets, transfers].map(|answer| answer.to_string().into_bytes());
    run(dfns_fuzz::answer, &good, 500);
}

#[test]
fn no_refusal_is_taken_for_an_answer() {
    let refusal = json!({"error": {"message": "no", "context": {"field": ["wrong"]}}}).to_string();
    let mut random = Random(1);
    for _ in 0..500 {
        let damaged = random.damage(refusal.as_bytes());
        assert!(!dfns_fuzz::answer(&damaged), "{}", String::from_utf8_lossy(&damaged));
    }
}
