//! Many wallets at once.

use dfns::Error;
use dfns::types::{BulkWalletJobStatus, BulkWalletNetwork};
use dfns_tests::World;

/// Passes the pauses by moving the clock of the world.
fn in_its_time<T>(world: &World, wait: dfns::Wait<T>) -> dfns::Wait<T> {
    let clock = world.emulator.clock().clone();
    wait.pause_with(move |pause| {
        clock.advance(pause);
        async {}
    })
}

/// Covers: bulkCreateWallets, getBulkWalletJob, listBulkWalletJobs, listBulkWalletJobWallets, listWallets.
#[tokio::test]
async fn many_wallets_are_ordered_at_once_and_waited_for() {
    let world = World::new().await;
    let bulk = world.dfns.bulk_wallets();
    let begun = bulk
        .create(BulkWalletNetwork::Base, 30, "customer")
        .tags(["new".to_owned()])
        .send()
        .await
        .unwrap();
    assert_eq!(begun.status, BulkWalletJobStatus::Pending);
    let done = in_its_time(&world, bulk.get(&begun.id).wait()).await.unwrap();
    assert_eq!(
        (done.status, done.completed_count),
        (BulkWalletJobStatus::Completed, 30)
    );

    let (mut names, mut wallets) = (Vec::new(), bulk.wallets(&begun.id).page_size(12).stream());
    while let Some(wallet) = wallets.try_next().await.unwrap() {
        names.push(wallet.name.unwrap());
    }
    assert_eq!((names.len(), names[29].as_str()), (30, "customer 1"));
    assert_eq!(world.wallets().await.len(), 30);
    let listed = bulk
        .list()
        .status(BulkWalletJobStatus::Completed)
        .send()
        .await
        .unwrap()
        .items;
    assert_eq!(listed.iter().map(|job| &job.id).collect::<Vec<_>>(), [&begun.id]);
}

/// Covers: bulkCreateWallets, getBulkWalletJob, deleteKey.
#[tokio::test]
async fn a_job_without_its_master_key_ends_and_says_why() {
    let world = World::new().await;
    let bulk = world.dfns.bulk_wallets();
    let begun = bulk
        .create(BulkWalletNetwork::Solana, 30, "customer")
        .send()
        .await
        .unwrap();
    world.pass_blocks(2);
    let job = bulk.get(&begun.id).send().await.unwrap();
    assert_eq!(
        (&job.status, job.completed_count),
        (&BulkWalletJobStatus::InProgress, 20)
    );
    world
        .dfns
        .keys()
        .delete(job.master_key_id.unwrap())
        .send()
        .await
        .unwrap();
    let error = in_its_time(&world, bulk.get(&begun.id).wait()).await.unwrap_err();
    assert!(matches!(error, Error::Failed { .. }), "{}", error.report());
    let job = bulk.get(&begun.id).send().await.unwrap();
    assert_eq!(job.status, BulkWalletJobStatus::PartiallyCompleted);
    assert!(job.reason.unwrap().contains("master key"));
}
