//! Where the emulator's time comes from.
//!
//! Invariant: nothing else in this crate reads a clock, so that a test that moves this one moves everything.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use dfns_types::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// The end of the year 9999 in milliseconds: later years do not have the four digits that a timestamp is written with.
pub(crate) const LAST_MILLIS: i64 = 253_402_300_799_999;

/// A clock that runs or stands still, and can be moved. Clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<ClockState>,
    /// What the clock was made with.
    beginning: ClockState,
    /// Told of every move.
    moved: watch::Sender<()>,
    /// The spans of time that it was moved over, in milliseconds since 1970.
    passed_over: Mutex<Vec<(i64, i64)>>,
}

/// How many spans of time that a clock was moved over are remembered.
const SPANS: usize = 16;

/// How a clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClockState {
    /// The time at which it stands still, in milliseconds since 1970; `None` if it runs.
    frozen: Option<i64>,
    /// The milliseconds by which a running clock is ahead of the system's.
    ahead: i64,
}

impl ClockState {
    const SYSTEM: Self = Self { frozen: None, ahead: 0 };

    fn at(self, system: i64) -> i64 {
        self.frozen
            .unwrap_or_else(|| system.saturating_add(self.ahead))
            .min(LAST_MILLIS)
    }
}

fn system_millis() -> i64 {
    Timestamp::from(SystemTime::now()).unix_millis()
}

impl Clock {
    /// A clock that follows the system's time.
    pub fn system() -> Self {
        Self::with(ClockState::SYSTEM)
    }

    /// A clock that stands still at `start` and moves only by [`advance`](Self::advance) and [`set`](Self::set).
    pub fn fixed(start: Timestamp) -> Self {
        Self::with(ClockState {
            frozen: Some(start.unix_millis()),
            ahead: 0,
        })
    }

    fn with(state: ClockState) -> Self {
        Self(Arc::new(Inner {
            state: Mutex::new(state),
            beginning: state,
            moved: watch::Sender::new(()),
            passed_over: Mutex::default(),
        }))
    }

    /// The time by this clock.
    pub fn now(&self) -> Timestamp {
        let system = Timestamp::from(SystemTime::now());
        // Only a clock that stands still outside of what a timestamp can hold would not fit.
        Timestamp::from_unix_millis(self.state().at(system.unix_millis())).unwrap_or(system)
    }

    /// True if the clock stands still.
    pub fn is_frozen(&self) -> bool {
        self.state().frozen.is_some()
    }

    /// Whether the clock can be moved forward by this without reaching the end of the year 9999.
    pub(crate) fn can_advance(&self, duration: Duration) -> bool {
        let left = LAST_MILLIS.saturating_sub(self.now().unix_millis());
        i64::try_from(duration.as_millis()).is_ok_and(|millis| millis <= left)
    }

    /// Moves the clock forward, to the millisecond; it stops at the end of the year 9999. The emulator acts on it at the
    /// next request, and sends to webhooks what is due by then.
    pub fn advance(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        self.pass_over(|state| match &mut state.frozen {
            Some(frozen) => *frozen = frozen.saturating_add(millis).min(LAST_MILLIS),
            None => state.ahead = state.ahead.saturating_add(millis),
        });
    }

    /// Lets the clock stand still, at the time that it shows. One that stands still already does not change.
    pub fn freeze(&self) {
        self.change(|state| state.frozen = Some(state.at(system_millis())));
    }

    /// Lets a clock run that stands still, from the time that it shows.
    pub fn run(&self) {
        self.change(|state| {
            if let Some(frozen) = state.frozen.take() {
                state.ahead = frozen.saturating_sub(system_millis());
            }
        });
    }

    /// Sets the clock, forward or back; it runs or stands still as before. What was made is dated as it is: whoever sets
    /// the clock back does so before there is anything.
    pub fn set(&self, time: Timestamp) {
        let millis = time.unix_millis().min(LAST_MILLIS);
        self.pass_over(|state| match &mut state.frozen {
            Some(frozen) => *frozen = millis,
            None => state.ahead = millis.saturating_sub(system_millis()),
        });
    }

    /// Changes whenever the clock is moved.
    pub(crate) fn moves(&self) -> watch::Receiver<()> {
        self.0.moved.subscribe()
    }

    /// How long to wait until the clock gets there by itself; `None` if it stands still.
    pub(crate) fn real_time_until(&self, time: Timestamp) -> Option<Duration> {
        let left = time.unix_millis().saturating_sub(self.now().unix_millis());
        (!self.is_frozen()).then(|| Duration::from_millis(u64::try_from(left).unwrap_or(0)))
    }

    /// Whether the clock was moved over this time, in milliseconds since 1970, instead of getting there by itself.
    pub(crate) fn passed_over(&self, millis: i64) -> bool {
        let spans = self.0.passed_over.lock().unwrap_or_else(PoisonError::into_inner);
        spans.iter().any(|(from, to)| (*from..=*to).contains(&millis))
    }

    /// Moves the clock and remembers over what.
    fn pass_over(&self, change: impl FnOnce(&mut ClockState)) {
        self.change(|state| {
            let system = system_millis();
            let from = state.at(system);
            change(state);
            let to = state.at(system);
            let mut spans = self.0.passed_over.lock().unwrap_or_else(PoisonError::into_inner);
            match spans.last_mut() {
                // A clock that was set back shows times anew that it was moved over before.
                _ if to < from => spans.clear(),
                Some((_, end)) if from <= *end => *end = to,
                _ => spans.push((from, to)),
            }
            if spans.len() > SPANS {
                spans.remove(0);
            }
        });
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
            if self.is_frozen() {
                let _moved = moved.changed().await;
            } else {
                let _moved = tokio::time::timeout(Duration::from_millis(left), moved.changed()).await;
            }
        }
    }

    /// How the clock goes, to be kept.
    pub(crate) fn state(&self) -> ClockState {
        *self.lock()
    }

    /// Takes up a clock of a data file. Time does not go back by it: of two that stand still, or run, the later one counts.
    pub(crate) fn resume(&self, stored: ClockState) {
        self.change(|state| match (state.frozen, stored.frozen) {
            (Some(own), Some(stored)) => state.frozen = Some(stored.max(own)),
            (Some(own), None) => state.frozen = Some(own.saturating_add(stored.ahead.max(0)).min(LAST_MILLIS)),
            (None, None) if state.ahead != 0 => state.ahead = state.ahead.max(stored.ahead),
            (None, _) => *state = stored,
        });
    }

    /// Goes as a kept clock went when it showed `time`: one that ran runs on from there.
    pub(crate) fn restore(&self, stored: ClockState, time: Timestamp) {
        self.change(|state| *state = stored);
        self.set(time);
        self.forget_spans();
    }

    /// Goes as when it was made.
    pub(crate) fn restart(&self) {
        self.change(|state| *state = self.0.beginning);
        self.forget_spans();
    }

    fn forget_spans(&self) {
        self.0
            .passed_over
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn change(&self, change: impl FnOnce(&mut ClockState)) {
        change(&mut self.lock());
        self.0.moved.send_replace(());
    }

    fn lock(&self) -> MutexGuard<'_, ClockState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_unix_millis(millis).unwrap()
    }

    #[test]
    fn a_fixed_clock_moves_only_by_advance_and_clones_share_it() {
        let clock = Clock::fixed(at(1_000));
        assert_eq!(clock.now(), at(1_000));
        clock.clone().advance(Duration::from_secs(2));
        assert_eq!(clock.now(), at(3_000));
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
        let clock = Clock::fixed(at(1_000));
        assert!(clock.can_advance(Duration::from_secs(60)));
        for too_far in [Duration::from_secs(1 << 62), Duration::MAX] {
            assert!(!clock.can_advance(too_far));
            clock.advance(too_far);
            assert_eq!(clock.now().unix_millis(), LAST_MILLIS);
        }
    }

    #[test]
    fn a_frozen_clock_stands_still_until_it_runs_again() {
        let clock = Clock::system();
        clock.set(at(5_000));
        clock.freeze();
        let frozen = clock.now();
        assert!(frozen >= at(5_000));
        assert_eq!(clock.now(), frozen);
        clock.set(at(7_000));
        clock.freeze();
        assert_eq!(clock.now(), at(7_000));
        clock.run();
        assert!(!clock.is_frozen() && clock.now() >= at(7_000));
    }

    #[test]
    fn a_clock_knows_over_which_times_it_was_moved() {
        let clock = Clock::fixed(at(1_000));
        assert!(!clock.passed_over(1_000));
        clock.advance(Duration::from_millis(500));
        clock.advance(Duration::from_millis(500));
        assert!(clock.passed_over(1_700) && !clock.passed_over(999) && !clock.passed_over(2_001));
        assert_eq!(clock.0.passed_over.lock().unwrap().len(), 1, "they follow each other");
        clock.set(at(500));
        assert!(!clock.passed_over(1_700));
    }

    #[test]
    fn a_clock_of_a_data_file_never_takes_time_back() {
        let stored = |millis| Clock::fixed(at(millis)).state();
        for (own, stored, expected) in [(1_000, stored(4_000), 4_000), (4_000, stored(1_000), 4_000)] {
            let clock = Clock::fixed(at(own));
            clock.resume(stored);
            assert_eq!(clock.now(), at(expected));
        }
        let clock = Clock::system();
        clock.resume(stored(4_000));
        assert_eq!((clock.now(), clock.is_frozen()), (at(4_000), true));
    }

    #[test]
    fn a_restored_clock_goes_on_from_the_time_that_was_kept() {
        let running = Clock::system();
        let kept = running.state();
        running.advance(Duration::from_secs(3_600));
        running.restore(kept, at(9_000));
        assert!(!running.is_frozen() && (9_000..60_000).contains(&running.now().unix_millis()));
        let fixed = Clock::fixed(at(1_000));
        running.restore(fixed.state(), at(1_000));
        assert_eq!((running.now(), running.is_frozen()), (at(1_000), true));
        running.restart();
        assert!(!running.is_frozen());
    }
}
