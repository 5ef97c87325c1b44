//! Who may decide, when it is enough, and when it is too late.

use std::time::Duration;

use serde_json::json;

use crate::scene::Scene;
use crate::scenery::{ETHER, always, anybody, ask, decide, text};
use crate::support::Answer;

/// A transfer that waits for the action.
fn held(scene: &Scene, action: &serde_json::Value) -> (crate::scene::Wallet, Answer) {
    scene.policy(&always("Wallets:Sign", action));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "5");
    assert_eq!(made.body["status"], "Pending", "{made:?}");
    (wallet, made)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_approval_shows_what_waits_for_it_and_why() {
    let scene = Scene::new().await;
    let (wallet, made) = held(&scene, &ask(&[anybody()]));
    let approval = scene.approval(&text(&made, "approvalId"));
    assert_eq!(approval["initiatorId"], scene.emulator.service_account_id());
    assert_eq!(approval["status"], "Pending");
    assert_eq!(approval["activity"]["kind"], "Wallets:Sign");
    assert_eq!(
        approval["activity"]["transferRequest"],
        scene.transfer_state(&wallet, &made)
    );
    let evaluation = &approval["policyEvaluations"][0];
    assert_eq!(
        (&evaluation["triggered"], &evaluation["reason"]),
        (&json!(true), &json!("The policy always triggers."))
    );
    assert!(approval.get("expirationDate").is_none() && approval.get("dateResolved").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_started_an_activity_cannot_approve_it_but_cancel_it() {
    let scene = Scene::new().await;
    let employee = scene.employee();
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let path = format!("{}/transfers", wallet.path);
    let body = json!({ "kind": "Native", "to": wallet.address, "amount": "5" }).to_string();
    let made = employee.signed("POST", &path, &body);
    let approval = text(&made, "approvalId");
    let refused = decide(&employee, &approval, "Approved");
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(scene.approval(&approval)["decisions"], json!([]));
    assert_eq!(decide(&employee, &approval, "Denied").body["status"], "Denied");
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Rejected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_started_an_activity_approves_it_where_the_group_says_so() {
    let scene = Scene::new().await;
    let employee = scene.employee();
    let group = json!({ "quorum": 1, "approvers": {}, "initiatorCanApprove": true });
    scene.policy(&always("Wallets:Sign", &ask(&[group])));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let body = json!({ "kind": "Native", "to": wallet.address, "amount": "5" }).to_string();
    let made = employee.signed("POST", &format!("{}/transfers", wallet.path), &body);
    assert_eq!(
        decide(&employee, &text(&made, "approvalId"), "Approved").body["status"],
        "Approved"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_decides_twice_or_after_the_end() {
    let scene = Scene::new().await;
    let employee = scene.employee();
    let two = json!({ "quorum": 2, "approvers": {} });
    let (_, made) = held(&scene, &ask(&[two]));
    let approval = text(&made, "approvalId");
    assert_eq!(decide(&employee, &approval, "Approved").body["status"], "Pending");
    assert_eq!(decide(&employee, &approval, "Denied").status, 400, "decided already");
    assert_eq!(
        decide(&scene.service, &approval, "Denied").body["status"],
        "Denied",
        "its initiator"
    );
    assert_eq!(decide(&employee, &approval, "Approved").status, 400, "closed");
    assert_eq!(scene.approval(&approval)["decisions"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_approval_expires_to_the_millisecond_and_rejects_what_waited() {
    let scene = Scene::new().await;
    let employee = scene.employee();
    let action = json!({ "kind": "RequestApproval", "approvalGroups": [anybody()], "autoRejectTimeout": 2 });
    let (wallet, made) = held(&scene, &action);
    let approval = text(&made, "approvalId");
    let deadline = scene.approval(&approval)["expirationDate"].clone();
    scene.clock.advance(Duration::from_millis(119_999));
    assert_eq!(scene.approval(&approval)["status"], "Pending");
    scene.clock.advance(Duration::from_secs(60));
    let state = scene.transfer_state(&wallet, &made);
    assert_eq!(
        (&state["status"], &state["datePolicyResolved"]),
        (&json!("Rejected"), &deadline)
    );
    let expired = scene.approval(&approval);
    assert_eq!(
        (&expired["status"], &expired["dateResolved"]),
        (&json!("Expired"), &deadline)
    );
    assert_eq!(decide(&employee, &approval, "Approved").status, 400, "too late");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_shortest_timeout_of_several_policies_applies() {
    let scene = Scene::new().await;
    for minutes in [json!(5), json!(2), json!(null)] {
        let action = json!({ "kind": "RequestApproval", "approvalGroups": [anybody()], "autoRejectTimeout": minutes });
        scene.policy(&always("Wallets:Sign", &action));
    }
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "5");
    scene.clock.advance(Duration::from_secs(120));
    assert_eq!(scene.approval(&text(&made, "approvalId"))["status"], "Expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn approvals_are_listed_by_status_initiator_and_approver() {
    let scene = Scene::new().await;
    let employee = scene.emulator.employee().user_id().to_owned();
    let only = json!({ "quorum": 1, "approvers": { "userId": { "in": [employee] } } });
    let (_, made) = held(&scene, &ask(&[only]));
    let service = scene.emulator.service_account_id();
    let count = |query: &str| {
        scene.get(&format!("/v2/policy-approvals?{query}"))["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((count("status=Pending"), count("status=Denied")), (1, 0));
    assert_eq!(
        (
            count(&format!("initiatorId={service}")),
            count(&format!("initiatorId={employee}"))
        ),
        (1, 0)
    );
    assert_eq!(
        (
            count(&format!("approverId={employee}")),
            count(&format!("approverId={service}"))
        ),
        (1, 0)
    );
    decide(&scene.employee(), &text(&made, "approvalId"), "Denied");
    assert_eq!((count("status=Pending"), count("status=Denied")), (0, 1));
    let unknown = scene.service.call("GET", "/v2/policy-approvals?status=Maybe", "");
    assert_eq!(unknown.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_page_of_approvals_has_20_unless_asked_otherwise() {
    let scene = Scene::new().await;
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    for amount in 1..=21 {
        scene.pay(&wallet, &amount.to_string());
    }
    let first = scene.get("/v2/policy-approvals");
    assert_eq!(first["items"].as_array().unwrap().len(), 20);
    let token = first["nextPageToken"].as_str().unwrap();
    let last = scene.get(&format!("/v2/policy-approvals?paginationToken={token}"));
    assert_eq!(
        (last["items"].as_array().unwrap().len(), last.get("nextPageToken")),
        (1, None)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_administrator_of_the_emulator_decides_over_the_heads_of_all() {
    let scene = Scene::new().await;
    let impossible = json!({ "quorum": 100, "approvers": {} });
    let (wallet, made) = held(&scene, &ask(&[impossible]));
    let id = text(&made, "approvalId");
    let path = format!("/approvals/{id}");
    let shown = scene.admin("GET", "/approvals?status=Pending", &json!(null));
    assert_eq!(shown.body["items"][0]["id"], id.as_str());
    let wrong = scene.admin("POST", &path, &json!({ "value": "Perhaps" }));
    assert_eq!(wrong.status, 400);
    let decided = scene.admin("POST", &path, &json!({ "value": "Approved" }));
    assert_eq!(decided.body["status"], "Approved", "{decided:?}");
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Executing");
    let again = scene.admin("POST", &path, &json!({ "value": "Denied" }));
    assert_eq!(again.status, 400);
}
