//! Where jitter and made-up external ids come from.

use std::fmt;
use std::sync::Arc;

/// Fills bytes at random.
type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// The operating system, or a source that a test can repeat.
#[derive(Clone, Default)]
pub(crate) struct Random(Option<Arc<Fill>>);

impl Random {
    pub(crate) fn from(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(fill)))
    }

    /// Random bytes; `None` if the operating system has none to give.
    pub(crate) fn bytes<const N: usize>(&self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        match &self.0 {
            Some(fill) => fill(&mut bytes),
            None => getrandom::fill(&mut bytes).ok()?,
        }
        Some(bytes)
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "own" } else { "system" })
    }
}
