//! How far something got that takes its time: a transfer, a signature, an approval, a job.
//!
//! Which status means what is written in the specification; the implementations of [`Tracked`] come from there.
//!
//! Invariant: a status that this release does not know is taken for one on the way, never for an end.

use crate::ApprovalId;

/// How far something got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// A policy holds it back until people have approved it.
    Held,
    /// It is on its way; nothing but time is missing.
    Underway,
    /// It is done: nothing more is to be waited for.
    Done,
    /// It came to nothing: it failed, or was rejected, denied or too late.
    Failed,
}

impl Progress {
    /// True of an end, good or bad.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// Something that takes its time, in the state in which the API answered it.
pub trait Tracked {
    /// How far it got.
    fn progress(&self) -> Progress;

    /// Its status, as the API calls it. Empty where the API says none.
    fn status(&self) -> &str;

    /// Why it came to nothing, in the words of the API.
    fn reason(&self) -> Option<&str> {
        None
    }

    /// The approval that it awaits or awaited, where the API says so.
    fn approval_id(&self) -> Option<&ApprovalId> {
        None
    }
}
