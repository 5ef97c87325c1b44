//! One delivery to a webhook that a fault has struck.

use tokio::sync::watch;

use super::registry::Progress;

/// What happens to a delivery.
#[derive(Debug)]
pub(crate) enum StruckDelivery {
    /// It is sent again.
    Duplicate {
        /// How often.
        copies: u32,
    },
    /// Others are sent before it.
    Wait(Wait),
}

/// A delivery waits for as long as this lives, and is counted as waiting.
#[derive(Debug)]
pub(crate) struct Wait {
    /// How many must still overtake it.
    left: u32,
    progress: watch::Sender<Progress>,
    released: watch::Receiver<u64>,
}

impl Wait {
    pub(super) fn new(left: u32, progress: watch::Sender<Progress>, released: watch::Receiver<u64>) -> Self {
        progress.send_modify(|progress| progress.waiting += 1);
        Self {
            left,
            progress,
            released,
        }
    }

    /// Another one was sent.
    pub(crate) fn overtaken(&mut self) {
        self.left = self.left.saturating_sub(1);
    }

    /// True if it is to be sent now: enough have overtaken it, it was released, or the fault is gone.
    pub(crate) fn is_over(&self) -> bool {
        self.left == 0 || self.released.has_changed().unwrap_or(true)
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.progress.send_modify(|progress| progress.waiting -= 1);
    }
}
