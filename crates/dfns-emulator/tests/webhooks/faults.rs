//! Deliveries that come twice, and in another order, because a fault was armed.

use dfns_emulator::{Effect, Fault};
use serde_json::{Value, json};

use crate::receiver::{Answer, Receiver};
use crate::scene::Scene;
use crate::support::send;

fn arm(scene: &Scene, fault: &Fault) -> String {
    let body = serde_json::to_vec(fault).unwrap();
    let armed = send(&scene.emulator.url(), "POST", "/__admin/faults", &[], &body);
    assert_eq!(armed.status, 200, "{armed:?}");
    armed.body["id"].as_str().unwrap().to_owned()
}

fn fault(scene: &Scene, method: &str, path: &str) -> Value {
    let answer = send(
        &scene.emulator.url(),
        method,
        &format!("/__admin/faults/{path}"),
        &[],
        b"",
    );
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

/// Makes so many wallets, and answers in which order a receiver was told of them, by their numbers.
fn told(scene: &Scene, receiver: &Receiver, count: usize) -> Vec<usize> {
    let wallets: Vec<String> = (0..count).map(|_| scene.wallet()).collect();
    scene.flush();
    let number = |delivery: &crate::receiver::Delivery| {
        let event = delivery.json();
        let id = event["data"]["wallet"]["id"].as_str().unwrap();
        wallets.iter().position(|wallet| wallet == id).unwrap()
    };
    receiver.rest().iter().map(number).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_duplicate_is_the_same_to_the_byte_and_logged_once() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([]);
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    let twice = Fault::new(Effect::Duplicate { copies: 2 });
    let id = arm(&scene, &twice.of("wallet.created").nth(1));
    scene.wallet();
    scene.wallet();
    scene.flush();
    let came: Vec<String> = receiver
        .rest()
        .into_iter()
        .map(|delivery| delivery.head + &delivery.body)
        .collect();
    assert_eq!(came.len(), 4);
    assert_eq!((&came[0], &came[1]), (&came[1], &came[2]));
    assert_ne!(came[2], came[3]);
    assert_eq!(scene.events(&webhook, "").len(), 2);
    assert_eq!(fault(&scene, "GET", &id)["struck"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_the_first_of_two_was_answered_counts() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([Answer::Status(200), Answer::Status(500)]);
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    arm(&scene, &Fault::duplicate());
    scene.wallet();
    scene.flush();
    let logged = scene.events(&webhook, "");
    assert_eq!((logged.len(), &logged[0]["status"]), (1, &json!("200")), "{logged:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_delivery_comes_after_those_that_overtake_it() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([]);
    scene.webhook(&receiver, &["wallet.created"]);
    arm(&scene, &Fault::new(Effect::OutOfOrder { by: 2 }).nth(2));
    assert_eq!(told(&scene, &receiver, 5), [0, 2, 3, 1, 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn if_every_delivery_is_struck_each_pair_changes_places() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([]);
    scene.webhook(&receiver, &["wallet.created"]);
    arm(&scene, &Fault::out_of_order());
    assert_eq!(told(&scene, &receiver, 4), [1, 0, 3, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn which_share_of_deliveries_is_struck_follows_from_the_seed() {
    let order = async |seed| {
        let scene = Scene::new().await;
        let receiver = Receiver::answering([]);
        scene.webhook(&receiver, &["wallet.created"]);
        arm(&scene, &Fault::out_of_order().probability(0.5, seed));
        told(&scene, &receiver, 12)
    };
    let first = order(1).await;
    assert_eq!(order(1).await, first);
    assert_ne!(order(2).await, first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_nothing_overtakes_waits_until_it_is_released_or_the_fault_is_gone() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([]);
    scene.webhook(&receiver, &["wallet.created"]);
    let id = arm(&scene, &Fault::out_of_order());
    for (method, path) in [("POST", format!("{id}/release")), ("DELETE", id.clone())] {
        scene.wallet();
        scene.flush();
        assert!(receiver.rest().is_empty(), "it is held back");
        assert_eq!(fault(&scene, "GET", &id)["waiting"], 1);
        fault(&scene, method, &path);
        scene.flush();
        assert_eq!(receiver.rest().len(), 1, "{method}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_waits_for_a_webhook_that_is_deleted_waits_no_more() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([]);
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    let id = arm(&scene, &Fault::out_of_order().nth(1));
    scene.wallet();
    scene.flush();
    assert_eq!(fault(&scene, "GET", &id)["waiting"], 1);
    assert_eq!(scene.service.signed("DELETE", &webhook.path, "").status, 200);
    scene.flush();
    assert_eq!(fault(&scene, "GET", &id)["waiting"], 0);
    assert!(receiver.rest().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_fault_of_an_unknown_event_or_of_both_worlds_is_refused() {
    let scene = Scene::new().await;
    let refused = |fault: Value, field: &str| {
        let answer = send(
            &scene.emulator.url(),
            "POST",
            "/__admin/faults",
            &[],
            fault.to_string().as_bytes(),
        );
        assert_eq!(
            (answer.status, &answer.body["error"]["details"]["field"]),
            (400, &json!(field)),
            "{answer:?}"
        );
    };
    let effect = json!({ "kind": "Duplicate" });
    refused(json!({ "event": "wallet.eaten", "effect": effect }), "event");
    refused(json!({ "operation": "createWallet", "effect": effect }), "operation");
    refused(
        json!({ "event": "wallet.created", "effect": { "kind": "Drop" } }),
        "event",
    );
}
