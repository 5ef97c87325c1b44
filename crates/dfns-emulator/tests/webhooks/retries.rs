//! When a webhook that did not take a delivery is told again.

use std::time::Duration;

use serde_json::{Value, json};

use crate::receiver::{Answer, Receiver};
use crate::scene::{BEGINNING, Scene};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_day_shows_the_whole_schedule_at_once() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([Answer::Status(500); 6]);
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    scene.wallet();
    scene.flush();
    scene.pass(DAY);
    scene.flush();
    let attempts: Vec<Value> = receiver.rest().iter().map(crate::receiver::Delivery::json).collect();

    let after: Vec<i64> = attempts
        .iter()
        .map(|attempt| attempt["timestampSent"].as_i64().unwrap() - BEGINNING)
        .collect();
    assert_eq!(after, [0, 60, 12 * 60, 2 * 60 * 60, 24 * 60 * 60]);
    let numbers: Vec<i64> = attempts
        .iter()
        .map(|attempt| attempt["deliveryAttempt"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!(attempts[0]["retryOf"], Value::Null);
    for pair in attempts.windows(2) {
        assert_eq!(pair[1]["retryOf"], pair[0]["id"], "each is a retry of the one before");
        assert_ne!(pair[1]["id"], pair[0]["id"], "and an event of its own");
        for same in ["date", "kind", "data"] {
            assert_eq!(pair[1][same], pair[0][same]);
        }
    }
    let logged = scene.events(&webhook, "?deliveryFailed=true");
    assert_eq!(logged.len(), 5);
    assert!(
        logged.iter().all(|event| event["nextAttemptDate"].is_null()),
        "{logged:?}"
    );
    assert!(logged.iter().all(|event| event["status"] == "500"));
    scene.pass(30 * DAY);
    scene.flush();
    assert!(receiver.rest().is_empty(), "five attempts are all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_delivery_that_was_taken_is_not_sent_again() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([Answer::Status(503)]);
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    scene.wallet();
    scene.flush();
    let next = &scene.events(&webhook, "")[0]["nextAttemptDate"];
    assert_eq!(next, "2026-01-02T03:05:05.000Z");
    scene.pass(MINUTE);
    scene.flush();
    assert_eq!(receiver.rest().len(), 2);
    let logged = scene.events(&webhook, "");
    assert_eq!(
        (&logged[0]["status"], &logged[0]["deliveryFailed"]),
        (&json!("200"), &json!(false))
    );
    assert_eq!(logged[0]["retryOf"], logged[1]["id"]);
    scene.pass(DAY);
    scene.flush();
    assert!(receiver.rest().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nothing_but_200_counts_as_delivered() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    let cases = [
        (Answer::Status(201), "201"),
        (Answer::Status(204), "204"),
        (Answer::Redirect, "307"),
        (Answer::Silence, "ETIMEDOUT"),
    ];
    for (answer, status) in cases {
        receiver.answer([answer]);
        scene.wallet();
        scene.flush();
        let event = &scene.events(&webhook, "?limit=1")[0];
        assert_eq!(event["status"], status);
        assert_eq!(event["deliveryFailed"], true);
        assert!(
            event["error"].is_string() && event["nextAttemptDate"].is_string(),
            "{event}"
        );
    }
    assert_eq!(receiver.rest().len(), cases.len(), "the redirect was not followed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_receiver_that_is_not_there_is_told_once_it_is() {
    let scene = Scene::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let webhook = scene.webhook_at(&nobody, &["wallet.created"]);
    scene.wallet();
    scene.flush();
    assert_eq!(scene.events(&webhook, "")[0]["status"], "ECONNREFUSED");
    let receiver = Receiver::new();
    scene.update(&webhook, &json!({ "url": receiver.url }));
    scene.pass(MINUTE);
    scene.flush();
    assert_eq!(receiver.rest().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_webhook_that_is_turned_off_when_a_retry_is_due_is_not_told_again() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([Answer::Status(500)]);
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    scene.wallet();
    scene.flush();
    scene.update(&webhook, &json!({ "status": "Disabled" }));
    scene.pass(MINUTE);
    assert_eq!(scene.events(&webhook, "")[0]["nextAttemptDate"], Value::Null);
    scene.update(&webhook, &json!({ "status": "Enabled" }));
    scene.pass(DAY);
    scene.flush();
    assert_eq!(receiver.rest().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_webhook_that_is_turned_on_again_in_time_is_told_again() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([Answer::Status(500)]);
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    scene.wallet();
    scene.flush();
    scene.update(&webhook, &json!({ "status": "Disabled" }));
    scene.pass(MINUTE / 2);
    scene.update(&webhook, &json!({ "status": "Enabled" }));
    scene.pass(MINUTE / 2);
    scene.flush();
    assert_eq!(receiver.rest().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_webhook_that_is_deleted_is_not_told_again() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([Answer::Status(500)]);
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    scene.wallet();
    scene.flush();
    assert_eq!(
        scene.service.signed("DELETE", &webhook.path, "").body,
        json!({ "deleted": true })
    );
    scene.pass(DAY);
    scene.flush();
    assert_eq!(receiver.rest().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_receiver_that_does_not_answer_holds_up_no_other() {
    let scene = Scene::new().await;
    let (silent, prompt) = (Receiver::answering([Answer::Silence]), Receiver::new());
    scene.webhook(&silent, &["wallet.created"]);
    scene.webhook(&prompt, &["wallet.created"]);
    for _ in 0..3 {
        scene.wallet();
    }
    silent.next();
    assert_eq!(prompt.kinds(3).len(), 3);
    scene.flush();
    assert_eq!(silent.rest().len(), 2, "it is told of the others when its time is over");
}
