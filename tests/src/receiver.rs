//! A receiver of webhooks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use dfns::webhook::{self, Delivery};
use dfns_types::{Secret, Timestamp};
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Response, StatusCode};
use tokio::sync::mpsc;

use crate::proxy::Proxy;

/// What was posted, as it came.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The headers.
    pub headers: HeaderMap,
    /// The bytes of the body.
    pub body: Bytes,
}

impl Posted {
    /// Checks and reads it, as an application does.
    ///
    /// # Errors
    /// Why it is not accepted.
    pub fn verify(&self, secret: &Secret, now: Timestamp) -> Result<Delivery, webhook::Error> {
        webhook::verify(secret, &self.headers, &self.body, now)
    }
}

/// A receiver on the loopback interface, which answers as it is told. It stops when it is dropped.
#[derive(Debug)]
pub struct Receiver {
    proxy: Proxy,
    came: mpsc::UnboundedReceiver<Posted>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    /// Starts one that answers 200.
    ///
    /// # Panics
    /// If the loopback interface has no free port.
    pub async fn start() -> Self {
        let answers: Arc<Mutex<VecDeque<u16>>> = Arc::default();
        let (sender, came) = mpsc::unbounded_channel();
        let script = Arc::clone(&answers);
        let proxy = Proxy::start(move |request| {
            let (sender, script) = (sender.clone(), Arc::clone(&script));
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await?.to_bytes();
                let status = script.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                // A story that is over wants no more.
                let _over = sender.send(Posted {
                    headers: parts.headers,
                    body,
                });
                let mut response = Response::new(Full::default());
                *response.status_mut() = StatusCode::from_u16(status.unwrap_or(200))?;
                Ok(response)
            }
        })
        .await;
        Self { proxy, came, answers }
    }

    /// The address to give to a webhook.
    pub fn url(&self) -> String {
        format!("{}/hooks", self.proxy.url())
    }

    /// What is answered next, before it is 200 again.
    pub fn answer(&self, statuses: impl IntoIterator<Item = u16>) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        *answers = statuses.into_iter().collect();
    }

    /// Waits for what comes next.
    ///
    /// # Panics
    /// If the receiver has failed.
    #[expect(clippy::expect_used, reason = "the sender lives as long as the receiver")]
    pub async fn next(&mut self) -> Posted {
        self.came.recv().await.expect("the receiver runs")
    }

    /// What came and was not looked at.
    pub fn rest(&mut self) -> Vec<Posted> {
        std::iter::from_fn(|| self.came.try_recv().ok()).collect()
    }
}
