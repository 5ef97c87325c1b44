//! The settings of retrying.

use std::time::Duration;

/// How often a call is tried, and how long is waited in between.
///
/// Tried again is what cannot have taken effect (no connection, 429, a failure while the call was being signed), and of
/// what may have taken effect (a lost answer, 502, 503, 504, a time limit) only what can be repeated: reads, and writes
/// with an `externalId` by which the API tells that they are the same. Every attempt is signed afresh.
///
/// ```
/// use std::time::Duration;
///
/// use dfns::RetryPolicy;
///
/// let patient = RetryPolicy::new().attempts(8).longest_delay(Duration::from_secs(60));
/// let never = RetryPolicy::none();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    pub(crate) attempts: u32,
    pub(crate) first_delay: Duration,
    pub(crate) longest_delay: Duration,
    pub(crate) longest_wait: Duration,
}

impl RetryPolicy {
    /// Four attempts; up to 250 ms before the second, up to twice that before each further one.
    pub const fn new() -> Self {
        Self {
            attempts: 4,
            first_delay: Duration::from_millis(250),
            longest_delay: Duration::from_secs(20),
            longest_wait: Duration::from_secs(60),
        }
    }

    /// One attempt.
    pub const fn none() -> Self {
        Self::new().attempts(1)
    }

    /// How often a call is tried, the first time included; 4 by default. 0 counts as 1.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The longest delay before the second attempt; 250 ms by default. Before each further one it is twice as long.
    ///
    /// The delay itself is random, from nothing to this, so that those who failed together do not come back together.
    #[must_use]
    pub const fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// What the longest delay never grows beyond; 20 s by default.
    #[must_use]
    pub const fn longest_delay(mut self, delay: Duration) -> Self {
        self.longest_delay = delay;
        self
    }

    /// How long the API may ask to wait (`Retry-After`); 60 s by default. If it asks for more, the call ends in its error,
    /// which says for how much.
    #[must_use]
    pub const fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}
