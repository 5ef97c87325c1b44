//! Changes of policies that policies about policies hold back.

use serde_json::{Value, json};

use crate::scene::Scene;
use crate::scenery::{always, anybody, ask, decide, text};

/// A policy about transfers that is watched by one about policies.
fn watched(scene: &Scene) -> (String, Value) {
    let body = always("Wallets:Sign", &json!({ "kind": "NoAction" }));
    let watched = scene.policy(&body);
    scene.policy(&always("Policies:Modify", &ask(&[anybody()])));
    (format!("/v2/policies/{watched}"), body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_update_that_is_held_back_is_answered_202_and_made_once_it_is_approved() {
    let scene = Scene::new().await;
    let (path, mut body) = watched(&scene);
    body["name"] = json!("another name");
    let asked = scene.service.signed("PUT", &path, &body.to_string());
    assert_eq!(asked.status, 202, "{asked:?}");
    assert_eq!(
        (&asked.body["kind"], &asked.body["operationKind"], &asked.body["status"]),
        (&json!("Policy"), &json!("Update"), &json!("Pending"))
    );
    assert_eq!(asked.body["body"]["name"], "another name");
    assert_eq!(asked.body["requester"]["userId"], scene.emulator.service_account_id());
    let waiting = scene.get(&path);
    assert_eq!(
        (&waiting["name"], &waiting["pendingChangeRequest"]),
        (&json!("always"), &asked.body)
    );

    let approval = text(&asked, "approvalId");
    assert_eq!(scene.approval(&approval)["activity"]["changeRequest"], asked.body);
    decide(&scene.employee(), &approval, "Approved");
    let changed = scene.get(&path);
    assert_eq!(
        (&changed["name"], changed.get("pendingChangeRequest")),
        (&json!("another name"), None)
    );
    assert_eq!(
        scene.approval(&approval)["activity"]["changeRequest"]["status"],
        "Applied"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_archival_that_is_denied_leaves_the_policy_in_force() {
    let scene = Scene::new().await;
    let (path, _) = watched(&scene);
    let asked = scene.service.signed("DELETE", &path, "");
    assert_eq!((asked.status, &asked.body["body"]["status"]), (202, &json!("Archived")));
    decide(&scene.employee(), &text(&asked, "approvalId"), "Denied");
    let kept = scene.get(&path);
    assert_eq!(
        (&kept["status"], kept.get("pendingChangeRequest")),
        (&json!("Active"), None)
    );
    let change = &scene.approval(&text(&asked, "approvalId"))["activity"]["changeRequest"];
    assert_eq!(change["status"], "Rejected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_second_change_of_the_same_policy_is_refused_while_the_first_one_waits() {
    let scene = Scene::new().await;
    let (path, body) = watched(&scene);
    let first = scene.service.signed("DELETE", &path, "");
    assert_eq!(first.status, 202);
    assert_eq!(scene.service.signed("PUT", &path, &body.to_string()).status, 409);
    decide(&scene.employee(), &text(&first, "approvalId"), "Denied");
    assert_eq!(scene.service.signed("PUT", &path, &body.to_string()).status, 202);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_policy_about_policies_watches_over_itself() {
    let scene = Scene::new().await;
    let watcher = scene.policy(&always("Policies:Modify", &ask(&[anybody()])));
    let asked = scene.service.signed("DELETE", &format!("/v2/policies/{watcher}"), "");
    assert_eq!(asked.status, 202);
    assert_eq!(
        decide(&scene.service, &text(&asked, "approvalId"), "Approved").status,
        403
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_policy_about_other_policies_lets_a_change_pass() {
    let scene = Scene::new().await;
    let body = always("Wallets:Sign", &json!({ "kind": "NoAction" }));
    let (one, other) = (scene.policy(&body), scene.policy(&body));
    let mut watcher = always("Policies:Modify", &ask(&[anybody()]));
    watcher["filters"] = json!({ "policyId": { "in": [one] } });
    scene.policy(&watcher);
    let status = |id: &str| scene.service.signed("DELETE", &format!("/v2/policies/{id}"), "").status;
    assert_eq!((status(&one), status(&other)), (202, 200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn making_a_policy_is_held_back_by_none() {
    let scene = Scene::new().await;
    let (_, body) = watched(&scene);
    assert_eq!(
        scene.service.signed("POST", "/v2/policies", &body.to_string()).status,
        200
    );
}
