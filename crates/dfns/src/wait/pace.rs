//! How long the pauses between two looks are.

use std::time::Duration;

/// No pause is shorter, so that nobody asks in a busy loop.
const FLOOR: Duration = Duration::from_millis(250);
/// No pause is longer, unless the first one is.
const CEILING: Duration = Duration::from_secs(30);

/// Pauses that grow by half, each shortened by up to a half by chance.
pub(super) struct Pace {
    pause: Duration,
    ceiling: Duration,
}

impl Pace {
    pub(super) fn new(interval: Duration) -> Self {
        let pause = interval.max(FLOOR);
        Self {
            pause,
            ceiling: CEILING.max(pause),
        }
    }

    pub(super) fn next(&mut self) -> Duration {
        let whole = self.pause;
        self.pause = (whole + whole / 2).min(self.ceiling);
        shortened(whole, chance()).max(FLOOR)
    }
}

/// From a half to the whole, by `chance`, in whole milliseconds: finer than that no timer is.
fn shortened(whole: Duration, chance: u16) -> Duration {
    let pause = whole.saturating_sub(whole / 2 * u32::from(chance) / u32::from(u16::MAX));
    pause.saturating_sub(Duration::from_nanos(u64::from(pause.subsec_nanos() % 1_000_000)))
}

/// Any number; without a source of chance the pauses are whole.
fn chance() -> u16 {
    let mut bytes = [0; 2];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u16::from_le_bytes(bytes),
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{CEILING, FLOOR, Pace, shortened};

    #[test]
    fn pauses_grow_by_half_up_to_a_ceiling_and_chance_takes_at_most_half() {
        let mut pace = Pace::new(Duration::from_secs(2));
        let mut whole = Duration::from_secs(2);
        for _ in 0..20 {
            let pause = pace.next();
            assert!(pause <= whole && pause >= whole / 2, "{pause:?} of {whole:?}");
            whole = (whole + whole / 2).min(CEILING);
        }
        assert_eq!(whole, CEILING);
    }

    #[test]
    fn pauses_are_never_shorter_than_a_quarter_of_a_second() {
        let mut pace = Pace::new(Duration::ZERO);
        for _ in 0..5 {
            assert!(pace.next() >= FLOOR);
        }
    }

    #[test]
    fn pause_that_was_asked_for_may_be_longer_than_the_ceiling() {
        let mut pace = Pace::new(Duration::from_secs(600));
        assert!(pace.next() >= Duration::from_secs(300));
        assert!(pace.next() <= Duration::from_secs(600));
    }

    #[test]
    fn chance_shortens_from_nothing_to_a_half() {
        let whole = Duration::from_secs(4);
        assert_eq!(shortened(whole, 0), whole);
        assert_eq!(shortened(whole, u16::MAX), whole / 2);
    }
}
