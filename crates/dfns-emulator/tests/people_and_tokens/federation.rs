//! Logins through the identity provider, and the attempts at them that must fail.

use dfns_emulator::Emulator;
use serde_json::{Value, json};

use crate::person::{NOT_VALID, Person, emulator, post, text};
use crate::support::{Answer, Signer, advance, send};

const BACK: &str = "https://app.example.test/back?tab=1";
const NO_STATE: (u16, &str) = (400, "state is not that of a login that was begun");
const NO_CODE: (u16, &str) = (401, "Invalid authorization code.");
const NO_ID_TOKEN: (u16, &str) = (401, "Invalid ID token.");

fn start(emulator: &Emulator, protocol: &str) -> String {
    let mut body = json!({ "orgId": emulator.org_id(), "redirectUri": BACK });
    if protocol == "sso" {
        body["clientId"] = json!("dfns-emulator");
    } else {
        body["nonce"] = json!("once & only");
    }
    let begun = post(emulator, &format!("/auth/login/{protocol}/init"), &body);
    assert_eq!(begun.status, 200, "{begun:?}");
    let field = if protocol == "sso" {
        "ssoRedirectUrl"
    } else {
        "redirectUrl"
    };
    text(&begun, field)
}

/// Logs somebody in at the provider; answers what they come back with.
fn sign_in(emulator: &Emulator, url: &str, email: &str) -> Value {
    let body = json!({ "redirectUrl": url, "email": email });
    let back = post(emulator, "/__admin/identity-provider/authorize", &body);
    assert_eq!(back.status, 200, "{back:?}");
    json!({ "code": back.body["code"], "state": back.body["state"] })
}

fn id_token(emulator: &Emulator, email: &str) -> String {
    let answer = post(
        emulator,
        "/__admin/identity-provider/id-tokens",
        &json!({ "email": email }),
    );
    text(&answer, "idToken")
}

fn social(emulator: &Emulator, path: &str, token: &str) -> Answer {
    post(
        emulator,
        path,
        &json!({ "idToken": token, "socialLoginProviderKind": "Oidc" }),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_must_use_single_sign_on_is_sent_there_and_comes_back_logged_in() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    let id = anna.register(&emulator);
    let body = json!({ "isSSORequired": true }).to_string();
    assert_eq!(
        Signer::service_account(&emulator)
            .signed("PUT", &format!("/auth/users/{id}"), &body)
            .status,
        200
    );
    let sent_away = anna.complete_login(&emulator, &anna.begin_login(&emulator));
    assert_eq!(sent_away.body, json!({ "ssoClientId": "dfns-emulator" }));
    let back = sign_in(&emulator, &start(&emulator, "sso"), &anna.email);
    let done = post(&emulator, "/auth/login/sso", &back);
    let hers = anna.with_token(&emulator, &text(&done, "token"));
    assert_eq!(hers.call("GET", "/auth/credentials", "").status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_browser_is_sent_back_with_code_and_state() {
    let emulator = emulator().await;
    let url = start(&emulator, "oidc");
    let target = url.strip_prefix(&emulator.url()).unwrap();
    let page = send(&emulator.url(), "GET", target, &[], b"");
    assert_eq!(page.status, 200);
    assert!(page.body.as_str().unwrap().contains("name=\"login_hint\""), "{page:?}");
    let employee = emulator.employee().username().replace('@', "%40");
    let back = send(
        &emulator.url(),
        "GET",
        &format!("{target}&login_hint={employee}"),
        &[],
        b"",
    );
    assert_eq!(back.status, 302);
    let location = back
        .headers
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .unwrap()
        .to_owned();
    assert!(
        location.starts_with("https://app.example.test/back?tab=1&code=ey"),
        "{location}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn somebody_without_a_credential_gets_a_challenge_for_the_first_one() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.invite(&emulator);
    let log_in = || {
        let back = sign_in(&emulator, &start(&emulator, "oidc"), &anna.email);
        post(&emulator, "/auth/login/oidc", &back)
    };
    let first = log_in();
    let challenge = &first.body["credentialChallenge"];
    let mut body = anna.attest("Key", challenge["challenge"].as_str().unwrap());
    body["challengeIdentifier"] = challenge["challengeIdentifier"].clone();
    let hers = anna.with_token(&emulator, &text(&first, "token"));
    let other = anna.with_token(&emulator, &text(&log_in(), "token"));
    let create = |signer: &Signer| signer.call("POST", "/auth/login/oidc/credentials", &body.to_string());
    assert_eq!(
        create(&other).refusal(),
        NOT_VALID,
        "it belongs to the session that got it"
    );
    let made = create(&hers);
    assert_eq!(
        (made.status, &made.body["name"]),
        (200, &json!("Default Credential")),
        "{made:?}"
    );
    assert_eq!(create(&hers).status, 400, "there is one now");
    assert_eq!(log_in().body["credentialChallenge"], Value::Null);
    assert_eq!(anna.log_in(&emulator).call("GET", "/auth/credentials", "").status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_code_or_a_state_is_good_once_for_its_own_login() {
    let emulator = emulator().await;
    let email = emulator.employee().username();
    let back = sign_in(&emulator, &start(&emulator, "oidc"), email);
    assert_eq!(
        post(&emulator, "/auth/login/sso", &back).refusal(),
        NO_STATE,
        "another protocol"
    );
    assert_eq!(post(&emulator, "/auth/login/oidc", &back).status, 200);
    assert_eq!(post(&emulator, "/auth/login/oidc", &back).refusal(), NO_STATE);

    let mut of_used = sign_in(&emulator, &start(&emulator, "oidc"), email);
    of_used["code"] = back["code"].clone();
    assert_eq!(post(&emulator, "/auth/login/oidc", &of_used).refusal(), NO_CODE);
    let (first, second) = (start(&emulator, "sso"), start(&emulator, "oidc"));
    let (first, mut mixed) = (sign_in(&emulator, &first, email), sign_in(&emulator, &second, email));
    mixed["code"] = first["code"].clone();
    assert_eq!(
        post(&emulator, "/auth/login/oidc", &mixed).refusal(),
        NO_ID_TOKEN,
        "it has another nonce"
    );
    let [first, mut mixed] = [0, 1].map(|_| sign_in(&emulator, &start(&emulator, "sso"), email));
    mixed["code"] = first["code"].clone();
    assert_eq!(
        post(&emulator, "/auth/login/sso", &mixed).refusal(),
        NO_ID_TOKEN,
        "each login has a nonce, also if nobody named one"
    );
    assert_eq!(post(&emulator, "/auth/login/sso", &first).status, 200);

    let late = sign_in(&emulator, &start(&emulator, "oidc"), email);
    advance(&emulator.url(), 61);
    assert_eq!(post(&emulator, "/auth/login/oidc", &late).refusal(), NO_CODE);
    let forged = json!({ "code": "x", "state": "y" });
    assert_eq!(post(&emulator, "/auth/login/oidc", &forged).refusal(), NO_STATE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_code_that_went_to_another_address_is_worth_nothing() {
    let emulator = emulator().await;
    let url = start(&emulator, "oidc");
    let back = sign_in(&emulator, &url, emulator.employee().username());
    let elsewhere = url.replace("app.example.test", "evil.example.test");
    let mut stolen = sign_in(&emulator, &elsewhere, emulator.employee().username());
    stolen["state"] = back["state"].clone();
    assert_eq!(post(&emulator, "/auth/login/oidc", &stolen).refusal(), NO_CODE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_end_user_registers_and_logs_in_with_a_social_provider() {
    let emulator = emulator().await;
    let eve = Person::new("eve");
    let unknown = social(&emulator, "/auth/login/social", &id_token(&emulator, &eve.email));
    assert_eq!(unknown.refusal(), (401, "User not found"));
    let begun = social(&emulator, "/auth/registration/social", &id_token(&emulator, &eve.email));
    assert_eq!(eve.complete_registration(&emulator, &begun).status, 200);
    let login = social(&emulator, "/auth/login/social", &id_token(&emulator, &eve.email));
    let hers = eve.with_token(&emulator, &text(&login, "token"));
    assert_eq!(hers.call("GET", "/wallets", "").status, 200);
    let again = social(&emulator, "/auth/registration/social", &id_token(&emulator, &eve.email));
    assert_eq!(again.refusal(), (401, "User already exists."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_id_token_that_the_provider_did_not_sign_for_this_api_is_refused() {
    let emulator = emulator().await;
    let email = emulator.employee().username();
    let good = id_token(&emulator, email);
    let parts: Vec<&str> = good.split('.').collect();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
    let foreign = id_token(&crate::person::emulator().await, email);
    let of_the_api = emulator.auth_token().to_owned();
    for token in [unsigned, foreign, of_the_api, String::new(), "a.b.c".to_owned()] {
        assert_eq!(
            social(&emulator, "/auth/login/social", &token).refusal(),
            NO_ID_TOKEN,
            "{token}"
        );
    }
    assert_eq!(social(&emulator, "/auth/login/social", &good).status, 200);
    advance(&emulator.url(), 301);
    assert_eq!(social(&emulator, "/auth/login/social", &good).refusal(), NO_ID_TOKEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_address_that_runs_code_is_no_way_back() {
    let emulator = emulator().await;
    for bad in ["javascript://%0aalert(1)", "back", "", "https://", "https://a b"] {
        let body = json!({ "orgId": emulator.org_id(), "redirectUri": bad });
        assert_eq!(post(&emulator, "/auth/login/oidc/init", &body).status, 400, "{bad}");
    }
    let app = json!({ "orgId": emulator.org_id(), "redirectUri": "com.example.app://back" });
    assert_eq!(post(&emulator, "/auth/login/oidc/init", &app).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_provider_describes_itself_as_openid_connect_wants_it() {
    let emulator = emulator().await;
    let url = format!("{}/__admin/identity-provider", emulator.url());
    let get = |path: &str| {
        send(
            &emulator.url(),
            "GET",
            &format!("/__admin/identity-provider{path}"),
            &[],
            b"",
        )
        .body
    };
    let configuration = get("/.well-known/openid-configuration");
    assert_eq!(configuration["issuer"], url);
    assert_eq!(configuration["jwks_uri"], format!("{url}/jwks"));
    let api_keys = send(&emulator.url(), "GET", "/.well-known/jwks.json", &[], b"").body;
    assert_ne!(get("/jwks")["keys"][0]["x"], api_keys["keys"][0]["x"]);
}
