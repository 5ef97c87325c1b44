//! Applications: through what older clients call.

use dfns_emulator::Emulator;
use dfns_types::Application;
use serde_json::{Value, json};

use crate::person::{NO_TOKEN, Person, emulator, text};
use crate::support::{Answer, Declared, Signer, advance, send};

const NO_APPLICATION_TOKEN: (u16, &str) = (401, "application token is missing or invalid");

/// What an application in the hands of its users is made of.
fn client_side() -> Value {
    json!({
        "kind": "ClientSideApplication", "name": "shop", "relyingPartyId": "example.test",
        "origin": "https://app.example.test",
    })
}

/// What an application on a server is made of.
fn server_side(server: &Person) -> Value {
    let mut body = client_side();
    body["kind"] = json!("ServerSideApplication");
    body["publicKey"] = server.public_key().into();
    body
}

fn create(emulator: &Emulator, body: &Value) -> Answer {
    Signer::service_account(emulator).signed("POST", "/auth/apps", &body.to_string())
}

/// An application that may do what it is told here, and its path.
fn bounded(emulator: &Emulator, mut body: Value, operations: &[&str]) -> (Answer, String) {
    let permission = json!({ "name": operations.join(" "), "operations": operations }).to_string();
    let permission = Signer::service_account(emulator).signed("POST", "/permissions", &permission);
    body["permissionId"] = text(&permission, "id").into();
    let made = create(emulator, &body);
    let path = format!("/auth/apps/{}", text(&made, "appId"));
    (made, path)
}

/// A call of the service account that names an application, with more headers if need be.
fn through(emulator: &Emulator, id: &str, more: &[(&str, &str)], method: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {}", emulator.auth_token());
    let headers = [&[("authorization", bearer.as_str()), ("x-dfns-appid", id)], more].concat();
    send(&emulator.url(), method, path, &headers, b"")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_application_of_each_kind_is_made_shown_and_listed() {
    let emulator = emulator().await;
    let (service, server) = (Signer::service_account(&emulator), Person::new("server"));
    let shop = create(&emulator, &client_side());
    let shown: Application = serde_json::from_value(shop.body.clone()).unwrap();
    assert!(shown.is_active && shown.app_id.as_str().starts_with("ap-"), "{shown:?}");
    assert_eq!(shown.expected_rp_id.as_deref(), Some("example.test"));
    assert_eq!(shop.body["accessTokens"], json!([]));
    let back = create(&emulator, &server_side(&server));
    let token = &back.body["accessTokens"][0];
    assert_eq!(
        (
            &token["kind"],
            &token["linkedAppId"],
            &token["linkedUserId"],
            &token["publicKey"]
        ),
        (
            &json!("Application"),
            &back.body["appId"],
            &json!(""),
            &json!(server.fingerprint())
        )
    );
    assert!(token["accessToken"].is_string(), "{token}");

    let again = service.call("GET", &format!("/auth/apps/{}", text(&back, "appId")), "");
    assert_eq!(
        again.body["accessTokens"][0].get("accessToken"),
        None,
        "it is shown once"
    );
    let listed = service.call("GET", "/auth/apps", "");
    let names: Vec<&Value> = listed.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["appId"])
        .collect();
    assert_eq!(names, [&back.body["appId"], &shop.body["appId"]]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_application_gets_no_more_than_its_maker_holds() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    let anna_id = anna.register(&emulator);
    let made = |operations: &[&str]| {
        let body = json!({ "name": operations.join(" "), "operations": operations }).to_string();
        text(
            &Signer::service_account(&emulator).signed("POST", "/permissions", &body),
            "id",
        )
    };
    let (hers, more) = (
        made(&["Auth:Apps:Create", "Auth:Types:Application"]),
        made(&["Wallets:Read"]),
    );
    let assignment = json!({ "identityId": anna_id }).to_string();
    Signer::service_account(&emulator).signed("POST", &format!("/permissions/{hers}/assignments"), &assignment);
    let anna = anna.log_in(&emulator);
    let mut body = client_side();
    body["permissionId"] = more.into();
    assert_eq!(anna.signed("POST", "/auth/apps", &body.to_string()).status, 403);
    body["permissionId"] = hers.into();
    assert_eq!(anna.signed("POST", "/auth/apps", &body.to_string()).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_call_through_an_application_is_bounded_by_what_that_may_do() {
    let emulator = emulator().await;
    let (made, _) = bounded(&emulator, client_side(), &["Wallets:Read"]);
    let id = text(&made, "appId");
    assert_eq!(through(&emulator, &id, &[], "GET", "/wallets").status, 200);
    let refused = through(&emulator, &id, &[], "GET", "/auth/users");
    let message = format!("ClientSideApplication {id} is not authorized to perform operation (Auth:Users:Read)");
    assert_eq!(refused.refusal(), (403, message.as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_application_does_not_give_its_user_more_rights() {
    let emulator = emulator().await;
    let shop = text(&create(&emulator, &client_side()), "appId");
    let anna = Person::new("anna");
    anna.register(&emulator);
    let bearer = format!("Bearer {}", anna.log_in(&emulator).token);
    let headers = [("authorization", bearer.as_str()), ("x-dfns-appid", shop.as_str())];
    let refused = send(&emulator.url(), "GET", "/auth/users", &headers, b"");
    assert!(refused.message().starts_with("CustomerEmployee"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_challenge_for_a_new_passkey_names_the_domain_of_the_application() {
    let emulator = emulator().await;
    let made = create(&emulator, &client_side());
    let user = json!({ "orgId": emulator.org_id(), "userId": emulator.employee().user_id() }).to_string();
    let session = send(&emulator.url(), "POST", "/__admin/sessions", &[], user.as_bytes());
    let bearer = format!("Bearer {}", text(&session, "token"));
    let party_of = |application: &str| {
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("x-dfns-appid", application),
        ];
        let answer = send(
            &emulator.url(),
            "POST",
            "/auth/credentials/init",
            &headers,
            br#"{"kind":"Fido2"}"#,
        );
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body.get("rp").cloned()
    };
    let party = json!({ "id": "example.test", "name": "shop" });
    assert_eq!(party_of(&text(&made, "appId")), Some(party));
    assert_eq!(party_of("ap-00000-00000-0000000000000000"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_id_that_is_no_application_of_the_organisation_changes_nothing() {
    let (emulator, other) = (emulator().await, emulator().await);
    let theirs = text(&create(&other, &client_side()), "appId");
    for id in [theirs.as_str(), "ap-1", "", "' OR 1=1"] {
        assert_eq!(through(&emulator, id, &[], "GET", "/auth/users").status, 200, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_application_on_a_server_is_believed_with_its_token_only() {
    let emulator = emulator().await;
    let (back, _) = bounded(&emulator, server_side(&Person::new("server")), &["Wallets:Read"]);
    let (other, _) = bounded(&emulator, server_side(&Person::new("other")), &["Keys:Read"]);
    let secret = |made: &Answer| made.body["accessTokens"][0]["accessToken"].as_str().unwrap().to_owned();
    let (id, own) = (text(&back, "appId"), secret(&back));
    let call = |headers: &[(&str, &str)]| through(&emulator, &id, headers, "GET", "/wallets");
    assert_eq!(call(&[("x-dfns-appsecret", &own)]).status, 200);
    for wrong in [secret(&other), emulator.auth_token().to_owned(), "x".to_owned()] {
        assert_eq!(call(&[("x-dfns-appsecret", &wrong)]).refusal(), NO_APPLICATION_TOKEN);
    }
    assert_eq!(call(&[]).refusal(), NO_APPLICATION_TOKEN);
    let bearer = format!("Bearer {own}");
    let alone = send(&emulator.url(), "GET", "/wallets", &[("authorization", &bearer)], b"");
    assert_eq!(alone.refusal(), NO_TOKEN, "an application is nobody by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_token_of_an_application_expires() {
    let emulator = emulator().await;
    let mut body = server_side(&Person::new("server"));
    body["daysValid"] = json!(1);
    let back = create(&emulator, &body);
    let secret = back.body["accessTokens"][0]["accessToken"].as_str().unwrap();
    let call = || {
        through(
            &emulator,
            &text(&back, "appId"),
            &[("x-dfns-appsecret", secret)],
            "GET",
            "/wallets",
        )
    };
    assert_eq!(call().status, 200);
    advance(&emulator.url(), 24 * 60 * 60);
    assert_eq!(call().refusal(), NO_APPLICATION_TOKEN);
    body["daysValid"] = json!(731);
    assert_eq!(create(&emulator, &body).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_application_is_renamed_deactivated_activated_and_archived() {
    let emulator = emulator().await;
    let (service, back) = (
        Signer::service_account(&emulator),
        create(&emulator, &server_side(&Person::new("server"))),
    );
    let (id, path) = (text(&back, "appId"), format!("/auth/apps/{}", text(&back, "appId")));
    let secret = back.body["accessTokens"][0]["accessToken"].as_str().unwrap();
    let status = || through(&emulator, &id, &[("x-dfns-appsecret", secret)], "GET", "/wallets").status;
    let renamed = service
        .signed("PUT", &path, r#"{"name":"till","externalId":"t-1"}"#)
        .body;
    assert_eq!(
        (&renamed["name"], &renamed["accessTokens"][0]["name"]),
        (&json!("till"), &json!("till"))
    );
    assert_eq!(service.signed("PUT", &path, r#"{"name":""}"#).status, 400);

    let off = service.signed("PUT", &format!("{path}/deactivate"), "").body;
    assert_eq!(
        (&off["isActive"], &off["accessTokens"][0]["isActive"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(status(), 403);
    assert_eq!(
        service.signed("PUT", &format!("{path}/activate"), "").body["isActive"],
        true
    );
    assert_eq!(status(), 200);

    assert_eq!(service.signed("DELETE", &path, "").body["isActive"], false);
    assert_eq!(status(), 403);
    assert_eq!(service.call("GET", "/auth/apps", "").body, json!({ "items": [] }));
    assert_eq!(service.call("GET", &path, "").body["isActive"], false);
    for (method, path) in [("PUT", format!("{path}/activate")), ("PUT", path.clone())] {
        assert_eq!(service.signed(method, &path, "{}").status, 400, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_application_cannot_change_its_own_state() {
    let emulator = emulator().await;
    let (service, shop) = (
        Signer::service_account(&emulator),
        text(&create(&emulator, &client_side()), "appId"),
    );
    for (method, end) in [("PUT", "/activate"), ("PUT", "/deactivate"), ("DELETE", "")] {
        let path = format!("/auth/apps/{shop}{end}");
        let action = service.sign(Declared {
            method,
            path: &path,
            payload: "",
        });
        let refused = through(&emulator, &shop, &[("x-dfns-useraction", &action)], method, &path);
        assert_eq!(
            refused.refusal(),
            (400, "application cannot modify its own state"),
            "{path}"
        );
    }
    assert_eq!(
        service.call("GET", &format!("/auth/apps/{shop}"), "").body["isActive"],
        true
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_permission_is_assigned_to_an_application_and_widens_what_it_may_do() {
    let emulator = emulator().await;
    let (made, path) = bounded(&emulator, client_side(), &["Wallets:Read"]);
    let (service, id) = (Signer::service_account(&emulator), text(&made, "appId"));
    let permission = json!({ "name": "keys", "operations": ["Keys:Read"] }).to_string();
    let permission = text(&service.signed("POST", "/permissions", &permission), "id");
    assert_eq!(through(&emulator, &id, &[], "GET", "/keys").status, 403);
    let body = json!({ "identityId": id }).to_string();
    let assigned = service.signed("POST", &format!("/permissions/{permission}/assignments"), &body);
    assert_eq!(assigned.body["identityId"], json!(id), "{assigned:?}");
    assert_eq!(through(&emulator, &id, &[], "GET", "/keys").status, 200);
    let held = service.call("GET", &path, "").body["permissionAssignments"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(held, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_application_without_name_domain_or_key_is_refused() {
    let emulator = emulator().await;
    for (field, value) in [
        ("name", json!("")),
        ("relyingPartyId", json!("")),
        ("origin", json!("")),
        ("kind", json!("Robot")),
        ("permissionId", json!("pm-00000-00000-0000000000000000")),
    ] {
        let mut body = client_side();
        body[field] = value;
        let refused = create(&emulator, &body);
        assert!([400, 404].contains(&refused.status), "{field}: {refused:?}");
    }
    let mut body = server_side(&Person::new("server"));
    body["publicKey"] = json!("no key");
    assert_eq!(create(&emulator, &body).status, 400);
    assert_eq!(
        Signer::service_account(&emulator).call("GET", "/auth/apps", "").body["items"],
        json!([])
    );
}
