//! What comes over a connection in another way than most clients send it.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use dfns_emulator::Emulator;
use support::{Declared, Signer, send};

fn connect(emulator: &Emulator) -> TcpStream {
    let url = emulator.url();
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn head(service: &Signer, request: &str) -> String {
    format!(
        "{request} HTTP/1.1\r\nhost: emulator\r\nauthorization: Bearer {}\r\n",
        service.token
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_has_closed_their_half_of_the_connection_hears_the_answer() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    for _ in 0..5 {
        let mut stream = connect(&emulator);
        write!(stream, "{}\r\n", head(&service, "GET /wallets")).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"items":[]}"#),
            "{answer:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn requests_that_come_at_once_are_answered_one_after_the_other() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let mut stream = connect(&emulator);
    let (read, last) = (
        head(&service, "GET /wallets"),
        head(&service, "GET /wallets/wa-00000-00000-00000000000000"),
    );
    write!(stream, "{read}\r\n{read}\r\n{last}connection: close\r\n\r\n").unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    let statuses: Vec<&str> = answers
        .match_indices("HTTP/1.1 ")
        .map(|(at, _)| &answers[at + 9..at + 12])
        .collect();
    assert_eq!(statuses, ["200", "200", "404"], "{answers}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_sends_far_too_much_is_heard_out_and_told() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let mut stream = connect(&emulator);
    let length = 40_000_000_usize;
    write!(
        stream,
        "{}content-length: {length}\r\n\r\n",
        head(&service, "POST /auth/action/init")
    )
    .unwrap();
    let part = vec![b' '; 1_000_000];
    for _ in 0..length / part.len() {
        stream.write_all(&part).unwrap();
    }
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_asks_before_sending_too_much_need_not_send_it() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let mut stream = connect(&emulator);
    let head = head(&service, "POST /auth/action/init");
    write!(stream, "{head}expect: 100-continue\r\ncontent-length: 10000001\r\n\r\n").unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_that_comes_twice_is_none() {
    let emulator = Emulator::start().await.unwrap();
    let service = Signer::service_account(&emulator);
    let good = format!("Bearer {}", service.token);
    for pair in [[good.as_str(), "Bearer x"], ["Bearer x", &good], [&good, &good]] {
        let headers = pair.map(|value| ("authorization", value));
        let answer = send(&emulator.url(), "GET", "/wallets", &headers, b"");
        assert_eq!(answer.refusal(), (401, "user token is missing or invalid"), "{pair:?}");
    }
    let body = r#"{"network":"EthereumSepolia"}"#;
    let declared = Declared {
        method: "POST",
        path: "/wallets",
        payload: body,
    };
    let action = service.sign(declared);
    let headers = [
        ("authorization", good.as_str()),
        ("x-dfns-useraction", &action),
        ("x-dfns-useraction", "x"),
    ];
    let refused = send(&emulator.url(), "POST", "/wallets", &headers, body.as_bytes());
    assert_eq!(refused.refusal(), (403, "user action signature is missing or invalid"));
    let taken = send(&emulator.url(), "POST", "/wallets", &headers[..2], body.as_bytes());
    assert_eq!(taken.status, 200, "{taken:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_method_that_a_path_has_not_is_refused_with_those_that_it_has() {
    let emulator = Emulator::start().await.unwrap();
    for (method, path, allowed) in [
        ("PATCH", "/wallets", "allow: get, post\r\n"),
        ("HEAD", "/wallets", "allow: get, post\r\n"),
        ("DELETE", "/__admin/clock/advance", "allow: post\r\n"),
    ] {
        let answer = send(&emulator.url(), method, path, &[], b"");
        assert_eq!(answer.status, 405, "{answer:?}");
        assert!(
            format!("{}\r\n", answer.headers).contains(allowed),
            "{}",
            answer.headers
        );
    }
}
