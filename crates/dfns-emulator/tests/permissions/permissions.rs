//! Permissions: made, read, changed, archived and deleted.

use serde_json::{Value, json};

use crate::scene::{Scene, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_permission_reads_back_as_it_was_made() {
    let scene = Scene::new().await;
    let body = json!({ "name": "readers", "operations": ["Wallets:Read", "Keys:Read", "Wallets:Read"] }).to_string();
    let made = scene.service.signed("POST", "/permissions", &body);
    assert_eq!(made.status, 200, "{made:?}");
    let read = scene.get(&format!("/permissions/{}", text(&made, "id")));
    assert_eq!(read, made.body);
    assert_eq!(read["operations"], json!(["Wallets:Read", "Keys:Read"]), "each once");
    assert_eq!(
        (&read["status"], &read["isImmutable"], &read["isArchived"]),
        (&json!("Active"), &json!(false), &json!(false))
    );
    assert_eq!(read["dateCreated"], read["dateUpdated"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_managed_permissions_are_there_from_the_start() {
    let scene = Scene::new().await;
    let items = scene.get("/permissions")["items"].as_array().unwrap().clone();
    let named = |name: &str| items.iter().find(|item| item["name"] == name).unwrap().clone();
    let (all, end_users) = (named("ManagedFullAdminAccess"), named("ManagedDefaultEndUserAccess"));
    assert_eq!(
        (&all["isImmutable"], &end_users["isImmutable"]),
        (&json!(true), &json!(false))
    );
    let operations = all["operations"].as_array().unwrap();
    assert!(operations.contains(&json!("Wallets:Transfers:Create")) && operations.len() > 100);
    let path = format!("/permissions/{}", all["id"].as_str().unwrap());
    assert_eq!(scene.service.signed("PUT", &path, r#"{"name":"mine"}"#).status, 403);
    assert_eq!(scene.service.signed("DELETE", &path, "").status, 403);
    let archive = format!("{path}/archive");
    assert_eq!(
        scene.service.signed("PUT", &archive, r#"{"isArchived":true}"#).status,
        403
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_cannot_be_granted_is_refused_with_its_place() {
    let scene = Scene::new().await;
    for (body, field) in [
        (json!({ "name": "", "operations": ["Wallets:Read"] }), "name"),
        (json!({ "name": "none", "operations": [] }), "operations"),
        (
            json!({ "name": "odd", "operations": ["Wallets:Read", "Wallets:Burn"] }),
            "operations[1]",
        ),
        (json!({ "name": "all", "operations": ["*"] }), "operations[0]"),
    ] {
        let refused = scene.service.signed("POST", "/permissions", &body.to_string());
        assert_eq!(refused.status, 400, "{body}");
        assert_eq!(refused.body["error"]["details"]["field"], field, "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_name_is_taken_even_by_an_archived_permission_but_not_by_a_deleted_one() {
    let scene = Scene::new().await;
    let id = scene.permission("treasury", &["Wallets:Read"]);
    let path = format!("/permissions/{id}");
    let again = json!({ "name": "treasury", "operations": ["Keys:Read"] }).to_string();
    let make = || scene.service.signed("POST", "/permissions", &again).status;
    assert_eq!(make(), 409);
    let archived = scene
        .service
        .signed("PUT", &format!("{path}/archive"), r#"{"isArchived":true}"#);
    assert_eq!(archived.body["isArchived"], true);
    assert_eq!(make(), 409);
    let deleted = scene.service.signed("DELETE", &path, "");
    assert_eq!((deleted.status, &deleted.body), (200, &json!({})));
    assert_eq!(scene.service.call("GET", &path, "").status, 404);
    assert_eq!(make(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_update_changes_what_it_names_and_takes_effect_at_once() {
    let scene = Scene::new().await;
    let member = scene.member("anna", &[]);
    let id = scene.permission("team", &["Wallets:Read"]);
    scene.assign(&id, &member.id);
    let path = format!("/permissions/{id}");
    let update = |body: Value| scene.service.signed("PUT", &path, &body.to_string()).body;
    assert_eq!(update(json!({ "name": "crew" }))["operations"], json!(["Wallets:Read"]));
    assert_eq!(update(json!({ "operations": ["Keys:Read"] }))["name"], "crew");
    let statuses = ["/wallets", "/keys"].map(|path| member.signer.call("GET", path, "").status);
    assert_eq!(statuses, [403, 200]);
    let empty = scene.service.signed("PUT", &path, r#"{"operations":[]}"#);
    assert_eq!(empty.status, 400, "{empty:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_archived_permission_grants_nothing_until_it_is_brought_back() {
    let scene = Scene::new().await;
    let member = scene.member("anna", &[]);
    let id = scene.permission("team", &["Wallets:Read"]);
    scene.assign(&id, &member.id);
    let archive = |value: bool| {
        let body = json!({ "isArchived": value }).to_string();
        scene
            .service
            .signed("PUT", &format!("/permissions/{id}/archive"), &body);
        member.signer.call("GET", "/wallets", "").status
    };
    assert_eq!((archive(true), archive(false)), (403, 200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn permissions_are_listed_in_pages_newest_first() {
    let scene = Scene::new().await;
    let made: Vec<String> = (0..3)
        .map(|number| scene.permission(&format!("p{number}"), &["Wallets:Read"]))
        .collect();
    let first = scene.get("/permissions?limit=2");
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&first), [&*made[2], &made[1]]);
    let token = first["nextPageToken"].as_str().unwrap();
    let rest = scene.get(&format!("/permissions?paginationToken={token}"));
    assert_eq!((ids(&rest)[0].as_str(), rest.get("nextPageToken")), (&*made[0], None));
}
