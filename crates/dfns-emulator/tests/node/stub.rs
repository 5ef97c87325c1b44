//! A node that says what a test told it to say.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// What a node does with a question.
#[derive(Clone, Debug)]
pub(crate) enum Say {
    /// This is the answer.
    Yes(Value),
    /// No, in these words.
    No(&'static str),
    /// No, and this is what the contract gave back.
    Reverted(String),
    /// Not JSON-RPC at all.
    Page,
    /// Takes the question and ends the connection.
    HangUp,
    /// Takes the question and never says anything.
    Nothing,
}

/// A node on a port of its own.
pub(crate) struct Node {
    pub(crate) url: String,
    script: Arc<Mutex<HashMap<String, Vec<Say>>>>,
    heard: Arc<Mutex<Vec<(String, Value)>>>,
    asked: Receiver<String>,
}

/// The usual answers: those of a chain with nothing on it.
fn usual(method: &str) -> Say {
    Say::Yes(match method {
        "eth_chainId" => json!("0x7a69"),
        "eth_getTransactionCount" => json!("0x5"),
        "eth_estimateGas" => json!("0x5208"),
        "eth_feeHistory" => json!({
            "oldestBlock": "0x10", "baseFeePerGas": ["0x3b9aca00", "0x3b9aca00"], "reward": [["0x1", "0x2", "0x3"]],
        }),
        "eth_getBalance" => json!("0xde0b6b3a7640000"),
        "eth_getLogs" => json!([]),
        "eth_getTransactionByHash" => json!({}),
        "eth_sendRawTransaction" => json!("0x00"),
        _ => Value::Null,
    })
}

impl Node {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (script, heard) = (Arc::default(), Arc::default());
        let (tell, asked) = channel();
        let (known, log) = (Arc::clone(&script), Arc::clone(&heard));
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                kept.extend(serve(stream.unwrap(), &known, &log, &tell));
            }
        });
        Self {
            url,
            script,
            heard,
            asked,
        }
    }

    /// From now on, these are the answers to a method: one after the other, the last one for ever.
    pub(crate) fn says(&self, method: &str, answers: &[Say]) {
        self.script.lock().unwrap().insert(method.to_owned(), answers.to_vec());
    }

    /// What it was asked by a method so far.
    pub(crate) fn heard(&self, method: &str) -> Vec<Value> {
        let heard = self.heard.lock().unwrap();
        let of_method = heard.iter().filter(|(asked, _)| asked == method);
        of_method.map(|(_, params)| params.clone()).collect()
    }

    /// Waits until it is asked by a method.
    pub(crate) fn wait_for(&self, method: &str) {
        while self.asked.recv().unwrap() != method {}
    }
}

/// Answers one question, and hands the connection back if it is to stay open in silence.
fn serve(
    mut stream: TcpStream,
    script: &Mutex<HashMap<String, Vec<Say>>>,
    heard: &Mutex<Vec<(String, Value)>>,
    tell: &Sender<String>,
) -> Option<TcpStream> {
    let question = read(&stream);
    let method = question["method"].as_str().unwrap().to_owned();
    heard.lock().unwrap().push((method.clone(), question["params"].clone()));
    let say = match script.lock().unwrap().get_mut(&method) {
        Some(answers) if answers.len() > 1 => answers.remove(0),
        Some(answers) => answers[0].clone(),
        None => usual(&method),
    };
    // A test that waits for nothing has let go of the other end.
    let _nobody_waits = tell.send(method);
    let refused = |message: &str, data: Option<String>| json!({ "code": -32000, "message": message, "data": data });
    let answer = match say {
        Say::Yes(result) => json!({ "jsonrpc": "2.0", "id": 1, "result": result }).to_string(),
        Say::No(message) => json!({ "jsonrpc": "2.0", "id": 1, "error": refused(message, None) }).to_string(),
        Say::Reverted(data) => {
            json!({ "jsonrpc": "2.0", "id": 1, "error": refused("execution reverted", Some(data)) }).to_string()
        }
        Say::Page => "<html>Bad Gateway</html>".to_owned(),
        Say::HangUp => return None,
        Say::Nothing => return Some(stream),
    };
    let prologue = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.len()
    );
    // Whoever asked may have given up.
    let _gone = stream.write_all([prologue, answer].concat().as_bytes());
    None
}

fn read(stream: &TcpStream) -> Value {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}
