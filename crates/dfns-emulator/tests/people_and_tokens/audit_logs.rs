//! The log of user actions.

use serde_json::json;

use crate::person::{Person, emulator, text};
use crate::support::{Signer, advance, send};

const WALLET: &str = r#"{"network":"EthereumSepolia"}"#;
const DAY: &str = "startTime=2026-11-22T00:00:00.000Z&endTime=2026-11-23T00:00:00.000Z";

/// The rows of an export, without its head.
fn rows(signer: &Signer, query: &str) -> Vec<Vec<String>> {
    let answer = signer.call("GET", &format!("/auth/action/logs?{query}"), "");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(
        answer.headers.contains("content-type: application/json"),
        "{}",
        answer.headers
    );
    let csv = answer.body.as_str().unwrap();
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some("id,action,userId,username,dateSigned,datePerformed,responseStatus")
    );
    lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_signed_request_is_logged_with_its_proof_and_its_answer() {
    let emulator = emulator().await;
    let service = Signer::service_account(&emulator);
    assert_eq!(service.signed("POST", "/wallets", WALLET).status, 200);
    assert_eq!(
        service.signed("POST", "/wallets", "{\"network\":\"Nowhere\"}").status,
        400
    );

    let [good, bad] = &rows(&service, DAY)[..] else {
        panic!("two requests were signed")
    };
    assert_eq!(
        good[1..4],
        [
            "Wallets:Create",
            emulator.service_account_id(),
            "Emulator service account"
        ]
    );
    assert_eq!((good[6].as_str(), bad[6].as_str()), ("200", "400"));

    let log = service.call("GET", &format!("/auth/action/logs/{}", bad[0]), "").body;
    let log: dfns_types::AuditLog = serde_json::from_value(log).unwrap();
    assert_eq!(
        (log.action.as_str(), log.response_status.0),
        ("Wallets:Create", json!(400))
    );
    assert!(
        log.response_error.0.as_str().unwrap().contains("network"),
        "{:?}",
        log.response_error
    );
    let credential = log.first_factor_credential;
    assert_eq!(credential.kind.unwrap().as_str(), "Key");
    let proof = credential.assertion.unwrap();
    let signature = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, proof.signature).unwrap();
    assert_eq!((signature.len(), proof.authenticator_data), (64, None));

    let again = service.call_with(
        "POST",
        "/wallets",
        "{\"network\":\"Nowhere\"}",
        Some(log.action_token.expose_secret()),
    );
    assert_eq!(
        again.refusal(),
        (400, "user action has already been used"),
        "the token of the log is the one that was used"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_action_that_was_signed_and_never_sent_has_no_answer() {
    let emulator = emulator().await;
    let service = Signer::service_account(&emulator);
    let declared = crate::support::Declared {
        method: "POST",
        path: "/wallets",
        payload: WALLET,
    };
    service.sign(declared);
    let [row] = &rows(&service, DAY)[..] else {
        panic!("one request was signed")
    };
    assert_eq!(row[5..], ["", ""]);
    let log = service.call("GET", &format!("/auth/action/logs/{}", row[0]), "").body;
    assert_eq!(
        (&log["datePerformed"], &log["responseStatus"]),
        (&json!(null), &json!(null))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_export_is_bound_to_its_span_and_its_user() {
    let emulator = emulator().await;
    let (service, employee) = (Signer::service_account(&emulator), Signer::employee(&emulator));
    service.signed("POST", "/wallets", WALLET);
    employee.signed("POST", "/wallets", WALLET);
    let of_employee = rows(&service, &format!("{DAY}&userId={}", emulator.employee().user_id()));
    assert_eq!(of_employee.len(), 1);
    assert_eq!(of_employee[0][2], emulator.employee().user_id());
    advance(&emulator.url(), 86_400);
    service.signed("POST", "/wallets", WALLET);
    assert_eq!(rows(&service, DAY).len(), 2);
    for query in [
        "",
        "startTime=2026-11-22T00:00:00.000Z",
        "startTime=yesterday&endTime=2026-11-23T00:00:00.000Z",
        "startTime=2026-11-22T00:00:00.000Z&endTime=2026-11-29T00:00:00.001Z",
        "startTime=2026-11-22T00:00:00.000Z&endTime=2026-11-21T00:00:00.000Z",
    ] {
        let refused = service.call("GET", &format!("/auth/action/logs?{query}"), "");
        assert_eq!(refused.status, 400, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_log_is_plain_text_for_those_who_ask_for_csv_and_a_json_string_for_others() {
    let emulator = emulator().await;
    let service = Signer::service_account(&emulator);
    assert_eq!(service.signed("POST", "/wallets", WALLET).status, 200);
    let bearer = format!("Bearer {}", emulator.auth_token());
    let log = |accept: &str| {
        let headers = [("authorization", bearer.as_str()), ("accept", accept)];
        send(
            &emulator.url(),
            "GET",
            &format!("/auth/action/logs?{DAY}"),
            &headers,
            b"",
        )
    };
    let (text, string) = (log("text/csv"), log("*/*"));
    assert!(text.headers.contains("content-type: text/csv"), "{}", text.headers);
    assert!(
        string.headers.contains("content-type: application/json"),
        "{}",
        string.headers
    );
    // Both are read as text here, from JSON or as they are.
    assert!(text.body.is_string());
    assert_eq!(text.body, string.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_log_is_for_those_who_may_read_it() {
    let emulator = emulator().await;
    let anna = Person::new("anna");
    anna.register(&emulator);
    let refused = anna
        .log_in(&emulator)
        .call("GET", &format!("/auth/action/logs?{DAY}"), "");
    assert!(refused.message().ends_with("(Auth:Logs:Read)"), "{refused:?}");
    let service = Signer::service_account(&emulator);
    let unknown = service.call("GET", "/auth/action/logs/ua-00000-00000-0000000000000000", "");
    assert_eq!(unknown.refusal(), (404, "audit log not found"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_agreement_is_offered_until_it_is_accepted() {
    let emulator = emulator().await;
    let service = Signer::service_account(&emulator);
    let latest = |kind: &str| {
        service.call(
            "GET",
            &format!("/agreements/latest-unaccepted?agreementType={kind}"),
            "",
        )
    };
    let offered = latest("UniswapTermsOfService");
    let id = offered.body["latestAgreement"]["id"].as_str().unwrap().to_owned();
    let accept = || service.signed("POST", &format!("/agreements/{id}/accept"), "");
    let accepted = accept();
    assert_eq!(text(&accepted, "userId"), emulator.service_account_id());
    advance(&emulator.url(), 60);
    assert_eq!(accept().body, accepted.body, "once more changes nothing");
    assert_eq!(latest("UniswapTermsOfService").body, json!({ "latestAgreement": null }));
    assert_ne!(latest("UniswapPrivacyPolicy").body, json!({ "latestAgreement": null }));
    assert_eq!(latest("Soul").status, 400);
    assert_eq!(service.signed("POST", "/agreements/ag-1/accept", "").status, 404);
}
