//! The command: one line of JSON when it is ready, and an answer at the URL in it.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use support::{Signer, send};

/// A running command, ended when the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        let _ended = (self.0.kill(), self.0.wait());
    }
}

/// Starts the command and waits for its line.
fn start(arguments: &[&str]) -> (Running, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dfns-emulator"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = Running(command.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (running, line)
}

/// What a command says that cannot start, after it has been checked that it says so in words and on standard error.
fn refusal(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dfns-emulator"));
    // What it tells on the way is no part of that.
    let output = command.args(arguments).env("RUST_LOG", "warn").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: ") && !said.contains('{'), "{said}");
    said
}

#[test]
fn the_ready_line_is_all_that_a_client_needs() {
    let (_running, line) = start(&["--seed", "7"]);
    let ready: Value = serde_json::from_str(&line).unwrap();
    let field = |name: &str| ready[name].as_str().unwrap_or_else(|| panic!("no {name} in {ready}"));
    assert_eq!(field("admin"), format!("{}/__admin", field("url")));
    assert!(field("orgId").starts_with("or-"));

    let employee = send(field("url"), "GET", "/__admin/employee", &[], b"").body;
    let service = Signer::new(
        field("url"),
        field("authToken"),
        field("credentialId"),
        field("privateKey"),
    );
    let path = format!("/auth/users/{}", employee["userId"].as_str().unwrap());
    let answer = service.signed("PUT", &path, r#"{"isSSORequired":true}"#);
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn the_ready_line_holds_the_documented_fields_in_their_order_and_no_others() {
    let (_running, line) = start(&[]);
    let places = ["url", "admin", "orgId", "authToken", "credentialId", "privateKey"].map(|name| {
        line.find(&format!("\"{name}\":"))
            .unwrap_or_else(|| panic!("no {name} in {line}"))
    });
    assert!(places.is_sorted(), "{line}");
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready.as_object().unwrap().len(), places.len(), "{line}");
}

#[test]
fn with_tls_the_ready_line_has_https_urls_and_the_certificate_to_trust() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let (_running, line) = start(&["--tls", "--tls-ca", file.to_str().unwrap()]);
    let ready: Value = serde_json::from_str(&line).unwrap();
    let field = |name: &str| ready[name].as_str().unwrap_or_else(|| panic!("no {name} in {ready}"));
    assert_eq!(ready.as_object().unwrap().len(), 7, "{line}");
    assert!(field("url").starts_with("https://127.0.0.1:"), "{line}");
    assert_eq!(field("admin"), format!("{}/__admin", field("url")));
    let certificate = field("caCertificate");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), certificate);
    assert!(certificate.lines().all(|line| line.len() <= 64), "{certificate}");

    let admin = dfns_emulator::Admin::with_ca_certificate(field("url"), certificate).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    runtime.block_on(admin.now()).unwrap();
}

#[test]
fn a_certificate_that_cannot_be_written_is_the_end_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("missing").join("ca.pem");
    let file = file.to_str().unwrap();
    assert!(refusal(&["--tls", "--tls-ca", file]).contains(&format!("error: {file}: ")));
}

#[test]
fn the_ready_line_leaves_the_private_key_out_when_a_public_key_is_given() {
    let vectors: Value = serde_json::from_str(include_str!("data/key-credentials.json")).unwrap();
    let pem = vectors["keys"]
        .as_object()
        .and_then(|keys| keys.values().next())
        .and_then(|key| key["publicKeySpkiPem"].as_str())
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("public.pem");
    std::fs::write(&file, pem).unwrap();
    let (_running, line) = start(&["--public-key", file.to_str().unwrap()]);
    assert!(line.contains("\"credentialId\":"), "{line}");
    assert!(!line.contains("privateKey") && !line.contains("PRIVATE KEY"), "{line}");
}

#[test]
fn the_log_goes_to_standard_error_and_is_plain_text_where_nobody_watches() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dfns-emulator"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(command.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(running.0.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("listening address=127.0.0.1:"), "{line:?}");
}

#[test]
fn what_cannot_start_says_why_and_prints_nothing_else() {
    let said = refusal(&["--public-key", "no-such-file.pem"]);
    assert!(said.contains("no-such-file.pem"), "{said}");
}

#[test]
fn an_address_in_use_is_named_with_its_cause() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(&["--listen", &address]);
    assert!(said.contains(&format!("cannot listen on {address}: ")), "{said}");
}

#[test]
fn a_refused_public_key_leaves_no_data_file() {
    let folder = tempfile::tempdir().unwrap();
    let (key, data) = (folder.path().join("key.pem"), folder.path().join("data.db"));
    std::fs::write(&key, "no key").unwrap();
    refusal(&["--public-key", key.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert!(!data.exists());
}

#[test]
fn a_second_process_on_the_same_file_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.db");
    let data = data.to_str().unwrap();
    let (_running, line) = start(&["--data", data]);
    let said = refusal(&["--data", data]);
    assert!(
        said.contains(&format!("{data}: the data file is in use by another emulator")),
        "{said}"
    );
    let ready: Value = serde_json::from_str(&line).unwrap();
    let answer = send(ready["url"].as_str().unwrap(), "GET", "/__admin/clock", &[], b"");
    assert_eq!(answer.status, 200, "the first one goes on");
}

#[cfg(unix)]
#[test]
fn a_terminated_command_closes_its_file_even_while_a_request_hangs() {
    use std::io::Write as _;

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.db");
    let (mut running, line) = start(&["--data", data.to_str().unwrap()]);
    let ready: Value = serde_json::from_str(&line).unwrap();
    let address = ready["url"].as_str().unwrap().strip_prefix("http://").unwrap();
    let mut hanging = std::net::TcpStream::connect(address).unwrap();
    hanging.write_all(b"GET /wallets HTTP/1.1\r\n").unwrap();

    let id = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(running.0.wait().unwrap().success());
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(left, ["data.db"]);
}
