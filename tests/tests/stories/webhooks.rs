//! Webhooks: told of what happens, told again, and taken once.

use std::time::Duration;

use dfns::types::{CreatedWebhook, Network, Secret, Transfer, WebhookEventKind, WebhookStatus};
use dfns::webhook::{Error, Event, RecentDeliveries};
use dfns_emulator::Fault;
use dfns_tests::{Receiver, World};

const MINUTE: Duration = Duration::from_secs(60);

async fn webhook(world: &World, receiver: &Receiver, kinds: &[WebhookEventKind]) -> CreatedWebhook {
    let create = world.dfns.webhooks().create(receiver.url(), kinds.to_vec());
    create.description("ledger").await.unwrap()
}

/// Covers: createWebhook, transferAsset.
#[tokio::test]
async fn a_transfer_is_followed_from_request_to_confirmation() {
    let world = World::new().await;
    let mut receiver = Receiver::start().await;
    let wallet = world.funded(Network::EthereumSepolia, 10_u128.pow(18)).await;
    let kinds = [
        WebhookEventKind::WalletTransferRequested,
        WebhookEventKind::WalletTransferBroadcasted,
        WebhookEventKind::WalletTransferConfirmed,
    ];
    let webhook = webhook(&world, &receiver, &kinds).await;
    let to = "0x00000000000000000000000000000000000000aa";
    let sent = world
        .dfns
        .transfers()
        .create(&wallet.id, Transfer::native(to, 5_u64))
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(2);
    for expected in kinds {
        let now = world.emulator.clock().now();
        let delivery = receiver.next().await.verify(&webhook.secret, now).unwrap();
        assert_eq!((&delivery.kind, delivery.attempt), (&expected, 1));
        let transfer = match delivery.event {
            Event::WalletTransferRequested(event) => event.data.transfer_request,
            Event::WalletTransferBroadcasted(event) => event.data.transfer_request,
            Event::WalletTransferConfirmed(event) => event.data.transfer_request,
            other => panic!("{other:?}"),
        };
        assert_eq!(transfer.id, sent.id);
    }
}

/// Covers: createWebhook, listWebhookEvents, getWebhookEvent.
#[tokio::test]
async fn an_event_that_is_not_taken_comes_again_on_schedule_and_is_known() {
    let world = World::new().await;
    let mut receiver = Receiver::start().await;
    let webhook = webhook(&world, &receiver, &[WebhookEventKind::WalletCreated]).await;
    receiver.answer([500, 503, 404, 201]);
    let wallet = world.wallet(Network::Bitcoin).await;
    let (clock, admin) = (world.emulator.clock().clone(), world.emulator.admin());
    let mut seen = RecentDeliveries::new(10);
    let mut before = None;
    // How long after the one before each attempt comes.
    let pauses = [0, 1, 11, 108, 1_320].map(|minutes| MINUTE * minutes);
    for (number, pause) in (1..).zip(pauses) {
        clock.advance(pause);
        let delivery = receiver.next().await.verify(&webhook.secret, clock.now()).unwrap();
        assert_eq!((delivery.attempt, &delivery.retry_of), (number, &before));
        assert_eq!(seen.is_new(&delivery), number == 1);
        assert_eq!(delivery.sent_at, clock.now());
        before = Some(delivery.id);
        admin.flush_webhooks().await.unwrap();
    }

    let mut log = Vec::new();
    let mut stream = world.dfns.webhook_events().list(&webhook.id).page_size(2).stream();
    while let Some(event) = stream.try_next().await.unwrap() {
        log.insert(0, event);
    }
    let statuses: Vec<&str> = log.iter().map(|event| event.status.as_str()).collect();
    assert_eq!(statuses, ["500", "503", "404", "201", "200"]);
    let failed: Vec<Option<bool>> = log.iter().map(|event| event.delivery_failed).collect();
    assert_eq!(failed, [Some(true), Some(true), Some(true), Some(true), Some(false)]);
    let last = world.dfns.webhook_events().get(&webhook.id, &log[4].id).await.unwrap();
    assert_eq!(last.retry_of, Some(log[3].id.clone()));
    assert_eq!(last.kind, WebhookEventKind::WalletCreated);
    let told = serde_json::to_value(&last.data).unwrap();
    assert_eq!(told["wallet"]["id"], wallet.id.as_str());
}

/// Covers: createWebhook.
#[tokio::test]
async fn a_recorded_delivery_and_one_with_another_secret_are_refused() {
    let world = World::new().await;
    let mut receiver = Receiver::start().await;
    let webhook = webhook(&world, &receiver, &[WebhookEventKind::WalletCreated]).await;
    world.wallet(Network::Bitcoin).await;
    let posted = receiver.next().await;
    let now = world.emulator.clock().now();
    assert!(posted.verify(&webhook.secret, now).is_ok());
    assert_eq!(
        posted.verify(&Secret::new("whs-guessed"), now).unwrap_err(),
        Error::WrongSignature
    );
    let later = now.checked_add(MINUTE * 5).unwrap();
    assert_eq!(
        posted.verify(&webhook.secret, later).unwrap_err(),
        Error::OutsideWindow { age: 300 }
    );
}

/// Covers: createWebhook, pingWebhook.
#[tokio::test]
async fn a_ping_says_whether_the_receiver_is_there_and_is_no_event_that_is_known() {
    let world = World::new().await;
    let mut receiver = Receiver::start().await;
    let webhook = webhook(&world, &receiver, &[WebhookEventKind::WalletCreated]).await;
    let ping = || async { world.dfns.webhooks().ping(&webhook.id).await.unwrap().status };
    assert_eq!(ping().await, "200");
    receiver.answer([500]);
    assert_eq!(ping().await, "500");
    let delivery = receiver.next().await;
    let delivery = delivery.verify(&webhook.secret, world.emulator.clock().now()).unwrap();
    assert!(matches!(delivery.event, Event::Unknown(_)), "{delivery:?}");
    let events = world.dfns.webhook_events().list(&webhook.id).await.unwrap();
    assert!(events.items.is_empty(), "a ping is not kept");
}

/// Covers: createWebhook, getWebhook, listWebhooks, updateWebhook, deleteWebhook.
#[tokio::test]
async fn a_webhook_is_turned_off_changed_and_deleted() {
    let world = World::new().await;
    let mut receiver = Receiver::start().await;
    let (webhooks, admin) = (world.dfns.webhooks(), world.emulator.admin());
    let made = webhook(&world, &receiver, &[WebhookEventKind::WalletCreated]).await;
    assert!(!format!("{made:?}").contains(made.secret.expose_secret()));
    let listed = webhooks.list().await.unwrap().items;
    assert_eq!(listed.iter().map(|webhook| &webhook.id).collect::<Vec<_>>(), [&made.id]);

    let off = webhooks.update(&made.id).status(WebhookStatus::Disabled).await.unwrap();
    assert_eq!(off.status, WebhookStatus::Disabled);
    world.wallet(Network::Bitcoin).await;
    let on = webhooks.update(&made.id).status(WebhookStatus::Enabled);
    on.events([WebhookEventKind::KeyCreated]).await.unwrap();
    world.wallet(Network::Bitcoin).await;
    admin.flush_webhooks().await.unwrap();
    let came = receiver.rest();
    assert_eq!(came.len(), 1);
    let delivery = came[0].verify(&made.secret, world.emulator.clock().now()).unwrap();
    assert_eq!(delivery.kind, WebhookEventKind::KeyCreated);
    assert_eq!(
        webhooks.get(&made.id).await.unwrap().description.as_deref(),
        Some("ledger")
    );

    assert!(webhooks.delete(&made.id).await.unwrap().deleted);
    assert!(webhooks.get(&made.id).await.unwrap_err().is_not_found());
    world.wallet(Network::Bitcoin).await;
    admin.flush_webhooks().await.unwrap();
    assert!(receiver.rest().is_empty());
}

/// Covers: createWebhook.
#[tokio::test]
async fn an_event_that_comes_twice_is_taken_once() {
    let world = World::new().await;
    let mut receiver = Receiver::start().await;
    let webhook = webhook(&world, &receiver, &[WebhookEventKind::WalletCreated]).await;
    let admin = world.emulator.admin();
    admin.faults().arm(Fault::duplicate().nth(2)).await.unwrap();
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(world.wallet(Network::Bitcoin).await.id);
    }
    admin.flush_webhooks().await.unwrap();
    let (came, now) = (receiver.rest(), world.emulator.clock().now());
    assert_eq!(came.len(), 4);
    let (mut seen, mut taken) = (RecentDeliveries::new(10), Vec::new());
    for posted in came {
        let delivery = posted.verify(&webhook.secret, now).unwrap();
        if let (true, Event::WalletCreated(event)) = (seen.is_new(&delivery), delivery.event) {
            taken.push(event.data.wallet.id);
        }
    }
    assert_eq!(taken, made);
}

/// Covers: createWebhook, transferAsset.
#[tokio::test]
async fn events_that_come_in_another_order_are_sorted_by_when_they_happened() {
    let world = World::new().await;
    let mut receiver = Receiver::start().await;
    let wallet = world.funded(Network::EthereumSepolia, 10_u128.pow(18)).await;
    let kinds = [
        WebhookEventKind::WalletTransferRequested,
        WebhookEventKind::WalletTransferBroadcasted,
        WebhookEventKind::WalletTransferConfirmed,
    ];
    let webhook = webhook(&world, &receiver, &kinds).await;
    let late = Fault::out_of_order().of(kinds[1].as_str());
    let admin = world.emulator.admin();
    admin.faults().arm(late).await.unwrap();
    let payment = Transfer::native("0x00000000000000000000000000000000000000aa", 5_u64);
    world
        .dfns
        .transfers()
        .create(&wallet.id, payment)
        .await
        .unwrap()
        .done()
        .unwrap();
    world.pass_blocks(2);
    admin.flush_webhooks().await.unwrap();
    let now = world.emulator.clock().now();
    let came = receiver.rest();
    let mut came: Vec<_> = came
        .iter()
        .map(|posted| posted.verify(&webhook.secret, now).unwrap())
        .collect();
    let order: Vec<_> = came.iter().map(|delivery| delivery.kind.clone()).collect();
    assert_eq!(order, [kinds[0].clone(), kinds[2].clone(), kinds[1].clone()]);
    came.sort_by_key(|delivery| delivery.date);
    let order: Vec<_> = came.iter().map(|delivery| delivery.kind.clone()).collect();
    assert_eq!(order, kinds);
}
