//! Calls that policy can hold back: HTTP 202 with a change that waits, and entities that are `Pending`.

use dfns::types::{ChangeRequest, PolicyId, Transfer};
use dfns::{Error, Outcome};
use serde_json::{Value, json};

use crate::support::fixtures::{client, refusal, signed, wallet_id};
use crate::support::server::{Server, json};

const APPROVAL: &str = "ap-6qfvs-bdk0i-8eeq3ajm1mg7b2qs";

fn transfer(status: &str, approval: Option<&str>) -> Value {
    let mut transfer = json!({
        "id": "xfr-6qfvs-bdk0i-8eeq3ajm1mg7b2qs",
        "walletId": wallet_id(),
        "network": "EthereumSepolia",
        "requester": {"userId": "us-6qfvs-bdk0i-8eeq3ajm1mg7b2qs"},
        "requestBody": {"kind": "Native", "to": "0x00", "amount": "5"},
        "metadata": {"asset": {}},
        "status": status,
        "dateRequested": "2026-11-22T14:56:55.123Z",
    });
    if let Some(approval) = approval {
        transfer["approvalId"] = approval.into();
    }
    transfer
}

fn policy() -> Value {
    json!({
        "id": policy_id(),
        "name": "four eyes",
        "activityKind": "Policies:Modify",
        "rule": {"kind": "AlwaysTrigger"},
        "action": {"kind": "NoAction"},
        "status": "Active",
    })
}

fn change() -> Value {
    json!({
        "id": "cr-6qfvs-bdk0i-8eeq3ajm1mg7b2qs",
        "kind": "Policy",
        "operationKind": "Update",
        "status": "Pending",
        "entityId": policy_id(),
        "approvalId": APPROVAL,
        "requester": {"userId": "us-6qfvs-bdk0i-8eeq3ajm1mg7b2qs"},
        "dateCreated": "2026-11-22T14:56:55.123Z",
        "body": policy(),
    })
}

fn policy_id() -> PolicyId {
    "plc-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse().expect("an id")
}

#[tokio::test]
async fn transfer_that_a_policy_holds_back_is_pending_with_its_approval() {
    let server = Server::start(signed(json(200, transfer("Pending", Some(APPROVAL))))).await;
    let outcome = client(&server)
        .transfers()
        .create(wallet_id(), Transfer::native("0x00", 5_u64))
        .await
        .expect("an outcome");
    assert!(outcome.is_pending());
    assert_eq!(
        outcome.approval_id().map(ToString::to_string).as_deref(),
        Some(APPROVAL)
    );
    let Outcome::PendingApproval {
        approval_id, pending, ..
    } = outcome
    else {
        panic!("it is held back")
    };
    assert_eq!(approval_id, pending.approval_id);
    assert_eq!(pending.status.as_str(), "Pending");
}

#[tokio::test]
async fn transfer_that_is_pending_without_an_approval_is_done() {
    let server = Server::start(signed(json(200, transfer("Pending", None)))).await;
    let outcome = client(&server)
        .transfers()
        .create(wallet_id(), Transfer::native("0x00", 5_u64))
        .await
        .expect("an outcome");
    assert_eq!(outcome.done().expect("nobody is awaited").status.as_str(), "Pending");
}

#[tokio::test]
async fn done_of_what_is_held_back_is_an_error_that_names_the_approval() {
    let server = Server::start(signed(json(200, transfer("Pending", Some(APPROVAL))))).await;
    let error = client(&server)
        .transfers()
        .create(wallet_id(), Transfer::native("0x00", 5_u64))
        .await
        .expect("an outcome")
        .done()
        .expect_err("it is held back");
    assert_eq!(
        error.to_string(),
        format!("transferAsset: a policy holds it back until the approval {APPROVAL} is given")
    );
    assert_eq!(error.operation(), Some("transferAsset"));
    assert!(matches!(error, Error::PendingApproval { approval_id: Some(id), .. } if id.as_str() == APPROVAL));
}

#[tokio::test]
async fn entity_is_there_whether_it_is_held_back_or_not() {
    for answer in [transfer("Executing", None), transfer("Pending", Some(APPROVAL))] {
        let server = Server::start(signed(json(200, answer))).await;
        let call = client(&server)
            .transfers()
            .create(wallet_id(), Transfer::native("0x00", 5_u64));
        let transfer = call.await.expect("an outcome").into_inner();
        assert_eq!(transfer.wallet_id, wallet_id());
    }
}

#[tokio::test]
async fn change_of_a_policy_is_made_with_200_and_waits_with_202() {
    let server = Server::start(signed(json(200, policy()))).await;
    let archived = client(&server)
        .policies()
        .archive(policy_id())
        .await
        .expect("an outcome")
        .done()
        .expect("it is made");
    assert_eq!(archived.id, policy_id());

    let server = Server::start(signed(json(202, change()))).await;
    let outcome = client(&server)
        .policies()
        .archive(policy_id())
        .await
        .expect("an outcome");
    let Outcome::PendingApproval {
        approval_id,
        pending: ChangeRequest::Policy(change),
        ..
    } = outcome
    else {
        panic!("it waits")
    };
    assert_eq!(approval_id.as_ref().map(AsRef::as_ref), Some(APPROVAL));
    assert_eq!((change.entity_id, change.status.as_str()), (policy_id(), "Pending"));
}

#[tokio::test]
async fn change_that_is_refused_is_refused() {
    let server = Server::start(signed(refusal(403, "blocked by a policy"))).await;
    let error = client(&server)
        .policies()
        .archive(policy_id())
        .await
        .expect_err("it is refused");
    assert!(matches!(error, Error::Refused { .. }), "{error:?}");
}

#[cfg(feature = "permissions")]
#[tokio::test]
async fn end_of_an_assignment_is_made_with_204_and_waits_with_202() {
    use crate::support::server::Answer;

    let mut waiting = change();
    waiting["kind"] = "Assignment".into();
    waiting["operationKind"] = "Delete".into();
    waiting["entityId"] = "as-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".into();
    waiting["body"] = json!({
        "id": "as-6qfvs-bdk0i-8eeq3ajm1mg7b2qs",
        "isImmutable": false,
        "permissionId": "pm-6qfvs-bdk0i-8eeq3ajm1mg7b2qs",
        "identityId": "us-6qfvs-bdk0i-8eeq3ajm1mg7b2qs",
    });
    let mut pending = Vec::new();
    for answer in [Answer::Text(204, "", String::new()), json(202, waiting)] {
        let server = Server::start(signed(answer)).await;
        let outcome = client(&server)
            .permission_assignments()
            .revoke(
                "pm-6qfvs-bdk0i-8eeq3ajm1mg7b2qs"
                    .parse::<dfns::types::PermissionId>()
                    .expect("an id"),
                "as-6qfvs-bdk0i-8eeq3ajm1mg7b2qs"
                    .parse::<dfns::types::AssignmentId>()
                    .expect("an id"),
            )
            .await
            .expect("an outcome");
        pending.push(outcome.is_pending());
    }
    assert_eq!(pending, [false, true]);
}

#[cfg(feature = "vaults")]
#[tokio::test]
async fn lock_of_a_vault_waits_with_what_the_api_says_of_it() {
    let server = Server::start(signed(json(202, json!({"id": "vlr-1", "approvalId": APPROVAL})))).await;
    let outcome = client(&server)
        .vault_locks()
        .create(
            "va-6qfvs-bdk0i-8eeq3ajm1mg7b2qs"
                .parse::<dfns::types::VaultId>()
                .expect("an id"),
            dfns::types::VaultLockNetwork::Ethereum,
            "eth",
            5_u64,
        )
        .await
        .expect("an outcome");
    assert_eq!(outcome.approval_id().map(AsRef::as_ref), Some(APPROVAL));
}
