//! A receiver of webhooks on the loopback interface that answers as it is told.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Channel, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a receiver takes a delivery.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// With this status.
    Status(u16),
    /// By sending the caller elsewhere.
    Redirect,
    /// Not at all, while the connection stays open.
    Silence,
}

/// One delivery as it came.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Delivery {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = |line: &'_ str| {
            line.split_once(": ")
                .is_some_and(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        self.head
            .lines()
            .find(|line| header(line))
            .and_then(|line| line.split_once(": "))
            .map(|(_, value)| value)
    }
}

/// A receiver that runs until it is dropped.
pub(crate) struct Receiver {
    pub(crate) url: String,
    came: Channel<Delivery>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Receiver {
    /// A receiver that answers these, one after the other, and then always 200.
    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks?tenant=7", listener.local_addr().unwrap());
        let answers: Arc<Mutex<VecDeque<Answer>>> = Arc::new(Mutex::new(answers.into_iter().collect()));
        let (sender, came) = channel();
        let script = Arc::clone(&answers);
        // It ends with the test process, or when nobody listens to it any more.
        std::thread::spawn(move || serve(&listener, &script, &sender));
        Self { url, came, answers }
    }

    pub(crate) fn new() -> Self {
        Self::answering([])
    }

    /// What is answered from now on, before it is 200 again.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        *self.answers.lock().unwrap() = answers.into_iter().collect();
    }

    /// The next delivery, which must come.
    pub(crate) fn next(&self) -> Delivery {
        self.came.recv_timeout(PATIENCE).expect("a delivery")
    }

    /// The next deliveries, by kind.
    pub(crate) fn kinds(&self, count: usize) -> Vec<String> {
        let kind = |delivery: Delivery| delivery.json()["kind"].as_str().unwrap().to_owned();
        (0..count).map(|_| kind(self.next())).collect()
    }

    /// What came and was not looked at. The caller has flushed before.
    pub(crate) fn rest(&self) -> Vec<Delivery> {
        self.came.try_iter().collect()
    }
}

fn serve(listener: &TcpListener, script: &Mutex<VecDeque<Answer>>, sender: &Sender<Delivery>) {
    let mut silent = Vec::new();
    for stream in listener.incoming() {
        let Some(delivery) = stream.as_ref().ok().and_then(read) else {
            continue;
        };
        let answer = script.lock().unwrap().pop_front().unwrap_or(Answer::Status(200));
        if sender.send(delivery).is_err() {
            return;
        }
        let mut stream = stream.unwrap();
        let head = match answer {
            Answer::Status(status) => format!("HTTP/1.1 {status} Whatever"),
            Answer::Redirect => "HTTP/1.1 307 Elsewhere\r\nlocation: /elsewhere".to_owned(),
            Answer::Silence => {
                silent.push(stream);
                continue;
            }
        };
        // A caller that has hung up needs no answer.
        let _gone = write!(stream, "{head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
}

fn read(stream: &TcpStream) -> Option<Delivery> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let mut delivery = Delivery {
        head,
        body: String::new(),
    };
    let length: usize = delivery.header("content-length")?.trim().parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    delivery.body = String::from_utf8(body).ok()?;
    Some(delivery)
}
