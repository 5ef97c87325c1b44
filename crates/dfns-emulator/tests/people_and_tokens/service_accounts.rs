//! Service accounts: machine users with one token and one key.

use dfns_emulator::Emulator;
use dfns_types::ServiceAccount;
use serde_json::{Value, json};

use crate::person::{NO_TOKEN, Person, emulator};
use crate::support::{Answer, Signer, advance};

fn create(emulator: &Emulator, body: &Value) -> Answer {
    Signer::employee(emulator).signed("POST", "/auth/service-accounts", &body.to_string())
}

/// A service account with the key of a person, and its id.
fn made(emulator: &Emulator, robot: &Person) -> (Signer, String) {
    let answer = create(emulator, &json!({ "name": "robot", "publicKey": robot.public_key() }));
    let made: ServiceAccount = serde_json::from_value(answer.body).unwrap();
    let token = &made.access_tokens[0];
    let signer = robot.with_credential(
        emulator,
        token.access_token.as_ref().unwrap().expose_secret(),
        &token.cred_id,
    );
    (signer, made.user_info.user_id.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_service_account_signs_with_the_key_it_was_made_with() {
    let emulator = emulator().await;
    let robot = Person::new("robot");
    let (signer, id) = made(&emulator, &robot);
    let wallet = signer.signed("POST", "/wallets", r#"{"network":"EthereumSepolia"}"#);
    assert_eq!(wallet.status, 200, "it has the permissions of its maker: {wallet:?}");
    let shown = signer.call("GET", &format!("/auth/service-accounts/{id}"), "");
    let shown: ServiceAccount = serde_json::from_value(shown.body).unwrap();
    assert!(shown.access_tokens[0].access_token.is_none(), "the token is shown once");
    assert_eq!(shown.access_tokens[0].public_key, robot.fingerprint());
    assert!(shown.user_info.is_service_account && shown.user_info.is_registered);
    assert!(!shown.user_info.credential_uuid.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_token_of_a_service_account_lives_for_the_days_asked() {
    let emulator = emulator().await;
    let robot = Person::new("robot");
    let answer = create(
        &emulator,
        &json!({ "name": "robot", "publicKey": robot.public_key(), "daysValid": 1 }),
    );
    let token = answer.body["accessTokens"][0]["accessToken"].as_str().unwrap();
    let signer = robot.with_credential(&emulator, token, "");
    advance(&emulator.url(), 24 * 60 * 60 - 60);
    assert_eq!(signer.call("GET", "/auth/users", "").status, 200);
    advance(&emulator.url(), 60);
    assert_eq!(signer.call("GET", "/auth/users", "").refusal(), NO_TOKEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deactivated_service_account_is_refused_until_it_is_active_again() {
    let emulator = emulator().await;
    let ((signer, id), admin) = (made(&emulator, &Person::new("robot")), Signer::employee(&emulator));
    let path = format!("/auth/service-accounts/{id}");
    let inactive = admin.signed("PUT", &format!("{path}/deactivate"), "{}");
    assert_eq!(inactive.body["userInfo"]["isActive"], false);
    assert_eq!(inactive.body["accessTokens"][0]["isActive"], false);
    assert_eq!(signer.call("GET", "/auth/users", "").refusal(), NO_TOKEN);
    assert_eq!(
        admin.signed("PUT", &format!("{path}/activate"), "").body["userInfo"]["isActive"],
        true
    );
    assert_eq!(
        signer.call("GET", "/auth/users", "").status,
        200,
        "the same token is good again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deleted_service_account_is_gone_for_good_and_frees_its_name() {
    let emulator = emulator().await;
    let ((signer, id), admin) = (made(&emulator, &Person::new("robot")), Signer::employee(&emulator));
    let path = format!("/auth/service-accounts/{id}");
    assert_eq!(signer.signed("DELETE", &path, "").status, 400, "not itself");
    assert_eq!(admin.signed("DELETE", &path, "").body["userInfo"]["isActive"], false);
    assert_eq!(signer.call("GET", "/auth/users", "").refusal(), NO_TOKEN);
    assert_eq!(admin.signed("PUT", &format!("{path}/activate"), "").status, 400);
    let listed = admin.call("GET", "/auth/service-accounts", "");
    assert_eq!(
        listed.body["items"].as_array().unwrap().len(),
        1,
        "the emulator's own is left"
    );
    made(&emulator, &Person::new("robot"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_service_account_is_renamed_to_a_name_that_is_free() {
    let emulator = emulator().await;
    let ((_, id), admin) = (made(&emulator, &Person::new("robot")), Signer::employee(&emulator));
    let path = format!("/auth/service-accounts/{id}");
    let renamed = admin.signed("PUT", &path, r#"{"name":"android"}"#);
    assert_eq!(renamed.body["userInfo"]["username"], "android");
    assert_eq!(renamed.body["accessTokens"][0]["name"], "android");
    let taken = admin.signed("PUT", &path, r#"{"name":"Emulator service account"}"#);
    assert_eq!(
        taken.refusal(),
        (409, "a service account with this name exists already")
    );
    assert_eq!(
        admin.signed("PUT", &path, r#"{"name":"android"}"#).status,
        200,
        "its own name is no conflict"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_wrong_with_a_new_service_account_is_named() {
    let emulator = emulator().await;
    let key = Person::new("robot").public_key();
    for (body, field) in [
        (json!({ "name": "", "publicKey": key }), "name"),
        (json!({ "name": "robot", "publicKey": "MCowBQYDK2VwAyEA" }), "publicKey"),
        (
            json!({ "name": "robot", "publicKey": key, "daysValid": 0 }),
            "daysValid",
        ),
        (
            json!({ "name": "robot", "publicKey": key, "daysValid": 731 }),
            "daysValid",
        ),
    ] {
        let answer = create(&emulator, &body);
        assert_eq!(
            (answer.status, &answer.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{answer:?}"
        );
    }
    let unknown = json!({ "name": "robot", "publicKey": key, "permissionId": "pm-00000-00000-0000000000000000" });
    assert_eq!(create(&emulator, &unknown).refusal(), (404, "permission not found"));
    let taken = json!({ "name": "Emulator service account", "publicKey": key });
    assert_eq!(
        create(&emulator, &taken).refusal(),
        (409, "a service account with this name exists already")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_service_account_makes_no_other() {
    let emulator = emulator().await;
    let body = json!({ "name": "robot", "publicKey": Person::new("robot").public_key() }).to_string();
    let answer = Signer::service_account(&emulator).call("POST", "/auth/service-accounts", &body);
    let id = emulator.service_account_id();
    let message = format!("CustomerEmployee {id} is not authorized to perform operation (createServiceAccount)");
    assert_eq!(answer.refusal(), (403, message.as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_user_is_no_service_account_and_the_other_way_round() {
    let emulator = emulator().await;
    let service = Signer::service_account(&emulator);
    let user = format!("/auth/service-accounts/{}", emulator.employee().user_id());
    assert_eq!(
        service.call("GET", &user, "").refusal(),
        (404, "service account not found")
    );
    let account = format!("/auth/users/{}", emulator.service_account_id());
    assert_eq!(service.call("GET", &account, "").refusal(), (404, "user not found"));
}
