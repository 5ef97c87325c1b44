//! Loads a server with signed transfers: three requests and one signature each, over connections that are kept.
//!
//! ```sh
//! cargo run --release -p dfns-emulator --example load -- --clients 64 --seconds 10
//! ```
//!
//! Without `--url` it starts an emulator in its own process, so that client and server share the machine. With `--url` it
//! loads another server that answers the same three requests, such as a mock of the specification, which checks nothing.
//! It ends by printing one line of JSON.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clap::Parser;
use dfns_emulator::Emulator;
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What to do.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many callers send at once, each over a connection of its own.
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// How long to send, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// End after this many transfers instead.
    #[arg(long)]
    transfers: Option<u64>,
    /// Read the wallet instead of sending transfers: one request an operation.
    #[arg(long)]
    read: bool,
    /// A server that runs already, in place of an emulator of our own.
    #[arg(long)]
    url: Option<String>,
}

/// Who sends, and what.
struct Caller {
    address: String,
    token: String,
    credential_id: String,
    key: Ed25519KeyPair,
    path: String,
    body: String,
}

/// A connection that is kept from request to request.
struct Connection<'a> {
    caller: &'a Caller,
    stream: BufReader<TcpStream>,
}

impl<'a> Connection<'a> {
    fn open(caller: &'a Caller) -> Result<Self, Failure> {
        let stream = TcpStream::connect(&caller.address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            caller,
            stream: BufReader::new(stream),
        })
    }

    fn ask(&mut self, method: &str, path: &str, body: &str, user_action: Option<&str>) -> Result<Value, Failure> {
        let Caller { address, token, .. } = self.caller;
        let signed = user_action
            .map(|action| format!("x-dfns-useraction: {action}\r\n"))
            .unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: \
             application/json\r\naccept: application/json\r\n{signed}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (mut length, mut line, mut status) = (0, String::new(), 0);
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err("the connection was closed".into());
            }
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            if let Some(version) = header.strip_prefix("HTTP/1.1 ") {
                status = version.split(' ').next().unwrap_or_default().parse()?;
            } else if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        if status != 200 {
            return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&answer)).into());
        }
        Ok(serde_json::from_slice(&answer)?)
    }

    /// One signed transfer: challenge, signature, transfer.
    fn transfer(&mut self) -> Result<(), Failure> {
        let Caller { path, body, .. } = self.caller;
        let made = self.signed("POST", path, body)?;
        made["id"].as_str().ok_or("a transfer without an id")?;
        Ok(())
    }

    fn signed(&mut self, method: &str, path: &str, body: &str) -> Result<Value, Failure> {
        let declared = json!({
            "userActionPayload": body, "userActionHttpMethod": method, "userActionHttpPath": path,
        });
        let challenge = self.ask("POST", "/auth/action/init", &declared.to_string(), None)?;
        let client_data = json!({ "type": "key.get", "challenge": challenge["challenge"] }).to_string();
        let completed = json!({
            "challengeIdentifier": challenge["challengeIdentifier"],
            "firstFactor": { "kind": "Key", "credentialAssertion": {
                "credId": self.caller.credential_id,
                "clientData": URL_SAFE_NO_PAD.encode(&client_data),
                "signature": URL_SAFE_NO_PAD.encode(self.caller.key.sign(client_data.as_bytes())),
            } },
        });
        let action = self.ask("POST", "/auth/action", &completed.to_string(), None)?;
        let action = action["userAction"].as_str().ok_or("an answer without a user action")?;
        self.ask(method, path, body, Some(action))
    }
}

/// How much memory this process holds, in KiB, where the operating system says so.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// The caller of an emulator of our own, with a wallet that never runs out.
fn furnish(emulator: &Emulator) -> Result<Caller, Failure> {
    let address = emulator.url().trim_start_matches("http://").to_owned();
    let mut caller = caller_of(
        address,
        emulator.auth_token(),
        emulator.credential_id(),
        emulator.private_key_pem().ok_or("the emulator made no key")?,
    )?;
    let mut connection = Connection::open(&caller)?;
    let wallet = connection.signed("POST", "/wallets", r#"{"network":"Ethereum"}"#)?;
    let fund = json!({ "walletId": wallet["id"], "amount": format!("1{}", "0".repeat(30)) }).to_string();
    connection.ask("POST", "/__admin/faucet", &fund, None)?;
    let (id, own) = (
        wallet["id"].as_str().unwrap_or_default(),
        wallet["address"].as_str().unwrap_or_default(),
    );
    let (path, body) = (
        format!("/wallets/{id}/transfers"),
        json!({ "kind": "Native", "to": own, "amount": "1" }).to_string(),
    );
    drop(connection);
    (caller.path, caller.body) = (path, body);
    Ok(caller)
}

fn caller_of(address: String, token: &str, credential_id: &str, pem: &str) -> Result<Caller, Failure> {
    let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(der).map_err(|_| "the key is not in base64")?;
    let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_| "no Ed25519 key")?;
    Ok(Caller {
        address,
        token: token.to_owned(),
        credential_id: credential_id.to_owned(),
        key,
        path: "/wallets/wa-1f04s-lqc9q-0000000000000001/transfers".to_owned(),
        body: json!({ "kind": "Native", "to": "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf", "amount": "1" })
            .to_string(),
    })
}

/// Sends until the time or the transfers are used up; answers how long each took, in microseconds.
fn load(caller: &Caller, arguments: &Arguments) -> (Vec<u64>, u64, Duration) {
    let (stop, made, errors) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let most = arguments.transfers.unwrap_or(u64::MAX);
    let wallet = caller.path.trim_end_matches("/transfers");
    let started = Instant::now();
    let send = || {
        let mut times = Vec::new();
        let Ok(mut connection) = Connection::open(caller) else {
            errors.fetch_add(1, Ordering::Relaxed);
            return times;
        };
        while !stop.load(Ordering::Relaxed) && made.fetch_add(1, Ordering::Relaxed) < most {
            let begun = Instant::now();
            let done = if arguments.read {
                connection.ask("GET", wallet, "", None).map(drop)
            } else {
                connection.transfer()
            };
            if let Err(error) = done {
                if errors.fetch_add(1, Ordering::Relaxed) == 0 {
                    tell(&format!("first error: {error}"));
                }
                match Connection::open(caller) {
                    Ok(another) => connection = another,
                    Err(_) => return times,
                }
            } else {
                times.push(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
            }
        }
        times
    };
    let times = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..arguments.clients).map(|_| scope.spawn(send)).collect();
        if arguments.transfers.is_none() {
            std::thread::sleep(Duration::from_secs(arguments.seconds));
            stop.store(true, Ordering::Relaxed);
        }
        callers
            .into_iter()
            .flat_map(|caller| caller.join().unwrap_or_default())
            .collect()
    });
    (times, errors.into_inner(), started.elapsed())
}

fn tell(line: &str) {
    // Where standard error is closed there is nobody to tell.
    let _nobody_reads = writeln!(std::io::stderr(), "{line}");
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn report(mut times: Vec<u64>, errors: u64, elapsed: Duration, before: Option<u64>) -> Value {
    times.sort_unstable();
    let at = |part: usize| {
        times
            .get((times.len() * part / 1_000).min(times.len().saturating_sub(1)))
            .copied()
    };
    json!({
        "operations": times.len(), "errors": errors, "seconds": elapsed.as_secs_f64(),
        "operationsPerSecond": (times.len() as f64 / elapsed.as_secs_f64()).round(),
        "p50Microseconds": at(500), "p99Microseconds": at(990),
        "residentKibBefore": before, "residentKibAfter": resident(),
    })
}

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let arguments = Arguments::parse();
    let (emulator, caller) = if let Some(url) = &arguments.url {
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let key = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).map_err(|_| "no key")?;
        (None, caller_of(address, "token", "credential", &STANDARD.encode(key))?)
    } else {
        let emulator = Emulator::start().await?;
        let caller = tokio::task::block_in_place(|| furnish(&emulator))?;
        (Some(emulator), caller)
    };
    let before = resident();
    // The callers block; the emulator's own threads go on beside them.
    let (times, errors, elapsed) = tokio::task::block_in_place(|| load(&caller, &arguments));
    let report = report(times, errors, elapsed, before);
    writeln!(std::io::stdout(), "{report}")?;
    drop(emulator);
    Ok(if errors == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
