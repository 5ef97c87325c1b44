//! What was acknowledged survives: the command is killed in the middle of its work, again and again, on one data file.
//!
//! `DFNS_KILLS` says how often (default 3; `DFNS_KILLS=100` is the long form).

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]

mod support;

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use support::{Declared, Signer, send};

/// How many callers send transfers at once.
const CALLERS: usize = 4;

struct Running {
    child: Child,
    url: String,
    service: Signer,
}

impl Running {
    /// Starts the command on the data file; the private key is in the first line that it ever printed.
    fn start(data: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dfns-emulator"))
            .args(["--data", data, "--seed", "7"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the file does not open: {line:?}"));
        let field = |name: &str| ready[name].as_str().unwrap_or_else(|| panic!("no {name} in {ready}"));
        let service = Signer::new(
            field("url"),
            field("authToken"),
            field("credentialId"),
            field("privateKey"),
        );
        Self {
            url: field("url").to_owned(),
            service,
            child,
        }
    }

    /// SIGKILL: nothing of the process runs after it.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be dead already, which is as good.
        let _ended = (self.child.kill(), self.child.wait());
    }
}

/// The body of a transfer that its external id names.
fn transfer(to: &str, external_id: &str) -> String {
    json!({ "kind": "Native", "to": to, "amount": "1", "externalId": external_id }).to_string()
}

/// Sends a signed request to a server that may die under it; the answer, if a whole one came.
fn attempt(service: &Signer, path: &str, body: &str) -> Option<(u16, Value)> {
    let tried = std::panic::catch_unwind(|| {
        let declared = Declared {
            method: "POST",
            path,
            payload: body,
        };
        let action = service.sign(declared);
        service.call_with("POST", path, body, Some(&action))
    });
    tried.ok().map(|answer| (answer.status, answer.body))
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_happens_twice_when_the_command_is_killed() {
    let kills: usize = std::env::var("DFNS_KILLS").map_or(3, |text| text.parse().expect("DFNS_KILLS is a number"));
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.db");
    let data = data.to_str().unwrap();
    // Callers whose server dies fail on purpose; only what they noted before counts.
    std::panic::set_hook(Box::new(|_| {}));

    let running = Running::start(data);
    let made = running
        .service
        .signed("POST", "/wallets", r#"{"network":"Ethereum"}"#)
        .body;
    let (wallet, address) = (
        made["id"].as_str().unwrap().to_owned(),
        made["address"].as_str().unwrap().to_owned(),
    );
    let faucet = json!({ "walletId": wallet, "amount": "1000000000000000000000" }).to_string();
    assert_eq!(
        send(&running.url, "POST", "/__admin/faucet", &[], faucet.as_bytes()).status,
        200
    );
    let path = format!("/wallets/{wallet}/transfers");
    drop(running);

    let (acknowledged, sent) = (Mutex::new(HashMap::new()), Mutex::new(Vec::new()));
    for round in 0..kills {
        let mut running = Running::start(data);
        let answers = AtomicUsize::new(0);
        // Another moment in every round: after the first answer, after the fourth, the seventh …
        let moment = 1 + (round * 3) % 11;
        let service = running.service.clone();
        std::thread::scope(|scope| {
            for caller in 0..CALLERS {
                let (service, path, address) = (&service, &path, &address);
                let (acknowledged, sent, answers) = (&acknowledged, &sent, &answers);
                scope.spawn(move || {
                    for number in 0.. {
                        let external_id = format!("{round}-{caller}-{number}");
                        sent.lock().unwrap().push(external_id.clone());
                        let Some((200, made)) = attempt(service, path, &transfer(address, &external_id)) else {
                            return;
                        };
                        let id = made["id"].as_str().unwrap().to_owned();
                        acknowledged.lock().unwrap().insert(external_id, id);
                        answers.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
            while answers.load(Ordering::SeqCst) < moment {
                std::thread::yield_now();
            }
            running.kill();
        });
    }
    let _default = std::panic::take_hook();

    let running = Running::start(data);
    let (acknowledged, sent) = (acknowledged.into_inner().unwrap(), sent.into_inner().unwrap());
    assert!(acknowledged.len() >= kills, "every round acknowledged something");
    for (external_id, id) in &acknowledged {
        let found = running.service.call("GET", &format!("{path}/{id}"), "");
        assert_eq!(
            found.body["externalId"], **external_id,
            "acknowledged, and gone: {found:?}"
        );
    }
    // Sent once more, each is the transfer that it was, if it was.
    for external_id in &sent {
        let again = running.service.signed("POST", &path, &transfer(&address, external_id));
        assert_eq!(again.status, 200, "{again:?}");
        if let Some(id) = acknowledged.get(external_id) {
            assert_eq!(again.body["id"], **id);
        }
    }
    let (mut seen, mut token) = (HashSet::new(), String::new());
    loop {
        let page = running
            .service
            .call("GET", &format!("{path}?limit=500{token}"), "")
            .body;
        for transfer in page["items"].as_array().unwrap() {
            let external_id = transfer["externalId"].as_str().unwrap().to_owned();
            assert!(seen.insert(external_id), "a transfer stands twice: {transfer}");
        }
        match page["nextPageToken"].as_str() {
            Some(next) => token = format!("&paginationToken={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), sent.len());
}
