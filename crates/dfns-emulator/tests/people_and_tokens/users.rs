//! Users: invited, listed, changed, deactivated and deleted.

use dfns_emulator::Emulator;
use dfns_types::{User, UserPage};
use serde_json::{Value, json};

use crate::person::{NO_TOKEN, Person, emulator, mailed, text};
use crate::support::{Answer, Signer, send};

fn create(emulator: &Emulator, body: &Value) -> Answer {
    Signer::service_account(emulator).signed("POST", "/auth/users", &body.to_string())
}

fn mails(emulator: &Emulator) -> usize {
    send(&emulator.url(), "GET", "/__admin/outbox", &[], b"").body["items"]
        .as_array()
        .unwrap()
        .len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_employee_is_invited_by_mail_and_holds_nothing() {
    let emulator = emulator().await;
    let answer = create(
        &emulator,
        &json!({ "email": "anna@example.test", "kind": "CustomerEmployee" }),
    );
    let user: User = serde_json::from_value(answer.body).unwrap();
    assert!(user.is_active && !user.is_registered && !user.is_sso_required && user.permission_assignments.is_empty());
    assert_eq!(
        mailed(&emulator, "anna@example.test", "registration").len(),
        "1234-1234-1234-1234".len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_end_user_gets_no_mail_and_the_default_permission() {
    let emulator = emulator().await;
    let answer = create(&emulator, &json!({ "email": "eve@example.test", "kind": "EndUser" }));
    let user: User = serde_json::from_value(answer.body).unwrap();
    assert_eq!(user.permission_assignments.len(), 1);
    assert_eq!(
        user.permission_assignments[0].permission_name,
        "ManagedDefaultEndUserAccess"
    );
    assert_eq!(mails(&emulator), 0);
    let delegated = Person::new("eve").delegate(&emulator);
    assert_eq!(
        delegated.body["user"]["id"],
        user.user_id.as_str(),
        "the registration goes on by delegation"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_employee_can_be_left_to_delegated_registration() {
    let emulator = emulator().await;
    let body = json!({ "email": "anna@example.test", "kind": "CustomerEmployee", "registration": "Delegated" });
    assert_eq!(create(&emulator, &body).status, 200);
    assert_eq!(mails(&emulator), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_wrong_with_a_new_user_is_said() {
    let emulator = emulator().await;
    for (body, field) in [
        (json!({ "email": "", "kind": "EndUser" }), "email"),
        (json!({ "email": "anna", "kind": "EndUser" }), "email"),
        (json!({ "email": "@example.test", "kind": "EndUser" }), "email"),
        (json!({ "email": "a@b@example.test", "kind": "EndUser" }), "email"),
        (json!({ "email": "a@example.test\n", "kind": "EndUser" }), "email"),
        (json!({ "email": "a@example.test", "kind": "Robot" }), "kind"),
        (
            json!({ "email": "a@example.test", "kind": "EndUser", "registration": "Direct" }),
            "registration",
        ),
    ] {
        let answer = create(&emulator, &body);
        assert_eq!(
            (answer.status, &answer.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{answer:?}"
        );
        assert_eq!(answer.body["error"]["details"]["pointer"], format!("/body/{field}"));
    }
    let taken = create(&emulator, &json!({ "email": "admin@example.com", "kind": "EndUser" }));
    assert_eq!(taken.refusal(), (401, "User already exists."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn users_are_listed_by_kind_page_by_page() {
    let emulator = emulator().await;
    for name in ["eve", "ewan", "edda"] {
        assert_eq!(Person::new(name).delegate(&emulator).status, 200);
    }
    Person::new("anna").invite(&emulator);
    let service = Signer::service_account(&emulator);
    let list = |query: &str| -> UserPage {
        let answer = service.call("GET", &format!("/auth/users{query}"), "");
        serde_json::from_value(answer.body.clone()).unwrap_or_else(|_| panic!("{answer:?}"))
    };
    let names = |page: &UserPage| -> Vec<String> { page.items.iter().map(|user| user.username.clone()).collect() };
    assert_eq!(list("").items.len(), 5);
    assert_eq!(list("?kind=CustomerEmployee&kind=EndUser").items.len(), 5);
    let first = list("?kind=EndUser&limit=2");
    assert_eq!(names(&first), ["edda@example.test", "ewan@example.test"]);
    let token = first.next_page_token.unwrap();
    let second = list(&format!("?kind=EndUser&limit=2&paginationToken={token}"));
    assert_eq!(
        (names(&second), second.next_page_token),
        (vec!["eve@example.test".to_owned()], None)
    );
    for query in [
        "?limit=201",
        "?limit=0",
        "?kind=Robot",
        &format!("?limit=2&paginationToken={token}"),
    ] {
        assert_eq!(
            service.call("GET", &format!("/auth/users{query}"), "").status,
            400,
            "{query}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deleted_user_is_shown_by_id_stays_deleted_and_frees_the_name() {
    let emulator = emulator().await;
    let (anna, service) = (Person::new("anna"), Signer::service_account(&emulator));
    let path = format!("/auth/users/{}", anna.register(&emulator));
    let session = anna.log_in(&emulator);
    assert_eq!(service.signed("DELETE", &path, "").body["isActive"], false);
    assert_eq!(session.call("GET", "/auth/credentials", "").refusal(), NO_TOKEN);
    assert_eq!(anna.begin_login(&emulator).refusal(), (401, "User not found"));
    assert_eq!(service.call("GET", &path, "").body["isActive"], false);
    assert_eq!(service.signed("PUT", &format!("{path}/activate"), "").status, 400);
    assert_eq!(service.signed("PUT", &path, r#"{"isSSORequired":true}"#).status, 400);
    let again = create(&emulator, &json!({ "email": anna.email, "kind": "CustomerEmployee" }));
    assert_ne!(path, format!("/auth/users/{}", text(&again, "userId")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_user_who_is_not_there_is_not_found() {
    let emulator = emulator().await;
    let service = Signer::service_account(&emulator);
    let path = "/auth/users/us-00000-00000-0000000000000000";
    let changes = [
        ("DELETE", path.to_owned(), ""),
        ("PUT", path.to_owned(), r#"{"isSSORequired":true}"#),
    ];
    let states = ["activate", "deactivate"].map(|state| ("PUT", format!("{path}/{state}"), "{}"));
    for (method, path, body) in changes.into_iter().chain(states) {
        assert_eq!(
            service.signed(method, &path, body).refusal(),
            (404, "user not found"),
            "{method} {path}"
        );
    }
}
