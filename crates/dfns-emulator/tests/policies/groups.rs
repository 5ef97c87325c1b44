//! Groups of approvers: quorum, several groups at once, and who is not among them.

use serde_json::{Value, json};

use crate::people::{employee, end_user};
use crate::scene::Scene;
use crate::scenery::{ETHER, always, ask, decide, text};
use crate::support::Signer;

/// Employees who may do everything.
fn people<const COUNT: usize>(scene: &Scene) -> [(Signer, String); COUNT] {
    std::array::from_fn(|number| {
        let (signer, id) = employee(&scene.emulator, &format!("p{number}@example.test"));
        grant(scene, &id);
        (signer, id)
    })
}

/// Assigns the permission that grants everything.
fn grant(scene: &Scene, identity: &str) {
    let items = scene.get("/permissions")["items"].as_array().unwrap().clone();
    let all = items.iter().find(|item| item["isImmutable"] == true).unwrap();
    let path = format!("/permissions/{}/assignments", all["id"].as_str().unwrap());
    let body = json!({ "identityId": identity }).to_string();
    assert_eq!(scene.service.signed("POST", &path, &body).status, 200);
}

fn group(quorum: u32, users: &[&str]) -> Value {
    json!({ "quorum": quorum, "approvers": { "userId": { "in": users } } })
}

/// The id of the approval that a transfer of the service account waits for.
fn held(scene: &Scene, groups: &[Value]) -> String {
    scene.policy(&always("Wallets:Sign", &ask(groups)));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    text(&scene.pay(&wallet, "5"), "approvalId")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_quorum_of_two_needs_two_different_people() {
    let scene = Scene::new().await;
    let [(anna, anna_id), (ben, ben_id), (_, carl_id)] = people(&scene);
    let approval = held(&scene, &[group(2, &[&anna_id, &ben_id, &carl_id])]);
    assert_eq!(decide(&anna, &approval, "Approved").body["status"], "Pending");
    assert_eq!(decide(&anna, &approval, "Approved").status, 400);
    let decided = decide(&ben, &approval, "Approved").body;
    assert_eq!(decided["status"], "Approved");
    let who: Vec<&str> = decided["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|decision| decision["userId"].as_str().unwrap())
        .collect();
    assert_eq!(who, [&*anna_id, &ben_id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_group_has_to_approve_and_a_decision_counts_in_each_that_lists_its_user() {
    let scene = Scene::new().await;
    let [(anna, anna_id), (ben, ben_id)] = people(&scene);
    let both = held(&scene, &[group(1, &[&anna_id]), group(1, &[&ben_id])]);
    assert_eq!(decide(&anna, &both, "Approved").body["status"], "Pending");
    assert_eq!(decide(&ben, &both, "Approved").body["status"], "Approved");

    let scene = Scene::new().await;
    let [(anna, anna_id), (_, ben_id)] = people(&scene);
    let hers = held(&scene, &[group(1, &[&anna_id]), group(1, &[&anna_id, &ben_id])]);
    assert_eq!(decide(&anna, &hers, "Approved").body["status"], "Approved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn one_denial_ends_it_whoever_approved_before() {
    let scene = Scene::new().await;
    let [(anna, anna_id), (ben, ben_id)] = people(&scene);
    let approval = held(&scene, &[group(2, &[&anna_id, &ben_id])]);
    decide(&anna, &approval, "Approved");
    assert_eq!(decide(&ben, &approval, "Denied").body["status"], "Denied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_is_in_no_group_decides_nothing_not_even_to_deny() {
    let scene = Scene::new().await;
    let [(_, anna_id), (stranger, _)] = people(&scene);
    let approval = held(&scene, &[group(1, &[&anna_id])]);
    for value in ["Approved", "Denied"] {
        assert_eq!(decide(&stranger, &approval, value).status, 403, "{value}");
    }
    assert_eq!(scene.approval(&approval)["status"], "Pending");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_end_user_decides_nothing_whatever_they_hold() {
    let scene = Scene::new().await;
    let (eve, id) = end_user(&scene.emulator, "eve@example.test");
    grant(&scene, &id);
    let approval = held(&scene, &[json!({ "quorum": 1, "approvers": {} })]);
    assert_eq!(decide(&eve, &approval, "Approved").status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_service_account_decides_only_where_a_group_lets_it() {
    let scene = Scene::new().await;
    let admin = scene.employee();
    let body = json!({ "name": "robot", "publicKey": admin.public_key_pem() }).to_string();
    let made = admin.signed("POST", "/auth/service-accounts", &body);
    let token = &made.body["accessTokens"][0];
    let mut robot = admin.clone();
    robot.token = token["accessToken"].as_str().unwrap().to_owned();
    robot.credential_id = token["credId"].as_str().unwrap().to_owned();
    let closed = held(&scene, &[json!({ "quorum": 1, "approvers": {} })]);
    assert_eq!(decide(&robot, &closed, "Approved").status, 403);

    let scene = Scene::new().await;
    let admin = scene.employee();
    let body = json!({ "name": "robot", "publicKey": admin.public_key_pem() }).to_string();
    let made = admin.signed("POST", "/auth/service-accounts", &body);
    let token = &made.body["accessTokens"][0];
    let mut robot = admin.clone();
    robot.token = token["accessToken"].as_str().unwrap().to_owned();
    robot.credential_id = token["credId"].as_str().unwrap().to_owned();
    let open = held(
        &scene,
        &[json!({ "quorum": 1, "approvers": {}, "serviceAccountsCanApprove": true })],
    );
    assert_eq!(decide(&robot, &open, "Approved").body["status"], "Approved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_personal_access_token_of_who_started_an_activity_does_not_approve_it() {
    let scene = Scene::new().await;
    let [(anna, _)] = people(&scene);
    scene.policy(&always(
        "Wallets:Sign",
        &ask(&[json!({ "quorum": 1, "approvers": {} })]),
    ));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let body = json!({ "kind": "Native", "to": wallet.address, "amount": "5" }).to_string();
    let made = anna.signed("POST", &format!("{}/transfers", wallet.path), &body);
    let body = json!({ "name": "mask", "publicKey": anna.public_key_pem() }).to_string();
    let token = anna.signed("POST", "/auth/pats", &body);
    let mut mask = anna.clone();
    mask.token = text(&token, "accessToken");
    mask.credential_id = text(&token, "credId");
    assert_eq!(decide(&mask, &text(&made, "approvalId"), "Approved").status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_was_deactivated_decides_nothing() {
    let scene = Scene::new().await;
    let [(anna, anna_id)] = people(&scene);
    let approval = held(&scene, &[group(1, &[&anna_id])]);
    let path = format!("/v2/policy-approvals/{approval}/decisions");
    let body = json!({ "value": "Approved" }).to_string();
    let declared = crate::support::Declared {
        method: "POST",
        path: &path,
        payload: &body,
    };
    let action = anna.sign(declared);
    scene
        .service
        .signed("PUT", &format!("/auth/users/{anna_id}/deactivate"), "{}");
    assert_eq!(anna.call_with("POST", &path, &body, Some(&action)).status, 401);
    assert_eq!(scene.approval(&approval)["status"], "Pending");
}
