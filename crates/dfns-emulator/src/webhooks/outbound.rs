//! How requests reach the courier, and what is sent while a request waits for it.

use std::time::Duration;

use dfns_types::WebhookPing;
use serde_json::json;
use tokio::sync::{Notify, mpsc, oneshot};

use super::Parcel;
use super::post::post;
use crate::server::{Refusal, Reply};

/// What is left to do for a request after its transaction is through, with the network; the answer waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Sends this at once, and answers what the receiver said.
    Ping(Parcel),
    /// Waits until everything that is due was sent.
    Flush,
}

/// The line to the courier.
#[derive(Debug)]
pub(crate) struct Outbound {
    bell: Notify,
    flushes: mpsc::UnboundedSender<oneshot::Sender<()>>,
    /// How long a receiver may take to answer.
    limit: Duration,
}

impl Outbound {
    /// The line, and its other end, which is the courier's.
    pub(crate) fn new(limit: Duration) -> (Self, mpsc::UnboundedReceiver<oneshot::Sender<()>>) {
        let (flushes, asked) = mpsc::unbounded_channel();
        let bell = Notify::new();
        (Self { bell, flushes, limit }, asked)
    }

    /// Tells the courier that there may be something to send, or soon. It looks when the running transaction is through.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Waits for somebody to ring.
    pub(super) async fn rung(&self) {
        self.bell.notified().await;
    }

    /// How long a receiver may take to answer.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// Runs an errand.
    ///
    /// # Errors
    /// 500 if the answer cannot be written.
    pub(crate) async fn run(&self, errand: Errand) -> Result<Reply, Refusal> {
        match errand {
            Errand::Ping(parcel) => {
                let verdict = post(&parcel, self.limit).await;
                let mut ping = WebhookPing::new(verdict.status);
                ping.error = verdict.error;
                Reply::json(&ping)
            }
            Errand::Flush => {
                let (done, is_done) = oneshot::channel();
                if self.flushes.send(done).is_ok() {
                    // If the courier ends meanwhile, nothing more will be sent.
                    let _ended = is_done.await;
                }
                Reply::json(&json!({}))
            }
        }
    }
}
