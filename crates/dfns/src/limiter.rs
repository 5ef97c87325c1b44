//! Keeps the requests of a client and its clones within a rate and a number at a time.
//!
//! Invariant: what is not limited costs nothing; what is waits for its turn in the order in which it came.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{self, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The right to have a request under way.
pub(crate) type Permit<'a> = Option<SemaphorePermit<'a>>;

/// Both limits, each of them optional.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    pub(crate) concurrency: Option<Semaphore>,
    pub(crate) rate: Option<Rate>,
}

impl Limiter {
    /// Waits until a request may be sent. While the permit is held, the request counts as one under way.
    pub(crate) async fn admit(&self) -> Permit<'_> {
        let permit = match &self.concurrency {
            // Nobody closes the semaphore.
            Some(semaphore) => semaphore.acquire().await.ok(),
            None => None,
        };
        if let Some(rate) = &self.rate {
            let wait = rate.reserve(clock::now());
            if !wait.is_zero() {
                clock::sleep(wait).await;
            }
        }
        permit
    }
}

/// So many requests in any stretch of time, as a bucket that fills evenly (the generic cell rate algorithm).
#[derive(Debug)]
pub(crate) struct Rate {
    interval: Duration,
    burst: Duration,
    /// When the bucket is full again; the past if it is.
    full: Mutex<Option<Instant>>,
}

impl Rate {
    /// `requests` is at least 1.
    pub(crate) fn new(requests: u32, per: Duration) -> Self {
        let interval = per / requests.max(1);
        Self {
            interval,
            burst: interval * (requests.max(1) - 1),
            full: Mutex::new(None),
        }
    }

    /// Takes the next turn, and says how long it is away.
    fn reserve(&self, now: Instant) -> Duration {
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = full.map_or(now, |full| full.max(now));
        *full = Some(turn + self.interval);
        turn.duration_since(now).saturating_sub(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Limiter, Rate, clock};
    use tokio::sync::Semaphore;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn rate_lets_a_burst_through_and_spaces_the_rest() {
        let (rate, now) = (Rate::new(4, SECOND), clock::now());
        let waits: Vec<u128> = (0..7).map(|_| rate.reserve(now).as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 250, 500, 750]);
        assert_eq!(rate.reserve(now + SECOND).as_millis(), 0, "the eighth, a second later");
        assert_eq!(rate.reserve(now + SECOND).as_millis(), 250);
        assert_eq!(rate.reserve(now + 60 * SECOND).as_millis(), 0);
    }

    #[test]
    fn rate_allows_no_more_than_its_number_in_any_stretch_after_the_burst() {
        let (rate, now) = (Rate::new(10, SECOND), clock::now());
        let turns: Vec<Duration> = (0..100).map(|_| rate.reserve(now)).collect();
        for (first, last) in turns.iter().zip(turns.iter().skip(20)) {
            assert!(*last >= *first + SECOND, "{first:?} {last:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn request_waits_for_its_turn() {
        let limiter = Limiter {
            rate: Some(Rate::new(2, SECOND)),
            ..Limiter::default()
        };
        let start = clock::now();
        for _ in 0..4 {
            limiter.admit().await;
        }
        assert_eq!(start.elapsed(), SECOND);
    }

    #[tokio::test]
    async fn request_waits_until_another_has_ended() {
        let limiter = Limiter {
            concurrency: Some(Semaphore::new(1)),
            ..Limiter::default()
        };
        let first = limiter.admit().await;
        assert!(first.is_some());
        let mut second = Box::pin(limiter.admit());
        assert!(futures_util::FutureExt::now_or_never(second.as_mut()).is_none());
        drop(first);
        assert!(second.await.is_some());
    }
}
