//! Stakes: made, grown, earning, and taken back.

use std::time::Duration;

use dfns::types::{
    ActionStatus, EthereumStakeAction, EthereumStakeActionKind, EthereumStakeRequest, IotaStakeAction,
    IotaStakeActionKind, IotaStakeRequest, Network, Stake, StakeActionKind, StakeProvider, StakeStatus,
};
use dfns_tests::World;

const ETHER: u128 = 10_u128.pow(18);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Covers: createStake, getStake, getStakeRewards, createStakeAction, listStakeActions.
#[tokio::test]
async fn ether_is_staked_earns_for_a_year_and_comes_back_with_what_it_earned() {
    let world = World::new().await;
    let wallet = world.funded(Network::EthereumHoodi, 33 * ETHER).await;
    let stakes = world.dfns.stakes();
    let request = EthereumStakeRequest::new(&wallet.id, StakeProvider::Figment, 32 * ETHER);
    let Stake::Ethereum(made) = stakes.create(request).await.unwrap().done().unwrap() else {
        panic!("a stake of ether was asked for")
    };
    assert_eq!((&made.status, made.actions.len()), (&StakeStatus::Staking, 1));
    world.pass_blocks(2);
    let Stake::Ethereum(active) = stakes.get(&made.id).await.unwrap() else {
        panic!("it is a stake of ether")
    };
    assert_eq!(active.status, StakeStatus::Active);
    let validator = active.data.unwrap().validator;
    assert_eq!(Some(validator.withdrawal_address), wallet.address);
    assert!(world.balance(&wallet.id).await < ETHER, "it is locked");

    world.emulator.clock().advance(YEAR);
    let rewards = stakes.rewards(&made.id).await.unwrap();
    assert_eq!((rewards.symbol.as_str(), rewards.balance.as_str()), ("ETH", "1.28"));
    let before = world.balance(&wallet.id).await;
    let end = || {
        stakes
            .create_action(&made.id, EthereumStakeAction::new(EthereumStakeActionKind::Withdraw))
            .send()
    };
    end().await.unwrap().done().unwrap();
    let twice = end().await.unwrap_err();
    assert_eq!(twice.refusal().unwrap().status(), 400, "{}", twice.report());
    world.pass_blocks(2);
    let gained = world.balance(&wallet.id).await - before;
    assert!((33 * ETHER..34 * ETHER).contains(&gained), "{gained}");

    let actions = stakes.actions(&made.id).await.unwrap().items;
    let shown: Vec<_> = actions.iter().map(|action| (&action.kind, &action.status)).collect();
    let done = &ActionStatus::Completed;
    assert_eq!(
        shown,
        [(&StakeActionKind::Withdraw, done), (&StakeActionKind::Stake, done)]
    );
    assert_eq!(stakes.rewards(&made.id).await.unwrap().balance, "0");
}

/// Covers: createStake, createStakeAction, getStake, listStakes.
#[tokio::test]
async fn a_stake_of_iota_grows_by_deposits_and_gives_no_more_than_it_holds() {
    let world = World::new().await;
    let wallet = world.funded(Network::IotaTestnet, 100_000_000_000).await;
    let validator = world.wallet(Network::IotaTestnet).await.address.unwrap();
    let stakes = world.dfns.stakes();
    let request = IotaStakeRequest::new(&wallet.id, validator, 10_000_000_000_u64).with_external_id("stake-1");
    let create = || stakes.create(request.clone()).send();
    let Stake::Iota(made) = create().await.unwrap().done().unwrap() else {
        panic!("a stake of iota was asked for")
    };
    let Stake::Iota(again) = create().await.unwrap().done().unwrap() else {
        panic!("it is a stake of iota")
    };
    assert_eq!(again.id, made.id, "the same external id stakes once");
    world.pass_blocks(2);
    let change = async |kind, amount: u64| {
        let answer = stakes.create_action(&made.id, IotaStakeAction::new(kind, amount)).await;
        world.pass_blocks(2);
        answer
    };
    let grown = change(IotaStakeActionKind::Deposit, 5_000_000_000).await.unwrap();
    grown.done().unwrap();
    let too_much = change(IotaStakeActionKind::Withdraw, 15_000_000_001).await.unwrap_err();
    assert_eq!(too_much.refusal().unwrap().status(), 400, "{}", too_much.report());
    let Stake::Iota(grown) = stakes.get(&made.id).await.unwrap() else {
        panic!("it is a stake of iota")
    };
    assert_eq!(
        (&grown.status, grown.data.amount.as_str()),
        (&StakeStatus::Active, "15000000000")
    );
    let listed = stakes.list().await.unwrap().items;
    assert!(
        matches!(&listed[..], [Stake::Iota(stake)] if stake.id == made.id),
        "{listed:?}"
    );
}

/// Covers: createStake, listStakeActions, getStake.
#[tokio::test]
async fn a_stake_that_cannot_be_paid_fails_and_says_why() {
    let world = World::new().await;
    let wallet = world.funded(Network::Ethereum, ETHER).await;
    let stakes = world.dfns.stakes();
    let request = EthereumStakeRequest::new(&wallet.id, StakeProvider::Figment, 32 * ETHER);
    let Stake::Ethereum(made) = stakes.create(request).await.unwrap().done().unwrap() else {
        panic!("a stake of ether was asked for")
    };
    world.pass_blocks(2);
    let Stake::Ethereum(failed) = stakes.get(&made.id).await.unwrap() else {
        panic!("it is a stake of ether")
    };
    assert_eq!(failed.status, StakeStatus::Failed);
    let actions = stakes.actions(&made.id).await.unwrap().items;
    let reason = actions[0].failure_reason.as_deref().unwrap();
    assert!(reason.starts_with("insufficient balance"), "{reason}");
    assert_eq!(world.balance(&wallet.id).await, ETHER);
}
