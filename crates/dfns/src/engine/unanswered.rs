//! Why there is no answer, and whether the request may have taken effect all the same.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use crate::error::{Cause, Sent};

/// A request without a whole answer.
pub(crate) struct Unanswered {
    pub(crate) sent: Sent,
    pub(crate) source: Cause,
}

impl Unanswered {
    pub(super) fn new(sent: Sent, source: impl StdError + Send + Sync + 'static) -> Self {
        Self {
            sent,
            source: Arc::new(source),
        }
    }
}

/// True if a time limit is at the bottom of the error.
pub(crate) fn is_timeout(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        #[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
        if let Some(error) = error.downcast_ref::<reqwest::Error>()
            && error.is_timeout()
        {
            return true;
        }
        if let Some(error) = error.downcast_ref::<io::Error>()
            && error.kind() == io::ErrorKind::TimedOut
        {
            return true;
        }
        next = error.source();
    }
    false
}
