//! Connections that wait for the next request.
//!
//! Invariant: nobody waits for anybody. A place is claimed by flipping its bit; whoever flipped it is alone there, so that
//! the lock of a place, which is what makes the claim visible to the compiler, is never contended.

use std::array;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many connections are kept. One for which there is no place is closed.
const PLACES: usize = 64;

/// A place for each connection. The lowest are taken first, so that connections that are no longer needed stay idle, until
/// the server closes them.
pub(super) struct Idle<T> {
    /// A bit for each place that holds something to be taken.
    filled: AtomicU64,
    /// A bit for each place that can be filled.
    free: AtomicU64,
    places: [Mutex<Option<T>>; PLACES],
}

impl<T> Idle<T> {
    pub(super) fn new() -> Self {
        Self {
            filled: AtomicU64::new(0),
            free: AtomicU64::new(u64::MAX),
            places: array::from_fn(|_| Mutex::new(None)),
        }
    }

    /// Something that was put in; `None` if there is nothing.
    pub(super) fn take(&self) -> Option<T> {
        let (place, bit) = claim(&self.filled)?;
        let kept = self.places.get(place)?.try_lock().ok()?.take();
        self.free.fetch_or(bit, Ordering::Release);
        kept
    }

    /// Keeps it for later, or drops it if there is no place left.
    pub(super) fn put(&self, kept: T) {
        let Some((place, bit)) = claim(&self.free) else { return };
        if let Some(Ok(mut place)) = self.places.get(place).map(Mutex::try_lock) {
            *place = Some(kept);
        }
        self.filled.fetch_or(bit, Ordering::Release);
    }
}

/// Takes the lowest bit that is set: its position and the bit.
fn claim(bits: &AtomicU64) -> Option<(usize, u64)> {
    let mut seen = bits.load(Ordering::Relaxed);
    loop {
        // The lowest bit that is set, alone; none if none is.
        let bit = seen & seen.wrapping_neg();
        if bit == 0 {
            return None;
        }
        match bits.compare_exchange_weak(seen, seen & !bit, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return Some((bit.trailing_zeros() as usize, bit)),
            Err(now) => seen = now,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use std::thread;

    use super::{Idle, PLACES};

    #[test]
    fn what_is_put_in_can_be_taken_once() {
        let idle = Idle::new();
        assert_eq!(idle.take(), None);
        idle.put("a");
        assert_eq!(idle.take(), Some("a"));
        assert_eq!(idle.take(), None);
    }

    #[test]
    fn what_there_is_no_place_for_is_dropped() {
        let idle = Idle::new();
        let kept = Arc::new(());
        for _ in 0..=PLACES {
            idle.put(Arc::clone(&kept));
        }
        assert_eq!(Arc::strong_count(&kept), PLACES + 1);
        for _ in 0..PLACES {
            assert!(idle.take().is_some());
        }
        assert!(idle.take().is_none());
    }

    #[test]
    fn nothing_is_lost_or_doubled_between_threads() {
        let idle = Idle::new();
        for number in 0..PLACES {
            idle.put(number);
        }
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        if let Some(number) = idle.take() {
                            idle.put(number);
                        }
                    }
                });
            }
        });
        let left: BTreeSet<usize> = std::iter::from_fn(|| idle.take()).collect();
        assert_eq!(left.len(), PLACES);
    }
}
