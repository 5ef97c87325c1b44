//! Changes of permissions and assignments that policies hold back or block.

use serde_json::{Value, json};

use crate::scene::{Member, Scene, text};
use crate::support::Answer;

fn policy(scene: &Scene, kind: &str, action: &Value, filters: &Value) {
    let body = json!({
        "name": kind, "activityKind": kind, "rule": { "kind": "AlwaysTrigger" }, "action": action, "filters": filters,
    });
    let made = scene.service.signed("POST", "/v2/policies", &body.to_string());
    assert_eq!(made.status, 200, "{made:?}");
}

fn ask() -> Value {
    json!({ "kind": "RequestApproval", "approvalGroups": [{ "quorum": 1, "approvers": {} }] })
}

/// Somebody who may decide.
fn judge(scene: &Scene) -> Member {
    scene.member("judge", &["Policies:Evaluations:Vote"])
}

fn decide(who: &Member, asked: &Answer, value: &str) -> Value {
    let path = format!("/v2/policy-approvals/{}/decisions", text(asked, "approvalId"));
    let decided = who.signer.signed("POST", &path, &json!({ "value": value }).to_string());
    assert_eq!(decided.status, 200, "{decided:?}");
    decided.body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_update_of_a_permission_waits_for_its_approval() {
    let scene = Scene::new().await;
    let judge = judge(&scene);
    let path = format!("/permissions/{}", scene.permission("team", &["Wallets:Read"]));
    policy(&scene, "Permissions:Modify", &ask(), &json!({}));
    let asked = scene.service.signed("PUT", &path, r#"{"operations":["Keys:Read"]}"#);
    assert_eq!(
        (asked.status, &asked.body["kind"]),
        (202, &json!("Permission")),
        "{asked:?}"
    );
    let waiting = scene.get(&path);
    assert_eq!(
        (&waiting["operations"], &waiting["pendingChangeRequest"]),
        (&json!(["Wallets:Read"]), &asked.body)
    );
    let second = scene.service.signed("PUT", &path, r#"{"name":"crew"}"#);
    assert_eq!(second.status, 409, "{second:?}");
    let decided = decide(&judge, &asked, "Approved");
    assert_eq!(decided["activity"]["kind"], "Permissions:Modify");
    assert_eq!(decided["activity"]["changeRequest"]["status"], "Applied");
    assert_eq!(scene.get(&path)["operations"], json!(["Keys:Read"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_deletion_and_an_archival_wait_for_their_approvals() {
    let scene = Scene::new().await;
    let judge = judge(&scene);
    let (one, other) = (
        format!("/permissions/{}", scene.permission("one", &["Wallets:Read"])),
        format!("/permissions/{}", scene.permission("other", &["Wallets:Read"])),
    );
    policy(&scene, "Permissions:Modify", &ask(), &json!({}));
    let deletion = scene.service.signed("DELETE", &one, "");
    assert_eq!(
        (deletion.status, &deletion.body["operationKind"]),
        (202, &json!("Delete"))
    );
    let archival = scene
        .service
        .signed("PUT", &format!("{other}/archive"), r#"{"isArchived":true}"#);
    assert_eq!(
        (archival.status, &archival.body["operationKind"]),
        (202, &json!("Update"))
    );
    assert_eq!(archival.body["body"]["isArchived"], true);
    decide(&judge, &deletion, "Approved");
    decide(&judge, &archival, "Approved");
    assert_eq!(scene.service.call("GET", &one, "").status, 404);
    assert_eq!(scene.get(&other)["isArchived"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_assignment_waits_for_its_approval_and_cannot_be_asked_for_twice() {
    let scene = Scene::new().await;
    let judge = judge(&scene);
    let anna = scene.member("anna", &[]);
    let path = format!(
        "/permissions/{}/assignments",
        scene.permission("team", &["Wallets:Read"])
    );
    policy(&scene, "Permissions:Assign", &ask(), &json!({}));
    let body = json!({ "identityId": anna.id }).to_string();
    let asked = scene.service.signed("POST", &path, &body);
    assert_eq!(
        (asked.status, &asked.body["operationKind"]),
        (202, &json!("Create")),
        "{asked:?}"
    );
    assert_eq!(asked.body["body"]["identityId"], anna.id.as_str());
    assert_eq!(scene.service.signed("POST", &path, &body).status, 409);
    assert_eq!(anna.signer.call("GET", "/wallets", "").status, 403, "not yet");
    decide(&judge, &asked, "Approved");
    assert_eq!(anna.signer.call("GET", "/wallets", "").status, 200);
    assert_eq!(scene.get(&path)["items"][0]["id"], asked.body["entityId"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_revocation_that_is_denied_leaves_the_assignment() {
    let scene = Scene::new().await;
    let judge = judge(&scene);
    let anna = scene.member("anna", &[]);
    let permission = scene.permission("team", &["Wallets:Read"]);
    let assignment = scene.assign(&permission, &anna.id);
    policy(
        &scene,
        "Permissions:Assign",
        &ask(),
        &json!({ "permissionId": { "in": [permission] } }),
    );
    let path = format!("/permissions/{permission}/assignments");
    let asked = scene.service.signed("DELETE", &format!("{path}/{assignment}"), "");
    assert_eq!(
        (asked.status, &asked.body["operationKind"]),
        (202, &json!("Delete")),
        "{asked:?}"
    );
    assert_eq!(scene.get(&path)["items"][0]["pendingChangeRequest"], asked.body);
    decide(&judge, &asked, "Denied");
    assert_eq!(scene.get(&path)["items"][0].get("pendingChangeRequest"), None);
    assert_eq!(anna.signer.call("GET", "/wallets", "").status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_blocked_change_is_refused_and_leaves_nothing_behind() {
    let scene = Scene::new().await;
    let anna = scene.member("anna", &[]);
    let (watched, free) = (
        scene.permission("watched", &["Wallets:Read"]),
        scene.permission("free", &["Wallets:Read"]),
    );
    let block = json!({ "kind": "Block" });
    let filters = json!({ "permissionId": { "in": [watched] } });
    policy(&scene, "Permissions:Modify", &block, &filters);
    policy(&scene, "Permissions:Assign", &block, &filters);
    let body = json!({ "identityId": anna.id }).to_string();
    for permission in [&watched, &free] {
        let expected = if permission == &watched { [403, 403] } else { [200, 200] };
        let path = format!("/permissions/{permission}");
        let assigned = scene.service.signed("POST", &format!("{path}/assignments"), &body);
        let renamed = scene.service.signed(
            "PUT",
            &path,
            &json!({ "name": format!("new {permission}") }).to_string(),
        );
        assert_eq!([assigned.status, renamed.status], expected, "{assigned:?} {renamed:?}");
    }
    assert_eq!(
        scene.get(&format!("/permissions/{watched}/assignments"))["items"],
        json!([])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_change_that_cannot_be_made_any_more_when_it_is_approved_has_failed() {
    let scene = Scene::new().await;
    let judge = judge(&scene);
    let permission = scene.permission("team", &["Wallets:Read"]);
    policy(&scene, "Permissions:Modify", &ask(), &json!({}));
    let path = format!("/permissions/{permission}");
    let asked = scene.service.signed("PUT", &path, r#"{"name":"crew"}"#);
    scene.permission("crew", &["Wallets:Read"]);
    let decided = decide(&judge, &asked, "Approved");
    assert_eq!(decided["activity"]["changeRequest"]["status"], "Failed");
    assert_eq!(scene.get(&path)["name"], "team");
    assert_eq!(scene.get(&path).get("pendingChangeRequest"), None);
}
