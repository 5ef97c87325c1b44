//! What a call leaves in the logs of an application.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dfns::RetryPolicy;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::support::fixtures::{builder, refusal, signed, wallet, wallet_id};
use crate::support::server::{Answer, Server, json};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that is logged while a wallet gets the name `the-new-name`, by whomever, however small.
async fn log_of_a_call(answers: Vec<Answer>) -> String {
    let server = Server::start(answers).await;
    let dfns = builder(&server).retry(RetryPolicy::new().first_delay(Duration::ZERO));
    let dfns = dfns.build().expect("a client");
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = subscriber.set_default();
    let _ = dfns.wallets().update(wallet_id()).name("the-new-name").send().await;
    drop(guard);
    String::from_utf8(log.0.lock().expect("the log").clone()).expect("text")
}

/// The fields that the span of the call has at its end.
fn span(log: &str) -> &str {
    let line = log.lines().rfind(|line| line.contains(": close "));
    let line = line.unwrap_or_else(|| panic!("no span has ended:\n{log}"));
    let fields = line.split_once("dfns{").and_then(|(_, rest)| rest.split_once('}'));
    fields.unwrap_or_else(|| panic!("it is not that of a call: {line}")).0
}

fn milliseconds(span: &str) -> u64 {
    let found = span.split(' ').find_map(|field| field.strip_prefix("elapsed_ms="));
    found.expect(span).parse().expect(span)
}

fn assert_shows_no_secret(log: &str) {
    for secret in [
        "the-auth-token",
        "the-user-action",
        "the-challenge-identifier",
        "the-new-name",
        "the-message",
        "Bearer",
        "signature\":",
    ] {
        assert!(!log.contains(secret), "{secret}:\n{log}");
    }
}

#[tokio::test]
async fn span_of_a_call_says_what_was_called_and_how_it_went_and_no_secret() {
    let mut answers = vec![refusal(503, "the-message")];
    answers.extend(signed(json(200, wallet())));
    let log = log_of_a_call(answers).await;
    let span = span(&log);
    for field in ["operation=\"updateWallet\"", "status=200", "attempts=2"] {
        assert!(span.split(' ').any(|found| found == field), "{field}: {span}");
    }
    assert!(milliseconds(span) < 60_000, "{span}");
    assert!(!span.contains("error="), "{span}");
    assert_shows_no_secret(&log);
}

#[tokio::test]
async fn span_of_a_call_that_fails_says_how_and_no_secret() {
    let log = log_of_a_call(signed(refusal(403, "the-message"))).await;
    let span = span(&log);
    for field in [
        "operation=\"updateWallet\"",
        "status=403",
        "attempts=1",
        "error=\"refused\"",
    ] {
        assert!(span.split(' ').any(|found| found == field), "{field}: {span}");
    }
    milliseconds(span);
    assert_shows_no_secret(&log);
}
