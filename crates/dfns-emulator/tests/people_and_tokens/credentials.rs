//! Adding credentials with a token or with a code, and taking them away.

use dfns_emulator::Emulator;
use dfns_types::{Credential, CredentialChallenge};
use serde_json::{Value, json};

use crate::person::{DEACTIVATED, INVALID_CODE, NOT_VALID, Person, emulator, post, text};
use crate::support::{Answer, Declared, Signer, advance};

const WALLET: &str = r#"{"network":"EthereumSepolia"}"#;
const LAST: (u16, &str) = (400, "the last active credential of a user cannot be taken away");

/// A registered employee with a session.
fn session(emulator: &Emulator) -> Signer {
    let anna = Person::new("anna");
    anna.register(emulator);
    anna.log_in(emulator)
}

fn begin(session: &Signer, kind: &str) -> Answer {
    session.call("POST", "/auth/credentials/init", &json!({ "kind": kind }).to_string())
}

/// The body that completes a challenge with the key of somebody.
fn attested(person: &Person, kind: &str, begun: &Answer) -> Value {
    let mut body = person.attest(kind, &text(begun, "challenge"));
    body["challengeIdentifier"] = begun.body["challengeIdentifier"].clone();
    body["credentialName"] = "another".into();
    body
}

fn code(session: &Signer, expiration: impl Into<Value>) -> Answer {
    let body = json!({ "expiration": expiration.into() }).to_string();
    session.signed("POST", "/auth/credentials/code", &body)
}

fn uuids(session: &Signer) -> Vec<String> {
    let list = session.call("GET", "/auth/credentials", "");
    list.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["credentialUuid"].as_str().unwrap().into())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn another_key_is_added_and_logs_in() {
    let emulator = emulator().await;
    let (session, mut phone) = (session(&emulator), Person::new("phone"));
    let begun = begin(&session, "Key");
    let challenge: CredentialChallenge = serde_json::from_value(begun.body.clone()).unwrap();
    assert!(matches!(challenge, CredentialChallenge::Key(_)));
    let made = session.signed(
        "POST",
        "/auth/credentials",
        &attested(&phone, "Key", &begun).to_string(),
    );
    let made: Credential = serde_json::from_value(made.body).unwrap();
    assert_eq!((made.name.as_str(), made.is_active), ("another", true));
    assert_eq!(
        (made.credential_id.as_str(), made.public_key),
        ("key of phone", phone.fingerprint())
    );
    assert_eq!(uuids(&session).len(), 2);
    phone.email = Person::new("anna").email;
    assert_eq!(phone.log_in(&emulator).call("GET", "/auth/credentials", "").status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_credential_challenge_is_completed_once_and_for_its_kind_by_its_user() {
    let emulator = emulator().await;
    let (session, phone) = (session(&emulator), Person::new("phone"));
    let begun = begin(&session, "Key");
    let other_kind = attested(&phone, "RecoveryKey", &begun);
    let answer = session.signed("POST", "/auth/credentials", &other_kind.to_string());
    assert_eq!(
        answer.refusal(),
        (400, "credentialKind: the challenge is for the kind Key")
    );
    let body = attested(&phone, "Key", &begun);
    let admin = Signer::employee(&emulator);
    assert_eq!(
        admin.signed("POST", "/auth/credentials", &body.to_string()).refusal(),
        NOT_VALID
    );
    assert_eq!(
        post(&emulator, "/auth/credentials/code/verify", &body).refusal(),
        NOT_VALID
    );
    assert_eq!(
        session.signed("POST", "/auth/credentials", &body.to_string()).status,
        200
    );
    assert_eq!(
        session.signed("POST", "/auth/credentials", &body.to_string()).refusal(),
        NOT_VALID
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_key_signed_before_it_was_put_away_opens_nothing_afterwards() {
    let emulator = emulator().await;
    let admin = Signer::employee(&emulator);
    let phone = Person::new("phone");
    let body = attested(&phone, "Key", &begin(&admin, "Key"));
    let added = admin.signed("POST", "/auth/credentials", &body.to_string());
    let phone = phone.with_token(&emulator, &admin.token);
    let sign = || {
        phone.sign(Declared {
            method: "POST",
            path: "/wallets",
            payload: WALLET,
        })
    };
    let uuid = text(&added, "credentialUuid");
    let put_away = |how: &str| {
        let answer = match how {
            "delete" => admin.signed("DELETE", &format!("/auth/credentials/{uuid}"), ""),
            _ => admin.signed(
                "PUT",
                &format!("/auth/credentials/{how}"),
                &json!({ "credentialUuid": uuid }).to_string(),
            ),
        };
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    let use_up = |action: &str| admin.call_with("POST", "/wallets", WALLET, Some(action));
    let (deactivated, deleted) = (sign(), sign());
    put_away("deactivate");
    let refused = (403, "user action signature is missing or invalid");
    assert_eq!(use_up(&deactivated).refusal(), refused);
    put_away("activate");
    assert_eq!(use_up(&deactivated).status, 200, "it was not used up");
    put_away("delete");
    assert_eq!(use_up(&deleted).refusal(), refused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_credential_challenge_expires() {
    let emulator = emulator().await;
    let session = session(&emulator);
    let begun = begin(&session, "Key");
    advance(&emulator.url(), 5 * 60);
    let body = attested(&Person::new("phone"), "Key", &begun);
    assert_eq!(
        session.signed("POST", "/auth/credentials", &body.to_string()).refusal(),
        NOT_VALID
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn kinds_that_are_not_supported_are_refused() {
    let emulator = emulator().await;
    let session = session(&emulator);
    for kind in ["Password", "Totp"] {
        let message = format!("kind: {kind} is not supported");
        assert_eq!(begin(&session, kind).refusal(), (400, message.as_str()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn another_device_adds_a_key_with_a_code() {
    let emulator = emulator().await;
    let (session, tablet) = (session(&emulator), Person::new("tablet"));
    let soon = emulator
        .clock()
        .now()
        .checked_add(std::time::Duration::from_secs(45))
        .unwrap();
    let given = code(&session, soon.to_string());
    assert_eq!(given.body["expiration"], soon.to_string());
    let request = json!({ "code": given.body["code"], "credentialKind": "Key" });
    let begun = post(&emulator, "/auth/credentials/code/init", &request);
    assert_eq!(
        post(&emulator, "/auth/credentials/code/init", &request).refusal(),
        INVALID_CODE,
        "it works once"
    );
    let body = attested(&tablet, "Key", &begun);
    let signed = session.signed("POST", "/auth/credentials", &body.to_string());
    assert_eq!(signed.refusal(), NOT_VALID, "the challenge is for the other way");
    assert_eq!(
        post(&emulator, "/auth/credentials/code/verify", &body).body["credentialId"],
        "key of tablet"
    );
    assert_eq!(
        post(&emulator, "/auth/credentials/code/verify", &body).refusal(),
        NOT_VALID
    );
    assert_eq!(uuids(&session).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_credential_code_expires_when_it_says() {
    let emulator = emulator().await;
    let session = session(&emulator);
    let given = code(&session, emulator.clock().now().unix_seconds() + 30);
    advance(&emulator.url(), 31);
    let request = json!({ "code": given.body["code"], "credentialKind": "Key" });
    assert_eq!(
        post(&emulator, "/auth/credentials/code/init", &request).refusal(),
        INVALID_CODE
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_credential_code_is_good_for_a_minute_at_most() {
    let emulator = emulator().await;
    let session = session(&emulator);
    let now = emulator.clock().now().unix_seconds();
    for expiration in [json!(now + 90), json!(now - 1), json!("tomorrow"), json!(null)] {
        assert_eq!(code(&session, expiration.clone()).status, 400, "{expiration}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_code_of_a_deactivated_user_is_refused() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    let id = anna.register(&emulator);
    let given = code(&anna.log_in(&emulator), emulator.clock().now().unix_seconds() + 30);
    Signer::service_account(&emulator).signed("PUT", &format!("/auth/users/{id}/deactivate"), "{}");
    let request = json!({ "code": given.body["code"], "credentialKind": "Key" });
    assert_eq!(
        post(&emulator, "/auth/credentials/code/init", &request).refusal(),
        DEACTIVATED
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_credential_is_deactivated_activated_and_deleted_but_never_the_last() {
    let emulator = emulator().await;
    let (session, mut phone) = (session(&emulator), Person::new("phone"));
    let begun = begin(&session, "Key");
    session.signed(
        "POST",
        "/auth/credentials",
        &attested(&phone, "Key", &begun).to_string(),
    );
    let [new, first] = <[String; 2]>::try_from(uuids(&session)).unwrap();
    let change = |action: &str, uuid: &str| {
        let body = json!({ "credentialUuid": uuid }).to_string();
        session.signed("PUT", &format!("/auth/credentials/{action}"), &body)
    };
    for _twice in 0..2 {
        assert_eq!(change("deactivate", &new).body, json!({ "message": "success" }));
    }
    phone.email = Person::new("anna").email;
    let refused = phone.complete_login(&emulator, &phone.begin_login(&emulator));
    assert_eq!(refused.refusal(), crate::person::NO_CREDENTIAL);
    assert_eq!(change("deactivate", &first).refusal(), LAST);
    assert_eq!(
        session
            .signed("DELETE", &format!("/auth/credentials/{first}"), "")
            .refusal(),
        LAST
    );
    assert_eq!(change("activate", &new).body, json!({ "message": "success" }));
    assert_eq!(
        session.signed("DELETE", &format!("/auth/credentials/{new}"), "").body,
        json!({})
    );
    assert_eq!(uuids(&session), [first]);
    assert_eq!(change("activate", &new).refusal(), (404, "credential not found"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_credentials_of_others_and_of_tokens_are_not_found() {
    let emulator = emulator().await;
    let (session, admin) = (session(&emulator), Signer::employee(&emulator));
    let theirs = &uuids(&admin)[0];
    let body = json!({ "credentialUuid": theirs }).to_string();
    let answer = session.signed("PUT", "/auth/credentials/deactivate", &body);
    assert_eq!(answer.refusal(), (404, "credential not found"));
    let service = Signer::service_account(&emulator);
    assert_eq!(
        service
            .signed("DELETE", &format!("/auth/credentials/{theirs}"), "")
            .status,
        404
    );
    assert_eq!(uuids(&admin).len(), 1);
}
