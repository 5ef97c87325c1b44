//! The state in which something was last seen that was waited for.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use dfns_types::Tracked;
use dfns_types::{ApprovalId, Progress};

/// What was last seen of a transfer, a signature, an approval or whatever else was waited for.
///
/// [`get`](Self::get) gives the whole of it, as the API answered it; `Debug` and `Display` show status and reason alone.
#[derive(Clone)]
pub struct LastState {
    status: Box<str>,
    reason: Option<Box<str>>,
    progress: Progress,
    approval_id: Option<ApprovalId>,
    entity: Arc<dyn Any + Send + Sync>,
}

impl LastState {
    pub(crate) fn of<T: Tracked + Send + Sync + 'static>(entity: T) -> Self {
        Self {
            status: entity.status().into(),
            reason: entity.reason().map(Into::into),
            progress: entity.progress(),
            approval_id: entity.approval_id().cloned(),
            entity: Arc::new(entity),
        }
    }

    /// The status, as the API calls it.
    pub fn status(&self) -> &str {
        &self.status
    }

    /// Why it came to nothing, in the words of the API.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// How far it got.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// The approval that it awaits or awaited, where the API says so.
    pub fn approval_id(&self) -> Option<&ApprovalId> {
        self.approval_id.as_ref()
    }

    /// What was seen, if it is a `T`: the answer of the operation that the error names, such as `types::TransferRequest`.
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.entity.downcast_ref()
    }
}

impl fmt::Display for LastState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.status)?;
        match &self.reason {
            Some(reason) => write!(formatter, " ({reason})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for LastState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LastState")
            .field("status", &self.status)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
