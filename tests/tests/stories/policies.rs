//! Policies: what is held back, who approves it, and what becomes of it.

use std::time::Duration;

use dfns::types::{
    ActivityKind, AmountLimit, ApprovalDecisionValue, ApprovalGroup, ApprovalId, ApprovalStatus, ApproverFilter,
    Network, PolicyAction, PolicyCurrency, PolicyRule, PolicyStatus, RequestApprovalAction, Transfer, TransferStatus,
    UserId, UserIdFilter, WalletId, WebhookEventKind,
};
use dfns::{Dfns, Outcome};
use dfns_tests::{Person, Receiver, World};

const RECEIVER: &str = "0x00000000000000000000000000000000000000aa";

/// The action that asks so many of these people.
fn ask(quorum: i32, people: &[&UserId]) -> RequestApprovalAction {
    let users: Vec<UserId> = people.iter().map(|&id| id.clone()).collect();
    let approvers = ApproverFilter::new().with_user_id(UserIdFilter::new(users));
    PolicyAction::request_approval(vec![ApprovalGroup::new(quorum, approvers)])
}

/// A transfer that waits, and its approval.
async fn held(world: &World, wallet: &WalletId, amount: u64) -> (dfns::types::TransferRequest, ApprovalId) {
    let call = world
        .dfns
        .transfers()
        .create(wallet, Transfer::native(RECEIVER, amount));
    match call.await.unwrap() {
        Outcome::PendingApproval {
            approval_id: Some(approval),
            pending,
            ..
        } => (pending, approval),
        other => panic!("it was to wait: {other:?}"),
    }
}

async fn status(world: &World, transfer: &dfns::types::TransferRequest) -> TransferStatus {
    let read = world.dfns.transfers().get(&transfer.wallet_id, &transfer.id);
    read.await.unwrap().status
}

async fn decide(who: &Dfns, approval: &ApprovalId, value: ApprovalDecisionValue) -> ApprovalStatus {
    who.approvals().decide(approval, value).await.unwrap().status
}

/// Covers: createPolicy, transferAsset, getApproval, listApprovals, createApprovalDecision, getWalletTransfer.
#[tokio::test]
async fn a_large_transfer_needs_two_of_three_people_and_a_small_one_nobody() {
    let world = World::new().await;
    let [anna, ben, carl] = [Person::new("anna"), Person::new("ben"), Person::new("carl")];
    let (hers, anna_id) = world.member(&anna).await;
    let (his, ben_id) = world.member(&ben).await;
    let (_, carl_id) = world.member(&carl).await;
    let wallet = world.funded(Network::EthereumSepolia, 10_u128.pow(18)).await;
    // Ether is worth 2500 dollars here: a thousandth of one is 2.50.
    let limit = PolicyRule::transaction_amount_limit(AmountLimit::new(2.5, PolicyCurrency::USD));
    let action = ask(2, &[&anna_id, &ben_id, &carl_id]);
    let policies = world.dfns.policies();
    policies
        .create("large", ActivityKind::WalletsSign, limit, action)
        .await
        .unwrap();

    let small = world
        .dfns
        .transfers()
        .create(&wallet.id, Transfer::native(RECEIVER, 10_u64.pow(15)))
        .await
        .unwrap();
    assert!(!small.is_pending());
    let (large, approval) = held(&world, &wallet.id, 10_u64.pow(15) + 1).await;
    let open = world.dfns.approvals().list().approver_id(&ben_id).await.unwrap().items;
    assert_eq!(open.iter().map(|open| &open.id).collect::<Vec<_>>(), [&approval]);
    assert!(open[0].policy_evaluations[0].triggered);

    let approved = ApprovalDecisionValue::Approved;
    assert_eq!(
        decide(&hers, &approval, approved.clone()).await,
        ApprovalStatus::Pending
    );
    assert_eq!(status(&world, &large).await, TransferStatus::Pending);
    assert_eq!(decide(&his, &approval, approved).await, ApprovalStatus::Approved);
    world.pass_blocks(2);
    assert_eq!(status(&world, &large).await, TransferStatus::Confirmed);
    let read = world.dfns.approvals().get(&approval).await.unwrap();
    assert_eq!(read.decisions.len(), 2);
}

/// Covers: createPolicy, transferAsset, createApprovalDecision, getWalletTransfer.
#[tokio::test]
async fn one_denial_ends_it_and_the_one_who_asked_cannot_approve() {
    let world = World::new().await;
    let (hers, anna_id) = world.member(&Person::new("anna")).await;
    let (his, ben_id) = world.member(&Person::new("ben")).await;
    let wallet = world.funded(Network::EthereumSepolia, 10_u128.pow(18)).await;
    let action = ask(1, &[&anna_id, &ben_id]);
    let rule = PolicyRule::always_trigger();
    world
        .dfns
        .policies()
        .create("all", ActivityKind::WalletsSign, rule, action)
        .await
        .unwrap();
    let asked = hers
        .transfers()
        .create(&wallet.id, Transfer::native(RECEIVER, 5_u64))
        .await
        .unwrap();
    let approval = asked.approval_id().unwrap().clone();
    let refused = hers
        .approvals()
        .decide(&approval, ApprovalDecisionValue::Approved)
        .await;
    assert!(refused.unwrap_err().refusal().unwrap().is_forbidden());
    let denied = his
        .approvals()
        .decide(&approval, ApprovalDecisionValue::Denied)
        .reason("not this month")
        .await
        .unwrap();
    assert_eq!(denied.status, ApprovalStatus::Denied);
    let transfer = asked.into_inner();
    let read = world.dfns.transfers().get(&wallet.id, &transfer.id).await.unwrap();
    assert_eq!(read.status, TransferStatus::Rejected);
    assert!(read.reason.unwrap().ends_with("not this month"));
}

/// Covers: createPolicy, transferAsset, getApproval, getWalletTransfer.
#[tokio::test]
async fn what_nobody_approves_in_time_is_rejected() {
    let world = World::new().await;
    let (_, anna_id) = world.member(&Person::new("anna")).await;
    let wallet = world.funded(Network::EthereumSepolia, 10_u128.pow(18)).await;
    let action = ask(1, &[&anna_id]).with_auto_reject_timeout(30);
    let rule = PolicyRule::always_trigger();
    world
        .dfns
        .policies()
        .create("in time", ActivityKind::WalletsSign, rule, action)
        .await
        .unwrap();
    let (transfer, approval) = held(&world, &wallet.id, 5).await;
    world.emulator.clock().advance(Duration::from_secs(30 * 60));
    assert_eq!(status(&world, &transfer).await, TransferStatus::Rejected);
    let read = world.dfns.approvals().get(&approval).await.unwrap();
    assert_eq!(read.status, ApprovalStatus::Expired);
    assert_eq!(read.date_resolved, read.expiration_date);
}

/// Covers: createPolicy, updatePolicy, archivePolicy, getPolicy, listPolicies, createApprovalDecision.
#[tokio::test]
async fn a_change_of_a_policy_waits_for_people_and_is_shown_meanwhile() {
    let world = World::new().await;
    let (hers, anna_id) = world.member(&Person::new("anna")).await;
    let policies = world.dfns.policies();
    let always = PolicyRule::always_trigger;
    let kind = ActivityKind::WalletsSign;
    let made = policies
        .create("watched", kind.clone(), always(), PolicyAction::block())
        .await
        .unwrap();
    policies
        .create("watcher", ActivityKind::PoliciesModify, always(), ask(1, &[&anna_id]))
        .await
        .unwrap();
    let change = policies
        .update(&made.id, "softened", kind, always(), PolicyAction::no_action())
        .await
        .unwrap();
    let approval = change.approval_id().expect("it waits").clone();
    let meanwhile = policies.get(&made.id).await.unwrap();
    assert_eq!(meanwhile.name, "watched");
    assert!(meanwhile.pending_change_request.is_some());
    let second = policies.archive(&made.id).await.unwrap_err();
    assert_eq!(second.refusal().unwrap().status(), 409);
    decide(&hers, &approval, ApprovalDecisionValue::Approved).await;
    assert_eq!(policies.get(&made.id).await.unwrap().name, "softened");

    let archival = policies.archive(&made.id).await.unwrap();
    let approval = archival.approval_id().expect("it waits").clone();
    decide(&hers, &approval, ApprovalDecisionValue::Denied).await;
    let active = policies.list().status(PolicyStatus::Active).await.unwrap().items;
    assert_eq!(active.len(), 2);
}

/// Covers: createPolicy, createWebhook, transferAsset, createApprovalDecision.
#[tokio::test]
async fn webhooks_are_told_what_triggered_and_how_it_was_decided() {
    let world = World::new().await;
    let mut receiver = Receiver::start().await;
    let (hers, anna_id) = world.member(&Person::new("anna")).await;
    let wallet = world.funded(Network::EthereumSepolia, 10_u128.pow(18)).await;
    let kinds = [
        WebhookEventKind::WalletTransferRequested,
        WebhookEventKind::PolicyTriggered,
        WebhookEventKind::PolicyApprovalPending,
        WebhookEventKind::WalletTransferRejected,
        WebhookEventKind::PolicyApprovalResolved,
    ];
    let webhook = world
        .dfns
        .webhooks()
        .create(receiver.url(), kinds.to_vec())
        .await
        .unwrap();
    let rule = PolicyRule::always_trigger();
    let action = ask(1, &[&anna_id]);
    world
        .dfns
        .policies()
        .create("all", ActivityKind::WalletsSign, rule, action)
        .await
        .unwrap();
    let (_, approval) = held(&world, &wallet.id, 5).await;
    decide(&hers, &approval, ApprovalDecisionValue::Denied).await;
    for expected in kinds {
        let now = world.emulator.clock().now();
        let delivery = receiver.next().await.verify(&webhook.secret, now).unwrap();
        assert_eq!(delivery.kind, expected);
    }
}

/// Covers: getSumsubTravelRulePublicKey.
#[tokio::test]
async fn the_key_for_travel_rule_messages_is_an_rsa_key_of_2048_bits() {
    use base64::Engine as _;
    let world = World::new().await;
    let key = world.dfns.policies().sumsub_public_key().await.unwrap();
    assert_eq!(key.kty.as_str(), "RSA");
    let decode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
    assert_eq!(decode(&key.n).len() * 8, 2048);
    assert_eq!(decode(&key.e), [1, 0, 1]);
}
