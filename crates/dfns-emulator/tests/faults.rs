//! What goes wrong on purpose: which calls are struck, and what becomes of them.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod support;

use std::time::Duration;

use dfns_emulator::{AdminError, Clock, Emulator, Fault, When};
use dfns_types::Timestamp;
use serde_json::json;
use support::{Answer, Signer, exchange, send};

const WALLET: &str = r#"{"network":"EthereumSepolia"}"#;

/// An emulator whose time stands still, and somebody who calls it.
async fn start() -> (Emulator, Signer) {
    let clock = Clock::fixed(Timestamp::from_unix_millis(1_767_225_600_000).unwrap());
    let emulator = Emulator::builder().seed(7).clock(clock).start().await.unwrap();
    let caller = Signer::service_account(&emulator);
    (emulator, caller)
}

fn wallets(caller: &Signer) -> usize {
    caller.call("GET", "/wallets", "").body["items"]
        .as_array()
        .unwrap()
        .len()
}

/// What comes back for a read, to the end of the connection.
fn raw(caller: &Signer) -> Vec<u8> {
    let bearer = format!("Bearer {}", caller.token);
    exchange(&caller.url, "GET", "/wallets", &[("authorization", &bearer)], b"")
}

/// A read on a thread of its own.
fn read_aside(caller: &Signer) -> std::thread::JoinHandle<Answer> {
    let caller = caller.clone();
    std::thread::spawn(move || caller.call("GET", "/wallets", ""))
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_says_when_to_come_back_and_performs_nothing() {
    let (emulator, caller) = start().await;
    let fault = Fault::too_many_requests(Duration::from_millis(1_500)).on("createWallet");
    emulator.admin().faults().arm(fault.times(1)).await.unwrap();
    let refused = caller.signed("POST", "/wallets", WALLET);
    assert_eq!(refused.refusal(), (429, "Too Many Requests"));
    assert!(refused.headers.contains("retry-after: 2"), "{}", refused.headers);
    assert_eq!(wallets(&caller), 0);
    assert_eq!(caller.signed("POST", "/wallets", WALLET).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_after_the_fact_is_answered_for_a_call_that_was_performed() {
    let (emulator, caller) = start().await;
    let fault = Fault::status_after(504).on("createWallet");
    emulator.admin().faults().arm(fault).await.unwrap();
    assert_eq!(
        caller.signed("POST", "/wallets", WALLET).refusal(),
        (504, "Gateway Timeout")
    );
    assert_eq!(wallets(&caller), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_can_come_with_the_page_of_a_proxy() {
    let (emulator, caller) = start().await;
    let fault = json!({ "effect": { "kind": "Status", "status": 502, "html": "<h1>Bad Gateway</h1>" } });
    let armed = send(
        &emulator.url(),
        "POST",
        "/__admin/faults",
        &[],
        fault.to_string().as_bytes(),
    );
    assert_eq!(armed.body["id"], "fault-1", "{armed:?}");
    let answer = String::from_utf8(raw(&caller)).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 502 ") && answer.ends_with("\r\n\r\n<h1>Bad Gateway</h1>"),
        "{answer}"
    );
    assert!(answer.contains("content-type: text/html"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_call_is_performed_or_not_as_the_fault_says() {
    for (when, performed) in [(When::Before, 0), (When::After, 1)] {
        let (emulator, caller) = start().await;
        emulator
            .admin()
            .faults()
            .arm(Fault::drop(when).on("createWallet"))
            .await
            .unwrap();
        let declared = support::Declared {
            method: "POST",
            path: "/wallets",
            payload: WALLET,
        };
        let (action, bearer) = (caller.sign(declared), format!("Bearer {}", caller.token));
        let headers = [
            ("authorization", bearer.as_str()),
            ("x-dfns-useraction", action.as_str()),
        ];
        assert_eq!(
            exchange(&caller.url, "POST", "/wallets", &headers, WALLET.as_bytes()),
            b""
        );
        assert_eq!(wallets(&caller), performed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_nth_call_of_the_operation_is_struck() {
    let (emulator, caller) = start().await;
    emulator
        .admin()
        .faults()
        .arm(Fault::status(500).on("listWallets").nth(3))
        .await
        .unwrap();
    let read = || caller.call("GET", "/wallets", "").status;
    assert_eq!(
        [read(), caller.call("GET", "/keys", "").status, read(), read(), read()],
        [200, 200, 200, 500, 200]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_share_of_calls_is_struck_in_every_run() {
    let run = async || {
        let (emulator, caller) = start().await;
        emulator
            .admin()
            .faults()
            .arm(Fault::status(503).probability(0.5, 3))
            .await
            .unwrap();
        (0..16)
            .map(|_| caller.call("GET", "/wallets", "").status)
            .collect::<Vec<_>>()
    };
    let first = run().await;
    assert!(first.contains(&200) && first.contains(&503), "{first:?}");
    assert_eq!(first, run().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_call_waits_until_it_is_released() {
    let (emulator, caller) = start().await;
    let admin = emulator.admin();
    let id = admin.faults().arm(Fault::delay(When::Before).times(1)).await.unwrap();
    let reading = read_aside(&caller);
    admin.faults().waiting(&id, 1).await.unwrap();
    assert!(!reading.is_finished());
    assert_eq!(caller.call("GET", "/wallets", "").status, 200, "others are not held up");
    admin.faults().release(&id).await.unwrap();
    assert_eq!(reading.join().unwrap().status, 200);
    let shown = &admin.faults().list().await.unwrap()[0];
    assert_eq!((shown.struck, shown.waiting), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_call_waits_for_the_clock_of_the_emulator() {
    let (emulator, caller) = start().await;
    let admin = emulator.admin();
    let fault = Fault::delay_by_clock(When::After, Duration::from_secs(3_600));
    let id = admin.faults().arm(fault.times(1)).await.unwrap();
    let reading = read_aside(&caller);
    admin.faults().waiting(&id, 1).await.unwrap();
    admin.advance(Duration::from_secs(3_599)).await.unwrap();
    assert!(!reading.is_finished());
    admin.advance(Duration::from_secs(1)).await.unwrap();
    assert_eq!(reading.join().unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_waits_is_performed_even_if_its_caller_has_given_up() {
    use std::io::Write as _;

    let (emulator, caller) = start().await;
    let admin = emulator.admin();
    let id = admin
        .faults()
        .arm(Fault::delay(When::Before).on("createWallet"))
        .await
        .unwrap();
    let declared = support::Declared {
        method: "POST",
        path: "/wallets",
        payload: WALLET,
    };
    let (action, address) = (caller.sign(declared), caller.url.strip_prefix("http://").unwrap());
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let (token, length) = (&caller.token, WALLET.len());
    let request = format!(
        "POST /wallets HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nx-dfns-useraction: {action}\r\ncontent-length: {length}\r\n\r\n{WALLET}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    admin.faults().waiting(&id, 1).await.unwrap();
    drop(stream);
    assert_eq!(wallets(&caller), 0);
    admin.faults().remove(&id).await.unwrap();
    // It goes on in its own time; a call of the same emulator comes after it sooner or later.
    let mut count = 0;
    while count == 0 {
        count = wallets(&caller);
        tokio::task::yield_now().await;
    }
    assert_eq!(count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_answer_announces_more_than_it_holds() {
    let (emulator, caller) = start().await;
    emulator
        .admin()
        .faults()
        .arm(Fault::truncate_at(5).times(1))
        .await
        .unwrap();
    let answer = String::from_utf8(raw(&caller)).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\n{\"ite"),
        "{answer}"
    );
    assert!(answer.contains("content-length: 12\r\n"), "{answer}");
    assert_eq!(wallets(&caller), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_hold_a_value_that_nobody_knows_yet() {
    let (emulator, caller) = start().await;
    emulator
        .admin()
        .faults()
        .arm(Fault::unknown_value_in("status").on("createWallet"))
        .await
        .unwrap();
    let made = caller.signed("POST", "/wallets", WALLET);
    assert_eq!((made.status, &made.body["status"]), (200, &json!("ValueOfTomorrow")));
    assert_eq!(made.body["network"], "EthereumSepolia");
    let kept = caller.call("GET", &format!("/wallets/{}", made.body["id"].as_str().unwrap()), "");
    assert_eq!(kept.body["status"], "Active", "what is kept is as it should be");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_nobody_knows_goes_where_there_is_a_choice_of_values() {
    let (emulator, caller) = start().await;
    caller.signed("POST", "/wallets", WALLET);
    let admin = emulator.admin();
    admin.faults().arm(Fault::unknown_value()).await.unwrap();
    let list = caller.call("GET", "/wallets", "").body;
    assert_eq!(list["items"][0]["network"], "ValueOfTomorrow", "{list}");
    let without = caller.call("GET", "/wallets/wa-00000-00000-0000000000000000", "");
    assert_eq!(without.status, 404, "a refusal stays what it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_cannot_be_is_refused_with_the_field() {
    let (emulator, _) = start().await;
    for (fault, named) in [
        (Fault::status(500).on("makeWallet"), "operation: makeWallet"),
        (Fault::status(204), "effect.status: 204"),
        (Fault::status(500).probability(2.0, 0), "probability: 2"),
    ] {
        match emulator.admin().faults().arm(fault).await.unwrap_err() {
            AdminError::Refused {
                status: 400, message, ..
            } => assert!(message.starts_with(named), "{message}"),
            other => panic!("{other}"),
        }
    }
    let typo = json!({ "efect": { "kind": "Drop" }, "effect": { "kind": "Drop" } });
    let refused = send(
        &emulator.url(),
        "POST",
        "/__admin/faults",
        &[],
        typo.to_string().as_bytes(),
    );
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(emulator.admin().faults().list().await.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn clearing_the_faults_lets_everything_pass_again() {
    let (emulator, caller) = start().await;
    let admin = emulator.admin();
    let id = admin.faults().arm(Fault::delay(When::Before)).await.unwrap();
    let reading = read_aside(&caller);
    admin.faults().waiting(&id, 1).await.unwrap();
    admin.faults().clear().await.unwrap();
    assert_eq!(reading.join().unwrap().status, 200);
    assert_eq!(caller.call("GET", "/wallets", "").status, 200);
    assert!(matches!(
        admin.faults().struck(&id, 1).await,
        Err(AdminError::Refused { status: 404, .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emulator_stops_although_a_call_waits() {
    let (emulator, caller) = start().await;
    let id = emulator.admin().faults().arm(Fault::delay(When::Before)).await.unwrap();
    let reading = read_aside(&caller);
    emulator.admin().faults().waiting(&id, 1).await.unwrap();
    emulator.stop().await.unwrap();
    assert_eq!(reading.join().unwrap().status, 200);
}
