//! The time limit of one request, from connecting to the last byte of the answer.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::Sleep;

/// Runs from the moment it is made, through everything that is done [`within`](Self::within) it.
pub(super) struct Deadline {
    limit: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Deadline {
    pub(super) fn after(limit: Duration) -> Self {
        Self {
            limit,
            sleep: Box::pin(tokio::time::sleep(limit)),
        }
    }

    /// What the future comes to, or an error of the kind `TimedOut` once the limit has passed.
    pub(super) async fn within<F: Future>(&mut self, future: F) -> io::Result<F::Output> {
        let mut future = pin!(future);
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            self.sleep.as_mut().poll(context).map(|()| {
                let problem = format!("no whole answer within {:?}", self.limit);
                Err(io::Error::new(io::ErrorKind::TimedOut, problem))
            })
        })
        .await
    }
}
