//! The small client under the fluent calls of a case: requests are recorded, and answered from a list.
//!
//! Invariant: nothing is sent anywhere.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::operation::Operation;
use crate::{Answer, Call, Client, Content, Error, Request, Response, Result, Transport, TransportFuture};

/// A call under way.
pub type CallFuture<T> = std::pin::Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// The client that the fluent calls are made for.
#[derive(Clone, Debug)]
pub struct Dfns {
    api: Client,
    completed: Arc<Mutex<Vec<(PreparedAction, FirstFactorAssertion)>>>,
}

/// What a call in two steps is between them: its request line.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedAction(pub String);

/// What a user answers to a challenge.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstFactorAssertion(pub &'static str);

impl Dfns {
    /// A client whose calls are answered with these bodies and HTTP 200, one after the other.
    pub fn answering(answers: &[&str]) -> (Self, Arc<Recorder>) {
        let recorder = Arc::new(Recorder {
            requests: Mutex::default(),
            answers: Mutex::new(answers.iter().map(|&body| (200, body.to_owned())).collect()),
        });
        let api = Client::new(recorder.clone());
        (Self { api, completed: Arc::default() }, recorder)
    }

    pub(crate) fn api(&self) -> &Client {
        &self.api
    }

    #[expect(clippy::unused_self, reason = "generated calls call it so")]
    pub(crate) fn init<T: Answer>(&self, call: Call<'_, T>) -> std::future::Ready<Result<PreparedAction>> {
        let request = call.into_request().unwrap();
        let line = format!("{} {}", request.operation().method, request.target());
        std::future::ready(Ok(PreparedAction(line)))
    }

    pub(crate) fn completing(&self, prepared: &PreparedAction, assertion: FirstFactorAssertion) -> Self {
        self.completed.lock().unwrap().push((prepared.clone(), assertion));
        self.clone()
    }

    /// The calls that were completed, and with which answers.
    pub fn completed(&self) -> Vec<(PreparedAction, FirstFactorAssertion)> {
        self.completed.lock().unwrap().clone()
    }

    pub(crate) async fn finish<T: Answer>(&self, call: Call<'_, T>) -> Result<T> {
        let operation = call.operation().id;
        call.await.map_err(|error| Error {
            operation,
            problem: match error.refusal() {
                Some(refusal) => format!("{error}: {refusal:?}"),
                None => error.to_string(),
            },
        })
    }
}

/// A request that was made.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The operation that the transport was told.
    pub operation: &'static Operation,
    /// `GET /things?limit=2`.
    pub line: String,
    /// The body; `None` without one.
    pub body: Option<Value>,
    /// What goes out as the body.
    pub content: Option<Content>,
    /// The media type that was asked for.
    pub accept: &'static str,
}

/// Records each request, and answers it.
pub struct Recorder {
    requests: Mutex<Vec<Recorded>>,
    answers: Mutex<VecDeque<(u16, String)>>,
}

impl Recorder {
    /// Puts an answer of any status behind the others.
    pub fn answer(&self, status: u16, body: &str) {
        self.answers.lock().unwrap().push_back((status, body.to_owned()));
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }

    /// The request lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.line).collect()
    }

    /// The only request so far.
    pub fn only(&self) -> Recorded {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].clone()
    }
}

impl Transport for Recorder {
    fn execute(&self, request: Request) -> TransportFuture<'_> {
        self.requests.lock().unwrap().push(Recorded {
            operation: request.operation(),
            line: format!("{} {}", request.operation().method, request.target()),
            body: request.body().map(|bytes| serde_json::from_slice(bytes).unwrap()),
            content: request.content(),
            accept: request.accept(),
        });
        let (status, body) = self
            .answers
            .lock()
            .unwrap()
            .pop_front()
            .expect("an answer for each request");
        let mut answer = Response::new(body.into());
        *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
        Box::pin(async { Ok(answer) })
    }
}
