//! Registration by invitation and by delegation.

use dfns_emulator::Emulator;
use dfns_types::{CompletedEndUserRegistration, CompletedRegistration, RegistrationChallenge, WalletPage};
use serde_json::json;

use crate::person::{INVALID_CODE, NO_TOKEN, NOT_VALID, Person, emulator, mailed, post, post_temporary, text};
use crate::support::{Signer, advance, send};

const EXISTS: (u16, &str) = (401, "User already exists.");

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_invited_employee_registers_logs_in_and_signs() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    let id = anna.invite(&emulator);
    let begun = anna.begin_registration(&emulator, &mailed(&emulator, &anna.email, "registration"));
    let challenge: RegistrationChallenge = serde_json::from_value(begun.body.clone()).unwrap();
    assert_eq!(
        (challenge.user.id.as_str(), challenge.user.name.as_str()),
        (id.as_str(), anna.email.as_str())
    );
    let done = anna.complete_registration(&emulator, &begun);
    let done: CompletedRegistration = serde_json::from_value(done.body).unwrap();
    assert_eq!(done.credential.name, "Default Credential");
    assert_eq!(
        (done.user.username, done.user.org_id.as_str()),
        (anna.email.clone(), emulator.org_id())
    );

    let anna = anna.log_in(&emulator);
    let credentials = anna.call("GET", "/auth/credentials", "");
    assert_eq!(
        credentials.body["items"][0]["credentialUuid"],
        done.credential.uuid.as_str()
    );
    let code = anna.signed(
        "POST",
        "/auth/credentials/code",
        &json!({ "expiration": soon(&emulator) }).to_string(),
    );
    assert_eq!(
        code.status, 200,
        "a new employee may sign what needs no permission: {code:?}"
    );
    let refused = anna.call("GET", "/auth/users", "");
    let message = format!("CustomerEmployee {id} is not authorized to perform operation (Auth:Users:Read)");
    assert_eq!(
        refused.refusal(),
        (403, message.as_str()),
        "a new employee holds no permission"
    );
}

fn soon(emulator: &Emulator) -> i64 {
    emulator.clock().now().unix_seconds() + 30
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_end_user_registers_by_delegation_with_wallets_of_their_own() {
    let emulator = emulator().await;
    let eve = Person::new("eve");
    let begun = eve.delegate(&emulator);
    let body = json!({
        "firstFactorCredential": eve.attest("Key", &text(&begun, "challenge")),
        "wallets": [{ "network": "EthereumSepolia", "name": "hers" }, { "network": "SolanaDevnet" }],
    });
    let done = post_temporary(&emulator, &begun, "/auth/registration/enduser", &body);
    let done: CompletedEndUserRegistration = serde_json::from_value(done.body).unwrap();
    assert_eq!(done.wallets.len(), 2);
    assert_eq!(done.wallets[0].name.as_deref(), Some("hers"));
    for wallet in &done.wallets {
        assert!(!wallet.custodial && wallet.address.is_some(), "{wallet:?}");
        assert_eq!(wallet.signing_key.delegated_to.as_ref(), Some(&done.user.id));
    }

    let organisation =
        Signer::service_account(&emulator).signed("POST", "/wallets", r#"{"network":"EthereumSepolia"}"#);
    let theirs = format!("/wallets/{}", text(&organisation, "id"));
    let eve = eve.with_token(&emulator, done.authentication.token.expose_secret());
    assert_eq!(
        eve.call("GET", &theirs, "").refusal(),
        (404, "wallet not found"),
        "it is not delegated to her"
    );
    let page: WalletPage = serde_json::from_value(eve.call("GET", "/wallets", "").body).unwrap();
    assert_eq!(page.items.len(), 2, "the default permission lets her read her own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wallet_that_cannot_be_made_undoes_the_registration() {
    let emulator = emulator().await;
    let eve = Person::new("eve");
    let begun = eve.delegate(&emulator);
    let credential = eve.attest("Key", &text(&begun, "challenge"));
    let complete = |wallets: serde_json::Value| {
        let body = json!({ "firstFactorCredential": credential, "wallets": wallets });
        post_temporary(&emulator, &begun, "/auth/registration/enduser", &body)
    };
    assert_eq!(complete(json!([{ "network": "Atlantis" }])).status, 400);
    assert_eq!(
        complete(json!([])).refusal(),
        (400, "invalid body: wallets must have at least 1 item")
    );
    assert_eq!(complete(json!([{ "network": "Bitcoin" }])).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_employee_cannot_register_with_wallets() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.invite(&emulator);
    let begun = anna.begin_registration(&emulator, &mailed(&emulator, &anna.email, "registration"));
    let credential = anna.attest("Key", &text(&begun, "challenge"));
    let body = json!({ "firstFactorCredential": credential, "wallets": [{ "network": "Bitcoin" }] });
    let answer = post_temporary(&emulator, &begun, "/auth/registration/enduser", &body);
    assert_eq!(answer.refusal(), (400, "only an end user registers with wallets"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wrong_registration_code_is_refused() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.invite(&emulator);
    assert_eq!(
        anna.begin_registration(&emulator, "0000-0000-0000-0000").refusal(),
        INVALID_CODE
    );
    let stranger = Person::new("stranger").begin_registration(&emulator, "0000-0000-0000-0000");
    assert_eq!(stranger.refusal(), (401, "User not found"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_registration_code_expires() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.invite(&emulator);
    let code = mailed(&emulator, &anna.email, "registration");
    advance(&emulator.url(), 7 * 24 * 60 * 60);
    assert_eq!(
        anna.begin_registration(&emulator, &code).refusal(),
        (400, "Registration code expired")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_new_registration_code_voids_the_old_one() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.invite(&emulator);
    let old = mailed(&emulator, &anna.email, "registration");
    let body = json!({ "username": anna.email, "orgId": emulator.org_id() }).to_string();
    let resent = send(&emulator.url(), "PUT", "/auth/registration/code", &[], body.as_bytes());
    assert_eq!(resent.body, json!({ "message": "success" }));
    assert_eq!(anna.begin_registration(&emulator, &old).refusal(), INVALID_CODE);
    let new = mailed(&emulator, &anna.email, "registration");
    assert_eq!(anna.begin_registration(&emulator, &new).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn no_code_is_sent_to_who_is_registered_already() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.register(&emulator);
    let sent = mailed(&emulator, &anna.email, "registration");
    let body = json!({ "username": anna.email, "orgId": emulator.org_id() }).to_string();
    assert_eq!(
        send(&emulator.url(), "PUT", "/auth/registration/code", &[], body.as_bytes()).status,
        200
    );
    assert_eq!(mailed(&emulator, &anna.email, "registration"), sent);
    assert_eq!(anna.begin_registration(&emulator, &sent).refusal(), EXISTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_registration_is_not_completed_twice() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.invite(&emulator);
    let code = mailed(&emulator, &anna.email, "registration");
    let (first, second) = (
        anna.begin_registration(&emulator, &code),
        anna.begin_registration(&emulator, &code),
    );
    assert_eq!(anna.complete_registration(&emulator, &first).status, 200);
    assert_eq!(anna.complete_registration(&emulator, &first).refusal(), EXISTS);
    assert_eq!(anna.complete_registration(&emulator, &second).refusal(), EXISTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_registration_must_be_completed_with_the_challenge_of_its_own_session() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.invite(&emulator);
    let code = mailed(&emulator, &anna.email, "registration");
    let (first, second) = (
        anna.begin_registration(&emulator, &code),
        anna.begin_registration(&emulator, &code),
    );
    let credential = anna.attest("Key", &text(&first, "challenge"));
    let body = json!({ "firstFactorCredential": credential });
    let answer = post_temporary(&emulator, &second, "/auth/registration", &body);
    let message = "firstFactorCredential.credentialInfo: the client data have another challenge";
    assert_eq!(answer.refusal(), (400, message));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_registration_must_be_completed_with_its_temporary_token_within_a_quarter_of_an_hour() {
    let emulator = emulator().await;
    let eve = Person::new("eve");
    let begun = eve.delegate(&emulator);
    let body = json!({ "firstFactorCredential": eve.attest("Key", &text(&begun, "challenge")) });
    assert_eq!(post(&emulator, "/auth/registration", &body).refusal(), NO_TOKEN);
    let service = Signer::service_account(&emulator);
    assert_eq!(
        service.call("POST", "/auth/registration", &body.to_string()).refusal(),
        NO_TOKEN
    );
    let temporary = eve.with_token(&emulator, &text(&begun, "temporaryAuthenticationToken"));
    assert_eq!(
        temporary.call("GET", "/wallets", "").refusal(),
        NO_TOKEN,
        "it opens nothing else"
    );
    advance(&emulator.url(), 15 * 60);
    assert_eq!(
        post_temporary(&emulator, &begun, "/auth/registration", &body).refusal(),
        NO_TOKEN
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_attestation_by_another_key_is_refused() {
    let emulator = emulator().await;
    let (eve, mallory) = (Person::new("eve"), Person::new("mallory"));
    let begun = eve.delegate(&emulator);
    let challenge = text(&begun, "challenge");
    let (mut good, other) = (
        eve.attest("Key", &challenge),
        mallory.attest("Key", "another challenge"),
    );
    good["credentialInfo"]["attestationData"] = other["credentialInfo"]["attestationData"].clone();
    let body = json!({ "firstFactorCredential": good });
    let answer = post_temporary(&emulator, &begun, "/auth/registration", &body);
    assert_eq!(
        answer.refusal(),
        (
            400,
            "firstFactorCredential.credentialInfo: the signature does not verify"
        )
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn kinds_that_are_no_such_factor_are_refused() {
    let emulator = emulator().await;
    let eve = Person::new("eve");
    let begun = eve.delegate(&emulator);
    let challenge = text(&begun, "challenge");
    let key = eve.attest("Key", &challenge);
    let password = json!({ "credentialKind": "Password", "credentialInfo": { "password": "swordfish" } });
    let totp = json!({ "credentialKind": "Totp", "credentialInfo": { "otpCode": "123456" } });
    let locked = eve.attest("PasswordProtectedKey", &challenge);
    for (body, field) in [
        (
            json!({ "firstFactorCredential": password }),
            "firstFactorCredential.credentialKind",
        ),
        (
            json!({ "firstFactorCredential": eve.attest("RecoveryKey", &challenge) }),
            "firstFactorCredential.credentialKind",
        ),
        (
            json!({ "firstFactorCredential": key, "secondFactorCredential": totp }),
            "secondFactorCredential.credentialKind",
        ),
        (
            json!({ "firstFactorCredential": key, "recoveryCredential": key }),
            "recoveryCredential.credentialKind",
        ),
        (
            json!({ "firstFactorCredential": locked }),
            "firstFactorCredential.encryptedPrivateKey",
        ),
    ] {
        let answer = post_temporary(&emulator, &begun, "/auth/registration", &body);
        assert_eq!(
            (answer.status, &answer.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{answer:?}"
        );
    }
    let body = json!({ "firstFactorCredential": key });
    assert_eq!(
        post_temporary(&emulator, &begun, "/auth/registration", &body).status,
        200,
        "nothing was kept before"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_second_factor_and_a_recovery_key_are_attested_over_the_same_challenge() {
    let emulator = emulator().await;
    let (eve, phone, paper) = (Person::new("eve"), Person::new("phone"), Person::new("paper"));
    let begun = eve.delegate(&emulator);
    let challenge = text(&begun, "challenge");
    let body = json!({
        "firstFactorCredential": eve.attest("Key", &challenge),
        "secondFactorCredential": phone.attest("Key", &challenge),
        "recoveryCredential": paper.attest("RecoveryKey", &challenge),
    });
    assert_eq!(
        post_temporary(&emulator, &begun, "/auth/registration", &body).status,
        200
    );
    let login = eve.begin_login(&emulator);
    let allowed: Vec<&str> = login.body["allowCredentials"]["key"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        allowed,
        ["key of eve", "key of phone"],
        "a recovery key does not log in"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_credential_id_belongs_to_one_credential() {
    let emulator = emulator().await;
    let (eve, mut adam) = (Person::new("eve"), Person::new("adam"));
    adam.credential_id.clone_from(&eve.credential_id);
    assert_eq!(
        eve.complete_registration(&emulator, &eve.delegate(&emulator)).status,
        200
    );
    let answer = adam.complete_registration(&emulator, &adam.delegate(&emulator));
    assert_eq!(answer.refusal(), (409, "a credential with this credId exists already"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_delegated_registration_can_be_begun_again_until_it_is_complete() {
    let emulator = emulator().await;
    let eve = Person::new("eve");
    let (first, second) = (eve.delegate(&emulator), eve.delegate(&emulator));
    assert_eq!(first.body["user"]["id"], second.body["user"]["id"]);
    assert_ne!(first.body["challenge"], second.body["challenge"]);
    assert_eq!(eve.complete_registration(&emulator, &second).status, 200);
    assert_eq!(eve.delegate(&emulator).refusal(), EXISTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_a_service_account_registers_others() {
    let emulator = emulator().await;
    let body = json!({ "email": "eve@example.test", "kind": "EndUser" }).to_string();
    let employee = Signer::employee(&emulator);
    let answer = employee.call("POST", "/auth/registration/delegated", &body);
    assert_eq!(answer.status, 403);
    assert!(answer.message().contains("is not authorized"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_token_of_a_registration_completes_no_login() {
    let emulator = emulator().await;
    let (anna, eve) = (Person::new("anna"), Person::new("eve"));
    anna.register(&emulator);
    let registration = eve.delegate(&emulator);
    let assertion = anna.with_token(&emulator, "").assertion("{}");
    let identifier = text(&registration, "temporaryAuthenticationToken");
    let body = json!({ "challengeIdentifier": identifier, "firstFactor": assertion });
    assert_eq!(post(&emulator, "/auth/login", &body).refusal(), NOT_VALID);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_end_user_signs_with_the_key_of_their_wallet_and_the_organisation_does_not() {
    let emulator = emulator().await;
    let eve = Person::new("eve");
    let begun = eve.delegate(&emulator);
    let credential = eve.attest("Key", &text(&begun, "challenge"));
    let body = json!({ "firstFactorCredential": credential, "wallets": [{ "network": "EthereumSepolia" }] });
    let done = post_temporary(&emulator, &begun, "/auth/registration/enduser", &body);
    let key = done.body["wallets"][0]["signingKey"]["id"].as_str().unwrap();
    let eve = eve.with_token(&emulator, done.body["authentication"]["token"].as_str().unwrap());
    let path = format!("/keys/{key}/signatures");
    let body = json!({ "kind": "Hash", "hash": format!("0x{}", "5a".repeat(32)) }).to_string();
    assert_eq!(eve.signed("POST", &path, &body).status, 200);
    assert_eq!(
        Signer::service_account(&emulator).signed("POST", &path, &body).status,
        403
    );
}
