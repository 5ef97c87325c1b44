//! Attempts to get more than one was given. All of them fail.

use serde_json::{Value, json};

use crate::people::end_user;
use crate::scene::{Member, Scene, text};
use crate::support::{Answer, Signer};

const ADMINISTRATION: &[&str] = &[
    "Permissions:Create",
    "Permissions:Read",
    "Permissions:Update",
    "Permissions:Delete",
    "Permissions:Assign",
    "Permissions:Assignments:Read",
    "Auth:ServiceAccounts:Create",
];

fn full_access(scene: &Scene) -> String {
    let items = scene.get("/permissions")["items"].as_array().unwrap().clone();
    let all = items.iter().find(|item| item["isImmutable"] == true).unwrap();
    all["id"].as_str().unwrap().to_owned()
}

fn assign(who: &Signer, permission: &str, identity: &str) -> Answer {
    let path = format!("/permissions/{permission}/assignments");
    who.signed("POST", &path, &json!({ "identityId": identity }).to_string())
}

#[track_caller]
fn beyond(answer: &Answer, operation: &str) {
    assert_eq!(answer.status, 403, "{answer:?}");
    let expected = format!("cannot grant what it does not hold ({operation})");
    assert!(answer.message().ends_with(&expected), "{answer:?}");
}

fn administrator(scene: &Scene) -> Member {
    scene.member("mallory", ADMINISTRATION)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_assigns_themselves_full_access() {
    let scene = Scene::new().await;
    let mallory = administrator(&scene);
    beyond(&assign(&mallory.signer, &full_access(&scene), &mallory.id), "*");
    assert_eq!(mallory.signer.call("GET", "/wallets", "").status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_assigns_a_permission_of_their_own_making_that_grants_more_than_they_hold() {
    let scene = Scene::new().await;
    let mallory = administrator(&scene);
    let body = json!({ "name": "harmless", "operations": ["Permissions:Read", "Keys:Export"] }).to_string();
    let made = mallory.signer.signed("POST", "/permissions", &body);
    beyond(&assign(&mallory.signer, &text(&made, "id"), &mallory.id), "Keys:Export");
    let accomplice = scene.member("eve", &[]);
    beyond(
        &assign(&mallory.signer, &text(&made, "id"), &accomplice.id),
        "Keys:Export",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_may_do_everything_listed_today_may_not_assign_what_grants_everything_to_come() {
    let scene = Scene::new().await;
    let all: Vec<Value> = scene.get(&format!("/permissions/{}", full_access(&scene)))["operations"]
        .as_array()
        .unwrap()
        .clone();
    let all: Vec<&str> = all.iter().map(|name| name.as_str().unwrap()).collect();
    let deputy = scene.member("deputy", &all);
    assert_eq!(deputy.signer.call("GET", "/wallets", "").status, 200);
    beyond(&assign(&deputy.signer, &full_access(&scene), &deputy.id), "*");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_adds_to_a_permission_that_they_hold_what_they_do_not_hold() {
    let scene = Scene::new().await;
    let mallory = administrator(&scene);
    let items = scene.get("/permissions")["items"].as_array().unwrap().clone();
    let own = items
        .iter()
        .find(|item| item["name"] == "permission of mallory")
        .unwrap();
    let path = format!("/permissions/{}", own["id"].as_str().unwrap());
    let mut operations = own["operations"].as_array().unwrap().clone();
    operations.push(json!("Wallets:Read"));
    let body = json!({ "operations": operations }).to_string();
    beyond(&mallory.signer.signed("PUT", &path, &body), "Wallets:Read");
    assert_eq!(mallory.signer.call("GET", "/wallets", "").status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_brings_back_a_permission_that_grants_more_than_they_hold() {
    let scene = Scene::new().await;
    let mallory = administrator(&scene);
    let old = scene.permission("of old", &["Keys:Export"]);
    scene.assign(&old, &mallory.id);
    let path = format!("/permissions/{old}/archive");
    scene.service.signed("PUT", &path, r#"{"isArchived":true}"#);
    beyond(
        &mallory.signer.signed("PUT", &path, r#"{"isArchived":false}"#),
        "Keys:Export",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_makes_a_service_account_that_may_do_more_than_they_may() {
    let scene = Scene::new().await;
    let mallory = administrator(&scene);
    let body =
        json!({ "name": "puppet", "publicKey": mallory.signer.public_key_pem(), "permissionId": full_access(&scene) });
    let made = mallory
        .signer
        .signed("POST", "/auth/service-accounts", &body.to_string());
    beyond(&made, "*");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_personal_access_token_that_may_do_little_hands_out_little() {
    let scene = Scene::new().await;
    let few = scene.permission("few", &["Permissions:Assign", "Auth:ServiceAccounts:Create"]);
    let employee = Signer::employee(&scene.emulator);
    let body = json!({ "name": "weak", "publicKey": employee.public_key_pem(), "permissionId": few });
    let made = employee.signed("POST", "/auth/pats", &body.to_string());
    assert_eq!(made.status, 200, "{made:?}");
    let mut weak = employee.clone();
    weak.token = text(&made, "accessToken");
    weak.credential_id = text(&made, "credId");
    beyond(&assign(&weak, &full_access(&scene), &text(&made, "tokenId")), "*");
    let eve = scene.member("eve", &[]);
    assert_eq!(assign(&weak, &few, &eve.id).status, 200, "what it holds itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_personal_access_token_of_an_end_user_opens_nothing_that_is_closed_to_end_users() {
    let scene = Scene::new().await;
    let (eve, id) = end_user(&scene.emulator, "eve@example.test");
    let permission = scene.permission("generous", &["Policies:Read", "Wallets:Read", "Auth:Pats:Create"]);
    scene.assign(&permission, &id);
    let body = json!({ "name": "hers", "publicKey": eve.public_key_pem() }).to_string();
    let made = eve.signed("POST", "/auth/pats", &body);
    let mut token = eve.clone();
    token.token = text(&made, "accessToken");
    assert_eq!(eve.call("GET", "/v2/policies", "").status, 403);
    assert_eq!(token.call("GET", "/v2/policies", "").status, 403, "{made:?}");
    assert_eq!(token.call("GET", "/wallets", "").status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_belongs_to_another_organisation_is_not_found() {
    let scene = Scene::new().await;
    let elsewhere = Scene::new().await;
    let theirs = elsewhere.permission("theirs", &["Wallets:Read"]);
    let stranger = elsewhere.member("stranger", &[]);
    let ours = scene.permission("ours", &["Wallets:Read"]);
    for (method, path) in [
        ("PUT", format!("/permissions/{theirs}")),
        ("DELETE", format!("/permissions/{theirs}")),
        ("GET", format!("/permissions/{theirs}")),
        ("GET", format!("/permissions/{theirs}/assignments")),
    ] {
        let answer = scene
            .service
            .signed(method, &path, if method == "GET" { "" } else { "{}" });
        assert_eq!(answer.status, 404, "{method} {path}");
        assert_eq!(answer.body["error"]["details"]["orgId"], scene.emulator.org_id());
    }
    assert_eq!(assign(&scene.service, &ours, &stranger.id).status, 404);
}
