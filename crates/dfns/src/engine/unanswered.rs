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
    any(error, &|error| {
        #[cfg(any(feature = "reqwest", target_arch = "wasm32"))]
        if error.downcast_ref().is_some_and(reqwest::Error::is_timeout) {
            return true;
        }
        let error = error.downcast_ref::<io::Error>();
        error.is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
    })
}

/// True if it would be the same a second later: TLS failed, since the server has a certificate that is not trusted, or
/// none; or a proxy does not let us through.
pub(crate) fn is_lasting(error: &(dyn StdError + 'static)) -> bool {
    #[cfg(target_arch = "wasm32")]
    return any(error, &|_| false);
    #[cfg(not(target_arch = "wasm32"))]
    any(error, &|error| {
        error.is::<rustls::Error>() || super::proxy::is_lasting(error)
    })
}

/// What is wrong with an answer that has more bytes than are read.
pub(crate) fn too_long(error: &(dyn StdError + 'static)) -> Option<String> {
    error.downcast_ref::<TooLong>().map(TooLong::to_string)
}

/// An answer has more bytes than are read.
#[derive(Debug, thiserror::Error)]
#[error("the answer is longer than {0} bytes")]
pub(super) struct TooLong(pub(super) usize);

/// True of the error, or of one below it.
fn any(error: &(dyn StdError + 'static), is: &dyn Fn(&(dyn StdError + 'static)) -> bool) -> bool {
    if is(error) {
        return true;
    }
    // The source of an `io::Error` is that of what it wraps, and not what it wraps.
    let wrapped = error.downcast_ref().and_then(io::Error::get_ref);
    match wrapped {
        Some(wrapped) => any(wrapped, is),
        None => error.source().is_some_and(|source| any(source, is)),
    }
}
