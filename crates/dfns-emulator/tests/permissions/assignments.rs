//! Who holds a permission: assigned, listed, revoked.

use serde_json::json;

use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_assignment_is_listed_and_ends_with_its_revocation() {
    let scene = Scene::new().await;
    let member = scene.member("anna", &[]);
    let permission = scene.permission("team", &["Wallets:Read"]);
    let path = format!("/permissions/{permission}/assignments");
    let assignment = scene.assign(&permission, &member.id);
    let items = scene.get(&path)["items"].clone();
    assert_eq!(
        (&items[0]["id"], &items[0]["identityId"], &items[0]["permissionId"]),
        (&json!(assignment), &json!(member.id), &json!(permission))
    );
    assert_eq!(member.signer.call("GET", "/wallets", "").status, 200);
    let revoked = scene.service.signed("DELETE", &format!("{path}/{assignment}"), "");
    assert_eq!(revoked.status, 204, "{revoked:?}");
    assert_eq!(member.signer.call("GET", "/wallets", "").status, 403);
    assert_eq!(scene.get(&path)["items"], json!([]));
    assert_eq!(
        scene
            .service
            .signed("DELETE", &format!("{path}/{assignment}"), "")
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn assigning_twice_is_a_conflict_that_names_the_first() {
    let scene = Scene::new().await;
    let member = scene.member("anna", &[]);
    let permission = scene.permission("team", &["Wallets:Read"]);
    let assignment = scene.assign(&permission, &member.id);
    let body = json!({ "identityId": member.id }).to_string();
    let again = scene
        .service
        .signed("POST", &format!("/permissions/{permission}/assignments"), &body);
    assert_eq!(again.status, 409);
    assert_eq!(again.body["error"]["details"]["assignmentId"], assignment.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_assignment_of_another_permission_is_not_found() {
    let scene = Scene::new().await;
    let member = scene.member("anna", &[]);
    let (one, other) = (
        scene.permission("one", &["Wallets:Read"]),
        scene.permission("other", &["Keys:Read"]),
    );
    let assignment = scene.assign(&one, &member.id);
    let path = format!("/permissions/{other}/assignments/{assignment}");
    assert_eq!(scene.service.signed("DELETE", &path, "").status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_users_service_accounts_and_personal_access_tokens_hold_permissions() {
    let scene = Scene::new().await;
    let permission = scene.permission("team", &["Wallets:Read"]);
    let gone = scene.member("gone", &[]);
    scene.service.signed("DELETE", &format!("/auth/users/{}", gone.id), "");
    let path = format!("/permissions/{permission}/assignments");
    for identity in ["us-00000-00000-00000000000000", "", &permission, &gone.id] {
        let body = json!({ "identityId": identity }).to_string();
        let refused = scene.service.signed("POST", &path, &body);
        assert!([400, 404].contains(&refused.status), "{identity}: {refused:?}");
    }
    scene.assign(&permission, scene.emulator.service_account_id());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_archived_permission_is_not_assigned() {
    let scene = Scene::new().await;
    let member = scene.member("anna", &[]);
    let permission = scene.permission("team", &["Wallets:Read"]);
    let path = format!("/permissions/{permission}");
    scene
        .service
        .signed("PUT", &format!("{path}/archive"), r#"{"isArchived":true}"#);
    let body = json!({ "identityId": member.id }).to_string();
    assert_eq!(
        scene
            .service
            .signed("POST", &format!("{path}/assignments"), &body)
            .status,
        400
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_last_one_who_may_do_everything_keeps_that_unless_forced() {
    let scene = Scene::new().await;
    let items = scene.get("/permissions")["items"].as_array().unwrap().clone();
    let all = items.iter().find(|item| item["isImmutable"] == true).unwrap()["id"].clone();
    let path = format!("/permissions/{}/assignments", all.as_str().unwrap());
    let holder = |identity: &str| {
        let items = scene.get(&path)["items"].as_array().unwrap().clone();
        let held = items.iter().find(|item| item["identityId"] == identity).unwrap();
        format!("{path}/{}", held["id"].as_str().unwrap())
    };
    let employee = holder(scene.emulator.employee().user_id());
    assert_eq!(
        scene.service.signed("DELETE", &employee, "").status,
        204,
        "there is another"
    );
    let service = holder(scene.emulator.service_account_id());
    assert_eq!(scene.service.signed("DELETE", &service, "").status, 400);
    let odd = format!("{service}?force=perhaps");
    assert_eq!(scene.service.signed("DELETE", &odd, "").status, 400);
    assert_eq!(
        scene
            .service
            .signed("DELETE", &format!("{service}?force=true"), "")
            .status,
        204
    );
    assert_eq!(scene.service.call("GET", "/wallets", "").status, 403);
}
