//! Passkeys, with a software authenticator: registered, and used to log in without a name.

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use crate::person::{NO_CREDENTIAL, Person, emulator, post, post_temporary, text};
use crate::support::{Signer, send};

const ORIGIN: &str = "https://app.example.test";
const RELYING_PARTY: &str = "example.test";
const ID: &[u8; 16] = b"passkey of eve!!";

/// An authenticator with one P-256 key.
struct Authenticator(EcdsaKeyPair);

impl Authenticator {
    fn new() -> Self {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random).unwrap())
    }

    /// Client data as a browser writes them: the challenge is encoded once more.
    fn client_data(kind: &str, challenge: &str, origin: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(challenge);
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#)
    }

    /// Hash of the relying party, flags, counter.
    fn data(relying_party: &str, flags: u8, count: u32) -> Vec<u8> {
        [
            digest(&SHA256, relying_party.as_bytes()).as_ref(),
            &[flags],
            &count.to_be_bytes(),
        ]
        .concat()
    }

    /// A new credential without an attestation statement.
    fn attest(&self, challenge: &str, origin: &str) -> Value {
        self.attest_for(RELYING_PARTY, challenge, origin)
    }

    fn attest_for(&self, relying_party: &str, challenge: &str, origin: &str) -> Value {
        let point = self.0.public_key().as_ref();
        let cose: Vec<u8> = [
            &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20][..],
            &point[1..33],
            &[0x22, 0x58, 0x20],
            &point[33..65],
        ]
        .concat();
        let data = [&Self::data(relying_party, 0x45, 0)[..], &[0; 16], &[0, 16], ID, &cose].concat();
        let length = u8::try_from(data.len()).unwrap();
        let object = [b"\xa3cfmtdnonegattStmt\xa0hauthData\x58", &[length][..], &data].concat();
        json!({
            "credentialKind": "Fido2",
            "credentialInfo": {
                "credId": URL_SAFE_NO_PAD.encode(ID),
                "clientData": URL_SAFE_NO_PAD.encode(Self::client_data("webauthn.create", challenge, origin)),
                "attestationData": URL_SAFE_NO_PAD.encode(object),
            },
        })
    }

    fn assert(&self, challenge: &str, user_id: &str, count: u32) -> Value {
        let client_data = Self::client_data("webauthn.get", challenge, ORIGIN);
        let data = Self::data(RELYING_PARTY, 0x05, count);
        let signed = [&data[..], digest(&SHA256, client_data.as_bytes()).as_ref()].concat();
        let signature = self.0.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "kind": "Fido2",
            "credentialAssertion": {
                "credId": URL_SAFE_NO_PAD.encode(ID),
                "clientData": URL_SAFE_NO_PAD.encode(client_data),
                "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "signature": URL_SAFE_NO_PAD.encode(signature),
                "userHandle": URL_SAFE_NO_PAD.encode(user_id),
            },
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_passkey_registers_and_logs_in_without_a_name() {
    let emulator = emulator().await;
    let (eve, authenticator) = (Person::new("eve"), Authenticator::new());
    let begun = eve.delegate(&emulator);
    let body = json!({ "firstFactorCredential": authenticator.attest(&text(&begun, "challenge"), ORIGIN) });
    let done = post_temporary(&emulator, &begun, "/auth/registration", &body);
    let user_id = done.body["user"]["id"].as_str().unwrap_or_else(|| panic!("{done:?}"));

    let log_in = |user_id: &str, count: u32| {
        let begun = post(&emulator, "/auth/login/init", &json!({ "orgId": emulator.org_id() }));
        assert_eq!(begun.body["allowCredentials"]["webauthn"], json!([]));
        let factor = authenticator.assert(&text(&begun, "challenge"), user_id, count);
        let body = json!({ "challengeIdentifier": text(&begun, "challengeIdentifier"), "firstFactor": factor });
        post(&emulator, "/auth/login", &body)
    };
    let token = text(&log_in(user_id, 1), "token");
    let listed = eve.with_token(&emulator, &token).call("GET", "/auth/credentials", "");
    let passkey = &listed.body["items"][0];
    assert_eq!(
        (&passkey["relyingPartyId"], &passkey["origin"]),
        (&json!(RELYING_PARTY), &json!(ORIGIN))
    );
    assert_eq!(
        log_in(user_id, 1).refusal(),
        (401, "Invalid signature."),
        "the counter must grow"
    );
    assert_eq!(
        log_in("us-another", 2).refusal(),
        (401, "Invalid signature."),
        "the handle is another user's"
    );
    assert_eq!(log_in(user_id, 3).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_id_of_a_passkey_comes_with_padding_or_without() {
    let emulator = emulator().await;
    let (eve, authenticator) = (Person::new("eve"), Authenticator::new());
    let begun = eve.delegate(&emulator);
    let padded = URL_SAFE.encode(ID);
    assert!(padded.ends_with('='));
    let mut credential = authenticator.attest(&text(&begun, "challenge"), ORIGIN);
    credential["credentialInfo"]["credId"] = json!(padded);
    let body = json!({ "firstFactorCredential": credential });
    let done = post_temporary(&emulator, &begun, "/auth/registration", &body);
    let user_id = done.body["user"]["id"].as_str().unwrap_or_else(|| panic!("{done:?}"));
    for (count, id, who) in [
        (1, padded.clone(), json!({ "orgId": emulator.org_id() })),
        (2, padded, json!({ "orgId": emulator.org_id(), "username": eve.email })),
        (3, URL_SAFE_NO_PAD.encode(ID), json!({ "orgId": emulator.org_id() })),
    ] {
        let begun = post(&emulator, "/auth/login/init", &who);
        let mut factor = authenticator.assert(&text(&begun, "challenge"), user_id, count);
        factor["credentialAssertion"]["credId"] = json!(id);
        let body = json!({ "challengeIdentifier": text(&begun, "challengeIdentifier"), "firstFactor": factor });
        let answer = post(&emulator, "/auth/login", &body);
        assert_eq!(answer.status, 200, "{count}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_passkey_of_a_page_elsewhere_is_refused() {
    let emulator = emulator().await;
    let (eve, authenticator) = (Person::new("eve"), Authenticator::new());
    let begun = eve.delegate(&emulator);
    for origin in [
        "https://example.com",
        "http://app.example.test",
        "https://test",
        "https://app.example.test/",
        "https://app.example.test@example.test",
    ] {
        let body = json!({ "firstFactorCredential": authenticator.attest(&text(&begun, "challenge"), origin) });
        assert_eq!(
            post_temporary(&emulator, &begun, "/auth/registration", &body).status,
            400,
            "{origin}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_passkey_of_the_right_page_is_refused_with_what_is_wrong_with_it() {
    let emulator = emulator().await;
    let begun = Person::new("eve").delegate(&emulator);
    let mut credential = Authenticator::new().attest_for("app.example.test", &text(&begun, "challenge"), ORIGIN);
    credential["credentialInfo"]["credId"] = json!(URL_SAFE_NO_PAD.encode("another"));
    let body = json!({ "firstFactorCredential": credential });
    let refused = post_temporary(&emulator, &begun, "/auth/registration", &body);
    assert_eq!(refused.status, 400);
    assert!(
        refused.message().ends_with("it is about another credential"),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_key_does_not_log_in_without_a_name() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.register(&emulator);
    let begun = post(&emulator, "/auth/login/init", &json!({ "orgId": emulator.org_id() }));
    assert_eq!(anna.complete_login(&emulator, &begun).refusal(), NO_CREDENTIAL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_passkey_is_refused_through_an_application_of_another_domain() {
    let emulator = emulator().await;
    let (eve, authenticator) = (Person::new("eve"), Authenticator::new());
    let begun = eve.delegate(&emulator);
    let body = json!({ "firstFactorCredential": authenticator.attest(&text(&begun, "challenge"), ORIGIN) });
    let done = post_temporary(&emulator, &begun, "/auth/registration", &body);
    let user_id = done.body["user"]["id"].as_str().unwrap_or_else(|| panic!("{done:?}"));
    let service = Signer::service_account(&emulator);
    let application = |relying_party: &str, origin: &str| {
        let body = json!({
            "kind": "ClientSideApplication", "name": "shop", "relyingPartyId": relying_party, "origin": origin,
        });
        text(&service.signed("POST", "/auth/apps", &body.to_string()), "appId")
    };
    let log_in = |application: &str, count: u32| {
        let begun = post(&emulator, "/auth/login/init", &json!({ "orgId": emulator.org_id() }));
        let factor = authenticator.assert(&text(&begun, "challenge"), user_id, count);
        let body = json!({ "challengeIdentifier": text(&begun, "challengeIdentifier"), "firstFactor": factor });
        let headers = [("x-dfns-appid", application)];
        send(
            &emulator.url(),
            "POST",
            "/auth/login",
            &headers,
            body.to_string().as_bytes(),
        )
        .status
    };
    assert_eq!(log_in(&application("example.org", ORIGIN), 1), 403);
    assert_eq!(
        log_in(&application(RELYING_PARTY, "https://elsewhere.example.test"), 2),
        403
    );
    assert_eq!(log_in(&application(RELYING_PARTY, ORIGIN), 3), 200);
}
