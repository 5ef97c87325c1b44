//! Login, by oneself and by delegation, and logout.

use dfns_types::AuthenticationChallenge;
use serde_json::json;

use crate::person::{
    DEACTIVATED, INVALID_CODE, NO_CREDENTIAL, NO_TOKEN, NOT_VALID, Person, emulator, mailed, post, post_temporary, text,
};
use crate::support::{Signer, advance, client_data};

const UNKNOWN: (u16, &str) = (401, "User not found");

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_login_challenge_lists_the_keys_of_the_user() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.register(&emulator);
    let challenge: AuthenticationChallenge = serde_json::from_value(anna.begin_login(&emulator).body).unwrap();
    assert_eq!(challenge.allow_credentials.key.len(), 1);
    assert_eq!(challenge.allow_credentials.key[0].id, anna.credential_id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_login_challenge_is_completed_once() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.register(&emulator);
    let begun = anna.begin_login(&emulator);
    assert_eq!(anna.complete_login(&emulator, &begun).status, 200);
    assert_eq!(anna.complete_login(&emulator, &begun).refusal(), NOT_VALID);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_login_challenge_expires() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.register(&emulator);
    let begun = anna.begin_login(&emulator);
    advance(&emulator.url(), 5 * 60);
    assert_eq!(anna.complete_login(&emulator, &begun).refusal(), NOT_VALID);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_challenge_of_a_user_action_logs_nobody_in() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.register(&emulator);
    let session = anna.log_in(&emulator);
    let declared = crate::support::Declared {
        method: "POST",
        path: "/wallets",
        payload: "{}",
    };
    assert_eq!(
        anna.complete_login(&emulator, &session.init(declared)).refusal(),
        NOT_VALID
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_login_with_the_key_of_another_is_refused() {
    let emulator = emulator().await;
    let (anna, bert) = (Person::new("anna"), Person::new("bert"));
    anna.register(&emulator);
    bert.register(&emulator);
    assert_eq!(
        bert.complete_login(&emulator, &anna.begin_login(&emulator)).refusal(),
        NO_CREDENTIAL
    );
    let mut thief = bert;
    thief.credential_id.clone_from(&anna.credential_id);
    let begun = anna.begin_login(&emulator);
    assert_eq!(
        thief.complete_login(&emulator, &begun).refusal(),
        (401, "Invalid signature.")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_is_unknown_or_not_registered_cannot_log_in() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    assert_eq!(anna.begin_login(&emulator).refusal(), UNKNOWN);
    anna.invite(&emulator);
    assert_eq!(anna.begin_login(&emulator).refusal(), NO_CREDENTIAL);
    let elsewhere = json!({ "username": anna.email, "orgId": "or-00000-00000-0000000000000000" });
    assert_eq!(post(&emulator, "/auth/login/init", &elsewhere).refusal(), UNKNOWN);
    let nowhere = json!({ "username": anna.email });
    assert_eq!(
        post(&emulator, "/auth/login/init", &nowhere).refusal(),
        (400, "orgId: is missing")
    );
    let both = json!({ "username": anna.email, "orgId": emulator.org_id(), "tenantId": "te-1" });
    assert_eq!(
        post(&emulator, "/auth/login/init", &both).refusal(),
        (400, "tenantId: expected either orgId or tenantId, found both")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deactivated_user_cannot_log_in_even_with_a_challenge_from_before() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    let path = format!("/auth/users/{}", anna.register(&emulator));
    let begun = anna.begin_login(&emulator);
    let service = Signer::service_account(&emulator);
    assert_eq!(service.signed("PUT", &format!("{path}/deactivate"), "{}").status, 200);
    assert_eq!(anna.begin_login(&emulator).refusal(), DEACTIVATED);
    assert_eq!(anna.complete_login(&emulator, &begun).refusal(), DEACTIVATED);
    assert_eq!(service.signed("PUT", &format!("{path}/activate"), "").status, 200);
    assert_eq!(anna.complete_login(&emulator, &begun).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_password_protected_key_is_shown_and_used_with_a_login_code_only() {
    let emulator = emulator().await;
    let eve = Person::new("eve");
    let begun = eve.delegate(&emulator);
    let mut credential = eve.attest("PasswordProtectedKey", &text(&begun, "challenge"));
    credential["encryptedPrivateKey"] = "sealed".into();
    let body = json!({ "firstFactorCredential": credential, "secondFactorCredential": Person::new("phone").attest("Key", &text(&begun, "challenge")) });
    assert_eq!(
        post_temporary(&emulator, &begun, "/auth/registration", &body).status,
        200
    );

    let without = eve.begin_login(&emulator);
    assert_eq!(
        without.body["allowCredentials"]["passwordProtectedKey"],
        json!(null),
        "{without:?}"
    );
    let log_in = |begun: &crate::support::Answer| {
        let mut assertion = eve
            .with_token(&emulator, "")
            .assertion(&client_data(&text(begun, "challenge")));
        assertion["kind"] = "PasswordProtectedKey".into();
        let body = json!({ "challengeIdentifier": text(begun, "challengeIdentifier"), "firstFactor": assertion });
        post(&emulator, "/auth/login", &body)
    };
    assert_eq!(log_in(&without).refusal(), NO_CREDENTIAL);

    let whom = json!({ "username": eve.email, "orgId": emulator.org_id() });
    assert_eq!(
        post(&emulator, "/auth/login/code", &whom).body,
        json!({ "message": "success" })
    );
    let code = mailed(&emulator, &eve.email, "login");
    let with_code = |code: &str| {
        let body = json!({ "username": eve.email, "orgId": emulator.org_id(), "loginCode": code });
        post(&emulator, "/auth/login/init", &body)
    };
    assert_eq!(with_code("AAA-AAA-AAA").refusal(), INVALID_CODE);
    let allowed = with_code(&code);
    let shown = &allowed.body["allowCredentials"]["passwordProtectedKey"][0];
    assert_eq!(shown["encryptedPrivateKey"], "sealed");
    assert_eq!(with_code(&code).refusal(), INVALID_CODE, "a code works once");
    assert_eq!(log_in(&allowed).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_login_code_expires() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.register(&emulator);
    post(
        &emulator,
        "/auth/login/code",
        &json!({ "username": anna.email, "orgId": emulator.org_id() }),
    );
    let code = mailed(&emulator, &anna.email, "login");
    advance(&emulator.url(), 10 * 60);
    let body = json!({ "username": anna.email, "orgId": emulator.org_id(), "loginCode": code });
    assert_eq!(post(&emulator, "/auth/login/init", &body).refusal(), INVALID_CODE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_must_use_single_sign_on_gets_no_token() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    let path = format!("/auth/users/{}", anna.register(&emulator));
    let updated = Signer::service_account(&emulator).signed("PUT", &path, r#"{"isSSORequired":true}"#);
    assert_eq!(updated.body["isSSORequired"], true);
    let done = anna.complete_login(&emulator, &anna.begin_login(&emulator));
    assert!(
        done.body["ssoClientId"].is_string() && done.body.get("token").is_none(),
        "{done:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_delegated_login_reads_at_once_and_writes_with_the_users_own_signature() {
    let emulator = emulator().await;
    let (eve, service) = (Person::new("eve"), Signer::service_account(&emulator));
    let log_in = || {
        service.signed(
            "POST",
            "/auth/login/delegated",
            &json!({ "username": eve.email }).to_string(),
        )
    };
    assert_eq!(log_in().refusal(), UNKNOWN);
    let begun = eve.delegate(&emulator);
    assert_eq!(log_in().refusal(), NO_CREDENTIAL, "she has not registered yet");
    assert_eq!(eve.complete_registration(&emulator, &begun).status, 200);
    let token = text(&log_in(), "token");
    let session = eve.with_token(&emulator, &token);
    assert_eq!(session.call("GET", "/wallets", "").status, 200);
    let code = json!({ "expiration": emulator.clock().now().unix_seconds() + 30 }).to_string();
    let unsigned = session.call("POST", "/auth/credentials/code", &code);
    assert_eq!(unsigned.refusal(), (403, "user action signature is missing or invalid"));
    assert_eq!(session.signed("POST", "/auth/credentials/code", &code).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_a_service_account_logs_others_in() {
    let emulator = emulator().await;
    let answer = Signer::employee(&emulator).call("POST", "/auth/login/delegated", r#"{"username":"eve"}"#);
    assert_eq!(answer.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_logout_ends_one_session_or_all() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.register(&emulator);
    let sessions = [anna.log_in(&emulator), anna.log_in(&emulator), anna.log_in(&emulator)];
    let statuses = || {
        sessions
            .each_ref()
            .map(|session| session.call("GET", "/auth/credentials", "").status)
    };
    assert_eq!(
        sessions[0].call("PUT", "/auth/logout", "{}").body,
        json!({ "message": "success" })
    );
    assert_eq!(statuses(), [401, 200, 200]);
    assert_eq!(sessions[0].call("PUT", "/auth/logout", "{}").refusal(), NO_TOKEN);
    assert_eq!(
        sessions[1]
            .call("PUT", "/auth/logout", r#"{"allSessions":true}"#)
            .status,
        200
    );
    assert_eq!(statuses(), [401, 401, 401]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deactivated_user_is_neither_logged_in_by_delegation_nor_sent_a_code() {
    let emulator = emulator().await;
    let (anna, service) = (Person::new("anna"), Signer::service_account(&emulator));
    let path = format!("/auth/users/{}/deactivate", anna.register(&emulator));
    assert_eq!(service.signed("PUT", &path, "{}").status, 200);
    let body = json!({ "username": anna.email }).to_string();
    assert_eq!(
        service.signed("POST", "/auth/login/delegated", &body).refusal(),
        DEACTIVATED
    );
    let whom = json!({ "username": anna.email, "orgId": emulator.org_id() });
    assert_eq!(post(&emulator, "/auth/login/code", &whom).refusal(), DEACTIVATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn passwords_are_refused_by_name() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.register(&emulator);
    let identifier = text(&anna.begin_login(&emulator), "challengeIdentifier");
    let factor = json!({ "kind": "Password", "password": "swordfish" });
    let body = json!({ "challengeIdentifier": identifier, "firstFactor": factor });
    let refused = post(&emulator, "/auth/login", &body);
    assert_eq!(
        (refused.status, &refused.body["error"]["details"]["field"]),
        (400, &json!("firstFactor.kind"))
    );
}
