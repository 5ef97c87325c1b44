//! Time, as the client measures it: the only door to a clock. Under a paused clock of tokio, no test has to wait.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use tokio::time::{Instant, Sleep, sleep};
#[cfg(target_arch = "wasm32")]
pub(crate) use web_time::Instant;

/// A timer of the browser's, which stays on the only thread that there is.
#[cfg(target_arch = "wasm32")]
pub(crate) type Sleep = send_wrapper::SendWrapper<gloo_timers::future::TimeoutFuture>;

/// Passes some time; 24 days at most, since a browser counts no further.
#[cfg(target_arch = "wasm32")]
pub(crate) fn sleep(duration: Duration) -> Sleep {
    const LONGEST: u32 = i32::MAX.unsigned_abs();
    let millis = u32::try_from(duration.as_millis()).unwrap_or(LONGEST).min(LONGEST);
    send_wrapper::SendWrapper::new(gloo_timers::future::TimeoutFuture::new(millis))
}

/// The time on a clock that only goes forward.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// When a call has to be over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    limit: Duration,
    end: Instant,
}

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        let start = Instant::now();
        // A limit beyond what a clock can count is a limit of thirty years.
        let end = start
            .checked_add(limit)
            .unwrap_or_else(|| start + Duration::from_secs(1_000_000_000));
        Self { limit, end }
    }

    /// The limit that the deadline came from.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// How much time is left; nothing once it has passed.
    pub(crate) fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// What the future comes to; `None` if the deadline passes before.
    pub(crate) async fn within<F: Future>(&self, future: F) -> Option<F::Output> {
        let (mut future, mut end) = (pin!(future), pin!(sleep(self.left())));
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => end.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}
