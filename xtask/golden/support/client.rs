//! The small client under the fluent calls of a case: requests are recorded, and answered from a list.
//!
//! Invariant: nothing is sent anywhere.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use progenitor_client::ResponseValue;
use serde_json::Value;

use crate::operation::Operation;
use crate::{Client, Error, Result, Transport, TransportFuture};

/// A call under way.
pub type CallFuture<T> = std::pin::Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// The client that the fluent calls are made for.
#[derive(Clone, Debug)]
pub struct Dfns {
    api: Client,
}

impl Dfns {
    /// A client whose calls are answered with these bodies and HTTP 200, one after the other.
    pub fn answering(answers: &[&str]) -> (Self, Arc<Recorder>) {
        let recorder = Arc::new(Recorder {
            requests: Mutex::default(),
            answers: Mutex::new(answers.iter().map(|&body| (200, body.to_owned())).collect()),
        });
        let api = Client::new_with_client("https://api.example.com", reqwest::Client::new(), recorder.clone());
        (Self { api }, recorder)
    }

    pub(crate) fn api(&self) -> &Client {
        &self.api
    }

    pub(crate) fn finish<T, E: Debug>(
        &self,
        operation: &'static str,
        result: Result<ResponseValue<T>, progenitor_client::Error<E>>,
    ) -> Result<T> {
        match result {
            Ok(answer) => Ok(answer.into_inner()),
            Err(error) => Err(Error {
                operation,
                problem: format!("{error:?}"),
            }),
        }
    }
}

impl Dfns {
    pub(crate) async fn finish_text<E: Debug>(
        &self,
        operation: &'static str,
        result: Result<ResponseValue<progenitor_client::ByteStream>, progenitor_client::Error<E>>,
    ) -> Result<String> {
        let mut stream = self.finish(operation, result)?.into_inner();
        let mut bytes = Vec::new();
        while let Some(chunk) =
            std::future::poll_fn(|context| futures_core::Stream::poll_next(std::pin::Pin::new(&mut stream), context)).await
        {
            bytes.extend_from_slice(&chunk.unwrap());
        }
        Ok(String::from_utf8(bytes).unwrap())
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
    /// The names of all headers.
    pub headers: Vec<String>,
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
    fn execute<'a>(
        &'a self,
        _: &'a reqwest::Client,
        operation: &'static Operation,
        request: reqwest::Request,
    ) -> TransportFuture<'a> {
        let query = request.url().query().map(|query| format!("?{query}"));
        let body = request.body().map(|body| body.as_bytes().unwrap());
        self.requests.lock().unwrap().push(Recorded {
            operation,
            line: format!(
                "{} {}{}",
                request.method(),
                request.url().path(),
                query.unwrap_or_default()
            ),
            body: body.map(|bytes| serde_json::from_slice(bytes).unwrap()),
            headers: request.headers().keys().map(ToString::to_string).collect(),
        });
        let (status, body) = self
            .answers
            .lock()
            .unwrap()
            .pop_front()
            .expect("an answer for each request");
        let answer = http::Response::builder().status(status).body(body).unwrap();
        Box::pin(async { Ok(answer.into()) })
    }
}
