//! Limits of time and rate, and what an application puts around its requests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dfns::http::{HeaderValue, Response, StatusCode};
use dfns::{
    CallOptions as _, CallReport, Dfns, Error, Metrics, Middleware, MiddlewareFuture, Next, OutgoingRequest,
    RequestReport,
};
use dfns::{RetryPolicy, Sent, Signer, SignerFuture, Step};
use serde_json::json;

use crate::support::fixtures::{USER_ACTION, builder, challenge, refusal, signed, signer, wallet, wallet_id};
use crate::support::server::{Answer, Server, json};

const AT_ONCE: RetryPolicy = RetryPolicy::new().first_delay(Duration::ZERO);

/// Never answers.
struct Absent;

impl Signer for Absent {
    fn sign<'a>(&'a self, _: &'a dfns::types::AuthenticationChallenge) -> SignerFuture<'a> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn call_ends_when_its_time_is_over_although_the_signer_takes_longer() {
    let server = Server::start(vec![json(200, challenge())]).await;
    let dfns = builder(&server).signer(Absent).call_timeout(Duration::from_millis(200));
    let update = dfns.build().expect("a client").wallets().update(wallet_id()).name("a");
    let error = update.send().await.expect_err("an error");
    let Error::TimedOut { limit, sent, step, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!((limit.as_millis(), sent, step), (200, Sent::No, Step::Signature));
}

#[tokio::test]
async fn limit_of_zero_is_no_limit() {
    let server = Server::start(Vec::new()).await;
    for (field, builder) in [
        ("timeout", builder(&server).timeout(Duration::ZERO)),
        ("call_timeout", builder(&server).call_timeout(Duration::ZERO)),
        ("rate_limit", builder(&server).rate_limit(0, Duration::from_secs(1))),
        ("rate_limit", builder(&server).rate_limit(1, Duration::ZERO)),
        ("concurrency_limit", builder(&server).concurrency_limit(0)),
    ] {
        match builder.build() {
            Err(Error::Config { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let dfns = builder(&server).build().expect("a client");
    assert!(dfns.with_timeout(Duration::ZERO).is_err() && dfns.with_call_timeout(Duration::ZERO).is_err());
}

#[tokio::test]
async fn requests_are_spaced_over_all_clones_of_a_client() {
    let server = Server::start((0..4).map(|_| json(200, wallet())).collect()).await;
    let dfns = builder(&server)
        .rate_limit(2, Duration::from_secs(1))
        .build()
        .expect("a client");
    let other = dfns.with_retry(RetryPolicy::none());
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    for dfns in [&dfns, &other, &dfns, &other] {
        dfns.wallets().get(wallet_id()).send().await.expect("a wallet");
    }
    assert_eq!(start.elapsed().as_secs(), 1);
}

#[derive(Clone, Default)]
struct Reports(Arc<Mutex<Vec<String>>>);

impl Metrics for Reports {
    fn request(&self, report: &RequestReport) {
        let RequestReport {
            step, attempt, status, ..
        } = report;
        self.push(format!("{} {step:?} {attempt} {status:?}", report.operation.id));
    }

    fn call(&self, report: &CallReport) {
        let CallReport {
            attempts,
            status,
            error,
            ..
        } = report;
        self.push(format!("{}: {attempts} {status:?} {error:?}", report.operation.id));
    }
}

impl Reports {
    fn push(&self, line: String) {
        self.0.lock().expect("the reports").push(line);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().expect("the reports").clone()
    }
}

#[tokio::test]
async fn metrics_are_told_of_every_request_and_every_call() {
    let answers = [
        vec![refusal(503, "no")],
        signed(json(200, wallet())),
        vec![Answer::Close],
    ];
    let server = Server::start(answers.into_iter().flatten().collect()).await;
    let reports = Reports::default();
    let dfns = builder(&server)
        .retry(AT_ONCE)
        .metrics(reports.clone())
        .build()
        .expect("a client");
    dfns.wallets()
        .update(wallet_id())
        .name("a")
        .send()
        .await
        .expect("a wallet");
    let once = dfns.with_retry(RetryPolicy::none());
    once.wallets().get(wallet_id()).send().await.expect_err("an error");
    let expected = [
        "updateWallet Challenge 1 Some(503)",
        "updateWallet Challenge 2 Some(200)",
        "updateWallet Signature 2 Some(200)",
        "updateWallet Call 2 Some(200)",
        "updateWallet: 2 Some(200) None",
        "getWallet Call 1 None",
        "getWallet: 1 None Some(\"transport\")",
    ];
    assert_eq!(reports.lines(), expected);
}

/// Adds a header with a mark, and remembers what it saw.
struct Marking(&'static str, Reports);

impl Middleware for Marking {
    fn handle<'a>(&'a self, mut request: OutgoingRequest, next: Next<'a>) -> MiddlewareFuture<'a> {
        let before = request
            .headers()
            .get("x-mark")
            .map_or("", |mark| mark.to_str().expect("text"));
        let mark = format!("{before}{}", self.0);
        request
            .headers_mut()
            .insert("x-mark", HeaderValue::try_from(mark).expect("a header"));
        let line = format!(
            "{request:?} {} {} {}",
            request.method(),
            request.uri().path(),
            request.body().len()
        );
        Box::pin(async move {
            let answer = next.run(request).await?;
            self.1.push(format!("{}: {line} {}", self.0, answer.status()));
            Ok(answer)
        })
    }
}

#[tokio::test]
async fn middleware_stands_around_every_request_the_first_outermost() {
    let server = Server::start(signed(json(200, wallet()))).await;
    let reports = Reports::default();
    let builder = builder(&server).middleware(Marking("a", reports.clone()));
    let dfns = builder
        .middleware(Marking("b", reports.clone()))
        .build()
        .expect("a client");
    dfns.wallets()
        .update(wallet_id())
        .name("a")
        .send()
        .await
        .expect("a wallet");
    for request in server.received() {
        assert_eq!(request.header("x-mark"), Some("ab"));
    }
    let lines = reports.lines();
    assert_eq!(lines.len(), 6);
    let path = format!("/wallets/{}", wallet_id());
    for (name, line) in ["b", "a"].iter().zip(&lines[4..]) {
        let request = "OutgoingRequest { operation: \"updateWallet\", step: Call, attempt: 1, .. }";
        assert_eq!(*line, format!("{name}: {request} PUT {path} 12 200 OK"));
    }
    assert!(!lines.join(" ").contains(USER_ACTION));
}

/// Answers in the place of the server, at the first attempt with 503.
struct Cached;

impl Middleware for Cached {
    fn handle<'a>(&'a self, request: OutgoingRequest, _: Next<'a>) -> MiddlewareFuture<'a> {
        Box::pin(async move {
            let mut response = Response::new(wallet().to_string().into());
            if request.attempt() == 1 {
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            }
            Ok(response)
        })
    }
}

#[tokio::test]
async fn middleware_may_answer_itself_and_what_it_answers_is_judged_as_any_answer() {
    let server = Server::start(Vec::new()).await;
    let dfns = builder(&server)
        .retry(AT_ONCE)
        .middleware(Cached)
        .build()
        .expect("a client");
    let found = dfns.wallets().get(wallet_id()).send().await.expect("a wallet");
    assert_eq!(found.id, wallet_id());
}

#[tokio::test]
async fn answer_longer_than_the_limit_cannot_be_read_and_is_not_asked_for_again() {
    let server = Server::start(vec![json(200, json!({"name": "x".repeat(2000)}))]).await;
    let dfns = builder(&server)
        .retry(AT_ONCE)
        .longest_answer(1000)
        .build()
        .expect("a client");
    let error = dfns.wallets().get(wallet_id()).send().await.expect_err("an error");
    assert!(matches!(error, Error::Decode { step: Step::Call, .. }), "{error:?}");
    assert!(
        error.report().ends_with("the answer is longer than 1000 bytes"),
        "{}",
        error.report()
    );
}

#[tokio::test]
async fn answer_that_is_no_json_of_the_right_charset_is_an_error_with_a_type() {
    let latin = Answer::Bytes(b"{\"id\":\"wa-\xe4\xf6\xfc\"}".to_vec());
    let utf16 = Answer::Bytes("{}".encode_utf16().flat_map(u16::to_le_bytes).collect());
    let html = Answer::Text(
        200,
        "content-type: text/html\r\n",
        "<html><body>Log in</body></html>".to_owned(),
    );
    let empty = Answer::Text(200, "", String::new());
    for answer in [latin, utf16, html, empty] {
        let server = Server::start(vec![answer]).await;
        let dfns = builder(&server).retry(AT_ONCE).build().expect("a client");
        let error = dfns.wallets().get(wallet_id()).send().await.expect_err("an error");
        assert!(matches!(error, Error::Decode { step: Step::Call, .. }), "{error:?}");
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn argument_that_the_api_would_not_take_is_refused_before_anything_is_sent() {
    let server = Server::start(Vec::new()).await;
    let dfns = builder(&server).build().expect("a client");
    let tags = vec!["good".to_owned(), "not good".to_owned()];
    let error = dfns
        .wallets()
        .tag(wallet_id(), tags)
        .send()
        .await
        .expect_err("an error");
    let Error::Argument {
        operation,
        argument,
        problem,
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!((*operation, argument.as_str()), ("tagWallet", "tags[1]"));
    assert!(problem.starts_with("it has not the form ^["), "{problem}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn argument_is_sent_unchecked_if_the_client_is_told_so() {
    let server = Server::start(signed(json(200, wallet()))).await;
    let dfns = builder(&server).check_arguments(false).build().expect("a client");
    let update = dfns.wallets().update(wallet_id()).name("x".repeat(101));
    update.send().await.expect("a wallet");
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn parameter_of_a_query_beyond_its_limits_is_named_before_anything_is_sent() {
    let server = Server::start(Vec::new()).await;
    let dfns = builder(&server).build().expect("a client");
    let wallets = || dfns.wallets().list();
    for (call, argument, problem) in [
        (wallets().page_size(0), "limit", "it is 0, expected at least 1"),
        (
            wallets().page_token(""),
            "paginationToken",
            "it has 0 characters, expected at least 1",
        ),
        (wallets().owner(""), "owner", "it has 0 characters, expected at least 1"),
    ] {
        match call.send().await {
            Err(Error::Argument {
                argument: found,
                problem: why,
                ..
            }) => {
                assert_eq!((found.as_ref(), why.as_str()), (argument, problem));
            }
            other => panic!("{argument}: {other:?}"),
        }
    }
    let error = dfns.users().list().page_size(201).stream().try_next().await;
    assert!(matches!(error, Err(Error::Argument { .. })), "{error:?}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn call_has_a_time_of_its_own() {
    let server = Server::start(vec![json(200, challenge()), json(200, wallet())]).await;
    let dfns = builder(&server).signer(Absent).build().expect("a client");
    let update = dfns.wallets().update(wallet_id()).name("a");
    let error = update
        .call_timeout(Duration::from_millis(200))
        .await
        .expect_err("an error");
    assert!(
        matches!(error, Error::TimedOut { limit, .. } if limit.as_millis() == 200),
        "{error:?}"
    );
    dfns.wallets()
        .get(wallet_id())
        .await
        .expect("no other call is limited by it");
}

#[tokio::test]
async fn request_of_a_call_has_a_time_of_its_own() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let silent = Dfns::builder()
        .base_url(&url)
        .auth_token("token")
        .build()
        .expect("a client");
    let call = silent.wallets().get(wallet_id()).retry(RetryPolicy::none());
    let error = call.timeout(Duration::from_millis(200)).await.expect_err("an error");
    assert!(
        matches!(error, Error::TimedOut { limit, .. } if limit.as_millis() == 200),
        "{error:?}"
    );
}

#[tokio::test]
async fn call_with_a_limit_of_zero_names_it_and_sends_nothing() {
    let server = Server::start(Vec::new()).await;
    let dfns = builder(&server).build().expect("a client");
    let get = || dfns.wallets().get(wallet_id());
    for (call, name) in [
        (get().timeout(Duration::ZERO), "timeout"),
        (get().call_timeout(Duration::ZERO), "call_timeout"),
    ] {
        match call.await {
            Err(Error::Argument { argument, .. }) => assert_eq!(argument, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn call_is_tried_again_by_its_own_rules_and_signed_by_its_own_signer() {
    let mut answers = signed(refusal(429, "slow down"));
    answers.push(json(200, wallet()));
    let server = Server::start(answers).await;
    let dfns = builder(&server)
        .signer(Absent)
        .retry(AT_ONCE)
        .build()
        .expect("a client");
    let update = dfns.wallets().update(wallet_id()).name("a");
    let update = update.retry(RetryPolicy::none()).signed_by(signer());
    assert!(matches!(update.await, Err(Error::RateLimited { .. })));
    assert_eq!(server.received().len(), 3, "one attempt, signed");
}
