//! Keeps the requests of a client and its clones within a rate and a number at a time.
//!
//! Invariant: what is not limited costs nothing; what is waits for its turn in the order in which it came.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Both limits, each of them optional.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    pub(crate) concurrency: Option<Semaphore>,
    pub(crate) rate: Option<Rate>,
}

impl Limiter {
    /// Waits until a request may be sent. While the permit is held, the request counts as one under way.
    pub(crate) async fn admit(&self) -> Option<SemaphorePermit<'_>> {
        let permit = match &self.concurrency {
            // Nobody closes the semaphore.
            Some(semaphore) => semaphore.acquire().await.ok(),
            None => None,
        };
        if let Some(rate) = &self.rate {
            let wait = rate.reserve(Instant::now());
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
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

    use tokio::sync::Semaphore;
    use tokio::time::Instant;

    use super::{Limiter, Rate};

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn rate_lets_a_burst_through_and_spaces_the_rest() {
        let (rate, now) = (Rate::new(4, SECOND), Instant::now());
        let waits: Vec<u128> = (0..7).map(|_| rate.reserve(now).as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 250, 500, 750]);
        assert_eq!(rate.reserve(now + SECOND).as_millis(), 0, "the eighth, a second later");
        assert_eq!(rate.reserve(now + SECOND).as_millis(), 250);
        assert_eq!(rate.reserve(now + 60 * SECOND).as_millis(), 0);
    }

    #[test]
    fn rate_allows_no_more_than_its_number_in_any_stretch_after_the_burst() {
        let (rate, now) = (Rate::new(10, SECOND), Instant::now());
        let turns: Vec<Duration> = (0..100).map(|_| rate.reserve(now)).collect();
        for (first, last) in turns.iter().zip(turns.iter().skip(20)) {
            assert!(*last - *first >= SECOND, "{first:?} {last:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn request_waits_for_its_turn() {
        let limiter = Limiter {
            rate: Some(Rate::new(2, SECOND)),
            ..Limiter::default()
        };
        let start = Instant::now();
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
        assert!(futures_util::poll!(second.as_mut()).is_pending());
        drop(first);
        assert!(second.await.is_some());
    }
}
