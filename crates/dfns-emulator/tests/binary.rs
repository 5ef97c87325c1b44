//! The command: one line of JSON when it is ready, and an answer at the URL in it.

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use support::Signer;

/// A running command, ended when the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        let _ended = (self.0.kill(), self.0.wait());
    }
}

#[test]
fn the_ready_line_is_all_that_a_client_needs() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dfns-emulator"));
    command
        .args(["--seed", "7"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut running = Running(command.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let field = |name: &str| ready[name].as_str().unwrap_or_else(|| panic!("no {name} in {ready}"));
    assert_eq!(field("admin"), format!("{}/__admin", field("url")));
    assert!(field("orgId").starts_with("or-"));

    let service = Signer::new(
        field("url"),
        field("authToken"),
        field("credentialId"),
        field("privateKey"),
    );
    let user = ready["employee"]["userId"].as_str().unwrap();
    let answer = service.signed("PUT", &format!("/auth/users/{user}"), r#"{"isSSORequired":true}"#);
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn what_cannot_start_says_why_and_prints_nothing_else() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dfns-emulator"));
    let output = command.args(["--public-key", "no-such-file.pem"]).output().unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no-such-file.pem"), "{said}");
}
