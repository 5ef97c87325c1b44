//! Where the emulator's time comes from.
//!
//! Invariant: nothing else in this crate reads a clock, so that a test that moves this one moves everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use dfns_types::Timestamp;
use tokio::sync::watch;

/// The end of the year 9999 in milliseconds: later years do not have the four digits that a timestamp is written with.
const LAST_MILLIS: i64 = 253_402_300_799_999;

/// A clock that can be moved forward. Clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The time of a clock that stands still; `None` follows the system.
    fixed: Option<Timestamp>,
    /// Milliseconds by which the clock was moved forward.
    advanced: AtomicI64,
    /// Told of every move.
    moved: watch::Sender<()>,
}

impl Clock {
    /// A clock that follows the system's time.
    pub fn system() -> Self {
        Self::with(None)
    }

    /// A clock that stands still at `start` and moves only by [`advance`](Self::advance).
    pub fn fixed(start: Timestamp) -> Self {
        Self::with(Some(start))
    }

    fn with(fixed: Option<Timestamp>) -> Self {
        Self(Arc::new(Inner {
            fixed,
            advanced: AtomicI64::new(0),
            moved: watch::Sender::new(()),
        }))
    }

    /// The time by this clock.
    pub fn now(&self) -> Timestamp {
        let base = self.0.fixed.unwrap_or_else(|| Timestamp::from(SystemTime::now()));
        let advanced = self.0.advanced.load(Ordering::SeqCst);
        let moved = base.unix_millis().saturating_add(advanced).min(LAST_MILLIS);
        // Only a clock that stands still outside of what a timestamp can hold would not fit.
        Timestamp::from_unix_millis(moved).unwrap_or(base)
    }

    /// Whether the clock can be moved forward by this without reaching the end of the year 9999.
    pub(crate) fn can_advance(&self, duration: Duration) -> bool {
        let left = LAST_MILLIS.saturating_sub(self.now().unix_millis());
        i64::try_from(duration.as_millis()).is_ok_and(|millis| millis <= left)
    }

    /// Moves the clock forward, to the millisecond; it stops at the end of the year 9999. The emulator acts on it at the
    /// next request.
    pub fn advance(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let add = |advanced: i64| Some(advanced.saturating_add(millis));
        // The closure always answers `Some`, so the update cannot fail.
        let _always_ok = self.0.advanced.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
        self.0.moved.send_replace(());
    }

    /// Waits until the clock shows a time that is later by `duration`.
    pub(crate) async fn passes(&self, duration: Duration) {
        let mut moved = self.0.moved.subscribe();
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let end = self.now().unix_millis().saturating_add(millis).min(LAST_MILLIS);
        loop {
            let left = end.saturating_sub(self.now().unix_millis());
            let Some(left) = u64::try_from(left).ok().filter(|left| *left > 0) else {
                return;
            };
            // A clock that stands still passes only by being moved; the sender lives as long as the clock.
            if self.0.fixed.is_some() {
                let _moved = moved.changed().await;
            } else {
                let _moved = tokio::time::timeout(Duration::from_millis(left), moved.changed()).await;
            }
        }
    }

    /// The milliseconds by which the clock was moved forward.
    pub(crate) fn advanced_millis(&self) -> i64 {
        self.0.advanced.load(Ordering::SeqCst)
    }

    /// Takes up a clock that was moved forward by this, unless it is further already.
    pub(crate) fn resume(&self, advanced_millis: i64) {
        self.0.advanced.fetch_max(advanced_millis, Ordering::SeqCst);
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_by_advance_and_clones_share_it() {
        let start = Timestamp::from_unix_millis(1_000).unwrap();
        let clock = Clock::fixed(start);
        assert_eq!(clock.now(), start);
        clock.clone().advance(Duration::from_secs(2));
        assert_eq!(clock.now().unix_millis(), 3_000);
    }

    #[test]
    fn a_system_clock_can_be_moved_too() {
        let clock = Clock::system();
        let before = clock.now();
        clock.advance(Duration::from_secs(3_600));
        assert!(clock.now().unix_seconds() >= before.unix_seconds() + 3_600);
    }
    #[test]
    fn a_clock_that_is_moved_too_far_stops_and_never_goes_back() {
        let clock = Clock::fixed(Timestamp::from_unix_millis(1_000).unwrap());
        assert!(clock.can_advance(Duration::from_secs(60)));
        for too_far in [Duration::from_secs(1 << 62), Duration::MAX] {
            assert!(!clock.can_advance(too_far));
            clock.advance(too_far);
            assert_eq!(clock.now().unix_millis(), LAST_MILLIS);
        }
    }
}
