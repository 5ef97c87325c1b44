//! What becomes of transfers, transactions and signatures that a policy lets pass, blocks or holds back.

use serde_json::json;

use crate::people;
use crate::scene::{Scene, Wallet};
use crate::scenery::{ETHER, RECEIVER, always, anybody, ask, decide, text};

const HASH: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_that_is_held_back_waits_and_goes_on_once_it_is_approved() {
    let scene = Scene::new().await;
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "5");
    assert_eq!(made.status, 200);
    assert_eq!(made.body["status"], "Pending");
    scene.pass_blocks(10);
    assert_eq!(
        scene.transfer_state(&wallet, &made)["status"],
        "Pending",
        "nothing moves"
    );
    assert_eq!(scene.balance(&wallet), 1_000_000_000_000_000_000);

    let approval = text(&made, "approvalId");
    let decided = decide(&scene.employee(), &approval, "Approved");
    assert_eq!(
        (decided.status, &decided.body["status"]),
        (200, &json!("Approved")),
        "{decided:?}"
    );
    let going = scene.transfer_state(&wallet, &made);
    assert_eq!(going["status"], "Executing");
    assert_eq!(going["datePolicyResolved"], decided.body["dateResolved"]);
    scene.pass_blocks(2);
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Confirmed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transfer_that_is_denied_is_rejected_and_says_by_whom() {
    let scene = Scene::new().await;
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "5");
    let path = format!("/v2/policy-approvals/{}/decisions", text(&made, "approvalId"));
    let body = json!({ "value": "Denied", "reason": "not this month" }).to_string();
    assert_eq!(scene.employee().signed("POST", &path, &body).body["status"], "Denied");
    let rejected = scene.transfer_state(&wallet, &made);
    assert_eq!(rejected["status"], "Rejected");
    let by = scene.emulator.employee().user_id();
    assert_eq!(rejected["reason"], format!("Approval denied by {by}: not this month"));
    scene.pass_blocks(10);
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Rejected");
    assert_eq!(scene.balance(&wallet), 1_000_000_000_000_000_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_blocked_transfer_is_rejected_at_once_with_a_reason() {
    let scene = Scene::new().await;
    let policy = scene.policy(&always("Wallets:Sign", &json!({ "kind": "Block" })));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "5");
    assert_eq!((made.status, &made.body["status"]), (200, &json!("Rejected")));
    let reason = made.body["reason"].as_str().unwrap();
    assert!(reason.contains(&policy), "{reason}");
    assert!(made.body.get("approvalId").is_none());
    scene.pass_blocks(10);
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Rejected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn no_action_lets_everything_pass() {
    let scene = Scene::new().await;
    scene.policy(&always("Wallets:Sign", &json!({ "kind": "NoAction" })));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    assert_eq!(scene.pay(&wallet, "5").body["status"], "Executing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_block_outweighs_an_approval_that_another_policy_asks_for() {
    let scene = Scene::new().await;
    scene.policy(&always("Wallets:Sign", &json!({ "kind": "Block" })));
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    assert_eq!(scene.pay(&wallet, "5").body["status"], "Rejected");
    assert_eq!(scene.get("/v2/policy-approvals")["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_transaction_is_held_back_and_released_like_a_transfer() {
    let scene = Scene::new().await;
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let body = json!({ "kind": "Transaction", "transaction": { "to": RECEIVER, "value": "7" } });
    let path = format!("{}/transactions", wallet.path);
    let made = scene.service.signed("POST", &path, &body.to_string());
    assert_eq!(made.body["status"], "Pending", "{made:?}");
    decide(&scene.employee(), &text(&made, "approvalId"), "Approved");
    scene.pass_blocks(2);
    let state = scene.get(&format!("{path}/{}", text(&made, "id")));
    assert_eq!(state["status"], "Confirmed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_signature_is_made_only_once_it_is_approved() {
    let scene = Scene::new().await;
    let policy = format!(
        "/v2/policies/{}",
        scene.policy(&always("Wallets:Sign", &ask(&[anybody()])))
    );
    let wallet = scene.wallet("EthereumSepolia");
    let path = format!("{}/signatures", wallet.path);
    let body = json!({ "kind": "Hash", "hash": HASH }).to_string();
    let made = scene.service.signed("POST", &path, &body);
    assert_eq!(
        (made.status, &made.body["status"]),
        (200, &json!("Pending")),
        "{made:?}"
    );
    assert!(made.body.get("signature").is_none(), "{made:?}");
    let key = scene.get(&wallet.path)["signingKey"]["id"].as_str().unwrap().to_owned();
    let state = |id: &str| scene.get(&format!("/keys/{key}/signatures/{id}"));
    assert!(state(&text(&made, "id")).get("signature").is_none());

    decide(&scene.employee(), &text(&made, "approvalId"), "Approved");
    let signed = state(&text(&made, "id"));
    assert_eq!(signed["status"], "Signed");
    // The same as is made at once where no policy watches.
    assert_eq!(scene.service.signed("DELETE", &policy, "").status, 200);
    let direct = scene.service.signed("POST", &path, &body);
    assert_eq!(direct.body["status"], "Signed");
    assert_eq!(signed["signature"], direct.body["signature"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_the_types_of_the_api_leave_out_is_signed_after_an_approval_too() {
    let scene = Scene::new().await;
    let key = json!({ "scheme": "ECDSA", "curve": "stark" }).to_string();
    let path = format!(
        "/keys/{}/signatures",
        text(&scene.service.signed("POST", "/keys", &key), "id")
    );
    // What an enum contains stands in a field of SNIP-12 alone.
    let body = json!({
        "kind": "Snip12", "blockchainKind": "Starknet", "primaryType": "Vote", "message": { "choice": { "Yes": [] } },
        "domain": { "name": "Vote", "version": "1", "chainId": "SN_SEPOLIA", "revision": "1" },
        "types": {
            "Vote": [{ "name": "choice", "type": "enum", "contains": "Choice" }],
            "Choice": [{ "name": "No", "type": "()" }, { "name": "Yes", "type": "()" }],
        },
    });
    let direct = scene.service.signed("POST", &path, &body.to_string());
    assert_eq!(direct.body["status"], "Signed", "{direct:?}");
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let made = scene.service.signed("POST", &path, &body.to_string());
    decide(&scene.employee(), &text(&made, "approvalId"), "Approved");
    let signed = scene.get(&format!("{path}/{}", text(&made, "id")));
    assert_eq!(signed["signature"], direct.body["signature"], "{signed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_denied_signature_is_never_made() {
    let scene = Scene::new().await;
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let wallet = scene.wallet("EthereumSepolia");
    let path = format!("{}/signatures", wallet.path);
    let body = json!({ "kind": "Hash", "hash": HASH }).to_string();
    let made = scene.service.signed("POST", &path, &body);
    decide(&scene.employee(), &text(&made, "approvalId"), "Denied");
    let state = scene.get(&format!("{path}/{}", text(&made, "id")));
    assert_eq!(state["status"], "Rejected");
    assert!(state.get("signature").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_held_back_fails_if_its_wallet_is_gone_when_it_is_approved() {
    let scene = Scene::new().await;
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let key = scene.get(&wallet.path)["signingKey"]["id"].as_str().unwrap().to_owned();
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let transfer = scene.pay(&wallet, "5");
    let body = json!({ "kind": "Hash", "hash": HASH }).to_string();
    let signature = scene.service.signed("POST", &format!("/keys/{key}/signatures"), &body);
    assert_eq!(scene.service.signed("DELETE", &format!("/keys/{key}"), "").status, 200);
    let employee = scene.employee();
    decide(&employee, &text(&transfer, "approvalId"), "Approved");
    decide(&employee, &text(&signature, "approvalId"), "Approved");
    assert_eq!(scene.transfer_state(&wallet, &transfer)["status"], "Failed");
    let path = format!("/keys/{key}/signatures/{}", text(&signature, "id"));
    assert_eq!(scene.get(&path)["status"], "Failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_held_back_fails_if_its_wallet_is_an_end_users_when_it_is_approved() {
    let scene = Scene::new().await;
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let body = json!({ "network": "EthereumSepolia", "delayDelegation": true }).to_string();
    let made = scene.service.signed("POST", "/wallets", &body);
    let wallet = Wallet {
        path: format!("/wallets/{}", text(&made, "id")),
        id: text(&made, "id"),
        address: text(&made, "address"),
    };
    scene.fund(&wallet, ETHER);
    let transfer = scene.pay(&wallet, "5");
    let hash = json!({ "kind": "Hash", "hash": HASH }).to_string();
    let key = format!("/keys/{}", made.body["signingKey"]["id"].as_str().unwrap());
    let signatures = format!("{key}/signatures");
    let signature = scene.service.signed("POST", &signatures, &hash);
    let (_, end_user) = people::end_user(&scene.emulator, "ada@example.com");
    let body = json!({ "delegateTo": end_user }).to_string();
    let delegated = scene.service.signed("POST", &format!("{key}/delegate"), &body);
    assert_eq!(delegated.status, 200, "{delegated:?}");
    for waiting in [&transfer, &signature] {
        let decided = decide(&scene.employee(), &text(waiting, "approvalId"), "Approved");
        assert_eq!(decided.status, 200, "{decided:?}");
    }
    scene.pass_blocks(2);
    assert_eq!(scene.transfer_state(&wallet, &transfer)["status"], "Failed");
    let signature = scene.get(&format!("{signatures}/{}", text(&signature, "id")));
    assert_eq!(signature["status"], "Failed", "{signature}");
    assert!(signature.get("signature").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_replacement_that_waits_lets_the_replaced_transfer_go_on() {
    let scene = Scene::new().await;
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "5");
    scene.pass_blocks(1);
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let path = format!("{}/transfers/{}/speed-up", wallet.path, text(&made, "id"));
    let replacement = scene.service.signed("POST", &path, "");
    assert_eq!(replacement.body["status"], "Pending", "{replacement:?}");
    scene.pass_blocks(1);
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Confirmed");
    decide(&scene.employee(), &text(&replacement, "approvalId"), "Approved");
    scene.pass_blocks(1);
    let state = scene.get(&format!("{}/transactions/{}", wallet.path, text(&replacement, "id")));
    assert_eq!(state["status"], "Failed", "its nonce is used");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_replacement_that_is_approved_in_time_replaces() {
    let scene = Scene::new().await;
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "5");
    scene.pass_blocks(1);
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let path = format!("{}/transfers/{}/cancel", wallet.path, text(&made, "id"));
    let replacement = scene.service.signed("POST", &path, "");
    decide(&scene.employee(), &text(&replacement, "approvalId"), "Approved");
    scene.pass_blocks(2);
    assert_eq!(scene.transfer_state(&wallet, &made)["status"], "Failed");
    let state = scene.get(&format!("{}/transactions/{}", wallet.path, text(&replacement, "id")));
    assert_eq!(state["status"], "Confirmed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_replacement_that_is_denied_leaves_the_transfer_free_to_be_replaced() {
    let scene = Scene::new().await;
    let wallet = scene.funded("EthereumSepolia", ETHER);
    let made = scene.pay(&wallet, "5");
    scene.pass_blocks(1);
    scene.policy(&always("Wallets:Sign", &ask(&[anybody()])));
    let path = format!("{}/transfers/{}/cancel", wallet.path, text(&made, "id"));
    let replacement = scene.service.signed("POST", &path, "");
    decide(&scene.employee(), &text(&replacement, "approvalId"), "Denied");
    let state = scene.transfer_state(&wallet, &made);
    assert_eq!(
        (&state["status"], state.get("replacementId")),
        (&json!("Broadcasted"), None)
    );
    assert_eq!(scene.service.signed("POST", &path, "").body["status"], "Pending");
}
