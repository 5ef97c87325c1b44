//! What is tried again, with which bytes, and what an error says after several attempts.

use std::time::Duration;

use dfns::types::{NativeTransfer, Transfer};
use dfns::{Dfns, Error, RetryPolicy, Sent, Step};
use serde_json::{Value, json};

use crate::support::fixtures::{builder, refusal, signed, wallet, wallet_id};
use crate::support::server::{Answer, Received, Server, json};

/// No test waits.
const AT_ONCE: RetryPolicy = RetryPolicy::new().first_delay(Duration::ZERO);

fn client(server: &Server) -> Dfns {
    builder(server).retry(AT_ONCE).build().expect("a client")
}

fn transfer(external_id: &str) -> Value {
    json!({
        "id": "xfr-6qfvs-bdk0i-8eeq3ajm1mg7b2qs",
        "walletId": wallet_id(),
        "network": "EthereumSepolia",
        "requester": {"userId": "us-6qfvs-bdk0i-8eeq3ajm1mg7b2qs"},
        "requestBody": {"kind": "Native", "to": "0x0", "amount": "1"},
        "metadata": {"asset": {"symbol": "ETH", "decimals": 18}},
        "status": "Pending",
        "externalId": external_id,
        "dateRequested": "2026-11-22T14:56:55.123Z",
    })
}

async fn send(dfns: &Dfns, external_id: Option<&str>) -> Result<dfns::types::TransferRequest, Error> {
    let mut native = NativeTransfer::new("0x0", 1_u64);
    native.external_id = external_id.map(str::to_owned);
    dfns.transfers()
        .create(wallet_id(), Transfer::from(native))
        .await?
        .done()
}

/// The requests of the call itself, without those that sign it.
fn transfers(server: &Server) -> Vec<Received> {
    let is_transfer = |request: &Received| request.line.starts_with("POST /wallets/");
    server.received().into_iter().filter(is_transfer).collect()
}

fn attempts(each: Vec<Vec<Answer>>) -> Vec<Answer> {
    each.into_iter().flatten().collect()
}

#[tokio::test]
async fn read_is_tried_again_after_every_passing_failure() {
    for answer in [
        Answer::Close,
        Answer::Cut,
        refusal(429, "slow down"),
        refusal(502, "no"),
        refusal(503, "no"),
        refusal(504, "no"),
    ] {
        let server = Server::start(vec![answer, json(200, wallet())]).await;
        let found = client(&server)
            .wallets()
            .get(wallet_id())
            .send()
            .await
            .expect("a wallet");
        assert_eq!(found.id, wallet_id());
        assert_eq!(server.received().len(), 2);
    }
}

#[tokio::test]
async fn read_is_tried_as_often_as_the_policy_says_and_ends_in_the_last_error() {
    let answers = (500..503)
        .chain([503])
        .map(|status| refusal(status.max(502), "no"))
        .collect();
    let server = Server::start(answers).await;
    let error = client(&server)
        .wallets()
        .get(wallet_id())
        .send()
        .await
        .expect_err("an error");
    assert_eq!(error.refusal().expect("a refusal").status(), 503);
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn write_without_an_external_id_is_not_repeated_once_it_may_have_taken_effect() {
    for answer in [Answer::Close, Answer::Cut, refusal(502, "no")] {
        let server = Server::start(signed(answer)).await;
        let update = client(&server).wallets().update(wallet_id()).name("a");
        let error = update.send().await.expect_err("an error");
        assert_eq!(error.sent(), Sent::Maybe, "{error:?}");
        assert_eq!(error.external_id(), None);
        assert_eq!(server.received().len(), 3);
    }
}

#[tokio::test]
async fn write_is_signed_afresh_and_sent_again_if_it_did_nothing() {
    for first in [
        vec![Answer::Close],
        vec![refusal(503, "no")],
        signed(refusal(429, "slow down")),
    ] {
        let count = first.len();
        let server = Server::start(attempts(vec![first, signed(json(200, wallet()))])).await;
        let update = client(&server).wallets().update(wallet_id()).name("a");
        update.send().await.expect("a wallet");
        assert_eq!(
            server.received().len(),
            count + 3,
            "a challenge and a signature of its own"
        );
    }
}

#[tokio::test]
async fn transfer_gets_an_external_id_that_is_the_same_in_all_attempts() {
    let answers = attempts(vec![
        signed(Answer::Close),
        signed(Answer::Cut),
        signed(refusal(503, "no")),
        signed(json(200, transfer("x"))),
    ]);
    let server = Server::start(answers).await;
    send(&client(&server), None).await.expect("a transfer");
    let sent = transfers(&server);
    assert_eq!(sent.len(), 4);
    let external_id = sent[0].json()["externalId"]
        .as_str()
        .expect("an external id")
        .to_owned();
    assert_eq!(
        (external_id.len(), external_id.as_bytes()[14]),
        (36, b'4'),
        "{external_id}"
    );
    assert!(sent.iter().all(|request| request.body == sent[0].body));
    for (declaration, call) in server.received().iter().step_by(3).zip(&sent) {
        assert_eq!(declaration.json()["userActionPayload"], call.body);
    }
}

#[tokio::test]
async fn two_transfers_get_two_external_ids() {
    let answers = attempts(vec![signed(json(200, transfer("x"))), signed(json(200, transfer("x")))]);
    let server = Server::start(answers).await;
    let dfns = client(&server);
    for _ in 0..2 {
        send(&dfns, None).await.expect("a transfer");
    }
    let sent = transfers(&server);
    assert_ne!(sent[0].json()["externalId"], sent[1].json()["externalId"]);
}

#[tokio::test]
async fn external_id_of_the_caller_is_left_as_it_is() {
    let server = Server::start(attempts(vec![signed(Answer::Close), signed(json(200, transfer("x")))])).await;
    send(&client(&server), Some("order-1")).await.expect("a transfer");
    for request in transfers(&server) {
        let expected = json!({"kind": "Native", "to": "0x0", "amount": "1", "externalId": "order-1"});
        assert_eq!(request.json(), expected);
    }
}

#[tokio::test]
async fn external_ids_can_be_turned_off_and_then_nothing_is_repeated() {
    let server = Server::start(signed(Answer::Close)).await;
    let error = send(&client(&server).with_external_ids(false), None)
        .await
        .expect_err("an error");
    assert_eq!((error.sent(), error.external_id()), (Sent::Maybe, None));
    let expected = json!({"kind": "Native", "to": "0x0", "amount": "1"});
    assert_eq!(transfers(&server)[0].json(), expected);
}

#[tokio::test]
async fn error_names_the_external_id_to_call_again_with() {
    for last in [Answer::Close, refusal(503, "no")] {
        let server = Server::start(signed(last)).await;
        let dfns = client(&server).with_retry(RetryPolicy::none());
        let error = send(&dfns, None).await.expect_err("an error");
        assert_eq!(error.sent(), Sent::Maybe);
        assert_eq!(error.external_id(), transfers(&server)[0].json()["externalId"].as_str());
    }
}

#[tokio::test]
async fn later_failure_does_not_hide_that_an_earlier_attempt_may_have_taken_effect() {
    for last in [
        vec![refusal(401, "expired")],
        signed(refusal(403, "no")),
        vec![json(200, json!({}))],
    ] {
        let server = Server::start(attempts(vec![signed(Answer::Close), last])).await;
        let error = send(&client(&server), None).await.expect_err("an error");
        assert!(matches!(error, Error::Transport { sent: Sent::Maybe, .. }), "{error:?}");
        assert!(error.external_id().is_some());
    }
}

fn conflict(external_id: &str) -> Answer {
    let details = json!({"duplicate": {"id": "xfr-6qfvs-bdk0i-8eeq3ajm1mg7b2qs", "externalId": external_id}});
    let error = json!({"message": "Conflicting transfer with same externalId", "details": details});
    json(409, json!({"error": error}))
}

/// The bytes of the made-up external id are all 7.
const MADE_UP: &str = "07070707-0707-4707-8707-070707070707";

fn predictable(server: &Server) -> Dfns {
    let builder = builder(server).retry(AT_ONCE).randomness(|bytes| bytes.fill(7));
    builder.build().expect("a client")
}

#[tokio::test]
async fn conflict_with_a_made_up_external_id_is_the_transfer_itself() {
    let answers = attempts(vec![
        signed(Answer::Close),
        signed(conflict(MADE_UP)),
        vec![json(200, transfer(MADE_UP))],
    ]);
    let server = Server::start(answers).await;
    let made = send(&predictable(&server), None)
        .await
        .expect("the transfer of the first attempt");
    assert_eq!(made.external_id.as_deref(), Some(MADE_UP));
    let last = server.received().pop().expect("a request");
    let expected = format!(
        "GET /wallets/{}/transfers/xfr-6qfvs-bdk0i-8eeq3ajm1mg7b2qs HTTP/1.1",
        wallet_id()
    );
    assert_eq!(last.line, expected);
    assert_eq!(last.header("x-dfns-useraction"), None);
}

#[tokio::test]
async fn conflict_stays_one_if_what_is_there_cannot_be_read_or_is_not_ours() {
    let unreadable = attempts(vec![
        signed(Answer::Close),
        signed(conflict(MADE_UP)),
        vec![refusal(403, "no")],
    ]);
    let foreign = attempts(vec![signed(Answer::Close), signed(conflict("order-1"))]);
    for (answers, external_id) in [(unreadable, None), (foreign, Some("order-1"))] {
        let server = Server::start(answers).await;
        let error = send(&predictable(&server), external_id).await.expect_err("an error");
        assert!(error.is_conflict(), "{error:?}");
        assert_eq!(
            error.duplicate().expect("a duplicate").id,
            "xfr-6qfvs-bdk0i-8eeq3ajm1mg7b2qs"
        );
        assert_eq!(error.external_id(), Some(external_id.unwrap_or(MADE_UP)));
    }
}

#[tokio::test(start_paused = true)]
async fn wait_that_the_api_asks_for_is_waited_for() {
    let limited = || Answer::Text(429, "retry-after: 7\r\n", String::new());
    let server = Server::start(vec![limited(), limited(), json(200, wallet())]).await;
    let start = tokio::time::Instant::now();
    client(&server)
        .wallets()
        .get(wallet_id())
        .send()
        .await
        .expect("a wallet");
    assert_eq!(start.elapsed().as_secs(), 14);
}

#[tokio::test]
async fn wait_that_is_too_long_is_for_the_caller_to_decide() {
    let server = Server::start(vec![Answer::Text(429, "retry-after: 61\r\n", String::new())]).await;
    let error = client(&server)
        .wallets()
        .get(wallet_id())
        .send()
        .await
        .expect_err("an error");
    let Error::RateLimited { retry_after, step, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!((retry_after, step), (Some(Duration::from_secs(61)), Step::Call));
}

#[tokio::test]
async fn delay_that_goes_beyond_the_time_of_the_call_is_not_waited_for() {
    let server = Server::start(vec![Answer::Text(429, "retry-after: 7\r\n", String::new())]).await;
    let dfns = client(&server)
        .with_call_timeout(Duration::from_secs(5))
        .expect("a limit");
    let error = dfns.wallets().get(wallet_id()).send().await.expect_err("an error");
    assert!(error.is_rate_limited(), "{error:?}");
}
