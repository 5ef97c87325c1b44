//! The time limit of one request, from connecting to the last byte of the answer.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Sleep;

/// Runs from the moment it is made, while the request is under way and on into the body of its answer.
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

    /// Ready with an error of the kind `TimedOut` once the limit has passed.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        self.sleep.as_mut().poll(context).map(|()| {
            let problem = format!("no whole answer within {:?}", self.limit);
            io::Error::new(io::ErrorKind::TimedOut, problem)
        })
    }
}
