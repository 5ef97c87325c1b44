//! Connections: kept, lost and silent ones, and that nothing is sent twice.

use std::future::Future as _;
use std::time::Duration;

use dfns::{Dfns, DfnsBuilder, Error, RetryPolicy, Sent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::fixtures::{TOKEN, wallet, wallet_id};
use crate::support::server;

async fn listen(scheme: &str) -> (TcpListener, DfnsBuilder) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("{scheme}://{}", listener.local_addr().expect("an address"));
    let builder = Dfns::builder().base_url(url).auth_token(TOKEN);
    (listener, builder.retry(RetryPolicy::none()))
}

async fn get(dfns: &Dfns) -> Result<(), Error> {
    dfns.wallets().get(wallet_id()).send().await.map(drop)
}

/// True if a connection is waiting to be accepted.
async fn is_called(listener: &TcpListener) -> bool {
    let mut accept = std::pin::pin!(listener.accept());
    std::future::poll_fn(|context| std::task::Poll::Ready(accept.as_mut().poll(context).is_ready())).await
}

#[tokio::test]
async fn requests_one_after_another_share_a_connection() {
    let (listener, builder) = listen("http").await;
    let dfns = builder.build().expect("a client");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        for _ in 0..3 {
            server::read(&mut stream).await;
            server::write(&mut stream, &wallet()).await;
        }
        is_called(&listener).await
    });
    for _ in 0..3 {
        get(&dfns).await.expect("a wallet");
    }
    assert!(!server.await.expect("the server"), "a second connection");
}

#[tokio::test]
async fn connection_that_the_server_closed_while_it_was_idle_is_replaced() {
    let (listener, builder) = listen("http").await;
    let dfns = builder.build().expect("a client");
    let (closed, is_closed) = tokio::sync::oneshot::channel();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        server::read(&mut stream).await;
        server::write(&mut stream, &wallet()).await;
        stream.shutdown().await.expect("a closed connection");
        assert_eq!(
            stream.read(&mut [0]).await.expect("the end"),
            0,
            "the client closes too"
        );
        closed.send(()).expect("a test that waits");
        let (mut stream, _) = listener.accept().await.expect("another connection");
        server::read(&mut stream).await;
        server::write(&mut stream, &wallet()).await;
    });
    get(&dfns).await.expect("a wallet");
    is_closed.await.expect("a closed connection");
    get(&dfns).await.expect("a wallet");
    server.await.expect("the server");
}

#[tokio::test]
async fn request_on_a_kept_connection_that_closes_without_an_answer_is_not_sent_again() {
    let (listener, builder) = listen("http").await;
    let dfns = builder.build().expect("a client");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        server::read(&mut stream).await;
        server::write(&mut stream, &wallet()).await;
        server::read(&mut stream).await;
        listener
    });
    get(&dfns).await.expect("a wallet");
    let error = get(&dfns).await.expect_err("no answer");
    assert!(matches!(error, Error::Transport { sent: Sent::Maybe, .. }), "{error:?}");
    assert!(!error.is_timeout());
    let listener = server.await.expect("the server");
    assert!(!is_called(&listener).await, "the request came again");
}

/// Keeps the connection open, and has the time limit of the other side pass at once.
async fn stall(connection: TcpStream) {
    tokio::time::pause();
    std::future::pending::<()>().await;
    drop(connection);
}

#[tokio::test]
async fn request_without_an_answer_in_time_may_have_been_sent() {
    let (listener, builder) = listen("http").await;
    let dfns = builder.timeout(Duration::from_secs(7)).build().expect("a client");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        server::read(&mut stream).await;
        stall(stream).await;
    });
    let error = get(&dfns).await.expect_err("no answer");
    server.abort();
    assert!(error.is_timeout(), "{error:?}");
    assert!(matches!(error, Error::TimedOut { sent: Sent::Maybe, .. }), "{error:?}");
    let expected = "getWallet: not done within 7s; the request may have taken effect";
    assert_eq!(error.report(), expected);
}

#[tokio::test]
async fn request_that_found_no_secure_connection_in_time_was_not_sent() {
    let (listener, builder) = listen("https").await;
    let dfns = builder.build().expect("a client");
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        stall(stream).await;
    });
    let error = get(&dfns).await.expect_err("no answer");
    server.abort();
    assert!(error.is_timeout(), "{error:?}");
    assert!(matches!(error, Error::TimedOut { sent: Sent::No, .. }), "{error:?}");
}

#[tokio::test]
async fn answer_that_stops_half_way_ends_with_the_time_limit_of_the_request() {
    let (listener, builder) = listen("http").await;
    let dfns = builder.build().expect("a client");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        server::read(&mut stream).await;
        let half = b"HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\n{\"id\":";
        stream.write_all(half).await.expect("half an answer");
        stall(stream).await;
    });
    let error = get(&dfns).await.expect_err("no answer");
    server.abort();
    assert!(error.is_timeout(), "{error:?}");
    assert!(matches!(error, Error::TimedOut { sent: Sent::Maybe, .. }), "{error:?}");
    assert!(error.report().contains("not done within 30s"), "{}", error.report());
}

#[tokio::test]
async fn clients_with_different_tokens_share_a_connection() {
    let (listener, builder) = listen("http").await;
    let first = builder.build().expect("a client");
    let second = first.with_auth_token("eyJ.other.x").expect("a client");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        for _ in 0..2 {
            server::read(&mut stream).await;
            server::write(&mut stream, &wallet()).await;
        }
    });
    get(&first).await.expect("a wallet");
    get(&second).await.expect("a wallet");
    server.await.expect("the server");
}
