//! Personal access tokens: programs that act as their user, with a key of their own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dfns_emulator::Emulator;
use dfns_types::{CreatedPersonalAccessToken, PersonalAccessTokenList};
use serde_json::{Value, json};

use crate::person::{NO_CREDENTIAL, NO_TOKEN, Person, emulator, text};
use crate::support::{Answer, Declared, Signer, advance, challenge, client_data};

/// A key by which no signature would be accepted: SubjectPublicKeyInfo.
const RSA_OF_1024_BITS: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDMsbyZec2MArCXGE6p4EvPavMPvbD0dUwqGDrYhQmQ9lfBKdksFdxOfeSWB1zY\
     VBkBHIbynI8Bw77WjehcpmPAAqExiWdFJG05XwP74QnyGMTKmQK7df0CROC1JgDRo0L8xsUYh1Q4A5Eea7izU3Qy1apfjzO9p332\
     D3Dqxf3ShwIDAQAB";

const TAKEN: (u16, &str) = (409, "a personal access token with this name exists already");

fn create(emulator: &Emulator, body: &Value) -> Answer {
    Signer::employee(emulator).signed("POST", "/auth/pats", &body.to_string())
}

/// A token of the first employee with the key of a person, and its path.
fn made(emulator: &Emulator, script: &Person) -> (Signer, String) {
    let answer = create(emulator, &json!({ "name": "script", "publicKey": script.public_key() }));
    let made: CreatedPersonalAccessToken = serde_json::from_value(answer.body).unwrap();
    assert_eq!(made.linked_user_id, emulator.employee().user_id());
    let signer = script.with_credential(emulator, made.access_token.expose_secret(), &made.cred_id);
    (signer, format!("/auth/pats/{}", made.token_id))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_signs_with_its_own_key_and_not_with_that_of_its_user() {
    let emulator = emulator().await;
    let script = Person::new("script");
    let (signer, path) = made(&emulator, &script);
    assert_eq!(
        signer
            .signed("POST", "/wallets", r#"{"network":"EthereumSepolia"}"#)
            .status,
        200
    );

    let declared = Declared {
        method: "POST",
        path: "/wallets",
        payload: "{}",
    };
    let (identifier, challenge) = challenge(&signer.init(declared));
    let user = Signer::employee(&emulator);
    let refused = signer.complete(&identifier, &user.assertion(&client_data(&challenge)));
    assert_eq!(refused.refusal(), NO_CREDENTIAL);

    let shown = signer.call("GET", &path, "");
    assert_eq!(
        (shown.body.get("accessToken"), text(&shown, "publicKey")),
        (None, script.fingerprint())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_does_no_more_than_its_permissions_and_its_user_may() {
    let emulator = emulator().await;
    let admin = Signer::employee(&emulator);
    let shown = Signer::service_account(&emulator).call("GET", "/auth/users", "");
    let full = shown.body["items"][0]["permissionAssignments"][0]["permissionId"].clone();
    let eve = Person::new("eve");
    assert_eq!(
        eve.complete_registration(&emulator, &eve.delegate(&emulator)).status,
        200
    );
    let narrow = Signer::service_account(&emulator).call("GET", "/auth/users?kind=EndUser", "");
    let narrow = narrow.body["items"][0]["permissionAssignments"][0]["permissionId"].clone();
    assert_ne!(full, narrow);
    let script = Person::new("script");
    let body = json!({ "name": "narrow", "publicKey": script.public_key(), "permissionId": narrow }).to_string();
    let token = text(&admin.signed("POST", "/auth/pats", &body), "accessToken");
    let narrow = script.with_token(&emulator, &token);
    assert_eq!(narrow.call("GET", "/wallets", "").status, 200);
    assert_eq!(
        narrow.call("GET", "/auth/users", "").status,
        403,
        "the user may, the token may not"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_may_not_make_tokens_makes_none() {
    let emulator = emulator().await;
    let (anna, script) = (Person::new("anna"), Person::new("script"));
    anna.register(&emulator);
    let body = json!({ "name": "script", "publicKey": script.public_key() }).to_string();
    let refused = anna.log_in(&emulator).signed("POST", "/auth/pats", &body);
    assert_eq!(refused.status, 403);
    assert!(refused.message().ends_with("(Auth:Pats:Create)"), "{refused:?}");
    let service = Signer::service_account(&emulator);
    assert_eq!(
        service.call("POST", "/auth/pats", &body).status,
        403,
        "a service account has one token"
    );
    let (pat, _) = made(&emulator, &script);
    assert_eq!(
        pat.call("POST", "/auth/pats", &body).status,
        403,
        "a token makes no other"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deactivated_user_takes_their_tokens_along() {
    let emulator = emulator().await;
    let (pat, _) = made(&emulator, &Person::new("script"));
    assert_eq!(pat.call("GET", "/wallets", "").status, 200);
    let path = format!("/auth/users/{}/deactivate", emulator.employee().user_id());
    Signer::service_account(&emulator).signed("PUT", &path, "{}");
    assert_eq!(pat.call("GET", "/wallets", "").refusal(), NO_TOKEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_is_deactivated_activated_and_deleted() {
    let emulator = emulator().await;
    let ((pat, path), user) = (made(&emulator, &Person::new("script")), Signer::employee(&emulator));
    let status = || pat.call("GET", "/wallets", "").status;
    assert_eq!(
        user.signed("PUT", &format!("{path}/deactivate"), "").body["isActive"],
        false
    );
    assert_eq!(status(), 401);
    assert_eq!(
        user.signed("PUT", &format!("{path}/activate"), "").body["isActive"],
        true
    );
    assert_eq!(status(), 200);
    assert_eq!(user.signed("DELETE", &path, "").body["isActive"], false);
    assert_eq!(status(), 401);
    assert_eq!(
        user.call("GET", &path, "").refusal(),
        (404, "personal access token not found")
    );
    assert_eq!(user.call("GET", "/auth/pats", "").body, json!({ "items": [] }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn seconds_win_over_days() {
    let emulator = emulator().await;
    let script = Person::new("script");
    let body = json!({ "name": "brief", "publicKey": script.public_key(), "daysValid": 700, "secondsValid": 60 });
    let pat = script.with_token(&emulator, &text(&create(&emulator, &body), "accessToken"));
    let claims = URL_SAFE_NO_PAD.decode(pat.token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    advance(&emulator.url(), 55);
    assert_eq!(pat.call("GET", "/wallets", "").status, 200);
    advance(&emulator.url(), 5);
    assert_eq!(pat.call("GET", "/wallets", "").refusal(), NO_TOKEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_user_sees_their_own_tokens_only() {
    let emulator = emulator().await;
    let ((pat, path), anna) = (made(&emulator, &Person::new("script")), Person::new("anna"));
    anna.register(&emulator);
    let stranger = anna.log_in(&emulator);
    assert_eq!(stranger.call("GET", "/auth/pats", "").body, json!({ "items": [] }));
    assert_eq!(
        stranger.call("GET", &path, "").refusal(),
        (404, "personal access token not found")
    );
    let own: PersonalAccessTokenList = serde_json::from_value(pat.call("GET", "/auth/pats", "").body).unwrap();
    assert_eq!(own.items.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_name_belongs_to_one_token_of_a_user() {
    let emulator = emulator().await;
    let (_, path) = made(&emulator, &Person::new("script"));
    let key = Person::new("other").public_key();
    assert_eq!(
        create(&emulator, &json!({ "name": "script", "publicKey": key })).refusal(),
        TAKEN
    );
    assert_eq!(
        create(&emulator, &json!({ "name": "other", "publicKey": key })).status,
        200
    );
    let user = Signer::employee(&emulator);
    assert_eq!(user.signed("PUT", &path, r#"{"name":"other"}"#).refusal(), TAKEN);
    assert_eq!(
        user.signed("PUT", &path, r#"{"name":"renamed"}"#).body["name"],
        "renamed"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_wrong_with_a_new_token_is_named() {
    let emulator = emulator().await;
    let key = Person::new("script").public_key();
    let label = "PUBLIC KEY";
    let short = format!("-----BEGIN {label}-----\n{RSA_OF_1024_BITS}\n-----END {label}-----");
    for (body, field) in [
        (json!({ "name": "", "publicKey": key }), "name"),
        (json!({ "name": "script", "publicKey": "none" }), "publicKey"),
        (json!({ "name": "script", "publicKey": short }), "publicKey"),
        (
            json!({ "name": "script", "publicKey": key, "secondsValid": 0 }),
            "secondsValid",
        ),
        (
            json!({ "name": "script", "publicKey": key, "secondsValid": i64::MAX }),
            "secondsValid",
        ),
        (
            json!({ "name": "script", "publicKey": key, "daysValid": 731 }),
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
}
