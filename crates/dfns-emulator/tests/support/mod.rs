//! A caller of the emulator that shares no code with it or with the client: HTTP/1.1 by hand, signatures by ring.
//!
//! It blocks while it waits, so tests that use it run on a runtime with a thread for the server.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test that called")]
#![expect(dead_code, reason = "every test file uses its own part of this")]

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use dfns_emulator::Emulator;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The message of a refusal.
    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    /// Status and message, to be compared at once.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (self.status, self.message())
    }
}

/// Sends a request in one piece and reads the answer to its end.
pub(crate) fn send(url: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let answer = String::from_utf8(exchange(url, method, target, headers, body)).unwrap();
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let headers = head.to_ascii_lowercase();
    let body = if body.is_empty() {
        Value::Null
    } else if headers.contains("content-type: text/") {
        Value::from(body)
    } else {
        serde_json::from_str(body).unwrap()
    };
    Answer { status, headers, body }
}

/// Sends a request in one piece and reads whatever comes until the connection ends.
pub(crate) fn exchange(url: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let mut request =
        format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nuser-agent: test\r\n");
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    write!(request, "content-length: {}\r\n\r\n", body.len()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    // A server that refuses a long body may close before it has read all of it; its answer is there all the same.
    let _closed_early = stream.write_all(body);
    let mut answer = Vec::new();
    let _reset_after_answer = stream.read_to_end(&mut answer);
    answer
}

/// Somebody with a token and a key.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) credential_id: String,
    key: std::sync::Arc<Ed25519KeyPair>,
}

/// What is declared in the first call of user action signing.
#[derive(Clone, Copy)]
pub(crate) struct Declared<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) payload: &'a str,
}

impl Signer {
    /// The service account.
    pub(crate) fn service_account(emulator: &Emulator) -> Self {
        Self::new(
            &emulator.url(),
            emulator.auth_token(),
            emulator.credential_id(),
            emulator.private_key_pem().expect("no public key was given"),
        )
    }

    /// The first employee, logged in.
    pub(crate) fn employee(emulator: &Emulator) -> Self {
        let employee = emulator.employee();
        let request = json!({ "orgId": emulator.org_id(), "userId": employee.user_id() }).to_string();
        let answer = send(&emulator.url(), "POST", "/__admin/sessions", &[], request.as_bytes());
        let token = answer.body["token"].as_str().unwrap();
        Self::new(
            &emulator.url(),
            token,
            employee.credential_id(),
            employee.private_key_pem(),
        )
    }

    pub(crate) fn new(url: &str, token: &str, credential_id: &str, private_key_pem: &str) -> Self {
        let der: String = private_key_pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(der).unwrap();
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).unwrap();
        let (url, token, credential_id) = (url.to_owned(), token.to_owned(), credential_id.to_owned());
        Self {
            url,
            token,
            credential_id,
            key: key.into(),
        }
    }

    /// The public half of the key, in PEM.
    pub(crate) fn public_key_pem(&self) -> String {
        let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        let der = STANDARD.encode([&prefix[..], self.key.public_key().as_ref()].concat());
        format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
    }

    /// A request with the token and nothing else.
    pub(crate) fn call(&self, method: &str, target: &str, body: &str) -> Answer {
        self.call_with(method, target, body, None)
    }

    /// A request with the token and a user action.
    pub(crate) fn call_with(&self, method: &str, target: &str, body: &str, user_action: Option<&str>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
        headers.extend(user_action.map(|token| ("x-dfns-useraction", token)));
        send(&self.url, method, target, &headers, body.as_bytes())
    }

    /// The first call of user action signing.
    pub(crate) fn init(&self, declared: Declared<'_>) -> Answer {
        let request = json!({
            "userActionPayload": declared.payload,
            "userActionHttpMethod": declared.method,
            "userActionHttpPath": declared.path,
        });
        self.call("POST", "/auth/action/init", &request.to_string())
    }

    /// An assertion over client data.
    pub(crate) fn assertion(&self, client_data: &str) -> Value {
        let signature = self.key.sign(client_data.as_bytes());
        json!({
            "kind": "Key",
            "credentialAssertion": {
                "credId": self.credential_id,
                "clientData": URL_SAFE_NO_PAD.encode(client_data),
                "signature": URL_SAFE_NO_PAD.encode(signature),
            },
        })
    }

    /// The same with padded base64url, as some clients send it.
    pub(crate) fn padded_assertion(&self, client_data: &str) -> Value {
        let mut assertion = self.assertion(client_data);
        let signature = self.key.sign(client_data.as_bytes());
        assertion["credentialAssertion"]["clientData"] = URL_SAFE.encode(client_data).into();
        assertion["credentialAssertion"]["signature"] = URL_SAFE.encode(signature).into();
        assertion
    }

    /// The second call of user action signing.
    pub(crate) fn complete(&self, identifier: &str, first_factor: &Value) -> Answer {
        let request = json!({ "challengeIdentifier": identifier, "firstFactor": first_factor });
        self.call("POST", "/auth/action", &request.to_string())
    }

    /// Both calls; answers the user action.
    pub(crate) fn sign(&self, declared: Declared<'_>) -> String {
        let (identifier, challenge) = challenge(&self.init(declared));
        let completed = self.complete(&identifier, &self.assertion(&client_data(&challenge)));
        completed.body["userAction"]
            .as_str()
            .unwrap_or_else(|| panic!("{completed:?}"))
            .to_owned()
    }

    /// A signed request, declared exactly as it is sent.
    pub(crate) fn signed(&self, method: &str, path: &str, body: &str) -> Answer {
        let action = self.sign(Declared {
            method,
            path,
            payload: body,
        });
        self.call_with(method, path, body, Some(&action))
    }
}

/// Identifier and challenge of an answer to the first call.
pub(crate) fn challenge(answer: &Answer) -> (String, String) {
    let field = |name: &str| {
        answer.body[name]
            .as_str()
            .unwrap_or_else(|| panic!("{answer:?}"))
            .to_owned()
    };
    (field("challengeIdentifier"), field("challenge"))
}

/// Client data as most clients write them.
pub(crate) fn client_data(challenge: &str) -> String {
    format!(r#"{{"type":"key.get","challenge":"{challenge}"}}"#)
}

/// Moves the emulator's clock through the admin interface.
pub(crate) fn advance(url: &str, seconds: u64) {
    let answer = send(
        url,
        "POST",
        "/__admin/clock/advance",
        &[],
        json!({ "seconds": seconds }).to_string().as_bytes(),
    );
    assert_eq!(answer.status, 200, "{answer:?}");
}
