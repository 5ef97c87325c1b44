//! A caller that costs little: HTTP/1.1 by hand over one connection that is kept, one Ed25519 signature a transfer.

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dfns_emulator::Emulator;
use ring::signature::Ed25519KeyPair;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::measure::Histogram;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Who sends, and what: the same for all connections.
pub(crate) struct Caller {
    address: String,
    token: String,
    credential_id: String,
    key: Ed25519KeyPair,
    wallet: String,
    /// The body of every transfer.
    body: String,
}

impl Caller {
    /// A caller of an emulator of our own, with a wallet that never runs out.
    pub(crate) async fn furnished(emulator: &Emulator) -> Result<Self, Failure> {
        let pem = emulator.private_key_pem().ok_or("the emulator made no key")?;
        let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let mut caller = Self::new(
            emulator.url().trim_start_matches("http://"),
            (emulator.auth_token(), emulator.credential_id()),
            &STANDARD.decode(der).map_err(|_| "the key is not in base64")?,
        )?;
        let mut connection = Connection::open(&caller).await?;
        let wallet: Value = connection.signed("/wallets", r#"{"network":"Ethereum"}"#).await?;
        let fund = json!({ "walletId": wallet["id"], "amount": format!("1{}", "0".repeat(30)) }).to_string();
        let _funded: Value = connection.ask("POST", "/__admin/faucet", &fund, None).await?;
        let text = |name: &str| wallet[name].as_str().unwrap_or_default().to_owned();
        let body = json!({ "kind": "Native", "to": text("address"), "amount": "1" }).to_string();
        drop(connection);
        (caller.wallet, caller.body) = (text("id"), body);
        Ok(caller)
    }

    /// A caller of a server that knows nobody.
    pub(crate) fn unknown(address: &str) -> Result<Self, Failure> {
        let key = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).map_err(|_| "no key")?;
        Self::new(address, ("token", "credential"), key.as_ref())
    }

    fn new(address: &str, (token, credential_id): (&str, &str), key: &[u8]) -> Result<Self, Failure> {
        Ok(Self {
            address: address.to_owned(),
            token: token.to_owned(),
            credential_id: credential_id.to_owned(),
            key: Ed25519KeyPair::from_pkcs8_maybe_unchecked(key).map_err(|_| "no Ed25519 key")?,
            wallet: "wa-1f04s-lqc9q-0000000000000001".to_owned(),
            body: json!({ "kind": "Native", "to": "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf", "amount": "1" })
                .to_string(),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Challenge {
    challenge: String,
    challenge_identifier: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Action {
    user_action: String,
}

/// What a transfer and a wallet have in common.
#[derive(Deserialize)]
pub(crate) struct Entity {
    pub(crate) id: String,
}

/// One page of the transfers of the wallet.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransferPage {
    items: Vec<Entity>,
    next_page_token: Option<String>,
}

/// A connection that is kept from request to request.
pub(crate) struct Connection<'a> {
    caller: &'a Caller,
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
    /// How long each request took.
    pub(crate) requests: Histogram,
}

impl<'a> Connection<'a> {
    pub(crate) async fn open(caller: &'a Caller) -> Result<Self, Failure> {
        let stream = TcpStream::connect(&caller.address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            caller,
            stream,
            request: Vec::new(),
            answer: Vec::new(),
            requests: Histogram::default(),
        })
    }

    /// Takes another connection in the place of one that failed.
    pub(crate) async fn reopen(&mut self) -> Result<(), Failure> {
        self.stream = TcpStream::connect(&self.caller.address).await?;
        Ok(self.stream.set_nodelay(true)?)
    }

    /// Reads the wallet: one request.
    pub(crate) async fn read(&mut self) -> Result<String, Failure> {
        let path = format!("/wallets/{}", self.caller.wallet);
        let wallet: Entity = self.ask("GET", &path, "", None).await?;
        Ok(wallet.id)
    }

    /// One signed transfer: challenge, signature, transfer. Answers its id.
    pub(crate) async fn transfer(&mut self) -> Result<String, Failure> {
        let path = format!("/wallets/{}/transfers", self.caller.wallet);
        let made: Entity = self.signed(&path, &self.caller.body).await?;
        Ok(made.id)
    }

    /// The ids of all transfers of the wallet, newest first.
    pub(crate) async fn transfers(&mut self) -> Result<Vec<String>, Failure> {
        let (mut ids, mut query) = (Vec::new(), String::new());
        loop {
            let path = format!("/wallets/{}/transfers?limit=500{query}", self.caller.wallet);
            let page: TransferPage = self.ask("GET", &path, "", None).await?;
            ids.extend(page.items.into_iter().map(|transfer| transfer.id));
            match page.next_page_token {
                Some(token) => query = format!("&paginationToken={token}"),
                None => return Ok(ids),
            }
        }
    }

    async fn signed<T: for<'de> Deserialize<'de>>(&mut self, path: &str, body: &str) -> Result<T, Failure> {
        let declared = json!({
            "userActionPayload": body, "userActionHttpMethod": "POST", "userActionHttpPath": path,
        });
        let challenge: Challenge = self
            .ask("POST", "/auth/action/init", &declared.to_string(), None)
            .await?;
        let client_data = format!(r#"{{"type":"key.get","challenge":"{}"}}"#, challenge.challenge);
        let completed = json!({
            "challengeIdentifier": challenge.challenge_identifier,
            "firstFactor": { "kind": "Key", "credentialAssertion": {
                "credId": self.caller.credential_id,
                "clientData": URL_SAFE_NO_PAD.encode(&client_data),
                "signature": URL_SAFE_NO_PAD.encode(self.caller.key.sign(client_data.as_bytes())),
            } },
        });
        let action: Action = self.ask("POST", "/auth/action", &completed.to_string(), None).await?;
        self.ask("POST", path, body, Some(&action.user_action)).await
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask<T: for<'de> Deserialize<'de>>(
        &mut self,
        method: &str,
        path: &str,
        body: &str,
        user_action: Option<&str>,
    ) -> Result<T, Failure> {
        use std::io::Write as _;

        let Caller { address, token, .. } = self.caller;
        self.request.clear();
        write!(
            self.request,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\naccept: application/json\r\ncontent-length: {}\r\n",
            body.len()
        )?;
        if let Some(action) = user_action {
            write!(self.request, "x-dfns-useraction: {action}\r\n")?;
        }
        write!(self.request, "\r\n{body}")?;
        let begun = Instant::now();
        self.stream.write_all(&self.request).await?;
        let (status, at) = self.receive().await?;
        let micros = begun.elapsed().as_micros();
        self.requests.count(u64::try_from(micros).unwrap_or(u64::MAX));
        let answer = &self.answer[at..];
        if status != 200 {
            return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(answer)).into());
        }
        Ok(serde_json::from_slice(answer)?)
    }

    /// Reads an answer to its end; answers its status and where its body begins.
    async fn receive(&mut self) -> Result<(u16, usize), Failure> {
        self.answer.clear();
        let mut whole = None;
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err("the connection was closed".into());
            }
            if whole.is_none() {
                whole = head(&self.answer)?;
            }
            if let Some((status, at, length)) = whole
                && self.answer.len() >= at + length
            {
                return Ok((status, at));
            }
        }
    }
}

/// Status, length of the head and of the body, once the head is there.
fn head(answer: &[u8]) -> Result<Option<(u16, usize, usize)>, Failure> {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&answer[..end])?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status = status.ok_or("no status line")?.parse()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    let length = length.ok_or("an answer of unknown length")?.parse()?;
    Ok(Some((status, end + 4, length)))
}
