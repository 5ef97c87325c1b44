//! Through a proxy that opens a tunnel, and what becomes of a call if it does not.

use std::time::Duration;

use dfns::{Dfns, DfnsBuilder, Error, RetryPolicy, Sent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::support::fixtures::{TOKEN, wallet, wallet_id};
use crate::support::server::{self, Server, json};
use crate::support::tls;

const OPEN: &str = "HTTP/1.1 200 Connected\r\n\r\n";

/// Gives these answers, one a connection, and opens a tunnel after one that says so; afterwards it accepts no connection.
/// Yields what it was asked.
async fn proxy(answers: Vec<&'static str>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let serving = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut client, _) = listener.accept().await.expect("a connection");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await.expect("a request"));
            }
            let head = String::from_utf8(head).expect("text");
            client.write_all(answer.as_bytes()).await.expect("an answer");
            if answer == OPEN {
                let target = head.split(' ').nth(1).expect("a target");
                let mut server = TcpStream::connect(target).await.expect("the server");
                // Which side closes first is not the matter here.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            }
            asked.push(head);
        }
        asked
    });
    (address, serving)
}

fn client(url: &str, proxy: &str) -> DfnsBuilder {
    let builder = Dfns::builder().base_url(url).auth_token(TOKEN).proxy(proxy);
    builder.retry(RetryPolicy::new().first_delay(Duration::ZERO))
}

async fn get(builder: DfnsBuilder) -> Result<(), Error> {
    builder.build()?.wallets().get(wallet_id()).send().await.map(drop)
}

/// How a call ends with a proxy that answers so once, and accepts no second connection.
async fn failure(answer: &'static str) -> String {
    let (address, serving) = proxy(vec![answer]).await;
    let builder = client(
        "https://api.example.test",
        &format!("http://user:the-password@{address}"),
    );
    let error = get(builder.retry(RetryPolicy::none())).await.expect_err("no tunnel");
    serving.await.expect("the proxy");
    assert!(matches!(error, Error::Transport { sent: Sent::No, .. }), "{error:?}");
    let shown = format!("{error:?} {}", error.report());
    assert!(
        !shown.contains("the-password") && !shown.contains("dXNlcjp0aGU"),
        "{shown}"
    );
    error.report()
}

#[tokio::test]
async fn request_goes_in_tls_through_a_tunnel_that_is_asked_for_with_credentials() {
    let (server_address, server) = tls::serve_a_wallet().await;
    let (address, serving) = proxy(vec![OPEN]).await;
    let builder = client(
        &format!("https://{server_address}"),
        &format!("http://user:pw@{address}"),
    );
    get(builder.root_certificate_pem(tls::authority_pem()))
        .await
        .expect("a wallet");
    let request = server.await.expect("the server").expect("a request");
    assert_eq!(request.header("host"), Some(server_address.to_string().as_str()));
    assert_eq!(request.header("proxy-authorization"), None);
    let expected = format!(
        "CONNECT {server_address} HTTP/1.1\r\nHost: {server_address}\r\nProxy-Authorization: Basic dXNlcjpwdw==\r\n\r\n"
    );
    assert_eq!(serving.await.expect("the proxy"), [expected]);
}

#[tokio::test]
async fn certificate_behind_a_proxy_must_be_that_of_the_api() {
    let (server_address, server) = tls::serve_a_wallet().await;
    let (address, _serving) = proxy(vec![OPEN]).await;
    let builder = client(&format!("https://{server_address}"), &format!("http://{address}"));
    let error = get(builder).await.expect_err("an unknown authority");
    assert!(matches!(error, Error::Transport { sent: Sent::No, .. }), "{error:?}");
    assert!(error.report().contains("UnknownIssuer"), "{}", error.report());
    server.await.expect("the server").expect_err("no request");
}

#[tokio::test]
async fn proxy_without_credentials_is_sent_none() {
    let server = Server::start(vec![json(200, wallet())]).await;
    let (address, serving) = proxy(vec![OPEN]).await;
    get(client(&server.url, &format!("http://{address}")))
        .await
        .expect("a wallet");
    let target = server.url.trim_start_matches("http://");
    let expected = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
    assert_eq!(serving.await.expect("the proxy"), [expected]);
}

#[tokio::test]
async fn requests_one_after_another_share_a_tunnel() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (address, serving) = proxy(vec![OPEN]).await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        for _ in 0..3 {
            server::read(&mut stream).await;
            server::write(&mut stream, &wallet()).await;
        }
    });
    let dfns = client(&url, &format!("http://{address}")).build().expect("a client");
    for _ in 0..3 {
        dfns.wallets().get(wallet_id()).send().await.expect("a wallet");
    }
    server.await.expect("the server");
    drop(dfns);
    assert_eq!(serving.await.expect("the proxy").len(), 1);
}

#[tokio::test]
async fn call_that_the_proxy_does_not_let_through_was_not_sent() {
    let report = failure("HTTP/1.1 407 the-password\r\nProxy-Authenticate: Basic\r\n\r\n").await;
    let expected =
        "the proxy refused to open a tunnel, with status 407: it wants credentials, or others than it was given";
    assert!(report.ends_with(expected), "{report}");
    let report = failure("HTTP/1.1 502 x\r\nContent-Length: 1\r\n\r\nx").await;
    assert!(
        report.ends_with("refused to open a tunnel, with status 502"),
        "{report}"
    );
}

#[tokio::test]
async fn answer_that_is_none_of_a_proxy_is_told_apart_from_none() {
    let malformed = "the proxy gave a malformed answer, expected one of HTTP/1.1 to `CONNECT`";
    for garbage in ["220 the-password", "HTTP/1.1 what\r\n\r\n"] {
        let report = failure(garbage).await;
        assert!(report.ends_with(malformed), "{report}");
    }
    for nothing in ["", "HTTP/1.1 200"] {
        let report = failure(nothing).await;
        let expected = "the connection to the proxy was lost before there was a tunnel: ";
        assert!(report.contains(expected), "{report}");
    }
}

#[tokio::test]
async fn answer_without_an_end_is_not_read_for_ever() {
    static LONG: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| format!("HTTP/1.1 200 {}", "x".repeat(8192)));
    let report = failure(&LONG).await;
    assert!(report.contains("the proxy gave a malformed answer"), "{report}");
}

#[tokio::test]
async fn proxy_that_nobody_answers_at_is_told_apart_from_an_api_that_is_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let builder = client("https://api.example.test", &format!("http://{address}"));
    let error = get(builder).await.expect_err("nobody");
    assert!(matches!(error, Error::Transport { sent: Sent::No, .. }), "{error:?}");
    assert!(
        error.report().contains("the proxy cannot be reached: "),
        "{}",
        error.report()
    );
}

#[tokio::test]
async fn proxy_is_asked_again_if_its_refusal_may_pass_and_only_then() {
    let server = Server::start(vec![json(200, wallet())]).await;
    let busy = "HTTP/1.1 503 x\r\n\r\n";
    let (address, serving) = proxy(vec![busy, OPEN]).await;
    get(client(&server.url, &format!("http://{address}")))
        .await
        .expect("a wallet");
    assert_eq!(serving.await.expect("the proxy").len(), 2);

    for (answer, expected) in [
        ("HTTP/1.1 403 x\r\n\r\n", "with status 403"),
        ("220 hello", "HTTP/1.1 to `CONNECT`"),
    ] {
        let (address, serving) = proxy(vec![answer]).await;
        let error = get(client(&server.url, &format!("http://{address}")))
            .await
            .expect_err("a refusal");
        // A second attempt would find nobody there.
        assert!(error.report().ends_with(expected), "{}", error.report());
        serving.await.expect("the proxy");
    }
}

#[tokio::test]
async fn api_on_this_machine_is_reached_directly_whatever_the_environment_says() {
    let server = Server::start(vec![json(200, wallet())]).await;
    let builder = Dfns::builder().base_url(&server.url).auth_token(TOKEN);
    get(builder.proxy_from_environment()).await.expect("a wallet");
}

#[test]
fn environment_is_read_when_the_client_is_built() {
    const INNER: &str = "DFNS_TEST_ENVIRONMENT_IS_SET";
    if std::env::var_os(INNER).is_some() {
        match Dfns::builder().proxy_from_environment().build() {
            Err(Error::Config {
                field: "proxy_from_environment",
                problem,
                ..
            }) => assert!(problem.starts_with("HTTPS_PROXY: it is no proxy"), "{problem}"),
            other => panic!("{other:?}"),
        }
        Dfns::builder().build().expect("a client that is not asked to read it");
        return;
    }
    // An environment belongs to a whole process: this test runs once more, in one of its own.
    let tests = std::env::current_exe().expect("this program");
    let output = std::process::Command::new(tests)
        .args(["--exact", "proxies::environment_is_read_when_the_client_is_built"])
        .env(INNER, "1")
        .env("HTTPS_PROXY", "socks5://proxy.example.test:1080")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .expect("a process");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn proxy_that_is_none_is_a_wrong_setting_and_not_shown() {
    let wrong = Dfns::builder().proxy("socks5://user:the-password@proxy:1080");
    let shown = format!("{wrong:?}");
    assert!(
        shown.contains("proxy: \"set\"") && !shown.contains("the-password"),
        "{shown}"
    );
    match wrong.build() {
        Err(Error::Config {
            field: "proxy",
            problem,
            ..
        }) => assert!(!problem.contains("the-password"), "{problem}"),
        other => panic!("{other:?}"),
    }
}

#[cfg(feature = "reqwest")]
#[test]
fn proxy_beside_a_client_of_ones_own_is_refused() {
    let builder = || Dfns::builder().http_client(reqwest::Client::new());
    for (expected, builder) in [
        ("proxy", builder().proxy("http://127.0.0.1:1")),
        ("proxy_from_environment", builder().proxy_from_environment()),
    ] {
        match builder.build() {
            Err(Error::Config { field, .. }) => assert_eq!(field, expected),
            other => panic!("{other:?}"),
        }
    }
}
