//! More keys for service accounts with a federated identity.

use serde_json::json;

use crate::person::{Person, emulator, text};
use crate::support::Signer;

/// A service account with the key of a person, federated or not.
fn service_account(emulator: &dfns_emulator::Emulator, person: &Person, is_federated: bool) -> Signer {
    let mut body = json!({ "name": person.email, "publicKey": person.public_key() });
    if is_federated {
        body["federatedIdentity"] = json!({ "issuer": "https://issuer.example.test", "subject": "build" });
    }
    let made = Signer::employee(emulator).signed("POST", "/auth/service-accounts", &body.to_string());
    assert_eq!(made.status, 200, "{made:?}");
    let token = &made.body["accessTokens"][0];
    person.with_credential(
        emulator,
        token["accessToken"].as_str().unwrap(),
        token["credId"].as_str().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_federated_service_account_changes_its_key_and_keeps_its_token() {
    let emulator = emulator().await;
    let (old, new) = (Person::new("old"), Person::new("new"));
    let with_old = service_account(&emulator, &old, true);
    let body = json!({ "publicKey": new.public_key(), "name": "second" }).to_string();
    let added = with_old.signed("POST", "/auth/service-accounts/credentials", &body);
    assert_eq!(
        (added.status, added.body["name"].as_str()),
        (200, Some("second")),
        "{added:?}"
    );
    assert_eq!(text(&added, "publicKey"), new.fingerprint());

    let with_new = new.with_credential(&emulator, &with_old.token, &text(&added, "credentialId"));
    let accounts = with_new.call("GET", "/auth/service-accounts", "");
    assert_eq!(accounts.status, 200, "{accounts:?}");
    let first = signer_of_the_last_action(&with_new);
    let path = format!("/auth/service-accounts/credentials/{first}");
    assert_eq!(with_new.signed("DELETE", &path, "").status, 200);
    let last = format!("/auth/service-accounts/credentials/{}", text(&added, "credentialUuid"));
    assert_eq!(
        with_new.signed("DELETE", &last, "").refusal(),
        (400, "the last active credential of a service account cannot be deleted")
    );
}

/// The server's id of the credential that signed last, as the log of user actions has it.
fn signer_of_the_last_action(signer: &Signer) -> String {
    let day = "startTime=2026-11-22T00:00:00.000Z&endTime=2026-11-23T00:00:00.000Z";
    let csv = signer.call("GET", &format!("/auth/action/logs?{day}"), "");
    let id = csv
        .body
        .as_str()
        .unwrap()
        .lines()
        .last()
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .to_owned();
    let log = signer.call("GET", &format!("/auth/action/logs/{id}"), "");
    log.body["firstFactorCredential"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_a_federated_service_account_has_more_than_one_key() {
    let emulator = emulator().await;
    let body = json!({ "publicKey": Person::new("new").public_key() }).to_string();
    let path = "/auth/service-accounts/credentials";
    let plain = service_account(&emulator, &Person::new("plain"), false);
    assert_eq!(
        plain.signed("POST", path, &body).refusal(),
        (400, "the service account has no federated identity")
    );
    assert_eq!(Signer::employee(&emulator).signed("POST", path, &body).status, 403);
    let federated = service_account(&emulator, &Person::new("federated"), true);
    let bad = federated.signed("POST", path, "{\"publicKey\":\"none\"}");
    assert_eq!(bad.status, 400, "{bad:?}");
    let foreign = federated.signed("DELETE", &format!("{path}/cr-00000-00000-0000000000000000"), "");
    assert_eq!(foreign.refusal(), (404, "credential not found"));
}
