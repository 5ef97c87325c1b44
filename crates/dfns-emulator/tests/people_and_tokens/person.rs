//! Somebody with a key of their own, who is about to become a user.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dfns_emulator::{Clock, Emulator};
use dfns_types::Timestamp;
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use crate::support::{Answer, Signer, client_data, send};

pub(crate) const NO_TOKEN: (u16, &str) = (401, "user token is missing or invalid");
pub(crate) const NOT_VALID: (u16, &str) = (400, "Challenge token is not valid.");
pub(crate) const NO_CREDENTIAL: (u16, &str) = (
    401,
    "User does not have a credential that can be used for the application.",
);
pub(crate) const INVALID_CODE: (u16, &str) = (403, "Invalid code");
pub(crate) const DEACTIVATED: (u16, &str) = (400, "User account has been deactivated.");

/// An emulator whose clock moves only when a test moves it.
pub(crate) async fn emulator() -> Emulator {
    let start: Timestamp = "2026-11-22T14:56:55.000Z".parse().unwrap();
    Emulator::builder().clock(Clock::fixed(start)).start().await.unwrap()
}

/// Somebody with an Ed25519 key and an address.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) credential_id: String,
    seed: [u8; 32],
}

impl Person {
    /// Two people of the same name have the same key.
    pub(crate) fn new(name: &str) -> Self {
        let seed = digest(&SHA256, name.as_bytes()).as_ref().try_into().unwrap();
        Self {
            email: format!("{name}@example.test"),
            credential_id: format!("key of {name}"),
            seed,
        }
    }

    fn pair(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&self.seed).unwrap()
    }

    fn pem(label: &str, prefix: &[u8], key: &[u8]) -> String {
        let body = STANDARD.encode([prefix, key].concat());
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    }

    /// The public half of the key.
    pub(crate) fn public_key(&self) -> String {
        let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        Self::pem("PUBLIC KEY", &prefix, self.pair().public_key().as_ref())
    }

    /// The fingerprint under which the API shows the key.
    pub(crate) fn fingerprint(&self) -> String {
        let der: String = self
            .public_key()
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        format!(
            "SHA256:{}",
            STANDARD.encode(digest(&SHA256, &STANDARD.decode(der).unwrap()))
        )
    }

    /// A new credential of a kind, attested over a challenge.
    pub(crate) fn attest(&self, kind: &str, challenge: &str) -> Value {
        let client_data = format!(r#"{{"type":"key.create","challenge":"{challenge}"}}"#);
        let hash = hex(digest(&SHA256, client_data.as_bytes()).as_ref());
        let public_key = self.public_key();
        let signed = format!(r#"{{"clientDataHash":"{hash}","publicKey":{}}}"#, json!(public_key));
        let signature = hex(self.pair().sign(signed.as_bytes()).as_ref());
        let data = json!({ "publicKey": public_key, "signature": signature }).to_string();
        json!({
            "credentialKind": kind,
            "credentialInfo": {
                "credId": self.credential_id,
                "clientData": URL_SAFE_NO_PAD.encode(client_data),
                "attestationData": URL_SAFE_NO_PAD.encode(data),
            },
        })
    }

    /// The person with a token, ready to sign.
    pub(crate) fn with_token(&self, emulator: &Emulator, token: &str) -> Signer {
        self.with_credential(emulator, token, &self.credential_id)
    }

    /// The person with a token whose credential the server named.
    pub(crate) fn with_credential(&self, emulator: &Emulator, token: &str, credential_id: &str) -> Signer {
        let prefix = [
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ];
        Signer::new(
            &emulator.url(),
            token,
            credential_id,
            &Self::pem("PRIVATE KEY", &prefix, &self.seed),
        )
    }

    /// Invites the person as an employee and answers their id.
    pub(crate) fn invite(&self, emulator: &Emulator) -> String {
        let body = json!({ "email": self.email, "kind": "CustomerEmployee" });
        let answer = Signer::service_account(emulator).signed("POST", "/auth/users", &body.to_string());
        text(&answer, "userId")
    }

    /// Begins the registration of the invited person.
    pub(crate) fn begin_registration(&self, emulator: &Emulator, code: &str) -> Answer {
        let body = json!({ "username": self.email, "registrationCode": code, "orgId": emulator.org_id() });
        post(emulator, "/auth/registration/init", &body)
    }

    /// Completes a registration with one key.
    pub(crate) fn complete_registration(&self, emulator: &Emulator, begun: &Answer) -> Answer {
        let credential = self.attest("Key", &text(begun, "challenge"));
        let body = json!({ "firstFactorCredential": credential });
        post_temporary(emulator, begun, "/auth/registration", &body)
    }

    /// Invites and registers the person as an employee, and answers their id.
    pub(crate) fn register(&self, emulator: &Emulator) -> String {
        let id = self.invite(emulator);
        let begun = self.begin_registration(emulator, &mailed(emulator, &self.email, "registration"));
        assert_eq!(self.complete_registration(emulator, &begun).status, 200);
        id
    }

    /// Begins a delegated registration as an end user.
    pub(crate) fn delegate(&self, emulator: &Emulator) -> Answer {
        let body = json!({ "email": self.email, "kind": "EndUser", "externalId": "theirs" });
        Signer::service_account(emulator).signed("POST", "/auth/registration/delegated", &body.to_string())
    }

    /// Begins a login.
    pub(crate) fn begin_login(&self, emulator: &Emulator) -> Answer {
        let body = json!({ "username": self.email, "orgId": emulator.org_id() });
        post(emulator, "/auth/login/init", &body)
    }

    /// Completes a login that was begun.
    pub(crate) fn complete_login(&self, emulator: &Emulator, begun: &Answer) -> Answer {
        let assertion = self
            .with_token(emulator, "")
            .assertion(&client_data(&text(begun, "challenge")));
        let body = json!({ "challengeIdentifier": text(begun, "challengeIdentifier"), "firstFactor": assertion });
        post(emulator, "/auth/login", &body)
    }

    /// Logs in.
    pub(crate) fn log_in(&self, emulator: &Emulator) -> Signer {
        let done = self.complete_login(emulator, &self.begin_login(emulator));
        self.with_token(emulator, &text(&done, "token"))
    }
}

/// A text of an answer that must be there.
pub(crate) fn text(answer: &Answer, name: &str) -> String {
    answer.body[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {answer:?}"))
        .to_owned()
}

/// The newest code that was mailed to somebody.
pub(crate) fn mailed(emulator: &Emulator, recipient: &str, purpose: &str) -> String {
    let outbox = send(
        &emulator.url(),
        "GET",
        &format!("/__admin/outbox?recipient={recipient}"),
        &[],
        b"",
    );
    let items = outbox.body["items"].as_array().unwrap();
    let mail = items
        .iter()
        .find(|mail| mail["purpose"] == purpose)
        .unwrap_or_else(|| panic!("{outbox:?}"));
    mail["code"].as_str().unwrap().to_owned()
}

/// A call without a token.
pub(crate) fn post(emulator: &Emulator, path: &str, body: &Value) -> Answer {
    send(&emulator.url(), "POST", path, &[], body.to_string().as_bytes())
}

/// The completing call of a registration, with its temporary token.
pub(crate) fn post_temporary(emulator: &Emulator, begun: &Answer, path: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {}", text(begun, "temporaryAuthenticationToken"));
    send(
        &emulator.url(),
        "POST",
        path,
        &[("authorization", &bearer)],
        body.to_string().as_bytes(),
    )
}

/// Bytes in lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect()
}
