//! What policies hold back: transfers, signatures and changes of policies, and waiting for the people who approve.

use dfns::types::{
    ActivityKind, ApprovalDecisionValue, ApprovalGroup, ApprovalStatus, ApproverFilter, ChangeRequest, Hex, KeyCurve,
    KeyScheme, Network, PolicyAction, PolicyRule, PolicyStatus, SignatureBody, SignatureStatus, Transfer,
    TransferStatus,
};
use dfns::{Dfns, Error, Outcome};
use dfns_tests::World;

const ETHER: u128 = 1_000_000_000_000_000_000;

/// A policy that asks anybody of the organisation.
async fn ask_anybody(dfns: &Dfns, kind: ActivityKind) -> dfns::types::Policy {
    let anybody = ApprovalGroup::new(1, ApproverFilter::new());
    dfns.policies()
        .create(
            "four eyes",
            kind,
            PolicyRule::always_trigger(),
            PolicyAction::request_approval([anybody]),
        )
        .await
        .unwrap()
}

async fn decide(dfns: &Dfns, outcome_approval: Option<dfns::types::ApprovalId>, value: ApprovalDecisionValue) {
    let approval = dfns.approvals().decide(outcome_approval.unwrap(), value).await.unwrap();
    assert_ne!(approval.status, ApprovalStatus::Pending);
}

/// Covers: createPolicy, transferAsset, createApprovalDecision, getApproval, getWalletTransfer.
#[tokio::test]
async fn a_transfer_that_is_held_back_is_made_once_it_is_approved() {
    let world = World::new().await;
    let sender = world.funded(Network::EthereumSepolia, ETHER).await;
    ask_anybody(&world.dfns, ActivityKind::WalletsSign).await;
    let wallet = world.dfns.wallet(&sender.id);
    let order = Transfer::native(sender.address.unwrap(), 1_u64);
    let Outcome::PendingApproval {
        approval_id, pending, ..
    } = wallet.transfer(order).await.unwrap()
    else {
        panic!("the policy asks")
    };
    assert_eq!(pending.status, TransferStatus::Pending);

    let approval_id = approval_id.unwrap();
    decide(
        &world.employee().await,
        Some(approval_id.clone()),
        ApprovalDecisionValue::Approved,
    )
    .await;
    let approval = world.dfns.approvals().get(approval_id).wait().await.unwrap();
    assert_eq!(approval.status, ApprovalStatus::Approved);
    let clock = world.emulator.clock().clone();
    let made = wallet
        .get_transfer(pending.id)
        .wait()
        .pause_with(move |pause| {
            clock.advance(pause);
            async {}
        })
        .await
        .unwrap();
    assert_eq!(made.status, TransferStatus::Confirmed);
}

/// Covers: createPolicy, transferAsset, createApprovalDecision, getApproval, getWalletTransfer.
#[tokio::test]
async fn waiting_for_an_approval_that_is_denied_is_an_error_and_so_is_waiting_for_its_transfer() {
    let world = World::new().await;
    let sender = world.funded(Network::EthereumSepolia, ETHER).await;
    ask_anybody(&world.dfns, ActivityKind::WalletsSign).await;
    let wallet = world.dfns.wallet(&sender.id);
    let order = Transfer::native(sender.address.unwrap(), 1_u64);
    let held = wallet.transfer(order).await.unwrap();
    let approval_id = held.approval_id().unwrap().clone();
    decide(
        &world.employee().await,
        Some(approval_id.clone()),
        ApprovalDecisionValue::Denied,
    )
    .await;

    let error = world.dfns.approvals().get(approval_id).wait().await.unwrap_err();
    assert_eq!(error.to_string(), "getApproval: came to nothing: Denied");
    let error = wallet.get_transfer(held.into_inner().id).wait().await.unwrap_err();
    assert!(
        matches!(&error, Error::Failed { last, .. } if last.status() == "Rejected"),
        "{}",
        error.report()
    );
}

/// Covers: createPolicy, generateKeySignature, createApprovalDecision, getKeySignature.
#[tokio::test]
async fn whoever_ignores_policies_learns_of_them_as_an_error() {
    let world = World::new().await;
    ask_anybody(&world.dfns, ActivityKind::WalletsSign).await;
    let made = world
        .dfns
        .keys()
        .create(KeyScheme::ECDSA, KeyCurve::Secp256k1)
        .await
        .unwrap();
    let key = world.dfns.key(&made.id);
    let held = key.sign(SignatureBody::hash(Hex::from_bytes([7; 32]))).await.unwrap();
    let id = held.clone().into_inner().id;
    let error = held.done().unwrap_err();
    let Error::PendingApproval { operation, approval_id } = error else {
        panic!("{}", error.report())
    };
    assert_eq!(operation, "generateKeySignature");
    decide(&world.employee().await, approval_id, ApprovalDecisionValue::Approved).await;
    let signed = key.get_signature(id).wait().await.unwrap();
    assert_eq!(signed.status, SignatureStatus::Signed);
}

/// Covers: createPolicy, archivePolicy, createApprovalDecision, getPolicy.
#[tokio::test]
async fn the_end_of_a_policy_waits_with_the_change_that_was_asked_for() {
    let world = World::new().await;
    let signing = ask_anybody(&world.dfns, ActivityKind::WalletsSign).await;
    let policies = world.dfns.policies();
    ask_anybody(&world.dfns, ActivityKind::PoliciesModify).await;
    let outcome = policies.archive(&signing.id).await.unwrap();
    let Outcome::PendingApproval {
        operation,
        approval_id,
        pending: ChangeRequest::Policy(change),
        ..
    } = outcome
    else {
        panic!("the policy asks")
    };
    assert_eq!((operation, &change.entity_id), ("archivePolicy", &signing.id));
    assert_eq!(policies.get(&signing.id).await.unwrap().status, PolicyStatus::Active);
    decide(&world.employee().await, approval_id, ApprovalDecisionValue::Approved).await;
    assert_eq!(policies.get(&signing.id).await.unwrap().status, PolicyStatus::Archived);
}
