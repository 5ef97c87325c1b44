//! Policies: made, read, listed, changed and archived; and which ones cannot be.

use serde_json::{Value, json};

use crate::scene::Scene;
use crate::scenery::{ETHER, always, anybody, ask, signing};

fn nothing() -> Value {
    json!({ "kind": "NoAction" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_policy_reads_back_as_it_was_made() {
    let scene = Scene::new().await;
    let mut body = signing(
        &json!({ "kind": "TransactionAmountLimit", "configuration": { "limit": 0.1, "currency": "USD" } }),
        &json!({ "kind": "RequestApproval", "approvalGroups": [
            { "name": "board", "quorum": 1, "approvers": {}, "initiatorCanApprove": true },
        ], "autoRejectTimeout": 30 }),
    );
    body["filters"] = json!({ "walletTags": { "hasAny": ["hot"], "hasAll": ["eu"] } });
    let id = scene.policy(&body);
    let read = scene.get(&format!("/v2/policies/{id}"));
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(&read[field], value, "{field}");
    }
    assert_eq!(
        (&read["status"], &read["dateCreated"]),
        (&json!("Active"), &read["dateUpdated"])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_update_replaces_the_whole_policy() {
    let scene = Scene::new().await;
    let mut body = always("Wallets:Sign", &nothing());
    body["filters"] = json!({ "walletId": { "in": ["wa-00000-00000-00000000000000"] } });
    let id = scene.policy(&body);
    let path = format!("/v2/policies/{id}");
    let created = scene.get(&path)["dateCreated"].clone();
    scene.pass_blocks(1);
    let body = always("Wallets:Sign", &json!({ "kind": "Block" }));
    let changed = scene.service.signed("PUT", &path, &body.to_string());
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.body.get("filters"), None, "what is left out is taken away");
    assert_eq!(changed.body["action"]["kind"], "Block");
    assert_eq!(changed.body["dateCreated"], created);
    assert_ne!(changed.body["dateUpdated"], created);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_archived_policy_is_in_force_no_longer_and_stays_what_it_is() {
    let scene = Scene::new().await;
    let body = always("Wallets:Sign", &json!({ "kind": "Block" }));
    let id = scene.policy(&body);
    let path = format!("/v2/policies/{id}");
    let wallet = scene.funded("EthereumSepolia", ETHER);
    assert_eq!(scene.pay(&wallet, "1").body["status"], "Rejected");
    let archived = scene.service.signed("DELETE", &path, "");
    assert_eq!((archived.status, &archived.body["status"]), (200, &json!("Archived")));
    assert_eq!(scene.pay(&wallet, "1").body["status"], "Executing");
    assert_eq!(scene.service.signed("PUT", &path, &body.to_string()).status, 400);
    assert_eq!(scene.service.signed("DELETE", &path, "").status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn policies_are_listed_by_status_newest_first() {
    let scene = Scene::new().await;
    let made: Vec<String> = (0..3)
        .map(|_| scene.policy(&always("Wallets:Sign", &nothing())))
        .collect();
    scene.service.signed("DELETE", &format!("/v2/policies/{}", made[1]), "");
    let ids = |query: &str| -> Vec<String> {
        let items = scene.get(&format!("/v2/policies{query}"))["items"].clone();
        let items = items.as_array().unwrap().iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(""), [&*made[2], &made[1], &made[0]]);
    assert_eq!(ids("?status=Active"), [&*made[2], &made[0]]);
    assert_eq!(ids("?status=Archived"), [&*made[1]]);
    assert_eq!(ids("?limit=1"), [&*made[2]]);
    assert_eq!(
        scene.service.call("GET", "/v2/policies?status=Sleeping", "").status,
        400
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_unknown_policy_is_not_found() {
    let scene = Scene::new().await;
    let id = "plc-00000-00000-00000000000000";
    let answer = scene.service.call("GET", &format!("/v2/policies/{id}"), "");
    assert_eq!(answer.refusal(), (404, "policy not found"));
    assert_eq!(answer.body["error"]["details"]["policyId"], id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_does_not_go_together_is_refused_with_the_field_named() {
    let scene = Scene::new().await;
    let limit = |limit: Value| json!({ "kind": "TransactionCountVelocity", "configuration": limit });
    let approvers = |quorum: i32, users: Value| json!({ "quorum": quorum, "approvers": { "userId": { "in": users } } });
    let stranger = "us-00000-00000-00000000000000";
    let employee = scene.emulator.employee().user_id();
    let mut unknown_filter = always("Wallets:Sign", &nothing());
    unknown_filter["filters"] = json!({ "policyId": { "in": ["plc-00000-00000-00000000000000"] } });
    let mut empty_filter = always("Wallets:Sign", &nothing());
    empty_filter["filters"] = json!({ "walletId": { "in": [] } });
    let mut nameless = always("Wallets:Sign", &nothing());
    nameless["name"] = json!("");
    for (body, field) in [
        (nameless, "name"),
        (always("Wallets:Dance", &nothing()), "activityKind"),
        (always("Policies:Modify", &json!({ "kind": "Block" })), "action.kind"),
        (always("Permissions:Assign", &nothing()), "action.kind"),
        (always("Wallets:IncomingTransaction", &nothing()), "rule.kind"),
        (signing(&json!({ "kind": "Whim" }), &nothing()), "rule.kind"),
        (
            signing(&limit(json!({ "limit": -1, "timeframe": 5 })), &nothing()),
            "rule.configuration.limit",
        ),
        (
            signing(&limit(json!({ "limit": 1, "timeframe": 0 })), &nothing()),
            "rule.configuration.timeframe",
        ),
        (
            signing(&limit(json!({ "limit": 1, "timeframe": 43_201 })), &nothing()),
            "rule.configuration.timeframe",
        ),
        (
            signing(
                &json!({ "kind": "TransactionAmountLimit", "configuration": { "limit": 1, "currency": "EUR" } }),
                &nothing(),
            ),
            "rule.configuration.currency",
        ),
        (
            signing(
                &json!({ "kind": "TransactionAmountLimit", "configuration": { "limit": -0.5, "currency": "USD" } }),
                &nothing(),
            ),
            "rule.configuration.limit",
        ),
        (always("Wallets:Sign", &ask(&[])), "action.approvalGroups"),
        (
            always("Wallets:Sign", &ask(&[json!({ "quorum": 0, "approvers": {} })])),
            "action.approvalGroups[0].quorum",
        ),
        (
            always(
                "Wallets:Sign",
                &ask(&[anybody(), approvers(2, json!([employee, employee]))]),
            ),
            "action.approvalGroups[1].quorum",
        ),
        (
            always("Wallets:Sign", &ask(&[approvers(1, json!([]))])),
            "action.approvalGroups[0].approvers.userId.in",
        ),
        (
            always("Wallets:Sign", &ask(&[approvers(1, json!([stranger]))])),
            "action.approvalGroups[0].approvers.userId.in",
        ),
        (
            always(
                "Wallets:Sign",
                &json!({ "kind": "RequestApproval", "approvalGroups": [anybody()], "autoRejectTimeout": 0 }),
            ),
            "action.autoRejectTimeout",
        ),
        (unknown_filter, "filters.policyId"),
        (empty_filter, "filters.walletId.in"),
    ] {
        let refused = scene.service.signed("POST", "/v2/policies", &body.to_string());
        assert_eq!(refused.status, 400, "{body}");
        assert_eq!(refused.body["error"]["details"]["field"], field, "{refused:?}");
    }
    assert_eq!(scene.get("/v2/policies")["items"], json!([]));
}
