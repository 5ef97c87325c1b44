//! A server on this machine that gives prepared answers, one a connection, and keeps what it was sent.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// What the server does with a request.
pub(crate) enum Answer {
    /// Answers with this status, these further header lines and this body.
    Text(u16, &'static str, String),
    /// Answers with 200 and these bytes.
    Bytes(Vec<u8>),
    /// Closes the connection without an answer.
    Close,
    /// Announces a longer body than it sends.
    Cut,
}

/// An answer in JSON.
pub(crate) fn json(status: u16, body: Value) -> Answer {
    Answer::Text(status, "content-type: application/json\r\n", body.to_string())
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    /// The value of a header; fails if it is there twice.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found: Vec<&str> = self
            .headers
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect();
        assert!(found.len() < 2, "{name} is there twice");
        found.first().copied()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

pub(crate) struct Server {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Starts a server with these answers, in this order; afterwards it accepts no connection.
    pub(crate) async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let request = read(&mut stream).await;
                log.lock().expect("the log").push(request);
                match answer {
                    Answer::Text(status, headers, body) => {
                        let length = body.len();
                        let head = format!(
                            "HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}"
                        );
                        stream
                            .write_all(format!("{head}\r\n{body}").as_bytes())
                            .await
                            .expect("an answer");
                    }
                    Answer::Bytes(body) => {
                        let head = format!(
                            "HTTP/1.1 200 x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                            body.len()
                        );
                        stream.write_all(head.as_bytes()).await.expect("an answer");
                        stream.write_all(&body).await.expect("an answer");
                    }
                    Answer::Cut => {
                        let head = "HTTP/1.1 200 x\r\ncontent-length: 100\r\nconnection: close\r\n\r\n{\"id\":";
                        stream.write_all(head.as_bytes()).await.expect("half an answer");
                    }
                    Answer::Close => {}
                }
            }
        });
        Self { url, received }
    }

    /// What arrived so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("the log").clone()
    }
}

/// Answers with 200 and this JSON, and keeps the connection open.
pub(crate) async fn write(stream: &mut (impl AsyncWrite + Unpin), body: &Value) {
    let body = body.to_string();
    let answer = format!("HTTP/1.1 200 x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await.expect("an answer");
    stream.flush().await.expect("an answer");
}

/// Reads one request to its end.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Received {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        assert_ne!(
            stream.read_buf(&mut bytes).await.expect("bytes"),
            0,
            "the request ended in its head"
        );
    };
    let text = String::from_utf8(bytes[..head].to_vec()).expect("text");
    let (line, rest) = text.split_once("\r\n").unwrap_or((&text, ""));
    let headers: Vec<(String, String)> = rest
        .split("\r\n")
        .filter_map(|header| header.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let declared = headers.iter().find(|(name, _)| name == "content-length");
    let length = declared.map_or(0, |(_, value)| value.parse().expect("a length"));
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        assert_ne!(
            stream.read_buf(&mut body).await.expect("bytes"),
            0,
            "the request ended in its body"
        );
    }
    let body = String::from_utf8(body).expect("text");
    Received {
        line: line.to_owned(),
        headers,
        body,
    }
}
