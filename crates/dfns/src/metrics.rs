//! What an application counts and measures of its client.
//!
//! Invariant: a report holds names, numbers and times, never an argument, a body or a token.

use std::time::Duration;

use dfns_types::operation::Operation;

use crate::error::Step;

/// Is told of every HTTP request and of every call. Both are told on the way: what takes long here holds up the call.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use dfns::{CallReport, Metrics};
///
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl Metrics for Failures {
///     fn call(&self, report: &CallReport) {
///         if report.error.is_some() {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// # fn main() -> Result<(), dfns::Error> {
/// let dfns = dfns::Dfns::builder().metrics(Failures::default()).build()?;
/// # Ok(())
/// # }
/// ```
pub trait Metrics: Send + Sync {
    /// An HTTP request has its answer, or will have none.
    fn request(&self, report: &RequestReport) {
        let _ = report;
    }

    /// A call has ended, after its last attempt.
    fn call(&self, report: &CallReport) {
        let _ = report;
    }
}

/// One HTTP request that ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestReport {
    /// The operation of the call.
    pub operation: &'static Operation,
    /// Which of the requests of the call it was.
    pub step: Step,
    /// Which attempt of the call it belonged to, from 1.
    pub attempt: u32,
    /// The status of the answer; `None` if there was none.
    pub status: Option<u16>,
    /// From handing the request to the engine to the last byte of the answer; without waiting for a limiter.
    pub elapsed: Duration,
}

/// One call that ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallReport {
    /// The operation.
    pub operation: &'static Operation,
    /// How many attempts it took.
    pub attempts: u32,
    /// The status of the last answer; `None` if there was none.
    pub status: Option<u16>,
    /// The kind of the error ([`Error::kind`](crate::Error::kind)); `None` if the API accepted.
    pub error: Option<&'static str>,
    /// From the beginning of the first attempt to the end of the last, with signatures and waits.
    pub elapsed: Duration,
}
