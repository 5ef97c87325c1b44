//! Making, reading, changing and trying out webhooks, and the log of what was sent.

use std::time::Duration;

use serde_json::{Value, json};

use crate::receiver::{Answer, Receiver};
use crate::scene::Scene;

const URL: &str = "https://example.test/hooks";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_secret_is_in_the_first_answer_and_in_no_other() {
    let scene = Scene::new().await;
    let made = scene
        .create(&json!({ "url": URL, "events": ["*"], "description": "ledger" }))
        .body;
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whs-") && secret.len() == 36, "{secret}");
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    let read = scene.service.call("GET", &path, "").body;
    assert_eq!(read["secret"], Value::Null);
    for field in ["id", "url", "events", "status", "description", "dateCreated"] {
        assert_eq!(read[field], made[field]);
    }
    assert_eq!(read["status"], "Enabled");
    assert_eq!(scene.service.call("GET", "/webhooks", "").body["items"], json!([read]));
    let updated = scene.service.signed("PUT", &path, "{}").body;
    assert_eq!(updated["secret"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_sixth_webhook_is_refused() {
    let scene = Scene::new().await;
    for _ in 0..5 {
        scene.webhook_at(URL, &["*"]);
    }
    let refused = scene.create(&json!({ "url": URL, "events": ["*"] }));
    assert_eq!(refused.refusal(), (400, "an organisation has at most 5 webhooks"));
    let first = &scene.service.call("GET", "/webhooks?limit=2", "").body;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    assert!(first["nextPageToken"].is_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_wrong_with_a_webhook_is_named() {
    let scene = Scene::new().await;
    let long = "x".repeat(257);
    let webhook = scene.webhook_at(URL, &["*"]);
    let cases = [
        (json!({ "url": "ftp://example.test", "events": ["*"] }), "url"),
        (json!({ "url": "example.test/hooks", "events": ["*"] }), "url"),
        (json!({ "url": URL, "events": [] }), "events"),
        (
            json!({ "url": URL, "events": ["wallet.created", "wallet.sold"] }),
            "events[1]",
        ),
        (
            json!({ "url": URL, "events": ["*"], "description": long }),
            "description",
        ),
        (json!({ "url": URL, "events": ["*"], "status": "Paused" }), "status"),
    ];
    for (body, field) in cases {
        for refused in [scene.create(&body), scene.update(&webhook, &body)] {
            assert_eq!(refused.status, 400, "{body}: {refused:?}");
            assert_eq!(refused.body["error"]["details"]["field"], field);
        }
    }
    assert_eq!(scene.create(&json!({ "url": URL })).status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_webhook_that_was_deleted_is_not_found() {
    let scene = Scene::new().await;
    let webhook = scene.webhook_at(URL, &["*"]);
    scene.service.signed("DELETE", &webhook.path, "");
    let events = format!("{}/events", webhook.path);
    for path in [&webhook.path, &events] {
        let refused = scene.service.call("GET", path, "");
        assert_eq!(refused.refusal(), (404, "webhook not found"));
        assert_eq!(refused.body["error"]["details"]["webhookId"], webhook.id.as_str());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_webhook_that_is_turned_off_is_told_nothing_until_it_is_turned_on() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    scene.update(&webhook, &json!({ "status": "Disabled" }));
    scene.wallet();
    scene.update(&webhook, &json!({ "status": "Enabled" }));
    let told = scene.wallet();
    scene.flush();
    let came = receiver.rest();
    assert_eq!(came.len(), 1);
    assert_eq!(came[0].json()["data"]["wallet"]["id"], told.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_ping_says_what_the_receiver_answered_and_is_not_kept() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([Answer::Status(200), Answer::Status(500), Answer::Silence]);
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    let ping = || scene.service.signed("POST", &format!("{}/ping", webhook.path), "").body;
    assert_eq!(ping(), json!({ "status": "200" }));
    assert_eq!(ping()["status"], "500");
    assert_eq!(ping()["status"], "ETIMEDOUT");
    assert_eq!(receiver.next().json()["kind"], "ping");
    assert!(scene.events(&webhook, "").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_log_can_be_filtered_paged_and_read_one_by_one() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering([Answer::Status(200), Answer::Status(500)]);
    let webhook = scene.webhook(&receiver, &["wallet.created", "key.created"]);
    scene.wallet();
    scene.flush();
    let all = scene.events(&webhook, "");
    let kinds = |events: &[Value]| events.iter().map(|event| event["kind"].clone()).collect::<Vec<_>>();
    assert_eq!(kinds(&all), ["wallet.created", "key.created"], "newest first");
    assert_eq!(kinds(&scene.events(&webhook, "?kind=key.created")), ["key.created"]);
    assert_eq!(
        kinds(&scene.events(&webhook, "?deliveryFailed=true")),
        ["wallet.created"]
    );
    assert_eq!(kinds(&scene.events(&webhook, "?deliveryFailed=false")), ["key.created"]);
    let path = format!("{}/events", webhook.path);
    let first = scene.service.call("GET", &format!("{path}?limit=1"), "").body;
    let token = first["nextPageToken"].as_str().unwrap();
    let last = scene
        .service
        .call("GET", &format!("{path}?limit=1&paginationToken={token}"), "")
        .body;
    assert_eq!((&last["items"][0], &last["nextPageToken"]), (&all[1], &Value::Null));
    let one = scene
        .service
        .call("GET", &format!("{path}/{}", all[0]["id"].as_str().unwrap()), "");
    assert_eq!(one.body, all[0]);
    for query in ["?kind=wallet.sold", "?deliveryFailed=maybe", "?limit=201"] {
        assert_eq!(
            scene.service.call("GET", &format!("{path}{query}"), "").status,
            400,
            "{query}"
        );
    }
    assert_eq!(scene.service.call("GET", &format!("{path}/whe-1"), "").status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_log_goes_back_31_days() {
    let scene = Scene::new().await;
    let receiver = Receiver::new();
    let webhook = scene.webhook(&receiver, &["wallet.created"]);
    scene.wallet();
    scene.flush();
    let id = scene.events(&webhook, "")[0]["id"].as_str().unwrap().to_owned();
    let day = Duration::from_secs(24 * 60 * 60);
    scene.pass(31 * day);
    assert_eq!(scene.events(&webhook, "").len(), 1);
    scene.pass(Duration::from_millis(1));
    assert!(scene.events(&webhook, "").is_empty());
    let path = format!("{}/events/{id}", webhook.path);
    assert_eq!(scene.service.call("GET", &path, "").status, 404);
}
