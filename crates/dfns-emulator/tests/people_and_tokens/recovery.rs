//! Recovery, and the attempts at it that must fail.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_emulator::Emulator;
use dfns_types::RecoveryChallenge;
use serde_json::{Value, json};

use crate::person::{INVALID_CODE, NO_TOKEN, NOT_VALID, Person, emulator, mailed, post, post_temporary, text};
use crate::support::{Answer, Declared, Signer, advance, client_data, send};

const NO_FACTOR: (u16, &str) = (401, "Credential cannot be used as a recovery factor.");

/// The first employee with a recovery key, the holder of which is `keeper`.
fn employee_with_recovery_key(emulator: &Emulator, keeper: &Person) -> Signer {
    let employee = Signer::employee(emulator);
    let begun = employee.call(
        "POST",
        "/auth/credentials/init",
        &json!({ "kind": "RecoveryKey" }).to_string(),
    );
    let mut request = keeper.attest("RecoveryKey", &text(&begun, "challenge"));
    request["challengeIdentifier"] = begun.body["challengeIdentifier"].clone();
    request["credentialName"] = json!("on paper");
    request["encryptedPrivateKey"] = json!("sealed");
    assert_eq!(
        employee
            .signed("POST", "/auth/credentials", &request.to_string())
            .status,
        200
    );
    employee
}

/// What a signature of a user action by this signer is answered with.
fn signs(signer: &Signer) -> u16 {
    let declared = Declared {
        method: "POST",
        path: "/wallets",
        payload: "{}",
    };
    let begun = signer.init(declared);
    let answer = signer.assertion(&client_data(&text(&begun, "challenge")));
    signer.complete(&text(&begun, "challengeIdentifier"), &answer).status
}

/// A new session of the first employee.
fn session(emulator: &Emulator) -> String {
    let body = json!({ "orgId": emulator.org_id(), "userId": emulator.employee().user_id() });
    text(&post(emulator, "/__admin/sessions", &body), "token")
}

/// Begins the recovery of the first employee with a mailed code.
fn begin(emulator: &Emulator, keeper: &Person) -> Answer {
    let (username, org) = (emulator.employee().username(), emulator.org_id());
    let asked = post(
        emulator,
        "/auth/recover/user/code",
        &json!({ "username": username, "orgId": org }),
    );
    assert_eq!(asked.status, 200);
    let code = mailed(emulator, username, "recovery");
    begin_with(emulator, &code, &keeper.credential_id)
}

fn begin_with(emulator: &Emulator, code: &str, credential_id: &str) -> Answer {
    let body = json!({
        "username": emulator.employee().username(), "orgId": emulator.org_id(),
        "verificationCode": code, "credentialId": credential_id,
    });
    post(emulator, "/auth/recover/user/init", &body)
}

/// New credentials, as the recovery key of `keeper` approves `approved`.
fn complete(emulator: &Emulator, begun: &Answer, keeper: &Person, approved: &Value, new: &Value) -> Answer {
    let challenge = URL_SAFE_NO_PAD.encode(approved.to_string());
    let assertion = keeper.with_token(emulator, "").assertion(&client_data(&challenge));
    let recovery = json!({ "kind": "RecoveryKey", "credentialAssertion": assertion["credentialAssertion"] });
    let body = json!({ "recovery": recovery, "newCredentials": new });
    post_temporary(emulator, begun, "/auth/recover/user", &body)
}

fn new_credentials(person: &Person, begun: &Answer) -> Value {
    json!({ "firstFactorCredential": person.attest("Key", &text(begun, "challenge")) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_recovery_puts_away_credentials_sessions_and_personal_access_tokens() {
    let emulator = emulator().await;
    let (keeper, next) = (Person::new("keeper"), Person::new("next"));
    let employee = employee_with_recovery_key(&emulator, &keeper);
    let robot = Person::new("robot");
    let body = json!({ "name": "robot", "publicKey": robot.public_key() }).to_string();
    let pat = employee.signed("POST", "/auth/pats", &body);
    let robot = robot.with_credential(&emulator, &text(&pat, "accessToken"), &text(&pat, "credId"));
    assert_eq!(robot.call("GET", "/wallets", "").status, 200);

    let begun = begin(&emulator, &keeper);
    let challenge: RecoveryChallenge = serde_json::from_value(begun.body.clone()).unwrap();
    let allowed = &challenge.allowed_recovery_credentials[0];
    assert_eq!(
        (allowed.id.as_str(), allowed.encrypted_recovery_key.expose_secret()),
        (keeper.credential_id.as_str(), "sealed")
    );
    let new = new_credentials(&next, &begun);
    let done = complete(&emulator, &begun, &keeper, &new, &new);
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(done.body["user"]["username"], emulator.employee().username());

    assert_eq!(employee.call("GET", "/wallets", "").refusal(), NO_TOKEN);
    assert_eq!(robot.call("GET", "/wallets", "").refusal(), NO_TOKEN);
    let hers = next.with_token(&emulator, &session(&emulator));
    let credentials = hers.call("GET", "/auth/credentials", "");
    assert_eq!(
        credentials.body["items"].as_array().unwrap().len(),
        1,
        "{credentials:?}"
    );
    assert_eq!(signs(&Signer::employee(&emulator)), 401);
    assert_eq!(signs(&hers), 200);
    let again = complete(&emulator, &begun, &keeper, &new, &new);
    assert_eq!(again.refusal(), NO_TOKEN, "its session has ended with all others");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_begun_before_a_recovery_ends_with_it() {
    let emulator = emulator().await;
    let (keeper, thief) = (Person::new("keeper"), Person::new("thief"));
    let employee = employee_with_recovery_key(&emulator, &keeper);
    let code = || {
        let soon = emulator.clock().now().unix_seconds() + 60;
        let given = employee.signed(
            "POST",
            "/auth/credentials/code",
            &json!({ "expiration": soon }).to_string(),
        );
        text(&given, "code")
    };
    let ask = |code: String| {
        let request = json!({ "code": code, "credentialKind": "Key" });
        post(&emulator, "/auth/credentials/code/init", &request)
    };
    let (asked, unasked) = (ask(code()), code());
    let username = emulator.employee().username();
    let who = json!({ "username": username, "orgId": emulator.org_id() });
    assert_eq!(post(&emulator, "/auth/login/code", &who).status, 200);

    let begun = begin(&emulator, &keeper);
    let new = new_credentials(&Person::new("next"), &begun);
    assert_eq!(complete(&emulator, &begun, &keeper, &new, &new).status, 200);

    let mut request = thief.attest("Key", &text(&asked, "challenge"));
    request["challengeIdentifier"] = asked.body["challengeIdentifier"].clone();
    request["credentialName"] = json!("a way back in");
    let verified = post(&emulator, "/auth/credentials/code/verify", &request);
    assert_eq!(verified.refusal(), NOT_VALID);
    assert_eq!(ask(unasked).refusal(), INVALID_CODE);
    let mut with_code = who.clone();
    with_code["loginCode"] = json!(mailed(&emulator, username, "login"));
    assert_eq!(post(&emulator, "/auth/login/init", &with_code).refusal(), INVALID_CODE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_the_credentials_that_the_recovery_key_signed_are_taken() {
    let emulator = emulator().await;
    let keeper = Person::new("keeper");
    employee_with_recovery_key(&emulator, &keeper);
    let begun = begin(&emulator, &keeper);
    let hers = new_credentials(&Person::new("next"), &begun);
    let theirs = new_credentials(&Person::new("thief"), &begun);
    let refused = complete(&emulator, &begun, &keeper, &hers, &theirs);
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(
        refused
            .refusal()
            .1
            .ends_with("is not the newCredentials of this request"),
        "{refused:?}"
    );
    // In another order, and with white space: the same values.
    let spaced: Value = serde_json::from_str(&format!(" {} ", serde_json::to_string_pretty(&hers).unwrap())).unwrap();
    assert_eq!(complete(&emulator, &begun, &keeper, &spaced, &hers).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_key_that_is_not_the_recovery_key_of_this_session_recovers_nothing() {
    let emulator = emulator().await;
    let keeper = Person::new("keeper");
    let employee = employee_with_recovery_key(&emulator, &keeper);
    let begun = begin(&emulator, &keeper);
    let new = new_credentials(&Person::new("next"), &begun);
    let mut thief = Person::new("thief");
    assert_eq!(complete(&emulator, &begun, &thief, &new, &new).refusal(), NO_FACTOR);
    thief.credential_id.clone_from(&keeper.credential_id);
    assert_eq!(
        complete(&emulator, &begun, &thief, &new, &new).refusal(),
        (401, "Invalid signature.")
    );
    let mailed = mailed(&emulator, emulator.employee().username(), "recovery");
    let ordinary = begin_with(&emulator, &mailed, emulator.employee().credential_id());
    assert_eq!(ordinary.refusal(), INVALID_CODE, "the code was used up");
    assert_eq!(employee.call("GET", "/wallets", "").status, 200, "nothing has changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_recovery_key_neither_logs_in_nor_signs() {
    let emulator = emulator().await;
    let keeper = Person::new("keeper");
    employee_with_recovery_key(&emulator, &keeper);
    let signer = keeper.with_token(&emulator, &session(&emulator));
    assert_eq!(signs(&signer), 401);
    let who = json!({ "username": emulator.employee().username(), "orgId": emulator.org_id() });
    let login = post(&emulator, "/auth/login/init", &who);
    let offered = login.body["allowCredentials"].to_string();
    assert!(!offered.contains(&keeper.credential_id), "{offered}");
    assert_eq!(keeper.complete_login(&emulator, &login).status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_ordinary_credential_is_no_recovery_factor() {
    let emulator = emulator().await;
    let employee = emulator.employee();
    let body = json!({ "username": employee.username(), "credentialId": employee.credential_id() }).to_string();
    let refused = Signer::service_account(&emulator).signed("POST", "/auth/recover/user/delegated", &body);
    assert_eq!(refused.refusal(), NO_FACTOR);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wrong_or_old_code_begins_no_recovery() {
    let emulator = emulator().await;
    let keeper = Person::new("keeper");
    employee_with_recovery_key(&emulator, &keeper);
    assert_eq!(
        begin_with(&emulator, "AAA-AAA-AAA", &keeper.credential_id).refusal(),
        INVALID_CODE
    );
    let who = json!({ "username": emulator.employee().username(), "orgId": emulator.org_id() });
    let asked = send(
        &emulator.url(),
        "PUT",
        "/auth/recover/user/code",
        &[],
        who.to_string().as_bytes(),
    );
    assert_eq!(asked.status, 200, "the method of the documentation of old");
    let code = mailed(&emulator, emulator.employee().username(), "recovery");
    advance(&emulator.url(), 3_600);
    assert_eq!(
        begin_with(&emulator, &code, &keeper.credential_id).refusal(),
        INVALID_CODE
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_session_of_a_registration_completes_no_recovery_and_the_other_way_round() {
    let emulator = emulator().await;
    let (keeper, eve) = (Person::new("keeper"), Person::new("eve"));
    employee_with_recovery_key(&emulator, &keeper);
    let (recovery, registration) = (begin(&emulator, &keeper), eve.delegate(&emulator));
    let new = new_credentials(&eve, &registration);
    assert_eq!(
        complete(&emulator, &registration, &keeper, &new, &new).refusal(),
        NO_TOKEN
    );
    assert_eq!(eve.complete_registration(&emulator, &recovery).refusal(), NO_TOKEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_recovery_ends_with_its_lifetime_and_takes_credentials_over_its_own_challenge_only() {
    let emulator = emulator().await;
    let keeper = Person::new("keeper");
    employee_with_recovery_key(&emulator, &keeper);
    let (first, second) = (begin(&emulator, &keeper), begin(&emulator, &keeper));
    let of_another = new_credentials(&Person::new("next"), &first);
    let refused = complete(&emulator, &second, &keeper, &of_another, &of_another);
    assert_eq!(refused.status, 400, "{refused:?}");
    advance(&emulator.url(), 1_000);
    let new = new_credentials(&Person::new("next"), &second);
    let late = complete(&emulator, &second, &keeper, &new, &new);
    assert!([NO_TOKEN, NOT_VALID].contains(&late.refusal()), "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_unfinished_registration_is_restarted_and_a_finished_one_is_not() {
    let emulator = emulator().await;
    let eve = Person::new("eve");
    let service = Signer::service_account(&emulator);
    let body = json!({ "email": eve.email, "kind": "EndUser" }).to_string();
    let restart = || service.signed("POST", "/auth/registration/delegated/restart", &body);
    assert_eq!(restart().refusal(), (401, "User not found"));
    eve.delegate(&emulator);
    let again = restart();
    assert_eq!(eve.complete_registration(&emulator, &again).status, 200);
    assert_eq!(restart().refusal(), (401, "User already exists."));
}
